"""A history does not depend on when the sweep ran: lapses are dated when they were due."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from bihuan.engine.case import Act, Case, Event
from bihuan.engine.step import Decision, catch_up, decide, wake_at
from bihuan.engine.world import World
from tests.engine.playing import DAY, HOUR, MINUTE, Play, pause, random_act
from tests.engine.worlds import MORNING, PACKS, random_world, world

Sweep = Callable[[Case, World, int, int], Decision]


@dataclass
class Told:
    """A story in which nobody swept but the acts themselves: acts with the instants they were judged at."""

    world: World
    acts: list[tuple[int, Act]]
    until: int
    history: list[Event]
    case: Case


def told(number: int, steps: int = 40, patience: int = 10**9) -> Told:
    """A random story of so many acts, over both packs, cases and ledgers, full and thin organisations."""
    dice = Random(number)
    name = dice.choice(PACKS)
    here = world(name) if dice.random() < 0.5 else random_world(name, dice)
    play = Play.begun(dice, here, MORNING + dice.randint(0, 300 * DAY), watched=False)
    for _ in range(steps):
        if not play.case.is_open and dice.random() < 0.1:
            break
        play.now += min(pause(dice), patience)
        play.do(random_act(dice, play.case, here, play.now))
    play.now += pause(dice)
    play.sweep()
    return Told(here, play.acts, play.now, play.history, play.case)


def told_again(story: Told, sweep: Sweep) -> tuple[list[Event], Case]:
    """The same acts with sweeps in between."""
    first, *others = story.acts
    made = decide(None, first[1], story.world, first[0])
    assert made.case is not None
    events, case, before = list(made.events), made.case, first[0]
    for at, act in (*others, (story.until, None)):
        made = sweep(case, story.world, before, at)
        assert made.case is not None
        events, case, before = events + list(made.events), made.case, at
        if act is not None:
            made = decide(case, act, story.world, at)
            assert made.case is not None
            events, case = events + list(made.events), made.case
    made = catch_up(case, story.world, story.until)
    assert made.case is not None
    return events + list(made.events), made.case


def at_every_waking(case: Case, here: World, _since: int, until: int) -> Decision:
    """What a sweep every minute does: nothing in between, something whenever the case wakes."""
    events: list[Event] = []
    while 0 < (waking := wake_at(case, here)) <= until:
        made = catch_up(case, here, waking)
        assert made.events, "it woke for nothing"
        assert not catch_up(case, here, waking - 1).events, "it overslept"
        assert made.case is not None
        events, case = events + list(made.events), made.case
    return Decision(tuple(events), case)


def every(seconds: int) -> Sweep:
    """Sweeps so far apart, really run."""

    def sweep(case: Case, here: World, since: int, until: int) -> Decision:
        events: list[Event] = []
        for moment in range(since, until + 1, seconds):
            made = catch_up(case, here, moment)
            assert made.case is not None
            events, case = events + list(made.events), made.case
        return Decision(tuple(events), case)

    return sweep


def now_and_then(dice: Random) -> Sweep:
    """Sweeps at random instants."""

    def sweep(case: Case, here: World, since: int, until: int) -> Decision:
        events: list[Event] = []
        for moment in sorted(dice.randint(since, until) for _ in range(dice.randint(0, 4))):
            made = catch_up(case, here, moment)
            assert made.case is not None
            events, case = events + list(made.events), made.case
        return Decision(tuple(events), case)

    return sweep


def differs(number: int) -> str:
    """What differs between one random story and the same swept at every waking, and at random."""
    story = told(number)
    for name, sweep in (("waking", at_every_waking), ("random", now_and_then(Random(-number)))):
        events, case = told_again(story, sweep)
        if events != story.history:
            place = next(
                (
                    i
                    for i, pair in enumerate(zip(events, story.history, strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(events), len(story.history)),
            )
            return f"{name}: event {place}: {events[place : place + 1]} is not {story.history[place : place + 1]}"
        if case != story.case:
            return f"{name}: the state"
    return ""


@pytest.mark.parametrize("block", range(10))
def test_random_stories_are_the_same_whenever_the_sweep_ran(block: int) -> None:
    found = {number: differs(number) for number in range(50 * block, 50 * block + 50)}
    assert not {number: what for number, what in found.items() if what}


@pytest.mark.parametrize("number", range(3))
def test_a_sweep_that_really_runs_every_minute_changes_nothing(number: int) -> None:
    story = told(number, steps=15, patience=6 * HOUR)
    assert told_again(story, every(MINUTE)) == (story.history, story.case)


def test_some_of_these_stories_have_much_to_sweep() -> None:
    stories = [told(number) for number in range(60)]
    kinds = [event.kind for story in stories for event in story.history]
    assert kinds.count("lapsed") > 1000
    assert {"archive", "close", "opened", "reply", "postpone", "escalate"} <= set(kinds)
    assert any(story.case.ledger for story in stories)
