"""The events of a case as people read them: all of them, the newest, those of one sheet; who did what."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bihuan.records.models import Event
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.sealing import unseal

Json = Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a history as people read it. `erased`: its personal values were purged."""

    sequence: int
    kind: str
    by: str
    seat: str
    sheet: int
    at: int
    recorded_at: int
    data: dict[str, Json]
    effects: tuple[tuple[str, dict[str, Json]], ...]
    erased: bool


def history(case_id: int) -> Iterator[Entry]:
    """The events of a case in order, personal values in their places."""
    return map(entry_of, _events(case_id))


def newest(case_id: int, kind: str, most: int) -> tuple[Entry, ...]:
    """The last events of one kind in a case, at most so many, in order: of a ledger, which grows for ever."""
    return tuple(map(entry_of, reversed(_newest(case_id, kind, most=most))))


OF_ENTRY = (
    "sequence", "kind", "by", "seat", "sheet", "at", "recorded_at", "data", "effects", "private",
)  # fmt: skip


@prepared
def _events(case_id: int) -> "QuerySet[Event, Row]":
    return Event.objects.filter(case_id=case_id).order_by("sequence").values_list(*OF_ENTRY)


def on_sheet(case_id: int, sheet: int) -> tuple[Entry, ...]:
    """The events on one sheet of a case, in order; none where the number is 0."""
    return tuple(map(entry_of, _on_sheet(case_id, sheet))) if sheet else ()


@prepared
def _on_sheet(case_id: int, sheet: int) -> "QuerySet[Event, Row]":
    rows = Event.objects.filter(case_id=case_id, sheet=sheet).order_by("sequence")
    return rows.values_list(*OF_ENTRY)


def doers(case_id: int, acts: tuple[str, ...], sheet: int = 0) -> frozenset[str]:
    """Who did one of these acts in a case: on the case or that sheet of it, on any where none is named."""
    return frozenset(by for (by,) in _doers(case_id, acts, sheet))


@prepared
def _doers(case_id: int, acts: tuple[str, ...], sheet: int) -> "QuerySet[Event, Row]":
    rows = Event.objects.filter(case_id=case_id, kind__in=acts)
    if sheet:
        rows = rows.filter(sheet__in=(0, sheet))
    return rows.values_list("by")


@prepared
def _newest(case_id: int, kind: str, *, most: int) -> "QuerySet[Event, Row]":
    rows = Event.objects.filter(case_id=case_id, kind=kind).order_by("-sequence")
    return rows.values_list(*OF_ENTRY)[:most]


def entry_of(row: Row) -> Entry:
    """An event as people read it, personal values in their places; `row` has the columns `OF_ENTRY`."""
    *about, sealed, changes, private = row
    data, effects = unseal(sealed, changes, private)
    data.pop("record", None)
    erased = not private and '{"sealed":' in str(sealed).replace("'", '"')
    return Entry(*about, data, effects, erased)
