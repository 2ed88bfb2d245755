"""Cases as their reader may see them: lists, one case, its history, what is owed, its files."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.channels.api.act_schemas import KINDS
from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused, missing
from bihuan.channels.api.values import Instant, Moment, iso
from bihuan.desk import files, permissions, reading, worlds
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.cases import CasePage, Filters, Key, Listed, case_page
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.find import complainants, found_cases, whole_of
from bihuan.records.queries.obligations import Owed
from bihuan.records.queries.visibility import Reach

Json = Any
router = Router(tags=["cases"])
LONGEST = 100
Word = Annotated[str, Field(max_length=LONGEST)]


# -- Lists -----------------------------------------------------------------------------------------


class Asked(Schema):
    """What a list is narrowed to, as on the desk's own list; empty means any."""

    stage: Word = ""
    ended: Word = ""
    kind: Word = ""
    category: Word = ""
    channel: Word = ""
    severity: Word = ""
    unit: Word = ""
    about_unit: Word = ""
    owner: Word = ""
    owes: Word = Field("", description="POST@UNIT, or @UNIT")
    q: Word = Field("", description="number, title, name, last four digits of the phone number")
    open: bool = False
    late: bool = False
    ledgers: bool = False
    order: Annotated[str, Field(pattern="^(newest|due)$")] = "newest"
    registered_from: Instant | None = None
    registered_until: Instant | None = None
    after: Annotated[str, Field(max_length=40)] = Field("", description="`next` of the page before")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CaseRow(Schema):
    """A case in a list. Of one seen only by a note: that it is there, and what it is about."""

    number: str
    whole: bool
    title: str
    kind: str
    category: str
    channel: str
    stage: str
    ended: str
    severity: str
    owner: str
    unit: str
    about_unit: str
    name: str
    open: bool
    received_at: Moment | None
    registered_at: Moment | None
    closed_at: Moment | None
    due_at: Moment | None
    agreed_at: Moment | None


class CaseList(Schema):
    """A page of a list. `next` goes into `after` of the next request; null: that is all."""

    cases: list[CaseRow]
    next: str | None


@router.get("/cases", response={200: CaseList, PROBLEMS: Problem}, auth=may("read"))
def list_cases(request: Request, asked: Query[Asked]) -> dict[str, Json]:
    caller = request.auth
    filters = Filters(
        stage=asked.stage,
        ended=asked.ended,
        kind=asked.kind,
        category=asked.category,
        channel=asked.channel,
        severity=asked.severity,
        unit=asked.unit,
        about_unit=asked.about_unit,
        owner=asked.owner,
        owes=asked.owes,
        open_only=asked.open,
        late_at=caller.now if asked.late else 0,
        ledgers=asked.ledgers,
        registered_from=asked.registered_from or 0,
        registered_until=asked.registered_until or 0,
    )
    found, following = found_cases(
        caller.viewer,
        _plain(asked.q),
        filters,
        by_due=asked.order == "due",
        after=key_of(asked.after),
        limit=asked.limit,
    )
    whole = whole_of(caller.viewer, found)
    people = complainants(whole)
    return {
        "cases": [_row(row, row.id in whole, people.get(row.id, ("", ""))[0]) for row in found],
        "next": f"{following.at}-{following.id}" if following else None,
    }


def key_of(text: str) -> Key | None:
    """Where a list goes on. Raises Refused for what no answer ever said."""
    if not text:
        return None
    at, _dash, number = text.partition("-")
    if not (at.isascii() and at.isdecimal() and number.isascii() and number.isdecimal()):
        raise bad_cursor()
    key = Key(int(at), int(number))
    if max(key) >= 2**63:
        raise bad_cursor()
    return key


def bad_cursor() -> Refused:
    """That `after` holds nothing that any page said."""
    right = Text("应为上一页的 next", "the 'next' of the page before would be right")
    return Refused(Refusal("bad-cursor", right, field="after"))


def _plain(words: str) -> str:
    return "".join(sign for sign in words if sign.isprintable()).strip()


def _row(row: Listed, whole: bool, name: str) -> dict[str, Json]:  # noqa: FBT001
    title = row.title if whole else permissions.mask_contact(row.title)
    told = {
        one: getattr(row, one)
        for one in (
            "number", "kind", "category", "channel", "stage", "ended", "severity", "owner", "unit",
            "about_unit",
        )
    }  # fmt: skip
    return told | {
        "whole": whole,
        "title": title,
        "name": name,
        "open": row.is_open,
        "received_at": iso(row.received_at),
        "registered_at": iso(row.registered_at),
        "closed_at": iso(row.closed_at),
        "due_at": iso(row.next_due_at) if whole and row.is_open else None,
        "agreed_at": iso(row.agreed_at),
    }


