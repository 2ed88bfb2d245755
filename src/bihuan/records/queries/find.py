"""Finding cases by the words that were said and written of them, among what the viewer may see."""

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat

from bihuan.records.models import Case, CaseAccess, Passage, PassageSigns
from bihuan.records.models.passage import OWN, STRETCHES, stretch
from bihuan.records.queries.cases import (
    Filters,
    Key,
    Listed,
    Walk,
    as_listed,
    case_page,
    filtered,
    in_order,
    walk,
)
from bihuan.records.queries.visibility import Viewer, reachable_cases, visible_cases
from bihuan.records.wording import MARKS, Word, fold, spellings, words_of

TIERS = 3
_REGISTERED = ("who", "contact", "told")
_CALLED = ("who", "contact")
_COUNTED = 500  # passages a word is counted among, to see which is the rarest
_CHUNK, _MOST = 64, 4_096  # cases looked at together: few at first, more while few of them are seen
_READ = 8_000  # passages that are read to know which of some cases hold a word; else each is asked
_ENDING = 4  # digits of a telephone number that are looked for


@dataclass(frozen=True, slots=True)
class Sought:
    """All of these words in one passage, each in one of these texts of it."""

    words: tuple[Word, ...]
    texts: tuple[str, ...] = tuple(MARKS)

    @property
    def fts5(self) -> str:
        """As SQLite's FTS5 is asked."""
        return " AND ".join(self._anywhere(word, " OR ", _phrase) for word in self.words)

    @property
    def tsquery(self) -> str:
        """As PostgreSQL is asked."""
        return " & ".join(self._anywhere(word, " | ", _lexemes) for word in self.words)

    def _anywhere(self, word: Word, or_: str, asked: Callable[[list[str], str], str]) -> str:
        spelled = [(word.signs, "*" if word.begun else "")]
        spelled += [((word.ending,), "")] if word.ending else []
        found = (
            asked([MARKS[text] + sign for sign in signs], begun)
            for text in self.texts
            for signs, begun in spelled
        )
        return f"({or_.join(found)})"


def _phrase(signs: list[str], begun: str) -> str:
    return f'"{" ".join(signs)}"{begun}'


def _lexemes(signs: list[str], begun: str) -> str:
    return "(" + " <-> ".join(f"'{sign}'" for sign in signs) + (f":{begun})" if begun else ")")


def found_cases(
    viewer: Viewer,
    text: str,
    filters: Filters,
    *,
    by_due: bool = False,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[Listed], Key | None]:
    """The cases that hold all words of `text`, and where to go on (None: that is all).

    First those with all of them in number, names and contact, then those in which they were told at
    registration, then those in which they were said since; the newest first in each, and a key holds
    which of the three it stands in. Without words all cases there are, in the order asked for. Outside
    parties find cases they have a note of by that note's words, or by the case's number: show no
    more of them (`seen_whole`).
    """
    if not text.strip():
        return in_order(_seen(viewer), filters, viewer, by_due=by_due, after=after, limit=limit)
    search = _Search(viewer, text.strip(), words_of(text), filters)
    found: list[tuple[int, Listed]] = []
    for tier in range(after.at if after else 0, TIERS if search.words else 0):
        cases = search.cases(tier, after.id if after and after.at == tier else None)
        found += [(tier, case) for case in islice(cases, limit + 1 - len(found))]
        if len(found) > limit:
            break
    shown = found[:limit]
    following = Key(shown[-1][0], shown[-1][1].id) if len(found) > limit else None
    return [case for _tier, case in shown], following


def _limited(viewer: Viewer) -> bool:
    """Whether there are cases of which the viewer sees only notes."""
    return any(viewer.seats & line.own_only for line in viewer.lines.values())


def _seen(viewer: Viewer) -> "QuerySet[Case]":
    return reachable_cases(viewer) if _limited(viewer) else visible_cases(viewer)


