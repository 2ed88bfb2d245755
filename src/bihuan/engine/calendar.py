"""Working calendars: which seconds are working time, and arithmetic on them."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bihuan.engine import manner
from bihuan.engine.calendar_days import Day, DayKind, Override, Published
from bihuan.engine.opening_hours import (
    BadTime,
    Hours,
    Week,
    checked_week,
    parse_date,
    parse_hours,
    parse_week,
)
from bihuan.engine.track import NOTHING, Track, position
from bihuan.engine.words import Text

__all__ = [
    "BadTime",
    "Calendar",
    "Day",
    "DayKind",
    "Override",
    "Published",
    "instant_text",
    "parse_calendar",
    "parse_overrides",
    "parse_week",
    "utc_text",
]

FIRST_YEAR, LAST_YEAR = 1970, 2200
MIDNIGHT = time()
# The instant 0 is the evening of 31 December 1969 west of Greenwich.
_FIRST_DAY = date(FIRST_YEAR - 1, 12, 31).toordinal()
_LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()


@dataclass(frozen=True, slots=True)
class Calendar:
    """An immutable working calendar of one time zone, for the years 1970 to 2200.

    A make-up working day has the hours of the first weekday (from Monday) that has any.
    An override stands above what is published, and that above the week.
    """

    zone: str
    week: Week
    published: Published | None = None
    overrides: Mapping[date, Override] = field(default_factory=dict, hash=False)
    provisional_from: int | None = field(init=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _makeup: Hours = field(init=False, repr=False, compare=False)
    _track: Track = field(default=NOTHING, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise BadTime(
                f"没有“{self.zone}”这个时区，应写成 Asia/Shanghai 这样",
                f"there is no time zone “{self.zone}”; write it like Asia/Shanghai",
            ) from None
        put = object.__setattr__
        put(self, "_zone", zone)
        put(self, "week", checked_week(self.week))
        put(self, "_makeup", next(hours for hours in self.week if hours))
        through = self.published.through if self.published else None
        put(self, "provisional_from", None if through is None else self.at(date(through + 1, 1, 1)))

    @classmethod
    def build(
        cls,
        *,
        zone: str = "Asia/Shanghai",
        week: Mapping[str, str] | Week,
        published: Published | None = None,
        overrides: Mapping[date, Override] | None = None,
    ) -> "Calendar":
        """A calendar from a week (as text or parsed), published days, and single days."""
        parsed = parse_week(week) if isinstance(week, Mapping) else week
        return cls(zone, parsed, published, dict(overrides or {}))

    def with_overrides(self, overrides: Mapping[date, Override]) -> "Calendar":
        """This calendar with a company's or site's own days laid over it."""
        return replace(self, overrides={**self.overrides, **overrides})

    def with_published(self, published: Published | None) -> "Calendar":
        """This calendar with another publication of holidays (None: it has no holidays)."""
        return replace(self, published=published)

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with anything that can change a due time."""
        off = self.published.off if self.published else {}
        work = self.published.work if self.published else {}
        parts = [
            self.zone,
            self.week,
            self.published.through if self.published else None,
            sorted(str(day) for day in off),
            sorted(str(day) for day in work),
            sorted((str(day), override.hours) for day, override in self.overrides.items()),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    # Days

    def day(self, on: date) -> Day:
        """What that day is, its hours, and the name of its holiday if it has one."""
        override = self.overrides.get(on)
        if override is not None:
            kind = DayKind.EXTRA if override.hours else DayKind.CLOSED
            return Day(on, kind, override.hours, override.name, override.name)
        if self.published:
            name = self.published.off.get(on)
            if name is not None:
                english = self.published.english.get(name, name)
                return Day(on, DayKind.HOLIDAY, (), name, english)
            name = self.published.work.get(on)
            if name is not None:
                english = self.published.english.get(name, name)
                return Day(on, DayKind.MAKE_UP, self._makeup, name, english)
        hours = self.week[on.weekday()]
        return Day(on, DayKind.ORDINARY if hours else DayKind.REST, hours)

    def works(self, on: date) -> bool:
        """Whether the calendar opens on that day at all."""
        return bool(self.day(on).hours)

    def day_of(self, instant: int) -> date:
        """The calendar's day in which the instant lies; midnight belongs to the new day."""
        track = self._around(instant)
        return date.fromordinal(track.first + bisect_right(track.midnights, instant) - 1)

    def wall(self, instant: int) -> tuple[date, str]:
        """The instant on the calendar's own clock: its day and `10:00` (or `10:00:01`)."""
        wall = datetime.fromtimestamp(instant, self._zone)
        return wall.date(), manner.clock(wall)

    def workday_from(self, on: date) -> date:
        """The first working day on or after that day."""
        while not self.works(on):
            on = _next(on)
        return on

    def at(self, on: date, minutes: int = 0) -> int:
        """The instant of a wall-clock time; 1440 minutes are 24:00.

        A time the clock skips is the moment of the skip; one it shows twice is the first.
        """
        wall = datetime.combine(on, MIDNIGHT) + timedelta(minutes=minutes)
        first = int(wall.replace(tzinfo=self._zone).timestamp())
        if datetime.fromtimestamp(first, self._zone).replace(tzinfo=None) == wall:
            return first
        low, high = int(wall.replace(tzinfo=self._zone, fold=1).timestamp()), first
        after = datetime.fromtimestamp(high, self._zone).utcoffset()
        while low < high:
            middle = (low + high) // 2
            if datetime.fromtimestamp(middle, self._zone).utcoffset() == after:
                high = middle
            else:
                low = middle + 1
        return low

    def end_of_day(self, on: date) -> int:
        """24:00 of that day."""
        track = self._track
        number = on.toordinal() - track.first + 1
        return track.midnights[number] if 0 < number < len(track.midnights) else self.at(on, 1440)

    def closing(self, on: date) -> int:
        """The last closing time of a working day."""
        return self.at(on, self.day(on).hours[-1][1])

    # Working time

    def working_after(self, start: int, seconds: int) -> int:
        """The instant at which so many working seconds after `start` have passed.

        Exactly at closing is that closing; no seconds are the start itself.
        """
        if seconds <= 0:
            return start
        track = self._track
        if not track.low <= start < track.high:
            track = self._around(start)
        openings, worked = track.openings, track.worked
        target = position(openings, worked, start) + seconds
        while target > worked[-1]:
            track = self._further(track)
            openings, worked = track.openings, track.worked
        n = bisect_left(worked, target) - 1
        return openings[n] + target - worked[n]

    def working_between(self, start: int, end: int) -> int:
        """Working seconds from `start` to `end`; negative if the end is the earlier one."""
        self._around(start)
        track = self._around(end)
        while not track.low <= start < track.high:
            track = self._around(start)
        at_end = position(track.openings, track.worked, end)
        return at_end - position(track.openings, track.worked, start)

    def is_open(self, instant: int) -> bool:
        """Whether the instant is working time; closing time itself is not."""
        track = self._around(instant)
        n = bisect_right(track.openings, instant) - 1
        return n >= 0 and instant - track.openings[n] < track.worked[n + 1] - track.worked[n]

    def open_until(self, instant: int) -> int:
        """When the opening hours the instant lies in are over; the instant itself where it is shut."""
        track = self._around(instant)
        n = bisect_right(track.openings, instant) - 1
        if n < 0:
            return instant
        return max(instant, track.openings[n] + track.worked[n + 1] - track.worked[n])

    def next_opening(self, instant: int) -> int:
        """The first opening after the instant; every working day has an opening of its own."""
        track = self._around(instant)
        while instant >= track.openings[-1]:
            track = self._further(track)
        return track.openings[bisect_right(track.openings, instant)]

    def end_of_workdays(self, start: int, count: int) -> int:
        """Closing of the last of so many working days, the day of `start` not counted."""
        track = self._track
        if not track.low <= start < track.high:
            track = self._around(start)
        n = track.workdays_before[bisect_right(track.midnights, start)] + count - 1
        while n >= len(track.closings):
            track = self._further(track)
        return track.closings[n]

    def end_of_days(self, start: int, count: int) -> int:
        """24:00 of the last of so many natural days, moved on to a day that works.

        The day of `start` is not counted (Civil Code art. 201, 203).
        """
        track = self._track
        if not track.low <= start < track.high:
            track = self._around(start)
        return self._end_from(track, bisect_right(track.midnights, start) - 1 + count)

    def end_on_or_after(self, on: date) -> int:
        """24:00 of that day, or of the first working day after it if it rests."""
        if on.toordinal() > _LAST_DAY:
            raise _out_of_years()
        track = self._track
        number = on.toordinal() - track.first
        if not 0 <= number < len(track.midnights) - 1:
            track = self._around(self.at(on))
            number = on.toordinal() - track.first
        return self._end_from(track, number)

    def _end_from(self, track: Track, number: int) -> int:
        while number >= len(track.workdays_before) or (
            track.workdays_before[number] >= len(track.workdays)
        ):
            track = self._further(track)
        return track.midnights[track.workdays[track.workdays_before[number]] + 1]

    # Laying out the years asked for. A longer track replaces the old one in one assignment, so
    # that threads that read it meanwhile keep a whole one.

    def _around(self, instant: int) -> Track:
        track = self._track
        if track.low <= instant < track.high:
            return track
        if instant < 0:
            raise _out_of_years()
        try:
            year = datetime.fromtimestamp(instant, self._zone).year
        except (OverflowError, ValueError, OSError):
            raise _out_of_years() from None
        if year > LAST_YEAR:
            raise _out_of_years()
        if track is NOTHING:
            track = self._lay_out(_january(year - 1), _january(year + 2) - 1)
        elif instant < track.low:
            track = self._lay_out(_january(year - 1), track.first - 1).joined(track)
        else:
            last = track.first + len(track.midnights) - 2
            track = track.joined(self._lay_out(last + 1, _january(year + 2) - 1))
        object.__setattr__(self, "_track", track)
        return track

    def _further(self, track: Track) -> Track:
        """The same track with days added at its end; numbers in it keep their meaning."""
        days = len(track.midnights) - 1
        last = track.first + days - 1
        if last >= _LAST_DAY:
            raise _out_of_years()
        track = track.joined(self._lay_out(last + 1, last + max(days, 1461)))
        object.__setattr__(self, "_track", track)
        return track

    def _lay_out(self, first: int, last: int) -> Track:
        first, last = max(first, _FIRST_DAY), min(last, _LAST_DAY)
        midnights = [self.at(date.fromordinal(first))]
        workdays, before, closings, openings, worked = [], [0], [], [], [0]
        for number in range(last - first + 1):
            on = date.fromordinal(first + number)
            midnight, nextnight = midnights[-1], self.at(_next(on))
            midnights.append(nextnight)
            hours = self.day(on).hours
            closing = midnight
            plain = nextnight - midnight == 86400
            for opens, closes in hours:
                opening = midnight + opens * 60 if plain else self.at(on, opens)
                closing = midnight + closes * 60 if plain else self.at(on, closes)
                if closing > opening:
                    openings.append(opening)
                    worked.append(worked[-1] + closing - opening)
            if hours:
                workdays.append(number)
                closings.append(closing)
            before.append(len(workdays))
        low, high = midnights[0], midnights[-1]
        return Track(first, low, high, midnights, workdays, before, closings, openings, worked)


def parse_calendar(words: Mapping[str, object], holidays: Mapping[str, Published]) -> Calendar:
    """The calendar of `{zone: …, open: {…}, holidays: china | none}`. Raises BadTime.

    `holidays` holds the publications that may be named.
    """
    unknown = sorted(set(words) - {"zone", "open", "holidays"})
    if unknown:
        raise BadTime(
            f"工作日历没有“{unknown[0]}”一项，只有 zone、open、holidays",
            f"a calendar has no “{unknown[0]}”; it has zone, open, holidays",
        )
    week = words.get("open")
    if not isinstance(week, Mapping):
        raise BadTime(
            "工作日历缺少 open,例如 open: {mon-fri: 09:00-18:00}",
            "a calendar needs open, like open: {mon-fri: 09:00-18:00}",
        )
    source = str(words.get("holidays", ""))
    known = ["none", *sorted(holidays)]
    if source not in known:
        raise BadTime(
            f"holidays 应为 {'、'.join(known)} 之一，不是“{source}”",
            f"holidays must be one of {', '.join(known)}, not “{source}”",
        )
    zone = str(words.get("zone", "Asia/Shanghai"))
    return Calendar.build(zone=zone, week=week, published=holidays.get(source))


def parse_overrides(words: Mapping[str, str], name: str = "") -> dict[date, Override]:
    """Single days from `{2026-10-01: 10:00-16:00, 2026-10-02: closed}`. Raises BadTime."""
    return {parse_date(day): Override(parse_hours(text), name) for day, text in words.items()}


def instant_text(instant: int, calendar: Calendar) -> Text:
    """The instant on the calendar's own clock in both languages, with seconds if there are any."""
    on, time = calendar.wall(instant)
    return manner.both(on, time)


def utc_text(instant: int) -> str:
    """The instant in ISO 8601: `2026-02-14T02:00:00Z`."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # manner: ISO 8601


def _next(on: date) -> date:
    return date.fromordinal(on.toordinal() + 1)


def _january(year: int) -> int:
    return date(year, 1, 1).toordinal()


def _out_of_years() -> BadTime:
    return BadTime(
        f"工作日历只算 {FIRST_YEAR} 年至 {LAST_YEAR} 年",
        f"calendars reckon the years {FIRST_YEAR} to {LAST_YEAR} only",
    )
