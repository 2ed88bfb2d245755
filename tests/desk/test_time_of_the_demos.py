"""For every case of every demo the time adds up: steps, legs, waiting, blame."""

from dataclasses import replace

import pytest

from bihuan.desk import demo, rebuild, worlds
from bihuan.desk.verify import verify
from bihuan.engine.assessing import recomputed
from bihuan.engine.case import Event as EngineEvent
from bihuan.engine.legs import Course, blame, course_of, shares, unsound
from bihuan.records.models import Case, Event
from bihuan.records.queries.assessments import assessment_sheets

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000  # 2026-09-21
CASES = {"auto": 60}  # else 20


def course(row: Case) -> Course:
    events = rebuild.events_of(Event.objects.filter(case=row).order_by("sequence"))
    return course_of(events, worlds.policy_of(row.policy_id), NOW)


def later_lapses(event: EngineEvent) -> EngineEvent:
    """The same event, had what lapsed in it lapsed a minute later."""
    lapsed = event.kind == "lapsed"
    return replace(event, at=event.at + 60) if lapsed else event


@pytest.mark.parametrize("pack", demo.packs())
def test_in_every_demo_each_case_spends_each_second_once(pack: str):
    count = CASES.get(pack, 20)
    made = demo.make(NOW, pack, count)
    assert isinstance(made, demo.Made)
    assert made.added == count
    assert not verify(NOW)
    notes = waited = assessed = 0
    for row in Case.objects.filter(ledger=False):
        found = course(row)
        assert not list(unsound(found))
        assert found.since == row.registered_at
        assert found.closed is bool(row.closed_at)
        assert found.until == (row.closed_at or NOW)
        assert sum(leg.seconds for leg in found.segments) == found.until - found.since
        state = row.state.get("sheets", [])
        assert len(found.ways) == len(state)
        for way in found.ways:
            assert sum(leg.seconds for leg in way.legs) == way.until - way.since
            notes += way.note
        waited += bool(found.waits)
        parts = shares(blame(found))
        assert not parts or sum(parts.values()) == 100
        history = rebuild.events_of(Event.objects.filter(case=row).order_by("sequence"))
        written = list(recomputed(history))
        assert all(sheet.agrees for sheet in written)
        assert [sheet.agrees for sheet in assessment_sheets(row.pk)] == [True] * len(written)
        assessed += len(written)
        if written:
            told = [later_lapses(event) for event in history]
            assert not all(sheet.agrees for sheet in recomputed(told))
    if pack == "auto":
        assert assessed
    if pack in ("auto", "mall"):
        assert notes
        assert waited
