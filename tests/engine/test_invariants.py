"""The invariants find what is broken: states and steps spoilt by hand, each seen for what it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bihuan.engine.case import Case, Effect, Event, evolve
from bihuan.engine.invariants import broken, broken_between
from tests.engine.playing import DAY, HOUR
from tests.engine.stories import Story, mall, with_a_note
from tests.engine.worlds import world

MALL = world("mall")


def spoilt(change: Callable[[Case], object], story: Story | None = None) -> set[str]:
    """The codes found in the state of a story after a change that no act makes."""
    story = story or mall(MALL, "resolve")
    case = story.case.copy()
    assert broken(case, MALL, story.now) == ()
    change(case)
    return {one.code for one in broken(case, MALL, story.now)}


def debt_of(case: Case, act: str) -> int:
    return next(debt.id for debt in case.debts.values() if debt.act == act)


def test_a_sound_case_has_nothing_broken_at_any_stage() -> None:
    for step in ("acknowledge", "resolve", "confirm", "close", "follow_up", ""):
        assert not spoilt(lambda case: None, mall(MALL, step))


def test_an_open_case_in_which_nobody_owes_anything() -> None:
    assert spoilt(lambda case: case.debts.clear()) == {"K1"}


def test_a_debt_that_was_not_caught_up_with() -> None:
    story = mall(MALL, "resolve").later(HOUR)
    number = debt_of(story.case, "resolve")
    assert spoilt(lambda case: setattr(case.debts[number], "due", 1), story) == {"K1", "K10"}


def test_a_step_that_is_owed_twice() -> None:
    def twice(case: Case) -> None:
        case.debts[99] = replace(case.debts[debt_of(case, "resolve")], id=99)

    assert spoilt(twice) == {"K1"}


def test_a_step_that_is_not_the_current_one() -> None:
    assert spoilt(lambda case: case.marks.pop("classify")) == {"K1"}


@pytest.mark.parametrize("seat", ["", "nobody@mall", "service_desk@moon"])
def test_an_owner_who_does_not_exist(seat: str) -> None:
    assert spoilt(lambda case: setattr(case, "owner", seat)) == {"K1"}
    assert spoilt(lambda case: setattr(case.debts[debt_of(case, "resolve")], "seat", seat)) == {
        "K1"
    }


def test_a_live_note_nobody_owes() -> None:
    story = with_a_note(MALL)
    assert spoilt(lambda case: case.debts.pop(debt_of(case, "issue")), story) == {"K1"}


def test_a_case_that_is_over_and_owes() -> None:
    assert "K1" in spoilt(
        lambda case: (setattr(case, "ended", "withdrawn"), setattr(case, "stage", "withdrawn"))
    )


def test_a_pause_nobody_covers() -> None:
    assert spoilt(lambda case: setattr(case, "paused", 1)) == {"K3"}


def test_a_debt_of_whom_the_case_is_about() -> None:
    assert (
        spoilt(lambda case: case.facts.update(about_person="desk-an")) == set()
    )  # desk-bo is there
    assert spoilt(lambda case: case.facts.update(about_person="operations-cai")) == {"K4"}


def test_a_judgement_inside_the_unit_complained_about() -> None:
    story = mall(MALL, "countersign")
    assert spoilt(lambda case: case.facts.update(about_unit="mall"), story) == {"K4"}


def test_a_budget_that_was_overspent() -> None:
    assert spoilt(lambda case: case.rounds.update(postpone=3)) == {"K6"}
    assert spoilt(lambda case: case.rounds.update({"confirm.disputed": 3})) == {"K6"}


def after(kind: str, *effects: Effect, story: Story | None = None, **data: object) -> set[str]:
    """The codes found in a step that an event of these effects alone makes."""
    story = story or mall(MALL, "resolve")
    event = Event(kind, story.now, "desk-an", "service_desk@mall", 0, data, effects)
    return {
        one.code for one in broken_between(story.case, [event], evolve(story.case, event), MALL)
    }


def test_a_debt_that_ends_by_another_act_or_without_a_cause() -> None:
    number = debt_of(mall(MALL, "resolve").case, "resolve")
    assert after("resolve", ("kept", {"id": number})) == set()
    assert after("remark", ("kept", {"id": number})) == {"K2"}
    assert after("remark", ("void", {"id": number, "why": ""})) == {"K2"}


def test_what_may_only_rise() -> None:
    severe = mall(MALL, "resolve", injured="yes")
    fall = ("derived", {"table": "severity", "answer": "general"})
    assert after("remark", fall, story=severe) == {"K5"}
    assert after("lower_severity", fall, story=severe) == set()
    story = mall(MALL, "resolve")
    story.do("escalate", "desk-an", reason="无法解决")
    down = ("owner", {"seat": "service_desk@mall", "given": True})
    assert after("remark", down, story=story) == {"K5"}
    assert after("remark", ("round", {"is": 2})) == {"K5"}
    story.do(
        "postpone", "desk-an", new_time=story.now + 2 * DAY + 10 * HOUR, consent="yes", reason="无"
    )
    assert after("remark", ("counted", {"what": "postpone", "is": 0}), story=story) == {"K5"}


def test_what_is_closed_stays_closed() -> None:
    story = mall(MALL, "follow_up")
    back = ("stage", {"is": "in hand"})
    assert after("remark", back, story=story) == {"K8"}
    assert after("reopen", back, story=story) == set()
    assert after("resolve", story=story) == {"K8"}
    assert after("look_at_evidence", story=story) == {"K8"}  # nobody owes it


def test_a_due_that_moves_later_by_itself() -> None:
    debt = mall(MALL, "resolve").owing("resolve")
    later = ("moved", {"id": debt.id, "due": debt.due + 1})
    assert after("escalate", later) == {"K10"}
    assert after("postpone", later) == set()
    assert after("lapsed", later, debt=debt.id) == set()
    assert after("lapsed", later, debt=debt.id + 1) == {"K10"}


def test_a_state_that_its_events_do_not_explain() -> None:
    story = mall(MALL, "resolve")
    assert {one.code for one in broken_between(story.case, [], Case(), MALL)} == {"fold"}
