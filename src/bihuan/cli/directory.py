"""Commands about the organisation's directory: directory take, ldap."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from bihuan.cli import store
from bihuan.cli.commands import Command, Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group(
        "directory", Text("从目录取得单位和人员", "units and people from the directory")
    )
    take = below.add(
        "take",
        run_take,
        Text(
            "由 csv 或 xlsx 取得单位或人员，可反复运行",
            "take units or people from a csv or xlsx file; run it as often as you like",
        ),
    )
    take.take(
        "file", metavar="FILE",
        says=Text("单位：代码、名称、种类、上级；人员：编号、姓名、用户名、手机、邮箱、岗位…",
                  "units: code, name, kind, parent; people: id, name, username, phone, email, posts …"),
    )  # fmt: skip
    _both(take)
    ldap = below.add(
        "ldap",
        run_ldap,
        Text(
            "由 LDAP 取得人员；口令在 BIHUAN_LDAP_PASSWORD",
            "take people from LDAP; the password is in BIHUAN_LDAP_PASSWORD",
        ),
    )
    ldap.take("url", metavar="URL", says=Text("如 ldaps://dc.example", "as ldaps://dc.example"))
    ldap.take("--base", required=True, metavar="DN", says=Text("从何处找", "where to look"))
    ldap.take("--user", default="", metavar="DN", says=Text("以谁登录", "whom to sign in as"))
    ldap.take(
        "--filter", default="(objectClass=person)", metavar="FILTER", says=Text("条件", "which")
    )
    ldap.take(
        "--posts", default="", metavar="ATTRIBUTE",
        says=Text("写有 岗位@单位 的属性", "the attribute that holds POST@UNIT"),
    )  # fmt: skip
    _both(ldap)


def _both(command: Command) -> None:
    command.take(
        "--dry-run",
        action="store_true",
        says=Text("只说明会怎样，不改动", "only say what would be"),
    )
    command.take(
        "--leave", action="store_true",
        says=Text("名单里没有的目录人员视为离职", "people of the directory not listed have left"),
    )  # fmt: skip


def run_take(args: argparse.Namespace, speaker: Speaker) -> int:
    """Take what a file lists."""
    store.need_site()
    from bihuan.desk import directory
    from bihuan.desk.tables import BadTable, read_table

    path = Path(args.file)
    try:
        table = read_table(path.read_bytes(), path.name)
    except BadTable as wrong:
        raise stop(wrong.text) from wrong
    made = directory.take_table(table, leave=args.leave, dry_run=args.dry_run, now=now())
    if isinstance(made, Refusal):
        raise refused(made)
    return _told(made, args, speaker)


def run_ldap(args: argparse.Namespace, speaker: Speaker) -> int:
    """Take the people that a directory server lists."""
    store.need_site()
    from django.db import transaction

    from bihuan.channels.ldap import NoDirectoryError, people_in
    from bihuan.desk import directory

    password = os.environ.get("BIHUAN_LDAP_PASSWORD", "")
    try:
        listed = list(people_in(
            args.url, args.base, args.filter, user=args.user, password=password, posts=args.posts
        ))  # fmt: skip
    except NoDirectoryError as wrong:
        raise stop(Text(f"目录服务器：{wrong}", f"the directory server: {wrong}")) from wrong
    with transaction.atomic():
        made = directory.take_people(((0, one) for one in listed), leave=args.leave, now=now())
        if args.dry_run:
            transaction.set_rollback(True)
    return _told(made, args, speaker)


def _told(made: Iterable[object], args: argparse.Namespace, speaker: Speaker) -> int:
    from bihuan.desk.directory import REFUSED as REFUSED_ROW
    from bihuan.desk.directory import SAID, Line

    lines = [one for one in made if isinstance(one, Line)]
    for one in lines:
        why = f": {speaker.word(one.why)}" if one.why else ""
        where = f"{one.line} " if one.line else ""
        speaker.print(f"{where}{speaker.word(SAID[one.what])} {one.about}{why}")
    counts = {what: sum(one.what == what for one in lines) for what in SAID}
    if args.dry_run:
        speaker.say(Text("以上均未保存", "nothing of this was kept"))
    speaker.data({"counts": counts, "kept": not args.dry_run})
    return REFUSED if counts[REFUSED_ROW] else OK
