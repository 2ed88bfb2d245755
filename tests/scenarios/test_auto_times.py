"""The minutes and hours of the car maker's policy, before, at and after they are over."""

from datetime import date

import pytest

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.case import Act, Case
from bihuan.engine.step import catch_up, decide
from bihuan.engine.world import World

PACK = shipped_pack("auto")
WORLD: World = PACK.world()


def instant(wall: str) -> int:
    day, clock = wall.split()
    hours, minutes = clock.split(":")
    return WORLD.calendars["usual"].at(date.fromisoformat(day), int(hours) * 60 + int(minutes))


def done(case: Case | None, name: str, by: str, at: int, sheet: int = 0, /, **data: object) -> Case:
    decision = decide(case, Act(name, by, at, data, sheet), WORLD, at)
    assert decision.refusal is None, decision.refusal
    assert decision.case is not None
    return decision.case


def due(case: Case, act: str, sheet: int = 0) -> int:
    (debt,) = (d for d in case.debts.values() if d.act == act and d.sheet == sheet)
    return debt.due


def lapses(case: Case, act: str, sheet: int, at: int) -> bool:
    events = catch_up(case, WORLD, at).events
    return any(e.kind == "lapsed" and e.data["act"] == act and e.sheet == sheet for e in events)


def taken_in(kind: str, wall: str, **facts: object) -> Case:
    """Registered at ``wall``, acknowledged a minute later and classified after another."""
    at = instant(wall)
    told = {"name": "客户某", "contact": "示例号码", "content": "示例", "location": "31.2,121.4"}
    told |= {"part": "门", "symptom": "异响"} if kind == "fault" else {}
    case = done(
        None, "register", "taker", at,
        kind=kind, channel="hotline", unit="centre", nearest_unit="north", **told, **facts,
    )  # fmt: skip
    place = {"location": "31.2,121.4"} if kind == "rescue" else {}
    case = done(case, "acknowledge", "taker", at + 60, agreed_time=at + 7200, **place)
    grade = {"grade": "general"} if kind == "complaint" else {}
    about = {"about": "department", "about_unit": "product", "category": "other"}
    return done(case, "classify", "taker", at + 120, **about, **grade)


# AUTO-5.2.1b, 5.2.2, 5.2.3: minutes to the note, elapsed at any hour of any day
NOTES = [
    ("rescue", "2026-03-02 10:00", "2026-03-02 10:10"),
    ("rescue", "2026-03-02 17:55", "2026-03-02 18:05"),  # across the departments' closing
    ("rescue", "2026-03-07 02:00", "2026-03-07 02:10"),  # a Saturday night
    ("rescue", "2026-02-17 23:55", "2026-02-18 00:05"),  # in the Spring Festival, across midnight
    ("rescue", "2026-12-31 23:55", "2027-01-01 00:05"),  # across the year
    ("enquiry", "2026-03-02 10:00", "2026-03-02 10:30"),
    ("enquiry", "2026-03-02 17:45", "2026-03-02 18:15"),
    ("enquiry", "2026-02-28 23:45", "2026-03-01 00:15"),
    ("fault", "2026-03-02 10:00", "2026-03-02 11:00"),
    ("fault", "2026-03-06 17:30", "2026-03-06 18:30"),
    ("fault", "2026-02-16 23:30", "2026-02-17 00:30"),
    ("complaint", "2026-03-02 10:00", "2026-03-02 11:00"),
]


@pytest.mark.parametrize(("kind", "registered", "by"), NOTES)
def test_the_note_is_due_so_many_minutes_after_registration(
    kind: str, registered: str, by: str
) -> None:
    facts = {"answered_now": "no"} if kind == "enquiry" else {}
    case, until = taken_in(kind, registered, **facts), instant(by)
    assert due(case, "dispatch") == until
    assert not lapses(case, "dispatch", 0, until - 1)
    assert not lapses(case, "dispatch", 0, until)
    assert lapses(case, "dispatch", 0, until + 1)


