"""People as the organisation's directory knows them."""

from dataclasses import dataclass

from django.db.models import Q

from bihuan.engine.organisation import post_of, unit_of
from bihuan.records.models import Holding, Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A person with what a directory says of them."""

    id: int
    directory_id: str
    name: str
    username: str
    phone: str
    email: str
    language: str
    active: bool


def entries(*, id: str = "", username: str = "", directory_id: str = "") -> tuple[Entry, ...]:  # noqa: A002
    """The people in order; narrowed to one by number, name to sign in with, or id in the directory."""
    rows = Person.objects.select_related("user", "telling")
    if id:
        rows = rows.filter(pk=int(id)) if id.isdecimal() and len(id) < 16 else rows.none()
    if username:
        rows = rows.filter(user__username__iexact=username)
    if directory_id:
        rows = rows.filter(directory_id=directory_id)
    return tuple(
        Entry(
            row.pk, row.directory_id, row.name, row.user.username if row.user else "", row.phone,
            row.telling.addresses.get("email", "") if hasattr(row, "telling") else "",
            row.language, row.active,
        )
        for row in rows.order_by("id")
    )  # fmt: skip


def holders(place: str, now: int) -> tuple[int, ...]:
    """Who holds a post in a unit now, not as deputy."""
    rows = Holding.objects.filter(
        Q(until_at=None) | Q(until_at__gt=now), post=post_of(place), unit=unit_of(place),
        deputy=False, withdrawn_at=None, from_at__lte=now,
    )  # fmt: skip
    return tuple(rows.order_by("id").values_list("person_id", flat=True))
