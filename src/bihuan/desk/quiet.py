"""When a message that can wait may go: not at night, not on days of rest, or together at certain times."""

from dataclasses import dataclass

from bihuan.engine.calendar import Calendar
from bihuan.engine.opening_hours import BadTime

DAY = 24 * 60  # in minutes
LONGEST = 400  # stretches of quiet one after the other; beyond, nothing waits


@dataclass(frozen=True, slots=True)
class Quiet:
    """When somebody is left in peace: from and until, minutes after midnight; whole days of rest."""

    start: int = 0
    end: int = 0
    rest_days: bool = False


def minutes(text: str) -> int:
    """`22:30` in minutes after midnight."""
    hours, _colon, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def ends_at(now: int, quiet: Quiet, calendar: Calendar) -> int:
    """The end of the quiet time in which `now` lies; `now` where it lies in none."""
    at = now
    try:
        for _ in range(LONGEST):
            later = _end_of_stretch(at, quiet, calendar)
            if later == at:
                return at
            at = later
    except BadTime:  # beyond the years a calendar knows
        return at
    return at


def goes_at(
    now: int, quiet: Quiet, together: tuple[int, ...], calendar: Calendar, *, due: int = 0
) -> int:
    """When a message goes: at once where it is due before the quiet is over, else when that has passed.

    `together`: the times of day, in minutes, at which messages that can wait go as one.
    """
    at = ends_at(now, quiet, calendar)
    if together:
        at = ends_at(_next_of(at, together, calendar), quiet, calendar)
    return now if due and due <= at else at


def _end_of_stretch(at: int, quiet: Quiet, calendar: Calendar) -> int:
    on = calendar.day_of(at)
    if quiet.rest_days and not calendar.works(on):
        return calendar.end_of_day(on)
    if quiet.start == quiet.end:
        return at
    spans = (
        ((quiet.start, quiet.end),)
        if quiet.start < quiet.end
        else ((0, quiet.end), (quiet.start, quiet.end + DAY))
    )
    for start, end in spans:
        if calendar.at(on, start) <= at < calendar.at(on, end):
            return calendar.at(on, end)
    return at


def _next_of(at: int, together: tuple[int, ...], calendar: Calendar) -> int:
    on = calendar.day_of(at)
    times = sorted(together)
    found = (calendar.at(on, time) for time in (*times, times[0] + DAY))
    return next((instant for instant in found if instant >= at), at)
