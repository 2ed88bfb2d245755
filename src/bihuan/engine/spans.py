"""The kinds of time span a policy can give, each knowing how to find its due instant."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from bihuan.engine.calendar import BadTime, Calendar

Break = tuple[int, int]
"""A pause from one instant to another, in which no clock runs."""

PERIODS = ("day", "next working day", "week", "next week", "month", "next month")


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So many seconds, by day and night."""

    seconds: int
    on: ClassVar[None] = None

    def due(
        self,
        start: int,
        calendars: Mapping[str, Calendar],  # noqa: ARG002  (all spans are asked alike)
        usual: str,  # noqa: ARG002
        breaks: Sequence[Break],
    ) -> int:
        """The instant due; the calendars do not matter."""
        if not breaks:
            return start + self.seconds
        left, at = self.seconds, start
        for begin, end in tidy_breaks(breaks, start):
            if begin - at >= left:
                break
            left -= begin - at
            at = end
        return at + left if self.seconds else start


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """So many seconds of opening hours."""

    seconds: int
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """The instant due; exactly at closing is that closing time."""
        calendar = calendar_named(calendars, self.on or usual)
        if not breaks:
            return calendar.working_after(start, self.seconds)
        left, at = self.seconds, start
        for begin, end in tidy_breaks(breaks, start) if left else ():
            passed = calendar.working_between(at, begin)
            if passed >= left:
                break
            left -= passed
            at = end
        return calendar.working_after(at, left)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days after the first, to the closing of the last."""

    count: int
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """Closing of the last day; a day whose closing lies in a break is not counted."""
        calendar = calendar_named(calendars, self.on or usual)
        if not self.count:
            return start
        if not breaks:
            return calendar.end_of_workdays(start, self.count)
        pauses = tidy_breaks(breaks, start)
        on, left = calendar.day_of(start), self.count
        while left:
            on = calendar.workday_from(on + timedelta(days=1))
            left -= not paused(calendar.closing(on), pauses)
        return calendar.closing(on)


@dataclass(frozen=True, slots=True)
class Days:
    """So many natural days after the first, moved on to a day that works."""

    count: int
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """24:00 of the last day; a day whose end lies in a break is not counted."""
        calendar = calendar_named(calendars, self.on or usual)
        if not self.count:
            return start
        if not breaks:
            return calendar.end_of_days(start, self.count)
        first = calendar.day_of(start)
        return _moved(calendar, first, self.count, tidy_breaks(breaks, start))


@dataclass(frozen=True, slots=True)
class Months:
    """So many months to the corresponding day (Civil Code art. 202), moved likewise."""

    count: int
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """24:00 of the corresponding day, else of the month's last; breaks add their days."""
        calendar = calendar_named(calendars, self.on or usual)
        if not self.count:
            return start
        first = calendar.day_of(start)
        last = month_later(first, self.count)
        if not breaks:
            return calendar.end_on_or_after(last)
        return _moved(calendar, first, (last - first).days, tidy_breaks(breaks, start))


@dataclass(frozen=True, slots=True)
class EndOf:
    """24:00 of a day or of the last day of a week (Sunday) or month; see PERIODS."""

    period: str
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """The end of the period, or of the one after a break that swallows it."""
        calendar = calendar_named(calendars, self.on or usual)
        end = calendar.end_of_day(self.last_day(calendar, start))
        for begin, resumed in tidy_breaks(breaks, start) if breaks else ():
            if begin < end <= resumed:
                end = calendar.end_of_day(self.last_day(calendar, resumed))
        return end

    def last_day(self, calendar: Calendar, start: int) -> date:
        """The day at whose 24:00 the period ends."""
        today = calendar.day_of(start)
        if self.period == "day":
            return today
        if self.period == "next working day":
            return calendar.workday_from(today + timedelta(days=1))
        if self.period.endswith("week"):
            weeks = 7 if self.period == "next week" else 0
            return today + timedelta(days=6 - today.weekday() + weeks)
        return month_end(today, 1 if self.period == "next month" else 0)


