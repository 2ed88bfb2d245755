"""Registers the rows of a table as cases: columns guessed, each row once, refusals by line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from bihuan.desk import worlds
from bihuan.desk.composing import IMPORTED
from bihuan.desk.intake import register
from bihuan.desk.stored import load
from bihuan.desk.tables import Record, Rejected, Table
from bihuan.engine.calendar import BadTime
from bihuan.engine.clock import parse_instant
from bihuan.engine.fields import Field
from bihuan.engine.forms import registration_form
from bihuan.engine.policy import Policy
from bihuan.engine.words import Text

Json = Any
BATCH = 200  # rows in one transaction
SAMPLE = 200  # rows looked at to guess what a column holds
IDENTITY = "id"
# Fields that intake understands beside the policy's own.
EXTRA = {
    IDENTITY: Text("编号", "Number"),
    "phone": Text("电话", "Phone"),
    "address": Text("地址", "Address"),
}
_NAMES: dict[str, str] = {
    IDENTITY: "id no number caseid complaintid ticketid ticketno complaintnumber caseno "
    "编号 投诉编号 投诉单号 单号 工单号 工单编号 流水号 案件编号",  # zh: data
    "content": "content text review desc description complaint narrative consumercomplaintnarrative "
    "complaintwhathappened body message comment feedback problemdescription details "
    "内容 投诉内容 具体内容 问题 问题简述 问题描述 描述 评论 评价 评论内容 留言 详情 "  # zh: data
    "事由 投诉事由 反映内容",  # zh: data
    "name": "name customer customername complainant fullname contactname "
    "姓名 客户姓名 顾客姓名 投诉人 投诉人姓名 客户 顾客 联系人",  # zh: data
    "phone": "phone tel telephone mobile phonenumber cellphone "
    "电话 手机 手机号 手机号码 电话号码 联系电话 来电号码",  # zh: data
    "address": "address 地址 联系地址 住址",  # zh: data
    "contact": "contact contactdetails email mail 联系方式 联系方式及地址 邮箱 电子邮件",  # zh: data
    "received": "received receivedat date datetime time created createdat submitted datereceived "
    "日期 时间 投诉时间 投诉日期 受理时间 受理日期 创建时间 收到时间 收到日期 来电时间 登记时间",  # zh: data
    "demand": "demand request wish 诉求 要求 客户诉求 投诉诉求",  # zh: data
    "channel": "channel source 渠道 来源 投诉渠道 投诉方式",  # zh: data
    "kind": "kind type 类型 投诉类型",  # zh: data
    "category": "category class 类别 分类 投诉类别",  # zh: data
}
_GUESSED = {name: field for field, names in _NAMES.items() for name in names.split()}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"  # zh: data
    r"(?:[T\s]+(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})秒?)?(?:\.\d+)?)?"  # zh: data
)


class BadMapping(ValueError):  # noqa: N818  (a refusal, not an accident)
    """A column or field that is not there; what there is."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is a case: the line, the case's number; `fresh` where it was none before."""

    line: int
    number: str
    fresh: bool


@dataclass
class Imported:
    """What came of an import. `differing`: an identity known already, under other words."""

    rows: int = 0
    taken: list[Taken] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    differing: list[Rejected] = field(default_factory=list)

    @property
    def added(self) -> list[str]:
        """The numbers of the new cases, in the order of their rows."""
        return [one.number for one in self.taken if one.fresh]

    @property
    def repeated(self) -> int:
        """How many rows were cases before."""
        return sum(not one.fresh for one in self.taken)


def fields_of(policy: Policy) -> dict[str, Field]:
    """What a column can be mapped to, by name."""
    found = {item.name: item for item in registration_form(policy).fields}
    return found | {name: Field(name, "text", text, required=False) for name, text in EXTRA.items()}


def guess_mapping(table: Table, policy: Policy, zone: str) -> dict[str, str]:
    """Columns to fields, by their names and by what stands in them; the rest are left out."""
    fields = fields_of(policy)
    texts = {_plain(word): item.name for item in fields.values() for word in item.text}
    found: dict[str, str] = {}
    for column in table.columns:
        plain = _plain(column)
        name = _GUESSED.get(plain) or (plain if plain in fields else texts.get(plain, ""))
        if (
            name in fields
            and name not in found.values()
            and _fits(table, column, fields[name], zone)
        ):
            found[column] = name
    if "content" not in found.values() and (best := _longest(table, found)):
        found[best] = "content"
    return found


def column_of(table: Table, field: str) -> str:
    """The column that by its name holds this field; empty where none does."""
    return next((each for each in table.columns if _GUESSED.get(_plain(each)) == field), "")


