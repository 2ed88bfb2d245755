"""Commands about duty rosters: roster show, import, put, strike, gaps."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

MONTH = Text("月份，如 2026-10(默认本月)", "the month, as 2026-10 (this one unless given)")


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group("roster", Text("值班表：谁在何时值班", "rosters: who is on duty when"))
    for name, run, says in (
        ("show", run_show, Text("列出一个月的值班", "list the duties of a month")),
        ("gaps", run_gaps, Text("列出无人值班的休息日", "list the rest days with nobody on duty")),
    ):
        below.add(name, run, says).take("--month", metavar="MONTH", default="", says=MONTH)
    load = below.add(
        "import",
        run_import,
        Text(
            "由 csv 或 xlsx 排班；逐行说明结果",
            "roster what a csv or xlsx file says; each refused row is told",
        ),
    )
    load.take(
        "file",
        metavar="FILE",
        says=Text(
            "栏：日期(或自、至)、岗位、单位、人员",
            "columns day (or from, until), post, unit, person",
        ),
    )
    put = below.add("put", run_put, Text("排一人值班", "put somebody on duty"))
    put.take("person", says=Text("人员", "who"))
    put.take("seat", metavar="POST@UNIT", says=Text("岗位@单位", "the post and unit"))
    put.take("--from", dest="since", required=True, metavar="INSTANT", says=Text("自", "from"))
    put.take("--until", required=True, metavar="INSTANT", says=Text("至", "until"))
    strike = below.add("strike", run_strike, Text("撤下一次值班", "take a duty off the roster"))
    strike.take("duty", type=int, says=Text("值班编号", "the duty's number"))


def run_show(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.records.queries.rosters import duties

    since, until = _month(args.month, at)
    found = duties(since, until)
    speaker.table(
        (str(one.id), wall(one.from_at), wall(one.until_at), f"{one.post}@{one.unit}", one.person)
        for one in found
    )
    speaker.data([_json(one) for one in found])
    return OK


def run_gaps(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import rosters

    found = rosters.gaps(_first(args.month, at), at)
    speaker.table((str(gap.on), gap.place) for gap in found)
    speaker.data([{"day": str(gap.on), "seat": gap.place} for gap in found])
    return REFUSED if found else OK


def run_import(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import rosters
    from bihuan.desk.tables import BadTable, read_table

    try:
        table = read_table(store.read_file(args.file), Path(args.file).name)
    except BadTable as bad:
        raise stop(bad.text, REFUSED) from None
    done = rosters.take_table(table, now=now())
    if isinstance(done, Refusal):
        raise refused(done)
    for row in done.rejected:
        speaker.warn(
            Text(
                f"第 {row.line} 行：{row.reason.zh}({row.content})",
                f"line {row.line}: {row.reason.en} ({row.content})",
            )
        )
    speaker.say(
        Text(
            f"排入 {done.added} 行，已有 {done.repeated} 行，拒绝 {len(done.rejected)} 行",
            f"{done.added} rows taken, {done.repeated} known already, {len(done.rejected)} refused",
        )
    )
    speaker.data(
        {
            "added": done.added,
            "repeated": done.repeated,
            "rejected": [
                {"line": row.line, "reason": {"zh": row.reason.zh, "en": row.reason.en}}
                for row in done.rejected
            ],
        }
    )
    return REFUSED if done.rejected else OK


def run_put(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import rosters

    post, _, unit = args.seat.partition("@")
    made = rosters.roster(
        int(store.person(args.person, at)),
        post,
        unit,
        instant(args.since, "--from"),
        instant(args.until, "--until"),
        now=at,
    )
    if isinstance(made, Refusal):
        raise refused(made)
    speaker.say(Text(f"已排班，编号 {made.pk}", f"on duty; the duty's number is {made.pk}"))
    speaker.data({"id": made.pk})
    return OK


def run_strike(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import rosters

    made = rosters.strike(args.duty, now=now())
    if isinstance(made, Refusal):
        raise refused(made)
    speaker.say(Text("已撤下；过去的不变", "taken off; what is past stays"))
    speaker.data({"id": args.duty})
    return OK


def _json(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "post": one.post,
        "unit": one.unit,
        "from": iso(one.from_at),
        "until": iso(one.until_at),
    }


def _first(month: str, at: int) -> date:
    try:
        return date.fromisoformat(f"{month or wall(at)[:7]}-01")
    except ValueError:
        raise stop(Text("月份应写成 2026-10", "a month is written 2026-10")) from None


def _month(month: str, at: int) -> tuple[int, int]:
    first = _first(month, at)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return tuple(instant(f"{day}T00:00:00+08:00", "--month") for day in (first, after))  # type: ignore[return-value]
