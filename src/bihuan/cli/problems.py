"""The command problems: what many cases of a policy complain of in a period, grouped anew where that is asked."""

import argparse

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, REFUSED, Speaker
from bihuan.engine.periods import before, named, period_of
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the command."""
    problems = commands.add(
        "problems",
        run_problems,
        Text("共性问题：许多人说的同一类问题", "common problems: what many complain of"),
    )
    problems.take(
        "period", nargs="?", default="",
        says=Text("2026-W48、2026-11；不填为本月", "2026-W48, 2026-11; else this month"),
    )  # fmt: skip
    problems.take(
        "--policy", metavar="CODE", default="",
        says=Text("只看此制度", "of this policy alone"),
    )  # fmt: skip
    problems.take(
        "--group", action="store_true",
        says=Text("现在重新归类", "group all cases anew now"),
    )  # fmt: skip
    problems.take(
        "--as", dest="reader", metavar="PERSON",
        says=Text("只看此人能看的", "what this person may see"),
    )  # fmt: skip


def run_problems(args: argparse.Namespace, speaker: Speaker) -> int:
    """The problems of the period, the most frequent first; those that are new or surge say so."""
    store.need_site()
    from bihuan.desk import packs, problems, worlds
    from bihuan.desk.reports import calendar_of
    from bihuan.records.queries.problems import common_problems

    at = now()
    if args.group:
        count = problems.group_now(at)
        speaker.say(Text(f"归为 {count} 个问题。", f"grouped into {count} problems."))
    found = []
    viewer = store.viewer(args.reader, at)
    for code, version in packs.policies_in_force(at).items():
        if args.policy and code != args.policy:
            continue
        calendar = calendar_of(worlds.ruling(version.pk, at))
        month = period_of("month", calendar.day_of(at), calendar)
        period = named(args.period, calendar) if args.period else month
        if period is None:
            speaker.warn(Text(f"“{args.period}”不是期间，应如 2026-W48、2026-11",
                              f"'{args.period}' is no period; right is 2026-W48, 2026-11"))  # fmt: skip
            return REFUSED
        earlier = before(period, calendar)
        spans = (period.since, period.until), (earlier.since, earlier.until)
        found += [(code, one) for one in common_problems(viewer, code, *spans, ())]
    for code, one in found:
        expected = one.seen.expected
        usual = "—" if expected is None else f"{expected:.1f}"
        marks = Text("　新出现" * one.is_new + "　突增" * one.is_surge,
                     "  new" * one.is_new + "  surge" * one.is_surge)  # fmt: skip
        name = one.name or one.category
        speaker.say(Text(f"{code}　{name}　{one.seen.count} 件(通常 {usual}){marks.zh}",
                         f"{code}  {name}  {one.seen.count} (usual {usual}){marks.en}"))  # fmt: skip
    if not found:
        speaker.say(Text("本期没有共性问题。", "no common problem in this period."))
    speaker.data([
        {"policy": code, "problem": one.id, "name": one.name, "category": one.category,
         "count": one.seen.count, "expected": one.seen.expected, "new": one.is_new,
         "surge": one.is_surge, "units": dict(one.units), "total": one.total,
         "actions": list(one.actions)}
        for code, one in found
    ])  # fmt: skip
    return OK
