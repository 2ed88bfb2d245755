"""The command similar: cases that may be one matter, of one case or of all since a day."""

import argparse

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, now
from bihuan.cli.speech import OK, REFUSED, Speaker
from bihuan.engine.words import Text

_MONTH = 30 * 86_400


def add(commands: Commands) -> None:
    """Declare the command."""
    similar = commands.add(
        "similar",
        run_similar,
        Text("找出可能是同一件事的案件", "find cases that may be one matter"),
    )
    similar.take(
        "number",
        nargs="?",
        default="",
        says=Text("案件编号；不写则找全部", "the case's number; all cases without one"),
    )
    similar.take(
        "--since",
        metavar="INSTANT",
        says=Text("自何时登记的(默认近 30 天)", "registered since when (the last 30 days)"),
    )
    similar.take(
        "--as",
        dest="reader",
        metavar="PERSON",
        says=Text("只看此人能看的", "what this person may see"),
    )


def run_similar(args: argparse.Namespace, speaker: Speaker) -> int:
    """Each group with why it is one, or the cases like one case; nothing is joined."""
    store.need_site()
    from bihuan.records.queries.alike import alike_case, groups_since
    from bihuan.records.queries.cases import case_page

    at = now()
    viewer = store.viewer(args.reader, at)
    if args.number:
        page = case_page(args.number.strip().upper(), viewer)
        if page is None:
            speaker.warn(Text(f"没有案件 {args.number}", f"there is no case {args.number}"))
            return REFUSED
        found = alike_case(viewer, page.id, limit=50)
        for row, like in found.found:
            why = Text(
                "，".join(one.zh for one in like.reasons), ", ".join(one.en for one in like.reasons)
            )
            speaker.say(Text(f"{row.number}  {why.zh}", f"{row.number}  {why.en}"))
        if found.group:
            speaker.say(found.group.text)
        speaker.data([
            {"number": row.number, "kind": like.kind, "share": round(like.share, 3),
             "why": [one.in_("en") for one in like.reasons]}
            for row, like in found.found
        ])  # fmt: skip
        return OK
    since = instant(args.since, "--since") if args.since else at - _MONTH
    groups = groups_since(viewer, since)
    for one in groups:
        speaker.say(one.group.text)
        speaker.print("  " + " ".join(one.numbers))
    if not groups:
        speaker.say(Text("没有相似的案件。", "no cases are alike"))
    speaker.data([
        {"kind": one.group.kind, "cases": list(one.numbers), "complainants": one.group.complainants,
         "days": one.group.days, "why": one.group.text.en}
        for one in groups
    ])  # fmt: skip
    return OK
