"""A list is walked along what holds its rows, whatever it is narrowed to and without statistics."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.records.models import Case, CaseAccess
from bihuan.records.queries.board import standing
from bihuan.records.queries.cases import Filters
from bihuan.records.queries.find import found_cases
from bihuan.records.queries.visibility import Line, Viewer
from tests.desk.firm import START, firm

pytestmark = pytest.mark.django_db
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite are read")
postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="the plans of PostgreSQL are read"
)
NARROWED = ("stage", "kind", "category", "channel", "severity", "unit", "about_unit", "ended")
EVERYWHERE = Viewer("1", lines={"mall": Line(everywhere=True)})
FEW = Viewer("1", lines={"mall": Line(seats=frozenset({"floor_manager@f2"}))})


def plan(viewer: Viewer, filters: Filters, *, by_due: bool) -> str:
    with CaptureQueriesContext(connection) as asked:
        found_cases(viewer, "", filters, by_due=by_due)
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(how + asked.captured_queries[-1]["sql"])
        return "\n".join(row[-1] for row in cursor.fetchall())


@sqlite
@pytest.mark.parametrize("name", NARROWED)
def test_what_is_open_is_walked_nearest_due_first(name: str) -> None:
    told = plan(EVERYWHERE, Filters(**{name: "some"}), by_due=True)
    assert "case_due" in told
    assert "TEMP B-TREE" not in told


@sqlite
@pytest.mark.parametrize("name", NARROWED)
def test_all_are_walked_newest_first_and_never_sorted(name: str) -> None:
    told = plan(EVERYWHERE, Filters(**{name: "some"}), by_due=False)
    assert "USING INDEX case_" in told
    assert "TEMP B-TREE" not in told


@sqlite
@pytest.mark.parametrize("by_due", [True, False])
@pytest.mark.parametrize("name", NARROWED)
def test_who_sees_few_walks_only_those(name: str, by_due: bool) -> None:
    told = plan(FEW, Filters(**{name: "some"}), by_due=by_due)
    assert "case_access_by_seat" in told
    assert not {"case_unit", "case_stage", "case_about_unit"} & set(told.replace("(", " ").split())


@sqlite
def test_the_ledgers_are_not_looked_for_among_all_cases() -> None:
    asked = str(Case.objects.filter(ledger=True).exclude(kind="message").values("number").query)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.replace("= message", "= 'message'"))
        told = "\n".join(row[-1] for row in cursor.fetchall())
    assert "case_ledger" in told


@sqlite
def test_what_units_owe_is_asked_of_what_is_open_and_not_of_all_cases() -> None:
    with CaptureQueriesContext(connection) as asked:
        standing(EVERYWHERE, "unit", START)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[-1]["sql"])
        told = "\n".join(row[-1] for row in cursor.fetchall())
    assert "SCAN U0" not in told
    assert "SEARCH U0 USING INTEGER PRIMARY KEY" in told


@postgresql
@pytest.mark.parametrize("by_due", [True, False])
def test_on_postgresql_who_sees_few_begins_at_those_however_many_there_are(by_due: bool) -> None:
    firm().complain()
    values = Case.objects.values().get(ledger=False)
    del values["id"]
    made = Case.objects.bulk_create(
        Case(**values | {"number": f"X{count}", "registered_at": START + count})
        for count in range(3000)
    )
    CaseAccess.objects.bulk_create(
        CaseAccess(case=case, seat=f"floor_manager@f{count % 300}", way=CaseAccess.Way.OWNS)
        for count, case in enumerate(made)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_case, records_caseaccess")
    told = plan(FEW, Filters(), by_due=by_due)
    assert "id = ANY" in told
    assert "using case_registered" not in told
    assert "Seq Scan on records_case " not in told
