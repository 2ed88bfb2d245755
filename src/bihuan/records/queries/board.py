"""How units and posts stand: what they owe, what is late, how fast they were; for the manager's board."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from bihuan.records.models import Obligation
from bihuan.records.queries.visibility import Viewer, visible_cases

DAY = 86400
MOST_SOON, MOST_DONE = 3_000, 50_000
DONE = ("kept", "late")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit or a seat has open now: cases in hand it owes on, obligations, and how many of them are late."""

    name: str
    cases: int
    owed: int
    late: int


class Soon(NamedTuple):
    """An obligation that is due soon."""

    number: str
    title: str
    seat: str
    unit: str
    act: str
    sheet: int
    policy_id: int
    since_at: int
    due_at: int


class Took(NamedTuple):
    """How long one step took, and how long it was allowed, in seconds."""

    took: int
    limit: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How seats worked of late: the seconds each act took, sorted, and how many were done by when."""

    took: Mapping[tuple[str, str], list[int]] = field(default_factory=dict)
    done_at: Mapping[str, list[int]] = field(default_factory=dict)  # by seat, newest first


def _open(viewer: Viewer) -> "QuerySet[Obligation]":
    return Obligation.objects.filter(_seen(viewer), state="open")


def _seen(viewer: Viewer) -> Exists:
    """Asked of each obligation: as a list, all cases the viewer may see would be read for it."""
    return Exists(visible_cases(viewer).filter(pk=OuterRef("case_id")))


def standing(viewer: Viewer, by: str, now: int) -> list[Standing]:
    """What the viewer may see of open obligations, by "unit" or by "seat", the most late first."""
    in_hand = Q(case__is_open=True, case__ledger=False)
    rows = (
        _open(viewer)
        .values_list(by)
        .annotate(
            cases=Count("case", distinct=True, filter=in_hand),
            owed=Count("number"),
            late=Count("number", filter=Q(first_due_at__lt=now)),
        )
    )
    found = [Standing(*row) for row in rows]
    return sorted(found, key=lambda one: (-one.late, -one.owed, one.name))


def cases_in_hand(viewer: Viewer) -> int:
    """How many open cases the viewer may see, the organisation's own ledgers left out."""
    return visible_cases(viewer).filter(is_open=True, ledger=False).count()


def cases_overdue(viewer: Viewer, now: int) -> int:
    """How many of these cases still owe something that was due before now: those of the list."""
    late = {"first_due_at__gt": 0, "first_due_at__lt": now}
    return visible_cases(viewer).filter(is_open=True, ledger=False, **late).count()


def due_soon(viewer: Viewer, now: int, until: int) -> list[Soon]:
    """The open obligations that fall due in that time, nearest first."""
    rows = _open(viewer).filter(due_at__gte=now, due_at__lt=until).order_by("due_at", "case")
    columns = ("case__number", "case__title", "seat", "unit", "act", "sheet", "case__policy_id",
               "since_at", "due_at")  # fmt: skip
    return [Soon(*row) for row in rows.values_list(*columns)[:MOST_SOON]]


def pace(since: int) -> Pace:
    """How fast every seat did every act since then, over the newest obligations."""
    took: dict[tuple[str, str], list[int]] = defaultdict(list)
    done_at: dict[str, list[int]] = defaultdict(list)
    rows = Obligation.objects.filter(state__in=DONE, ended_at__gte=since).order_by("-ended_at")
    columns = rows.values_list("seat", "act", "since_at", "ended_at")
    for seat, act, opened, ended in columns[:MOST_DONE]:
        took[seat, act].append(ended - opened)
        done_at[seat].append(ended)
    return Pace({key: sorted(times) for key, times in took.items()}, dict(done_at))


def legs(viewer: Viewer, acts: Mapping[str, str], since: int) -> dict[tuple[str, str], list[Took]]:
    """The steps done since then, by name of the leg and unit.

    ``acts`` says for each act which leg it is; how long is reckoned from registration, but for a
    step of a note from when it was owed. A note's step belongs to the unit that owed it, a step of
    the case to the unit the case is about.
    """
    rows = Obligation.objects.filter(
        _seen(viewer), state__in=DONE, ended_at__gte=since, act__in=list(acts)
    )
    found: dict[tuple[str, str], list[Took]] = defaultdict(list)
    columns = ("act", "unit", "sheet", "since_at", "ended_at", "first_due_at")
    for act, unit, sheet, opened, ended, due, about, registered in rows.annotate(
        about=F("case__about_unit"), registered=F("case__registered_at")
    ).values_list(*columns, "about", "registered")[:MOST_DONE]:
        start, whose = (opened, unit) if sheet else (registered, about)
        found[acts[act], whose].append(Took(ended - start, due - start))
    return found
