"""Who is rostered when, as the roster's page lists it."""

from typing import NamedTuple

from bihuan.records.models import Rostering


class Duty(NamedTuple):
    """A person on duty for a post of a unit from an instant until another."""

    id: int
    person_id: str
    person: str
    post: str
    unit: str
    from_at: int
    until_at: int


def duties(from_at: int, until_at: int, post: str = "", unit: str = "") -> tuple[Duty, ...]:
    """The duties that touch a time, of one seat where a post is given; by their beginning."""
    rows = Rostering.objects.filter(withdrawn_at=None, from_at__lt=until_at, until_at__gt=from_at)
    if post:
        rows = rows.filter(post=post, unit=unit)
    found = rows.order_by("from_at", "id").values_list(
        "id", "person_id", "person__name", "post", "unit", "from_at", "until_at"
    )
    return tuple(Duty(row[0], str(row[1]), *row[2:]) for row in found)
