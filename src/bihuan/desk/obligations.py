"""The rows of the obligations table, as the events of a case make them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bihuan.engine.case import Debt, Event
from bihuan.engine.organisation import Seat


@dataclass(slots=True)
class Owed:
    """One obligation, open or ended, with what a table row needs of it."""

    number: int
    row: str
    act: str
    sheet: int
    seat: Seat
    since: int
    due: int
    first_due: int
    rung: int
    lapses: int
    provisional: bool
    item: str
    kind: str = ""  # of the case when it was opened
    state: str = "open"
    ended: int = 0

    @classmethod
    def from_debt(cls, debt: Debt) -> "Owed":
        """The obligation an open debt is."""
        return cls(
            debt.id,
            debt.row,
            debt.act,
            debt.sheet,
            debt.seat,
            debt.since,
            debt.due,
            debt.first_due,
            debt.rung,
            debt.lapses,
            debt.provisional,
            debt.item,
        )


def changed_by(
    events: Iterable[Event], before: Mapping[int, Debt], kind: str = ""
) -> dict[int, Owed]:
    """Every obligation that the events touch, as it stands after them.

    `before` holds the debts open before the first of the events, `kind` what the case was then; kept
    after `first_due` is late.
    """
    found: dict[int, Owed] = {}

    def of(number: int) -> Owed:
        if number not in found:
            found[number] = Owed.from_debt(before[number])
        return found[number]

    for event in events:
        for effect, data in event.effects:
            if effect == "facts":
                kind = str(data.get("kind", kind))
            elif effect == "opened":
                found[data["id"]] = replace(Owed.from_debt(Debt(**data)), kind=kind)
            elif effect == "kept":
                owed = of(data["id"])
                owed.state = "late" if event.at > owed.first_due else "kept"
                owed.ended = event.at
            elif effect == "void":
                owed = of(data["id"])
                owed.state, owed.ended = "void", event.at
            elif effect == "lapsed":
                of(data["id"]).lapses += 1
            elif effect == "moved":
                owed = of(data["id"])
                owed.seat = data.get("seat", owed.seat)
                owed.due = data.get("due", owed.due)
                owed.first_due = data.get("first_due", owed.first_due)
                owed.rung = data.get("rung", owed.rung)
                owed.provisional = data.get("provisional", owed.provisional)
    return found
