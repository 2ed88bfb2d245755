"""Who is behind an account, and how the organisation is called."""

from dataclasses import dataclass

from bihuan.records.models import Person, Site


@dataclass(frozen=True, slots=True)
class Account:
    """The person of the organisation who signed in."""

    person_id: str
    name: str
    phone: str
    language: str
    is_administrator: bool
    is_auditor: bool


def account_of(user_id: int) -> Account | None:
    """The active person who has this account, or None."""
    row = (
        Person.objects.filter(user_id=user_id, active=True)
        .values_list("pk", "name", "phone", "language", "is_administrator", "is_auditor")
        .first()
    )
    return Account(str(row[0]), *row[1:]) if row else None


def organisation_name() -> str:
    """What the organisation is called; empty before the first run."""
    return Site.objects.values_list("organisation_name", flat=True).first() or ""
