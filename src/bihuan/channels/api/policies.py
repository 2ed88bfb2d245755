"""Policies: read aloud row by row, checked, and asked when something would be due."""

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused, language, missing
from bihuan.channels.api.values import Instant, Moment, iso
from bihuan.desk import in_force, packs, worlds
from bihuan.engine.calendar import BadTime
from bihuan.engine.check import check
from bihuan.engine.dues import limit_of
from bihuan.engine.explain_time import explain
from bihuan.engine.findings import Finding
from bihuan.engine.refusal import Refusal
from bihuan.engine.say_time import render_lines
from bihuan.engine.sentences import sentences
from bihuan.engine.words import Text
from bihuan.records.queries.organisation import versions

Json = Any
router = Router(tags=["policies"])
MOST_TEXT = 500_000


class Named(Schema):
    """A code with what it is called."""

    code: str
    text: str


class VersionOut(Schema):
    """A version of a policy. `in_force`: the one that rules over what is registered now."""

    number: int
    state: str
    in_force_on: str | None
    in_force: bool
    hash: str


class PolicyOut(Schema):
    """A policy: its versions, and the words of the one in force (else of the newest)."""

    code: str
    title: str
    version: int
    kinds: list[Named]
    channels: list[Named]
    categories: list[Named]
    posts: list[Named]
    versions: list[VersionOut]


@router.get("/policies", response={200: list[Named], PROBLEMS: Problem}, auth=may("read"))
def list_policies(request: Request) -> list[dict[str, str]]:
    lang = language()
    return [
        {"code": code, "text": policy.title.in_(lang)}
        for code, policy in request.auth.policies.items()
    ]


@router.get("/policies/{code}", response={200: PolicyOut, PROBLEMS: Problem}, auth=may("read"))
def read_policy(request: Request, code: str) -> dict[str, Json]:
    caller, lang = request.auth, language()
    ruling = _ruling(caller, code)
    policy = ruling.world.policy

    def named(words: dict[str, Text]) -> list[dict[str, str]]:
        return [{"code": name, "text": text.in_(lang)} for name, text in words.items()]

    return {
        "code": policy.code,
        "title": policy.title.in_(lang),
        "version": policy.version,
        "kinds": named(dict(policy.kinds)),
        "channels": named({name: one.text for name, one in policy.channels.items()}),
        "categories": named(dict(policy.categories)),
        "posts": named({name: one.text for name, one in policy.posts.items()}),
        "versions": [
            {
                "number": row.number,
                "state": row.state,
                "in_force_on": row.in_force_on.isoformat() if row.in_force_on else None,
                "in_force": row.id == ruling.version_id,
                "hash": row.hash,
            }
            for row in versions(code)
        ],
    }


def _ruling(caller: Caller, code: str) -> worlds.Ruling:
    version = in_force.policies_in_force(caller.now).get(code)
    if version is None:
        raise missing()
    return worlds.ruling(version.pk, caller.now)


class Row(Schema):
    """A row of a policy as a sentence, with its clauses and its place in the file."""

    section: str
    place: str
    text: str
    clauses: list[str]


@router.get("/policies/{code}/rows", response={200: list[Row], PROBLEMS: Problem}, auth=may("read"))
def read_policy_rows(request: Request, code: str) -> list[dict[str, Json]]:
    policy = _ruling(request.auth, code).world.policy
    return [
        {
            "section": one.section,
            "place": one.place,
            "text": one.text,
            "clauses": list(one.clauses),
        }
        for one in sentences(policy, language())
    ]


class FindingOut(Schema):
    """What the checker finds: error, warning or note; `story` is a counter-example."""

    level: str
    code: str
    text: str
    place: str
    line: int
    column: int
    clauses: list[str]
    story: list[str]


def _finding(one: Finding) -> dict[str, Json]:
    lang = language()
    return {
        "level": one.level.value,
        "code": one.code,
        "text": one.text.in_(lang),
        "place": one.place,
        "line": one.line,
        "column": one.column,
        "clauses": list(one.clauses),
        "story": [text.in_(lang) for text in one.story],
    }


@router.get(
    "/policies/{code}/findings",
    response={200: list[FindingOut], PROBLEMS: Problem},
    auth=may("read"),
)
def read_policy_findings(request: Request, code: str) -> list[dict[str, Json]]:
    world = _ruling(request.auth, code).world
    found = check(world.policy, organisation=world.organisation, calendars=world.calendars)
    return [_finding(one) for one in found]


class PolicyText(Schema):
    """A policy as a file has it."""

    text: Annotated[str, Field(max_length=MOST_TEXT)]


@router.post(
    "/policy-checks", response={200: list[FindingOut], PROBLEMS: Problem}, auth=may("read")
)
def check_policy_text(request: Request, asked: PolicyText) -> list[dict[str, Json]]:  # noqa: ARG001
    policy, found = packs.read_policy(asked.text)
    return [_finding(one) for one in (check(policy) if policy else found)]


class Limit(Schema):
    """A time limit: `2 working h`, `7 working days`, `3 days` …, or the name of a policy's number."""

    within: Annotated[str, Field(min_length=1, max_length=200)]
    start: Instant | None = None
    calendar: Annotated[str, Field(max_length=60)] = "usual"


class Due(Schema):
    """When it ends, and how that came about."""

    start_at: Moment
    due_at: Moment
    calendar: str | None
    provisional: bool
    explanation: list[str]


@router.post("/policies/{code}/due", response={200: Due, PROBLEMS: Problem}, auth=may("read"))
def compute_due(request: Request, code: str, asked: Limit) -> dict[str, Json]:
    caller = request.auth
    world = _ruling(caller, code).world
    if asked.calendar not in world.calendars:
        right = "、".join(world.calendars), ", ".join(world.calendars)
        text = Text(f"制度的日历有：{right[0]}", f"the policy has the calendars {right[1]}")
        raise Refused(Refusal("bad-value", text, field="calendar"))
    try:
        span = limit_of(asked.within, world.policy)
        start = asked.start or caller.now
        found = explain(span, start, world.calendars, asked.calendar)
    except BadTime as bad:
        raise Refused(Refusal("bad-value", Text(bad.zh, bad.en), field="within")) from None
    return {
        "start_at": iso(found.start),
        "due_at": iso(found.due),
        "calendar": found.calendar,
        "provisional": found.provisional,
        "explanation": [
            " ".join(part for part in line if part) for line in render_lines(found, language())
        ],
    }
