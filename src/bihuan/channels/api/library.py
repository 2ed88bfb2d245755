"""The library: what the organisation has published to answer from."""

from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.channels.api.callers import Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem, missing
from bihuan.channels.api.values import Moment, iso
from bihuan.desk import library
from bihuan.records.queries.library import VersionRow, citing_cases, versions

Json = Any
router = Router(tags=["library"])


class DocumentRow(Schema):
    """A version of a document. `state`: in force, coming, ended, never."""

    code: str
    version: str
    title: str
    topics: list[str]
    level: str
    state: str
    from_at: Moment | None
    until_at: Moment | None
    copied_at: Moment | None
    hash: str


class DocumentOut(DocumentRow):
    """A version with what it says."""

    text: str


class DocumentPage(Schema):
    """A document: its versions, oldest first, and the cases that cite it which one may see."""

    versions: list[DocumentOut]
    cited_in: list[str]


class AskedDocuments(Schema):
    """What the shelf is narrowed to."""

    topic: Annotated[str, Field(max_length=60)] = ""
    q: Annotated[str, Field(max_length=200)] = ""


@router.get("/library", response={200: list[DocumentRow], PROBLEMS: Problem}, auth=may("read"))
def list_documents(request: Request, asked: Query[AskedDocuments]) -> list[dict[str, Json]]:
    caller = request.auth
    levels = library.levels_for(caller.person, caller.now)
    words = asked.q.replace("\0", " ")
    return [_row(one, caller.now) for one in versions(levels, topic=asked.topic, search=words)]


@router.get("/library/{code}", response={200: DocumentPage, PROBLEMS: Problem}, auth=may("read"))
def read_document(request: Request, code: str) -> dict[str, Json]:
    caller = request.auth
    levels = library.levels_for(caller.person, caller.now)
    found = versions(levels, code=code) if "\0" not in code else ()
    if not found:
        raise missing()
    return {
        "versions": [_row(one, caller.now) | {"text": one.text} for one in found],
        "cited_in": list(citing_cases(caller.viewer, code)),
    }


def _row(one: VersionRow, now: int) -> dict[str, Json]:
    return {
        "code": one.code,
        "version": one.version,
        "title": one.title,
        "topics": list(one.topics),
        "level": one.level,
        "state": one.state(now),
        "from_at": iso(one.term.from_at),
        "until_at": iso(one.term.until_at),
        "copied_at": iso(one.term.copied_at),
        "hash": one.hash,
    }
