"""Commands about time: due, calendar load, calendar show."""

import argparse
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now
from bihuan.cli.speech import OK, REFUSED, Speaker, Stop, stop
from bihuan.engine.calendar import BadTime, Calendar
from bihuan.engine.clock import Span
from bihuan.engine.dues import limit_of
from bihuan.engine.explain_time import explain
from bihuan.engine.policy import Policy
from bihuan.engine.say_time import render, render_lines, say_span
from bihuan.engine.words import Text

_DAYS = "一二三四五六日"  # zh: data


def add(commands: Commands) -> None:
    """Declare the commands."""
    due = commands.add(
        "due",
        run_due,
        Text(
            "算一个时限何时到期，并说明怎样算出", "compute when a time limit ends, and explain it"
        ),
    )
    due.take(
        "--policy",
        required=True,
        metavar="P",
        says=Text("制度代码或文件", "a policy's code, or a file"),
    )
    due.take(
        "--within",
        required=True,
        metavar="EXPR",
        says=Text(
            "时限：如“2 working h”“7 working days”“3 days”“end of day”，或制度里约定数的名称",
            "the limit: 2 working h, 7 working days, 3 days, end of day …, or the name of a number "
            "of the policy",
        ),
    )
    due.take(
        "--from",
        dest="start",
        metavar="INSTANT",
        says=Text("起算时刻(默认现在)", "where it starts (now unless given)"),
    )
    due.take(
        "--on",
        metavar="CALENDAR",
        says=Text("制度的工作日历(默认 usual)", "a calendar of the policy"),
    )
    below = commands.group("calendar", Text("放假与调休安排", "days off and make-up working days"))
    load = below.add(
        "load",
        run_load,
        Text(
            "从文件(JSON 或 ICS)载入一年的放假安排",
            "load a year's days off from a file (JSON or ICS)",
        ),
    )
    load.take("file", says=Text("文件", "the file"))
    load.take("--by", metavar="PERSON", says=Text("由谁载入", "who loads it"))
    show = below.add(
        "show",
        run_show,
        Text("列出一年的放假与调休", "list a year's days off and make-up working days"),
    )
    show.take("year", type=int, says=Text("年份", "the year"))


def run_due(args: argparse.Namespace, speaker: Speaker) -> int:
    start = instant(args.start, "--from") if args.start else now()
    policy = store.sound_policy(args.policy)
    calendars = store.calendars_of(policy)
    usual = args.on or "usual"
    if usual not in calendars:
        raise stop(
            Text(
                f"制度没有名为“{usual}”的日历，有：{'、'.join(calendars)}",
                f"the policy has no calendar '{usual}'; it has {', '.join(calendars)}",
            ),
        )
    span = _span(args.within, policy)
    try:
        found = explain(span, start, calendars, usual)
    except BadTime as bad:
        raise Stop(Text(bad.zh, bad.en)) from None
    calendar = calendars[span.on or usual]
    start_at, due_at = _iso(found.start, calendar), _iso(found.due, calendar)
    day = found.due_on.weekday()
    speaker.say(
        Text(
            f"{found.due_on} 星期{_DAYS[day]} {found.due_clock}({due_at})",
            f"{found.due_on:%A} {found.due_on} {found.due_clock} ({due_at})",
        ),
    )
    speaker.print(render(found, speaker.lang))
    speaker.data(
        {
            "within": args.within,
            "says": {lang: say_span(span, lang) for lang in ("zh", "en")},
            "calendar": found.calendar,
            "from": start_at,
            "due": due_at,
            "provisional": found.provisional,
            "explanation": {
                lang: [
                    " ".join(part for part in line if part) for line in render_lines(found, lang)
                ]
                for lang in ("zh", "en")
            },
        }
    )
    return OK


def _span(written: str, policy: Policy) -> Span:
    try:
        return limit_of(written, policy)
    except BadTime as bad:
        raise Stop(Text(f"--within:{bad.zh}", f"--within: {bad.en}")) from None


def _iso(at: int, calendar: Calendar) -> str:
    return iso(at, ZoneInfo(calendar.zone))


def run_load(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    data = store.read_file(args.file)
    store.need_site()
    from bihuan.desk import packs
    from bihuan.desk.calendars import BadCalendarFile, read_calendar

    by = store.person(args.by, at)
    try:
        year = read_calendar(data, args.file)
        cases = packs.publish_calendar(data, args.file, int(by), at)
    except BadCalendarFile as bad:
        raise Stop(Text(bad.say("zh"), bad.say("en")), REFUSED) from None
    speaker.say(
        Text(
            f"已载入 {year.through} 年：放假 {len(year.off)} 天，调休上班 {len(year.work)} 天；"
            f"重算了 {cases} 个案件的预估时限",
            f"loaded {year.through}: {len(year.off)} days off, {len(year.work)} make-up working days; "
            f"the provisional times of {cases} cases were computed again",
        ),
    )
    speaker.data(
        {"year": year.through, "off": len(year.off), "work": len(year.work), "recomputed": cases}
    )
    return OK


def run_show(args: argparse.Namespace, speaker: Speaker) -> int:
    from bihuan.desk import calendars

    known = calendars.china()
    if store.has_data():
        store.open_data()
        from bihuan.desk import worlds

        known = worlds.published_before("china", 1 << 15) or known
    if not 2007 <= args.year <= known.through:
        raise stop(
            Text(
                f"只有 2007 年至 {known.through} 年的放假安排；{args.year} 年公布后可用 bihuan calendar load 载入",
                f"there are days off from 2007 to {known.through}; load {args.year} with bihuan calendar "
                "load once it is published",
            ),
            REFUSED,
        )
    rows = []
    day = date(args.year, 1, 1)
    while day.year == args.year:
        if day in known.off or day in known.work:
            rows.append((day, day in known.work, known.work.get(day) or known.off.get(day, "")))
        day += timedelta(days=1)
    kinds = Text("放假", "off"), Text("上班", "working")
    speaker.table(
        (
            str(on),
            _DAYS[on.weekday()] if speaker.lang == "zh" else f"{on:%a}",
            speaker.word(kinds[works]),
            name if speaker.lang == "zh" else known.english.get(name, name),
        )
        for on, works, name in rows
    )
    notices = known.notices.get(args.year, ())
    for notice in notices:
        speaker.print(notice)
    speaker.data(
        {
            "year": args.year,
            "off": {str(on): name for on, works, name in rows if not works},
            "work": {str(on): name for on, works, name in rows if works},
            "notices": list(notices),
        }
    )
    return OK
