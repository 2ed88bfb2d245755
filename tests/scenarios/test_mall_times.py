"""MALL-11's 24 hours for the trace call: a table of instants, before, at and after they are over."""

from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.case import Act, Case
from bihuan.engine.step import catch_up, decide

ROWS = YAML(typ="base").load(Path(__file__).with_name("trace_call.yaml"))
WORLD = shipped_pack("mall").world()


def instant(wall: str) -> int:
    day, clock = wall.split()
    hours, minutes = clock.split(":")
    return WORLD.calendars["usual"].at(date.fromisoformat(day), int(hours) * 60 + int(minutes))


def issued_at(now: int) -> Case:
    """A complaint about a merchant whose handling sheet is issued at that instant."""
    told = {"kind": "complaint", "channel": "phone", "unit": "mall", "about_unit": "coats"}
    told |= {"name": "顾客某", "contact": "示例号码", "content": "示例内容"}
    case = decide(None, Act("register", "desk", now, told), WORLD, now).case
    for who, act, data, sheet in (
        ("desk", "acknowledge", {"agreed_time": now + 2 * 86400}, 0),
        (
            "desk",
            "classify",
            {"about": "merchant", "category": "service", "desk_can_solve": "no"},
            0,
        ),
        ("desk", "dispatch", {"instructions": "请核实"}, 0),
        ("operations", "issue", {"outcome": "issued"}, 1),
    ):
        done = decide(case, Act(act, who, now, data, sheet), WORLD, now)
        assert done.accepted, done.refusal
        case = done.case
    assert case is not None
    return case


def lapses(case: Case, at: int) -> bool:
    return any(
        e.data.get("act") == "trace_call"
        for e in catch_up(case, WORLD, at).events
        if e.kind == "lapsed"
    )


@pytest.mark.parametrize(("issued", "due"), [tuple(row) for row in ROWS], ids=str)
def test_the_merchant_is_called_within_24_hours_of_the_note(issued: str, due: str) -> None:
    case, until = issued_at(instant(issued)), instant(due)
    (owed,) = [debt for debt in case.debts.values() if debt.act == "trace_call"]
    assert owed.due == until
    assert not lapses(case, until - 1)
    assert not lapses(case, until)
    assert lapses(case, until + 1)
