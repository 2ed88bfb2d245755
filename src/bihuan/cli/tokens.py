"""Commands about tokens of programs: token make, list, revoke."""

import argparse

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import iso, now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group("token", Text("程序接入的令牌", "tokens by which programs act"))
    make = below.add("make", run_make, Text("新建令牌，只显示一次", "make one; it is shown once"))
    make.take(
        "person", says=Text("代表谁：编号、用户名或姓名", "for whom: number, username or name")
    )
    make.take("name", says=Text("给哪个程序用", "which program it is for"))
    make.take(
        "--scope",
        action="append",
        metavar="SCOPE",
        says=Text(
            "可做什么:read、register、act、admin(默认 read)",
            "what it may do: read, register, act, admin (read unless given)",
        ),
    )
    make.take(
        "--days", type=int, default=90, says=Text("有效几天(默认 90)", "for how many days (90)")
    )
    listed = below.add("list", run_list, Text("列出令牌", "list the tokens"))
    listed.take("--person", metavar="PERSON", says=Text("只看此人的", "only this person's"))
    revoke = below.add("revoke", run_revoke, Text("撤销令牌", "revoke a token"))
    revoke.take("id", type=int, says=Text("编号，见 token list", "its number, see token list"))


def run_make(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import tokens

    person = _person(args.person, at)
    made = tokens.make(int(person), args.name, args.scope or ["read"], days=args.days, now=at)
    if isinstance(made, Refusal):
        raise refused(made)
    speaker.print(made)
    speaker.data({"token": made})
    return OK


def _person(name: str, at: int) -> str:
    found = store.person(name, at)
    if not found.isdecimal():
        raise stop(Text("令牌代表一位人员", "a token acts for a person"))
    return found


def run_list(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.records.queries.tokens import tokens

    found = tokens(_person(args.person, at) if args.person else "")
    states = {
        "in use": Text("有效", "in use"),
        "ended": Text("已过期", "ended"),
        "revoked": Text("已撤销", "revoked"),
    }
    speaker.table(
        (
            str(one.id),
            one.person,
            f"{one.name} …{one.ending}",
            " ".join(one.scopes),
            wall(one.until_at),
            wall(one.used_at) if one.used_at else "-",
            speaker.word(states[one.state(at)]),
        )
        for one in found
    )
    speaker.data(
        [
            {
                "id": one.id,
                "person": one.person_id,
                "name": one.name,
                "ending": one.ending,
                "scopes": list(one.scopes),
                "until_at": iso(one.until_at),
                "used_at": iso(one.used_at) if one.used_at else None,
                "state": one.state(at),
            }
            for one in found
        ]
    )
    return OK


def run_revoke(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import tokens

    if not tokens.revoke(args.id, by=0, is_administrator=True, now=at):
        raise stop(
            Text(f"没有编号 {args.id} 的有效令牌", f"there is no token {args.id} in use"), REFUSED
        )
    speaker.say(Text("已撤销", "revoked"))
    speaker.data({"revoked": args.id})
    return OK
