"""What an assessment carries by itself: what was late, by how much, and who answers for which share.

The engine writes it on the sheet when that opens, and again when what was late is done; `recomputed`
reckons the same from the events alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from bihuan.engine.case import Case, Debt, Late
from bihuan.engine.figures import Told
from bihuan.engine.legs import Recorded, Stretch, charges, shares
from bihuan.engine.organisation import Seat

Json = Any
REPORTED = frozenset({"evidence", "shares", "as_of", "sheet", "debt"})  # what the engine writes


def evidence(late: Iterable[Late], at: int) -> dict[str, Json]:
    """The evidence as of an instant: each act with its due, when it was done and by how much late."""
    items: list[Json] = []
    total: list[Stretch] = []
    for one in late:
        charged = charges(one.since, one.passed, one.done or at)
        items.append(
            {
                "act": one.act,
                "due": one.due,
                "done": one.done,
                "late": sum(stretch.seconds for stretch in charged),
                "shares": shares(_by_seat(charged)),
            }
        )
        total += charged
    return {"evidence": items, "shares": shares(_by_seat(total)), "as_of": at}


def late_on(case: Case, sheet: int, debt: Debt | None = None) -> Sequence[Late]:
    """What was done late on a sheet and what is late on it now; without a sheet, that debt alone."""
    if sheet not in case.sheets:
        return [_now(debt)] if debt is not None else []
    open_now = (each for each in case.debts.values() if each.sheet == sheet and each.passed)
    return [*case.sheets[sheet].missed, *(_now(each) for each in open_now)]


def _now(debt: Debt) -> Late:
    return Late(debt.act, debt.since, debt.first_due, 0, debt.passed)


def _by_seat(charged: Iterable[Stretch]) -> dict[str, int]:
    found: dict[str, int] = {}
    for stretch in charged:
        found[stretch.seat] = found.get(stretch.seat, 0) + stretch.seconds
    return {seat: seconds for seat, seconds in sorted(found.items()) if seconds}


class Done(Told, Protocol):
    """What of an event is read here."""

    @property
    def sheet(self) -> int:
        """The sheet it was done on, 0 the case itself."""


class Assessed(NamedTuple):
    """One assessment as its events give it: whom it is of, what was late, and what was said of it last."""

    sheet: int
    opened: int
    to: Seat
    evidence: Sequence[Json]
    shares: dict[Seat, int]
    last: str  # the act done on it last, "" none yet
    outcome: str


def assessed(history: Sequence[Done], kind: str = "assessment") -> Iterator[Assessed]:
    """The assessments of a case: the evidence reckoned from its events, never read from the sheet."""
    last = {event.sheet: event for event in history if event.sheet and event.by != "system"}
    found = {one.sheet: one.found for one in recomputed(history)}
    for event in history:
        for name, data in event.effects:
            number = data.get("number", 0)
            if name == "sheet opened" and data["kind"] == kind and number in found:
                act = last.get(number)
                yield Assessed(
                    number, data["opened"], data["to"], found[number]["evidence"],
                    found[number]["shares"], act.kind if act else "",
                    str(act.data.get("outcome", "")) if act else "",
                )  # fmt: skip


class Recomputed(NamedTuple):
    """The evidence as a sheet had it written at some event, and as the events give it."""

    sheet: int
    told: dict[str, Json]
    found: dict[str, Json]

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return self.told == self.found


def recomputed(history: Iterable[Recorded]) -> Iterator[Recomputed]:
    """Every time evidence was written on a sheet of this case, with what the events say it should be."""
    owed: dict[int, tuple[int, Late]] = {}  # id → its sheet, and what is known of it
    done: dict[int, list[Late]] = {}
    ids: dict[int, Late] = {}
    about: dict[int, tuple[int, int]] = {}  # sheet → the sheet and the debt it is about
    for event in history:
        for kind, data in event.effects:
            number = data.get("id", 0)
            if kind == "opened":
                late = Late(data["act"], data["since"], data["first_due"], 0, ())
                owed[number] = (data["sheet"], late)
            elif kind == "moved" and "first_due" in data:
                sheet, late = owed[number]
                owed[number] = (sheet, late._replace(due=data["first_due"]))
            elif kind == "lapsed":
                sheet, late = owed[number]
                passed = (*late.passed, (data["seat"], event.at))
                owed[number] = (sheet, late._replace(passed=passed))
            elif kind in ("kept", "void"):
                sheet, late = owed.pop(number)
                ids[number] = late._replace(done=data["at"])
                if kind == "kept" and data["late"] and sheet:
                    done.setdefault(sheet, []).append(ids[number])
            elif kind in ("sheet opened", "sheet filled") and "evidence" in data["data"]:
                told = {name: data["data"][name] for name in ("evidence", "shares", "as_of")}
                if kind == "sheet opened":
                    filled = data["data"]
                    about[data["number"]] = (filled.get("sheet", 0), filled.get("debt", 0))
                of, debt = about[data["number"]]
                if of:
                    now = [late for sheet, late in owed.values() if sheet == of and late.passed]
                    found = [*done.get(of, ()), *now]
                else:
                    found = [owed[debt][1] if debt in owed else ids[debt]]
                yield Recomputed(data["number"], told, evidence(found, told["as_of"]))
