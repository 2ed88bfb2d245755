"""Time expressions: from “2 working h” and a start to the instant something is due."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bihuan.engine.calendar import BadTime, Calendar, utc_text
from bihuan.engine.spans import (
    PERIODS,
    At,
    Break,
    Days,
    Elapsed,
    EndOf,
    Months,
    NextOpening,
    Plain,
    Span,
    Windows,
    WorkingDays,
    WorkingTime,
    calendar_named,
    month_end,
)

__all__ = [
    "At",
    "BadTime",
    "Break",
    "Days",
    "Elapsed",
    "EndOf",
    "Months",
    "NextOpening",
    "Span",
    "Windows",
    "WorkingDays",
    "WorkingTime",
    "due",
    "end_of_month_after",
    "is_provisional",
    "parse_instant",
    "parse_span",
    "span_text",
]

MAX_COUNT = 1_000_000


def due(
    span: Span,
    start: int,
    calendars: Mapping[str, Calendar],
    usual: str = "usual",
    breaks: Sequence[Break] = (),
) -> int:
    """The instant by which something owed since `start` is due.

    `usual` names the calendar of spans that name none; in `breaks` nothing is consumed.
    """
    return span.due(start, calendars, usual, breaks)


def is_provisional(
    span: Span,
    start: int,
    calendars: Mapping[str, Calendar],
    usual: str = "usual",
    breaks: Sequence[Break] = (),
) -> bool:
    """Whether days whose holidays are not published yet matter to the instant due."""
    if isinstance(span, Elapsed | At) or (isinstance(span, EndOf) and "working" not in span.period):
        return False
    calendar = calendar_named(calendars, span.on or usual)
    edge = calendar.provisional_from
    if isinstance(span, Windows):
        if edge is not None and start >= edge:
            return True
        _, inner = span.chosen(start, calendar)
        return is_provisional(inner, start, calendars, span.on or usual, breaks)
    if isinstance(span, NextOpening):
        opening = span.opening(start, calendar, breaks)
        if edge is not None and opening >= edge:
            return True
        return is_provisional(span.then, opening, calendars, span.on or usual, breaks)
    if edge is None:
        return False
    end = span.due(start, calendars, usual, breaks)
    return end > edge and end > start


# Reading and writing

_FORMS = (
    "30 min, 2 h, 3 days, 12 months, 2 working h, 7 working days, end of day, end of next "
    "working day, end of week, end of next week, end of month, end of next month, next opening, "
    "next opening + 1 h"
)
_UNITS = {"s": 1, "min": 60, "h": 3600}
_AMOUNT = re.compile(r"(\d+) (working )?(s|min|h|days?|months?|years?)")
_ON = re.compile(r"(.+?)(?: on (\w[\w-]*))?")
_WINDOWS = {"in hours": "in_hours", "off hours": "off_hours", "holiday": "holiday"}
_MEANT = {"hour": "h", "hours": "h", "hr": "h", "hrs": "h", "m": "min", "mins": "min"}
_MEANT |= {"minute": "min", "minutes": "min", "sec": "s", "second": "s", "seconds": "s"}
_MEANT |= {"d": "days", "week": "days", "weeks": "days", "business": "working", "workdays": ""}


def parse_span(text: str | Mapping[str, str]) -> Span:
    """The span a policy writes, or an arrival window given as a mapping. Raises BadTime."""
    if isinstance(text, Mapping):
        return _parse_windows(text)
    words = " ".join(str(text).split())
    found = _ON.fullmatch(words)
    if not found:
        raise _no_span(words)
    return _parse_plain(found[1], found[2])


def _parse_plain(words: str, on: str | None) -> Plain:
    if words.startswith("at "):
        return At(parse_instant(words[3:]))
    if words.startswith("end of ") and words[7:] in PERIODS:
        return EndOf(words[7:], on)
    if words == "next opening":
        return NextOpening(on=on)
    if words.startswith("next opening + "):
        then = _parse_plain(words.removeprefix("next opening + "), None)
        if isinstance(then, Elapsed | WorkingTime):
            return NextOpening(then, on)
        raise BadTime(
            f"“{words}”:next opening 之后只能加时、分，例如 next opening + 1 h",
            f"“{words}”: only hours and minutes can follow next opening, like next opening + 1 h",
        )
    found = _AMOUNT.fullmatch(words)
    if not found:
        raise _no_span(words)
    count, working, unit = int(found[1]), bool(found[2]), found[3].removesuffix("s") or "s"
    if count > MAX_COUNT:
        raise BadTime(
            f"“{words}”太长，数目不得超过 {MAX_COUNT}",
            f"“{words}” is too long; the count may be at most {MAX_COUNT}",
        )
    if unit in _UNITS:
        if working:
            return WorkingTime(count * _UNITS[unit], on)
        if on:
            raise BadTime(
                f"“{words}”是连续计时，与日历无关；按日历计应写 {count} working {unit} on {on}",
                f"“{words}” runs by day and night and needs no calendar; on a calendar it is "
                f"{count} working {unit} on {on}",
            )
        return Elapsed(count * _UNITS[unit])
    if working and unit != "day":
        raise BadTime(
            f"没有“{words}”，工作时间只有 working h、working min、working days",
            f"there are no {words}; working time is working h, working min or working days",
        )
    if unit == "day":
        return WorkingDays(count, on) if working else Days(count, on)
    return Months(count * (12 if unit == "year" else 1), on)


def _parse_windows(words: Mapping[str, str]) -> Windows:
    wrong = sorted(set(words) ^ set(_WINDOWS)) if set(words) - {"on"} != set(_WINDOWS) else []
    if wrong:
        raise BadTime(
            f"到达时段应当恰有 in hours、off hours、holiday 三项(“{wrong[0]}”多出或缺少)",
            "an arrival window has exactly in hours, off hours and holiday "
            f"(“{wrong[0]}” is missing or too many)",
        )
    spans = {}
    for key, name in _WINDOWS.items():
        span = parse_span(words[key])
        if isinstance(span, Windows):
            raise BadTime("到达时段里不能再套到达时段", "a window cannot hold another window")
        spans[name] = span
    return Windows(**spans, on=words.get("on"))


def parse_instant(text: str) -> int:
    """Seconds since 1970 of an ISO 8601 instant, which must say its zone. Raises BadTime."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        missing = moment is not None
        raise BadTime(
            f"“{text}”{'没有时区' if missing else '不是时刻'}，应写成 2026-02-13T18:30:00+08:00",
            f"“{text}” {'has no zone' if missing else 'is no instant'}; "
            "write it like 2026-02-13T18:30:00+08:00",
        )
    return int(moment.astimezone(UTC).timestamp())


