"""Acts on a case: which are possible now and why others are not, and doing one."""

import json
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import File, Router, Schema, UploadedFile
from pydantic import Field

from bihuan.channels.api import values
from bihuan.channels.api.act_schemas import KINDS
from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.cases import page_of
from bihuan.channels.api.problems import (
    PROBLEMS,
    OwingOut,
    Problem,
    Refused,
    language,
    missing,
    owing_said,
)
from bihuan.channels.api.values import Instant
from bihuan.desk import files, query_codes, reading, together, worlds
from bihuan.desk.perform import LONGEST_ACT_ID, perform
from bihuan.desk.stored import world_beside
from bihuan.engine import fields as engine
from bihuan.engine.acts import ACTS
from bihuan.engine.case import Act
from bihuan.engine.forms import fact_field
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import Possible
from bihuan.engine.words import Text
from bihuan.records.queries.cases import policy_of_case
from bihuan.records.queries.visibility import Reach

Json = Any
router = Router(tags=["acts"])
Sequence = Annotated[int, Field(ge=1, lt=2**31)]
ActId = Annotated[str, Field(max_length=LONGEST_ACT_ID)]


REPEATS: dict[str, Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST_ACT_ID},
}


# -- What is possible ------------------------------------------------------------------------------


class Choice(Schema):
    """A value a field may take."""

    value: str
    text: str


class FieldOut(Schema):
    """A field of a form. `when`: asked for only where that fact or field has that value."""

    name: str
    kind: str
    text: str
    required: bool
    choices: list[Choice]
    when: list[str]


class Why(Schema):
    """Why an act cannot be done now, and who owes what is missing."""

    code: str
    text: str
    field: str
    clauses: list[str]
    owing: list[OwingOut]


class PossibleOut(Schema):
    """An act one may think of in a case: its form, and the refusal where it cannot be done now."""

    act: str
    text: str
    sheet: int
    expected: bool
    clauses: list[str]
    outcomes: list[Choice]
    fields: list[FieldOut]
    refusal: Why | None


@router.get(
    "/cases/{number}/acts", response={200: list[PossibleOut], PROBLEMS: Problem}, auth=may("read")
)
def list_acts(request: Request, number: str) -> list[dict[str, Json]]:
    caller = request.auth
    page = page_of(caller, number)
    world = world_beside(page.state, worlds.ruling(page.policy_id, caller.now).world, caller.now)
    offered = reading.offers(page, caller.viewer, world, caller.now)
    return [_possible(one) for one in offered if one.act in ACTS]


def _possible(one: Possible) -> dict[str, Json]:
    lang = language()
    return {
        "act": one.act,
        "text": ACTS[one.act].text.in_(lang),
        "sheet": one.sheet,
        "expected": one.expected,
        "clauses": list(one.clauses),
        "outcomes": [
            {"value": outcome.name, "text": outcome.text.in_(lang)} for outcome in one.outcomes
        ],
        "fields": [field_out(field) for field in one.fields],
        "refusal": why(one.refusal) if one.refusal else None,
    }


def why(refusal: Refusal) -> dict[str, Json]:
    """A refusal in the reader's language."""
    lang = language()
    return {
        "code": refusal.code,
        "text": refusal.text.in_(lang),
        "field": refusal.field,
        "clauses": list(refusal.clauses),
        "owing": [owing_said(item, lang) for item in refusal.owing],
    }


def field_out(field: engine.Field) -> dict[str, Json]:
    """A field of a form in the reader's language."""
    lang = language()
    return {
        "name": field.name,
        "kind": field.kind,
        "text": field.text.in_(lang),
        "required": field.required,
        "choices": [{"value": name, "text": text.in_(lang)} for name, text in field.choices],
        "when": list(field.when or ()),
    }


# -- Doing one -------------------------------------------------------------------------------------


class ActIn(Schema):
    """An act. `data`: its fields, as GET …/acts lists them for this case; `at`: when it happened.

    The same `act_id` (or header Idempotency-Key) brings what came of it the first time.
    """

    act: Annotated[str, Field(max_length=60)]
    sheet: Annotated[int, Field(ge=0, lt=2**31)] = 0
    data: dict[str, Json] = {}
    at: Instant | None = None
    act_id: ActId = ""


