"""Spans and explanations of time in words, Chinese and English."""

from collections.abc import Mapping
from datetime import date

from bihuan.engine import manner
from bihuan.engine.calendar import utc_text
from bihuan.engine.clock import amount
from bihuan.engine.explain_time import Explanation, Line
from bihuan.engine.manner import is_zh
from bihuan.engine.spans import (
    At,
    Days,
    Elapsed,
    EndOf,
    Months,
    NextOpening,
    Span,
    Windows,
    WorkingDays,
    WorkingTime,
)
from bihuan.engine.words import Text

_ZH_UNITS = {"h": "小时", "min": "分钟", "s": "秒"}
_ZH_PERIODS = {
    "day": "当日 24:00",
    "next working day": "下一工作日 24:00",
    "week": "本周日 24:00",
    "next week": "下周日 24:00",
    "month": "本月末 24:00",
    "next month": "下月末 24:00",
}
_ZH_WINDOWS = {"in hours": "上班时间", "off hours": "工作日非上班时间", "holiday": "休息日"}
_ZH_DAY_KINDS = {"make-up": "调休上班，", "extra": "特别开放，"}
_EN_DAY_KINDS = {"make-up": "make-up working day, ", "extra": "open specially, "}


def say_span(span: Span, lang: str, calendars: Mapping[str, Text] | None = None) -> str:
    """The span in words: 7 个工作日, 7 working days. `lang` is `zh` or anything else: English.

    `calendars` says what the policy calls its own.
    """
    words = _say_zh(span) if is_zh(lang) else _say_en(span)
    return words + say_calendar(span.on, lang, calendars or {}) if span.on else words


def say_calendar(name: str, lang: str, calendars: Mapping[str, Text]) -> str:
    """Behind a time: on which calendar it is counted."""
    if name in calendars:
        called = calendars[name].in_(lang)
        return f"(按{called})" if is_zh(lang) else f" on the {called}"
    return f"(按“{name}”日历)" if is_zh(lang) else f" on {name}"


def _say_zh(span: Span) -> str:
    match span:
        case Elapsed(seconds):
            number, unit = amount(seconds)
            return f"{number} {_ZH_UNITS[unit]}"
        case WorkingTime(seconds):
            number, unit = amount(seconds)
            return f"{number} 个工作小时" if unit == "h" else f"{number} 工作{_ZH_UNITS[unit]}"
        case WorkingDays(count):
            return f"{count} 个工作日"
        case Days(count):
            return f"{count} 日"
        case Months(count):
            return f"{count // 12} 年" if count and count % 12 == 0 else f"{count} 个月"
        case EndOf(period):
            return _ZH_PERIODS[period]
        case NextOpening(then):
            return "下次上班时" if then == Elapsed(0) else f"下次上班后 {_say_zh(then)}"
        case At(instant):
            return f"约定时刻 {utc_text(instant)}"
        case Windows(in_hours, off_hours, holiday):
            spans = zip(_ZH_WINDOWS.values(), (in_hours, off_hours, holiday), strict=True)
            return "；".join(f"{window}：{say_span(inner, 'zh')}" for window, inner in spans)


def _say_en(span: Span) -> str:
    match span:
        case Elapsed(seconds):
            return "{} {}".format(*amount(seconds))
        case WorkingTime(seconds):
            return "{} working {}".format(*amount(seconds))
        case WorkingDays(count):
            return f"{count} working day{'s' * (count != 1)}"
        case Days(count):
            return f"{count} day{'s' * (count != 1)}"
        case Months(count):
            years = count // 12 if count and count % 12 == 0 else 0
            number, unit = (years, "year") if years else (count, "month")
            return f"{number} {unit}{'s' * (number != 1)}"
        case EndOf(period):
            return f"the end of the {period}"
        case NextOpening(then):
            return "the next opening" if then == Elapsed(0) else f"next opening + {_say_en(then)}"
        case At(instant):
            return f"the agreed instant {utc_text(instant)}"
        case Windows(in_hours, off_hours, holiday):
            spans = zip(_ZH_WINDOWS, (in_hours, off_hours, holiday), strict=True)
            return "; ".join(f"{window}: {say_span(inner, 'en')}" for window, inner in spans)


def render(explanation: Explanation, lang: str) -> str:
    """The explanation as text: what is due when, then one line for each group of days."""
    rows = [f"  {when}  {what}" for when, what in render_lines(explanation, lang)]
    return "\n".join([render_heading(explanation, lang), *rows])


def render_heading(explanation: Explanation, lang: str) -> str:
    """The result in one line: 7 个工作日 = 10-14 周三 18:00."""
    day = manner.day_of_week(explanation.due_on, lang, year=_with_year(explanation))
    tail = ""
    if explanation.provisional:
        tail = "(预估)" if is_zh(lang) else " (provisional)"
    return f"{say_span(explanation.span, lang)} = {day} {explanation.due_clock}{tail}"


def render_lines(explanation: Explanation, lang: str) -> tuple[tuple[str, str], ...]:
    """The lines in two columns: which days, and what they counted for."""
    with_year = _with_year(explanation)
    return tuple(
        (_when(line, lang, with_year), _what_zh(line) if is_zh(lang) else _what_en(line))
        for line in explanation.lines
    )


def _with_year(explanation: Explanation) -> bool:
    return explanation.start_on.year != explanation.due_on.year


def _when(line: Line, lang: str, with_year: bool) -> str:  # noqa: FBT001
    params = line[1]
    if "first" not in params:
        return ""
    first, last = (date.fromisoformat(str(params[key])) for key in ("first", "last"))
    if first == last:
        return manner.day_of_week(first, lang, year=with_year)
    begin, end = (manner.day(on, lang, year=with_year) for on in (first, last))
    if (last - first).days == 1 and is_zh(lang):
        return f"{begin}、{end}"
    return f"{begin}—{end}" if is_zh(lang) else f"{begin} – {end}"


