"""Lists of cases, one case with its history, and customers: all through what the viewer may see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from bihuan.engine.case import MESSAGE
from bihuan.engine.case import Case as State
from bihuan.engine.links import survivor_of
from bihuan.records.models import Case, CaseAccess, Obligation, Party
from bihuan.records.models.json_text import as_text
from bihuan.records.queries.entries import Entry, history
from bihuan.records.queries.obligations import Owed, obligations_of
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.states import state_of
from bihuan.records.queries.visibility import (
    CaseFacts,
    Reach,
    Viewer,
    access_to,
    reach,
    reachable_cases,
    visible_cases,
)

Json = Any
T = TypeVar("T")


class Walk(Enum):
    """Which rows a list is found among: all by an index, the open ones in order, those before one's seats."""

    ALL = "all"
    OPEN = "open"
    SEEN = "seen"


class _Among(Func):
    """Whether an id is among those of a query, which is asked first: PostgreSQL would else walk all there is."""

    template, arg_joiner = "%(expressions)s", " IN "
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        context |= {"template": "%(expressions)s)", "arg_joiner": " = ANY(ARRAY"}
        return self.as_sql(compiler, connection, **context)


class Key(NamedTuple):
    """Where a list goes on: the instant it is ordered by, and the id, of the last row shown."""

    at: int
    id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty means any. Instants: from is included, until is not."""

    stage: str = ""
    owner: str = ""
    unit: str = ""
    kind: str = ""
    channel: str = ""
    category: str = ""
    severity: str = ""
    about_unit: str = ""
    ended: str = ""
    open_only: bool = False
    late_at: int = 0  # only where something first due before this instant is still owed
    registered_from: int = 0
    registered_until: int = 0
    complainant: int = 0
    number: str = ""  # its beginning
    ledgers: bool = False
    owes: str = ""  # only cases on which this seat, or this unit ("@" and its code), owes something
    owes_late_at: int = 0  # … that was due before this instant


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list."""

    id: int
    number: str
    title: str
    kind: str
    channel: str
    category: str
    stage: str
    severity: str
    owner: str
    unit: str
    policy_id: int
    ended: str
    is_open: bool
    received_at: int
    registered_at: int
    closed_at: int
    next_due_at: int
    first_due_at: int
    agreed_at: int
    about_unit: str


_COLUMNS = tuple(field.name for field in fields(Listed))
_SAME = (
    "stage", "owner", "unit", "about_unit", "kind", "channel", "category", "severity", "ended",
)  # fmt: skip


def case_list(
    viewer: Viewer,
    filters: Filters | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[Listed], Key | None]:
    """The cases the viewer may see, newest first, and where to go on (None: that is all)."""
    asked = filters or Filters()
    return in_order(viewer, asked, by_due=False, after=after, limit=limit)


def due_list(
    viewer: Viewer,
    filters: Filters | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[Listed], Key | None]:
    """The open cases the viewer may see, nearest due first, and where to go on (None: that is all).

    Those that are late come in the order in which they became so.
    """
    asked = filters or Filters()
    return in_order(viewer, asked, by_due=True, after=after, limit=limit)


def in_order(
    viewer: Viewer,
    filters: Filters,
    *,
    by_due: bool,
    after: Key | None,
    limit: int,
    limited: bool = False,
) -> tuple[list[Listed], Key | None]:
    """A page of the cases the viewer may see, narrowed: open ones nearest due first, or all newest first.

    `limited`: those too of which they see only notes.
    """
    rows = _in_order(
        after, viewer=viewer, filters=filters, by_due=by_due, most=limit + 1, limited=limited
    )
    found = [Listed(*row) for row in rows]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Key(getattr(last, _order(filters, by_due=by_due)), last.id)


def _order(filters: Filters, *, by_due: bool) -> str:
    if not by_due:
        return "registered_at"
    return "first_due_at" if filters.late_at else "next_due_at"


@prepared
def _in_order(
    after: Key | None,
    *,
    viewer: Viewer,
    filters: Filters,
    by_due: bool,
    most: int,
    limited: bool,
) -> "QuerySet[Case, Row]":
    walked = walk(viewer, by_due=by_due)
    seen = reachable_cases(viewer) if limited else visible_cases(viewer)
    rows = filtered(seen, filters, walked)
    if walked is Walk.SEEN:
        before = CaseAccess.objects.filter(seat__in=sorted(viewer.all_seats))
        rows = rows.filter(_Among(F("pk"), Subquery(before.values("case"))))
    order = _order(filters, by_due=by_due)
    if by_due:
        rows = rows.filter(is_open=True)
    if after:
        at, number = after
        near, beyond = ("gte", "lte") if by_due else ("lte", "gte")
        rows = rows.filter(**{f"{order}__{near}": at})
        rows = rows.exclude(**{order: at, f"id__{beyond}": number})
    rows = rows.order_by(order, "id") if by_due else rows.order_by(f"-{order}", "-id")
    return rows.values_list(*_COLUMNS)[:most]


