"""The stretches of time that figures are taken over: days, ISO weeks from Monday, months, quarters, years."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.engine.calendar import Calendar
from bihuan.engine.manner import machine_month
from bihuan.engine.words import Text

# What a report may be about, with what it covers when it is drawn up.
COVERING: dict[str, Text] = {
    "today": Text("当日", "today"),
    "yesterday": Text("昨日", "yesterday"),
    "last week": Text("上周", "last week"),
    "last month": Text("上月", "last month"),
    "last quarter": Text("上季度", "last quarter"),
    "last year": Text("上年", "last year"),
}
UNITS = ("day", "week", "month", "quarter", "year")
_OF_COVERING = {"today": "day", "yesterday": "day"}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of one calendar: from `since`, not including `until` (instants); `first` is its first day."""

    unit: str
    first: date
    since: int
    until: int

    @property
    def name(self) -> str:
        """How the period is written: 2026-11-28, 2026-W48, 2026-11, 2026-Q4, 2026."""
        return _name(self.unit, self.first)


def period_of(unit: str, on: date, calendar: Calendar) -> Period:
    """The day, week, month, quarter or year in which that day lies."""
    first = _first(unit, on)
    return Period(
        unit, first, calendar.at(first), calendar.at(_first(unit, first + _reaching(unit)))
    )


def before(period: Period, calendar: Calendar) -> Period:
    """The period just before this one."""
    return period_of(period.unit, period.first - timedelta(days=1), calendar)


def covered(covering: str, at: int, calendar: Calendar) -> Period:
    """What a report drawn up at an instant covers: the words of `COVERING`."""
    unit = _OF_COVERING.get(covering) or covering.removeprefix("last ")
    now = period_of(unit, calendar.day_of(at), calendar)
    return now if covering == "today" else before(now, calendar)


def named(text: str, calendar: Calendar) -> Period | None:
    """The period that is written so; None where it is none."""
    for unit in UNITS:
        try:
            first = _read(unit, text)
        except ValueError:
            continue
        if _name(unit, first) == text and 1970 < first.year < 9990:
            return period_of(unit, first, calendar)
    return None


def parts(period: Period, unit: str, calendar: Calendar) -> tuple[Period, ...]:
    """The days, weeks or months that make up a period; the first and the last may reach beyond it."""
    found, on = [], period.first
    while calendar.at(on) < period.until:
        one = period_of(unit, on, calendar)
        found.append(one)
        on = _first(unit, one.first + _reaching(unit))
    return tuple(found)


def place_of(at: int, among: tuple[Period, ...]) -> int:
    """Which of these periods, one after the other, the instant lies in; -1 for one before them all."""
    return bisect_right([period.since for period in among], at) - 1


def _first(unit: str, on: date) -> date:
    match unit:
        case "day":
            return on
        case "week":
            return on - timedelta(days=on.weekday())
        case "month":
            return on.replace(day=1)
        case "quarter":
            return on.replace(month=on.month - (on.month - 1) % 3, day=1)
    return on.replace(month=1, day=1)


def _reaching(unit: str) -> timedelta:
    """From the first day of a period into the one after it."""
    return timedelta(days={"day": 1, "week": 7, "month": 31, "quarter": 93, "year": 366}[unit])


def _name(unit: str, first: date) -> str:
    match unit:
        case "day":
            return first.isoformat()
        case "week":
            year, week, _ = first.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return machine_month(first)
        case "quarter":
            return f"{first.year}-Q{(first.month + 2) // 3}"
    return str(first.year)


def _read(unit: str, text: str) -> date:
    match unit:
        case "day":
            return date.fromisoformat(text)
        case "week":
            year, _, week = text.partition("-W")
            return date.fromisocalendar(int(year), int(week), 1)
        case "month":
            return date.fromisoformat(f"{text}-01")
        case "quarter":
            year, _, quarter = text.partition("-Q")
            return date(int(year), 3 * int(quarter) - 2, 1)
    return date(int(text), 1, 1)
