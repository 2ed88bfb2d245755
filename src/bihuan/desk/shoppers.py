"""Lists of people to be called who never complained: read from tables, told line by line, taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bihuan.desk.imports import column_of
from bihuan.desk.intake import register
from bihuan.desk.perform import Performed, perform
from bihuan.desk.setup import ROOT
from bihuan.desk.tables import BadTable, Rejected, Table, read_table
from bihuan.engine.case import Act, Case
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.visiting import FIRST
from bihuan.engine.words import Text
from bihuan.records.queries.entries import Entry

Json = Any
LISTED = "list_shoppers"
BETWEEN = "，"
MOST_LISTS = 20  # so many lists back somebody may still be owed a call


@dataclass(frozen=True, slots=True)
class Shopper:
    """One line of a list: who, and how to reach them."""

    name: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list that came in: its items are numbered from `first`; `drawn` of them are owed a visit."""

    at: int
    first: int
    lines: tuple[str, ...]
    drawn: frozenset[str]

    def shopper(self, item: str) -> Shopper:
        """Who the item of that number is."""
        place = int(item) - self.first if item.isdecimal() else -1
        return shopper_of(self.lines[place]) if 0 <= place < len(self.lines) else Shopper("")


def shopper_of(line: str) -> Shopper:
    """A line of a list as name and contact, parted by a comma or a tab."""
    plain = line.strip().removeprefix(FIRST)
    for sign in (BETWEEN, ",", "\t"):
        name, found, contact = plain.partition(sign)
        if found:
            return Shopper(name.strip(), contact.strip())
    return Shopper(plain.strip())


def listings(history: Sequence[Entry], most: int = 4) -> list[Listing]:
    """The lists that came in to a ledger, newest first; the names are blank where they were erased."""
    found: list[Listing] = []
    for entry in reversed(history):
        if entry.kind != LISTED or len(found) >= most:
            continue
        lines = tuple(
            line for line in str(entry.data.get("shoppers", "")).splitlines() if line.strip()
        )
        last = next((data["is"] for kind, data in entry.effects if kind == "counted"), len(lines))
        first = last - len(lines) + 1
        every = [str(number) for number in range(first, last + 1)]
        drawn = next((data["items"] for kind, data in entry.effects if kind == "sampled"), every)
        found.append(Listing(entry.at, first, lines, frozenset(drawn)))
    return found


def shopper_in(lists: Sequence[Listing], item: str) -> Shopper:
    """Who the item of that number is, in these lists of a ledger; nobody where it is in none."""
    found = (listing.shopper(item) for listing in lists)
    return next((shopper for shopper in found if shopper.name), Shopper(""))


def read_shoppers(data: bytes, filename: str) -> tuple[list[str], list[Rejected]]:
    """The lines of a csv or xlsx list, and the rows that cannot be called, each with why. Raises BadTable."""
    table = read_table(data, filename)
    columns = {name: column_of(table, name) for name in ("name", "phone", "contact")}
    if not columns["phone"] and not columns["contact"]:
        raise BadTable(_NO_COLUMN)
    return _lines(table, columns)


def _lines(table: Table, columns: dict[str, str]) -> tuple[list[str], list[Rejected]]:
    lines: list[str] = []
    rejected = list(table.rejected)
    seen: set[str] = set()
    for record in table.records:
        told = {name: record.cells.get(column, "").strip() for name, column in columns.items()}
        contact = told["phone"] or told["contact"]
        if sum(sign.isdigit() for sign in contact) < 5 and "@" not in contact:
            reason = _NO_CONTACT
        elif contact in seen:
            reason = _TWICE
        else:
            seen.add(contact)
            name = told["name"].replace(BETWEEN, " ").replace(",", " ").removeprefix(FIRST)
            lines.append(f"{name or contact}{BETWEEN}{contact}")
            continue
        rejected.append(Rejected(record.line, reason, " ".join(record.cells.values())[:60]))
    return lines, sorted(rejected, key=lambda row: row.line)


def register_from_visit(
    ledger: str, case: Case, policy: Policy, version: int, item: str,
    shopper: Shopper, said: str, *, by: str, now: int,
) -> Performed | Refusal:  # fmt: skip
    """Register what a shopper was not content with, and pay the debt to do so; both or neither."""
    facts: dict[str, Json] = {
        "kind": next(iter(policy.kinds)),
        "channel": "phone" if "phone" in policy.channels else next(iter(policy.channels)),
        "name": shopper.name,
        "phone": shopper.contact,
        "content": said,
    }
    with transaction.atomic():
        act_id = f"visit {ledger} {item} {case.registered}"
        made = register(
            facts, by=by, unit=case.unit or ROOT, policy=version, now=now, act_id=act_id
        )
        if made.refusal:
            return made.refusal
        act = Act("new_case", by, now, {"case": made.number, "item": item})
        done = perform(act, case_number=ledger, now=now)
        if done.refusal:
            transaction.set_rollback(True)
            return done.refusal
    return made.performed


_NO_COLUMN = Text(
    "表里没有“电话”或“联系方式”一列；应有“姓名”“电话”两列",
    "the table has no column for the phone; right would be two columns, name and phone",
)
_NO_CONTACT = Text("没有可用的电话或邮箱", "no phone number or mail address to call on")
_TWICE = Text("与前面一行的联系方式相同", "the same contact as a row before")
