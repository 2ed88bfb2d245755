"""Due instants as functions of the start, piece by piece: a value, its slope, and how long that holds."""

from collections.abc import Mapping
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


def later(one: Piece, other: Piece) -> Piece:
    """The later of two instants."""
    low, high = sorted((one, other))
    lasts = min(low.lasts, high.lasts)
    if low.value == high.value:
        return Piece(high.value, max(low.slope, high.slope), lasts)
    if low.slope > high.slope:
        lasts = min(lasts, high.value - low.value)
    return Piece(high.value, high.slope, lasts)


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
