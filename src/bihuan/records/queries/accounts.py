"""Who is behind an account, and how the organisation is called and shows itself."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, Subquery

from bihuan.records.models import Site
from bihuan.records.queries.prepared import Row, prepared


@dataclass(frozen=True, slots=True)
class Account:
    """The person of the organisation who signed in."""

    person_id: str
    name: str
    phone: str
    language: str
    is_administrator: bool
    is_auditor: bool


def organisation_name() -> str:
    """What the organisation is called; empty before the first run."""
    return house_of().name


@dataclass(frozen=True, slots=True)
class Look:
    """How the organisation shows itself; empty: as Bihuan comes. `mark` changes with it."""

    colour: str
    logo: str
    head: str
    foot: str

    @property
    def mark(self) -> str:
        """What an address carries so that a browser asks for the new look."""
        return f"{self.colour.removeprefix('#')}{self.logo[:8]}"


@dataclass(frozen=True, slots=True)
class House:
    """Whose Bihuan this is: the name of the organisation, empty before the first run, and its look."""

    name: str
    look: Look


def house_of() -> House:
    """Name and look of the organisation, in one query."""
    found = _house()
    return _house_of(*found[0]) if found else _house_of("", None)


def _house_of(name: str | None, kept: dict[str, Any] | None) -> House:
    words = (str((kept or {}).get(part, "")) for part in ("colour", "logo", "head", "foot"))
    return House(name or "", Look(*words))


@prepared
def _house() -> "QuerySet[Site, Row]":
    return Site.objects.values_list("organisation_name", "look")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom each page is for: the account, the active person who has it, the house, and how often its
    organisation, calendars and documents were changed (None before the first run).
    """

    user: User
    account: Account | None
    house: House
    changes: tuple[int, int, int] | None


_USER = tuple(field.attname for field in User._meta.concrete_fields)  # noqa: SLF001
_SITE = (
    "organisation_name", "look", "organisation_changes", "calendar_changes", "library_changes",
)  # fmt: skip
_PERSON = ("pk", "name", "phone", "language", "is_administrator", "is_auditor", "active")


def signed_in(user_id: int) -> SignedIn | None:
    """All that is asked with each request of somebody who is signed in, in one query."""
    for row in _signed_in(user_id):
        user, rest = row[: len(_USER)], row[len(_USER) :]
        *person, active = rest[: len(_PERSON)]
        name, look, *changes = rest[len(_PERSON) :]
        return SignedIn(
            User.from_db(DEFAULT_DB_ALIAS, _USER, user),
            Account(str(person[0]), *person[1:]) if active else None,
            _house_of(name, look),
            None if None in changes else tuple(changes),
        )
    return None


@prepared
def _signed_in(user_id: int) -> "QuerySet[User, Row]":
    site = Site.objects.order_by("id")
    return User.objects.filter(pk=user_id).values_list(
        *_USER,
        *(f"person__{name}" for name in _PERSON),
        *(Subquery(site.values(name)[:1]) for name in _SITE),
    )


def signed_in_as(user: Any) -> SignedIn | None:
    """Whom a request is from, without asking again where the look-up of its session has asked."""
    found: SignedIn | None = getattr(user, "signed_in", None)
    return found or signed_in(user.pk)


def look() -> Look:
    """Colour, logo, head and foot of letters."""
    return house_of().look


def doors() -> dict[str, dict[str, str]]:
    """By channel, whether it is open and where customers reach it; only what an administrator said."""
    return Site.objects.values_list("doors", flat=True).first() or {}


def notice_ways() -> dict[str, Any]:
    """By kind of news, the ways it is told, and the quiet hours; only what an administrator said."""
    return Site.objects.values_list("notices", flat=True).first() or {}
