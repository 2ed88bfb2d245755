"""Commands about what reaches the organisation: mail-in, scan-in, ledger."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, now
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.words import FATES, Text

WEEK = 7
_COVER = (
    ("channel", "CODE", Text("letter（默认）、in_person 或 suggestion_box",
                             "letter (unless given), in_person or suggestion_box")),
    ("unit", "CODE", Text("收到它的部门（默认最上级）", "who received it (the top unless given)")),
    ("received", "TIME", Text("何时收到（默认现在）", "when it reached us (now unless given)")),
    ("opened-by", "NAME", Text("由谁开启", "who opened the envelope or the box")),
    ("opened", "TIME", Text("何时开启", "when it was opened")),
    ("sender", "NAME", Text("来件人", "who sent it")),
    ("contact", "WORDS", Text("如何联系来件人", "how to reach the sender")),
    ("subject", "WORDS", Text("事由", "what it is about")),
    ("reference", "WORDS", Text("挂号或传真号", "number of the registered letter or of the fax")),
)  # fmt: skip


def add(commands: Commands) -> None:
    """Declare the commands."""
    mail_in = commands.add(
        "mail-in",
        run_mail_in,
        Text(
            "收下一封邮件（文件或管道）；只有未能保存时退出码不为 0",
            "take in a mail from a file or a pipe; the exit code is 0 unless it could not be stored",
        ),
    )
    mail_in.take(
        "file", nargs="?", default="-", metavar="FILE", says=Text("文件，或 -", "a file, or -")
    )
    mail_in.take(
        "--box", default="", metavar="ADDRESS",
        says=Text("收到它的邮箱", "the mailbox that it came to"),
    )  # fmt: skip
    scan_in = commands.add(
        "scan-in",
        run_scan_in,
        Text(
            "收下一件书面来件的扫描件；重复收下不会重复",
            "take in the scans of something on paper; again adds none",
        ),
    )
    scan_in.take(
        "files", nargs="+", type=Path, says=Text("扫描件，按页序", "the scans, in their order")
    )
    for option, metavar, says in _COVER:
        scan_in.take(f"--{option}", default="", metavar=metavar, says=says)
    ledger = commands.add(
        "ledger",
        run_ledger,
        Text(
            "收到的与其去向逐日核对；不平则退出码为 1",
            "check what was received against what became of it, day by day; 1 where it does not balance",
        ),
    )
    ledger.take(
        "--days", type=int, default=WEEK, metavar="N", says=Text("最近几天", "how many days back")
    )


def run_mail_in(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from django.db import DatabaseError

    from bihuan.channels.email.taking import take
    from bihuan.desk import mailboxes

    box = mailboxes.find(args.box) if args.box else None
    if box is None:
        box = mailboxes.Box(address=args.box.lower()[:320])
    try:
        raw = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
        message = take(raw, box, at)
    except (OSError, DatabaseError) as error:
        raise stop(Text(f"未能保存：{error}", f"not stored: {error}"), REFUSED) from error
    return _say_kept(message.id, fresh=message.fresh, speaker=speaker)


def run_scan_in(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from django.db import DatabaseError

    from bihuan.channels.letter.scans import BY_HAND, Cover, Scan, take
    from bihuan.engine.refusal import Refusal

    channel = args.channel or "letter"
    if channel not in BY_HAND:
        raise stop(Text(f"--channel 应为 {'、'.join(BY_HAND)} 之一",
                        f"--channel is one of {', '.join(BY_HAND)}"))  # fmt: skip
    cover = Cover(
        channel,
        instant(args.received, "--received") if args.received else at,
        instant(args.opened, "--opened") if args.opened else 0,
        args.opened_by, args.sender, args.contact, args.subject, args.reference,
    )  # fmt: skip
    unit = store.unit(args.unit or None, at)
    try:
        message = take([Scan(file.name, file.read_bytes()) for file in args.files], cover, unit, at)
    except (OSError, DatabaseError) as error:
        raise stop(Text(f"未能保存：{error}", f"not stored: {error}"), REFUSED) from error
    if isinstance(message, Refusal):
        raise refused(message)
    return _say_kept(message.id, fresh=message.fresh, speaker=speaker)


def _say_kept(message: int, *, fresh: bool, speaker: Speaker) -> int:
    known = Text("", "") if fresh else Text("（以前已收到）", " (received before)")
    speaker.say(Text(f"已保存为第 {message} 件来件{known.zh}",
                     f"stored as message {message}{known.en}"))  # fmt: skip
    speaker.data({"message": message, "new": fresh})
    return OK


def run_ledger(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk.received import unsound
    from bihuan.records.queries.received import DAY, Tally, tallies

    rows = tallies(at - max(1, args.days) * DAY, at + 1)
    wrong = list(unsound())
    kinds = {"": Text("等待", "waiting"), **FATES}

    def cells(row: Tally) -> list[str]:
        counts = [str(row.fates.get(fate, 0)) for fate in kinds]
        return [
            f"{_day(row.day):%Y-%m-%d}", row.channel, str(row.received), *counts,
            "=" if row.balances else "≠",
        ]  # fmt: skip

    head = [Text("日期", "day"), Text("渠道", "channel"), Text("收到", "received"), *kinds.values()]
    speaker.table(map(cells, rows), [*map(speaker.word, head), ""])
    for number, text in wrong:
        speaker.warn(Text(f"{number}:{text.zh}", f"{number}: {text.en}"))
    balances = not wrong and all(row.balances for row in rows)
    speaker.say(
        Text("收支相符", "it balances") if balances else Text("不相符", "it does not balance")
    )
    speaker.data(
        {
            "balances": balances,
            "days": [
                {"day": str(_day(row.day)), "channel": row.channel, "received": row.received,
                 "fates": {fate or "waiting": count for fate, count in row.fates.items()}}
                for row in rows
            ],
            "wrong": [{"number": number, "text": text.en} for number, text in wrong],
        }
    )  # fmt: skip
    return OK if balances else REFUSED


def _day(number: int) -> date:
    return datetime.fromtimestamp(number * 86_400, UTC).date()
