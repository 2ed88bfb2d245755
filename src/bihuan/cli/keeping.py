"""Commands that keep the records right: sweep, verify, rebuild; and that end them: purge."""

import argparse
from collections import Counter
from contextlib import nullcontext

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, stop
from bihuan.engine.acts import ACTS
from bihuan.engine.words import KEPT, Text

SHOWN = 200


def add(commands: Commands) -> None:
    """Declare the commands."""
    sweep = commands.add(
        "sweep",
        run_sweep,
        Text(
            "处理已到期的：逾期、上报、定期事项",
            "work off what fell due: lapses, escalations, periodic duties",
        ),
    )
    sweep.take(
        "--dry-run", action="store_true", says=Text("只看会发生什么", "only say what would happen")
    )
    sweep.take(
        "--at",
        metavar="INSTANT",
        says=Text(
            "推演到这个时刻(将来则在副本上进行)", "as if it were then (in the future: on a copy)"
        ),
    )
    sweep.take(
        "--list", action="store_true", dest="listing", says=Text("逐件列出", "list each one")
    )
    verify = commands.add(
        "verify",
        run_verify,
        Text(
            "核对：链、投影、不变式、各环节的时间",
            "prove the records: chain, projections, invariants, the time of every leg",
        ),
    )
    verify.take("number", nargs="?", says=Text("只核对这个案件", "only this case"))
    rebuild = commands.add(
        "rebuild",
        run_rebuild,
        Text(
            "由历史重建案件、待办与查阅范围", "make cases, duties and access anew from the history"
        ),
    )
    rebuild.take("number", nargs="?", says=Text("只重建这个案件", "only this case"))
    purge = commands.add(
        "purge",
        run_purge,
        Text(
            "销毁保存期已满的记录中的个人信息，留下销毁证明",
            "erase what is personal in records whose time of keeping is over; a certificate is kept",
        ),
    )
    purge.take(
        "--dry-run", action="store_true", says=Text("只看会销毁什么", "only say what would go")
    )
    purge.take(
        "--list",
        action="store_true",
        dest="listing",
        says=Text("今后应销毁的，按日期", "what is to be purged, nearest first"),
    )
    purge.take(
        "--certificate",
        metavar="NUMBER",
        says=Text("这个案件的销毁证明", "the case's certificates"),
    )


