"""What was received: the messages of every channel, and what each is said to be."""

from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.channels import registry
from bihuan.channels.api import values
from bihuan.channels.api.acts import ActId, refuse_wrong
from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.cases import key_of
from bihuan.channels.api.mine import Id
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused, missing
from bihuan.channels.api.registering import kinds_of
from bihuan.channels.api.values import Moment, iso
from bihuan.channels.channel import keep_enclosed
from bihuan.desk import in_force, intake, permissions, received, worlds
from bihuan.desk.received import Verdict
from bihuan.engine.triaging import QUARANTINED
from bihuan.records.queries.received import ReceivedRow, received_list, received_page

Json = Any
router = Router(tags=["messages"])
Fate = Literal["open", "case", "addition", "merged", "rejected", "all"]


class MessageRow(Schema):
    """A message. `fate` is empty while it waits; `ledger`: the record in which a look at it is owed."""

    id: int
    ledger: str
    channel: str
    source: str
    unit: str
    received_at: Moment | None
    recorded_at: Moment | None
    sender: str
    subject: str
    fate: str
    reason: str
    case: str


class MessageOut(MessageRow):
    """A message with what it says; `fresh`: without what it quotes. What is enclosed, by name."""

    text: str
    fresh: str
    enclosed: list[str]


class MessageList(Schema):
    """A page of messages, newest first. `next` goes into `after`; null: that is all."""

    messages: list[MessageRow]
    next: str | None


class AskedMessages(Schema):
    """Which messages: `open` are those that wait for a person."""

    fate: Fate = "open"
    after: Annotated[str, Field(max_length=40)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/messages", response={200: MessageList, PROBLEMS: Problem}, auth=may("read"))
def list_messages(request: Request, asked: Query[AskedMessages]) -> dict[str, Json]:
    caller = _allowed(request.auth)
    fates = {"open": ("", QUARANTINED), "all": None}.get(asked.fate, (asked.fate,))
    rows, following = received_list(caller.viewer, fates, key_of(asked.after), asked.limit)
    return {
        "messages": [_row(row) for row in rows],
        "next": f"{following.at}-{following.id}" if following else None,
    }


@router.get("/messages/{message}", response={200: MessageOut, PROBLEMS: Problem}, auth=may("read"))
def read_message(request: Request, message: Id) -> dict[str, Json]:
    row = _found(request.auth, message)
    content = registry.read(row.channel, received.raw_of(row.digest))
    enclosed = [one.name for one in content.enclosed]
    return _row(row) | {"text": content.text, "fresh": content.fresh, "enclosed": enclosed}


class Judging(Schema):
    """What a message is. `case`: the one it belongs to; a new one is registered from `facts`.

    The same `act_id` brings what came of it the first time.
    """

    fate: Literal["case", "addition", "merged", "rejected"]
    case: Annotated[str, Field(max_length=140, pattern=r"^[^\x00]*$")] = ""
    reason: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    facts: dict[str, Json] = {}
    act_id: ActId = ""


class JudgedOut(Schema):
    """The case it belongs to; `query_code` of a new one, for the customer, this once."""

    message: int
    case: str
    query_code: str


@router.post(
    "/messages/{message}/judge", response={200: JudgedOut, PROBLEMS: Problem}, auth=may("act")
)
def judge_message(request: Request, message: Id, asked: Judging) -> dict[str, Json]:
    caller = request.auth
    row = _found(caller, message)
    content = registry.read(row.channel, received.raw_of(row.digest))
    verdict = Verdict(
        asked.fate,
        asked.reason,
        asked.case.strip().upper(),
        _facts(caller, row, asked) if asked.fate == "case" and not asked.case else {},
        text=content.fresh or content.text,
        files=keep_enclosed(content) if asked.fate in ("case", "addition") else (),
    )
    done = received.judge(
        row.id,
        verdict,
        by=caller.person,
        now=caller.now,
        act_id=asked.act_id and f"api-{asked.act_id}"[:80],
    )
    if done.refusal:
        raise Refused(done.refusal)
    return {"message": row.id, "case": done.number, "query_code": done.query_code}


# -- Inside ------------------------------------------------------------------------------------------


def _allowed(caller: Caller) -> Caller:
    """Who takes complaints in, stands above others, or audits; whoever works for somebody else never."""
    oversees = permissions.oversees(caller.viewer, caller.policies)
    outside = not caller.is_administrator and permissions.is_outside(
        caller.person, caller.organisation, caller.policies
    )
    if outside or not (oversees or caller.is_auditor):
        raise missing()
    return caller


def _found(caller: Caller, message: int) -> ReceivedRow:
    row = received_page(_allowed(caller).viewer, message)
    if row is None:
        raise missing()
    return row


def _facts(caller: Caller, row: ReceivedRow, asked: Judging) -> dict[str, Json]:
    """What is told of the new case, beside what the message says of itself."""
    kind = str(asked.facts.get("kind") or row.kind or "complaint")
    version = in_force.policy_for(row.unit, kind, caller.now)
    if version is None:
        raise Refused(intake.NO_POLICY)
    policy = worlds.policy_of(version.pk)
    data, wrong = values.values(asked.facts, kinds_of(policy), caller.person)
    refuse_wrong(wrong)
    channel = row.channel if row.channel in policy.channels else next(iter(policy.channels), "")
    return {"kind": kind, "channel": channel, "received": row.received_at} | data


def _row(row: ReceivedRow) -> dict[str, Json]:
    same = (
        "id",
        "ledger",
        "channel",
        "source",
        "unit",
        "sender",
        "subject",
        "fate",
        "reason",
        "case",
    )
    return {name: getattr(row, name) for name in same} | {
        "received_at": iso(row.received_at),
        "recorded_at": iso(row.recorded_at),
    }