# AUTO-5.2.1b: the three hours that may be promised, and AUTO-5.3.1: the two for the reply,
# both as working hours of the departments (Mon-Fri 9-18)
HOURS = [  # told at, promised at the latest; countersigned at, reply due
    ("2026-03-02 10:00", "2026-03-02 13:00", "2026-03-02 12:00"),
    ("2026-03-02 08:59", "2026-03-02 12:00", "2026-03-02 11:00"),  # before opening
    ("2026-03-02 09:00", "2026-03-02 12:00", "2026-03-02 11:00"),  # at opening
    ("2026-03-02 15:00", "2026-03-02 18:00", "2026-03-02 17:00"),  # ends exactly at closing
    ("2026-03-02 15:01", "2026-03-03 09:01", "2026-03-02 17:01"),  # a minute too late for that
    ("2026-03-02 16:00", "2026-03-03 10:00", "2026-03-02 18:00"),
    ("2026-03-02 18:00", "2026-03-03 12:00", "2026-03-03 11:00"),  # at closing
    ("2026-03-03 02:00", "2026-03-03 12:00", "2026-03-03 11:00"),  # at night
    ("2026-03-06 17:00", "2026-03-09 11:00", "2026-03-09 10:00"),  # over a weekend
    (
        "2026-02-13 17:00",
        "2026-02-14 11:00",
        "2026-02-14 10:00",
    ),  # Friday before a make-up Saturday
    ("2026-02-14 17:00", "2026-02-24 11:00", "2026-02-24 10:00"),  # over the Spring Festival
]


@pytest.mark.parametrize(("told", "latest", "_"), HOURS)
def test_three_working_hours_may_be_promised_and_not_a_minute_more(
    told: str, latest: str, _: str
) -> None:
    at, until = instant(told), instant(latest)
    told_at = {"kind": "enquiry", "channel": "hotline", "unit": "centre", "answered_now": "no"}
    case = done(None, "register", "taker", at, **told_at)
    late = decide(case, Act("acknowledge", "taker", at, {"agreed_time": until + 60}), WORLD, at)
    assert late.refusal is not None
    assert late.refusal.code == "too-far"
    assert done(case, "acknowledge", "taker", at, agreed_time=until).agreed == until


@pytest.mark.parametrize(("signed", "_", "by"), HOURS)
def test_the_department_has_two_working_hours_from_the_signature(
    signed: str, _: str, by: str
) -> None:
    at, until = instant(signed), instant(by)
    before = WORLD.calendars["usual"].wall(at - 300)
    case = taken_in("enquiry", f"{before[0]} {before[1]}", answered_now="no")
    case = done(case, "dispatch", "back", at - 60, instructions="请答复")
    case = done(case, "countersign", "chief", at, 1, outcome="approved")
    assert due(case, "reply", 1) == until
    assert not lapses(case, "reply", 1, until)
    assert lapses(case, "reply", 1, until + 1)


# AUTO-5.3.2 and 5.3.3: the dealer's own clocks run at night too
@pytest.mark.parametrize(
    ("kind", "act", "sent", "by"),
    [
        ("rescue", "contact", "2026-03-07 02:06", "2026-03-07 02:16"),
        ("rescue", "contact", "2026-12-31 23:55", "2027-01-01 00:05"),
        ("fault", "make_appointment", "2026-03-02 10:30", "2026-03-02 12:30"),
        ("fault", "make_appointment", "2026-03-06 17:30", "2026-03-06 19:30"),
        ("fault", "make_appointment", "2026-02-14 23:00", "2026-02-15 01:00"),
    ],
)
def test_the_dealer_calls_within_ten_minutes_and_makes_an_appointment_within_two_hours(
    kind: str, act: str, sent: str, by: str
) -> None:
    at, until = instant(sent), instant(by)
    day, clock = WORLD.calendars["usual"].wall(at - 240)
    case = done(taken_in(kind, f"{day} {clock}"), "dispatch", "back", at, instructions="请处理")
    assert due(case, act, 1) == until
    assert not lapses(case, act, 1, until)
    assert lapses(case, act, 1, until + 1)
