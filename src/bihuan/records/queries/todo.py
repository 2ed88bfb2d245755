"""What stands behind owed acts: the cases of a to-do list, and how many acts are owed at all."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from bihuan.engine.case import Case as State
from bihuan.records.models import Case, CaseAccess, Obligation
from bihuan.records.queries.visibility import Viewer

MOST = 1000


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
    rows = (
        Case.objects.filter(pk__in=set(ids))
        .exclude(_walled(viewer, ""))
        .values_list(
            "pk",
            "number",
            "channel",
            "complainant__name",
            "complainant__phone",
            "state",
            "title",
            "message__id",
            "message__subject",
        )
    )
    return {
        pk: Behind(
            pk,
            number,
            channel,
            name or "",
            phone or "",
            State.from_json(state),
            title or subject or "",
            message or 0,
        )
        for pk, number, channel, name, phone, state, title, message, subject in rows
    }


def sheets_of(seats: Collection[str], limit: int = 100) -> list[tuple[int, int]]:
    """The sheets these seats were ever given in open cases, as (case id, number), newest case first."""
    rows = CaseAccess.objects.filter(
        seat__in=sorted(seats), way=CaseAccess.Way.SHEET, sheet__gt=0, case__is_open=True
    )
    found = rows.order_by("-case_id", "sheet").values_list("case_id", "sheet").distinct()
    return list(found[:limit])


def owed_count(viewer: Viewer) -> int:
    """How many acts the viewer owes, counted up to `MOST`."""
    rows = Obligation.objects.filter(state="open", seat__in=sorted(viewer.seats))
    return rows.exclude(_walled(viewer, "case__"))[:MOST].count()


def _walled(viewer: Viewer, prefix: str) -> Q:
    wall = Q(**{f"{prefix}about_person": viewer.person_id})
    for code, line in viewer.lines.items():
        if line.above:
            wall |= Q(
                **{
                    f"{prefix}policy_code": code,
                    f"{prefix}about_person__in": sorted(line.above),
                }
            )
    return wall