@dataclass(frozen=True, slots=True)
class _Search:
    viewer: Viewer
    text: str
    words: tuple[Word, ...]
    filters: Filters
    held: dict[Sought, frozenset[int]] = field(default_factory=dict)  # all cases, where known

    def cases(self, tier: int, below: int | None) -> Iterator[Listed]:
        """The cases of one tier, those below that id, the newest first."""
        few = _limited(self.viewer) or walk(self.viewer, by_due=False) is Walk.SEEN
        return self._among_few(tier, below) if few else self._among_many(tier, below)

    def _among_many(self, tier: int, below: int | None) -> Iterator[Listed]:
        """The index is walked from its end: as far as what is asked for takes."""
        seen = filtered(visible_cases(self.viewer), self.filters, Walk.ALL)
        for fitting in self._fitting(tier, below):
            rows = (
                {row.id: row for row in as_listed(seen.filter(pk__in=fitting))} if fitting else {}
            )
            yield from (rows[case] for case in fitting if case in rows)

    def _fitting(self, tier: int, below: int | None) -> Iterator[list[int]]:
        """The ids of a tier's cases, whoever may see them: some at a time."""
        called, registered = Sought(self.words, _CALLED), Sought(self.words, _REGISTERED)
        others: list[Sought] = []
        first, without = called, None
        if tier == 1:
            first, without = registered, called
        elif tier == 2 and len(self.words) == 1:
            first, without = Sought(self.words, ("said",)), registered
        elif tier == 2:
            first, *others = sorted((Sought((word,)) for word in self.words), key=_frequency)
            without = registered
        also = [_Holding(other) for other in others]
        not_in = [_Holding(without, self.held.get(without))] if without else []
        came: set[int] = set()
        for fitting in _newest(first, below):
            came.update(fitting)
            for other in also:
                held = other.of(fitting)
                fitting = [case for case in fitting if case in held]  # noqa: PLW2901
            for other in not_in:
                held = other.of(fitting)
                fitting = [case for case in fitting if case not in held]  # noqa: PLW2901
            yield fitting
        if below is None:
            self.held[first] = frozenset(came)

    def _among_few(self, tier: int, below: int | None) -> Iterator[Listed]:
        """The viewer's own cases are walked, each asked whether it fits."""
        called = Q(_in_case(Sought(self.words, _CALLED), "pk"))
        registered = Q(_in_case(Sought(self.words, _REGISTERED), "pk"))
        number = Q(number__istartswith=self.text) | Q(number__iendswith=self.text)
        if tier == 0:
            whole, own = called, number
        elif tier == 1:
            whole, own = registered & ~called, Q(pk__in=[])
        else:
            whole, own = ~registered, ~number
            for word in self.words:
                whole &= Q(_in_case(Sought((word,)), "pk"))
                own &= Q(self._in_own_sheets(Sought((word,))))
        seen = Q(pk__in=visible_cases(self.viewer).values("pk"))
        rows = filtered(reachable_cases(self.viewer), self.filters, Walk.SEEN)
        rows = rows.filter((seen & whole) | (~seen & own))
        rows = rows.order_by("-pk")
        while True:
            some = as_listed((rows if below is None else rows.filter(pk__lt=below))[:_CHUNK])
            yield from some
            if len(some) < _CHUNK:
                return
            below = some[-1].id

    def _in_own_sheets(self, sought: Sought) -> Exists:
        """That an entry of one of the viewer's sheets of a case fits."""
        lines = self.viewer.lines.values()
        seats = self.viewer.seats.union(*(line.seats | line.own_only for line in lines))
        sheet = Concat(
            Value(" "), Cast(OuterRef("sheet"), TextField()), Value(" "), output_field=TextField()
        )
        first = OuterRef("case_id").bitleftshift(OWN)
        held = _among(Passage.objects.filter(sheets__contains=sheet), first, 1 << OWN)
        held = held.filter(
            Exists(PassageSigns.objects.filter(pk=OuterRef("pk"), signs__matches=sought))
        )
        own = CaseAccess.objects.filter(case_id=OuterRef("pk"), sheet__gt=0, seat__in=seats)
        return Exists(own.filter(Exists(held)))


