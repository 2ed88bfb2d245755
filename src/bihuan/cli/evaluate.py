"""The command evaluate: how well suggestions and groups are, on the organisation's cases or on files."""

import argparse
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, Speaker, stop
from bihuan.engine.words import Text

if TYPE_CHECKING:
    from bihuan.engine.alike import Traits

_DAY = 86_400
# In files of others: the columns a text and its value stand in, by what their heads say.
_KNOWN = (
    ("narrative", "product", ""), ("问题简述", "典型问题", ","), ("desc", "problem", ","),
)  # fmt: skip


def add(commands: Commands) -> None:
    """Declare the command."""
    evaluate = commands.add(
        "evaluate",
        run_evaluate,
        Text("检验建议与归并的准确程度", "measure how well suggestions and groups fit"),
    )
    evaluate.take(
        "--learn",
        action="store_true",
        says=Text("先从已办结的案件学习", "learn from the closed cases first"),
    )
    evaluate.take(
        "--texts",
        metavar="PATH",
        action="append",
        default=[],
        says=Text(
            "CSV 文件或文件夹：对文字的类别作交叉验证",
            "a csv file or a folder: cross-validate categories of texts",
        ),
    )
    evaluate.take(
        "--text", metavar="COLUMN", default="", says=Text("文字所在的列", "the column of the text")
    )
    evaluate.take(
        "--value",
        metavar="COLUMN",
        default="",
        says=Text("类别所在的列", "the column of the value"),
    )
    evaluate.take(
        "--collective",
        metavar="FILE",
        action="append",
        default=[],
        says=Text(
            "CSV(matter,category,who,day,content，可有 unit,person,product…)：检验集体投诉归并",
            "csv (matter,category,who,day,content, perhaps unit,person,product…): "
            "judge the grouping of collective complaints",
        ),
    )
    evaluate.take(
        "--duplicates",
        metavar="FILE",
        says=Text(
            "每行一段文字：重复的行应全部认出",
            "one text a line: lines that repeat must all be flagged",
        ),
    )


def run_evaluate(args: argparse.Namespace, speaker: Speaker) -> int:
    """What is asked for; without files how suggestions fared on the organisation's own cases."""
    found: list[dict[str, object]] = []
    for name in args.texts:
        found += _texts(name, args, speaker)
    found += [_collective(name, speaker) for name in args.collective]
    if args.duplicates:
        found.append(_duplicates(args.duplicates, speaker))
    if not (args.texts or args.collective or args.duplicates):
        found += _fared(args, speaker)
    speaker.data(found)
    return OK


def _fared(args: argparse.Namespace, speaker: Speaker) -> list[dict[str, object]]:
    store.need_site()
    from bihuan.desk.learning import fared, learn

    if args.learn:
        learn(now())
    made = []
    for one in fared():
        speaker.say(Text(
            f"{one.policy} {one.fact}：学自 {one.cases} 件，未见案件上 {one.expected:.1%}(下限 {one.floor:.1%})；"
            f"之后登记 {one.judged} 件，采纳 {one.accepted} 件，更正 {one.judged - one.accepted} 件",
            f"{one.policy} {one.fact}: learned from {one.cases}, right on unseen {one.expected:.1%} "
            f"(commonest {one.floor:.1%}); of {one.judged} since {one.accepted} accepted, "
            f"{one.judged - one.accepted} corrected",
        ))  # fmt: skip
        made.append({
            "policy": one.policy, "fact": one.fact, "cases": one.cases, "expected": one.expected,
            "floor": one.floor, "judged": one.judged, "accepted": one.accepted,
        })  # fmt: skip
    if not made:
        speaker.say(
            Text("还没有从已办结的案件中学到什么。", "nothing was learned from closed cases yet")
        )
    return made


# -- Categories ----------------------------------------------------------------------------------------


def _texts(name: str, args: argparse.Namespace, speaker: Speaker) -> list[dict[str, object]]:
    path = Path(name)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    sets: dict[str, list[tuple[str, str]]] = {}
    for file in files:
        rows = _rows(file)
        columns = _columns(rows, args)
        if columns is None:
            if not path.is_dir():
                raise stop(Text(
                    f"{file.name}：请用 --text 和 --value 指明列；有 {', '.join(rows[0])}",
                    f"{file.name}: say the columns by --text and --value; there are {', '.join(rows[0])}",
                ))  # fmt: skip
            continue
        text, value, cut = columns
        pairs = [(row[text], row[value].split(cut)[0] if cut else row[value])
                 for row in rows[1:] if len(row) > max(text, value)]  # fmt: skip
        label = (
            f"{file.stem.rstrip('_0123456789')} ({rows[0][value]})"
            if not cut
            else file.stem.rstrip("_0123456789")
        )
        sets.setdefault(label, []).extend(pairs)
    return [_measured(label, pairs, speaker) for label, pairs in sets.items()]


def _rows(file: Path) -> list[list[str]]:
    data = file.read_bytes()
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(data.decode(coding))))
        except UnicodeDecodeError:
            continue
    raise stop(Text(f"{file.name} 不是文字文件", f"{file.name} is no text file"))


