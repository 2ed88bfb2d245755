"""The commands import and mappings: another system's cases, or a csv or xlsx file, become cases."""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import store
from bihuan.cli.cases import values
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, REFUSED, Speaker, Stop, refused, shortened, stop
from bihuan.engine.words import Text

if TYPE_CHECKING:
    from bihuan.desk.import_mappings import Mapping
    from bihuan.desk.imports import Imported
    from bihuan.desk.tables import Record, Rejected, Table

SHOWN = 20
MOST_TOLD = 1000


def add(commands: Commands) -> None:
    """Declare the command."""
    command = commands.add(
        "import",
        run_import,
        Text(
            "从 csv 或 xlsx 文件登记投诉；重复导入不会重复登记",
            "register complaints from a csv or xlsx file; doing it again adds nothing",
        ),
    )
    command.take("file", metavar="FILE", says=Text("文件", "the file"))
    command.take(
        "--policy",
        required=True,
        metavar="P",
        says=Text("适用的制度", "the policy they fall under"),
    )
    command.take(
        "--where",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        says=Text("只取该栏为此值的行(可重复)", "only rows with this value (may be repeated)"),
    )
    command.take(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        says=Text(
            "指定某栏的含义;FIELD 留空则不取(可重复)",
            "say what a column is; an empty FIELD leaves it out (may be repeated)",
        ),
    )
    command.take(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        says=Text("所有行都取此值，如 channel=phone", "the same for all rows, like channel=phone"),
    )
    command.take(
        "--unit",
        metavar="CODE",
        says=Text("受理单位(默认最上级)", "who received them (the top unless given)"),
    )
    command.take(
        "--by",
        default="system",
        metavar="PERSON",
        says=Text("登记人(默认 system)", "who registers them (system unless given)"),
    )
    command.take(
        "--source",
        default="",
        metavar="NAME",
        says=Text(
            "来源系统：不同系统的相同编号不混淆",
            "the system they are from: keeps equal ids of two systems apart",
        ),
    )
    command.take(
        "--encoding",
        metavar="NAME",
        says=Text("文字编码(默认自动判断)", "the encoding (guessed unless given)"),
    )
    command.take(
        "--no-header",
        action="store_true",
        says=Text(
            "第一行就是数据，栏名为 1、2、3", "the first row holds data; columns are 1, 2, 3"
        ),
    )
    command.take(
        "--dry-run", action="store_true", says=Text("只读不登记", "only read, register nothing")
    )
    command.take(
        "--rejected",
        metavar="FILE",
        says=Text("把未取的行写入此 csv", "write the rows not taken to this csv"),
    )
    command.take(
        "--report",
        metavar="FILE",
        says=Text(
            "把每一行的结果写入此 csv：行号、结果、案件、栏、原因",
            "write what came of every row to this csv: line, result, case, field, reason",
        ),
    )
    command.take(
        "--from",
        dest="system",
        default="",
        metavar="SYSTEM",
        says=Text(
            "另一系统的导出文件:zammad、osticket", "another system's export: zammad, osticket"
        ),
    )
    command.take(
        "--mapping", default="", metavar="NAME", says=Text("用已保存的对照", "use a saved mapping")
    )
    command.take(
        "--save-mapping",
        default="",
        metavar="NAME",
        says=Text("以此名称保存这次的对照", "keep the mapping of this import under a name"),
    )
    mappings = commands.add(
        "mappings",
        run_mappings,
        Text("列出已保存的导入对照，或删除其一", "list the saved mappings of imports, or drop one"),
    )
    mappings.take("--drop", default="", metavar="NAME", says=Text("删除", "drop it"))


