"""Writes what decisions led to: events, case rows, obligations, access, outbox, few statements each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bihuan.desk import chain, composing, obligations, passages, traits, webhooks
from bihuan.desk.counting import subject_of
from bihuan.desk.query_codes import RENEW
from bihuan.desk.worlds import Ruling
from bihuan.engine.case import Case, Event
from bihuan.engine.handles import handles
from bihuan.engine.organisation import post_of, unit_of
from bihuan.engine.step import wake_at
from bihuan.records.models.json_text import canonical
from bihuan.records.queries.visibility import access_from

Json = Any
Value = str | int | None  # of a column; yes and no are whole numbers too


Rows = list[tuple[Value, ...]]
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


@dataclass(frozen=True, slots=True)
class Record:
    """What a new case has beside its state: it stands in the first event, so a rebuild finds it.

    A query code that is renewed stands in the event of that.
    """

    number: str
    party: int | None = None
    query_code: str = ""  # its hash

    def to_json(self) -> dict[str, Json]:
        """As the first event's data carries it under "record"."""
        return {"number": self.number, "party": self.party, "query_code": self.query_code}


@dataclass(slots=True)
class Change:
    """One decision on one case, ready to be written. `case_id` 0: a new case, then `record` says which."""

    ruling: Ruling
    number: str
    before: Case | None
    after: Case
    events: tuple[Event, ...]
    case_id: int = 0
    sequence: int = 0  # events there were before
    head: str = ""
    act_id: str = ""
    act: str = ""
    record: Record | None = None
    query_code: str = ""  # the hash of a new one

    @property
    def tells(self) -> bool:
        """Whether more is known than before, or another version of the policy holds."""
        before, after = self.before, self.after
        return before is None or (before.version, before.facts) != (after.version, after.facts)


def columns(case: Case, ruling: Ruling) -> dict[str, Value]:
    """The columns of the case row that follow from its state; the state itself among them."""
    return _told(case, ruling) | _standing(case, ruling)


def _told(case: Case, ruling: Ruling) -> dict[str, Value]:
    """The columns that stay while nothing new is told: few acts and no lapse change them."""
    facts = case.facts
    return {
        "policy_id": ruling.version_id,
        "unit": case.unit[:60],
        "kind": _text(facts, "kind", 60),
        "channel": _text(facts, "channel", 60),
        "category": _text(facts, "category", 60),
        "caller": _text(facts, "caller", 60),
        "title": " ".join(_text(facts, "content", 200).split())[:40],
        "subject": subject_of(facts, ruling.world.policy)[:80],
        "about_unit": _text(facts, "about_unit", 60),
        "about_person": _text(facts, "about_person", 60),
        "received_at": case.received,
        "registered_at": case.registered,
        "ledger": case.ledger,
    }


def _standing(case: Case, ruling: Ruling) -> dict[str, Value]:
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


def _text(facts: dict[str, Json], name: str, width: int) -> str:
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
_INSERT_CASE = "INSERT INTO records_case ({}) VALUES ({}) RETURNING id".format(  # noqa: S608
    ", ".join(_TOLD + _STANDING + _FIXED), ", ".join(["%s"] * len(_TOLD + _STANDING + _FIXED))
)
_UPDATE_CASE = "UPDATE records_case SET {} WHERE id = %s"
_RENEW_CODE = _UPDATE_CASE.format("query_code_hash = %s")
_UPDATE_WHOLE = _UPDATE_CASE.format(", ".join(f"{name} = %s" for name in _TOLD + _STANDING))
_UPDATE_STANDING = _UPDATE_CASE.format(", ".join(f"{name} = %s" for name in _STANDING))
INSERT_EVENT = Insert(
    'records_event (case_id, sequence, kind, act_id, "by", seat, sheet, at, recorded_at, data, '
    "effects, private, previous, hash)"
)
INSERT_OBLIGATION = Insert(
    'records_obligation (case_id, number, "row", act, sheet, seat, post, unit, since_at, due_at, '
    "first_due_at, rung, lapses, state, ended_at, clauses, provisional, item)"
)
_UPDATE_OBLIGATION = (
    "UPDATE records_obligation SET seat = %s, post = %s, unit = %s, due_at = %s, "
    "first_due_at = %s, rung = %s, lapses = %s, state = %s, ended_at = %s, provisional = %s "
    "WHERE case_id = %s AND number = %s"
)
_FORGET_HANDLES = "DELETE FROM records_handle WHERE case_id = %s"
INSERT_ACCESS = Insert(
    "records_caseaccess (case_id, seat, way, sheet)",
    " ON CONFLICT (case_id, seat, way, sheet) DO NOTHING",
)
INSERT_CITATION = Insert(
    "records_citation (case_id, code, version)", " ON CONFLICT (code, version, case_id) DO NOTHING"
)
_INSERT_PUSH = Insert(webhooks.COLUMNS)
INSERT_HANDLE = Insert(
    "records_handle (case_id, value)", " ON CONFLICT (value, case_id) DO NOTHING"
)
_INSERT_OUTBOX = Insert(
    'records_outbox (kind, "to", case_id, body, state, attempts, written_at, next_at, sent_at, '
    "error, dedupe)"
)


