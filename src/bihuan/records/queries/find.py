"""Finding cases by the words that were said and written of them, among what the viewer may see."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    listed_among,
    walk,
)
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.queries.visibility import Viewer, reachable_cases, visible_cases
from bihuan.records.wording import MARKS, Word, fold, spellings, words_of

TIERS = 3
_REGISTERED = ("who", "contact", "told")
_CALLED = ("who", "contact")
_SINCE = ("said",)
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
    more of them (`whole_of`).
    """
    if not text.strip():
        return in_order(
            viewer, filters, by_due=by_due, after=after, limit=limit, limited=_limited(viewer)
        )
    search = _Search(viewer, text.strip(), words_of(text), filters)
    tiers = range(after.at if after else 0, TIERS if search.words else 0)
    cases = search.cases(tiers, after.id if after else None) if tiers else iter(())
    found = list(islice(cases, limit + 1))
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

    def cases(self, tiers: range, below: int | None = None) -> Iterator[tuple[int, Listed]]:
        """The cases of these tiers, each with its own: of the first those below that id; the newest first."""
        few = _limited(self.viewer) or walk(self.viewer, by_due=False) is Walk.SEEN
        if not few:
            yield from self._among_many(tiers, below)
            return
        for tier in tiers:
            yield from ((tier, case) for case in self._among_few(tier, below))
            below = None

    def _among_many(self, tiers: range, below: int | None) -> Iterator[tuple[int, Listed]]:
        """The index is walked from its end: as far as what is asked for takes."""
        for fitting in self._fitting(tiers, below):
            rows = listed_among([case for _tier, case in fitting], self.viewer, self.filters)
            yield from ((tier, rows[case]) for tier, case in fitting if case in rows)

    def _fitting(self, tiers: range, below: int | None) -> Iterator[list[tuple[int, int]]]:
        """The tiers and ids of cases, whoever may see them: some at a time, none in two tiers."""
        turns = [Sought(self.words, texts) for texts in (_CALLED, _REGISTERED, _SINCE)]
        came: set[int] = set()
        without: dict[int, _Holding] = {}  # of the tiers before which not all were walked here
        for tier in (tiers.start, tiers.start + 1 if below else 0):
            if tier:
                without[tier] = _Holding(turns[tier - 1])
        at_once = tiers if len(self.words) == 1 else range(tiers.start, min(tiers.stop, TIERS - 1))
        yield from _sifted(at_once, [turns[tier] for tier in at_once], below, came, without)
        if at_once != tiers:  # the words may stand in several passages of a case
            first, *others = sorted((Sought((word,)) for word in self.words), key=_frequency)
            also = [_Holding(other) for other in others]
            last = TIERS - 1
            end = below if tiers.start == last else None
            for fitting in _sifted(range(last, TIERS), [first], end, came, without):
                cases = [case for _tier, case in fitting]
                for other in also:
                    held = other.of(cases)
                    cases = [case for case in cases if case in held]
                yield [(last, case) for case in cases]

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


def _sifted(
    tiers: range,
    turns: Sequence[Sought],
    below: int | None,
    came: set[int],
    without: Mapping[int, "_Holding"],
) -> Iterator[list[tuple[int, int]]]:
    """Cases one passage of which fits what is looked for in each tier, in turn, but for those that came or
    are held by a tier before: the newest first, some at a time.
    """
    count, end = _CHUNK, (1 << 62) if below is None else below << OWN
    while turns:
        rows = _in_turn(turns, count, 0, end)
        new: list[tuple[int, int]] = []
        for turn, passage in rows:
            if (case := passage >> OWN) not in came:
                came.add(case)
                new.append((tiers[turn], case))
        for tier, holding in without.items():
            held = holding.of([case for its, case in new if its == tier])
            new = [(its, case) for its, case in new if its != tier or case not in held]
        yield new
        if len(rows) < count:
            return
        turn, passage = rows[-1]
        tiers, turns = tiers[turn:], turns[turn:]
        count, end = min(count * 4, _MOST), passage >> OWN << OWN


