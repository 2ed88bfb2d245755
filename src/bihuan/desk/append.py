"""Writes what decisions led to: events, case rows, obligations, access, outbox, few statements each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bihuan.desk import chain, composing, fates, obligations, passages, purging, pushes, traits
from bihuan.desk.pushes import INSERT_PUSH
from bihuan.desk.query_codes import RENEW
from bihuan.desk.rows import (
    FORGET_HANDLES,
    INSERT_ACCESS,
    INSERT_CASE,
    INSERT_CITATION,
    INSERT_EVENT,
    INSERT_HANDLE,
    INSERT_OBLIGATION,
    INSERT_OUTBOX,
    RENEW_CODE,
    UPDATE_OBLIGATION,
    UPDATE_STANDING,
    UPDATE_WHOLE,
    Insert,
    Row,
    Rows,
    citation_rows,
    handle_rows,
    moving_row,
    obligation_row,
    standing,
    text_of,
    told,
)
from bihuan.desk.worlds import Ruling
from bihuan.engine.case import Case, Event
from bihuan.engine.handles import handles
from bihuan.records.models.json_text import canonical
from bihuan.records.queries.visibility import access_from

Json = Any


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

    @property
    def placed(self) -> list[tuple[int, Event]]:
        """The events, each with its place in the history of the case."""
        return list(enumerate(self.events, self.sequence + 1))


def append(changes: Sequence[Change], now: int) -> None:
    """Write what the changes hold, inside the caller's transaction; new cases get their `case_id`.

    A second writer of the same case breaks the unique (case, sequence) and raises IntegrityError.
    """
    batch = _Batch(now)
    with connection.cursor() as cursor:
        for change in changes:
            batch.take(cursor, change)
        batch.write(cursor)
    for change in changes:
        if change.after.is_message and change.before:
            fates.follow(change.case_id, change.events)
        if any(event.kind == "purge" for event in change.events):
            purging.carry_out(change.case_id, change.number, change.placed, now)


# The order in which tables are written: cases stand before what names them.
_UPDATES = (UPDATE_WHOLE, UPDATE_STANDING, RENEW_CODE, UPDATE_OBLIGATION, FORGET_HANDLES)
_INSERTS = (
    INSERT_EVENT, INSERT_OBLIGATION, INSERT_ACCESS, INSERT_CITATION, INSERT_HANDLE, INSERT_OUTBOX, INSERT_PUSH,
)  # fmt: skip


class _Batch:
    """What changes come to, gathered so that each table is written by one statement."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.updates: dict[str, Rows] = {statement: [] for statement in _UPDATES}
        self.inserts: dict[Insert, Rows] = {insert: [] for insert in _INSERTS}
        self.said: list[passages.Row] = []
        self.traits_gone: list[tuple[int, int]] = []
        self.traits_come: list[tuple[int, int]] = []

    def take(self, cursor: Any, change: Change) -> None:
        """Gather what a change comes to; a new case gets its row, and so its id, at once."""
        entries, head = _entries(change, self.now)
        self._case(cursor, change, head)
        if change.query_code:
            self.updates[RENEW_CODE].append((change.query_code, change.case_id))
        self.inserts[INSERT_EVENT] += [(change.case_id, *entry) for entry in entries]
        changed = self._debts(change)
        self._index(change)
        self._messages(change, changed)

    def write(self, cursor: Any) -> None:
        """Write all that was gathered."""
        for statement, rows in self.updates.items():
            if rows:
                cursor.executemany(statement, rows)
        for insert, rows in self.inserts.items():
            insert.run(cursor, rows)
        passages.insert(cursor, self.said)
        traits.write(cursor, self.traits_gone, self.traits_come)

    def _case(self, cursor: Any, change: Change, head: str) -> None:
        stands: Row = (
            *standing(change.after, change.ruling).values(),
            change.sequence + len(change.events),
            head,
        )
        if change.case_id and not change.tells:
            self.updates[UPDATE_STANDING].append((*stands, change.case_id))
            return
        row = (*told(change.after, change.ruling).values(), *stands)
        if change.case_id:
            self.updates[UPDATE_WHOLE].append((*row, change.case_id))
        else:
            cursor.execute(INSERT_CASE, row + _fixed(change))
            change.case_id = cursor.fetchone()[0]

    def _debts(self, change: Change) -> dict[int, obligations.Owed]:
        """What is owed since, or no longer; by number, what changed."""
        before = change.before
        known = before.debts if before else {}
        kind = text_of(before.facts, "kind", 60) if before else ""
        changed = obligations.changed_by(change.events, known, kind)
        for owed in changed.values():
            if owed.number in known:
                self.updates[UPDATE_OBLIGATION].append(moving_row(owed, change.case_id))
            else:
                row = obligation_row(owed, change.case_id, change.ruling)
                self.inserts[INSERT_OBLIGATION].append(row)
        return changed

    def _index(self, change: Change) -> None:
        """By what the case is found, by whom, and beside which others."""
        case_id, before, after = change.case_id, change.before, change.after
        seen = sorted(access_from(change.events, before))
        self.inserts[INSERT_ACCESS] += [(case_id, *item) for item in seen]
        self.inserts[INSERT_CITATION] += citation_rows(
            after, case_id, set(before.cited) if before else ()
        )
        if _handles_changed(change):
            self.updates[FORGET_HANDLES] += [(case_id,)] if before else []
            self.inserts[INSERT_HANDLE] += handle_rows(after, case_id, change.ruling)
        if not after.ledger:
            worded = change.ruling.worded
            self.said += passages.passages_of(case_id, change.number, change.placed, worded)
        less, more = traits.changed(before, after)
        self.traits_gone += [(key, case_id) for key in sorted(less)]
        self.traits_come += [(key, case_id) for key in sorted(more)]

    def _messages(self, change: Change, changed: Mapping[int, obligations.Owed]) -> None:
        """Who hears of it: people, the customer, other programs."""
        case_id, world, first = change.case_id, change.ruling.world, change.sequence + 1
        news = composing.compose(
            change.number, change.events, changed, world.policy, first=first, act_id=change.act_id
        )
        self.inserts[INSERT_OUTBOX] += [
            (item.kind, item.to, case_id, canonical(item.body), "waiting", 0, self.now, self.now, 0, "",
             f"{case_id}/{first}/{place}")
            for place, item in enumerate(news)
        ]  # fmt: skip
        self.inserts[INSERT_PUSH] += pushes.rows_of(
            case_id, change.number, change.after, change.placed, world.organisation, self.now
        )


def _handles_changed(change: Change) -> bool:
    """Whether the case may have other handles than its rows say; those of a version need not be the next's."""
    before, policy = change.before, change.ruling.world.policy
    if before is None or before.version != change.after.version:
        return True
    return handles(before.facts, policy) != handles(change.after.facts, policy)


def _fixed(change: Change) -> Row:
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
