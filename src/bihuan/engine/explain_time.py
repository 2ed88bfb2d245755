"""Every due time explains itself: what was counted, what was skipped, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.engine.calendar import Calendar
from bihuan.engine.calendar_days import Day, DayKind
from bihuan.engine.clock import due, is_provisional
from bihuan.engine.spans import (
    At,
    Break,
    Days,
    Elapsed,
    EndOf,
    Months,
    NextOpening,
    Span,
    Windows,
    WorkingDays,
    WorkingTime,
    calendar_named,
    month_later,
    paused,
    tidy_breaks,
)

Params = dict[str, str | int]
Line = tuple[str, Params]
"""A code and its values; days are ISO dates in `first` and `last`, lengths are seconds."""

MOST_LINES = 60
_MIDNIGHT_BEFORE = (WorkingTime, WorkingDays, Days, Months, EndOf)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an instant came about. `due_on` and `due_clock` are its wall time (24:00, not 00:00)."""

    span: Span
    start: int
    due: int
    calendar: str | None
    provisional: bool
    start_on: date
    start_clock: str
    due_on: date
    due_clock: str
    lines: tuple[Line, ...]


def explain(
    span: Span,
    start: int,
    calendars: Mapping[str, Calendar],
    usual: str = "usual",
    breaks: Sequence[Break] = (),
) -> Explanation:
    """The instant `due` gives for the same arguments, with what was counted and skipped."""
    end = due(span, start, calendars, usual, breaks)
    name = span.on or usual
    calendar = calendar_named(calendars, name)
    pauses = tidy_breaks(breaks, start)
    provisional = is_provisional(span, start, calendars, usual, breaks)
    lines = _lines(span, start, calendars, usual, pauses)
    if provisional and calendar.published:
        lines.append(("provisional", {"year": calendar.published.through + 1}))
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        left_out: Line = ("omitted", {"count": len(lines) - 2 * half})
        lines = [*lines[:half], left_out, *lines[-half:]]
    start_on, start_clock = calendar.wall(start)
    due_on, due_clock = calendar.wall(end)
    inner = span.chosen(start, calendar)[1] if isinstance(span, Windows) else span
    if due_clock == "00:00" and end > start and isinstance(inner, _MIDNIGHT_BEFORE):
        due_on, due_clock = due_on - timedelta(days=1), "24:00"
    needs_none = isinstance(span, Elapsed | At)
    return Explanation(
        span=span,
        start=start,
        due=end,
        calendar=None if needs_none else name,
        provisional=provisional,
        start_on=start_on,
        start_clock=start_clock,
        due_on=due_on,
        due_clock=due_clock,
        lines=tuple(lines),
    )


def _lines(
    span: Span, start: int, calendars: Mapping[str, Calendar], usual: str, pauses: list[Break]
) -> list[Line]:
    calendar = calendar_named(calendars, span.on or usual)
    end = span.due(start, calendars, usual, pauses)
    on, clock = calendar.wall(start)
    here: Params = {"first": str(on), "last": str(on), "clock": clock}
    if end == start:
        return [("nothing", here)]
    match span:
        case Elapsed(seconds):
            return [("elapsed", here | {"seconds": seconds}), *_paused(calendar, pauses, end)]
        case WorkingTime():
            return _working_time(calendar, start, end, pauses)
        case WorkingDays(count):
            return _working_days(calendar, on, count, pauses)
        case Days(count):
            return _days(calendar, on, on + timedelta(days=count), pauses, [])
        case Months(count):
            last = month_later(on, count)
            code = "corresponding" if last.day == on.day else "month-end"
            reached: list[Line] = [(code, {"first": str(last), "last": str(last), "day": on.day})]
            return _days(calendar, on, last, pauses, reached)
        case EndOf(period):
            last, _ = calendar.wall(end - 1)
            day: Params = {"first": str(last), "last": str(last), "period": period}
            return [*_paused(calendar, pauses, end), ("end-of", day)]
        case NextOpening(then):
            return _opening(span, then, start, calendars, span.on or usual, pauses)
        case At():
            return [*_paused(calendar, pauses, end), ("agreed", here)]
        case Windows():
            window, inner = span.chosen(start, calendar)
            name = calendar.day(on)
            chosen = here | {"window": window, "name": name.name, "name_en": name.name_en}
            return [
                ("window", chosen),
                *_lines(inner, start, calendars, span.on or usual, pauses),
            ]


def _opening(
    span: NextOpening,
    then: Elapsed | WorkingTime,
    start: int,
    calendars: Mapping[str, Calendar],
    usual: str,
    pauses: list[Break],
) -> list[Line]:
    calendar = calendar_named(calendars, usual)
    opening = span.opening(start, calendar, pauses)
    on, clock = calendar.wall(opening)
    days = map(calendar.day, _from_to(calendar.day_of(start), on))
    lines = [_line(day.kind.value, day) for day in days if not day.works]
    lines.append(("opening", {"first": str(on), "last": str(on), "clock": clock}))
    after = _lines(then, opening, calendars, usual, pauses) if then != Elapsed(0) else []
    return _grouped(lines) + after


