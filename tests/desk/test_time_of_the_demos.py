"""For every case of every demo the time adds up: steps, legs, waiting, blame."""

import pytest

from bihuan.desk import demo, rebuild, worlds
from bihuan.desk.verify import verify
from bihuan.engine.legs import Course, blame, course_of, shares, unsound
from bihuan.records.models import Case, Event

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000  # 2026-09-21
CASES = 24


def course(row: Case) -> Course:
    events = rebuild.events_of(Event.objects.filter(case=row).order_by("sequence"))
    return course_of(events, worlds.policy_of(row.policy_id), NOW)


@pytest.mark.parametrize("pack", demo.packs())
def test_in_every_demo_each_case_spends_each_second_once(pack: str):
    made = demo.make(NOW, pack, CASES)
    assert isinstance(made, demo.Made)
    assert made.added == CASES
    assert not verify(NOW)
    notes = waited = 0
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
    if pack in ("auto", "mall"):
        assert notes
        assert waited
