"""Opening hours as a policy writes them: `mon-fri: 09:00-12:00 13:00-18:00`."""

import re
from collections.abc import Mapping
from datetime import date

from bihuan.engine.manner import minute_of_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Hours = tuple[tuple[int, int], ...]
"""Opening intervals of one day, in minutes since its 00:00, sorted, apart from one another."""

Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""The hours of Monday to Sunday; an empty tuple is a day of rest."""

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_INTERVAL = re.compile(r"(\S+?)\s*[-–—]\s*(\S+)")


class BadTime(ValueError):  # noqa: N818  (a refusal, not an accident)
    """A text or value that is no time; says in both languages what would be right."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def parse_clock(text: str) -> int:
    """Minutes since 00:00 of a time of day such as `09:30`; `24:00` is the end of the day."""
    found = _CLOCK.fullmatch(text.strip())
    if found:
        minutes = int(found[1]) * 60 + int(found[2])
        if minutes <= 1440:
            return minutes
    raise BadTime(
        f"“{text}”不是钟点，应写成 09:00 这样(00:00 至 24:00)",
        f"“{text}” is no time of day; write it like 09:00 (00:00 to 24:00)",
    )


def parse_hours(text: str) -> Hours:
    """The intervals of one day, `09:00-12:00 13:00-18:00`; `closed` is none. Raises BadTime."""
    words = re.sub(r"\s*([-–—])\s*", r"\1", text.replace(",", " ")).split()
    if words == ["closed"]:
        return ()
    if not words:
        raise BadTime(
            "没有写营业时间，应写成 09:00-12:00 13:00-18:00,全天不开写 closed",
            "no hours are given; write 09:00-12:00 13:00-18:00, or closed for none",
        )
    intervals = []
    for word in words:
        found = _INTERVAL.fullmatch(word)
        if not found:
            raise BadTime(
                f"“{word}”不是一段时间，应写成 09:00-18:00 这样",
                f"“{word}” is no interval; write it like 09:00-18:00",
            )
        intervals.append((parse_clock(found[1]), parse_clock(found[2])))
    return tidy_hours(intervals)


def tidy_hours(intervals: list[tuple[int, int]] | Hours) -> Hours:
    """Sorted hours with touching intervals joined; refuses empty and overlapping ones."""
    tidy: list[tuple[int, int]] = []
    for opens, closes in sorted(intervals):
        shown = f"{minute_of_day(opens)}-{minute_of_day(closes)}"
        if not 0 <= opens < closes <= 1440:
            raise BadTime(
                f"{shown} 的结束不在开始之后；跨过午夜的，分成两天写:22:00-24:00 和次日 00:00-06:00",
                f"{shown} does not end after it starts; hours over midnight are written as two "
                "days: 22:00-24:00 and 00:00-06:00 on the next",
            )
        if tidy and opens < tidy[-1][1]:
            before = f"{minute_of_day(tidy[-1][0])}-{minute_of_day(tidy[-1][1])}"
            raise BadTime(
                f"{before} 与 {shown} 重叠，同一天的各段不得重叠",
                f"{before} and {shown} overlap; the intervals of a day must lie apart",
            )
        if tidy and opens == tidy[-1][1]:
            tidy[-1] = (tidy[-1][0], closes)
        else:
            tidy.append((opens, closes))
    return tuple(tidy)


def parse_weekday(text: str) -> int:
    """0 for Monday (`mon` or `monday`) to 6 for Sunday. Raises BadTime."""
    word = text.strip().lower()
    for names in (WEEKDAYS, WEEKDAY_NAMES):
        if word in names:
            return names.index(word)
    raise BadTime(
        f"“{text}”不是星期几，应为 {'、'.join(WEEKDAYS)}",
        f"“{text}” is no day of the week; one of {', '.join(WEEKDAYS)} would be right",
    )


def _days_of(key: str) -> list[int]:
    word = key.strip().lower()
    if word in ("daily", "always"):
        return list(range(7))
    if "-" not in word:
        try:
            return [parse_weekday(word)]
        except BadTime:
            raise BadTime(
                f"“{key}”不是星期几，应为 {'、'.join(WEEKDAYS)}，或一段如 mon-fri,或 daily、always",
                f"“{key}” names no day of the week; right are {', '.join(WEEKDAYS)}, "
                "a range like mon-fri, daily, or always",
            ) from None
    first, last = (parse_weekday(part) for part in word.split("-", 1))
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def parse_week(mapping: Mapping[str, str]) -> Week:
    """The week of `{mon-fri: 09:00-18:00, sat: 09:00-12:00}`; unnamed days rest. Raises BadTime.

    Keys are a weekday, a range of weekdays, `daily`, or `always` (only with 00:00-24:00).
    """
    week: list[Hours | None] = [None] * 7
    for key, text in mapping.items():
        hours = parse_hours(str(text))
        if key.strip().lower() == "always" and hours != ((0, 1440),):
            raise BadTime(
                f"always 只能是 00:00-24:00,不能是 {text}；每天同样的时间写 daily",
                f"always goes with 00:00-24:00, not {text}; for the same hours each day write "
                "daily",
            )
        for day in _days_of(key):
            if week[day] is not None:
                raise BadTime(
                    f"{WEEKDAYS[day]} 写了两次(又见“{key}”)，每天只能写一次",
                    f"{WEEKDAYS[day]} is given twice (again in “{key}”); give each day once",
                )
            week[day] = hours
    return checked_week(tuple(hours or () for hours in week))


def checked_week(week: tuple[Hours, ...]) -> Week:
    """The seven days of hours, tidy; refuses a week that never opens."""
    if len(week) != 7 or not any(week):
        raise BadTime(
            "一周里没有一天营业，至少写一天，例如 {mon-fri: 09:00-18:00}",
            "the week never opens; give at least one day, like {mon-fri: 09:00-18:00}",
        )
    mon, tue, wed, thu, fri, sat, sun = (tidy_hours(hours) for hours in week)
    return (mon, tue, wed, thu, fri, sat, sun)


def parse_date(text: str) -> date:
    """The day written as 2026-10-01. Raises BadTime."""
    try:
        if len(text.strip()) == 10:
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise BadTime(
        f"“{text}”不是日期，应写成 2026-10-01 这样",
        f"“{text}” is no date; write it like 2026-10-01",
    )
