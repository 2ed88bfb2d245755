"""Every demo tells of a whole organisation, and for every case of it the time adds up: steps, legs, waiting, blame."""

from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from bihuan.desk import demo, rebuild, worlds
from bihuan.desk.assessments import SHEET, assessments
from bihuan.desk.in_force import policies_in_force
from bihuan.desk.organisation import vacancies
from bihuan.desk.reports import calendar_of
from bihuan.desk.verify import verify
from bihuan.engine.assessing import recomputed
from bihuan.engine.case import Event as EngineEvent
from bihuan.engine.clock import parse_instant
from bihuan.engine.findings import Level
from bihuan.engine.legs import Course, blame, course_of, shares, unsound
from bihuan.engine.organisation import unit_of
from bihuan.engine.periods import named
from bihuan.records.models import Case, Event, Holding, Rostering
from bihuan.records.queries.assessments import assessment_sheets

pytestmark = pytest.mark.django_db
NOW = parse_instant("2026-04-16T15:30:00+08:00")
STAGES = {"registered", "in hand", "answered", "closed", "archived", "withdrawn", "declined"}
KINDS = {
    "auto": {"enquiry", "complaint", "rescue", "fault", "appeal"},
    "general": {"complaint"},
    "home": {"complaint"},
    "mall": {"complaint", "suggestion"},
    "returns": {"complaint", "return"},
}
TOLD = {  # what goes wrong and who sees to it
    "auto": {"refer", "postpone", "execute"},
    "general": {"postpone", "investigate"},
    "home": {"promise", "keep_promise", "refer", "appoint_command", "compensate"},
    "mall": {"postpone", "escalate", "check_reply", "report"},
    "returns": {"refund", "exchange", "repair", "inspect", "dispose", "find_cause"},
}


def course(row: Case, events: list[EngineEvent]) -> Course:
    return course_of(events, worlds.policy_of(row.policy_id), NOW)


def later_lapses(event: EngineEvent) -> EngineEvent:
    """The same event, had what lapsed in it lapsed a minute later."""
    lapsed = event.kind == "lapsed"
    return replace(event, at=event.at + 60) if lapsed else event


@pytest.mark.parametrize("pack", demo.packs())
def test_every_demo_tells_of_all_stages_and_each_case_spends_each_second_once(
    pack: str, settings, tmp_path
):
    settings.HOME = tmp_path
    whole = connection.vendor == "sqlite"  # elsewhere its beginning is enough
    count = demo.CASES if whole else 20
    made = demo.make(NOW, pack, count)
    assert isinstance(made, demo.Made)
    assert made.added == count
    if whole:
        told_of_everything(pack)
    assert not verify(NOW)
    notes = waited = assessed = 0
    results, borrowed = demo.told_in(pack)["words"]["result"], set()
    for row in Case.objects.filter(ledger=False):
        history = list(rebuild.events_of(Event.objects.filter(case=row).order_by("sequence")))
        borrowed |= {
            (event.kind, name)
            for event in history
            for name, said in event.data.items()
            if said in results and name != "result"
        }
        found = course(row, history)
        assert not list(unsound(found))
        assert found.since == row.registered_at
        assert found.closed is bool(row.closed_at)
        assert found.until == (row.closed_at or NOW)
        assert sum(leg.seconds for leg in found.segments) == found.until - found.since
        assert len(found.ways) == len(row.state.get("sheets", []))
        for way in found.ways:
            assert sum(leg.seconds for leg in way.legs) == way.until - way.since
            notes += way.note
        waited += bool(found.waits)
        parts = shares(blame(found))
        assert not parts or sum(parts.values()) == 100
        written = list(recomputed(history))
        assert all(sheet.agrees for sheet in written)
        assert [sheet.agrees for sheet in assessment_sheets(row.pk)] == [True] * len(written)
        assessed += len(written)
        if written:
            assert not all(sheet.agrees for sheet in recomputed(map(later_lapses, history)))
    assert not borrowed  # what a field says was written for that field
    assert bool(notes and waited) is (pack in ("auto", "home", "mall"))
    assert bool(assessed) is (pack == "auto" and whole)
    if assessed:
        assessed_as_the_sheets_have_it()


def assessed_as_the_sheets_have_it() -> None:
    """The assessment sheet of the year has every assessment, its evidence reckoned from the events."""
    ruling = worlds.ruling(policies_in_force(NOW)["auto"].pk, NOW)
    year = named("2026", calendar_of(ruling))
    assert year
    kept = {
        (row.number, sheet["number"]): (sheet["data"]["evidence"], sheet["data"]["shares"])
        for row in Case.objects.filter(ledger=False)
        for sheet in row.state.get("sheets", ())
        if sheet["kind"] == SHEET
    }
    found = assessments(ruling, year, None, NOW)
    assert {
        (each.case, each.one.sheet): (each.one.evidence, each.one.shares) for each in found
    } == kept
    units = {unit_of(each.one.to) for each in found}
    of_one = assessments(ruling, year, None, NOW, units=[min(units)])
    assert {unit_of(each.one.to) for each in of_one} == {min(units)}
    assert not assessments(ruling, year, found[0].one.opened - 1, NOW)


def told_of_everything(pack: str) -> None:
    """All kinds, stages and ends; what goes wrong; deputies and duties."""
    cases = Case.objects.filter(ledger=False)
    assert {case.kind for case in cases} == KINDS[pack]
    told = {case.state["facts"]["content"] for case in cases}
    assert len(told) >= len(cases) // 3  # no two or three matters again and again
    stages = Counter(case.ended or case.stage for case in cases)
    assert set(stages) >= STAGES, stages
    assert all(case.next_due_at for case in cases if case.is_open)
    acts = set(Event.objects.values_list("kind", flat=True))
    assert acts >= TOLD[pack] | {"lapsed"}
    (version,) = policies_in_force(NOW).values()
    lacking = vacancies(worlds.policy_of(version.pk), worlds.organisation(NOW))
    assert not [finding.say("en") for finding in lacking if finding.level is not Level.NOTE]
    assert Holding.objects.filter(deputy=True).exists()
    assert Rostering.objects.exists() is (pack == "home")
