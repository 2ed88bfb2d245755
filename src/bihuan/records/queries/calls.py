"""Calls and lines as pages show them: what rings now, the newest, one; which lines there are."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from bihuan.records.models import Call, PhoneLine
from bihuan.records.queries.cases import Key
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.visibility import Viewer, visible_cases

RINGING = 4 * 3600  # a call that began earlier and never ended was not told to its end


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as administrators see it."""

    code: str
    name: str
    unit: str
    names: dict[str, str]
    ended_at: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `case` is empty where nothing was registered from it, or the viewer may not see it."""

    id: int
    line: str
    number: str
    agent: str
    person: str
    recording: str
    rang_at: int
    answered_at: int
    ended_at: int
    case: str
    message: int


def lines() -> list[LineRow]:
    """Every line there was, by code."""
    rows = PhoneLine.objects.order_by("code").values_list(
        "code", "name", "unit", "names", "ended_at"
    )
    return [LineRow(*row) for row in rows]


def ringing(units: Collection[str], person: str, now: int) -> list[CallRow]:
    """The calls to lines of these units that are not over and not registered, the person's own first."""
    rows = _ringing(list(units), person, now - RINGING)
    found = [CallRow(*row) for row in rows]
    return sorted(found, key=lambda row: row.person != person)


@prepared
def _ringing(units: list[str], person: str, since: int) -> "QuerySet[Call, Row]":
    rows = Call.objects.filter(
        line__unit__in=units,
        ended_at=0,
        case=None,
        rang_at__gt=since,
        person__in=("", person),
    )
    return _columns(rows.order_by("-rang_at", "-id"))[:5]


def call_list(
    viewer: Viewer, units: Collection[str], after: Key | None = None, limit: int = 50
) -> tuple[list[CallRow], Key | None]:
    """The calls to lines of these units, newest first, and where to go on (None: that is all)."""
    rows = Call.objects.filter(line__unit__in=units)
    if after:
        rows = rows.filter(rang_at__lte=after.at).exclude(rang_at=after.at, id__gte=after.id)
    found = _read(rows.order_by("-rang_at", "-id")[: limit + 1], viewer)
    if len(found) <= limit:
        return found, None
    return found[:limit], Key(found[limit - 1].rang_at, found[limit - 1].id)


def call_page(units: Collection[str], call: int) -> CallRow | None:
    """One call to a line of these units, or None."""
    return next(iter(_read(Call.objects.filter(pk=call, line__unit__in=units))), None)


def _columns(rows: "QuerySet[Call]") -> "QuerySet[Call, Row]":
    return rows.values_list(
        "pk", "line__name", "number", "agent", "person", "recording", "rang_at", "answered_at",
        "ended_at", Coalesce("case__number", Value("")), Coalesce("message_id", 0),
    )  # fmt: skip


def _read(rows: "QuerySet[Call]", viewer: Viewer | None = None) -> list[CallRow]:
    found = [CallRow(*row) for row in _columns(rows)]
    if viewer is None:
        return found
    numbers = {row.case for row in found if row.case}
    seen = set(
        visible_cases(viewer).filter(number__in=numbers).values_list("number", flat=True)
    )  # fmt: skip
    return [row if row.case in seen else replace(row, case="") for row in found]
