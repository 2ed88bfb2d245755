"""Cases that may be one matter with another: looked up by what they have in common, then compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bihuan.engine.alike import (
    READ,
    THINGS,
    WINDOW,
    Group,
    Likeness,
    Told,
    Traits,
    group_of,
    groups_of,
    keys_of,
    likeness,
)
from bihuan.records.models import Case
from bihuan.records.queries.cases import Listed, as_listed
from bihuan.records.queries.visibility import Viewer, visible_cases
from bihuan.records.wording import fold

Json = Any
MOST_COMPARED = 80
_EACH = 40  # the newest that share one thing
_PEOPLE = 10


def told_of(
    key: int, facts: Mapping[str, Json], at: int, complainant: object, received_by: str
) -> Told:
    """What of a case is compared, from the facts it has."""
    return Told(
        key,
        fold(str(facts.get("content") or "")[:READ]),
        at,
        str(complainant or ""),
        received_by,
        str(facts.get("about_unit") or ""),
        str(facts.get("about_person") or ""),
        str(facts.get("category") or ""),
        {name: str(facts[name]) for name in THINGS if facts.get(name)},
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """What a case is alike: each case with how it is, and all of them together."""

    found: tuple[tuple[Listed, Likeness], ...]
    group: Group | None


def alike(viewer: Viewer, told: Told, *, without: Iterable[str] = (), limit: int = 6) -> Alike:
    """Cases that may be one matter with `told`, the likest first: those the viewer may see, but for some.

    All of them are counted in the group; `limit` of them are named.
    """
    mine = Traits(told)
    found = [
        one for one in (likeness(mine, other) for other in _near(viewer, told, without)) if one
    ]
    order = {"duplicate": 0, "repeat": 1, "collective": 2}
    found.sort(key=lambda one: (order[one.kind], -one.share, -one.other.key))
    rows = {row.id: row for row in as_listed(
        Case.objects.filter(pk__in=[one.other.key for one in found[:limit]])
    )}  # fmt: skip
    named = tuple((rows[one.other.key], one) for one in found[:limit] if one.other.key in rows)
    return Alike(named, group_of(told, found))


def alike_case(viewer: Viewer, case_id: int, limit: int = 6) -> Alike:
    """The cases that may be one matter with this one and are not linked with it."""
    row = Case.objects.get(pk=case_id)
    facts = row.state.get("facts", {})
    told = told_of(row.pk, facts, row.registered_at, row.complainant_id, row.unit)
    return alike(viewer, told, without=row.state.get("links", {}), limit=limit)


def _near(viewer: Viewer, told: Told, without: Iterable[str] = ()) -> list[Traits]:
    """The cases that share most with it, newer ones first: as many as are compared."""
    first = _first_since(told.at - WINDOW)
    if first is None:
        return []
    counts: dict[int, int] = {}
    for case in _sharing(told, first):
        counts[case] = counts.get(case, 0) + 1
    counts.pop(told.key, None)
    chosen = sorted(counts, key=lambda case: (-counts[case], -case))[:MOST_COMPARED]
    rows = visible_cases(viewer).filter(pk__in=chosen, ledger=False).exclude(ended="purged")
    rows = rows.exclude(number__in=list(without)) if without else rows
    return [_traits(*row) for row in rows.values_list(*_READ)]


_READ = ("id", "state", "registered_at", "complainant_id", "unit")


def _traits(
    key: int, state: dict[str, Json], at: int, complainant: int | None, unit: str
) -> Traits:
    return Traits(told_of(key, state.get("facts", {}), at, complainant, unit))


def _first_since(at: int) -> int | None:
    rows = Case.objects.filter(registered_at__gte=at).order_by("registered_at", "id")
    return rows.values_list("id", flat=True).first()


def _sharing(told: Told, first: int) -> list[int]:
    """The newest cases under each key, of the same unit and category, of the same complainant; often more than once."""
    parts: list[str] = []
    given: list[int | str] = []
    for key in sorted(keys_of(Traits(told))):
        parts.append("SELECT case_id FROM records_trait WHERE key = %s AND case_id >= %s "
                     "ORDER BY key DESC, case_id DESC")  # fmt: skip
        given += [key, first]
    limits = [_EACH] * len(parts)
    if told.unit:
        parts.append("SELECT id FROM records_case WHERE about_unit = %s AND registered_at >= %s "
                     "ORDER BY about_unit DESC, registered_at DESC, id DESC")  # fmt: skip
        given += [told.unit, told.at - WINDOW]
        limits.append(_EACH * 2)
    if told.complainant:
        parts.append("SELECT id FROM records_case WHERE complainant_id = %s AND id >= %s "
                     "ORDER BY id DESC")  # fmt: skip
        given += [int(told.complainant), first]
        limits.append(_PEOPLE)
    if not parts:
        return []
    statement = " UNION ALL ".join(
        f"SELECT * FROM ({part} LIMIT {limit}) AS part{place}"  # noqa: S608
        for place, (part, limit) in enumerate(zip(parts, limits, strict=True))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Found:
    """Cases since an instant that are taken for one matter, and why."""

    numbers: tuple[str, ...]
    group: Group


def groups_since(viewer: Viewer, since: int) -> list[Found]:
    """All groups of two and more among the cases registered since then, the largest first."""
    rows = visible_cases(viewer).filter(registered_at__gte=since, ledger=False)
    rows = rows.exclude(ended="purged").order_by("id")
    known: dict[int, Traits] = {}
    numbers: dict[int, str] = {}
    likes: dict[int, dict[int, Likeness]] = {}
    for number, *row in rows.values_list("number", *_READ).iterator(chunk_size=500):
        mine = _traits(*row)
        key = mine.told.key
        known[key], numbers[key] = mine, number
        for case in dict.fromkeys(_sharing(mine.told, min(known))):
            if case != key and case in known and (found := likeness(mine, known[case])):
                likes.setdefault(key, {})[case] = found
                back = likeness(known[case], mine)
                if back:
                    likes.setdefault(case, {})[key] = back
    shares = {one: {two: found.share for two, found in near.items()} for one, near in likes.items()}
    made = []
    for members in groups_of(shares):
        first = max(members, key=lambda one: len(likes[one].keys() & members))
        near = [found for two, found in likes[first].items() if two in members]
        beyond = members - {first} - likes[first].keys()
        near += [Likeness("collective", known[two].told, 0.0, ()) for two in beyond]
        if group := group_of(known[first].told, near):
            made.append(Found(tuple(numbers[one] for one in sorted(members)), group))
    return made
