"""Which words of a case hold what was looked for: the entry of its history, and the text there."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bihuan.records.models import Event
from bihuan.records.models.passage import ENTRIES, PARTS
from bihuan.records.queries.find import Sought, first_passages
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.sealing import unseal
from bihuan.records.wording import fold, spellings, words_of

_TEXTS = ("told", "said", "who")  # not the contact, which others see masked


@dataclass(frozen=True, slots=True)
class Holding:
    """An entry of a case that holds a word: what was done then, on which sheet, and one text of it.

    Contact data may stand in the text in clear; whoever shows it asks `desk.permissions` first.
    """

    case: int
    kind: str
    sheet: int
    at: int
    text: str


def holding(cases: Collection[int], text: str) -> dict[int, Holding]:
    """By the case's id, the entry that holds a word of `text`; only of cases the reader may see whole."""
    found: dict[int, Holding] = {}
    pieces = spellings(text)
    for case, kind, sheet, at, sealed, private in _entries(cases, text):
        data, _effects = unseal(sealed, (), private)
        texts = (
            value for name, value in data.items() if isinstance(value, str) and name != "contact"
        )
        for value in texts:
            folded = fold(value)
            if any(piece in folded for piece in pieces):
                found[case] = Holding(case, kind, sheet, at, value)
                break
    return found


def _entries(cases: Collection[int], text: str) -> list[Row]:
    """Of each case the first entry of its history that holds a word."""
    places: dict[int, int] = {}
    for word in words_of(text):
        left = [case for case in cases if case not in places]
        first = first_passages(left, Sought((word,), _TEXTS))
        places |= {case: passage // PARTS % ENTRIES for case, passage in first.items()}
    return _at(list(places.items()))


@prepared
def _at(places: list[tuple[int, int]]) -> "QuerySet[Event, Row]":
    pairs = Q(pk__in=[])
    for case, sequence in places:
        pairs |= Q(case_id=case, sequence=sequence)
    rows = Event.objects.filter(pairs)
    return rows.values_list("case_id", "kind", "sheet", "at", "data", "private")
