"""Where the time of a case went: nothing is counted twice, nothing is left out, nobody pays for another."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.engine.case import Act
from bihuan.engine.legs import (
    Course,
    Stretch,
    blame,
    charges,
    course_of,
    late_by_seat,
    shares,
    unsound,
)
from bihuan.engine.policy import Step
from bihuan.engine.refusal import Refusal
from bihuan.engine.slots import find_slot
from bihuan.engine.work import Work
from tests.engine.playing import DAY, HOUR, Play, actor, played, sensible
from tests.engine.stories import Story, with_a_note
from tests.engine.worlds import MORNING, PACKS, random_world, world

ENTROPY = st.integers(0, 2**32 - 1)
PLAYS = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def any_play(name: str, entropy: int, steps: int = 60) -> Play:
    """One case played at random, its last state swept."""
    dice = Random(entropy)
    *_, play = played(dice, random_world(name, dice), MORNING + dice.randint(0, 300 * DAY), steps)
    play.sweep()
    return play


def course(play: Play) -> Course:
    return course_of(play.history, play.world.policy, play.now)


@PLAYS
@given(st.sampled_from(PACKS), ENTROPY)
def test_the_segments_of_any_case_partition_its_time_from_registration_to_closing(
    name: str, entropy: int
):
    play = any_play(name, entropy)
    found = course(play)
    assert not list(unsound(found))
    if play.case.ledger:
        return
    assert found.since == play.case.registered
    over = play.case.stage == "closed" or bool(play.case.ended)
    assert found.closed is over
    if not over:
        assert found.until == max(play.now, found.until)
    dice = Random(entropy)
    for _ in range(30):
        at = dice.randrange(found.since, found.until) if found.until > found.since else None
        if at is not None:
            holding = [
                held for leg in found.segments for held in leg.held if held.since <= at < held.until
            ]
            assert len(holding) == 1, (at, holding)


@PLAYS
@given(st.sampled_from(PACKS), ENTROPY)
def test_the_legs_of_any_sheet_sum_to_its_span(name: str, entropy: int):
    play = any_play(name, entropy)
    found = course(play)
    assert {way.number for way in found.ways} == set(play.case.sheets)
    for way in found.ways:
        sheet = play.case.sheets[way.number]
        assert (way.since, way.how, way.to) == (sheet.opened, sheet.ended, sheet.to)
        assert sum(leg.seconds for leg in way.legs) == way.until - way.since
        if not sheet.ended:
            assert way.until == max(play.now, way.until)


def dealt(entropy: int) -> Play:
    """A complaint worked at by sensible people, with more notes sent out while others are."""
    dice = Random(entropy)
    here = world("mall")
    play = Play.begun(Random(1), here, MORNING, watched=False)
    while play.case.ledger:
        play = Play.begun(dice, here, MORNING, watched=False)
    for _ in range(dice.randint(5, 60)):
        play.now += dice.choice((0, 60, 600, HOUR, HOUR, 5 * HOUR, DAY))
        work = Work(play.case, here)
        debts = list(play.case.debts.values())
        if not debts:
            break
        debt = dice.choice(debts)
        name, sheet = (debt.act, debt.sheet) if dice.random() < 0.75 else ("dispatch", 0)
        slot = find_slot(work, name, sheet)
        if not isinstance(slot, Refusal):
            data = sensible(dice, work, slot, play.now)
            play.do(Act(name, actor(dice, work, slot, here), play.now, data, sheet))
    play.sweep()
    return play


@PLAYS
@given(ENTROPY)
def test_waiting_is_charged_to_the_note_that_comes_back_last_and_to_all_of_the_time(entropy: int):
    play = dealt(entropy)
    found = course(play)
    assert not list(unsound(found))
    notes = {way.number: way for way in found.ways if way.note}
    for segment in found.segments:
        row = play.world.policy.rows.get(f"steps.{segment.step}")
        waits = isinstance(row, Step) and "sheets returned" in row.needs
        for at in {segment.since, (segment.since + segment.until) // 2, segment.until - 1}:
            if not segment.since <= at < segment.until:
                continue
            out = [way for way in notes.values() if way.since <= at < way.until]
            charged = [wait for wait in found.waits if wait.since <= at < wait.until]
            if not waits or not out:
                assert not charged
                continue
            assert len(charged) == 1
            way = notes[charged[0].sheet]
            assert way in out
            live = [one for one in out if not one.how]
            assert way in (live or out)
            assert all(way.until >= other.until for other in out)
            assert [leg.step for leg in way.legs if leg.since <= at < leg.until] == [
                charged[0].step
            ]


def test_the_game_of_notes_has_several_out_at_once_and_waits_for_them():
    """Guards the property above against a game in which nothing happens."""
    found = [course(dealt(entropy)) for entropy in range(60)]
    assert sum(bool(one.waits) for one in found) >= 15
    assert sum(len({wait.sheet for wait in one.waits}) > 1 for one in found) >= 5
    assert sum(bool(late_by_seat(leg for way in one.ways for leg in way.legs)) for one in found) > 5


@PLAYS
@given(st.sampled_from(PACKS), ENTROPY)
def test_nobody_answers_for_time_before_their_own_leg_began(name: str, entropy: int):
    """A case late through one leg never counts against the next, whose clock starts when it is done."""
    found = course(any_play(name, entropy))
    for legs in (found.segments, *(way.legs for way in found.ways)):
        for before, leg in pairwise(legs):
            assert all(before.until <= charged.since for charged in leg.charged)
            assert leg.late <= max(0, leg.until - max(leg.due, leg.since))


@PLAYS
@given(st.sampled_from(PACKS), ENTROPY)
def test_shares_of_blame_are_whole_per_cents_that_sum_to_100(name: str, entropy: int):
    found = course(any_play(name, entropy))
    for totals in (blame(found), *(late_by_seat(way.legs) for way in found.ways)):
        parts = shares(totals)
        assert sum(parts.values()) == (100 if totals else 0)
        assert set(parts) == set(totals)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10**9), min_size=1))
def test_a_share_is_never_further_than_one_from_exact(totals: dict[str, int]):
    parts = shares(totals)
    assert sum(parts.values()) == 100
    for seat, seconds in totals.items():
        assert abs(parts[seat] - seconds * 100 / sum(totals.values())) <= 1


def test_lateness_is_the_seats_that_let_the_latest_due_pass():
    late = charges(0, [("a@", 10), ("b@", 30), ("c@", 35)], 40)
    assert [(one.seat, one.since, one.until) for one in late] == [
        ("a@", 10, 30), ("b@", 30, 35), ("c@", 35, 40),
    ]  # fmt: skip
    assert not charges(20, [("a@", 10), ("b@", 20)], 40)  # gone before the leg began
    assert not charges(0, [("a@", 10)], 8)  # done in time, told later


def note_out() -> Story:
    """A complaint about a merchant; its note is drawn up and waits to be issued."""
    return with_a_note(world("mall"))


FILLED = {"result": "退货", "customer opinion": "接受", "handler": "某", "date": "2026-03-03"}


def issued(story: Story, sheet: int) -> None:
    story.do("issue", "operations-cai", sheet=sheet, outcome="issued")


def returned(story: Story, sheet: int) -> None:
    """A note signed for, replied to and checked within the hour."""
    story.later(600).do("receipt", "merchant-fang", sheet=sheet, signature="某")
    story.later(600).do("reply", "merchant-fang", sheet=sheet, **FILLED)
    story.later(600).do("check_reply", "operations-cai", sheet=sheet, outcome="accepted")


def test_a_note_issued_late_is_charged_to_who_issues_and_not_to_the_merchant():
    story = note_out()
    due = story.owing("issue").due
    story.now = due + 1800  # half an hour late: the time of the rank above runs
    issued(story, 1)
    returned(story, 1)
    found = course_of(story.history, story.world.policy, story.now)
    issue, receipt, reply, check = found.ways[0].legs
    assert [leg.step for leg in found.ways[0].legs] == ["issue", "receipt", "reply", "check_reply"]
    assert issue.late == 1800
    assert late_by_seat([issue]) == {"operations_manager@mall": 1800}
    assert not receipt.late
    assert not reply.late
    assert not check.late
    assert shares(blame(found)) == {"operations_manager@mall": 100}
    assert {held.seat for held in issue.held} == {"operations_manager@mall", "deputy_gm@mall"}


def test_who_is_handed_a_missed_note_answers_for_the_new_time_only():
    story = note_out()
    issued(story, 1)
    story.later(600).do("receipt", "merchant-fang", sheet=1, signature="某")
    due = story.owing("reply", 1).due
    story.now = due + 1
    story.sweep()
    above = story.owing("reply", 1)
    story.now = above.due + 7200
    story.do("reply", "merchant-fang", sheet=1, **FILLED)
    leg = course_of(story.history, story.world.policy, story.now).ways[0].legs[2]
    passed = leg.charged[0]
    assert (passed.seat, passed.since, passed.until) == ("merchant_manager@cotton", due, above.due)
    assert leg.charged[1].seat == above.seat
    assert leg.late == leg.until - due
    parts = shares(late_by_seat([leg]))
    assert sum(parts.values()) == 100
    assert parts["merchant_manager@cotton"] == max(parts.values())


def test_while_two_notes_are_out_waiting_is_the_last_ones_and_split_over_its_legs():
    story = note_out()
    begun = story.now
    issued(story, 1)
    story.later(300).do("dispatch", "operations-cai", instructions="请协助", to_unit="kettle")
    second = story.now
    returned(story, 1)
    back = story.now
    story.later(600)
    issued(story, 2)
    signed = story.now
    story.later(60).do("receipt", "merchant-ge", sheet=2, signature="某")
    story.later(60).do("reply", "merchant-ge", sheet=2, **FILLED)
    story.later(60).do("check_reply", "operations-cai", sheet=2, outcome="accepted")
    story.later(900).do("resolve", "operations-cai", resolution="退货")
    found = course_of(story.history, story.world.policy, story.now)
    assert back < signed
    spent = {(wait.sheet, wait.step): 0 for wait in found.waits}
    for wait in found.waits:
        spent[wait.sheet, wait.step] += wait.seconds
    assert spent == {
        (1, "receipt"): second - begun,  # alone out; issued at once
        (2, "issue"): signed - second,
        (2, "receipt"): 60,
        (2, "reply"): 60,
        (2, "check_reply"): 60,
    }


def test_waiting_for_a_late_note_is_not_charged_to_the_owner_who_waits():
    story = note_out()
    issued(story, 1)
    story.later(600).do("receipt", "merchant-fang", sheet=1, signature="某")
    story.now = max(story.case.agreed, story.owing("reply", 1).due) + 5 * DAY
    story.sweep()
    found = course_of(story.history, story.world.policy, story.now)
    waiting = next(leg for leg in found.segments if leg.step == "resolve")
    assert story.now > waiting.due  # its own due passed too
    assert not waiting.late
    note = late_by_seat(found.ways[0].legs)
    assert blame(found) == note


def test_time_that_does_not_add_up_is_found():
    story = note_out()
    issued(story, 1)
    returned(story, 1)
    found = course_of(story.history, story.world.policy, story.now)
    assert not list(unsound(found))
    way = found.ways[0]
    assert list(unsound(replace(found, segments=found.segments[1:])))
    assert list(unsound(replace(found, ways=(replace(way, legs=way.legs[:-1]),))))
    shorter = replace(way, legs=(replace(way.legs[0], until=way.legs[0].until - 1), *way.legs[1:]))
    assert list(unsound(replace(found, ways=(shorter,))))
    late = replace(way.legs[1], charged=(Stretch("x@", way.since, way.until),))
    assert list(unsound(replace(found, ways=(replace(way, legs=(way.legs[0], late)),))))
    assert list(unsound(replace(found, waits=(replace(found.waits[0], sheet=7),))))
    assert list(unsound(replace(found, waits=(replace(found.waits[0], step="reply"),))))