# -- One case --------------------------------------------------------------------------------------


class OwedOut(Schema):
    """Who owes which act by when. `first_due_at` is what lateness is judged by."""

    id: int
    case: str
    act: str
    row: str
    sheet: int
    item: str
    seat: str
    since_at: Moment | None
    due_at: Moment | None
    first_due_at: Moment | None
    rung: int
    lapses: int
    state: str
    ended_at: Moment | None
    clauses: list[str]
    provisional: bool


class SheetOut(Schema):
    """A note or another paper on its way."""

    number: int
    called: str
    kind: str
    to: str
    opened_at: Moment | None
    ended: str
    data: dict[str, Json]


class CaseOut(Schema):
    """A case. `whole` false: only one's own notes of it. `contact`: clear, or masked."""

    number: str
    whole: bool
    contact: str
    policy: str
    version: int
    unit: str
    stage: str
    ended: str
    open: bool
    held: bool
    owner: str
    registered_at: Moment | None
    received_at: Moment | None
    agreed_at: Moment | None
    paused_at: Moment | None
    events: int
    facts: dict[str, Json]
    derived: dict[str, str]
    links: dict[str, str]
    sheets: list[SheetOut]
    owed: list[OwedOut]


class EventOut(Schema):
    """An entry of the history. `opened`, `kept`, `lapsed`: the obligations it touched, by id."""

    sequence: int
    kind: str
    by: str
    seat: str
    sheet: int
    at: Moment | None
    recorded_at: Moment | None
    data: dict[str, Json]
    erased: bool
    opened: list[int]
    kept: list[int]
    lapsed: list[int]


class History(Schema):
    """A page of the history, oldest first. `next` goes into `after`; null: that is all."""

    events: list[EventOut]
    next: int | None


def page_of(caller: Caller, number: str) -> CasePage:
    """The case before the caller; one they may not see is missing."""
    page = case_page(number, caller.viewer) if len(number) <= LONGEST else None
    if page is None:
        raise missing()
    return page


@router.get("/cases/{number}", response={200: CaseOut, PROBLEMS: Problem}, auth=may("read"))
def read_case(request: Request, number: str) -> dict[str, Json]:
    caller = request.auth
    page = page_of(caller, number)
    permissions.log_look(caller.viewer, page.id, caller.now)
    clear = permissions.sees_contact(caller.viewer, page.state, page.reach)
    return _case(caller, page, clear=clear)


