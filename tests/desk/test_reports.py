"""Reports that draw themselves up: issued once, with figures that stay, and the same when taken again."""

import pytest

from bihuan.desk import calls, columns, intake, packs, reports, retention, scenarios
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.outbox import deliver
from bihuan.desk.permissions import viewer
from bihuan.desk.sweep import sweep
from bihuan.engine.reporting import OF_ALL
from bihuan.records.models import IssuedReport, Notice, Outbox
from bihuan.records.queries.reports import report_for, report_of_sheet, reports_for
from tests.desk.firm import DAY, HOUR, MIN, START, firm, instant
from tests.desk.test_retention import archived
from tests.web.houses import AUTO, open_house
from tests.web.shop import SHOP
from tools.recount import LEFT, Book, days_of, recount, said

pytestmark = pytest.mark.django_db
DRAWN = instant("2026-04-07 09:00")  # 5 April is a Sunday, the 6th a holiday


@pytest.fixture(autouse=True)
def an_empty_folder(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture
def office():
    return working(firm())


def working(made):
    """A firm with an archived case about its works and four in hand."""
    ensure_ledgers(START)
    archived(made, about="unit", about_unit="works")
    for hour in range(4):
        made.complain(now=START + hour * HOUR, about="product")
    return made


def issued_in_april(now=DRAWN + MIN):
    sweep(now)
    reports.issue(now)
    return {(one.name, one.unit): one for one in IssuedReport.objects.filter(as_of=DRAWN)}


def value(report, figure, key=()):
    for part in report.figures["parts"]:
        if figure in part["figures"]:
            for row in part["rows"]:
                if tuple(row["key"]) == key:
                    return row["now"][part["figures"].index(figure)]
    raise LookupError(figure)


def counted_twice(code, as_of):
    """Every figure of the policy's reports of March, which the events and the product agree on."""
    policy = packs.policies_in_force(DRAWN)[code]
    since, until = days_of("2026-03")
    counted = recount(policy, since, until, as_of, DRAWN)
    assert said(policy, since, until, as_of, DRAWN) == counted
    return counted


def test_the_bulletin_is_issued_for_the_company_and_for_each_department_its_own_part(office):
    made = issued_in_april()
    assert set(made) == {("analysis", ""), ("bulletin", ""), ("bulletin", "works")}
    whole, works = made["bulletin", ""], made["bulletin", "works"]
    assert (whole.period, whole.as_of, whole.sheet) == ("2026-03", DRAWN, 4)
    assert value(whole, "received") == [5, 5]
    assert value(works, "received") == [1, 1]
    assert works.figures["parts"][0]["whole"][0] == [5, 5]
    assert works.names == {"firm": "测试公司", "works": "测试车间"}
    assert works.readers == ["department_head@works"]
    assert whole.readers == ["general_manager@"]
    assert report_of_sheet(whole.case.number, 4) == whole.pk


def test_a_report_is_issued_once_and_its_posts_are_told(office):
    issued_in_april()
    assert reports.issue(DRAWN + DAY) == 0
    sent = Outbox.objects.filter(kind="report", written_at=DRAWN + MIN).order_by("id")
    april = [row.to for row in sent][-3:]
    assert april == ["seat:general_manager@", "seat:general_manager@", "seat:department_head@works"]
    deliver(DRAWN + HOUR)
    told = Notice.objects.filter(person=office.head, kind="report")
    assert [(one.body["name"], one.body["period"]) for one in told.order_by("id")] == [
        ("bulletin", "2026-02"), ("bulletin", "2026-03"),
    ]  # fmt: skip


def test_a_head_reads_the_part_of_their_department_and_nobody_elses(office):
    made = issued_in_april()
    head = viewer(office.head, DRAWN + DAY)
    works = made["bulletin", "works"].pk
    assert [one.id for one in reports_for(head)][:1] == [works]
    assert all(one.unit == "works" for one in reports_for(head))
    assert report_for(head, made["bulletin", ""].pk) is None
    gm = viewer(office.gm, DRAWN + DAY)
    assert {one.name for one in reports_for(gm)} == {"analysis", "bulletin"}
    assert report_for(gm, works).hash == made["bulletin", "works"].hash


def test_figures_taken_again_as_of_then_are_those_issued_after_corrections_and_a_purge():
    office = working(firm(keep_time="90 days"))
    made = issued_in_april()
    office.complain(now=DRAWN + DAY, about="unit", about_unit="works")
    sweep(DRAWN + 20 * DAY)
    gone = instant("2026-07-01 00:00")
    assert len(retention.purge(gone).certificates) == 1
    columns.rebuild(gone + DAY)
    for report in made.values():
        assert report.hash == reports.hash_of(report)
        assert reports.again(report, gone + DAY) == report.figures, report.name


def test_a_figure_changed_afterwards_no_longer_fits_its_hash(office):
    report = issued_in_april()["analysis", ""]
    report.figures["parts"][0]["rows"][0]["now"][0] = [4, 4]
    assert reports.hash_of(report) != report.hash


def test_what_a_worker_slept_through_is_issued_as_of_when_it_opened(office):
    late = issued_in_april(DRAWN + 3 * DAY)["bulletin", ""]
    assert late.as_of == DRAWN
    assert late.issued_at == DRAWN + 3 * DAY
    assert late.period == "2026-03"


def test_an_independent_count_from_the_events_gives_every_figure(office):
    sweep(DRAWN)
    counted = counted_twice("general", DRAWN)
    assert counted["analysis", 0, "received", ()] == [5, 5]
    assert counted["bulletin", 2, "received", ("works",)] == [1, 1]
    counted_twice("general", START + 2 * HOUR)


def test_the_hotline_report_counts_the_calls_of_the_month_and_no_others():
    house = open_house(AUTO, START)
    assert isinstance(calls.open_line("hotline", "热线", "company", now=START), str)
    line = calls.line("hotline")
    for place, rang in enumerate((START - 3 * DAY, START, START + MIN, START + HOUR, START + DAY)):
        said_of = [("started", rang), ("ended", rang + 90)]
        said_of += [("answered", rang + 5 * place)] if place else []
        for event, at in said_of:
            calls.note(line, calls.Told(f"c{place}", event, at), START + 2 * DAY)
    calls.note(line, calls.Told("missed", "started", START + 2 * HOUR), START + 2 * DAY)
    told = {"kind": "enquiry", "channel": "hotline", "content": "多久保养一次", "name": "示例车主"}
    done = intake.register(told, by=house.ids["taker"], unit="company", now=START)
    assert done.refusal is None, done.refusal
    counted = counted_twice("auto", DRAWN)
    month = {
        name: counted["monthly_statistics", 2, name, ()]
        for name in ("calls", "answer rate", "time to answer")
    }
    assert month == {"calls": [5, 5], "answer rate": [4, 5], "time to answer": [20, 4]}
    assert counted["monthly_statistics", 3, "received", ("enquiry",)] == [1, 1]


def test_the_report_of_returns_counts_items_by_product_batch_and_reason():
    shop = open_house(SHOP, START)
    for told in (
        {"returned": 2}, {"returned": 1, "batch": "B-02"}, {"returned": 3, "return_reason": "no_reason"},
        {"product": "示例风扇", "batch": ""}, {"kind": "complaint", "category": "quality", "return_reason": ""},
    ):  # fmt: skip
        facts = {
            "kind": "return", "channel": "phone", "content": "灯不亮", "product": "示例台灯",
            "batch": "B-01", "return_reason": "defect",
        }  # fmt: skip
        done = intake.register(facts | told, by=shop.ids["service"], unit="company", now=START)
        assert done.refusal is None, done.refusal
    counted = counted_twice("returns", DRAWN)
    assert counted["analysis", 1, "returned items", ("示例台灯",)] == [6, 3]
    assert counted["analysis", 2, "returned items", ("示例台灯", "B-01")] == [5, 2]
    assert counted["analysis", 2, "returned items", ("示例风扇", "")] == [0, 1]
    assert counted["analysis", 3, "returned items", ("no_reason",)] == [3, 1]
    assert counted["analysis", 4, "received", ("quality",)] == [1, 1]


@pytest.mark.parametrize("code", ["auto", "general", "home", "mall", "returns"])
def test_every_figure_of_every_report_that_ships_is_counted_again(code):
    book = Book(code, START)
    policy = scenarios.shipped_pack(code).policy
    names = {name for report in (*policy.reports.values(), *OF_ALL.values())
             for part in report.parts for name in part.figures}  # fmt: skip
    for name in names - LEFT:
        rows, made = book.count(name, START - DAY, START)
        assert rows == []
        assert made([]) in ([0, 0], [None, 0]), name


def test_every_issued_report_is_proved_and_one_that_was_altered_is_named(office):
    report = issued_in_april()["bulletin", ""]
    assert {fault for _, _, fault in reports.proved(DRAWN + DAY)} == {""}
    figures = report.figures
    figures["parts"][0]["rows"][0]["now"][0] = [6, 6]
    IssuedReport.objects.filter(pk=report.pk).update(figures=figures)
    assert (report.pk, "hash") in {(pk, fault) for pk, _, fault in reports.proved(DRAWN + DAY)}