class Done(Schema):
    """What came of an act: the events `first` to `last` of the case's history are its.

    `query_code`: of renew_code, the new one for the customer; it is not kept.
    """

    number: str
    act: str
    repeated: bool
    first: int
    last: int
    query_code: str = ""


@router.post(
    "/cases/{number}/acts",
    response={200: Done, PROBLEMS: Problem},
    auth=may("act"),
    openapi_extra={
        "parameters": [REPEATS],
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Act"}}}
        },
    },
)
def do_act(request: Request, number: str, asked: ActIn) -> HttpResponse:
    caller = request.auth
    data = _data(caller, number, asked)
    act = Act(asked.act, caller.person, asked.at or caller.now, data, asked.sheet)
    act_id = repeats(request, asked.act_id)
    done = perform(act, case_number=number, act_id=act_id, now=caller.now)
    if done.refusal:
        raise Refused(done.refusal, events=done.events)
    return answer(
        {
            "number": done.number,
            "act": asked.act,
            "repeated": done.repeated,
            "first": done.first,
            "last": done.last,
            "query_code": query_codes.renewed(done.number, caller.person, act_id or "")
            if asked.act == query_codes.RENEW
            else "",
        }
    )


def repeats(request: Request, act_id: str) -> str | None:
    """The id by which a request sent again is known: as the body or as its header says it."""
    return act_id or request.headers.get(str(REPEATS["name"])) or None


def answer(body: dict[str, Json], status: int = 200) -> HttpResponse:
    """A body that is of its form by the way it is made: the two busiest operations check no more."""
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), "application/json; charset=utf-8", status
    )


def _data(caller: Caller, number: str, asked: ActIn) -> dict[str, Json]:
    if asked.act not in ACTS:
        raise Refused(
            Refusal(
                "unknown-act",
                Text(f"没有名为“{asked.act}”的动作", f"there is no act called '{asked.act}'"),
                field="act",
            )
        )
    kinds = KINDS[asked.act]
    if not asked.data.keys() <= kinds.keys():
        policy = policy_of_case(number)
        facts = worlds.policy_of(policy).facts if policy else {}
        kinds = {name: fact_field(fact).kind for name, fact in facts.items()} | kinds
    data, wrong = values.values(asked.data, kinds, caller.person)
    if wrong:
        page_of(
            caller, number
        )  # of a case that is not theirs they learn nothing, not even its form
        refuse_wrong(wrong)
    return data


def refuse_wrong(wrong: list[tuple[str, str, Text]]) -> None:
    """Raise Refused for the values that do not fit, the first of them as the reason."""
    if wrong:
        field, code, text = wrong[0]
        raise Refused(Refusal(code, text, field=field), fields=wrong)


# -- On all members --------------------------------------------------------------------------------


class MemberOut(Schema):
    """What came of an act on one member of a collective complaint."""

    number: str
    done: bool
    repeated: bool
    refusal: Why | None


class MembersOut(Schema):
    """What came of it on each member that the caller may see."""

    members: list[MemberOut]


@router.post(
    "/cases/{number}/history/{sequence}/members",
    response={200: MembersOut, PROBLEMS: Problem},
    auth=may("act"),
)
def act_on_members(request: Request, number: str, sequence: Sequence) -> dict[str, Json]:
    caller = request.auth
    if page_of(caller, number).reach is not Reach.WHOLE:
        raise missing()
    found = together.apply_to_members(
        number, sequence, by=caller.person, now=caller.now, viewer=caller.viewer
    )
    if isinstance(found, Refusal):
        raise Refused(found)
    return {
        "members": [
            {
                "number": one.number,
                "done": one.performed.accepted,
                "repeated": one.performed.repeated,
                "refusal": why(one.performed.refusal) if one.performed.refusal else None,
            }
            for one in found
        ]
    }


# -- Files -----------------------------------------------------------------------------------------


class Uploaded(Schema):
    """A file that was kept. `file` stands for it in an act's field of kind file."""

    file: str
    name: str
    sha256: str


@router.post("/files", response={201: Uploaded, PROBLEMS: Problem}, auth=may("act"))
def upload_file(request: Request, file: File[UploadedFile]) -> HttpResponse:
    kept = files.keep(file.chunks(), file.name or "")
    if isinstance(kept, Refusal):
        raise Refused(kept)
    digest, _colon, name = kept.partition(":")
    given = values.ticket(kept, request.auth.person)
    return answer({"file": given, "name": name, "sha256": digest}, 201)