def _frequency(sought: Sought) -> int:
    return len(last_passages(sought, _COUNTED))


def _newest(sought: Sought, below: int | None) -> Iterator[list[int]]:
    """The cases one passage of which fits, those below that id, the newest first: some at a time."""
    count, end = _CHUNK, (1 << 62) if below is None else below << OWN
    while True:
        rows = last_passages(sought, count, 0, end)
        if rows:
            yield list(dict.fromkeys(row >> OWN for row in rows))
        if len(rows) < count:
            return
        count, end = min(count * 4, _MOST), rows[-1] >> OWN << OWN


class _Holding:
    """Says of cases which have a passage that fits: by all there are where they are few, else asked each time."""

    def __init__(self, sought: Sought, known: frozenset[int] | None = None) -> None:
        self.sought, self.all, self.are_few = sought, known, known is not None

    def of(self, cases: Sequence[int]) -> Container[int]:
        """Those of these cases, and perhaps others."""
        if self.all is None and cases:
            rows = last_passages(self.sought, _READ)
            self.all, self.are_few = frozenset(row >> OWN for row in rows), len(rows) < _READ
        return self.all or () if self.are_few else first_passages(cases, self.sought)


def last_passages(sought: Sought, count: int, first: int = 0, end: int = 1 << 62) -> list[int]:
    """The passages that fit, of these ids, the last first: at most so many."""
    if connection.vendor == "sqlite":
        return _read(
            "SELECT rowid FROM records_passagesigns WHERE records_passagesigns MATCH %s "
            "AND rowid >= %s AND rowid < %s ORDER BY rowid DESC LIMIT %s",
            (sought.fts5, first, end, count),
        )
    rows: list[int] = []
    awaited = count  # in the stretch, by how many were in the one before
    for begun, within in _stretches(end):
        if awaited < count and within:
            awaited *= 8
            continue
        rows = _read(
            "WITH fits AS MATERIALIZED (SELECT rowid FROM records_passagesigns "
            "WHERE records_passagesigns @@ %s::tsquery) "
            "SELECT rowid FROM fits WHERE rowid >= %s AND rowid < %s ORDER BY rowid DESC LIMIT %s",
            (f"{within}{sought.tsquery}", first, end, count),
        )
        if len(rows) == count or begun <= max(first, 0):
            break
        awaited = len(rows) * 8
    return rows


def _stretches(end: int) -> Iterator[tuple[int, str]]:
    """What is last before an id, more and more of it: where it begins, and how a tsquery is kept within it.

    PostgreSQL's index gives all that fits, in no order: of a frequent word only what is needed is to be read.
    """
    if end <= 0:  # documents
        yield -(1 << 62), f"'{stretch(STRETCHES[-1], -1)}' & "
        return
    last = _read("SELECT id FROM records_passage WHERE id < %s ORDER BY id DESC LIMIT 1", (end,))
    if last and last[0] >= 0:
        case = last[0] >> OWN
        for bits in STRETCHES:
            before = case - (1 << bits)
            here, there = stretch(bits, case), stretch(bits, before)
            yield before >> bits << bits << OWN, f"('{here}' | '{there}') & "
    yield -(1 << 62), ""


def _read(statement: str, given: Sequence[object]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]


def first_passages(cases: Sequence[int], sought: Sought) -> dict[int, int]:
    """By the case, the first of its passages that fits; only of those of these cases that have one."""
    if not cases:
        return {}
    if connection.vendor == "postgresql":  # whose index has no order to read a part of it in
        return _asked_each(cases, sought)
    rows = last_passages(sought, _READ, min(cases) << OWN, max(cases) + 1 << OWN)
    found = {row >> OWN: row for row in rows}  # the last of a case's rows is its first passage
    asked = set(cases)
    if len(rows) < _READ:
        return {case: passage for case, passage in found.items() if case in asked}
    cut = rows[-1] >> OWN
    whole = {case: passage for case, passage in found.items() if case in asked and case > cut}
    return whole | _asked_each([case for case in cases if case <= cut], sought)


