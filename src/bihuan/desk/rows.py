"""The rows that follow from a case's state and events: their columns, and the statements that write them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bihuan.desk import obligations
from bihuan.desk.counting import subject_of
from bihuan.desk.worlds import Ruling
from bihuan.engine.case import Case
from bihuan.engine.handles import handles
from bihuan.engine.organisation import post_of, unit_of
from bihuan.engine.step import wake_at
from bihuan.records.models.json_text import canonical

Json = Any
Value = str | int | None  # of a column; yes and no are whole numbers too


Row = tuple[Value, ...]
Rows = list[Row]
_FEW = 4


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT of any number of rows: one statement where that saves a round trip."""

    into: str  # table (columns)
    end: str = ""

    def run(self, cursor: Any, rows: Rows) -> None:
        """Insert the rows; none is fine."""
        if not rows:
            return
        values = f"({', '.join(['%s'] * len(rows[0]))})"
        start = f"INSERT INTO {self.into} VALUES "  # noqa: S608  (from the constants below)
        if len(rows) <= _FEW or connection.vendor == "postgresql":
            one = ", ".join([values] * len(rows))
            cursor.execute(start + one + self.end, [value for row in rows for value in row])
        else:
            cursor.executemany(start + values + self.end, rows)


def columns(case: Case, ruling: Ruling) -> dict[str, Value]:
    """The columns of the case row that follow from its state; the state itself among them."""
    return told(case, ruling) | standing(case, ruling)


def told(case: Case, ruling: Ruling) -> dict[str, Value]:
    """The columns that stay while nothing new is told: few acts and no lapse change them."""
    facts = case.facts
    return {
        "policy_id": ruling.version_id,
        "unit": case.unit[:60],
        "kind": text_of(facts, "kind", 60),
        "channel": text_of(facts, "channel", 60),
        "category": text_of(facts, "category", 60),
        "caller": text_of(facts, "caller", 60),
        "title": " ".join(text_of(facts, "content", 200).split())[:40],
        "subject": subject_of(facts, ruling.world.policy)[:80],
        "about_unit": text_of(facts, "about_unit", 60),
        "about_person": text_of(facts, "about_person", 60),
        "received_at": case.received,
        "registered_at": case.registered,
        "ledger": case.ledger,
    }


def standing(case: Case, ruling: Ruling) -> dict[str, Value]:
    """The columns that say how the case stands, the state itself among them."""
    covering = (
        sheet.opened for sheet in case.sheets.values() if sheet.kind in ruling.counted_sheets
    )
    return {
        "stage": case.stage[:20],
        "severity": case.derived.get("severity", "")[:60],
        "owner": case.owner,
        "closed_at": case.instants.get("closed", 0),
        "ended": case.ended,
        "is_open": case.is_open,
        "next_due_at": case.next_due,
        "first_due_at": case.first_due,
        "wake_at": wake_at(case, ruling.world),
        "agreed_at": case.agreed,
        "covered_at": max(covering, default=0),
        "outside_numbers": _outside_numbers(case)[:200],
        "state": canonical(case.to_json()),
    }


def _outside_numbers(case: Case) -> str:
    """The numbers that outside bodies gave their matters, as the find box looks for them."""
    return " ".join(one["their_number"] for one in case.outside.values() if one["their_number"])


def text_of(facts: dict[str, Json], name: str, width: int) -> str:
    """A fact as a column of that width takes it; empty where there is none."""
    value = facts.get(name)
    return "" if value is None or value is False else str(value)[:width]


_TOLD = (
    "policy_id", "unit", "kind", "channel", "category", "caller", "title", "subject", "about_unit",
    "about_person", "received_at", "registered_at", "ledger",
)  # fmt: skip
_STANDING = (
    "stage", "severity", "owner", "closed_at", "ended", "is_open", "next_due_at", "first_due_at",
    "wake_at", "agreed_at", "covered_at", "outside_numbers", "state", "events", "head",
)  # fmt: skip
_FIXED = ("number", "policy_code", "complainant_id", "query_code_hash")
INSERT_CASE = "INSERT INTO records_case ({}) VALUES ({}) RETURNING id".format(  # noqa: S608
    ", ".join(_TOLD + _STANDING + _FIXED), ", ".join(["%s"] * len(_TOLD + _STANDING + _FIXED))
)
_UPDATE_CASE = "UPDATE records_case SET {} WHERE id = %s"
RENEW_CODE = _UPDATE_CASE.format("query_code_hash = %s")
UPDATE_WHOLE = _UPDATE_CASE.format(", ".join(f"{name} = %s" for name in _TOLD + _STANDING))
UPDATE_STANDING = _UPDATE_CASE.format(", ".join(f"{name} = %s" for name in _STANDING))
INSERT_EVENT = Insert(
    'records_event (case_id, sequence, kind, act_id, "by", seat, sheet, at, recorded_at, data, '
    "effects, private, previous, hash)"
)
INSERT_OBLIGATION = Insert(
    'records_obligation (case_id, number, "row", act, sheet, seat, post, unit, since_at, due_at, '
    "first_due_at, rung, lapses, state, ended_at, clauses, provisional, item)"
)
UPDATE_OBLIGATION = (
    "UPDATE records_obligation SET seat = %s, post = %s, unit = %s, due_at = %s, "
    "first_due_at = %s, rung = %s, lapses = %s, state = %s, ended_at = %s, provisional = %s "
    "WHERE case_id = %s AND number = %s"
)
FORGET_HANDLES = "DELETE FROM records_handle WHERE case_id = %s"
INSERT_ACCESS = Insert(
    "records_caseaccess (case_id, seat, way, sheet)",
    " ON CONFLICT (case_id, seat, way, sheet) DO NOTHING",
)
INSERT_CITATION = Insert(
    "records_citation (case_id, code, version)", " ON CONFLICT (code, version, case_id) DO NOTHING"
)
INSERT_HANDLE = Insert(
    "records_handle (case_id, value)", " ON CONFLICT (value, case_id) DO NOTHING"
)
INSERT_OUTBOX = Insert(
    'records_outbox (kind, "to", case_id, body, state, attempts, written_at, next_at, sent_at, '
    "error, dedupe)"
)


def citation_rows(case: Case, case_id: int, known: Collection[str] = ()) -> Rows:
    """The rows of the citations table that follow from a state, but for those known already."""
    return [(case_id, *cited.split(" ", 1)) for cited in sorted(case.cited) if cited not in known]


def handle_rows(case: Case, case_id: int, ruling: Ruling) -> Rows:
    """The rows of the handles table that follow from a state."""
    return [(case_id, value) for value in sorted(handles(case.facts, ruling.world.policy))]


def obligation_row(owed: obligations.Owed, case_id: int, ruling: Ruling) -> Row:
    """The values of a row of the obligations table, in the order of `INSERT_OBLIGATION`."""
    return (
        case_id, owed.number, owed.row, owed.act, owed.sheet, owed.seat, post_of(owed.seat),
        unit_of(owed.seat), owed.since, owed.due, owed.first_due, owed.rung, owed.lapses,
        owed.state, owed.ended, canonical(list(ruling.clauses(owed.row, owed.kind))), owed.provisional,
        owed.item,
    )  # fmt: skip


def moving_row(owed: obligations.Owed, case_id: int) -> Row:
    return (
        owed.seat, post_of(owed.seat), unit_of(owed.seat), owed.due, owed.first_due, owed.rung,
        owed.lapses, owed.state, owed.ended, owed.provisional, case_id, owed.number,
    )  # fmt: skip
