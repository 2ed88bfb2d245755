"""The organisation: its units, and who sits where."""

from typing import Any

from ninja import Router, Schema

from bihuan.channels.api.callers import Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem
from bihuan.desk import permissions
from bihuan.engine.organisation import seat
from bihuan.records.queries.accounts import organisation_name
from bihuan.records.queries.organisation import held_posts

Json = Any
router = Router(tags=["organisation"])


class UnitOut(Schema):
    """A unit of the tree; `parent` is empty at the top."""

    code: str
    name: str
    kind: str
    parent: str


class Seated(Schema):
    """Somebody in a seat (POST@UNIT), or deputy for it."""

    seat: str
    person: str
    name: str
    deputy: bool


class OrganisationOut(Schema):
    """The organisation as it is now. Who works for somebody else is told of the units alone."""

    name: str
    units: list[UnitOut]
    seats: list[Seated]


@router.get("/organisation", response={200: OrganisationOut, PROBLEMS: Problem}, auth=may("read"))
def read_organisation(request: Request) -> dict[str, Json]:
    caller = request.auth
    outside = not caller.is_administrator and permissions.is_outside(
        caller.person, caller.organisation, caller.policies
    )
    held = () if outside else held_posts(caller.now)
    return {
        "name": organisation_name(),
        "units": [
            {"code": one.code, "name": one.name, "kind": one.kind, "parent": one.parent}
            for one in caller.organisation.units.values()
        ],
        "seats": [
            {
                "seat": seat(one.post, one.unit),
                "person": one.person_id,
                "name": one.person,
                "deputy": one.deputy,
            }
            for one in held
            if one.from_at <= caller.now
        ],
    }