class Reason(Schema):
    """Why the contact data are needed; it is logged."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.post(
    "/cases/{number}/contact", response={200: CaseOut, PROBLEMS: Problem}, auth=may("read")
)
def reveal_contact(request: Request, number: str, asked: Reason) -> dict[str, Json]:
    caller = request.auth
    page = page_of(caller, number)
    found = permissions.reveal(caller.viewer, page.id, asked.reason, caller.now)
    if isinstance(found, Refusal):
        raise Refused(found)
    return _case(caller, page, clear=True)


def _case(caller: Caller, page: CasePage, *, clear: bool) -> dict[str, Json]:
    state = page.state
    whole = page.reach is Reach.WHOLE
    policy = worlds.policy_of(page.policy_id)
    hidden = reading.hidden_from(page, caller.viewer)
    facts = reading.facts_shown(page, policy, clear=clear)
    return {
        "number": page.number,
        "whole": whole,
        "contact": "clear" if clear and whole else "masked",
        "policy": policy.code,
        "version": policy.version,
        "unit": state.unit,
        "stage": state.stage,
        "ended": state.ended,
        "open": state.is_open,
        "held": state.held,
        "owner": state.owner,
        "registered_at": iso(state.registered),
        "received_at": iso(state.received),
        "agreed_at": iso(state.agreed),
        "paused_at": iso(state.paused),
        "events": state.events,
        "facts": _values(facts, policy_times(policy), hidden),
        "derived": dict(state.derived) if whole else {},
        "links": {
            number: how for number, how in state.links.items() if whole and number not in hidden
        },
        "sheets": [
            {
                "number": sheet.number,
                "called": policy.sheets[sheet.kind].called(page.number, sheet.number),
                "kind": sheet.kind,
                "to": sheet.to,
                "opened_at": iso(sheet.opened),
                "ended": sheet.ended,
                "data": _values(sheet.data, frozenset(), hidden),
            }
            for sheet in state.sheets.values()
            if sheet.number in page.sheets
        ],
        "owed": [owed_out(item) for item in page.obligations if item.state == "open"],
    }


def policy_times(policy: Json) -> frozenset[str]:
    """The facts of a policy that are instants."""
    return frozenset(name for name, fact in policy.facts.items() if fact.type == "time")


def _values(
    data: dict[str, Json], times: frozenset[str], hidden: frozenset[str]
) -> dict[str, Json]:
    """Values as JSON has them: instants with their zone; the numbers of hidden cases left out."""
    return {
        name: iso(value) if name in times and isinstance(value, int) else value
        for name, value in data.items()
        if not (isinstance(value, str) and value in hidden)
    }


def owed_out(item: Owed) -> dict[str, Json]:
    """An obligation."""
    same = {
        name: getattr(item, name)
        for name in (
            "act", "row", "sheet", "item", "seat", "rung", "lapses", "state", "clauses",
            "provisional",
        )
    }  # fmt: skip
    times = {
        name: iso(getattr(item, name))
        for name in ("since_at", "due_at", "first_due_at", "ended_at")
    }
    return {"id": item.number, "case": item.case_number, **same, **times}


@router.get(
    "/cases/{number}/obligations",
    response={200: list[OwedOut], PROBLEMS: Problem},
    auth=may("read"),
)
def list_obligations(request: Request, number: str) -> list[dict[str, Json]]:
    return [owed_out(item) for item in page_of(request.auth, number).obligations]


@router.get("/cases/{number}/history", response={200: History, PROBLEMS: Problem}, auth=may("read"))
def read_history(
    request: Request,
    number: str,
    after: Annotated[int, Field(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Field(ge=1, le=500)] = 100,
) -> dict[str, Json]:
    caller = request.auth
    page = page_of(caller, number)
    clear = permissions.sees_contact(caller.viewer, page.state, page.reach)
    hidden = reading.hidden_from(page, caller.viewer)
    times = policy_times(worlds.policy_of(page.policy_id))
    later = [entry for entry in page.history if entry.sequence > after]
    return {
        "events": [_event(entry, times, hidden, clear=clear) for entry in later[:limit]],
        "next": later[limit - 1].sequence if len(later) > limit else None,
    }


def _event(
    entry: Entry, times: frozenset[str], hidden: frozenset[str], *, clear: bool
) -> dict[str, Json]:
    kinds = KINDS.get(entry.kind, {})
    instants = times | {name for name, kind in kinds.items() if kind == "time"}
    data = {name: reading.shown(name, value, clear=clear) for name, value in entry.data.items()}
    touched = {
        kind: [effect["id"] for what, effect in entry.effects if what == kind and "id" in effect]
        for kind in ("opened", "kept", "lapsed")
    }
    return {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "by": entry.by,
        "seat": entry.seat,
        "sheet": entry.sheet,
        "at": iso(entry.at),
        "recorded_at": iso(entry.recorded_at),
        "data": {} if entry.erased else _values(data, instants, hidden),
        "erased": entry.erased,
        **touched,
    }


# -- Files -----------------------------------------------------------------------------------------


class FileOut(Schema):
    """A file attached to a case."""

    sha256: str
    name: str


@router.get(
    "/cases/{number}/files", response={200: list[FileOut], PROBLEMS: Problem}, auth=may("read")
)
def list_files(request: Request, number: str) -> list[dict[str, str]]:
    return [
        {"sha256": digest, "name": name}
        for digest, name in _attached(page_of(request.auth, number).history).items()
    ]


@router.get(
    "/cases/{number}/files/{sha256}", response={200: bytes, PROBLEMS: Problem}, auth=may("read")
)
def download_file(request: Request, number: str, sha256: str) -> HttpResponse:
    name = _attached(page_of(request.auth, number).history).get(sha256)
    content = files.read(sha256) if name else None
    if name is None or content is None:
        raise missing()
    answer = HttpResponse(content, "application/octet-stream")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "attachment"
    return answer


def _attached(history: Iterable[Entry]) -> dict[str, str]:
    return {digest: name for entry in history for digest, name in reading.files_of(entry)}
