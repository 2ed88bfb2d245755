"""Which words of a case hold what was looked for: the entry of its history, and the text there."""

from collections.abc import Collection
from dataclasses import dataclass

from bihuan.records.models import Event, PassageSigns
from bihuan.records.models.passage import ENTRIES, OWN, PARTS
from bihuan.records.queries.find import Sought
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
    for case in cases:
        place = _entry(case, text)
        event = Event.objects.filter(case_id=case, sequence=place).first() if place else None
        if event is None:
            continue
        data, _effects = unseal(event.data, (), event.private)
        texts = (
            value for name, value in data.items() if isinstance(value, str) and name != "contact"
        )
        for value in texts:
            folded = fold(value)
            if any(piece in folded for piece in pieces):
                found[case] = Holding(case, event.kind, event.sheet, event.at, value)
                break
    return found


def _entry(case: int, text: str) -> int:
    """The place in the history of the first entry that holds a word; 0 where none does."""
    for word in words_of(text):
        rows = PassageSigns.objects.filter(
            signs__matches=Sought((word,), _TEXTS), id__gte=case << OWN, id__lt=case + 1 << OWN
        )
        first = rows.order_by("id").values_list("id", flat=True).first()
        if first is not None:
            return first // PARTS % ENTRIES
    return 0
