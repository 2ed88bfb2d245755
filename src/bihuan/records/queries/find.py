"""Finding cases by the words that were said and written of them, among what the viewer may see."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import (
    BigIntegerField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat

from bihuan.records.models import Case, CaseAccess, Passage, PassageSigns
from bihuan.records.models.passage import OWN
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
from bihuan.records.wording import Word, fold, spellings, words_of

TIERS = 3
_REGISTERED = ("who", "contact", "told")
_CALLED = ("who", "contact")
_WEIGHTS = {"who": "A", "contact": "D", "told": "B", "said": "C"}
_COUNTED = 500  # passages a word is counted among, to see which is the rarest
_CHUNK = 64
_ENDING = 4  # digits of a telephone number that are looked for


@dataclass(frozen=True, slots=True)
class Sought:
    """All of these words in one passage, within some of its texts (none named: anywhere)."""

    words: tuple[Word, ...]
    texts: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()  # but not all of them within these

    @property
    def fts5(self) -> str:
        """As SQLite's FTS5 is asked."""
        found = _within(self.texts, " AND ".join(_phrase(word) for word in self.words))
        if not self.besides:
            return found
        return f"({found}) NOT ({Sought(self.words, self.besides).fts5})"

    @property
    def tsquery(self) -> str:
        """As PostgreSQL is asked."""
        weights = "".join(_WEIGHTS[text] for text in self.texts)
        found = " & ".join(_lexemes(word, weights) for word in self.words)
        if not self.besides:
            return found
        return f"({found}) & !({Sought(self.words, self.besides).tsquery})"


def _within(texts: tuple[str, ...], asked: str) -> str:
    return f"{{{' '.join(texts)}}} : ({asked})" if texts else f"({asked})"


def _phrase(word: Word) -> str:
    phrase = f'"{" ".join(word.signs)}"{" *" if word.begun else ""}'
    return f'({phrase} OR "{word.ending}")' if word.ending else phrase


def _lexemes(word: Word, weights: str) -> str:
    def lexeme(sign: str, begun: str = "") -> str:
        return f"'{sign}':{begun}{weights}" if begun or weights else f"'{sign}'"

    signs = [lexeme(sign) for sign in word.signs[:-1]]
    phrase = " <-> ".join([*signs, lexeme(word.signs[-1], "*" if word.begun else "")])
    return f"(({phrase}) | {lexeme(word.ending)})" if word.ending else f"({phrase})"


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
    found: list[Key] = []
    for tier in range(after.at if after else 0, TIERS if search.words else 0):
        cases = search.cases(tier, after.id if after and after.at == tier else None)
        found += [Key(tier, case) for case in islice(cases, limit + 1 - len(found))]
        if len(found) > limit:
            break
    shown = found[:limit]
    rows = as_listed(Case.objects.filter(pk__in=[key.id for key in shown]))
    by_id = {row.id: row for row in rows}
    return [by_id[key.id] for key in shown], shown[-1] if len(found) > limit else None


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

    def cases(self, tier: int, below: int | None) -> Iterator[int]:
        """The cases of one tier, those below that id, the newest first."""
        few = _limited(self.viewer) or walk(self.viewer, by_due=False) is Walk.SEEN
        return self._among_few(tier, below) if few else self._among_many(tier, below)

    def _among_many(self, tier: int, below: int | None) -> Iterator[int]:
        """The index is walked from its end: as far as what is asked for takes."""
        case = ExpressionWrapper(F("id").bitrightshift(OWN), BigIntegerField())
        seen = filtered(visible_cases(self.viewer), self.filters, Walk.ALL)
        rows = PassageSigns.objects.annotate(case=case)
        if tier == 0:
            rows = rows.filter(signs__matches=Sought(self.words, _CALLED))
        elif tier == 1:
            rows = rows.filter(signs__matches=Sought(self.words, _REGISTERED, _CALLED))
            rows = rows.exclude(_in_case(Sought(self.words, _CALLED), "case"))
        else:
            first, *others = sorted(self.words, key=_frequency)
            rows = rows.filter(signs__matches=Sought((first,), () if others else ("said",)))
            rows = rows.filter(*(_in_case(Sought((word,)), "case") for word in others))
            rows = rows.exclude(_in_case(Sought(self.words, _REGISTERED), "case"))
        rows = rows.filter(Exists(seen.filter(pk=OuterRef("case")))).order_by("-id")
        start = None if below is None else below << OWN
        while True:
            chunk = rows if start is None else rows.filter(id__lt=start)
            found = [row >> OWN for row in chunk.values_list("id", flat=True)[:_CHUNK]]
            yield from dict.fromkeys(found)
            if len(found) < _CHUNK:
                return
            start = found[-1] << OWN

    def _among_few(self, tier: int, below: int | None) -> Iterator[int]:
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
        if below is not None:
            rows = rows.filter(pk__lt=below)
        return rows.order_by("-pk").values_list("pk", flat=True).iterator(_CHUNK)

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


def _frequency(word: Word) -> int:
    return PassageSigns.objects.filter(signs__matches=Sought((word,)))[:_COUNTED].count()


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
        {
            -(row >> OWN)
            for row in PassageSigns.objects.filter(
                signs__matches=Sought((word,)), id__lt=0
            ).values_list("id", flat=True)
        }
        for word in words_of(text)
    ]
    return frozenset(set.intersection(*held) if held else ())


def found_customers(viewer: Viewer, text: str, limit: int = 5) -> list[int]:
    """The ids of customers whose name or contact holds all words of `text`, by cases the viewer may see."""
    search = _Search(viewer, text, words_of(text), Filters())
    if _limited(viewer) or not search.words:
        return []
    cases = list(islice(search.cases(0, None), limit * 4))
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
