"""Reports that draw themselves up: issued once, with figures that stay, and the same when taken again."""

import pytest

from bihuan.desk import columns, reports, retention
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.outbox import deliver
from bihuan.desk.permissions import viewer
from bihuan.desk.sweep import sweep
from bihuan.records.models import IssuedReport, Notice, Outbox
from bihuan.records.queries.reports import report_for, report_of_sheet, reports_for
from tests.desk.firm import DAY, HOUR, MIN, START, firm, instant
from tests.desk.test_retention import archived
from tools.recount import days_of, recount, said

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
    since, until = days_of("2026-03")
    assert said("general", since, until, DRAWN, DRAWN) == recount("general", since, until, DRAWN)
    assert recount("general", since, until, DRAWN)["received"] == 5
    early = START + 2 * HOUR
    assert said("general", since, until, early, DRAWN) == recount("general", since, until, early)


def test_every_issued_report_is_proved_and_one_that_was_altered_is_named(office):
    report = issued_in_april()["bulletin", ""]
    assert {fault for _, _, fault in reports.proved(DRAWN + DAY)} == {""}
    figures = report.figures
    figures["parts"][0]["rows"][0]["now"][0] = [6, 6]
    IssuedReport.objects.filter(pk=report.pk).update(figures=figures)
    assert (report.pk, "hash") in {(pk, fault) for pk, _, fault in reports.proved(DRAWN + DAY)}
