"""Documents as the library lists and shows them; only levels the reader may read are asked for."""

from collections.abc import Collection
from dataclasses import dataclass

from bihuan.records.models import Citation, Document, DocumentTerm
from bihuan.records.queries.find import found_documents
from bihuan.records.queries.visibility import Viewer, reachable_cases

MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class TermRow:
    """What was believed of a version's time in force from `known_at` on (until `withdrawn_at`)."""

    from_at: int
    until_at: int | None
    copied_at: int | None
    reason: str
    by: str
    known_at: int
    withdrawn_at: int | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with what it says and its history; `terms` newest belief first, never empty."""

    code: str
    version: str
    title: str
    topics: tuple[str, ...]
    level: str
    text: str
    file: str
    hash: str
    published_at: int
    published_by: str
    known_at: int
    terms: tuple[TermRow, ...]

    @property
    def term(self) -> TermRow:
        """What is believed now."""
        return self.terms[0]

    def state(self, at: int) -> str:
        """In force, coming, ended, or withdrawn before it began."""
        term = self.term
        if term.until_at is not None and term.until_at <= term.from_at:
            return "never"
        if term.from_at > at:
            return "coming"
        return "ended" if term.until_at is not None and term.until_at <= at else "in force"


def versions(
    levels: Collection[str], *, code: str = "", topic: str = "", search: str = ""
) -> tuple[VersionRow, ...]:
    """The versions of these levels, oldest first within a document; of one, of a topic, with words."""
    found = Document.objects.filter(level__in=levels).select_related("published_by")
    if code:
        found = found.filter(code=code)
    if search.strip():
        held = found_documents(search)
        if not held:
            return ()
        found = found.filter(pk__in=held)
    terms: dict[int, list[TermRow]] = {}
    rows = DocumentTerm.objects.filter(document__in=found).select_related("by")
    for row in rows.order_by("-known_at", "-id"):
        terms.setdefault(row.document_id, []).append(
            TermRow(
                row.from_at,
                row.until_at,
                row.copied_at,
                row.reason,
                row.by.name if row.by else "",
                row.known_at,
                row.withdrawn_at,
            )
        )
    made = [
        VersionRow(
            one.code,
            one.version,
            one.title,
            tuple(one.topics.split()),
            one.level,
            one.text,
            one.file,
            one.hash,
            one.published_at,
            one.published_by.name if one.published_by else "",
            one.known_at,
            tuple(terms[one.pk]),
        )
        for one in found
        if not topic or not one.topics or topic in one.topics.split()
    ]
    return tuple(sorted(made, key=lambda one: (one.code, one.term.from_at, one.known_at)))


def citing_cases(viewer: Viewer, code: str, version: str = "") -> tuple[str, ...]:
    """The numbers of the cases that cite a document, newest first: those the viewer may reach."""
    cited = Citation.objects.filter(code=code)
    if version:
        cited = cited.filter(version=version)
    found = reachable_cases(viewer).filter(pk__in=cited.values("case"))
    numbers = found.order_by("-registered_at", "-pk").values_list("number", flat=True)
    return tuple(numbers[:MOST_CASES])
