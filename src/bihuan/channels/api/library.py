"""The library: what the organisation has published to answer from."""

from typing import Annotated, Any

from ninja import Query, Router, Schema, Status
from pydantic import Field

from bihuan.channels.api.acts import refuse_wrong
from bihuan.channels.api.callers import Caller, Request, may
from bihuan.channels.api.problems import PROBLEMS, Problem, Refused, missing
from bihuan.channels.api.values import Instant, Moment, iso, values
from bihuan.desk import changes, library
from bihuan.engine.refusal import Refusal
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


# -- Keeping it --------------------------------------------------------------------------------------

Label = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]


class Publishing(Schema):
    """A document, or a new version of it. `file`: what came of uploading one."""

    code: Label
    version: Label
    title: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
    text: Annotated[str, Field(max_length=library.LONGEST)] = ""
    file: Annotated[str, Field(max_length=1000)] = ""
    topics: Annotated[list[Label], Field(max_length=50)] = []
    level: Annotated[str, Field(max_length=20)] = "public"
    since: Instant | None = None
    until: Instant | None = None


@router.post("/library", response={201: DocumentRow, PROBLEMS: Problem}, auth=may("act"))
def publish_document(request: Request, asked: Publishing) -> Status[dict[str, Json]]:
    caller = request.auth
    file, wrong = (
        values({"file": [asked.file]}, {"file": "file"}, caller.person) if asked.file else ({}, [])
    )
    refuse_wrong(wrong)
    with changes.by(caller.person):
        made = library.publish(
            library.Publication(
                asked.code, asked.version, asked.title,
                caller.now if asked.since is None else asked.since,
                asked.level, tuple(asked.topics), asked.text, next(iter(file.get("file", [])), ""),
                asked.until,
            ),
            by=caller.person, now=caller.now,
        )  # fmt: skip
    return Status(201, _version(caller, asked.code, asked.version, made))


class Copied(Schema):
    """When the service centre got its copy; now unless said."""

    at: Instant | None = None


@router.post(
    "/library/{code}/{version}/copied",
    response={200: DocumentRow, PROBLEMS: Problem},
    auth=may("act"),
)
def copy_document(request: Request, code: Label, version: Label, asked: Copied) -> dict[str, Json]:
    caller = request.auth
    with changes.by(caller.person):
        made = library.copied(code, version, by=caller.person, at=asked.at, now=caller.now)
    return _version(caller, code, version, made)


class Withdrawing(Schema):
    """Why a version ends, and when; now unless said."""

    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
    at: Instant | None = None


@router.post(
    "/library/{code}/{version}/withdraw",
    response={200: DocumentRow, PROBLEMS: Problem},
    auth=may("act"),
)
def withdraw_document(
    request: Request, code: Label, version: Label, asked: Withdrawing
) -> dict[str, Json]:
    caller = request.auth
    with changes.by(caller.person):
        made = library.withdraw(
            code, version, asked.reason, by=caller.person, at=asked.at, now=caller.now
        )
    return _version(caller, code, version, made)


def _version(caller: Caller, code: str, version: str, made: Json) -> dict[str, Json]:
    """The version as it stands after a change; or the refusal, raised."""
    if isinstance(made, Refusal):
        status = {"not-yours": 403, "unknown-document": 404}.get(made.code, 409)
        raise Refused(made, 422 if made.field and status == 409 else status)
    levels = library.levels_for(caller.person, caller.now)
    rows = versions(levels, code=code)
    return _row(next(one for one in rows if one.version == version), caller.now)


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
