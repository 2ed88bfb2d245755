"""Who is behind an account, and how the organisation is called and shows itself."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from bihuan.records.models import Person, Site
from bihuan.records.queries.prepared import Row, prepared

_USER = tuple(field.attname for field in User._meta.concrete_fields)  # noqa: SLF001


def user_of(user_id: int) -> User | None:
    """The account of that id, as each request of somebody who is signed in asks for it."""
    found = _user(user_id)
    return User.from_db(DEFAULT_DB_ALIAS, _USER, found[0]) if found else None


@prepared
def _user(user_id: int) -> "QuerySet[User, Row]":
    return User.objects.filter(pk=user_id).values_list(*_USER)


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
    found = _person(user_id)
    return Account(str(found[0][0]), *found[0][1:]) if found else None


@prepared
def _person(user_id: int) -> "QuerySet[Person, Row]":
    rows = Person.objects.filter(user_id=user_id, active=True)
    return rows.values_list("pk", "name", "phone", "language", "is_administrator", "is_auditor")


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
    name, kept = found[0] if found else ("", None)
    words = (str((kept or {}).get(part, "")) for part in ("colour", "logo", "head", "foot"))
    return House(name, Look(*words))


@prepared
def _house() -> "QuerySet[Site, Row]":
    return Site.objects.values_list("organisation_name", "look")


def look() -> Look:
    """Colour, logo, head and foot of letters."""
    return house_of().look


def doors() -> dict[str, dict[str, str]]:
    """By channel, whether it is open and where customers reach it; only what an administrator said."""
    return Site.objects.values_list("doors", flat=True).first() or {}


def notice_ways() -> dict[str, Any]:
    """By kind of news, the ways it is told, and the quiet hours; only what an administrator said."""
    return Site.objects.values_list("notices", flat=True).first() or {}
