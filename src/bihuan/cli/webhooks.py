"""Commands about webhooks: webhook add, list, end, log, replay."""

import argparse
from dataclasses import asdict

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

_ID = Text("编号，见 webhook list", "its number, see webhook list")
_STATES = {
    "waiting": Text("等待", "waits"),
    "sent": Text("已送达", "arrived"),
    "dead": Text("已放弃", "given up"),
    "withheld": Text("不予推送", "withheld"),
}


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group("webhook", Text("向其他程序推送事件", "tell other programs of events"))
    made = below.add("add", run_add, Text("新增一个推送地址", "add an address to be told"))
    made.take("name", says=Text("名称", "what it is called"))
    made.take("url", says=Text("地址", "the address"))
    made.take(
        "--person",
        metavar="PERSON",
        says=Text("以此人所能看的为限(默认管理员)", "as far as they may see (the administrator)"),
    )
    made.take(
        "--kind",
        action="append",
        metavar="KIND",
        says=Text("动作代码或 lapsed(默认全部)", "an act's code, or lapsed (all unless given)"),
    )
    made.take("--unit", default="", metavar="CODE", says=Text("受理部门", "the receiving unit"))
    below.add("list", run_list, Text("列出推送地址", "list the addresses"))
    for name, run, says in (
        ("end", run_end, Text("停止推送", "tell it nothing more")),
        ("log", run_log, Text("推送记录，新的在前", "what was sent, newest first")),
    ):
        command = below.add(name, run, says)
        command.take("id", type=int, says=_ID)
    replay = below.add("replay", run_replay, Text("再次推送", "send again"))
    replay.take("delivery", type=int, says=Text("记录编号，见 webhook log", "see webhook log"))


def run_add(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import webhooks

    person = store.person(args.person, at)
    made = webhooks.subscribe(
        args.name,
        args.url,
        person=int(person) if person.isdecimal() else 0,
        kinds=args.kind or (),
        unit=args.unit,
        now=at,
    )
    if isinstance(made, Refusal):
        raise refused(made)
    speaker.say(
        Text(f"编号 {made[0]}；签名密钥(只显示一次):", f"number {made[0]}; its secret, shown once:")
    )
    speaker.print(made[1])
    speaker.data({"id": made[0], "secret": made[1]})
    return OK


def run_list(_: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.records.queries.webhooks import webhooks

    found = webhooks()
    ended = Text("已停止", "ended")
    speaker.table(
        (
            str(one.id),
            one.name,
            one.url,
            " ".join(one.kinds) or "*",
            one.unit or "*",
            one.person,
            speaker.word(ended) if one.ended_at else "",
        )
        for one in found
    )
    speaker.data([asdict(one) for one in found])
    return OK


def run_end(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import webhooks

    if not webhooks.end(args.id, now=now()):
        raise _missing(args.id)
    speaker.say(Text("已停止推送", "it is told nothing more"))
    speaker.data({"ended": args.id})
    return OK


def run_log(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.records.queries.webhooks import deliveries

    found = deliveries(args.id)
    speaker.table(
        (
            str(one.id),
            wall(one.written_at),
            one.case_number,
            one.kind,
            speaker.word(_STATES[one.state]),
            f"{one.status or '-'} {one.response[:60]}",
        )
        for one in found
    )
    speaker.data([asdict(one) for one in found])
    return OK


def run_replay(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import webhooks

    if not webhooks.replay(args.delivery, now=now()):
        raise _missing(args.delivery)
    speaker.say(Text("将再次推送", "it will be sent again"))
    speaker.data({"replayed": args.delivery})
    return OK


def _missing(number: int) -> Exception:
    return stop(Text(f"没有编号 {number}，或已停止", f"there is no {number}, or it ended"), REFUSED)