def _asked_each(cases: Sequence[int], sought: Sought) -> dict[int, int]:
    if not cases:
        return {}
    on = connection.vendor == "postgresql"
    fits, asked = ("@@ %s::tsquery", sought.tsquery) if on else ("MATCH %s", sought.fts5)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked(id) AS (VALUES {', '.join(['(%s)'] * len(cases))}) "  # noqa: S608
            f"SELECT id, (SELECT rowid FROM records_passagesigns WHERE records_passagesigns {fits} "
            "AND rowid >= asked.id << %s AND rowid < asked.id + 1 << %s ORDER BY rowid LIMIT 1) "
            "FROM asked",
            (*cases, asked, OWN, OWN),
        )
        return {case: passage for case, passage in cursor.fetchall() if passage is not None}


def _in_case(sought: Sought, case: str) -> Exists:
    """That one passage of the case fits."""
    rows = PassageSigns.objects.filter(signs__matches=sought)
    return Exists(_among(rows, OuterRef(case).bitleftshift(OWN), 1 << OWN))


def _among(rows: Any, first: Any, count: int) -> Any:
    """Those of these passages with so many ids."""
    return rows.filter(
        id__gte=ExpressionWrapper(first, BigIntegerField()),
        id__lt=ExpressionWrapper(first + count, BigIntegerField()),
    )


def found_documents(text: str) -> frozenset[int]:
    """The ids of the versions of documents that hold all words of `text`, whoever may read them."""
    held = [
        {-(row >> OWN) for row in last_passages(Sought((word,)), 1 << 30, -(1 << 62), 0)}
        for word in words_of(text)
    ]
    return frozenset(set.intersection(*held) if held else ())


def found_customers(viewer: Viewer, text: str, limit: int = 5) -> list[int]:
    """The ids of customers whose name or contact holds all words of `text`, by cases the viewer may see."""
    search = _Search(viewer, text, words_of(text), Filters())
    if _limited(viewer) or not search.words:
        return []
    cases = [case.id for case in islice(search.cases(0, None), limit * 4)]
    pieces, phone = spellings(text), "".join(sign for sign in fold(text) if sign.isdecimal())
    rows = Case.objects.filter(pk__in=cases, complainant__isnull=False).order_by("-pk")
    named = rows.values_list("complainant", "complainant__name", "complainant__phone")
    fitting = (
        party
        for party, name, number in named
        if all(piece in fold(name) for piece in pieces)
        or (len(phone) >= _ENDING and number.endswith(phone[-11:]))
    )
    return list(dict.fromkeys(fitting))[:limit]


def found_sheet(viewer: Viewer, words: str) -> tuple[str, int] | None:
    """The case and the sheet of a note's number (CL-TS20260302-0001-2), if the viewer may see that sheet."""
    body, _dash, serial = words.strip().rpartition("-")
    if not body or not serial.isdecimal() or len(serial) > 4:
        return None
    numbers = Q(number__iexact=body) | Q(number__iexact=body.partition("-")[2])
    for number in reachable_cases(viewer).filter(numbers).values_list("number", flat=True)[:2]:
        page = case_page(number, viewer)
        if page is not None and int(serial) in page.sheets:
            return number, int(serial)
    return None


def seen_whole(viewer: Viewer, ids: Collection[int]) -> frozenset[int]:
    """Those of these cases that the viewer may see whole."""
    return frozenset(visible_cases(viewer).filter(pk__in=ids).values_list("pk", flat=True))


def complainants(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and phone number of who complained, by the cases' ids."""
    rows = Case.objects.filter(pk__in=ids, complainant__isnull=False)
    return {
        pk: (name, phone)
        for pk, name, phone in rows.values_list("pk", "complainant__name", "complainant__phone")
    }