def run_purge(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import retention

    if args.certificate:
        return _certificates(args.certificate, speaker)
    if args.listing or args.dry_run:
        rows = retention.coming(until=None if args.listing else at)
        speaker.table((row.number, wall(row.due_at), row.rule) for row in rows)
        speaker.say(Text(f"共 {len(rows)} 件", f"{len(rows)} records"))
        speaker.data(
            [{"number": row.number, "due": iso(row.due_at), "rule": row.rule} for row in rows]
        )
        return OK
    report = retention.purge(at)
    count = len(report.certificates)
    speaker.say(
        Text(
            f"销毁 {count} 件记录中的个人信息，删除 {report.files} 个文件",
            f"{count} records purged, {report.files} files removed",
        )
    )
    for number, error in report.errors:
        speaker.warn(Text(f"{number}:{error}", f"{number}: {error}"))
    speaker.data({"certificates": list(report.certificates), "files": report.files})
    return REFUSED if report.errors else OK


def _certificates(number: str, speaker: Speaker) -> int:
    from bihuan.records.queries.certificates import certificates_of

    found = certificates_of(number)
    if not found:
        raise stop(
            Text(f"“{number}”没有销毁证明", f"there is no certificate of '{number}'"), REFUSED
        )
    for made in found:
        kinds = "、".join(KEPT[name].zh for name in made.what)
        english = ", ".join(KEPT[name].en for name in made.what)
        speaker.say(
            Text(
                f"{made.number}:{kinds}，保存 {made.kept_for}，{wall(made.due_at)} 期满，"
                f"{wall(made.purged_at)} 销毁",
                f"{made.number}: {english}, kept for {made.kept_for} until {wall(made.due_at)}, "
                f"purged at {wall(made.purged_at)}",
            )
        )
        speaker.print(f"  {made.policy_code} {made.policy_version} {made.rule} {made.clauses}")
        speaker.table((f"  {count}", what) for what, count in sorted(made.counts.items()))
        speaker.print(f"  {made.head}\n  SHA-256 {made.hash}")
    speaker.data([made.to_json() for made in found])
    return OK


def run_sweep(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else present
    store.need_site()
    from bihuan.desk.sweep import on_a_copy, sweep
    from bihuan.records.queries.obligations import open_counts

    copied = at > present
    if copied:
        speaker.say(
            Text(
                f"{wall(at)} 在将来：在副本上推演，真实数据不变",
                f"{wall(at)} lies ahead: this runs on a copy, the real data stay as they are",
            )
        )
    with on_a_copy() if copied else nullcontext():
        report = sweep(at, dry_run=args.dry_run and not copied, listing=True)
        owing = open_counts()
    lapses = report.lapses or []
    if args.listing or len(lapses) <= SHOWN:
        speaker.table(
            (
                lapse.number,
                wall(lapse.at),
                speaker.word(_what(lapse.kind)),
                lapse.seat,
                ", ".join(speaker.word(ACTS[act].text) for act in lapse.acts if act in ACTS),
            )
            for lapse in lapses
        )
    kinds = Counter(lapse.kind for lapse in lapses)
    for kind, count in kinds.most_common():
        speaker.print(f"  {count}  {speaker.word(_what(kind))}")
    if not args.dry_run or copied:
        speaker.say(Text("此后各岗位待办：", "owed after it, by post:"))
        speaker.table((f"  {count}", seat) for seat, count in sorted(owing.items()))
    would = Text("将", "would be ") if copied or args.dry_run else Text("", "")
    speaker.say(
        Text(
            f"{report.cases} 个案件{would.zh}有变动，{report.events} 个事件，{report.failed} 个失败",
            f"{report.cases} cases {would.en}changed by {report.events} events, {report.failed} failed",
        )
    )
    for number, error in report.errors:
        speaker.warn(Text(f"{number}:{error}", f"{number}: {error}"))
    speaker.data(
        {
            "at": iso(at),
            "on_a_copy": copied,
            "dry_run": args.dry_run,
            "cases": report.cases,
            "events": report.events,
            "failed": report.failed,
            "kinds": dict(kinds),
            "owed_after": owing if copied or not args.dry_run else None,
            "lapses": [
                {
                    "number": lapse.number,
                    "kind": lapse.kind,
                    "at": iso(lapse.at),
                    "seat": lapse.seat,
                    "opened": list(lapse.acts),
                }
                for lapse in lapses
            ],
        }
    )
    return REFUSED if report.failed else OK


_WHAT = {
    "lapsed": Text("逾期", "time ran out"),
    "opened": Text("到期开启", "fell due"),
}


def _what(kind: str) -> Text:
    act = ACTS.get(kind)
    return _WHAT.get(kind) or (act.past if act else Text(kind, kind))


def run_verify(args: argparse.Namespace, speaker: Speaker) -> int:
    store.open_data()
    from bihuan.desk.stored import load
    from bihuan.desk.verify import verify

    if args.number and load(args.number) is None:
        raise stop(Text(f"没有案件“{args.number}”", f"there is no case '{args.number}'"), REFUSED)
    findings = verify(now(), number=args.number)
    for found in findings:
        speaker.print(f"{found.number or '-'}  {found.code}  {found.text}")
    speaker.say(
        Text(f"发现 {len(findings)} 处问题", f"{len(findings)} findings")
        if findings
        else Text(
            "无误：链、投影、不变式、各环节的时间都相符",
            "clean: chain, projections, invariants and the time of every leg agree",
        )
    )
    speaker.data(
        {
            "clean": not findings,
            "findings": [
                {"code": found.code, "number": found.number, "text": found.text}
                for found in findings
            ],
        }
    )
    return REFUSED if findings else OK


def run_rebuild(args: argparse.Namespace, speaker: Speaker) -> int:
    store.open_data()
    from bihuan.desk.rebuild import rebuild

    count = rebuild(number=args.number)
    if args.number and not count:
        raise stop(Text(f"没有案件“{args.number}”", f"there is no case '{args.number}'"), REFUSED)
    speaker.say(Text(f"重建了 {count} 个案件", f"{count} cases made anew"))
    speaker.data({"cases": count})
    return OK
