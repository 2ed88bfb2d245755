"""Certificates of what was purged, for pages and commands."""

from dataclasses import asdict, dataclass
from typing import Any

from bihuan.records.models import PurgeCertificate

Json = Any


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased of one record, how much of it, under which rule, when; and its hash."""

    id: int
    number: str
    policy_code: str
    policy_version: int
    rule: str
    what: tuple[str, ...]
    clauses: tuple[str, ...]
    kept_for: str
    kept_from: int
    due_at: int
    purged_at: int
    counts: dict[str, int]
    head: str
    hash: str

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values; instants are whole seconds."""
        return asdict(self)


def certificates_of(number: str) -> tuple[Certificate, ...]:
    """The certificates of one record, oldest first."""
    return tuple(
        _certificate(row) for row in PurgeCertificate.objects.filter(number=number).order_by("id")
    )


def newest_certificates(limit: int = 100) -> tuple[Certificate, ...]:
    """The certificates made last, newest first."""
    return tuple(_certificate(row) for row in PurgeCertificate.objects.order_by("-id")[:limit])


def _certificate(row: PurgeCertificate) -> Certificate:
    said: dict[str, Json] = {name: getattr(row, name) for name in Certificate.__slots__}
    return Certificate(**said | {"what": tuple(row.what), "clauses": tuple(row.clauses)})