def walk(viewer: Viewer, *, by_due: bool) -> Walk:
    """What to walk for this viewer, whatever the list is narrowed to: the fewest rows that hold it.

    Said here because a database without statistics takes whatever index it finds for the better.
    """
    lines = viewer.lines.values()
    if not viewer.is_auditor and not any(line.everywhere or line.units for line in lines):
        return Walk.SEEN
    return Walk.OPEN if by_due else Walk.ALL


def listed_by_number(viewer: Viewer, numbers: Iterable[str]) -> list[Listed]:
    """Those of these cases that the viewer may see, newest first."""
    asked = list(numbers)
    if not asked:
        return []
    rows = visible_cases(viewer).filter(number__in=asked).order_by("-registered_at", "-id")
    return as_listed(rows)


def policy_of_case(number: str) -> int | None:
    """The version that rules over the case of that number; for reading a form, not to be shown."""
    return Case.objects.filter(number=number).values_list("policy_id", flat=True).first()


def survivor(case_id: int) -> tuple[str, str] | None:
    """The case that a merged one goes on in, and the hash of its query code; None where it is not
    merged, or where the one it goes on in is another person's.
    """
    row = first = Case.objects.get(pk=case_id)
    while row.ended == "merged":
        following = Case.objects.filter(number=survivor_of(State.from_json(row.state))).first()
        if following is None or following.complainant_id is None:
            return None
        row = following
    if row.pk == first.pk or row.complainant_id != first.complainant_id or not row.query_code_hash:
        return None
    return row.number, row.query_code_hash


def as_listed(rows: "QuerySet[Case]") -> list[Listed]:
    """These cases as rows of a list, in their order; whoever asks has seen to it who may see them."""
    return [Listed(*row) for row in rows.values_list(*_COLUMNS)]


def listed_among(ids: Sequence[int], viewer: Viewer, filters: Filters) -> dict[int, Listed]:
    """Those of these cases that the viewer may see and that fit, by their ids."""
    if not ids:
        return {}
    named = ",".join(map(str, ids))
    given = f"{{{named}}}" if connection.vendor == "postgresql" else f"[{named}]"
    return {row[0]: Listed(*row) for row in _among(given, viewer=viewer, filters=filters)}


@prepared
def _among(ids: str, *, viewer: Viewer, filters: Filters) -> "QuerySet[Case, Row]":
    on = connection.vendor == "postgresql"
    each = "SELECT unnest(%s::bigint[])" if on else "SELECT value FROM json_each(%s)"
    rows = filtered(visible_cases(viewer), filters, Walk.SEEN)
    return rows.filter(pk__in=RawSQL(each, (ids,))).values_list(*_COLUMNS)  # noqa: S611


def filtered(rows: "QuerySet[Case]", filters: Filters, walked: Walk) -> "QuerySet[Case]":
    """These cases narrowed to what is asked for."""
    if not filters.owes:
        rows = rows.filter(ledger=filters.ledgers)
        if filters.ledgers:
            rows = rows.exclude(kind=MESSAGE)  # found where messages are
    for name in _SAME:
        value = getattr(filters, name)
        if value and (walked is Walk.SEEN or (walked is Walk.OPEN and name != "owner")):
            # By no index of its own, which would bring more than what is walked holds.
            rows = rows.filter(Exact(Coalesce(F(name), Value("")), value))
        elif value:
            rows = rows.filter(**{name: value})
    if filters.open_only:
        rows = rows.filter(is_open=True)
    if filters.late_at:
        rows = rows.filter(is_open=True, first_due_at__gt=0, first_due_at__lt=filters.late_at)
    if filters.registered_from:
        rows = rows.filter(registered_at__gte=filters.registered_from)
    if filters.registered_until:
        rows = rows.filter(registered_at__lt=filters.registered_until)
    if filters.complainant:
        rows = rows.filter(complainant_id=filters.complainant)
    if filters.number:
        rows = rows.filter(number__startswith=filters.number)
    if filters.owes:
        owed = Obligation.objects.filter(state="open")
        unit = filters.owes.startswith("@")
        owed = owed.filter(unit=filters.owes[1:]) if unit else owed.filter(seat=filters.owes)
        if filters.owes_late_at:
            owed = owed.filter(first_due_at__lt=filters.owes_late_at)
        rows = rows.filter(pk__in=owed.values("case"))
    return rows


