"""Commands about published documents: library list, show, publish, copied, withdraw."""

import argparse
from pathlib import Path
from typing import Any

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now, wall
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, stop
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import DISCLOSURE, Text

_BY = Text("由谁办理(默认管理员)", "who does it (the administrator unless given)")
_CODE = Text("文件代号", "the document's code")
STATES = {
    "in force": Text("现行", "in force"),
    "coming": Text("尚未生效", "not yet in force"),
    "ended": Text("已失效", "no longer in force"),
    "never": Text("未生效即废止", "withdrawn before it began"),
}


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group(
        "library", Text("文件库：公布的文件及其版本", "the library: published documents")
    )
    listing = below.add(
        "list", run_list, Text("列出文件及其版本", "list the documents and their versions")
    )
    listing.take(
        "--on", metavar="INSTANT", says=Text("那一刻的状态", "as they stand at an instant")
    )
    listing.take("--topic", metavar="T", default="", says=Text("只列这一类别", "only this topic"))
    show = below.add(
        "show", run_show, Text("显示一份文件", "show a document: text, versions, history")
    )
    show.take("code", says=_CODE)
    show.take(
        "version", nargs="?", says=Text("版本(默认现行版)", "the version (in force unless given)")
    )
    publish = below.add(
        "publish",
        run_publish,
        Text(
            "公布 Markdown 文件或整个文件夹；文件开头两行 --- 之间写 code、version、title 等",
            "publish Markdown files, or a folder of them, that begin with code, version, title … "
            "between two lines of ---; all or none",
        ),
    )
    publish.take(
        "files", nargs="+", metavar="FILE|FOLDER", says=Text("文件或文件夹", "files or folders")
    )
    publish.take("--by", metavar="WHO", says=_BY)
    publish.take("--dry-run", action="store_true", says=Text("只检查，不公布", "only check"))
    copied = below.add(
        "copied",
        run_copied,
        Text("登记抄送客服中心的时间", "note when the service centre got its copy"),
    )
    withdraw = below.add("withdraw", run_withdraw, Text("废止一个版本", "withdraw a version"))
    for command in (copied, withdraw):
        command.take("code", says=_CODE)
        command.take("version", says=Text("版本", "the version"))
        command.take(
            "--at", metavar="INSTANT", says=Text("何时(默认现在)", "when (now unless given)")
        )
        command.take("--by", metavar="WHO", says=_BY)
    withdraw.take("--reason", required=True, says=Text("废止的原因", "why"))


def run_list(args: argparse.Namespace, speaker: Speaker) -> int:
    at = instant(args.on, "--on") if args.on else now()
    store.need_site()
    from bihuan.records.queries.library import versions

    found = versions(tuple(DISCLOSURE), topic=args.topic)
    speaker.table(
        (
            (
                one.code,
                one.version,
                one.title,
                speaker.word(DISCLOSURE[one.level]),
                " ".join(one.topics),
                _until(one.term.from_at, one.term.until_at),
                wall(one.term.copied_at) if one.term.copied_at else "—",
                speaker.word(STATES[one.state(at)]),
            )
            for one in found
        ),
        tuple(
            speaker.word(text)
            for text in (
                Text("代号", "code"),
                Text("版本", "version"),
                Text("标题", "title"),
                Text("公开程度", "disclosure"),
                Text("类别", "topics"),
                Text("有效期", "in force"),
                Text("抄送", "copied"),
                Text("状态", "state"),
            )
        ),
    )
    speaker.data([_json(one, at) for one in found])
    return OK


def _until(since: int, until: int | None) -> str:
    return f"{wall(since)} – {wall(until) if until is not None else ''}"


def _json(one: Any, at: int) -> dict[str, Any]:
    term = one.term
    return {
        "code": one.code,
        "version": one.version,
        "title": one.title,
        "level": one.level,
        "topics": list(one.topics),
        "hash": one.hash,
        "published": iso(one.published_at),
        "from": iso(term.from_at),
        "until": iso(term.until_at) if term.until_at is not None else None,
        "copied": iso(term.copied_at) if term.copied_at is not None else None,
        "state": one.state(at),
    }


