"""Reports of figures at the terminal: any of them for any period, as of any instant; issued ones proved."""

import argparse
from typing import Any

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, stop
from bihuan.engine.measures import MEASURES
from bihuan.engine.periods import covered, named, period_of
from bihuan.engine.reporting import ISO, report_named
from bihuan.engine.say_time import say_length
from bihuan.engine.words import Text

_PERIODS = "2026-11-28, 2026-W48, 2026-11, 2026-Q4, 2026"


def add(commands: Commands) -> None:
    """Declare the command."""
    report = commands.add(
        "report",
        run_report,
        Text(
            "报表：任意期间，截至任意时刻；核对已出具的",
            "reports: of any period, as of any instant; and the issued ones proved",
        ),
    )
    report.take(
        "report", nargs="?", default="",
        says=Text(
            "制度/报表，如 mall/weekly_report；不填为 ISO 指标",
            "policy/report, as mall/weekly_report; else the ISO indicators",
        ),
    )  # fmt: skip
    report.take(
        "period", nargs="?", default="",
        says=Text(_PERIODS, _PERIODS),
    )  # fmt: skip
    report.take(
        "--as-of", metavar="INSTANT", dest="as_of",
        says=Text("截至这个时刻的记录", "as known at that instant"),
    )  # fmt: skip
    report.take(
        "--verify", action="store_true",
        says=Text("重新计算每份已出具的报表并核对", "take every issued report again and compare"),
    )  # fmt: skip
    report.take(
        "--rebuild", action="store_true",
        says=Text("由历史重建统计用的列", "make the columns of figures anew from the history"),
    )  # fmt: skip


def run_report(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    if args.verify:
        return _verify(at, speaker)
    if args.rebuild:
        from bihuan.desk import columns

        made = columns.rebuild(at)
        speaker.say(Text(f"已重建，至第 {made.last} 条记录", f"made anew, up to entry {made.last}"))
        speaker.data({"last": made.last})
        return OK
    return _report(args, at, speaker)


def _report(args: argparse.Namespace, at: int, speaker: Speaker) -> int:
    from bihuan.desk import packs, reports, worlds

    versions = packs.policies_in_force(at)
    code, _, name = str(args.report or f"{next(iter(versions), '')}/{ISO.name}").partition("/")
    version = versions.get(code)
    ruling = worlds.ruling(version.pk, at) if version else None
    report = report_named(ruling.world.policy, name or ISO.name) if ruling else None
    if ruling is None or report is None:
        right = [f"{c}/{r}" for c, v in versions.items()
                 for r in (*worlds.policy_of(v.pk).reports, ISO.name)]  # fmt: skip
        listed = ", ".join(right)
        raise stop(
            Text(
                f"没有报表“{args.report}”；可用：{listed}",
                f"there is no report '{args.report}'; right are: {listed}",
            )
        )
    calendar = reports.calendar_of(ruling)
    row = next((row for row in ruling.world.policy.rhythm if row.name == report.name), None)
    usual = covered(row.covering, at, calendar) if row and row.covering else period_of(
        "month", calendar.day_of(at), calendar
    )  # fmt: skip
    period = named(args.period, calendar) if args.period else usual
    if period is None:
        raise stop(
            Text(
                f"“{args.period}”不是期间；写成 {_PERIODS}",
                f"'{args.period}' is no period; write {_PERIODS}",
            )
        )
    as_of = instant(args.as_of, "--as-of") if args.as_of else None
    found = reports.produce(ruling, report, period, as_of, at)
    speaker.say(Text(f"{report.text.zh} {period.name}，截至 {wall(found['as_of'])}",
                     f"{report.text.en} {period.name}, as known {wall(found['as_of'])}"))  # fmt: skip
    for part in found["parts"]:
        speaker.print()
        heads = [speaker.word(MEASURES[figure].text) for figure in part["figures"]]
        speaker.table(
            ([" / ".join(map(str, line["key"])), *(_said(figure, *value, speaker) for figure, value
              in zip(part["figures"], line["now"], strict=True))] for line in part["rows"]),
            [" / ".join(part["by"]), *heads],
        )  # fmt: skip
    speaker.data(found | {"as_of": iso(found["as_of"])})
    return OK


def _said(figure: str, part: int | None, of: int, speaker: Speaker) -> str:
    unit = MEASURES[figure].unit
    if part is None:
        return "—"
    if unit == "time":
        return speaker.word(say_length(part))
    if unit == "share":
        return f"{round(100 * part / of)} % ({part}/{of})"
    return f"{part / of:.1f}" if unit == "score" else str(part)


def _verify(at: int, speaker: Speaker) -> int:
    from bihuan.desk import reports

    wrong: list[dict[str, Any]] = []
    count = 0
    for number, report, fault in reports.proved(at):
        count += 1
        if fault:
            wrong.append({"report": number, "name": report, "fault": fault})
            words = {
                "hash": Text("与校验码不符", "does not fit its hash"),
                "figures": Text("重新计算的数字不同", "taken again, its figures differ"),
            }[fault]
            speaker.warn(Text(f"{report}：{words.zh}", f"{report}: {words.en}"))
    speaker.say(
        Text(
            f"核对 {count} 份报表，{len(wrong)} 份有误",
            f"{count} reports proved, {len(wrong)} wrong",
        )
    )
    speaker.data({"reports": count, "wrong": wrong})
    return REFUSED if wrong else OK
