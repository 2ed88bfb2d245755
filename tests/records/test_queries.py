"""Lists page by key, show only what may be seen, and cost the same however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.desk.delivering import mark_read
from bihuan.desk.intake import find_by_code, hash_of
from bihuan.desk.outbox import deliver
from bihuan.desk.permissions import viewer
from bihuan.records.models import Event
from bihuan.records.queries import cases, obligations
from bihuan.records.queries.cases import Filters
from bihuan.records.queries.visibility import Reach
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def whole(query, *arguments, **options):
    """Every row of a list, page after page of two, and how many pages there were."""
    rows, after, pages = [], None, 0
    while True:
        found, after = query(*arguments, after=after, limit=2, **options)
        rows += found
        pages += 1
        if after is None:
            return rows, pages


def test_pages_of_a_list_follow_on_without_doubles_or_gaps_even_at_one_instant(office):
    numbers = [office.complain().number for _ in range(5)]
    sees = viewer(office.agent, START)

    newest, pages = whole(cases.case_list, sees)
    due, _ = whole(cases.due_list, sees)
    owed, _ = whole(obligations.owed_by, ["after_sales@"])

    assert [row.number for row in newest] == numbers[::-1]
    assert [row.number for row in due] == [row.case_number for row in owed] == numbers
    assert pages == 3


@pytest.mark.parametrize("query", [cases.case_list, cases.due_list])
def test_a_list_of_three_costs_as_many_queries_as_a_list_of_one(office, query):
    sees = viewer(office.agent, START)
    counts = []
    for _ in range(2):
        office.complain()
        with CaptureQueriesContext(connection) as queries:
            query(sees)
        counts.append(len(queries))
        office.complain()

    assert counts == [1, 1]


def test_filters_narrow_a_list(office):
    one, two, three = (office.complain(now=START + n * DAY).number for n in range(3))
    office.acknowledge(three, START + 2 * DAY + MIN)
    sees = viewer(office.manager, START)

    def found(**filters):
        return {row.number for row in cases.case_list(sees, Filters(**filters))[0]}

    assert found(stage="acknowledged") == {three}
    assert found(registered_from=START + DAY, registered_until=START + 2 * DAY) == {two}
    assert found(late_at=START + DAY) == {one}
    assert found(number="TS20260303") == {two}
    assert found(kind="enquiry") == set()


def test_who_has_nothing_to_do_with_a_case_finds_nothing_of_it(office):
    number = office.complain().number
    sees = viewer(office.head, START)

    assert cases.case_list(sees)[0] == []
    assert cases.case_page(number, sees) is None
    assert cases.find_party_by_phone("13800000001", sees) == []


def test_a_case_page_holds_state_duties_and_history(office):
    number = office.complain().number
    office.acknowledge(number)

    page = cases.case_page(number, viewer(office.agent, START))

    assert page.reach is Reach.WHOLE
    assert page.state.facts["name"] == "王测试"
    assert [(item.act, item.state) for item in page.obligations] == [
        ("acknowledge", "kept"), ("classify", "open"),
    ]  # fmt: skip
    assert [entry.kind for entry in page.history] == ["register", "acknowledge"]
    assert page.history[0].data["name"] == "王测试"
    assert "record" not in page.history[0].data
    assert not page.history[0].erased


def test_erased_values_show_as_erased(office):
    number = office.complain().number
    Event.objects.update(private={})

    page = cases.case_page(number, viewer(office.agent, START))

    assert page.history[0].erased
    assert page.history[0].data["name"] == ""


def test_a_customer_is_found_by_number_or_its_last_four(office):
    number = office.complain().number
    sees = viewer(office.agent, START)

    for digits in ("13800000001", "0001"):
        [found] = cases.find_party_by_phone(digits, sees)
        assert (found.name, [row.number for row in found.cases]) == ("王测试", [number])
    assert cases.find_party_by_phone("13800000002", sees) == []
    assert cases.find_party_by_phone("", sees) == []


def test_the_query_code_opens_its_own_case_and_no_other(office):
    one, two = office.complain(), office.complain(content="别的")
    typed = f" {one.query_code[:5].lower()}-{one.query_code[5:]} "

    assert find_by_code(one.number, typed)
    assert find_by_code(two.number, typed) is None
    assert cases.portal_case(one.number, hash_of(typed)).state.facts["content"] == "机器漏水"
    assert cases.portal_case(two.number, hash_of(typed)) is None
    assert cases.portal_case(one.number, "") is None


def test_notices_are_read_newest_first_and_marked(office):
    for about in ("product", "person", ""):
        office.complain(about=about)
    from bihuan.desk.sweep import sweep

    sweep(START + HOUR)
    deliver(START + HOUR)

    told = obligations.notices(office.manager)
    assert [notice.kind for notice in told] == ["late"] * 3
    assert told[0].id > told[1].id
    assert obligations.unread_count(office.manager) == 3
    assert mark_read(office.agent, [told[0].id], START + HOUR) == 0
    assert mark_read(office.manager, [told[0].id], START + HOUR) == 1
    assert obligations.unread_count(office.manager) == 2
    assert obligations.notices(office.manager, after=told[1].id) == [told[2]]


def test_what_is_late_is_counted(office):
    office.complain()

    assert obligations.late_of(["after_sales@"], START + 30 * MIN) == 0
    assert obligations.late_of(["after_sales@"], START + 30 * MIN + 1) == 1


def plan(query):
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN " + ("QUERY PLAN " if connection.vendor == "sqlite" else "") + query
        )
        return " ".join(str(row) for row in cursor.fetchall())


DUE = {
    "case_wake": "records_case WHERE wake_at > 0 AND wake_at <= 9 ORDER BY wake_at, id",
    "case_due": "records_case WHERE is_open ORDER BY next_due_at, id",
    "case_first_due": "records_case WHERE is_open AND first_due_at > 0 AND first_due_at < 9 "
    "ORDER BY first_due_at, id",
    "owed_by": "records_obligation WHERE state = 'open' AND seat = 'a@' ORDER BY due_at",
    "outbox_next": "records_outbox WHERE state = 'waiting' AND next_at < 9 ORDER BY next_at, id",
}


@pytest.mark.parametrize("index", DUE)
def test_what_is_due_is_found_by_its_index(index):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in plan(f"SELECT 1 FROM {DUE[index]} LIMIT 9")