def span_text(span: Span) -> str | dict[str, str]:
    """The span as a policy writes it; parse_span reads it back to an equal value."""
    if isinstance(span, Windows):
        words = {key: str(span_text(getattr(span, name))) for key, name in _WINDOWS.items()}
        return words | ({"on": span.on} if span.on else {})
    return _plain_text(span) + (f" on {span.on}" if span.on else "")


def _plain_text(span: Plain) -> str:
    match span:
        case Elapsed(seconds):
            return "{} {}".format(*amount(seconds))
        case WorkingTime(seconds):
            return "{} working {}".format(*amount(seconds))
        case WorkingDays(count):
            return f"{count} working day{'s' * (count != 1)}"
        case Days(count):
            return f"{count} day{'s' * (count != 1)}"
        case Months(count):
            return f"{count} month{'s' * (count != 1)}"
        case EndOf(period):
            return f"end of {period}"
        case NextOpening(then):
            return f"next opening + {_plain_text(then)}" if then != Elapsed(0) else "next opening"
        case At(instant):
            return f"at {utc_text(instant)}"


def amount(seconds: int) -> tuple[int, str]:
    """Seconds as the largest whole unit: (2, "h"), (90, "min"), (45, "s")."""
    for unit in ("h", "min"):
        if seconds and seconds % _UNITS[unit] == 0:
            return seconds // _UNITS[unit], unit
    return seconds, "s"


def _no_span(words: str) -> BadTime:
    meant = " ".join(_MEANT.get(word, word) for word in words.split())
    hint_zh = hint_en = ""
    if meant != words and _AMOUNT.fullmatch(meant) and "week" not in words:
        hint_zh, hint_en = f"是否想写“{meant}”?", f"did you mean “{meant}”? "
    return BadTime(
        f"“{words}”不是时限。{hint_zh}可以写：{_FORMS}",
        f"“{words}” is no time span; {hint_en}right are: {_FORMS}",
    )


def end_of_month_after(instant: int, calendar: Calendar, months: int) -> int:
    """24:00 of the last day of the month so many months after the instant's (MALL-6.2)."""
    return calendar.end_of_day(month_end(calendar.day_of(instant), months))