def run_import(args: argparse.Namespace, speaker: Speaker) -> int:
    data = store.read_file(args.file)
    present = now()
    if args.policy.endswith((".yaml", ".yml")):
        raise stop(
            Text(
                "--policy 应为已施行或随附制度的代码，不能是文件",
                "--policy is the code of a policy in force or shipped, not a file",
            )
        )
    store.make_site(args.policy, speaker, present)
    version = store.in_force(args.policy, present)
    unit = store.unit(args.unit, present)
    by = store.person(args.by, present)

    from bihuan.desk import import_mappings, imports, worlds

    wanted = _wanted(args)
    table = _table(data, args, wanted.system)
    world = worlds.ruling(version.pk, present).world
    calendar = world.calendars["usual"]
    fields = imports.fields_of(world.policy)
    try:
        guessed = _known(table, wanted.system, fields)
        if not args.mapping and not wanted.system:
            guessed = imports.guess_mapping(table, world.policy, calendar.zone)
        mapping = imports.checked_mapping(table, world.policy, guessed, wanted.columns)
        records = imports.where(table, wanted.conditions)
    except imports.BadMapping as bad:
        raise Stop(bad.text) from None
    if args.save_mapping:
        kept = replace(wanted, columns=tuple(mapping.items()))
        if refusal := import_mappings.save(args.save_mapping, kept, present):
            raise refused(refusal)
    _say_mapping(table, mapping, fields, speaker)
    begun = time.perf_counter()
    done = imports.import_records(
        records,
        mapping,
        policy=version.pk,
        unit=unit,
        by=by,
        now=present,
        constant=values(dict(wanted.constant), fields.values(), _zone(calendar.zone)),
        source=wanted.source,
        dry_run=args.dry_run,
        progress=_progress(len(records)),
    )
    took = time.perf_counter() - begun
    rejected = sorted([*table.rejected, *done.rejected], key=lambda item: item.line)
    _say_rejected(rejected, done.differing, speaker)
    if args.rejected:
        _write_rejected(args.rejected, [*rejected, *done.differing])
    if args.report:
        _write_report(args.report, table, records, done)
    _say_done(done, len(table.records) - len(records), rejected, took, args, speaker)
    speaker.data(
        {
            "file": args.file,
            "encoding": table.encoding,
            "mapping": mapping,
            "rows": len(table.records) + len(table.rejected),
            "chosen": len(records),
            "added": len(done.added),
            "repeated": done.repeated,
            "differing": [_told(item) for item in done.differing[:MOST_TOLD]],
            "rejected": [_told(item) for item in rejected[:MOST_TOLD]],
            "first": done.added[0] if done.added else None,
            "last": done.added[-1] if done.added else None,
            "seconds": round(took, 3),
            "dry_run": args.dry_run,
        }
    )
    return REFUSED if rejected or done.differing else OK


