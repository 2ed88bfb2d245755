"""Who owes what: my page, a unit's page, the obligations of one case."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet

from bihuan.records.models import Notice, Obligation
from bihuan.records.queries.prepared import Row, prepared

Json = Any
MOST_UNREAD = 100


class OwedKey(NamedTuple):
    """Where a list of obligations goes on: due time, case id, number of the last one shown."""

    due_at: int
    case_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation with what a list says of its case."""

    case_id: int
    number: int
    case_number: str
    title: str
    ledger: bool
    stage: str
    severity: str
    policy_id: int
    row: str
    act: str
    sheet: int
    seat: str
    since_at: int
    due_at: int
    first_due_at: int
    rung: int
    lapses: int
    state: str
    ended_at: int
    clauses: tuple[str, ...]
    provisional: bool
    item: str


_COLUMNS = (
    "case_id", "number", "case__number", "case__title", "case__ledger", "case__stage",
    "case__severity", "case__policy_id", "row", "act", "sheet", "seat", "since_at", "due_at",
    "first_due_at", "rung", "lapses", "state", "ended_at", "clauses", "provisional", "item",
)  # fmt: skip


def owed_by(
    seats: Collection[str],
    *,
    after: OwedKey | None = None,
    limit: int = 50,
    due_before: int | None = None,
    acts: Collection[str] = (),
) -> tuple[list[Owed], OwedKey | None]:
    """What these seats owe, nearest due first, and where to go on (None: that is all).

    ``acts`` narrows it to these.
    """
    return _part(_owed_of(list(seats), after, due_before, list(acts), most=limit + 1), limit)


def late_of(seats: Collection[str], now: int, most: int = 100) -> int:
    """How many obligations of these seats are overdue, counted up to `most`."""
    rows = Obligation.objects.filter(state="open", seat__in=list(seats), due_at__lt=now)
    return len(rows.values_list("case_id", "number")[:most])


def open_of(seats: Collection[str]) -> dict[str, int]:
    """How many obligations each of these seats owes; those that owe nothing are left out."""
    rows = Obligation.objects.filter(state="open", seat__in=list(seats))
    return dict(rows.values_list("seat").annotate(Count("number")))


def all_owed(
    *, after: OwedKey | None = None, limit: int = 50, due_before: int | None = None
) -> tuple[list[Owed], OwedKey | None]:
    """Everything that is owed by anybody, nearest due first: for the command line, not for pages."""
    return _part(_owed_of(None, after, due_before, [], most=limit + 1), limit)


@prepared
def _owed_of(
    seats: list[str] | None,
    after: OwedKey | None,
    due_before: int | None,
    acts: list[str],
    *,
    most: int,
) -> "QuerySet[Obligation, Row]":
    rows = Obligation.objects.filter(state="open")
    if seats is not None:
        rows = rows.filter(seat__in=seats)
    if acts:
        rows = rows.filter(act__in=acts)
    if due_before is not None:
        rows = rows.filter(due_at__lt=due_before)
    if after:
        due_at, case_id, number = after
        rows = rows.filter(due_at__gte=due_at).exclude(
            Q(due_at=due_at) & (Q(case_id__lt=case_id) | Q(case_id=case_id, number__lte=number))
        )
    return rows.order_by("due_at", "case_id", "number").values_list(*_COLUMNS)[:most]


def _part(rows: list[Row], limit: int) -> tuple[list[Owed], OwedKey | None]:
    found = [_owed(row) for row in rows]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], OwedKey(last.due_at, last.case_id, last.number)


def obligations_of(case_id: int) -> Iterator[Owed]:
    """The obligations of one case, open and ended, in the order they were opened."""
    return map(_owed, _of_case(case_id))


@prepared
def _of_case(case_id: int) -> "QuerySet[Obligation, Row]":
    return Obligation.objects.filter(case_id=case_id).order_by("number").values_list(*_COLUMNS)


def _owed(row: tuple[Json, ...]) -> Owed:
    values = list(row)
    values[19] = tuple(values[19])
    return Owed(*values)


@dataclass(frozen=True, slots=True)
class Told:
    """An in-app notice: codes and values, made into a sentence where it is read."""

    id: int
    kind: str
    case_number: str
    body: dict[str, Json]
    at: int
    read_at: int


def notices(person: str, *, after: int | None = None, limit: int = 30) -> list[Told]:
    """What a person was told, newest first; `after`: only those older than the notice of that id."""
    rows = Notice.objects.filter(person=person)
    return _told(rows, after, limit)


def unread_count(person: str) -> int:
    """How many notices a person has not read, counted up to `MOST_UNREAD`."""
    return len(_unread(person))


@prepared
def _unread(person: str) -> "QuerySet[Notice, Row]":
    return Notice.objects.filter(person=person, read_at=0).values_list("id")[:MOST_UNREAD]


def _told(rows: Any, after: int | None, limit: int) -> list[Told]:
    if after:
        rows = rows.filter(id__lt=after)
    columns = ("id", "kind", "case__number", "body", "at", "read_at")
    return [Told(*row) for row in rows.order_by("-id").values_list(*columns)[:limit]]


def open_counts() -> dict[str, int]:
    """How many obligations are open by seat; for `bihuan owed`, which reads the open ones anyway."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seat, COUNT(*) FROM records_obligation WHERE state = 'open' GROUP BY seat"
        )
        return dict(cursor.fetchall())