def _columns(rows: list[list[str]], args: argparse.Namespace) -> tuple[int, int, str] | None:
    head = rows[0] if rows else []
    named = [(args.text, args.value, "")] if args.text and args.value else []
    for text, value, cut in (*named, *_KNOWN):
        if text in head and value in head:
            return head.index(text), head.index(value), cut
    return None


def _measured(label: str, pairs: Iterable[tuple[str, str]], speaker: Speaker) -> dict[str, object]:
    from bihuan.desk import training
    from bihuan.records.wording import fold

    once = {fold(text): value.strip() for text, value in pairs if text.strip() and value.strip()}
    texts, values = list(once), list(once.values())
    if not training.enough(values):
        speaker.say(Text(f"{label}：文字太少，无法检验", f"{label}: too few texts to judge by"))
        return {"set": label, "texts": len(texts)}
    one = training.measured(texts, values)
    speaker.say(Text(
        f"{label}：{one.texts} 段文字 {one.values} 类；准确率 {one.accuracy:.3f}，宏 F1 {one.macro_f1:.3f}；"
        f"两字朴素贝叶斯 {one.floor_accuracy:.3f}、{one.floor_macro_f1:.3f}",
        f"{label}: {one.texts} texts of {one.values} values; accuracy {one.accuracy:.3f}, macro F1 "
        f"{one.macro_f1:.3f}; naive Bayes of pairs {one.floor_accuracy:.3f}, {one.floor_macro_f1:.3f}",
    ))  # fmt: skip
    return {"set": label, "texts": one.texts, "values": one.values, "accuracy": one.accuracy,
            "macro_f1": one.macro_f1, "floor_accuracy": one.floor_accuracy,
            "floor_macro_f1": one.floor_macro_f1}  # fmt: skip


# -- Groups ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """Of the pairs put into one group how many belong together, and of those that do how many are put."""

    groups: int
    precision: float
    recall: float


def judged(rows: Sequence[Mapping[str, str]]) -> Judged:
    """How well the cases of a labelled set come together; rows without a matter belong to nobody."""
    from bihuan.engine.alike import groups_of, likeness

    likes: dict[int, dict[int, float]] = {}
    for one, two in combinations(map(_told, range(len(rows)), rows), 2):
        if found := likeness(one, two):
            likes.setdefault(one.told.key, {})[two.told.key] = found.share
            likes.setdefault(two.told.key, {})[one.told.key] = found.share
    groups = groups_of(likes)
    group = {key: place for place, members in enumerate(groups) for key in members}
    put = right = wanted = 0
    for first, second in combinations(range(len(rows)), 2):
        belongs = bool(rows[first]["matter"]) and rows[first]["matter"] == rows[second]["matter"]
        joined = first in group and group[first] == group.get(second)
        wanted, put, right = wanted + belongs, put + joined, right + (belongs and joined)
    return Judged(len(groups), right / max(put, 1), right / max(wanted, 1))


def _told(key: int, row: Mapping[str, str]) -> "Traits":
    from bihuan.engine.alike import THINGS, Told, Traits
    from bihuan.records.wording import fold

    return Traits(Told(
        key, fold(row["content"]), int(row["day"]) * _DAY, row["who"], unit=row.get("unit", ""),
        person=row.get("person", ""), category=row["category"],
        things={name: row[name] for name in THINGS if row.get(name)},
    ))  # fmt: skip


def _collective(name: str, speaker: Speaker) -> dict[str, object]:
    path = Path(name)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    one = judged(rows)
    speaker.say(Text(
        f"{path.stem}：{len(rows)} 段文字，归成 {one.groups} 组；精确率 {one.precision:.3f}，召回率 {one.recall:.3f}",
        f"{path.stem}: {len(rows)} texts, {one.groups} groups; precision {one.precision:.3f}, recall {one.recall:.3f}",
    ))  # fmt: skip
    return {"set": path.stem, "texts": len(rows), "groups": one.groups, "precision": one.precision,
            "recall": one.recall}  # fmt: skip


def _duplicates(name: str, speaker: Speaker) -> dict[str, object]:
    from bihuan.engine.alike import Told, Traits, keys_of, likeness
    from bihuan.records.wording import fold

    lines = [
        line.strip() for line in Path(name).read_text("utf-8-sig", errors="replace").splitlines()
    ]
    first: dict[str, int] = {}
    under: dict[int, list[Traits]] = {}
    repeats = flagged = near = 0
    for key, line in enumerate(filter(None, lines)):
        mine = Traits(Told(key, fold(line), 0))
        keys = keys_of(mine)
        others = {one.told.key: one for own in keys for one in under.get(own, ())[-40:]}
        like = [found for one in others.values() if (found := likeness(mine, one))]
        is_repeat = line in first
        hit = any(one.kind == "duplicate" for one in like)
        repeats, flagged = repeats + is_repeat, flagged + (is_repeat and hit)
        near += hit and not is_repeat
        first.setdefault(line, key)
        for own in keys:
            under.setdefault(own, []).append(mine)
    speaker.say(Text(
        f"{len(lines)} 行，重复 {repeats} 行，认出 {flagged} 行；另有近似 {near} 行",
        f"{len(lines)} lines, {repeats} repeat another, {flagged} of them flagged; {near} more are nearly equal",
    ))  # fmt: skip
    return {
        "set": "duplicates",
        "lines": len(lines),
        "repeats": repeats,
        "flagged": flagged,
        "near": near,
    }