def _length_zh(seconds: int) -> str:
    parts = ((seconds // 3600, "小时"), (seconds // 60 % 60, "分钟"), (seconds % 60, "秒"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0"


def _length_en(seconds: int) -> str:
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0"


def _numbers(first: int, last: int, joint: str) -> str:
    if last - first > 2:
        return f"{first}—{last}"
    return joint.join(str(number) for number in range(first, last + 1))


def _what_zh(line: Line) -> str:
    code, params = line
    name = params.get("name", "")
    lead = _ZH_DAY_KINDS.get(str(params.get("kind")), "")
    match code:
        case "nothing":
            return f"{params['clock']}，不需时间"
        case "elapsed":
            return f"{params['clock']} 起，连续计 {_length_zh(int(params['seconds']))}"
        case "agreed":
            return "约定的时刻"
        case "first-day":
            return "起算，当日不计"
        case "counted":
            return f"{lead}第 {_numbers(int(params['number']), int(params['until']), '、')} 日"
        case "worked":
            each = "每日 " if int(params["days"]) > 1 else ""
            total = "共计" if each else "计"
            seconds = _length_zh(int(params["seconds"]))
            return f"{lead}{each}{params['hours']}，{total} {seconds}"
        case "after-hours":
            return f"{lead}{params['clock']} 已下班，不计"
        case "holiday":
            return f"{name}放假，不计"
        case "rest":
            return "休息，不计"
        case "closed":
            return f"{name or '停业'}，不计"
        case "paused":
            return f"{params['clock']} 暂停，{params['until']} 恢复，其间不计"
        case "paused-day":
            return "暂停，不计"
        case "corresponding":
            return "对应日"
        case "month-end":
            return f"该月无 {params['day']} 日，以月末日为准"
        case "moved-holiday":
            return f"{name}放假，顺延"
        case "moved-rest":
            return "休息，顺延"
        case "moved-closed":
            return f"{name or '停业'}，顺延"
        case "moved-to":
            return f"{lead}顺延至此，24:00 届满"
        case "ends":
            return f"{lead}24:00 届满"
        case "end-of":
            return _ZH_PERIODS[str(params["period"])]
        case "opening":
            return f"{params['clock']} 上班"
        case "window":
            why = f"({name})" if name and params["window"] == "holiday" else ""
            return f"{params['clock']} 在{_ZH_WINDOWS[str(params['window'])]}{why}"
        case "provisional":
            return f"{params['year']} 年放假安排尚未公布，暂按平常星期推算"
        case "omitted":
            return f"……其间 {params['count']} 行从略"
    raise AssertionError(code)


def _what_en(line: Line) -> str:
    code, params = line
    name = params.get("name_en", "")
    lead = _EN_DAY_KINDS.get(str(params.get("kind")), "")
    match code:
        case "nothing":
            return f"{params['clock']}, takes no time"
        case "elapsed":
            return f"from {params['clock']}, {_length_en(int(params['seconds']))} on end"
        case "agreed":
            return "the agreed instant"
        case "first-day":
            return "start, not counted"
        case "counted":
            numbers = _numbers(int(params["number"]), int(params["until"]), ", ")
            return f"{lead}day{'s' * (params['number'] != params['until'])} {numbers}"
        case "worked":
            hours = str(params["hours"]).replace("—", "–").replace("、", ", ")
            each = "each day " if int(params["days"]) > 1 else ""
            together = "together " if each else ""
            return f"{lead}{each}{hours}: {together}{_length_en(int(params['seconds']))}"
        case "after-hours":
            return f"{lead}{params['clock']} is after closing, not counted"
        case "holiday":
            return f"{name}, not counted"
        case "rest":
            return "day of rest, not counted"
        case "closed":
            return f"{name or 'closed'}, not counted"
        case "paused":
            return f"paused at {params['clock']}, resumed at {params['until']}: not counted"
        case "paused-day":
            return "paused, not counted"
        case "corresponding":
            return "the corresponding day"
        case "month-end":
            return f"this month has no day {params['day']}; its last day stands"
        case "moved-holiday":
            return f"{name}, moved on"
        case "moved-rest":
            return "day of rest, moved on"
        case "moved-closed":
            return f"{name or 'closed'}, moved on"
        case "moved-to":
            return f"{lead}moved to this day, ends at 24:00"
        case "ends":
            return f"{lead}ends at 24:00"
        case "end-of":
            return f"24:00 is the end of the {params['period']}"
        case "opening":
            return f"opens at {params['clock']}"
        case "window":
            why = f" ({name})" if name and params["window"] == "holiday" else ""
            return f"{params['clock']} lies in the window “{params['window']}”{why}"
        case "provisional":
            return f"the holidays of {params['year']} are not published; reckoned by plain weeks"
        case "omitted":
            return f"… {params['count']} lines left out"
    raise AssertionError(code)


def say_length(seconds: int) -> Text:
    """How long something took, in two units: 3 天 2 小时, 2 小时 5 分."""
    minutes = seconds // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, "天", "d"),
        (hours, "小时", "h"),
        (rest, "分", "min"),
    ]
    first = next((place for place, part in enumerate(parts) if part[0]), 2)
    told = [part for part in parts[first : first + 2] if part[0] or first == 2]
    return Text(
        " ".join(f"{count} {zh}" for count, zh, _ in told),
        " ".join(f"{count} {en}" for count, _, en in told),
    )