@dataclass(frozen=True, slots=True)
class CasePage:
    """All of a case that a viewer may see. `reach` OWN: only `sheets`, what is owed and done there.

    Contact data in `state` are in clear; whoever shows them asks `desk.permissions` first.
    """

    id: int
    number: str
    policy_id: int
    complainant_id: int | None
    reach: Reach
    sheets: frozenset[int]
    state: State
    next_due_at: int
    obligations: Sequence[Owed]
    history: Sequence[Entry]


class _Later(Sequence[T]):
    """Rows that are read when somebody looks at them: a ledger's history grows for ever."""

    __slots__ = ("_read", "_rows")

    def __init__(self, read: Callable[[], Iterable[T]]) -> None:
        self._read = read
        self._rows: tuple[T, ...] | None = None

    def _all(self) -> tuple[T, ...]:
        if self._rows is None:
            self._rows = tuple(self._read())
        return self._rows

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == (tuple(other) if isinstance(other, Sequence) else other)

    __hash__ = None  # type: ignore[assignment]


def case_page(number: str, viewer: Viewer) -> CasePage | None:
    """The case of that number as the viewer may see it; None where there is none for them."""
    row = _kept(number)
    if row is None:
        return None
    access = access_to(row.id)
    facts = CaseFacts(row.policy, row.unit, row.about_person, row.about_unit, access)
    seen = reach(viewer, facts)
    if seen is Reach.NOTHING:
        return None
    page = _whole(row)
    if seen is Reach.WHOLE:
        return page
    seats = viewer.all_seats
    sheets = frozenset(one.sheet for one in access if one.sheet and one.seat in seats)
    return replace(
        page,
        reach=seen,
        sheets=sheets,
        obligations=_Later(
            lambda: (one for one in page.obligations if one.sheet in sheets or one.seat in seats)
        ),
        history=_Later(lambda: (entry for entry in page.history if entry.sheet in sheets)),
    )


class _Kept(NamedTuple):
    """What the records keep of a case and a page of it needs."""

    id: int
    number: str
    policy_id: int
    complainant_id: int | None
    state: str
    next_due_at: int
    query_code_hash: str
    policy: str
    unit: str
    about_person: str
    about_unit: str


def _kept(number: str, *, ledger: bool | None = None) -> _Kept | None:
    return next(map(_Kept._make, _case(number, ledger=ledger)), None)


@prepared
def _case(number: str, *, ledger: bool | None = None) -> "QuerySet[Case, Row]":
    rows = Case.objects.filter(number=number)
    if ledger is not None:
        rows = rows.filter(ledger=ledger)
    return rows.values_list(
        "id", "number", "policy_id", "complainant_id", as_text("state"), "next_due_at",
        "query_code_hash", "policy_code", "unit", "about_person", "about_unit",
    )  # fmt: skip


def portal_case(number: str, query_code_hash: str) -> CasePage | None:
    """The case of a customer who knows its query code, given the code's hash; whole, for the portal."""
    row = _kept(number, ledger=False)
    return _whole(row) if row and row.query_code_hash == query_code_hash != "" else None


def case_of_customer(number: str) -> CasePage | None:
    """A case for what is sent to its customer, who needs no code for that; never for a page."""
    row = _kept(number, ledger=False)
    return _whole(row) if row else None


def _whole(row: _Kept) -> CasePage:
    state = state_of(row.state)
    return CasePage(
        row.id,
        row.number,
        row.policy_id,
        row.complainant_id,
        Reach.WHOLE,
        frozenset(state.sheets),
        state,
        row.next_due_at,
        _Later(lambda: obligations_of(row.id)),
        _Later(lambda: history(row.id)),
    )


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who complained before; `cases` are those the viewer may see, newest first."""

    id: int
    name: str
    phone: str
    address: str
    caller: str
    cases: tuple[Listed, ...]


def find_party_by_phone(digits: str, viewer: Viewer, limit: int = 10) -> list[Customer]:
    """Customers by phone number, digits only: the whole number, or its last four.

    Only those of whom the viewer may see a case.
    """
    rows = Party.objects.all()
    if len(digits) == 4:
        rows = rows.filter(phone_end=digits)
    elif digits:
        rows = rows.filter(phone=digits)
    else:
        return []
    seen = visible_cases(viewer).filter(complainant_id__isnull=False)
    found: list[Customer] = []
    for party in rows.filter(pk__in=seen.values("complainant_id")).order_by("-id")[:limit]:
        cases, _ = case_list(viewer, Filters(complainant=party.pk), limit=5)
        found.append(
            Customer(party.pk, party.name, party.phone, party.address, party.caller, tuple(cases))
        )
    return found
