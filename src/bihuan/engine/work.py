"""One step of a case in the making: a state of its own, and the events it leaves."""

from collections.abc import Iterable, Iterator

from bihuan.engine.case import Case, Debt, Effect, Event, Json, Sheet, apply
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Duty, Periodic, Step
from bihuan.engine.refusal import Owing
from bihuan.engine.rules import current_step, facts_of
from bihuan.engine.words import Text
from bihuan.engine.world import World

_CHANGE_FACTS = frozenset({"registered", "facts", "derived", "severity", "marked", "unmarked"})


class Work:
    """One step in the making: a case of its own, and the events it leaves."""

    def __init__(self, case: Case, world: World) -> None:
        self.case = case
        self.world = world
        self.policy = world.policy
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.at = 0
        self.by = ""  # who does the act in hand
        self._facts: dict[str, Json] | None = None
        self._current: tuple[Step | None] | None = None  # kept as long as the facts are

    def begin(self) -> None:
        self.effects = []

    def emit(self, kind: str, /, **data: Json) -> None:
        effect = (kind, data)
        self.effects.append(effect)
        apply(self.case, effect)
        if kind in _CHANGE_FACTS:
            self._facts = self._current = None

    def end(self, kind: str, at: int, by: str, seat: Seat, sheet: int, data: Json) -> None:
        self.events.append(Event(kind, at, by, seat, sheet, dict(data), tuple(self.effects)))
        self.case.events += 1

    def facts(self) -> dict[str, Json]:
        """What conditions may ask; kept until it changes, so whoever changes it takes a copy."""
        if self._facts is None:
            self._facts = facts_of(self.case)
        return self._facts

    @property
    def kind(self) -> str:
        """The kind of the case."""
        return str(self.case.facts.get("kind", ""))

    def limit(self, number: str) -> int:
        return self.world.count(number, self.case)

    def line(self, sheet: Sheet | None) -> Case | Sheet:
        return sheet if sheet is not None else self.case

    def current(self, sheet: Sheet | None = None) -> Step | None:
        if sheet is not None:
            return (
                None
                if sheet.ended
                else current_step(
                    self.policy.sheets[sheet.kind].steps,
                    sheet.marks,
                    {**self.facts(), **sheet.marks},
                    self.limit,
                )
            )
        if self.case.ledger or self.case.ended:
            return None
        if self._current is None:
            at = current_step(self.policy.steps, self.case.marks, self.facts(), self.limit)
            self._current = (at,)
        return self._current[0]

    def row(self, name: str) -> Step | Duty | Periodic | None:
        """The row of the policy that a debt came from."""
        return self.policy.rows.get(name)

    def live_sheets(self) -> Iterator[Sheet]:
        return (sheet for sheet in self.case.sheets.values() if not sheet.ended)

    def open_debts(self, act: str, sheet: int, item: str = "") -> tuple[Debt, ...]:
        return tuple(
            debt
            for debt in self.case.debts.values()
            if debt.act == act and debt.sheet == sheet and (not item or debt.item == item)
        )

    def owing_of(self, sheet: int, row: str = "") -> tuple[Owing, ...]:
        return tuple(
            Owing(debt.act, debt.seat, debt.due, debt.sheet)
            for debt in self.case.debts.values()
            if debt.sheet == sheet and debt.row.startswith(row)
        )

    def day(self, at: int) -> str:
        return self.world.calendars["usual"].day_of(at).isoformat()

    def open_debt(
        self,
        row: str,
        act: str,
        seat: Seat,
        since: int,
        until: int,
        *,
        provisional: bool,
        sheet: int = 0,
        item: str = "",
        given: bool = False,
    ) -> None:
        data: dict[str, Json] = {
            "id": self.case.last_debt + 1,
            "row": row,
            "act": act,
            "sheet": sheet,
            "seat": seat,
            "since": since,
            "due": until,
            "first_due": until,
        }
        if provisional:
            data["provisional"] = True
        if item:
            data["item"] = item
        if given:
            data["given"] = True
        self.emit("opened", **data)

    def is_owners(self, row: Step | Duty | Periodic | None) -> bool:
        return row is not None and row.owes is not None and row.owes.kind == "owner"

    def posts_of(self, seats: Iterable[Seat]) -> Text:
        names = [
            self.policy.posts[post].text
            for post in dict.fromkeys(seat.partition("@")[0] for seat in seats)
            if post in self.policy.posts
        ]
        return Text(
            "、".join(name.zh for name in names) or "系统",
            " or ".join(name.en for name in names) or "the system",
        )

    def missing_facts(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, fact in self.policy.facts.items()
            if fact.asked == "registration"
            and name not in self.case.facts
            and fact.concerns(self.case.facts.get("kind"))
        )
