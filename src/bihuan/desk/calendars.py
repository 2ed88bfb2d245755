"""Reads holiday calendars: the shipped ones, and an administrator's file for another year."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from bihuan.engine.calendar import Published
from bihuan.engine.words import Text

LARGEST_FILE = 1_000_000

_OFF = re.compile(r"休|放假|\boff\b|\bholiday\b", re.IGNORECASE)  # zh: data
_WORK = re.compile(r"班|\bwork(ing)?[ -]?day\b|\bmake-?up\b", re.IGNORECASE)  # zh: data
_MARKS = re.compile(
    r"[((\[【]?\s*(?:休息?|放假|调休上班|补班|上班|班)\s*[))\]】]?\s*$|^\s*[\[【]?[休班][\]】]?\s*"  # zh: data
)
_PROPERTY = re.compile(r"([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\")?)*):(.*)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing wrong in a calendar file: where, and what would be right."""

    line: int | None
    field: str
    zh: str
    en: str


class BadCalendarFile(ValueError):  # noqa: N818  (a refusal, not an accident)
    """A calendar file that cannot be taken; `troubles` names each line and field."""

    def __init__(self, filename: str, troubles: list[Trouble]) -> None:
        self.filename = filename
        self.troubles = tuple(troubles)
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """All troubles, one a line, in Chinese (`zh`) or English."""
        chinese = lang.lower().startswith("zh")
        lines = []
        for trouble in self.troubles:
            text = trouble.zh if chinese else trouble.en
            at = f":{trouble.line}" if trouble.line else ""
            lines.append(f"{self.filename}{at}: {trouble.field}: {text}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int | None
    field: str
    on: date
    works: bool
    name: str


@cache
def china() -> Published:
    """China's days off and make-up working days as published, with the notices' addresses."""
    folder = resources.files("bihuan") / "calendars" / "china"
    years = sorted(_year_files(folder), key=lambda file: file.name)
    english = json.loads((folder / "names.json").read_text("utf-8"))
    whole = read_calendar(years[0].read_bytes(), years[0].name)
    for file in years[1:]:
        whole = whole.followed_by(read_calendar(file.read_bytes(), file.name))
    return Published(whole.through, whole.off, whole.work, whole.notices, english)


@cache
def shipped() -> dict[str, Published]:
    """The publications a policy's calendar may name after `holidays:`."""
    return {"china": china()}


def read_calendar(data: bytes, filename: str) -> Published:
    """One year's days off and make-up days from a file: our JSON, or ICS with all-day events.

    Raises BadCalendarFile naming every line and field, and what would be right.
    """
    if len(data) > LARGEST_FILE:
        raise _refused(filename, None, "file", "文件过大，一年的放假安排远小于 1 MB",
                       "the file is too large; a year's calendar is far below 1 MB")  # fmt: skip
    text = _decoded(data, filename)
    if text.lstrip().startswith("BEGIN:VCALENDAR"):
        year, notices, entries = _read_ics(text, filename)
    else:
        year, notices, entries = _read_json(text, filename)
    return _published(filename, year, notices, entries)


def _year_files(folder: Traversable) -> Iterator[Traversable]:
    return (file for file in folder.iterdir() if re.fullmatch(r"\d{4}\.json", file.name))


def _decoded(data: bytes, filename: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(filename, None, "file", "文字编码无法识别，请存为 UTF-8",
                   "the text's encoding is not known; save it as UTF-8")  # fmt: skip


def _refused(filename: str, line: int | None, field: str, zh: str, en: str) -> BadCalendarFile:
    return BadCalendarFile(filename, [Trouble(line, field, zh, en)])


def _published(
    filename: str, year: int, notices: tuple[str, ...], entries: list[_Entry]
) -> Published:
    troubles: list[Trouble] = []
    taken: dict[date, _Entry] = {}
    for entry in entries:
        before = taken.setdefault(entry.on, entry)
        line = Text(f"第 {before.line} 行", f"line {before.line}")
        where, where_en = line if before.line else Text("前文", "before")
        if before is not entry and before.works != entry.works:
            troubles.append(Trouble(
                entry.line, entry.field,
                f"{entry.on} 既是放假又是上班(另见{where})，只能留一个",
                f"{entry.on} is both off and working (see {where_en}); keep only one",
            ))  # fmt: skip
        elif before is not entry:
            troubles.append(Trouble(
                entry.line, entry.field,
                f"{entry.on} 写了两次(另见{where})，请删去一个",
                f"{entry.on} is given twice (see {where_en}); remove one",
            ))  # fmt: skip
        if not date(year - 1, 12, 1) <= entry.on <= date(year + 1, 1, 31):
            troubles.append(Trouble(
                entry.line, entry.field,
                f"{entry.on} 不属于 {year} 年；一个文件只放一年(可带上年 12 月和次年 1 月的日子)",
                f"{entry.on} is not of {year}; a file holds one year (with days of the December "
                "before and the January after)",
            ))  # fmt: skip
        if not entry.name:
            troubles.append(Trouble(
                entry.line, entry.field,
                f"{entry.on} 没有名称，应写明节日，例如 国庆节",
                f"{entry.on} has no name; write the holiday's, like National Day",
            ))  # fmt: skip
    if not any(not entry.works and entry.on.year == year for entry in entries):
        troubles.append(Trouble(
            None, "off",
            f"{year} 年没有一天放假；尚未公布的年份不要载入，公布后再载",
            f"{year} has no day off; do not load a year before it is published",
        ))  # fmt: skip
    if troubles:
        raise BadCalendarFile(filename, troubles)
    return Published(
        through=year,
        off={on: entry.name for on, entry in taken.items() if not entry.works},
        work={on: entry.name for on, entry in taken.items() if entry.works},
        notices={year: notices},
    )


# JSON: {"year": 2026, "notices": ["https://…"], "off": {"2026-01-01": "元旦"}, "work": {…}}


def _read_json(text: str, filename: str) -> tuple[int, tuple[str, ...], list[_Entry]]:
    try:
        whole = json.loads(text, object_pairs_hook=lambda pairs: pairs)
    except json.JSONDecodeError as error:
        raise _refused(
            filename, error.lineno, "file",
            f"不是完整的 JSON,也不是 ICS(第 {error.colno} 列)",
            f"neither whole JSON nor ICS (column {error.colno}: {error.msg})",
        ) from None  # fmt: skip
    except RecursionError:
        whole = None
    example = '{"year": 2027, "notices": ["https://…"], "off": {"2027-01-01": "元旦"}, "work": {}}'  # zh: data
    troubles: list[Trouble] = []

    def trouble(field: str, zh: str, en: str, line: int | None = None) -> None:
        troubles.append(Trouble(line, field, zh, en))

    if not isinstance(whole, list) or not all(isinstance(pair, tuple) for pair in whole):
        raise _refused(filename, 1, "file", f"应是 {example}", f"it should be {example}")
    given = dict(whole)
    for key in sorted({str(key) for key, _ in whole} - {"year", "notices", "off", "work"}):
        trouble(key, f"没有这一项，应为 {example}", f"there is no such field; right is {example}")
    year = given.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or not 1970 <= year <= 2200:
        trouble("year", "应为年份数字，例如 2027", "should be the year as a number, like 2027")
        year = 1970
    notices = given.get("notices", [])
    if not isinstance(notices, list) or not all(isinstance(item, str) for item in notices):
        trouble("notices", "应为通知网址的列表", "should be a list of the notices' addresses")
        notices = []
    entries: list[_Entry] = []
    lines = _Lines(text)
    for field in ("off", "work"):
        days = given.get(field, [])
        if not isinstance(days, list) or not all(isinstance(pair, tuple) for pair in days):
            days_then = '{"2027-01-01": "元旦", …}'  # zh: data
            trouble(field, f"应为 {days_then}", f"should be {days_then}")
            continue
        for key, name in days:
            line = lines.of(key)
            on = _iso(key)
            if on is None:
                trouble(f"{field}.{key}", "应为 2027-01-01 这样的日期",
                        "should be a date like 2027-01-01", line)  # fmt: skip
            elif not isinstance(name, str):
                trouble(f"{field}.{key}", "应为节日名称", "should be the holiday's name", line)
            else:
                entries.append(_Entry(line, f"{field}.{key}", on, field == "work", name.strip()))
    if troubles:
        raise BadCalendarFile(filename, troubles)
    return year, tuple(notices), entries


class _Lines:
    """The line on which the next occurrence of a key stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.seen: dict[str, int] = {}

    def of(self, key: str) -> int | None:
        at = self.text.find(json.dumps(key, ensure_ascii=False), self.seen.get(key, 0))
        self.seen[key] = at + 1
        return self.text.count("\n", 0, at) + 1 if at >= 0 else None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


# ICS: all-day events whose summary or categories say 休 or 班


def _read_ics(text: str, filename: str) -> tuple[int, tuple[str, ...], list[_Entry]]:
    entries: list[_Entry] = []
    troubles: list[Trouble] = []
    notices: list[str] = []
    event: dict[str, tuple[int, str, str]] | None = None
    opened = 0
    for line, name, params, value in _ics_properties(text, troubles):
        if name == "BEGIN" and value.upper() == "VEVENT":
            event, opened = {}, line
        elif name == "END" and value.upper() == "VEVENT" and event is not None:
            entries += _ics_event(event, opened, troubles)
            event = None
        elif event is not None:
            event[name] = (line, params, value)
            if name == "URL" and value not in notices:
                notices.append(value)
    if event is not None:
        troubles.append(Trouble(
            opened, "VEVENT", "事件没有结束，缺 END:VEVENT",
            "the event does not end; END:VEVENT is missing",
        ))  # fmt: skip
    if not entries and not troubles:
        troubles.append(Trouble(
            None, "VEVENT", "文件里没有全天事件",
            "the file has no all-day events",
        ))  # fmt: skip
    if troubles:
        raise BadCalendarFile(filename, troubles)
    years = [entry.on.year for entry in entries]
    return max(sorted(set(years)), key=years.count), tuple(notices), entries


def _ics_properties(text: str, troubles: list[Trouble]) -> Iterator[tuple[int, str, str, str]]:
    unfolded: list[tuple[int, str]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and unfolded:
            start, before = unfolded[-1]
            unfolded[-1] = (start, before + line[1:])
        elif line.strip():
            unfolded.append((number, line))
    for number, line in unfolded:
        found = _PROPERTY.fullmatch(line.rstrip())
        if found:
            yield number, found[1].upper(), found[2].upper(), found[3].strip()
        else:
            troubles.append(Trouble(
                number, line[:20], "不是 名称：值 的形式", "is not of the form NAME:value",
            ))  # fmt: skip


def _ics_event(
    event: dict[str, tuple[int, str, str]], opened: int, troubles: list[Trouble]
) -> list[_Entry]:
    start_line, _, start_text = event.get("DTSTART", (opened, "", ""))
    _, _, end_text = event.get("DTEND", (opened, "", ""))
    start, end = _ics_date(start_text), _ics_date(end_text) if end_text else None
    if start is None or (end_text and end is None):
        troubles.append(Trouble(
            start_line, "DTSTART" if start is None else "DTEND",
            "应是全天事件，例如 DTSTART;VALUE=DATE:20270101",
            "should be an all-day event, like DTSTART;VALUE=DATE:20270101",
        ))  # fmt: skip
        return []
    end = end or start + timedelta(days=1)
    if not 0 < (end - start).days <= 60:
        troubles.append(Trouble(
            start_line, "DTEND", "应在 DTSTART 之后(不含当日)，至多 60 天",
            "should lie after DTSTART (its day is not included), at most 60 days",
        ))  # fmt: skip
        return []
    for rule in ("RRULE", "RDATE"):
        if rule in event:
            troubles.append(Trouble(
                event[rule][0], rule, "不接受重复事件，请逐年写出日子",
                "recurring events are not taken; write out the days of the year",
            ))  # fmt: skip
            return []
    line, _, summary = event.get("SUMMARY", (opened, "", ""))
    summary = re.sub(r"\\([,;\\])", r"\1", summary)
    special = event.get("X-APPLE-SPECIAL-DAY", (0, "", ""))[2].upper()
    marks = f"{summary} {event.get('CATEGORIES', (0, '', ''))[2]}"
    off = special == "WORK-HOLIDAY" or bool(_OFF.search(marks.replace("调休", "")))
    work = special == "ALTERNATE-WORKDAY" or bool(_WORK.search(marks))
    if off == work:
        troubles.append(Trouble(
            line, "SUMMARY",
            f"“{summary}”看不出是放假还是上班，请在名称或 CATEGORIES 里写明 休 或 班(只写一个)",  # zh: data
            f"“{summary}” does not say whether it is a day off or a working day; "
            "put 休 or 班 (one of them) into the summary or CATEGORIES",  # zh: data
        ))  # fmt: skip
        return []
    name = _MARKS.sub("", summary).strip() or summary.strip()
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return [_Entry(line, "SUMMARY", day, work, name) for day in days]


def _ics_date(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}", text):
        return None
    return _iso(f"{text[:4]}-{text[4:6]}-{text[6:]}")


__all__ = ["BadCalendarFile", "Trouble", "china", "read_calendar", "shipped"]
