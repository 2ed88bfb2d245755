"""Due instants as functions of the start, piece by piece: a value, its slope, and how long that holds."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bihuan.engine.calendar import Calendar
from bihuan.engine.spans import (
    At,
    Elapsed,
    NextOpening,
    Span,
    Windows,
    WorkingTime,
    calendar_named,
)

FOREVER = 1 << 40


class Piece(NamedTuple):
    """An instant that depends on the arrival.

    With each second of arrival it moves by `slope` seconds (0 or 1), for the next `lasts` seconds.
    """

    value: int
    slope: int
    lasts: int


Course = list[Piece]  # one after the other, from the first arrival looked at to the last


def _joined(course: Course, piece: Piece) -> None:
    """Put a piece at the end, as part of the last one where it runs straight on."""
    if course:
        value, slope, lasts = course[-1]
        if slope == piece.slope and value + slope * lasts == piece.value:
            course[-1] = Piece(value, slope, lasts + piece.lasts)
            return
    course.append(piece)


def due_course(span: Span, start: Course, calendars: Mapping[str, Calendar], usual: str) -> Course:
    """When something is due that starts with `start`, for every arrival."""
    if isinstance(span, Elapsed):
        return [Piece(value + span.seconds, slope, lasts) for value, slope, lasts in start]
    course: Course = []
    for value, slope, lasts in start:
        at, left = value, lasts
        while left > 0:
            piece = due_piece(span, Piece(at, slope, left), calendars, usual)
            _joined(course, piece)
            at += slope * piece.lasts
            left -= piece.lasts
    return course


def pairs(one: Course, other: Course) -> Iterator[tuple[int, Piece, Piece]]:
    """Both courses cut where either bends: how far from the beginning, and a piece of each, as long."""
    first, second = iter(one), iter(other)
    a, b = next(first, None), next(second, None)
    passed = 0
    while a is not None and b is not None:
        lasts = min(a.lasts, b.lasts)
        yield passed, Piece(a.value, a.slope, lasts), Piece(b.value, b.slope, lasts)
        passed += lasts
        a = _rest(a, lasts) or next(first, None)
        b = _rest(b, lasts) or next(second, None)


def _rest(piece: Piece, passed: int) -> Piece | None:
    if piece.lasts == passed:
        return None
    return Piece(piece.value + piece.slope * passed, piece.slope, piece.lasts - passed)


def later(one: Course, other: Course) -> Course:
    """The later of two instants, for every arrival."""
    course: Course = []
    for _, a, b in pairs(one, other):
        low, high = sorted((a, b))
        if low.value + low.slope * (low.lasts - 1) <= high.value + high.slope * (high.lasts - 1):
            _joined(course, high)
            continue
        ahead = high.value - low.value + 1  # from there on the other is the later one
        _joined(course, Piece(high.value, high.slope, ahead))
        _joined(course, Piece(low.value + ahead, low.slope, low.lasts - ahead))
    return course


def due_piece(span: Span, start: Piece, calendars: Mapping[str, Calendar], usual: str) -> Piece:
    """When something is due that starts with `start`, by the engine's own reckoning."""
    value = span.due(start.value, calendars, usual, ())
    if not start.slope:
        return Piece(value, 0, start.lasts)
    slope, lasts = _bend(span, start.value, value, calendars, usual)
    return Piece(value, slope, min(start.lasts, lasts))


def _bend(
    span: Span, start: int, value: int, calendars: Mapping[str, Calendar], usual: str
) -> tuple[int, int]:
    """The slope of the due instant at a start, and for how many later starts it keeps."""
    if isinstance(span, Elapsed):
        return 1, FOREVER
    if isinstance(span, At):
        return 0, FOREVER
    name = span.on or usual
    calendar = calendar_named(calendars, name)
    if isinstance(span, Windows):
        _, inner = span.chosen(start, calendar)
        slope, lasts = _bend(inner, start, value, calendars, name)
        return slope, min(lasts, _edge(calendar, start) - start)
    if isinstance(span, NextOpening):
        return 0, calendar.next_opening(start) - start
    if isinstance(span, WorkingTime):
        if not span.seconds:
            return 1, FOREVER
        until = calendar.open_until(start)
        if until == start:
            return 0, calendar.next_opening(start) - start
        # due at closing belongs to this piece; a second later it is due after the next opening
        return 1, min(until - start, calendar.open_until(value - 1) - value + 1)
    return 0, calendar.end_of_day(calendar.day_of(start)) - start


def _edge(calendar: Calendar, instant: int) -> int:
    """The next instant at which another arrival window may begin."""
    until = calendar.open_until(instant)
    if until > instant:
        return until
    midnight = calendar.end_of_day(calendar.day_of(instant))
    return min(calendar.next_opening(instant), midnight)
