"""Commands about the telephone: line, calls."""

import argparse
import csv
from pathlib import Path

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, REFUSED, Speaker, refused
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the commands."""
    line = commands.add(
        "line",
        run_line,
        Text(
            "开一条电话线路，显示其密钥(仅此一次)",
            "open a telephone line and show its secret, this once",
        ),
    )
    line.take("code", says=Text("代码", "its code"))
    line.take("name", says=Text("名称", "its name"))
    line.take(
        "--unit", required=True, metavar="UNIT", says=Text("由哪个部门接听", "who takes its calls")
    )
    calls = commands.add(
        "calls",
        run_calls,
        Text(
            "导入通话记录(CSV:call、rang、answered、ended、number、agent、recording)；重复导入不会重复",
            "import call records (csv: call, rang, answered, ended, number, agent, recording); again adds none",
        ),
    )
    calls.take("file", type=Path, says=Text("文件", "the file"))
    calls.take("--line", required=True, metavar="CODE", says=Text("线路代码", "the line's code"))


def run_line(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import calls
    from bihuan.engine.refusal import Refusal

    made = calls.open_line(args.code, args.name, args.unit, now=now())
    if isinstance(made, Refusal):
        raise refused(made)
    speaker.say(Text(f"密钥:{made}", f"secret: {made}"))
    speaker.data({"line": args.code, "secret": made})
    return OK


def run_calls(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.channels.phone.hook import instant_of
    from bihuan.desk import calls
    from bihuan.desk.calls import Told

    at = now()
    line = calls.line(args.line)
    if line is None:
        speaker.warn(Text(f"没有线路“{args.line}”", f"there is no line '{args.line}'"))
        return REFUSED
    kept, wrong = 0, []
    with args.file.open(encoding="utf-8-sig", newline="") as file:
        for place, row in enumerate(csv.DictReader(file), 2):
            told = {name: str(row.get(name) or "").strip() for name in
                    ("call", "rang", "answered", "ended", "number", "agent", "recording")}  # fmt: skip
            instants = {name: instant_of(told[name]) for name in ("rang", "answered", "ended")}
            bad = next((name for name, value in instants.items() if told[name] and not value), "")
            missing = next((name for name in ("call", "rang", "ended") if not told[name]), "")
            if bad or missing:
                wrong.append((place, bad or missing))
                continue
            for event, name in (("started", "rang"), ("answered", "answered"), ("ended", "ended")):
                if instants[name]:
                    calls.note(line, Told(told["call"], event, instants[name], told["number"],
                                          told["agent"], told["recording"]), at)  # fmt: skip
            kept += 1
    for place, name in wrong:
        speaker.warn(
            Text(
                f"第 {place} 行:{name} 缺少或无法读出",
                f"line {place}: {name} is missing or cannot be read",
            )
        )
    speaker.say(Text(f"已收 {kept} 个通话", f"{kept} calls taken"))
    speaker.data(
        {"calls": kept, "wrong": [{"line": place, "field": name} for place, name in wrong]}
    )
    return REFUSED if wrong else OK