def run_show(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.records.queries.library import citing_cases, versions

    found = versions(tuple(DISCLOSURE), code=args.code)
    current = next((one for one in found if one.state(at) == "in force"), None)
    shown = (
        next((one for one in found if one.version == args.version), None)
        if args.version
        else current or next(iter(found), None)
    )
    if shown is None:
        name = f"{args.code} {args.version or ''}".strip()
        raise stop(Text(f"文件库中没有“{name}”", f"the library has no '{name}'"))
    speaker.print(f"{shown.title}  {shown.code} {shown.version}")
    for one in found:
        state = speaker.word(STATES[one.state(at)])
        speaker.print(f"  {one.version}  {_until(one.term.from_at, one.term.until_at)}  {state}")
    speaker.print()
    speaker.print(shown.text or shown.file.partition(":")[2])
    cases = citing_cases(store.viewer(None, at), shown.code, shown.version)
    speaker.say(Text(f"引用于 {len(cases)} 件案件", f"cited in {len(cases)} cases"))
    speaker.data(
        _json(shown, at)
        | {"text": shown.text, "file": shown.file, "cases": list(cases)}
        | {"versions": [_json(one, at) for one in found]}
    )
    return OK


def run_publish(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk.library_files import publish_all

    by = store.person(args.by, at)
    found = [(str(path), store.read_file(str(path))) for path in _paths(args.files)]
    results = publish_all(found, by=by, now=at, dry_run=args.dry_run)
    wrong = [result for result in results if result[2]]
    for name, _one, refusal in wrong:
        if refusal:
            speaker.warn(
                Text(
                    f"{name}：{refusal.field} {refusal.text.zh}",
                    f"{name}: {refusal.field}: {refusal.text.en}",
                )
            )
    if wrong:
        speaker.warn(Text("一份也没有公布", "nothing was published"))
    elif args.dry_run:
        speaker.say(Text(f"{len(results)} 份文件无误", f"{len(results)} documents are right"))
    else:
        for _name, one, _refusal in results:
            if one:
                words = f"{one.code} {one.version} {one.title}"
                speaker.say(Text(f"已公布：{words}", f"published: {words}"))
    speaker.data(
        [
            {
                "file": name,
                "code": one.code if one else None,
                "version": one.version if one else None,
                "refusal": {"field": refusal.field, "zh": refusal.text.zh, "en": refusal.text.en}
                if refusal
                else None,
            }
            for name, one, refusal in results
        ]
    )
    return REFUSED if wrong else OK


def _paths(names: list[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(path.rglob("*.md"))
        if not inside:
            raise stop(Text(f"“{name}”里没有 .md 文件", f"there is no .md file in '{name}'"))
        found += inside
    return found


def run_copied(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else present
    store.need_site()
    from bihuan.desk import library

    by = store.person(args.by, present)
    done = library.copied(args.code, args.version, by=by, at=at, now=present)
    if isinstance(done, Refusal):
        raise refused(done)
    speaker.say(Text(f"已登记抄送：{wall(at)}", f"the copy is noted: {wall(at)}"))
    speaker.data({"code": args.code, "version": args.version, "copied": iso(at)})
    return OK


def run_withdraw(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else present
    store.need_site()
    from bihuan.desk import library

    by = store.person(args.by, present)
    done = library.withdraw(args.code, args.version, args.reason, by=by, at=at, now=present)
    if isinstance(done, Refusal):
        raise refused(done)
    end = done.until_at or at
    speaker.say(Text(f"自 {wall(end)} 起废止", f"withdrawn from {wall(end)} on"))
    speaker.data({"code": args.code, "version": args.version, "until": iso(end)})
    return OK
