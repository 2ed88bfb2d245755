"""Commands that make an organisation: setup, demo."""

import argparse
import sys

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, now, wall
from bihuan.cli.speech import OK, REFUSED, USAGE, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the commands."""
    setup = commands.add(
        "setup",
        run_setup,
        Text(
            "初始设置：单位、制度、管理员；密码从标准输入读取",
            "first run: organisation, policy, administrator; the password is read from standard input",
        ),
    )
    setup.take(
        "--name", required=True, metavar="NAME", says=Text("单位名称", "the organisation's name")
    )
    setup.take(
        "--pack",
        metavar="P",
        says=Text(
            "采用的制度；不写则逐一说明各制度",
            "the policy pack; without it, the packs are described",
        ),
    )
    setup.take(
        "--admin",
        required=True,
        metavar="USERNAME",
        says=Text("管理员用户名", "the administrator's username"),
    )
    setup.take(
        "--admin-name",
        metavar="NAME",
        says=Text(
            "管理员姓名(默认同用户名)", "the administrator's name (the username unless given)"
        ),
    )
    demo = commands.add(
        "demo",
        run_demo,
        Text(
            "建一个虚构单位：人员、制度、各阶段的案件；重复运行不会重复",
            "make a fictional organisation: staff, policy, cases in all stages; "
            "doing it again adds nothing",
        ),
    )
    demo.take(
        "--policy",
        default="mall",
        metavar="P",
        says=Text(
            "按哪个制度：auto、general、home、mall(默认)或 returns",
            "under which policy: auto, general, home, mall (unless given) or returns",
        ),
    )
    demo.take(
        "--at",
        metavar="INSTANT",
        says=Text(
            "演示停在哪一时刻(默认现在；不能在将来)",
            "the instant the demo's story ends at (now unless given; not in the future)",
        ),
    )
    demo.take(
        "--new-passwords",
        action="store_true",
        says=Text("给演示人员换新密码并显示", "give the demo's people new passwords and show them"),
    )


def run_setup(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.open_data()
    from bihuan.desk import setup

    token = setup.issue_token(at)
    if token is None:
        raise stop(Text("已经完成初始设置", "this is set up already"), REFUSED)
    if args.pack is None:
        return _say_packs(speaker)
    if sys.stdin.isatty():
        from getpass import getpass

        password = getpass(speaker.word(Text("管理员密码：", "The administrator's password: ")))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    done = setup.set_up(
        token,
        args.name,
        args.pack,
        args.admin_name or args.admin,
        args.admin,
        password,
        language="en" if speaker.lang == "en" else "zh-hans",
        now=at,
    )
    if isinstance(done, Refusal):
        raise refused(done)
    speaker.say(
        Text(
            f"“{args.name}”已建立，施行“{done.version.title_zh}”(待三人批准)；管理员 {args.admin} 代理空缺岗位",
            f"'{args.name}' is set up under '{done.version.title_en}' (not yet approved by three); "
            f"the administrator {args.admin} acts for vacant posts",
        )
    )
    speaker.data(
        {"organisation": args.name, "policy": done.version.code, "administrator": args.admin}
    )
    return OK


def _say_packs(speaker: Speaker) -> int:
    """What can be chosen from; nothing is set up."""
    from bihuan.desk import packs

    speaker.say(Text("请用 --pack 选择一个制度：", "choose a policy with --pack:"))
    titles = packs.shipped_titles()
    for code in packs.shipped():
        speaker.print(f"  {code}  {speaker.word(titles[code])}")
        speaker.print(f"      {speaker.word(packs.about(code))}")
    speaker.data(
        {
            "packs": {
                code: {"zh": packs.about(code).zh, "en": packs.about(code).en} for code in titles
            }
        }
    )
    return USAGE


def run_demo(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else present
    if at > present:
        raise stop(Text("--at:不能在将来", "--at: it cannot lie in the future"), USAGE)
    store.open_data()
    from bihuan.channels import demo as demo_messages
    from bihuan.desk import demo

    if args.new_passwords:
        people = demo.new_passwords(present)
        if isinstance(people, Refusal):
            raise refused(people)
        _say_people(people, speaker)
        return OK
    made = demo.make(at, args.policy)
    if isinstance(made, Refusal):
        raise refused(made)
    if made.people:
        demo_messages.fill(at)
        _say_people(made.people, speaker)
    else:
        speaker.say(
            Text(
                "演示早已建好；忘了密码可用 bihuan demo --new-passwords",
                "the demo is there already; for new passwords: bihuan demo --new-passwords",
            )
        )
    speaker.say(
        Text(
            f"“{made.name}”：新增 {made.added} 件，共 {made.cases} 件(自 {wall(made.since)} 起)；启动:bihuan serve",
            f"'{made.name}': {made.added} cases added, {made.cases} in all (since {wall(made.since)}); "
            "start it with: bihuan serve",
        )
    )
    speaker.data(
        {
            "organisation": made.name,
            "added": made.added,
            "cases": made.cases,
            "people": [
                {
                    "username": who.username,
                    "name": who.name,
                    "post": who.post.zh,
                    "password": who.password,
                }
                for who in made.people
            ],
        }
    )
    return OK


def _say_people(people: "list[object]", speaker: Speaker) -> None:
    speaker.say(Text("登录(密码只显示这一次):", "sign in as (passwords are shown only now):"))
    speaker.table(
        (f"  {who.username}", who.password, who.name, speaker.word(who.post)) for who in people
    )
