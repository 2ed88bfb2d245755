"""Registering a case, and the form that a policy asks for it."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Schema
from pydantic import ConfigDict, Field

from bihuan.channels.api import values
from bihuan.channels.api.act_schemas import KINDS
from bihuan.channels.api.acts import (
    REPEATS,
    ActId,
    FieldOut,
    answer,
    field_out,
    refuse_wrong,
    repeats,
)
from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.cases import router
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused
from bihuan.channels.api.values import Instant
from bihuan.desk import in_force, intake, permissions, worlds
from bihuan.engine.forms import fact_field, registration_form
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.words import Text

Json = Any
_ENVELOPE = ("unit", "at", "act_id")


class Registering(Schema):
    """A complaint, by the policy's names for what is told; GET /registration lists them.

    `unit`: who received it (the caller's own unless given); `at`: when it was said. The same
    `act_id` (or header Idempotency-Key) brings the first number again.
    """

    model_config = ConfigDict(extra="allow")

    kind: Annotated[str, Field(max_length=60)] = "complaint"
    channel: Annotated[str, Field(max_length=60)] = ""
    content: str = ""
    name: str = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(max_length=500)] = ""
    unit: Annotated[str, Field(max_length=60)] = ""
    at: Instant | None = None
    act_id: ActId = ""


class Registered(Schema):
    """The new case. `query_code` is for the customer; it is not kept and comes only this once."""

    number: str
    query_code: str
    repeated: bool


@router.post(
    "/cases",
    response={201: Registered, PROBLEMS: Problem},
    auth=may("register"),
    openapi_extra={"parameters": [REPEATS]},
)
def register_case(request: Request, told: Registering) -> HttpResponse:
    caller = request.auth
    unit = _unit(caller, told.unit)
    version = in_force.policy_for(unit, told.kind, caller.now)
    if version is None:
        raise Refused(intake.NO_POLICY)
    policy = worlds.policy_of(version.pk)
    sent = told.model_dump(exclude_unset=True)
    facts = {name: value for name, value in sent.items() if name not in _ENVELOPE}
    data, wrong = values.values(facts, kinds_of(policy), caller.person)
    refuse_wrong(wrong)
    data.setdefault("kind", told.kind)
    data.setdefault("channel", next(iter(policy.channels), ""))
    done = intake.register(
        data,
        by=caller.person,
        unit=unit,
        now=caller.now,
        policy=version.pk,
        act_id=repeats(request, told.act_id),
        at=told.at,
    )
    if done.refusal:
        raise Refused(done.refusal)
    body = {
        "number": done.number,
        "query_code": done.query_code,
        "repeated": done.performed.repeated,
    }
    return answer(body, 201)


def _unit(caller: Caller, asked: str) -> str:
    """The unit that received it: one's own, or one whose intake is in one's line."""
    if not permissions.may_register(caller.viewer, caller.policies):
        raise Refused(
            Refusal("not-yours", Text("您不接收投诉", "you do not take complaints in")), 403
        )
    own = permissions.receiving_unit(caller.person, caller.organisation)
    if asked in ("", own):
        return own
    if asked not in caller.organisation.units:
        right = Text("已有的部门或单位", "a unit there is")
        raise Refused(refuse("bad-value", at="unit", field="unit", right=right))
    if not any(line.everywhere or asked in line.units for line in caller.viewer.lines.values()):
        text = Text("不归您接收此部门的投诉", "complaints to this unit are not yours to take in")
        raise Refused(Refusal("not-yours", text, field="unit"))
    return asked


def kinds_of(policy: Policy) -> dict[str, str]:
    """The kind of everything that may be told when a case is registered."""
    facts = {name: fact_field(fact).kind for name, fact in policy.facts.items()}
    return KINDS["register"] | facts


class RegistrationForm(Schema):
    """What may be told when a case is registered here now."""

    policy: str
    version: int
    unit: str
    fields: list[FieldOut]


@router.get(
    "/registration", response={200: RegistrationForm, PROBLEMS: Problem}, auth=may("register")
)
def read_registration_form(
    request: Request,
    kind: Annotated[str, Field(max_length=60)] = "",
    unit: Annotated[str, Field(max_length=60)] = "",
) -> dict[str, Json]:
    caller = request.auth
    at = _unit(caller, unit)
    version = in_force.policy_for(at, kind, caller.now)
    if version is None:
        raise Refused(intake.NO_POLICY)
    policy = worlds.policy_of(version.pk)
    return {
        "policy": policy.code,
        "version": policy.version,
        "unit": at,
        "fields": [field_out(field) for field in registration_form(policy).fields],
    }
