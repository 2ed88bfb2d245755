"""The trail of administration and the reply templates, as pages list them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from bihuan.records.models import AdministrativeChange, ReplyTemplate
from bihuan.records.queries.prepared import Row, prepared

Json = Any
LONGEST_NAME = 200  # of what a change is about


@dataclass(frozen=True, slots=True)
class Change:
    """One change of administration: who (empty: the command line), when, what before and after."""

    id: int
    at: int
    by: str
    area: str
    what: str
    about: str
    before: list[dict[str, Json]]
    after: list[dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Template:
    """A reply template in use; `act` and `kind` empty: offered everywhere."""

    id: int
    name: str
    act: str
    kind: str
    zh: str
    en: str


def administrative_changes(
    *,
    area: str = "",
    person: str = "",
    words: str = "",
    since: int = 0,
    until: int = 0,
    before: int = 0,
    limit: int = 50,
) -> tuple[Change, ...]:
    """The newest changes first, narrowed as asked; `before`: only those older than this id."""
    rows = AdministrativeChange.objects.select_related("by")
    if area:
        rows = rows.filter(area=area)
    if person:
        rows = rows.filter(by_id=int(person)) if person.isdecimal() else rows.filter(by=None)
    if words:
        rows = rows.filter(
            Q(about__icontains=words) | Q(before__icontains=words) | Q(after__icontains=words)
        )
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if before:
        rows = rows.filter(pk__lt=before)
    return tuple(_change(row) for row in rows.order_by("-id")[:limit])


def last_change(
    area: str, what: Sequence[str] = ("change",), *, of: str = "", begins: str = "", holds: str = "",
    ends: str = "",
) -> Change | None:  # fmt: skip
    """The newest change of that sort in an area, `of` what is called so, or whose name begins, holds, ends so.

    None before the first.
    """
    rows = AdministrativeChange.objects.select_related("by").filter(area=area, what__in=what)
    called = f"^{re.escape(of[:LONGEST_NAME])}$" if of else ""
    for pattern in (
        called,
        begins and f"^{re.escape(begins)}",
        re.escape(holds),
        ends and f"{re.escape(ends)}$",
    ):
        if pattern:
            rows = rows.filter(about__regex=pattern)
    row = rows.order_by("-id").first()
    return _change(row) if row else None


def _change(row: AdministrativeChange) -> Change:
    by = row.by.name if row.by else ""
    return Change(row.pk, row.at, by, row.area, row.what, row.about, list(row.before), list(row.after))  # fmt: skip


def templates(act: str = "", kind: str = "") -> tuple[Template, ...]:
    """The reply templates in use by name; with an act, those offered for it in a case of this kind."""
    return tuple(Template(*row) for row in _templates((act, kind) if act else None))


@prepared
def _templates(of: tuple[str, str] | None) -> "QuerySet[ReplyTemplate, Row]":
    rows = ReplyTemplate.objects.filter(withdrawn_at=None).order_by("name", "id")
    if of:
        act, kind = of
        rows = rows.filter(act__in=("", act), kind__in=("", kind))
    return rows.values_list("pk", "name", "act", "kind", "zh", "en")