@dataclass(frozen=True, slots=True)
class NextOpening:
    """The first opening after the start, and a span from there."""

    then: Elapsed | WorkingTime = Elapsed(0)
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """The instant due; an opening within a break gives way to the first one after it."""
        opening = self.opening(start, calendar_named(calendars, self.on or usual), breaks)
        return self.then.due(opening, calendars, self.on or usual, breaks)

    def opening(self, start: int, calendar: Calendar, breaks: Sequence[Break] = ()) -> int:
        """The opening the span runs from."""
        opening = calendar.next_opening(start)
        for begin, end in tidy_breaks(breaks, start) if breaks else ():
            if begin <= opening < end:
                opening = calendar.next_opening(end - 1)
        return opening


@dataclass(frozen=True, slots=True)
class At:
    """An agreed instant; breaks move it by the time the clock stood still."""

    instant: int
    on: ClassVar[None] = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """The instant itself, unless a clock stood between the start and it."""
        if not breaks or self.instant <= start:
            return self.instant
        return Elapsed(self.instant - start).due(start, calendars, usual, breaks)


Plain = Elapsed | WorkingTime | WorkingDays | Days | Months | EndOf | NextOpening | At


@dataclass(frozen=True, slots=True)
class Windows:
    """One of three spans, by where the start lies: open, shut on a working day, day of rest."""

    in_hours: Plain
    off_hours: Plain
    holiday: Plain
    on: str | None = None

    def due(
        self, start: int, calendars: Mapping[str, Calendar], usual: str, breaks: Sequence[Break]
    ) -> int:
        """The instant due by the span of the start's window (HOME-7.3)."""
        usual = self.on or usual
        _, span = self.chosen(start, calendar_named(calendars, usual))
        return span.due(start, calendars, usual, breaks)

    def chosen(self, start: int, calendar: Calendar) -> tuple[str, Plain]:
        """The window the start lies in (`in hours`, `off hours`, `holiday`) and its span."""
        if calendar.is_open(start):
            return "in hours", self.in_hours
        if calendar.works(calendar.day_of(start)):
            return "off hours", self.off_hours
        return "holiday", self.holiday


Span = Plain | Windows


def month_later(on: date, months: int) -> date:
    """The corresponding day so many months later, else that month's last day."""
    years, month = divmod(on.month - 1 + months, 12)
    year = on.year + years
    if year > date.max.year - 1:
        raise BadTime("期限超出可计算的年份", "the span ends beyond the years that can be reckoned")
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def month_end(on: date, months: int = 0) -> date:
    """The last day of the month so many months after that of `on`."""
    first = month_later(on.replace(day=1), months)
    return first.replace(day=monthrange(first.year, first.month)[1])


def tidy_breaks(breaks: Sequence[Break], start: int) -> list[Break]:
    """The breaks after `start`, in order, overlapping ones joined, empty ones dropped."""
    tidy: list[Break] = []
    for raw, end in sorted(breaks):
        begin = max(raw, start)
        if begin >= end:
            continue
        if tidy and begin <= tidy[-1][1]:
            tidy[-1] = (tidy[-1][0], max(end, tidy[-1][1]))
        else:
            tidy.append((begin, end))
    return tidy


def paused(tick: int, pauses: Sequence[Break]) -> bool:
    """Whether a day that ends at `tick` ends while the clock stands."""
    return any(begin < tick <= end for begin, end in pauses)


def _moved(calendar: Calendar, first: date, count: int, pauses: Sequence[Break]) -> int:
    on = first
    while count:
        on += timedelta(days=1)
        count -= not paused(calendar.end_of_day(on), pauses)
    while not calendar.works(on) or paused(calendar.end_of_day(on), pauses):
        on += timedelta(days=1)
    return calendar.end_of_day(on)


def calendar_named(calendars: Mapping[str, Calendar], name: str) -> Calendar:
    """The calendar of that name; raises BadTime saying which there are."""
    try:
        return calendars[name]
    except KeyError:
        known = ", ".join(sorted(calendars)) or "—"
        raise BadTime(
            f"没有名为“{name}”的工作日历，现有：{known}",
            f"there is no calendar “{name}”; there are: {known}",
        ) from None
