"""What hangs on when a message came: facts by calendar, numbers with a start of their own, who was told."""

from dataclasses import replace
from random import Random

import pytest

from bihuan.desk.calendars import shipped
from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.calendar import parse_calendar
from bihuan.engine.case import Act, replay
from bihuan.engine.compile import compile_policy
from bihuan.engine.step import decide
from bihuan.engine.why_due import why_due
from bihuan.engine.world import World
from tests.engine.playing import played
from tests.engine.policy_texts import nodes, pack_text
from tests.engine.stories import Story, instant
from tests.engine.worlds import MORNING, compiled

PACK = shipped_pack("home")
HOME = PACK.world()
TOLD = {
    "kind": "complaint",
    "channel": "phone",
    "unit": "east",
    "name": "客户某",
    "contact": "示例号码",
    "content": "示例内容",
    "delivered": "no",
}


def codes_of(*changes: tuple[str, str]) -> list[str]:
    text = pack_text("home")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return [finding.code for finding in compile_policy(nodes(text))[1]]


def registered(clock: str, by: str = "sales", **more: object) -> Story:
    story = Story(HOME, clock)
    story.do("register", by, **TOLD, **more)
    return story


@pytest.mark.parametrize(
    ("received", "window"),
    [("17:59", "in hours"), ("18:00", "off hours"), ("08:59", "off hours"), ("09:00", "in hours")],
)
def test_the_window_is_that_of_receipt_not_of_registration(received: str, window: str) -> None:
    story = registered("2026-03-02 20:00", received=instant(f"2026-03-02 {received}"))
    assert story.case.facts["arrived"] == window


def test_nobody_but_the_calendar_says_when_it_arrived() -> None:
    act = Act("register", "sales", MORNING, TOLD | {"arrived": "holiday"})
    made = decide(None, act, HOME, MORNING)
    assert made.refusal is not None
    assert (made.refusal.code, made.refusal.field) == ("unknown-field", "arrived")
    story = registered("2026-03-02 10:00")
    assert story.refused("correct", "sales", arrived="holiday")[0] == "unknown-field"


def test_a_fact_by_calendar_has_the_three_windows_and_no_other_values() -> None:
    assert codes_of(
        (
            "holiday: {zh: 节假日, en: On a day of rest}}, by: calendar",
            "late: {zh: 晚, en: Late}}, by: calendar",
        )
    )[:1] == ["not-a-window"]
    assert "unknown-name" in codes_of(("by: calendar", "by: moon"))


def test_what_is_counted_is_of_a_closed_list() -> None:
    assert "unknown-name" in codes_of(("complainants with the same complaint in", "sad people in"))


def test_a_number_with_a_start_of_its_own_counts_from_there_whatever_the_row() -> None:
    story = registered("2026-03-02 10:05", received=instant("2026-03-02 10:00"))
    story.do("acknowledge", "sales")
    story.do("classify", "sales", category="service")
    story.do("report", "sales", form="phone", content="示例内容")
    story.at("2026-03-02 10:30").do("decide", "gm", handling="dispatch", ask_president="no")
    debt = story.owing("dispatch")
    assert debt.due == instant("2026-03-02 11:00")
    why = why_due(debt, story.case, HOME)
    assert (why.how, why.number, why.start) == ("counted", "pass_on", instant("2026-03-02 10:00"))
    assert "unknown-name" in codes_of((", from: received, word", ", from: the moon, word"))


@pytest.mark.parametrize(
    ("by", "owed"),
    [("clerk", True), ("engineer", True), ("property", False), ("duty", False), ("gm", False)],
)
def test_who_takes_complaints_in_was_not_merely_told(by: str, owed: bool) -> None:
    story = registered("2026-03-02 10:00", by)
    assert any(debt.act == "pass_on" for debt in story.case.debts.values()) is owed


def test_a_progress_duty_ends_where_its_condition_does() -> None:
    story = registered("2026-03-02 10:00")
    story.do("acknowledge", "sales")
    story.do("classify", "sales", category="service")
    story.do("report", "sales", form="phone", content="示例内容")
    story.do("decide", "gm", handling="direct", ask_president="no")
    assert story.owing("contact").row == "owed.progress_of_general"
    story.at("2026-03-03 10:00").do("investigate", "sales", findings="一", grounds="law", basis="二",
                                    liability="company", compensation=100)  # fmt: skip
    assert story.case.derived["severity"] == "major"
    story.do("appoint_command", "gm", commander="gm", team="客服")
    contacts = [debt for debt in story.case.debts.values() if debt.act == "contact"]
    assert [debt.row for debt in contacts] == ["owed.progress_of_major"]
    assert contacts[0].due == instant("2026-03-04 24:00".replace("24:00", "23:59")) + 60


@pytest.mark.parametrize("block", range(3))
def test_random_acts_break_nothing_of_this_policy_either(block: int) -> None:
    units = PACK.cast.organisation().units
    first = {"east": units["east"], **units}  # complaints come to the city
    here = replace(HOME, organisation=replace(PACK.cast.organisation(), units=first))
    steps = 0
    for number in range(8 * block, 8 * block + 8):
        dice = Random(number)
        for play in played(dice, here, MORNING + dice.randint(0, 400 * 86400), 50):
            steps += 1
            assert not play.found, (number, len(play.acts), play.found)
        assert replay(play.history) == play.case
    assert steps > 200


def test_the_lunch_break_is_outside_hours_where_a_calendar_has_one() -> None:
    text = pack_text("home").replace("09:00-18:00}", "09:00-12:00 13:30-18:00}")
    policy = compiled(text)
    calendars = {"usual": parse_calendar(policy.calendars["usual"], shipped())}
    here = World(policy, HOME.organisation, calendars)
    story = Story(here, "2026-03-02 12:10")
    story.do("register", "sales", **TOLD)
    assert story.case.facts["arrived"] == "off hours"
    assert story.owing("acknowledge").due == instant("2026-03-02 13:40")
