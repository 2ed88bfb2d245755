"""A clock stands only while somebody else owes what will start it again (no shipped pack uses it)."""

from random import Random

import pytest

from bihuan.engine.case import replay
from bihuan.engine.step import wake_at
from tests.engine import test_sweep_independence as sweeping
from tests.engine.playing import DAY, HOUR, Play, pause, random_act
from tests.engine.stories import Story, instant, mall, wall_time
from tests.engine.worlds import MORNING, changed

MAY = """may:
  pause:
    who: [owner, service_desk]
    until: longest_promise
    at most: changes
    then: stay
    covered by: {owes: operations_manager, act: chase, every: trace_time}
    clause: MALL-5.6
  resume: {who: [owner, service_desk], then: stay, clause: MALL-5.6}
"""
HERE = changed("mall", ("may:\n", MAY))


def paused(until: str = "2026-03-04 10:00") -> Story:
    story = mall(HERE, "resolve")
    story.do("pause", "desk-an", reason="等客户寄回", until=instant(until))
    return story


def test_the_clocks_stand_and_somebody_owes_what_starts_them_again() -> None:
    story = paused()
    assert story.owing("chase").seat == "operations_manager@mall"
    contact = story.owing("contact").due
    story.at("2026-03-03 10:00")
    story.do("chase", "operations-cai", said="已催")
    assert "chase" not in story.owed()
    stood = instant("2026-03-03 10:00") - instant("2026-03-02 10:15")
    assert not story.case.paused
    assert story.owing("contact").due == contact + stood
    assert not story.lapses("contact")


def test_a_time_agreed_with_the_customer_does_not_stand() -> None:
    story = paused()
    story.do("resume", "desk-an")
    assert wall_time(story.owing("resolve").due) == "2026-03-04 18:00"


def test_a_pause_ends_by_itself_when_it_was_to() -> None:
    story = paused("2026-03-03 09:00").at("2026-03-06 12:00")
    story.sweep()
    ended = [event for event in story.history if event.kind == "resume"]
    assert [(wall_time(event.at), event.by) for event in ended] == [("2026-03-03 09:00", "system")]
    assert story.lapses("contact")[0] == "2026-03-04 09:00"


def test_what_covers_a_pause_lapses_and_climbs_like_any_debt() -> None:
    story = paused("2026-03-04 23:00").at("2026-03-03 11:00")
    story.sweep()
    assert story.lapses() == ["2026-03-03 10:15"]
    assert story.owing("chase").seat == "deputy_gm@mall"
    assert wake_at(story.case, HERE) <= story.owing("chase").due + 1


def test_pausing_twice_resuming_what_runs_and_pausing_too_long_or_too_often() -> None:
    story = paused()
    clauses = ("MALL-5.6",)
    again = {"reason": "等", "until": instant("2026-03-04 10:00")}
    assert story.refused("pause", "desk-an", **again) == ("paused-already", clauses)
    story.do("resume", "desk-an")
    assert story.refused("resume", "desk-an") == ("not-paused", clauses)
    far = {"reason": "等", "until": instant("2026-03-09 10:00")}
    assert story.refused("pause", "desk-an", **far) == ("too-far", clauses)
    story.do("pause", "desk-an", **again)
    story.do("resume", "desk-an")
    assert story.refused("pause", "desk-an", **again) == ("budget-spent", clauses)


def test_withdrawing_ends_the_pause_and_what_covered_it() -> None:
    story = paused()
    story.do("withdraw", "customer")
    assert (story.owed(), story.case.paused) == (["purge"], 0)


@pytest.mark.parametrize("number", range(40))
def test_random_stories_with_pauses_keep_what_must_hold(number: int) -> None:
    dice = Random(90_000 + number)
    play = Play.begun(dice, HERE, MORNING)
    for _ in range(50):
        play.now += pause(dice)
        play.do(random_act(dice, play.case, HERE, play.now))
        assert not play.found, play.found
    assert replay(play.history) == play.case
    play.now += HOUR + DAY
    play.sweep()
    told = sweeping.Told(HERE, play.acts, play.now, play.history, play.case)
    for sweep in (sweeping.at_every_waking, sweeping.now_and_then(dice)):
        assert sweeping.told_again(told, sweep) == (told.history, told.case)