def append(changes: Sequence[Change], now: int) -> None:
    """Write what the changes hold, inside the caller's transaction; new cases get their `case_id`.

    A second writer of the same case breaks the unique (case, sequence) and raises IntegrityError.
    """
    events: Rows = []
    whole: Rows = []
    standing: Rows = []
    opened: Rows = []
    moved: Rows = []
    access: Rows = []
    cited: Rows = []
    found_by: Rows = []
    forgotten: Rows = []
    messages: Rows = []
    said: list[passages.Row] = []
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    pushed: Rows = []
    with connection.cursor() as cursor:
        for change in changes:
            entries, head = _entries(change, now)
            values = _standing(change.after, change.ruling).values()
            stands = (*values, change.sequence + len(change.events), head)
            if change.case_id and not change.tells:
                standing.append((*stands, change.case_id))
            else:
                told = tuple(_told(change.after, change.ruling).values())
                if change.case_id:
                    whole.append((*told, *stands, change.case_id))
                else:
                    cursor.execute(_INSERT_CASE, told + stands + _fixed(change))
                    change.case_id = cursor.fetchone()[0]
            case_id = change.case_id
            if change.query_code:
                cursor.execute(_RENEW_CODE, (change.query_code, case_id))
            events += [(case_id, *entry) for entry in entries]
            known = change.before.debts if change.before else {}
            changed = obligations.changed_by(
                change.events,
                known,
                _text(change.before.facts, "kind", 60) if change.before else "",
            )
            for owed in changed.values():
                if owed.number in known:
                    moved.append(_moving(owed, case_id))
                else:
                    opened.append(obligation_row(owed, case_id, change.ruling))
            access += [
                (case_id, *item) for item in sorted(access_from(change.events, change.before))
            ]
            if not change.after.ledger:
                placed = enumerate(change.events, change.sequence + 1)
                worded = change.ruling.worded
                said += passages.passages_of(case_id, change.number, placed, worded)
            less, more = traits.changed(change.before, change.after)
            gone += [(key, case_id) for key in sorted(less)]
            come += [(key, case_id) for key in sorted(more)]
            pushed += webhooks.rows_of(
                case_id,
                change.number,
                change.after,
                enumerate(change.events, change.sequence + 1),
                change.ruling.world.organisation,
                now,
            )
            before = change.before.cited if change.before else {}
            cited += citation_rows(change.after, case_id, set(before))
            if _handles_changed(change):
                forgotten += [(case_id,)] if change.before else []
                found_by += handle_rows(change.after, case_id, change.ruling)
            news = composing.compose(
                change.number, change.events, changed, change.ruling.world.policy,
                first=change.sequence + 1, act_id=change.act_id,
            )  # fmt: skip
            messages += [
                (item.kind, item.to, case_id, canonical(item.body), "waiting", 0, now, now, 0, "",
                 f"{case_id}/{change.sequence + 1}/{place}")
                for place, item in enumerate(news)
            ]  # fmt: skip
        for statement, rows in (
            (_UPDATE_WHOLE, whole),
            (_UPDATE_STANDING, standing),
            (_UPDATE_OBLIGATION, moved),
            (_FORGET_HANDLES, forgotten),
        ):
            if rows:
                cursor.executemany(statement, rows)
        for insert, rows in (
            (INSERT_EVENT, events),
            (INSERT_OBLIGATION, opened),
            (INSERT_ACCESS, access),
            (INSERT_CITATION, cited),
            (INSERT_HANDLE, found_by),
            (_INSERT_OUTBOX, messages),
            (_INSERT_PUSH, pushed),
        ):
            insert.run(cursor, rows)
        passages.insert(cursor, said)
        traits.write(cursor, gone, come)
    for change in changes:
        if change.after.is_message and change.before:
            from bihuan.desk import received

            received.follow(change.case_id, change.events)
        if any(event.kind == "purge" for event in change.events):
            from bihuan.desk import retention

            placed = enumerate(change.events, change.sequence + 1)
            retention.carry_out(change.case_id, change.number, placed, now)


