"""What concerns the caller: who they are, what they owe, what they were told."""

from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.channels.api.callers import Request, may
from bihuan.channels.api.cases import OwedOut, bad_cursor, owed_out
from bihuan.channels.api.problems import PROBLEMS, Problem
from bihuan.channels.api.values import Moment, iso
from bihuan.desk import delivering, permissions
from bihuan.records.queries.obligations import OwedKey, notices, owed_by
from bihuan.records.queries.todo import cases_behind

Json = Any
router = Router(tags=["mine"])


class Me(Schema):
    """Who the caller is, and what this token may do."""

    person: str
    name: str
    seats: list[str]
    administrator: bool
    auditor: bool
    scopes: list[str]


@router.get("/me", response={200: Me, PROBLEMS: Problem}, auth=may("read"))
def read_me(request: Request) -> dict[str, Json]:
    caller = request.auth
    return {
        "person": caller.person,
        "name": caller.name,
        "seats": sorted(caller.viewer.seats),
        "administrator": caller.is_administrator,
        "auditor": caller.is_auditor,
        "scopes": sorted(caller.scopes),
    }


class OwedRow(OwedOut):
    """An act one owes, with what it is about."""

    title: str
    stage: str
    severity: str


class OwedList(Schema):
    """A page of what is owed, nearest due first. `next` goes into `after`; null: that is all."""

    owed: list[OwedRow]
    next: str | None


class AskedOwed(Schema):
    """What of it is asked for."""

    late: bool = False
    after: Annotated[str, Field(max_length=60)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/me/owed", response={200: OwedList, PROBLEMS: Problem}, auth=may("read"))
def list_owed(request: Request, asked: Query[AskedOwed]) -> dict[str, Json]:
    caller = request.auth
    found, following = owed_by(
        caller.viewer.seats,
        after=_key(asked.after),
        limit=asked.limit,
        due_before=caller.now if asked.late else None,
    )
    behind = cases_behind(caller.viewer, [item.case_id for item in found])
    rows = [
        owed_out(item)
        | {
            "title": permissions.mask_contact(item.title) if item.sheet else item.title,
            "stage": item.stage,
            "severity": item.severity,
        }
        for item in found
        if item.case_id in behind
    ]
    return {"owed": rows, "next": "-".join(map(str, following)) if following else None}


def _key(text: str) -> OwedKey | None:
    if not text:
        return None
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise bad_cursor()
    key = OwedKey(*map(int, parts))
    if max(key) >= 2**63:
        raise bad_cursor()
    return key


class NoticeOut(Schema):
    """Something the caller was told: codes and values, as pages make sentences of."""

    id: int
    kind: str
    case: str | None
    body: dict[str, Json]
    at: Moment | None
    read_at: Moment | None


class NoticeList(Schema):
    """A page of notices, newest first. `next` goes into `after`; null: that is all."""

    notices: list[NoticeOut]
    next: int | None


Id = Annotated[int, Field(ge=0, lt=2**63)]


@router.get("/me/notices", response={200: NoticeList, PROBLEMS: Problem}, auth=may("read"))
def list_notices(
    request: Request,
    after: Id = 0,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Json]:
    found = notices(request.auth.person, after=after or None, limit=limit + 1)
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "case": one.case_number,
            "body": one.body,
            "at": iso(one.at),
            "read_at": iso(one.read_at),
        }
        for one in found[:limit]
    ]
    return {"notices": rows, "next": found[limit - 1].id if len(found) > limit else None}


class Seen(Schema):
    """The notices that were read."""

    notices: Annotated[list[Id], Field(max_length=500)]


class Marked(Schema):
    """How many of them were unread until now."""

    marked: int


@router.post("/me/notices/read", response={200: Marked, PROBLEMS: Problem}, auth=may("read"))
def mark_notices_read(request: Request, seen: Seen) -> dict[str, int]:
    caller = request.auth
    return {"marked": delivering.mark_read(caller.person, seen.notices, caller.now)}
