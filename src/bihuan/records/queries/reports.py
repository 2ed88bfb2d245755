"""Issued reports: those a reader may have, and one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bihuan.records.models import Event, IssuedReport
from bihuan.records.queries.entries import OF_ENTRY, Entry, entry_of
from bihuan.records.queries.find import seen_whole
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.visibility import Viewer, visible_cases

Json = Any
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Issued:
    """A report as it was issued."""

    id: int
    name: str
    policy_id: int
    ledger: str
    sheet: int
    unit: str
    period: str
    as_of: int
    issued_at: int
    hash: str
    names: dict[str, str]
    figures: dict[str, Json]


_COLUMNS = (
    "id", "name", "policy_id", "case__number", "sheet", "unit", "period", "as_of", "issued_at",
    "hash", "names",
)  # fmt: skip


def reports_for(viewer: Viewer, *, limit: int = 60) -> list[Issued]:
    """The reports the viewer may read, the newest first, without their figures."""
    return list(_readable(viewer, limit))


def report_for(viewer: Viewer, pk: int) -> Issued | None:
    """The report of that id with its figures, where the viewer may read it."""
    readers, case_id, *values = next(iter(_issued(pk)), (None, 0))
    if readers is None or not _may_read(viewer, readers, case_id):
        return None
    return Issued(*values)


@prepared
def _issued(pk: int) -> "QuerySet[IssuedReport, Row]":
    rows = IssuedReport.objects.filter(pk=pk)
    return rows.values_list("readers", "case_id", *_COLUMNS, "figures")


def report_of_sheet(number: str, sheet: int) -> int | None:
    """The id of the whole report that belongs to a sheet of a ledger."""
    rows = IssuedReport.objects.filter(case__number=number, sheet=sheet, unit="")
    return rows.values_list("pk", flat=True).first() if sheet else None


def newest_of_row(number: str, name: str) -> int | None:
    """The id of the newest whole report of a row of rhythm in a ledger."""
    rows = IssuedReport.objects.filter(case__number=number, name=name, unit="").order_by("-as_of")
    return rows.values_list("pk", flat=True).first()


def done_on(report: Issued, act: str) -> list[Entry]:
    """What people did on a whole report, in order: on its sheet, or `act` until the next one was issued."""
    if report.sheet:
        return list(map(entry_of, _done_on_sheet(report.ledger, report.sheet)))
    return list(map(entry_of, _done_until_next(report.ledger, report.name, report.as_of, act)))


@prepared
def _done_on_sheet(ledger: str, sheet: int) -> "QuerySet[Event, Row]":
    rows = Event.objects.filter(case__number=ledger, sheet=sheet).exclude(by="system")
    return rows.order_by("sequence").values_list(*OF_ENTRY)


@prepared
def _done_until_next(ledger: str, name: str, as_of: int, act: str) -> "QuerySet[Event, Row]":
    later = IssuedReport.objects.filter(case=OuterRef("case"), name=name, as_of__gt=as_of)
    until = Coalesce(Subquery(later.order_by("as_of").values("as_of")[:1]), _NEVER)
    rows = Event.objects.filter(case__number=ledger, sheet=0, kind=act, at__gte=as_of, at__lt=until)
    return rows.exclude(by="system").order_by("sequence").values_list(*OF_ENTRY)


def _readable(viewer: Viewer, limit: int) -> Iterator[Issued]:
    rows = IssuedReport.objects.order_by("-as_of", "-id")
    having = IssuedReport.objects.order_by().values_list("case_id", flat=True).distinct()
    ledgers = set(visible_cases(viewer).filter(pk__in=list(having)).values_list("pk", flat=True))
    found = 0
    for readers, case_id, *values in rows.values_list("readers", "case_id", *_COLUMNS).iterator():
        if case_id in ledgers or viewer.seats & set(readers):
            yield Issued(*values, figures={})
            found += 1
            if found == limit:
                return


def _may_read(viewer: Viewer, readers: list[str], case_id: int) -> bool:
    if viewer.seats & set(readers):
        return True
    return bool(seen_whole(viewer, [case_id]))