def citation_rows(case: Case, case_id: int, known: Collection[str] = ()) -> Rows:
    """The rows of the citations table that follow from a state, but for those known already."""
    return [(case_id, *cited.split(" ", 1)) for cited in sorted(case.cited) if cited not in known]


def handle_rows(case: Case, case_id: int, ruling: Ruling) -> Rows:
    """The rows of the handles table that follow from a state."""
    return [(case_id, value) for value in sorted(handles(case.facts, ruling.world.policy))]


def _handles_changed(change: Change) -> bool:
    """Whether the case may have other handles than its rows say; those of a version need not be the next's."""
    before, policy = change.before, change.ruling.world.policy
    if before is None or before.version != change.after.version:
        return True
    return handles(before.facts, policy) != handles(change.after.facts, policy)


def obligation_row(owed: obligations.Owed, case_id: int, ruling: Ruling) -> tuple[Value, ...]:
    """The values of a row of the obligations table, in the order of `INSERT_OBLIGATION`."""
    return (
        case_id, owed.number, owed.row, owed.act, owed.sheet, owed.seat, post_of(owed.seat),
        unit_of(owed.seat), owed.since, owed.due, owed.first_due, owed.rung, owed.lapses,
        owed.state, owed.ended, canonical(list(ruling.clauses(owed.row, owed.kind))), owed.provisional,
        owed.item,
    )  # fmt: skip


def _moving(owed: obligations.Owed, case_id: int) -> tuple[Value, ...]:
    return (
        owed.seat, post_of(owed.seat), unit_of(owed.seat), owed.due, owed.first_due, owed.rung,
        owed.lapses, owed.state, owed.ended, owed.provisional, case_id, owed.number,
    )  # fmt: skip


def _fixed(change: Change) -> tuple[Value, ...]:
    record = change.record
    if record is None:
        raise ValueError("a new case needs a record")
    ruling = change.ruling
    return (record.number, ruling.code, record.party, record.query_code)


def _entries(change: Change, now: int) -> tuple[Rows, str]:
    head = change.head
    entries: Rows = []
    for place, event in enumerate(change.events, change.sequence + 1):
        sealed = chain.seal(event.data, event.effects, change.ruling.personal)
        if place == 1 and change.record:
            sealed.data["record"] = change.record.to_json()
        elif event.kind == RENEW and change.query_code:
            sealed.data["record"] = {"query_code": change.query_code}
        data, effects = canonical(sealed.data), canonical(sealed.effects)
        act_id = change.act_id if event.kind == change.act else ""
        previous = head
        head = chain.link(
            previous, change.number, place, event.kind, act_id, event.by, event.seat, event.sheet,
            event.at, now, data, effects,
        )  # fmt: skip
        entries.append(
            (place, event.kind, act_id, event.by, event.seat, event.sheet, event.at, now, data,
             effects, canonical(sealed.private), previous, head)
        )  # fmt: skip
    return entries, head