def _working_time(calendar: Calendar, start: int, end: int, pauses: list[Break]) -> list[Line]:
    lines: list[Line] = []
    first, clock = calendar.wall(start)
    for on in _from_to(first, calendar.day_of(end - 1)):
        day = calendar.day(on)
        lines += _pauses_of(calendar, on, pauses, end)
        if not day.works:
            lines.append(_line(day.kind.value, day))
            continue
        pieces = _pieces(calendar, day, start, end, pauses)
        if pieces:
            hours = "、".join(
                f"{calendar.wall(opens)[1]}—{_closing_clock(calendar, closes)}"
                for opens, closes in pieces
            )
            seconds = sum(closes - opens for opens, closes in pieces)
            lines.append(_line("worked", day, hours=hours, seconds=seconds, days=1))
        elif on == first and start >= calendar.closing(on):
            lines.append(_line("after-hours", day, clock=clock))
    return _grouped(lines)


def _pieces(calendar: Calendar, day: Day, start: int, end: int, pauses: list[Break]) -> list[Break]:
    pieces = []
    for opens, closes in day.hours:
        at, until = max(calendar.at(day.on, opens), start), min(calendar.at(day.on, closes), end)
        for begin, resumed in pauses:
            if begin < until and resumed > at:
                if begin > at:
                    pieces.append((at, begin))
                at = resumed
        if at < until:
            pieces.append((at, until))
    return pieces


def _working_days(calendar: Calendar, first: date, count: int, pauses: list[Break]) -> list[Line]:
    lines = [_line("first-day", calendar.day(first))]
    number, on = 0, first
    while number < count:
        on += timedelta(days=1)
        day = calendar.day(on)
        if not day.works:
            lines.append(_line(day.kind.value, day))
        elif paused(calendar.closing(on), pauses):
            lines.append(_line("paused-day", day))
        else:
            number += 1
            lines.append(_line("counted", day, number=number, until=number))
    return _grouped(lines)


def _days(
    calendar: Calendar, first: date, last: date, pauses: list[Break], reached: list[Line]
) -> list[Line]:
    lines = [_line("first-day", calendar.day(first))]
    count, number, on = (last - first).days, 0, first
    while number < count:
        on += timedelta(days=1)
        plain = Day(on, DayKind.ORDINARY, ())  # every natural day counts alike
        if paused(calendar.end_of_day(on), pauses):
            lines.append(_line("paused-day", plain))
        else:
            number += 1
            if not reached:
                lines.append(_line("counted", plain, number=number, until=number))
    lines += reached
    on_time = on
    while not calendar.works(on) or paused(calendar.end_of_day(on), pauses):
        day = calendar.day(on)
        lines.append(_line("paused-day" if day.works else f"moved-{day.kind}", day))
        on += timedelta(days=1)
    moved = _line("moved-to" if on != on_time else "ends", calendar.day(on))
    return [*_grouped(lines), moved]


def _pauses_of(calendar: Calendar, on: date, pauses: list[Break], end: int) -> list[Line]:
    return [
        line
        for pause, line in zip(pauses, _paused(calendar, pauses, end), strict=False)
        if calendar.day_of(pause[0]) == on
    ]


def _paused(calendar: Calendar, pauses: list[Break], end: int) -> list[Line]:
    lines: list[Line] = []
    for begin, resumed in pauses:
        if begin < end:
            (first, clock), (last, until) = calendar.wall(begin), calendar.wall(resumed)
            when: Params = {"first": str(first), "last": str(last)}
            lines.append(("paused", when | {"clock": clock, "until": until}))
    return lines


def _line(code: str, day: Day, **more: str | int) -> Line:
    params: Params = {"first": str(day.on), "last": str(day.on), "kind": day.kind.value}
    if day.name:
        params |= {"name": day.name, "name_en": day.name_en}
    return code, params | more


_ALIKE = frozenset(DayKind) | {f"moved-{kind}" for kind in DayKind} | {"paused-day"}


def _grouped(lines: list[Line]) -> list[Line]:
    """The lines with runs of like days put together."""
    grouped: list[Line] = []
    for code, params in lines:
        if grouped and grouped[-1][0] == code:
            before = grouped[-1][1]
            next_day = date.fromisoformat(str(before["last"])) + timedelta(days=1)
            same = all(before.get(key) == params.get(key) for key in ("kind", "name", "hours"))
            if same and str(next_day) == params["first"]:
                if code in _ALIKE:
                    before["last"] = params["last"]
                    continue
                if code == "counted" and params["kind"] == DayKind.ORDINARY:
                    before |= {"last": params["last"], "until": params["until"]}
                    continue
                if code == "worked" and params["kind"] == DayKind.ORDINARY:
                    days, seconds = int(before["days"]), int(before["seconds"])
                    total = seconds + int(params["seconds"])
                    before |= {"last": params["last"], "days": days + 1, "seconds": total}
                    continue
        grouped.append((code, dict(params)))
    return grouped


def _closing_clock(calendar: Calendar, closes: int) -> str:
    clock = calendar.wall(closes)[1]
    return "24:00" if clock == "00:00" else clock


def _from_to(first: date, last: date) -> Iterator[date]:
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)
