"""Purges: what was personal is erased and a certificate is kept; the history's hashes stay verifiable."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import connection, transaction

from bihuan.desk import files, purging, rebuild
from bihuan.desk.sweep import sweep
from bihuan.records.models import Document, Obligation, PaperTemplate, PurgeCertificate, Received
from bihuan.records.models import Event as EventRow


@dataclass(frozen=True, slots=True)
class Coming:
    """A record whose purge is owed: its number, the row of `keep`, when it is due."""

    number: str
    rule: str
    due_at: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of purges came to. `errors`: number and error of records that failed."""

    certificates: tuple[int, ...]
    files: int
    errors: tuple[tuple[str, str], ...] = ()


def coming(*, until: int | None = None, limit: int = 200) -> tuple[Coming, ...]:
    """The records whose purge is owed, nearest first; with `until`, those due by then."""
    rows = Obligation.objects.filter(act="purge", state="open")
    if until is not None:
        rows = rows.filter(due_at__lte=until)
    found = rows.order_by("due_at", "case_id").values_list("case__number", "row", "due_at")[:limit]
    return tuple(Coming(number, row, max(due, 0)) for number, row, due in found)


def purge(now: int) -> Report:
    """Purge every record whose time of keeping is over at `now`, and remove the files it leaves."""
    before = PurgeCertificate.objects.order_by("-id").values_list("id", flat=True).first() or 0
    swept = sweep(now)
    made = PurgeCertificate.objects.filter(id__gt=before).order_by("id")
    return Report(tuple(made.values_list("id", flat=True)), remove_files(now), swept.errors)


# -- Afterwards ------------------------------------------------------------------------------------


def remove_files(_now: int) -> int:
    """Remove the stored files that purges left and nothing else names; how many.

    A file cannot take part in a transaction: what is to go is noted with the purge and goes after
    it, so that a crash in between leaves the note.
    """
    removed = 0
    for certificate in PurgeCertificate.objects.exclude(files_left=[]).order_by("id"):
        for digest in certificate.files_left:
            place = files.path_of(digest)
            if not _named(digest) and default_storage.exists(place):
                default_storage.delete(place)
                removed += 1
        PurgeCertificate.objects.filter(pk=certificate.pk).update(files_left=[])
    return removed


def _named(digest: str) -> bool:
    return (
        EventRow.objects.filter(private__contains=digest).exists()
        or Document.objects.filter(file__startswith=digest).exists()
        or Received.objects.filter(digest=digest).exists()
        or PaperTemplate.objects.filter(file__startswith=digest).exists()
    )


def broken_certificates() -> Iterator[tuple[str, str]]:
    """Numbers of purged records whose certificate is missing or altered, or that still hold values."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.number, e.sequence, e.hash, c.id FROM records_event e "
            "JOIN records_case c ON c.id = e.case_id WHERE e.kind = 'purge' ORDER BY e.id"
        )
        purges = cursor.fetchall()
    for number, place, head, case_id in purges:
        made = PurgeCertificate.objects.filter(case_id=case_id, sequence=place).first()
        if made is None:
            yield number, "missing"
        elif made.hash != purging.hash_of(made) or made.head != head:
            yield number, "altered"
        else:
            row = EventRow.objects.get(case_id=case_id, sequence=place)
            event = rebuild.events_of([row])[0]
            if any(True for _ in purging.concerned(case_id, event)):
                yield number, "values"
