"""Rhythms: when a duty that recurs without any case falls due to open."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bihuan.engine.calendar import BadTime, Calendar
from bihuan.engine.manner import minute_of_day
from bihuan.engine.opening_hours import WEEKDAY_NAMES, parse_clock, parse_weekday
from bihuan.engine.spans import calendar_named, month_later

_FORMS = (
    "day at 21:00, week on monday at 12:00, month on day 3 at 12:00, month on day 5, "
    "holiday at 17:00, 12 months; each may end in “exactly” and then in “on NAME”; or message"
)
_RHYTHM = re.compile(
    r"(?:(?P<message>message)|(?P<day>day)|(?P<holiday>holiday)|week on (?P<weekday>\w+)|month on day (?P<date>\d+)"
    r"|(?P<count>\d+) (?P<unit>days?|months?|years?))"
    r"(?: at (?P<clock>\S+))?(?P<exactly> exactly)?(?: on (?P<on>\w[\w-]*))?"
)

NEVER = 2**40
"""An instant after all others."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What recurs: `unit` is day, week, month, holiday, or days or months counted by `count`; or
    message: with each message that reaches the organisation, and at no time of its own.

    `number` is the weekday (0 = Monday) or the day of the month; `minute` that of the day.
    Unless `exactly`, a day on which the calendar rests gives way to the next that works.
    """

    unit: str
    number: int = 0
    minute: int = 0
    count: int = 1
    exactly: bool = False
    on: str | None = None


def parse_rhythm(text: str) -> Rhythm:
    """The rhythm a policy writes after `every:`. Without a time of day it is 00:00.

    Raises BadTime.
    """
    words = " ".join(str(text).split())
    found = _RHYTHM.fullmatch(words)
    if not found:
        raise BadTime(
            f"“{words}”不是周期。可以写：{_FORMS}", f"“{words}” is no rhythm; right are: {_FORMS}"
        )
    minute = parse_clock(found["clock"]) if found["clock"] else 0
    exactly, on = bool(found["exactly"]), found["on"]
    if found["message"]:
        return Rhythm("message", on=on)
    if found["day"]:
        return Rhythm("day", minute=minute, exactly=exactly, on=on)
    if found["holiday"]:
        return Rhythm("holiday", minute=minute, exactly=True, on=on)
    if found["weekday"]:
        weekday = parse_weekday(found["weekday"])
        return Rhythm("week", weekday, minute, exactly=exactly, on=on)
    number = int(found["date"] or found["count"])
    if number < 1 or (found["date"] and number > 31):
        raise BadTime(
            f"“{words}”：日子应为 1 至 31,间隔至少为 1",
            f"“{words}”: a day of the month is 1 to 31, an interval at least 1",
        )
    if found["date"]:
        return Rhythm("month", number, minute, exactly=exactly, on=on)
    if found["unit"].startswith("day"):
        return Rhythm("days", 0, minute, number, exactly, on)
    months = number * (12 if found["unit"].startswith("year") else 1)
    return Rhythm("months", 0, minute, months, exactly, on)


def rhythm_text(rhythm: Rhythm) -> str:
    """The rhythm as a policy writes it; parse_rhythm reads it back to an equal value."""
    words = {
        "week": f"week on {WEEKDAY_NAMES[rhythm.number % 7]}",
        "month": f"month on day {rhythm.number}",
        "days": f"{rhythm.count} days",
        "months": f"{rhythm.count} months",
    }.get(rhythm.unit, rhythm.unit)
    at = f" at {minute_of_day(rhythm.minute)}" if rhythm.minute else ""
    exactly = " exactly" if rhythm.exactly and rhythm.unit != "holiday" else ""
    return words + at + exactly + (f" on {rhythm.on}" if rhythm.on else "")


def next_occurrence(
    rhythm: Rhythm,
    after: int,
    calendars: Mapping[str, Calendar],
    usual: str = "usual",
    anchor: int | None = None,
) -> int:
    """The first instant after `after` at which the rhythm falls; `NEVER` for messages, and for the holidays
    of a calendar that does not rest in the ten years to come.

    Counted rhythms (`12 months`) run from the day of `anchor`; without one, from that of `after`.
    """
    if rhythm.unit == "message":
        return NEVER
    counted = rhythm.unit in ("days", "months")
    since = after if anchor is None or not counted else anchor
    return _next(rhythm, after, calendar_named(calendars, rhythm.on or usual), since)


@lru_cache(maxsize=4096)  # a ledger that catches up asks for all its rows again after each lapse
def _next(rhythm: Rhythm, after: int, calendar: Calendar, anchor: int) -> int:
    if rhythm.unit in ("days", "months"):
        days = _counted(rhythm, calendar.day_of(anchor))
    else:
        today = calendar.day_of(after)
        # What falls on days of rest just before today may have moved to today.
        since = today if rhythm.exactly else _workday_until(calendar, today - timedelta(days=1))
        days = _days(rhythm, calendar.works, since)
    for day in days:
        moved = day if rhythm.exactly else calendar.workday_from(day)
        instant = calendar.at(moved, rhythm.minute)
        if instant > after:
            return instant
    return NEVER


def _days(rhythm: Rhythm, works: Callable[[date], bool], since: date) -> Iterator[date]:
    day, last_day = since, since + timedelta(days=3653)
    while day < last_day:
        if rhythm.unit == "day":
            fits = True
        elif rhythm.unit == "holiday":
            fits = not works(day)
        elif rhythm.unit == "week":
            fits = day.weekday() == rhythm.number
        else:
            last = (day + timedelta(days=1)).day == 1
            fits = day.day == rhythm.number or (last and day.day < rhythm.number)
        if fits:
            yield day
        day += timedelta(days=1)


def _counted(rhythm: Rhythm, first: date) -> Iterator[date]:
    times = 1
    while True:
        if rhythm.unit == "days":
            yield first + timedelta(days=rhythm.count * times)
        else:
            yield month_later(first, rhythm.count * times)
        times += 1


def _workday_until(calendar: Calendar, day: date) -> date:
    while not calendar.works(day) and day.year > 1969:
        day -= timedelta(days=1)
    return day
