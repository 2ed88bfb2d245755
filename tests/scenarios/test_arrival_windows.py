"""HOME-7.3 a–d at every edge of the calendar: a table of instants, and the instant each is due."""

from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bihuan.desk.calendars import shipped
from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.calendar import Calendar, parse_calendar
from bihuan.engine.case import Act
from bihuan.engine.clock import due, is_provisional
from bihuan.engine.spans import window_of
from bihuan.engine.step import decide
from bihuan.engine.world import World

ROWS = YAML(typ="base").load(Path(__file__).with_name("arrival_windows.yaml"))
OFFICE = shipped_pack("home").policy.calendars["usual"]
CALENDARS = {
    "office": parse_calendar(OFFICE, shipped()),
    "lunch": parse_calendar(OFFICE | {"open": {"mon-fri": "09:00-12:00 13:30-18:00"}}, shipped()),
}


def instant(wall: str, calendar: Calendar) -> int:
    day, _, clock = wall.partition(" ")
    hours, _, minutes = clock.partition(":")
    return calendar.at(date.fromisoformat(day), int(hours) * 60 + int(minutes))


def every_row() -> list[object]:
    return [
        pytest.param(name, *row, id=f"{name}: {row[0]}")
        for name, rows in ROWS.items()
        for row in rows
    ]


@pytest.mark.parametrize(("name", "arrived", "window", "until"), every_row())
def test_it_is_passed_on_by_then(name: str, arrived: str, window: str, until: str) -> None:
    calendar, policy = CALENDARS[name], shipped_pack("home").policy
    start = instant(arrived, calendar)
    span = policy.numbers["pass_on"].value()
    assert window_of(start, calendar) == window
    assert due(span, start, {"usual": calendar}) == instant(until, calendar)


@pytest.mark.parametrize(("name", "arrived", "window", "until"), every_row())
def test_a_case_that_arrived_then_owes_its_dispatch_by_then(
    name: str, arrived: str, window: str, until: str
) -> None:
    pack, calendar = shipped_pack("home"), CALENDARS[name]
    world = World(pack.policy, pack.cast.organisation(), {"usual": calendar})
    now = instant(arrived, calendar)
    told = {"kind": "complaint", "channel": "phone", "unit": "east", "about_unit": "engineering"}
    told |= {"name": "客户某", "contact": "示例号码", "content": "示例内容", "delivered": "no"}
    case = decide(None, Act("register", "sales", now, told), world, now).case
    assert case is not None
    assert case.facts["arrived"] == window
    first = "duty" if window == "holiday" else "sales"
    for who, act, data in (
        (first, "acknowledge", {}),
        (first, "classify", {"category": "engineering"}),
        (first, "report", {"form": "phone", "content": "示例内容"}),
        ("gm", "decide", {"handling": "dispatch", "ask_president": "no"}),
    ):
        done = decide(case, Act(act, who, now, data), world, now)
        assert done.accepted, done.refusal
        case = done.case
    (owed,) = [debt for debt in case.debts.values() if debt.act == "dispatch"]
    assert owed.due == instant(until, calendar)


def test_the_table_has_forty_instants_and_every_window_on_each_calendar() -> None:
    assert sum(len(rows) for rows in ROWS.values()) >= 40
    for rows in ROWS.values():
        assert {window for _, window, _ in rows} == {"in hours", "off hours", "holiday"}
    assert len({(name, row[0]) for name, rows in ROWS.items() for row in rows}) == sum(
        len(rows) for rows in ROWS.values()
    )


def test_on_the_last_evening_of_a_published_year_the_time_is_provisional() -> None:
    calendar, span = CALENDARS["office"], shipped_pack("home").policy.numbers["pass_on"].value()
    opening = CALENDARS["office"].next_opening(instant("2026-12-31 18:00", calendar))
    for arrived, provisional in (("2026-12-31 17:59", False), ("2026-12-31 18:00", True)):
        start = instant(arrived, calendar)
        assert is_provisional(span, start, {"usual": calendar}) is provisional
    assert due(span, instant("2026-12-31 18:00", calendar), {"usual": calendar}) == opening + 3600
