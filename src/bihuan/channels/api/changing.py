"""Changes of the organisation by programs: units, who sits where, who is away, people; for administrators."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from ninja import Body, Router, Schema
from pydantic import Field

from bihuan.channels.api.callers import Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused
from bihuan.channels.api.values import Instant
from bihuan.desk import changes, people
from bihuan.desk import organisation as desk
from bihuan.engine.refusal import Refusal

Json = Any
router = Router(tags=["organisation"])
Code = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
PersonId = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]


class _Dated(Schema):
    at: Instant | None = None


class AddUnit(_Dated):
    """A new unit below `parent`."""

    change: Literal["add_unit"]
    code: Code
    name: Line
    kind: Line
    parent: Code = ""


class RenameUnit(_Dated):
    """A unit is called otherwise."""

    change: Literal["rename_unit"]
    code: Code
    name: Line


class MoveUnit(_Dated):
    """A unit comes below another."""

    change: Literal["move_unit"]
    code: Code
    parent: Code


class CloseUnit(_Dated):
    """A unit ends."""

    change: Literal["close_unit"]
    code: Code


class Hold(_Dated):
    """A person gets a post in a unit, or becomes deputy for it; `until`: it ends then."""

    change: Literal["hold"]
    person: PersonId
    post: Code
    unit: Code = ""
    deputy: bool = False
    until: Instant | None = None


class EndHolding(_Dated):
    """A person leaves a post."""

    change: Literal["end_holding"]
    person: PersonId
    post: Code
    unit: Code = ""
    deputy: bool = False


class Away(_Dated):
    """A person is away, from `at` (now) on; meanwhile deputies act."""

    change: Literal["away"]
    person: PersonId
    until: Instant | None = None


class Back(_Dated):
    """A person is back."""

    change: Literal["back"]
    person: PersonId


class AddPerson(Schema):
    """A new person; with a user name they get an account and an invitation."""

    change: Literal["add_person"]
    name: Line
    username: Line = ""
    phone: Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    language: Literal["zh-hans", "en"] = "zh-hans"


Change = Annotated[
    AddUnit | RenameUnit | MoveUnit | CloseUnit | Hold | EndHolding | Away | Back | AddPerson,
    Field(discriminator="change"),
]


class Changed(Schema):
    """That it was changed. Of a new person: their id, and the token of the invitation, shown this once."""

    change: str
    person: str = ""
    invitation: str = ""


@router.post("/organisation/changes", response={200: Changed, PROBLEMS: Problem}, auth=may("admin"))
def change_organisation(request: Request, asked: Body[Change]) -> dict[str, Json]:
    caller = request.auth
    with changes.by(caller.person):
        done = _DOES[asked.change](asked, caller.now)
    if isinstance(done, Refusal):
        raise Refused(done, 422 if done.field else 409)
    found = {"change": asked.change}
    if isinstance(asked, AddPerson):
        person, invitation = done
        found |= {"person": str(person.pk), "invitation": invitation}
    return found


_DOES: dict[str, Callable[[Any, int], Any]] = {
    "add_unit": lambda one, now: desk.add_unit(
        one.code, one.name, one.kind, one.parent, at=one.at, now=now
    ),
    "rename_unit": lambda one, now: desk.rename(one.code, one.name, at=one.at, now=now),
    "move_unit": lambda one, now: desk.move(one.code, one.parent, at=one.at, now=now),
    "close_unit": lambda one, now: desk.close_unit(one.code, at=one.at, now=now),
    "hold": lambda one, now: desk.hold(
        int(one.person), one.post, one.unit,
        deputy=one.deputy, at=one.at, until=one.until, now=now,
    ),
    "end_holding": lambda one, now: desk.end_holding(
        int(one.person), one.post, one.unit, deputy=one.deputy, at=one.at, now=now
    ),
    "away": lambda one, now: desk.absence(
        int(one.person), now if one.at is None else one.at, one.until, now=now
    ),
    "back": lambda one, now: desk.end_absence(int(one.person), at=one.at, now=now),
    "add_person": lambda one, now: people.create_person(
        one.name, username=one.username, phone=one.phone, language=one.language, now=now
    ),
}  # fmt: skip
