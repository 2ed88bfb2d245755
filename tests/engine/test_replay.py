"""State is the fold of events and nothing else; nothing in it depends on who folds it, or when."""

import json
from random import Random

import pytest

from bihuan.engine.case import Act, Case, Event, replay
from bihuan.engine.step import decide, possible, wake_at
from tests.engine.playing import DAY, Play, pause, random_act
from tests.engine.stories import mall, with_a_note
from tests.engine.worlds import MORNING, PACKS, world


def random_story(number: int) -> Play:
    dice = Random(50_000 + number)
    play = Play.begun(dice, world(dice.choice(PACKS)), MORNING + dice.randint(0, 300 * DAY))
    for _ in range(40):
        play.now += pause(dice)
        play.do(random_act(dice, play.case, play.world, play.now))
    return play


def through_json(event: Event) -> Event:
    """The event as the records write and read it."""
    data, effects = json.loads(json.dumps([event.data, event.effects], ensure_ascii=False))
    return Event(
        event.kind, event.at, event.by, event.seat, event.sheet, data, tuple(map(tuple, effects))
    )


@pytest.mark.parametrize("number", range(40))
def test_the_fold_of_a_history_is_the_state_also_once_written_and_read(number: int) -> None:
    play = random_story(number)
    assert replay(play.history) == play.case
    read = [through_json(event) for event in play.history]
    assert replay(read) == play.case
    assert replay(read) == play.case  # folding spoils no event
    assert read == [through_json(event) for event in play.history]


@pytest.mark.parametrize("number", range(20))
def test_recorded_acts_replayed_give_every_lapse_transfer_and_due_again(number: int) -> None:
    play = random_story(number)
    case: Case | None = None
    history: list[Event] = []
    for now, act in play.acts:
        made = decide(case, act, play.world, now)
        history += made.events
        case = made.case
    assert history == play.history
    assert case == play.case


def test_a_case_without_history_is_none() -> None:
    assert replay([]) is None


def test_writing_leaves_out_what_holds_nothing() -> None:
    written = mall(world("mall"), "acknowledge").case.to_json()
    assert "sheets" not in written
    assert "rounds" not in written
    assert Case.from_json(written).sheets == {}


def test_asking_what_is_possible_changes_nothing() -> None:
    story = with_a_note(world("mall"))
    written = story.case.to_json()
    for person in ("desk-an", "operations-cai", "merchant-fang", "customer", "stranger"):
        assert possible(story.case, person, story.world, story.now + 30 * DAY)
    wake_at(story.case, story.world)
    assert story.case.to_json() == written


def test_a_refused_act_leaves_the_lapses_that_were_due_and_nothing_else() -> None:
    story = mall(world("mall"), "classify").later(3 * DAY)
    made = decide(story.case, Act("praise", "desk-an", story.now), story.world, story.now)
    assert made.refusal is not None
    assert {event.kind for event in made.events} == {"lapsed"}
    assert replay([*story.history, *made.events]) == made.case
