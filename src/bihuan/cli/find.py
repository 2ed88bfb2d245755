"""The command find: what was said of anything, by its words."""

import argparse
from dataclasses import asdict

from bihuan.cli import store
from bihuan.cli.cases import INSTANTS
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now, wall
from bihuan.cli.speech import OK, Speaker
from bihuan.engine.words import Text


def add(commands: Commands) -> None:
    """Declare the command."""
    find = commands.add(
        "find", run_find, Text("按字词查找案件和文件", "find cases and documents by their words")
    )
    find.take(
        "words",
        nargs="+",
        metavar="WORDS",
        says=Text(
            "编号、姓名、车牌、电话末四位或说过的任何字词",
            "a number, a name, a plate, the last four digits of a phone, any words that were said",
        ),
    )
    find.take("--open", action="store_true", says=Text("只列未结的", "only open ones"))
    find.take(
        "--limit", type=int, default=20, says=Text("最多几件(默认 20)", "how many at most (20)")
    )
    find.take(
        "--as",
        dest="reader",
        metavar="PERSON",
        says=Text("只看此人能看的", "what this person may see"),
    )


def run_find(args: argparse.Namespace, speaker: Speaker) -> int:
    """Cases by how well they fit, each with the words about the first that was found; then documents."""
    store.need_site()
    from bihuan.desk import library
    from bihuan.desk.permissions import mask_contact
    from bihuan.engine.words import DISCLOSURE
    from bihuan.records.queries.cases import Filters
    from bihuan.records.queries.excerpts import holding
    from bihuan.records.queries.find import found_cases, whole_of
    from bihuan.records.queries.library import versions
    from bihuan.records.wording import excerpt

    at, words = now(), " ".join(args.words)
    viewer = store.viewer(args.reader, at)
    filters = Filters(open_only=args.open)
    rows, more = (
        found_cases(viewer, words, filters, limit=max(1, args.limit))
        if words.strip()
        else ([], None)
    )
    whole = whole_of(viewer, rows)
    held = holding(whole, words)
    told = {
        pk: "".join(piece.text for piece in excerpt(mask_contact(one.text), words))
        for pk, one in held.items()
    }
    speaker.table(
        (
            row.number,
            wall(row.registered_at),
            row.title if row.id in whole else "-",
            told.get(row.id, ""),
        )
        for row in rows
    )
    if more:
        speaker.say(Text("……还有更多，可用 --limit", "… and more; see --limit"))
    levels = tuple(DISCLOSURE) if args.reader is None else library.levels_for(viewer.person_id, at)
    documents = versions(levels, search=words)
    for one in documents:
        speaker.say(
            Text(
                f"文件：{one.code} {one.version} {one.title}",
                f"document: {one.code} {one.version} {one.title}",
            )
        )
    if not rows and not documents:
        speaker.say(Text("没有找到。", "nothing was found"))
    speaker.data({
        "cases": [
            {**store.as_json(asdict(row), INSTANTS), "excerpt": told.get(row.id, "")} for row in rows
        ],
        "documents": [{"code": one.code, "version": one.version, "title": one.title} for one in documents],
    })  # fmt: skip
    return OK