def checked_mapping(
    table: Table, policy: Policy, guessed: Mapping[str, str], wanted: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """The guess with what the reader wants otherwise: (column, field), an empty field leaves it out.

    Several columns may go to one field of free text; their values are joined. Raises BadMapping.
    """
    fields = fields_of(policy)
    found = dict(guessed)
    for column, name in wanted:
        real = column_named(table, column)
        if name and name not in fields:
            raise BadMapping(
                Text(
                    f"没有名为“{name}”的字段，可选：{'、'.join(fields)}",
                    f"there is no field '{name}'; there are {', '.join(fields)}",
                ),
            )
        if not name:
            found.pop(real, None)
            continue
        if fields[name].kind not in ("text", "long") or name == IDENTITY:
            found = {key: value for key, value in found.items() if value != name}
        found[real] = name
    if "content" not in found.values():
        raise BadMapping(
            Text(
                f"看不出哪一栏是投诉内容，请用 --map 栏名=content 指明；现有栏：{'、'.join(table.columns)}",
                "no column looks like the complaint's text; name it with --map COLUMN=content; the columns "
                f"are {', '.join(table.columns)}",
            ),
        )
    return found


def column_named(table: Table, name: str) -> str:
    """The column of that name, whatever its case. Raises BadMapping."""
    for column in table.columns:
        if name in (column, column.casefold()) or _plain(name) == _plain(column):
            return column
    raise BadMapping(
        Text(
            f"没有名为“{name}”的栏，现有：{'、'.join(table.columns)}",
            f"there is no column '{name}'; there are {', '.join(table.columns)}",
        ),
    )


def where(table: Table, conditions: Iterable[tuple[str, str]]) -> list[Record]:
    """The rows in which these columns hold exactly these values. Raises BadMapping."""
    wanted = [(column_named(table, column), value.strip()) for column, value in conditions]
    return [
        record
        for record in table.records
        if all(record.cells[column] == value for column, value in wanted)
    ]


def import_records(
    records: Sequence[Record],
    mapping: Mapping[str, str],
    *,
    policy: int,
    unit: str,
    by: str,
    now: int,
    constant: Mapping[str, Json] | None = None,
    source: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Register each row once under the version `policy`: its clocks start at `now`.

    A row's identity is its id column, else its content (and how often it stood in the file before);
    `source` keeps the ids of different systems apart. A row that is refused stops no other. With
    `dry_run` the rows are only read. Instants without a zone are of the policy's usual calendar.
    """
    world = worlds.ruling(policy, now).world
    reading = _Reading(world.policy, mapping, constant or {}, world.calendars["usual"].zone, source)
    done = Imported(rows=len(records))
    for start in range(0, len(records), BATCH):
        with transaction.atomic():
            for record in records[start : start + BATCH]:
                facts, identity, wrong = reading.read(record)
                if wrong:
                    done.rejected.append(wrong)
                elif not dry_run:
                    _register(record, facts, identity, mapping, done, policy, unit, by, now)
        if progress:
            progress(min(start + BATCH, len(records)))
    return done


def _register(
    record: Record,
    facts: dict[str, Json],
    identity: str,
    mapping: Mapping[str, str],
    done: Imported,
    policy: int,
    unit: str,
    by: str,
    now: int,
) -> None:
    made = register(facts, by=by, unit=unit, now=now, policy=policy, act_id=f"{IMPORTED}{identity}")
    if made.refusal:
        at = f"{made.refusal.field}: " if made.refusal.field else ""
        text = Text(at + made.refusal.say("zh"), at + made.refusal.say("en"))
        column = next((key for key, name in mapping.items() if name == made.refusal.field), "")
        done.rejected.append(
            Rejected(record.line, text, _shown(record), column or made.refusal.field)
        )
        return
    if not made.performed.repeated:
        done.taken.append(Taken(record.line, made.number, fresh=True))
        return
    stored = load(made.number)
    if stored and stored.case.facts.get("content", facts["content"]) != facts["content"]:
        text = Text(
            f"此编号已登记为 {made.number}，但内容不同，没有再登记"
            "(若来自另一系统，请加 --source 名称)",
            f"this id is registered as {made.number} with other words, and was not taken again "
            "(if it is from another system, add --source NAME)",
        )
        done.differing.append(Rejected(record.line, text, _shown(record)))
    else:
        done.taken.append(Taken(record.line, made.number, fresh=False))


class _Reading:
    """Makes facts of rows, and knows which contents were seen in this file before."""

    def __init__(
        self,
        policy: Policy,
        mapping: Mapping[str, str],
        constant: Mapping[str, Json],
        zone: str,
        source: str,
    ) -> None:
        self.fields = fields_of(policy)
        self.mapping = mapping
        self.source = source
        self.zone = ZoneInfo(zone)
        channels = list(policy.channels)
        self.usual: dict[str, Json] = {
            "kind": "complaint" if "complaint" in policy.kinds else next(iter(policy.kinds)),
            "channel": "web" if "web" in channels else channels[0],
            **constant,
        }
        self.code = policy.code
        self.seen: dict[str, int] = {}

    def read(self, record: Record) -> tuple[dict[str, Json], str, Rejected | None]:
        """The facts of a row and its identity, or why it cannot be taken."""
        facts = dict(self.usual)
        for column, name in self.mapping.items():
            value = record.cells[column]
            if not value:
                continue
            item = self.fields[name]
            given = value_of(item, value, self.zone)
            if given is None:
                wrong = _wrong(column, item, value)
                return {}, "", Rejected(record.line, wrong, _shown(record), column)
            if name in facts and name not in self.usual and isinstance(given, str):
                given = f"{facts[name]}\n{given}"
            facts[name] = given
        if not facts.get("content"):
            text = Text("没有投诉内容", "there is no complaint in it")
            column = next(key for key, name in self.mapping.items() if name == "content")
            return {}, "", Rejected(record.line, text, _shown(record), column)
        return facts, self._identity(facts), None

    def _identity(self, facts: dict[str, Json]) -> str:
        given = facts.pop(IDENTITY, None)
        if given is not None:
            return _hash(self.code, self.source, "id", str(given))
        words = [str(facts.get(name, "")) for name in ("content", "name", "phone", "contact")]
        words.append(str(facts.get("received", "")))
        plain = _hash(self.code, self.source, "content", *words)
        self.seen[plain] = self.seen.get(plain, 0) + 1
        return _hash(plain, str(self.seen[plain])) if self.seen[plain] > 1 else plain


def value_of(item: Field, value: str, zone: ZoneInfo) -> Json:
    """A cell as the value of a field; None where it does not fit."""
    match item.kind:
        case "time":
            return instant_of(value, zone)
        case "choice":
            plain = _plain(value)
            for name, text in item.choices:
                if plain in (_plain(name), _plain(text.zh), _plain(text.en)):
                    return name
            return None
        case "yes/no":
            return _YES_NO.get(_plain(value))
        case "count" | "money" | "score":
            return int(value) if re.fullmatch(r"\d{1,15}", value) else None
        case "people":
            return [part.strip() for part in re.split("[,，、\n]", value) if part.strip()]
        case "file":
            return [part.strip() for part in value.split(",") if part.strip()]
    return value


def instant_of(text: str, zone: ZoneInfo) -> int | None:
    """The instant a cell names: ISO 8601, or a date (and time) in the zone; None where it is none."""
    try:
        return parse_instant(text)
    except BadTime:
        pass
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        return None


_YES_NO = {
    "yes": "yes", "y": "yes", "true": "yes", "1": "yes", "是": "yes", "有": "yes",  # zh: data
    "no": "no", "n": "no", "false": "no", "0": "no", "否": "no", "无": "no",  # zh: data
}  # fmt: skip


def _fits(table: Table, column: str, item: Field, zone: str) -> bool:
    """Whether what stands in the column can be this field's: it decides about guesses only."""
    values = [record.cells[column] for record in table.records[:SAMPLE] if record.cells[column]]
    if item.name == IDENTITY:
        return bool(values) and len(values) == len(table.records[:SAMPLE])
    if item.kind in ("text", "long"):
        return True
    right = sum(value_of(item, value, ZoneInfo(zone)) is not None for value in values)
    return bool(values) and (
        right == len(values) or (item.kind == "time" and right * 2 > len(values))
    )


def _longest(table: Table, taken: Mapping[str, str]) -> str:
    """The column with the longest texts, where no name tells; empty where none holds sentences."""
    sample = table.records[:SAMPLE]
    lengths = {
        column: sum(len(record.cells[column]) for record in sample) / max(len(sample), 1)
        for column in table.columns
        if column not in taken
    }
    best = max(lengths, key=lambda column: lengths[column], default="")
    return best if best and lengths[best] >= 4 else ""


def _wrong(column: str, item: Field, value: str) -> Text:
    if item.kind == "time":
        right = Text("2026-02-13 或 2026-02-13 18:30", "2026-02-13 or 2026-02-13 18:30")
    elif item.choices:
        right = Text(
            "、".join(text.zh for _, text in item.choices),  # zh: data
            ", ".join(name for name, _ in item.choices),
        )
    elif item.kind == "yes/no":
        right = Text("是或否", "yes or no")
    else:
        right = Text("不小于 0 的整数", "a whole number, not below 0")
    short = value[:40]
    return Text(
        f"“{column}”一栏的“{short}”不对，应为 {right.zh}",
        f"'{short}' in the column '{column}' is wrong; right would be {right.en}",
    )


def _shown(record: Record) -> str:
    return ",".join(record.cells.values())[:200]


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-()().::*#]", "", text).casefold()


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