class _Holding:
    """Says of cases which have a passage that fits: by all there are where they are few, else asked each time."""

    def __init__(self, sought: Sought) -> None:
        self.sought, self.all, self.are_few = sought, frozenset[int](), False
        self.is_asked = False

    def of(self, cases: Sequence[int]) -> Container[int]:
        """Those of these cases, and perhaps others."""
        if not cases:
            return ()
        if not self.is_asked:
            rows = last_passages(self.sought, _READ)
            self.all, self.are_few = frozenset(row >> OWN for row in rows), len(rows) < _READ
            self.is_asked = True
        return self.all if self.are_few else first_passages(cases, self.sought)


def last_passages(sought: Sought, count: int, first: int = 0, end: int = 1 << 62) -> list[int]:
    """The passages that fit, of these ids, the last first: at most so many."""
    return [passage for _turn, passage in _in_turn([sought], count, first, end)]


def _in_turn(
    turns: Sequence[Sought], count: int, first: int, end: int
) -> Sequence[tuple[int, int]]:
    """The passages that fit the first of these, of these ids; where there are fewer, all that fit the next,
    and so on: the last first, each with its turn.
    """
    parts: list[str] = []
    given: list[Any] = []
    for turn, sought in enumerate(turns):
        if connection.vendor == "sqlite":
            parts.append(_LAST_ON_SQLITE.format(turn))
            given += [sought.fts5, first, end, count]
        else:
            parts.append(_LAST_ON_POSTGRESQL.format(turn))
            documents = f"'{stretch(STRETCHES[-1], -1)}' & " if end <= 0 else ""
            stretches = [] if documents else list(STRETCHES)
            given += [documents + sought.tsquery, first, end, count, stretches]
        first, end = 0, 1 << 62
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " LIMIT %s", (*given, count))
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


# Those of a later turn are not read where the ones before are enough.
_LAST_ON_SQLITE = (
    "SELECT {}, rowid FROM (SELECT rowid FROM records_passagesigns WHERE records_passagesigns "
    "MATCH %s AND rowid >= %s AND rowid < %s ORDER BY rowid DESC LIMIT %s)"
)
_LAST_ON_POSTGRESQL = "SELECT {}, passage FROM records_last_passages(%s::tsquery, %s, %s, %s, %s::integer[]) AS passage"


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


def found_customers(
    viewer: Viewer, text: str, first: Sequence[Listed] | None = None, limit: int = 5
) -> list[int]:
    """The ids of customers whose name or contact holds all words of `text`, by cases the viewer may see.

    `first`: the first cases that were found by these words alone, where they are known already.
    """
    search = _Search(viewer, text, words_of(text), Filters())
    if _limited(viewer) or not search.words:
        return []
    if first is None:
        first = [case for _tier, case in islice(search.cases(range(1)), limit * 4)]
    cases = [case.id for case in first]
    pieces, phone = spellings(text), "".join(sign for sign in fold(text) if sign.isdecimal())
    fitting = (
        party
        for party, name, number in _parties(cases)
        if all(piece in fold(name) for piece in pieces)
        or (len(phone) >= _ENDING and number.endswith(phone[-11:]))
    )
    return list(dict.fromkeys(fitting))[:limit]


@prepared
def _parties(cases: list[int]) -> "QuerySet[Case, Row]":
    rows = Case.objects.filter(pk__in=cases, complainant__isnull=False).order_by("-pk")
    return rows.values_list("complainant", "complainant__name", "complainant__phone")


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


def whole_of(viewer: Viewer, found: Sequence[Listed]) -> frozenset[int]:
    """The ids of those of the cases that were found which the viewer may see whole."""
    ids = frozenset(case.id for case in found)
    return seen_whole(viewer, ids) if _limited(viewer) else ids


def seen_whole(viewer: Viewer, ids: Collection[int]) -> frozenset[int]:
    """Those of these cases that the viewer may see whole."""
    return frozenset(pk for (pk,) in _whole(sorted(ids), viewer=viewer))


@prepared
def _whole(ids: list[int], *, viewer: Viewer) -> "QuerySet[Case, Row]":
    return visible_cases(viewer).filter(pk__in=ids).values_list("pk")


def complainants(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and phone number of who complained, by the cases' ids."""
    return {pk: (name, phone) for pk, name, phone in _complainants(sorted(ids))}


@prepared
def _complainants(ids: list[int]) -> "QuerySet[Case, Row]":
    rows = Case.objects.filter(pk__in=ids, complainant__isnull=False)
    return rows.values_list("pk", "complainant__name", "complainant__phone")