def run_mappings(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import import_mappings

    if args.drop and not import_mappings.drop(args.drop, now()):
        raise _no_mapping(args.drop)
    found = {name: import_mappings.find(name) for name in import_mappings.names()}
    speaker.table(
        (name, one.system, ", ".join(f"{column}={field}" for column, field in one.columns))
        for name, one in found.items()
        if one
    )
    speaker.data({name: asdict(one) for name, one in found.items() if one})
    return OK


def _wanted(args: argparse.Namespace) -> "Mapping":
    """The saved mapping with what is wanted otherwise this time."""
    from bihuan.desk import import_mappings

    kept: Mapping | None = import_mappings.Mapping()
    if args.mapping:
        kept = import_mappings.find(args.mapping)
    if kept is None:
        raise _no_mapping(args.mapping)
    system = args.system or kept.system
    return import_mappings.Mapping(
        (*kept.columns, *_pairs(args.map, "--map")),
        (*kept.constant, *_pairs(args.set, "--set")),
        (*kept.conditions, *_pairs(args.where, "--where")),
        system,
        args.source or kept.source or system,
    )


def _no_mapping(name: str) -> Stop:
    from bihuan.desk import import_mappings

    known = {one: Text(one, one) for one in import_mappings.names()}
    return store.unknown(Text("对照", "mapping"), name, known)


def _table(data: bytes, args: argparse.Namespace, system: str) -> "Table":
    from bihuan.channels.exports import SYSTEMS
    from bihuan.desk.tables import BadTable, read_table

    if system and system not in SYSTEMS:
        known = {name: one.text for name, one in SYSTEMS.items()}
        raise store.unknown(Text("系统", "system"), system, known)
    try:
        if system:
            return SYSTEMS[system].read(data, args.file)
        return read_table(data, args.file, encoding=args.encoding, header=not args.no_header)
    except BadTable as bad:
        text = Text(f"{args.file}:{bad.text.zh}", f"{args.file}: {bad.text.en}")
        raise Stop(text, REFUSED) from None


def _known(table: "Table", system: str, fields: Any) -> dict[str, str]:
    """What the columns of another system's export are, where the policy asks for it."""
    from bihuan.channels.exports import SYSTEMS

    if not system:
        return {}
    known = SYSTEMS[system].mapping
    return {column: known[column] for column in table.columns if known.get(column) in fields}


def _pairs(words: Sequence[str], option: str) -> list[tuple[str, str]]:
    found = []
    for word in words:
        name, equals, value = word.rpartition("=") if option == "--map" else word.partition("=")
        if not equals or not name:
            raise stop(
                Text(
                    f"{option} 应写成 名称=值，不是“{word}”",
                    f"{option} takes NAME=VALUE, not '{word}'",
                )
            )
        found.append((name, value))
    return found


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _progress(rows: int) -> Callable[[int], None] | None:
    if rows < 2000 or not sys.stderr.isatty():
        return None

    def show(done: int) -> None:
        sys.stderr.write(f"\r{done}/{rows}" + ("\n" if done == rows else ""))
        sys.stderr.flush()

    return show


def _say_mapping(table: Any, mapping: Any, fields: Any, speaker: Speaker) -> None:
    rows = len(table.records) + len(table.rejected)
    speaker.say(
        Text(
            f"编码 {table.encoding},{rows} 行。各栏：",
            f"encoding {table.encoding}, {rows} rows. Columns:",
        )
    )
    left_out = speaker.word(Text("不取", "left out"))
    sample = table.records[0].cells if table.records else {}
    speaker.table(
        (
            f"  {column}",
            f"→ {mapping[column]} ({speaker.word(fields[mapping[column]].text)})"
            if column in mapping
            else f"  {left_out}",
            ""
            if mapping.get(column) in ("name", "phone", "contact", "address", "content")
            else shortened(sample.get(column, ""), 30),
        )
        for column in table.columns
    )
    if "id" not in mapping.values():
        speaker.say(
            Text(
                "没有编号栏：按内容识别，相同的文件再导入不会重复登记",
                "no column of ids: rows are known by their content, and the same file adds nothing again",
            )
        )


def _say_rejected(
    rejected: "Sequence[Rejected]", differing: "Sequence[Rejected]", speaker: Speaker
) -> None:
    for said, found in (
        (Text("未取", "not taken"), rejected),
        (Text("内容不同", "other words"), differing),
    ):
        for item in found[:SHOWN]:
            speaker.warn(
                Text(
                    f"第 {item.line} 行{said.zh}:{item.reason.zh}",
                    f"line {item.line} {said.en}: {item.reason.en}",
                )
            )
        if len(found) > SHOWN:
            speaker.warn(
                Text(
                    f"……另有 {len(found) - SHOWN} 行{said.zh}，可用 --rejected 文件 写出",
                    f"… and {len(found) - SHOWN} more {said.en}; --rejected FILE writes them out",
                )
            )


def _say_done(
    done: Any,
    not_chosen: int,
    rejected: "Sequence[Rejected]",
    took: float,
    args: argparse.Namespace,
    speaker: Speaker,
) -> None:
    if args.dry_run:
        good = done.rows - len(done.rejected)
        speaker.say(
            Text(
                f"可登记 {good} 行，未取 {len(rejected)} 行，未选 {not_chosen} 行；试运行，没有登记",
                f"{good} rows could be registered, {len(rejected)} could not, {not_chosen} not chosen; "
                "nothing was registered (dry run)",
            )
        )
        return
    rate = f"{done.rows / took:,.0f}" if took else "-"
    speaker.say(
        Text(
            f"新登记 {len(done.added)} 件，此前已登记 {done.repeated} 件，内容不同 {len(done.differing)} 件，"
            f"未取 {len(rejected)} 行，未选 {not_chosen} 行；{took:.1f} 秒(每秒 {rate} 行)",
            f"{len(done.added)} registered, {done.repeated} were before, {len(done.differing)} with other "
            f"words, {len(rejected)} not taken, {not_chosen} not chosen; {took:.1f} s ({rate} rows/s)",
        )
    )
    if done.added:
        speaker.say(
            Text(
                f"编号 {done.added[0]} 至 {done.added[-1]}；时限自现在起算，收到日期留作事实",
                f"numbers {done.added[0]} to {done.added[-1]}; clocks start now, the received date is kept "
                "as a fact",
            )
        )


def _told(item: "Rejected") -> dict[str, Any]:
    return {
        "line": item.line,
        "field": item.field,
        "reason": {"zh": item.reason.zh, "en": item.reason.en},
    }


def _write_rejected(name: str, found: "Sequence[Rejected]") -> None:
    with Path(name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "row"))
        writer.writerows(
            (item.line, f"{item.reason.zh} / {item.reason.en}", item.content) for item in found
        )


def _write_report(name: str, table: "Table", records: "Sequence[Record]", done: "Imported") -> None:
    with Path(name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "result", "case", "field", "reason"))
        writer.writerows(sorted(_results(table, records, done)))


def _results(
    table: "Table", records: "Sequence[Record]", done: "Imported"
) -> "Iterator[tuple[int, str, str, str, str]]":
    for one in done.taken:
        yield one.line, "registered" if one.fresh else "known", one.number, "", ""
    chosen = {record.line for record in records}
    for record in table.records:
        if record.line not in chosen:
            yield record.line, "not chosen", "", "", ""
    for result, found in (
        ("refused", [*table.rejected, *done.rejected]),
        ("differs", done.differing),
    ):
        for item in found:
            yield item.line, result, "", item.field, f"{item.reason.zh} / {item.reason.en}"
