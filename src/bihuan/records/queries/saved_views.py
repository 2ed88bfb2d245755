"""The views of the list of cases that a person has: their own, and those shared with them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bihuan.engine.organisation import post_of
from bihuan.records.models import SavedView
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.visibility import Viewer


@dataclass(frozen=True, slots=True)
class View:
    """A saved view; `shared`: "" for its owner, "*" for everybody, else a post."""

    id: int
    name: str
    query: str
    shared: str
    owner: str  # a person's id
    owner_name: str
    saved_at: int


def views_of(viewer: Viewer) -> list[View]:
    """What the viewer saved, then what was shared with them, each by name."""
    posts = {post_of(seat) for seat in viewer.seats}
    found = [
        View(number, name, query, shared, str(owner), owner_name, at)
        for number, name, query, shared, owner, owner_name, at in _views(
            int(viewer.person_id), sorted(posts)
        )
    ]
    return sorted(found, key=lambda view: (view.owner != viewer.person_id, view.name, view.id))


@prepared
def _views(person: int, posts: list[str]) -> "QuerySet[SavedView, Row]":
    rows = SavedView.objects.filter(
        Q(owner=person) | Q(shared="*") | Q(shared__in=posts), dropped_at=None
    )
    return rows.values_list("id", "name", "query", "shared", "owner_id", "owner__name", "saved_at")
