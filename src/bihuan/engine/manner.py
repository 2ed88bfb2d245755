"""How days, times, numbers, money and phone numbers are written, in each language's manner: only here.

In Chinese a day is 2026-11-20 in tables and 2026年11月20日 on paper, in English 20 Nov 2026 and 20 November
2026; times are those of a day of 24 hours. What programs read (values of fields, names of files, columns
of a CSV file) is the same in both: `machine_day`, `machine_time`, `stamp`.
"""

import re
from datetime import date, datetime, timedelta

from bihuan.engine.words import Text

_DAYS_ZH = "一二三四五六日"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def is_zh(lang: str) -> bool:
    """Whether the language is Chinese; every other one reads English."""
    return lang.lower().startswith("zh")


# -- Days and times --------------------------------------------------------------------------------


def day(on: date, lang: str, *, year: bool = True) -> str:
    """`2026-11-20`, `20 Nov 2026`; without the year `11-20`, `20 Nov`."""
    if is_zh(lang):
        return f"{on:%Y-%m-%d}" if year else f"{on:%m-%d}"
    short = f"{on.day} {_MONTHS[on.month - 1][:3]}"
    return f"{short} {on.year}" if year else short


def full_day(on: date, lang: str) -> str:
    """`2026年11月20日`, `20 November 2026`: on paper."""
    if is_zh(lang):
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def weekday(number: int, lang: str) -> str:
    """`周一`, `Mon`; Monday is 0."""
    return f"周{_DAYS_ZH[number]}" if is_zh(lang) else _DAYS[number]


def day_of_week(on: date, lang: str, *, year: bool = False) -> str:
    """`11-20 周五`, `Fri 20 Nov`."""
    parts = (day(on, lang, year=year), weekday(on.weekday(), lang))
    return " ".join(parts if is_zh(lang) else reversed(parts))


def clock(wall: datetime) -> str:
    """`15:10`, and the seconds where there are any to tell."""
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"


def minute(wall: datetime) -> str:
    """`15:10`, whatever the seconds are."""
    return f"{wall:%H:%M}"


def moment(wall: datetime, lang: str, *, year: bool = True) -> str:
    """`2026-11-20 14:32`, `20 Nov 2026 14:32`."""
    return f"{day(wall, lang, year=year)} {minute(wall)}"


def ending(wall: datetime) -> tuple[datetime, str]:
    """The day and the time of an end as people say it: the 24:00 of a day, not the 00:00 of the next."""
    if (wall.hour, wall.minute, wall.second) == (0, 0, 0):
        return wall - timedelta(seconds=1), "24:00"
    return wall, minute(wall)


def until(wall: datetime, lang: str, *, year: bool = True) -> str:
    """`2026-11-20 18:00`, `2026-11-20 24:00`: an end."""
    on, time = ending(wall)
    return f"{day(on, lang, year=year)} {time}"


def full_moment(wall: datetime, lang: str) -> str:
    """`2026年11月20日 14:32`, `20 November 2026, 14:32`: on paper."""
    return f"{full_day(wall, lang)}{' ' if is_zh(lang) else ', '}{minute(wall)}"


def month(year: int, number: int, lang: str) -> str:
    """`2026年11月`, `November 2026`."""
    return f"{year}年{number}月" if is_zh(lang) else f"{_MONTHS[number - 1]} {year}"


def minute_of_day(minutes: int) -> str:
    """`09:30` for 570; the end of a day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def hours(seconds: int) -> str:
    """`2:10`: how long something takes, in hours and minutes."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def both(on: date, time: str) -> Text:
    """A day and a time of it in both languages."""
    return Text(f"{day(on, 'zh')} {time}", f"{day(on, 'en')} {time}")


# -- Numbers, money, phone numbers -----------------------------------------------------------------


def number(count: float, places: int = 0) -> str:
    """`1,280`, `1,280.50`."""
    return f"{count:,.{places}f}"


def yuan(fen: int) -> str:
    """The bare amount: `1,280.00`."""
    return number(fen / 100, 2)


def money(fen: int) -> str:
    """`¥1,280.00`."""
    return f"¥{yuan(fen)}"


def money_in_words(fen: int, lang: str) -> str:
    """`50,000元`, `50,000 yuan`: in a sentence."""
    bare = yuan(fen).removesuffix(".00")
    return f"{bare}元" if is_zh(lang) else f"{bare} yuan"


def percent(share: float) -> str:
    """`85%`."""
    return f"{number(share)}%"


def item(place: int, lang: str) -> str:
    """The number of a heading: `三、`, `3. `."""
    if not is_zh(lang):
        return f"{place}. "
    tens, ones = divmod(place, 10)
    digits = "一二三四五六七八九"
    ten = f"{digits[tens - 1] if tens > 1 else ''}十" if tens else ""
    return f"{ten}{digits[ones - 1] if ones else ''}、"


def size(count: int) -> str:
    """`1.4 MB`, `12 KB`: how large a file of so many bytes is."""
    if count > 900_000:
        return f"{number(count / 1024 / 1024, 1)} MB"
    return f"{number(max(1, count // 1024))} KB"


def phones(text: str, lang: str) -> str:
    """The text with its mainland mobile numbers as people read them: 138 0000 5678, +86 138 0000 5678."""
    country = "" if is_zh(lang) else "+86 "
    return _MOBILE.sub(lambda found: country + _grouped(found[0]), text)


def _grouped(digits: str) -> str:
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


# -- What programs read ----------------------------------------------------------------------------


def machine_day(on: date) -> str:
    """`2026-11-20`: the value of a date field, a column that a program sorts by."""
    return f"{on:%Y-%m-%d}"


def machine_time(wall: datetime) -> str:
    """`2026-11-20 14:32`, with seconds where there are any."""
    return f"{machine_day(wall)} {clock(wall)}"


def spreadsheet_time(lang: str) -> str:
    """The format by which a spreadsheet shows a day and a time of it."""
    return "yyyy-mm-dd hh:mm" if is_zh(lang) else "d mmm yyyy hh:mm"


def length(seconds: int, lang: str) -> str:
    """A length as a figure: `8.1 天`, `8.1 d`, below one day `7:20`."""
    if seconds < 86_400:
        return hours(seconds)
    return f"{number(seconds / 86_400, 1)} {_days(lang)}"


def spreadsheet_length(lang: str) -> str:
    """The same as the format of a spreadsheet, in days."""
    return f'[>=1]0.0" {_days(lang)}";[h]:mm'


def _days(lang: str) -> str:
    return "天" if is_zh(lang) else "d"


def field_time(wall: datetime) -> str:
    """`2026-11-20T14:32`: the value of a field for a day and a time."""
    return f"{machine_day(wall)}T{minute(wall)}"


def machine_month(on: date) -> str:
    """`2026-11`: the value of a month field."""
    return f"{on:%Y-%m}"


def serial_day(on: date) -> str:
    """`20261120`: in the number of a case."""
    return f"{on:%Y%m%d}"


def stamp(wall: datetime) -> str:
    """`20261120-1432`: in the name of a file."""
    return f"{wall:%Y%m%d-%H%M}"
