"""What stands behind owed acts: the cases of a to-do list, and how many acts are owed at all."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bihuan.engine.case import Case as State
from bihuan.records.models import Case, CaseAccess, Obligation
from bihuan.records.models.json_text import as_text
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.states import state_of
from bihuan.records.queries.visibility import Viewer

MOST = 1000
MOST_SHEETS = 100


@dataclass(frozen=True, slots=True)
class Behind:
    """The case behind an owed act."""

    id: int
    number: str
    channel: str
    complainant: str
    phone: str
    state: State
    title: str
    message: int = 0  # the id of the message it is the ledger of


def cases_behind(viewer: Viewer, ids: Collection[int]) -> dict[int, Behind]:
    """The cases of these ids, without those the wall keeps from the viewer; one query."""
    rows = _cases(sorted(set(ids)), viewer.person_id, _walls(viewer))
    return {
        pk: Behind(
            pk,
            number,
            channel,
            name or "",
            phone or "",
            state_of(state),
            title or subject or "",
            message or 0,
        )
        for pk, number, channel, name, phone, state, title, message, subject in rows
    }


@prepared
def _cases(
    ids: list[int], person: str, walls: list[tuple[str, list[str]]]
) -> "QuerySet[Case, Row]":
    rows = Case.objects.filter(pk__in=ids).exclude(_walled(person, walls))
    return rows.values_list(
        "pk",
        "number",
        "channel",
        "complainant__name",
        "complainant__phone",
        as_text("state"),
        "title",
        "message__id",
        "message__subject",
    )


def sheets_of(seats: Collection[str]) -> list[Row]:
    """The sheets these seats were ever given in open cases, as (case id, number), newest case first."""
    return _sheets(sorted(seats))


@prepared
def _sheets(seats: list[str]) -> "QuerySet[CaseAccess, Row]":
    rows = CaseAccess.objects.filter(
        seat__in=seats, way=CaseAccess.Way.SHEET.value, sheet__gt=0, case__is_open=True
    )
    rows = rows.order_by("-case_id", "sheet").values_list("case_id", "sheet").distinct()
    return rows[:MOST_SHEETS]


def owed_count(viewer: Viewer) -> int:
    """How many acts the viewer owes, counted up to `MOST`."""
    return len(_owed_acts(sorted(viewer.seats), viewer.person_id, _walls(viewer)))


@prepared
def _owed_acts(
    seats: list[str], person: str, walls: list[tuple[str, list[str]]]
) -> "QuerySet[Obligation, Row]":
    rows = Obligation.objects.filter(state="open", seat__in=seats)
    return rows.exclude(_walled(person, walls, "case__")).values_list("number")[:MOST]


def _walls(viewer: Viewer) -> list[tuple[str, list[str]]]:
    """By policy, the persons in whose line the viewer stands."""
    return [(code, sorted(line.above)) for code, line in viewer.lines.items() if line.above]


def _walled(person: str, walls: list[tuple[str, list[str]]], prefix: str = "") -> Q:
    wall = Q(**{f"{prefix}about_person": person})
    for code, above in walls:
        wall |= Q(**{f"{prefix}policy_code": code, f"{prefix}about_person__in": above})
    return wall
