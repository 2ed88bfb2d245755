"""What the customer may do by a program: by the number of their case and its query code, and nothing else."""

from typing import Annotated, Any

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security import HttpBasicAuth
from pydantic import Field

from bihuan.channels.api import values
from bihuan.channels.api.act_schemas import KINDS
from bihuan.channels.api.acts import Done, FieldOut, answer, field_out, refuse_wrong
from bihuan.channels.api.callers import allow, now
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused, language
from bihuan.channels.api.values import Moment, iso
from bihuan.desk import delivering, limits, query_codes, worlds
from bihuan.desk.perform import perform
from bihuan.engine.acts import ACTS, AWAITED, WITH_GOODS
from bihuan.engine.case import Act, Case
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import Possible, catch_up, possible
from bihuan.engine.words import Text
from bihuan.engine.world import World
from bihuan.records.queries.cases import CasePage, portal_case, survivor

Json = Any
router = Router(tags=["customer"])
MOST_A_MINUTE = 60  # requests about one case


class Customer(HttpBasicAuth):
    """The number of a case and its query code, as user name and password; tries count as those of the portal."""

    def authenticate(self, request: HttpRequest, username: str, password: str) -> CasePage | None:
        """The case that they open; the one it was merged into, where it was."""
        at = now()
        who = f"{query_codes.TRIED}:{get_client_ip_address(request)}:{at // query_codes.WITHIN}"
        until = (at // query_codes.WITHIN + 1) * query_codes.WITHIN
        if limits.count(who[:200], until=until, now=at) > query_codes.TRIES:
            text = Text(
                "尝试次数过多，请一刻钟后再试", "too many tries; try again in a quarter of an hour"
            )
            raise Refused(Refusal("too-often", text), headers={"Retry-After": str(until - at)})
        number = username[:80].strip().upper()
        code_hash = query_codes.hash_of(password[:80])
        page = portal_case(number, code_hash) if "\0" not in number else None
        if page is None:
            return None
        limits.give_back(who[:200])
        allow(request, f"customer:{number}", MOST_A_MINUTE, at)
        goes_on = survivor(page.id)
        return portal_case(*goes_on) if goes_on else page


class CustomerRequest(HttpRequest):
    """A request of somebody who knows the query code of a case."""

    auth: CasePage


class Next(Schema):
    """What the customer can count on next, and by when; `act` is empty where it is nothing they hear of."""

    act: str
    text: str
    due_at: Moment | None


class MayDo(Schema):
    """An act the customer may do now, and its fields."""

    act: str
    text: str
    outcomes: list[str]
    fields: list[FieldOut]


class Answered(Schema):
    """An answer that was given."""

    at: Moment | None
    text: str


class CustomerCase(Schema):
    """A case as its customer may see it."""

    number: str
    kind: str
    stage: str
    ended: str
    received_at: Moment | None
    agreed_at: Moment | None
    closed_at: Moment | None
    next: Next | None
    answers: list[Answered]
    may: list[MayDo]


@router.get("/customer/case", response={200: CustomerCase, PROBLEMS: Problem}, auth=Customer())
def read_customer_case(request: CustomerRequest) -> dict[str, Json]:
    page, at = request.auth, now()
    delivering.mark_seen(page.number, at)
    case, world = _standing(page, at)
    return {
        "number": page.number,
        "kind": str(case.facts.get("kind", "")),
        "stage": case.stage,
        "ended": case.ended,
        "received_at": iso(case.received),
        "agreed_at": iso(case.agreed),
        "closed_at": iso(case.instants.get("closed", 0)),
        "next": _next(case, at),
        "answers": [
            {"at": iso(entry.at), "text": str(entry.data.get("answer") or "")}
            for entry in page.history
            if entry.kind == "respond"
        ],
        "may": [
            {
                "act": one.act,
                "text": ACTS[one.act].text.in_(language()),
                "outcomes": [outcome.name for outcome in one.outcomes],
                "fields": [field_out(field) for field in one.fields],
            }
            for one in _offers(case, world, at)
        ],
    }


class CustomerActIn(Schema):
    """An act of the customer; with the same `act_id` it brings what came of it the first time."""

    act: Annotated[str, Field(max_length=60)]
    data: dict[str, Json] = {}
    act_id: Annotated[str, Field(max_length=36, pattern=r"^[\x21-\x7e]*$")] = ""


@router.post("/customer/acts", response={200: Done, PROBLEMS: Problem}, auth=Customer())
def do_customer_act(request: CustomerRequest, asked: CustomerActIn) -> HttpResponse:
    page, at = request.auth, now()
    if asked.act not in ACTS or asked.act == "attach":
        text = Text(f"客户不能办理“{asked.act}”", f"a customer does no '{asked.act}' here")
        raise Refused(Refusal("unknown-act", text, field="act"))
    data, wrong = values.values(asked.data, KINDS[asked.act], "customer")
    refuse_wrong(wrong)
    act_id = f"customer {page.number} {asked.act_id}"[:80] if asked.act_id else None
    act = Act(asked.act, "customer", at, data)
    done = perform(act, case_number=page.number, act_id=act_id, now=at)
    if done.refusal:
        raise Refused(done.refusal, events=done.events)
    body = {
        "number": done.number, "act": asked.act, "repeated": done.repeated, "first": done.first,
        "last": done.last, "query_code": "",
    }  # fmt: skip
    if asked.act == query_codes.RENEW:
        body["query_code"] = query_codes.renewed(page.number, "customer", act_id or "")
    return answer(body)


# -- Inside ------------------------------------------------------------------------------------------


def _standing(page: CasePage, at: int) -> tuple[Case, World]:
    """The case as it stands now, even where no sweep has run."""
    world = worlds.ruling(page.policy_id, at).world
    return catch_up(page.state, world, at).case or page.state, world


def _offers(case: Case, world: World, at: int) -> list[Possible]:
    """What the customer may do now; files are sent on the portal, which looks at what they are."""
    found = possible(case, "customer", world, at)
    return [one for one in found if one.refusal is None and one.act in ACTS and one.act != "attach"]


def _next(case: Case, at: int) -> dict[str, Json] | None:
    """What was agreed, else what the customer hears next, else only that it goes on; as the portal promises."""
    owed = sorted((one for one in case.debts.values() if not one.sheet), key=lambda one: one.due)
    heard = next((one for one in owed if one.act in (*AWAITED, *WITH_GOODS)), None)
    if (
        case.agreed > at
        and "respond" not in case.marks
        and not (heard and heard.due <= case.agreed)
    ):
        return _told("respond", _ANSWER, case.agreed)
    if heard:
        return _told(heard.act, ACTS[heard.act].text, heard.due)
    return _told("", _GOES_ON, owed[0].due) if owed and not case.ended else None


def _told(act: str, text: Text, due: int) -> dict[str, Json]:
    return {"act": act, "text": text.in_(language()), "due_at": iso(due)}


_ANSWER = Text("您得到我们的答复", "you have our answer")
_GOES_ON = Text("您的事情往前推进一步", "your matter goes one step further")
