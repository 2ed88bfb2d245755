"""A list is walked along what holds its rows, whatever it is narrowed to and without statistics."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.records.queries.cases import Filters
from bihuan.records.queries.find import found_cases
from bihuan.records.queries.visibility import Line, Viewer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite are read"),
]
NARROWED = ("stage", "kind", "category", "channel", "severity", "unit", "about_unit", "ended")
EVERYWHERE = Viewer("1", lines={"mall": Line(everywhere=True)})
FEW = Viewer("1", lines={"mall": Line(seats=frozenset({"floor_manager@f2"}))})


def plan(viewer: Viewer, filters: Filters, *, by_due: bool) -> str:
    with CaptureQueriesContext(connection) as asked:
        found_cases(viewer, "", filters, by_due=by_due)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[-1]["sql"])
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.mark.parametrize("name", NARROWED)
def test_what_is_open_is_walked_nearest_due_first(name: str) -> None:
    told = plan(EVERYWHERE, Filters(**{name: "some"}), by_due=True)
    assert "case_due" in told
    assert "TEMP B-TREE" not in told


@pytest.mark.parametrize("name", NARROWED)
def test_all_are_walked_newest_first_and_never_sorted(name: str) -> None:
    told = plan(EVERYWHERE, Filters(**{name: "some"}), by_due=False)
    assert "USING INDEX case_" in told
    assert "TEMP B-TREE" not in told


@pytest.mark.parametrize("by_due", [True, False])
@pytest.mark.parametrize("name", NARROWED)
def test_who_sees_few_walks_only_those(name: str, by_due: bool) -> None:
    told = plan(FEW, Filters(**{name: "some"}), by_due=by_due)
    assert "case_access_by_seat" in told
    assert not {"case_unit", "case_stage", "case_about_unit"} & set(told.replace("(", " ").split())
