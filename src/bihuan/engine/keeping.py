"""How long a record is kept: the purge the system owes for it, and the hold that stops the purge."""

from collections.abc import Iterator

from bihuan.engine.case import Act, Case, Debt
from bihuan.engine.clock import due, end_of_month_after
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Keep
from bihuan.engine.posts import SYSTEM, resolve, step_aside
from bihuan.engine.spans import Days
from bihuan.engine.work import Work

HELD = "hold.review"
"""The row of the debt that a hold leaves: somebody looks again whether it is still needed."""
A_DAY = Days(1)


def settle_keeping(work: Work, at: int) -> None:
    """Open the purges of a record that is over, and void them while it is held or owes something again."""
    case = work.case
    for debt in tuple(case.debts.values()):
        if debt.row.startswith("keep."):
            if why := _why_not_kept(case):
                work.emit("void", id=debt.id, at=at, why=why)
        elif debt.row == HELD:
            seat = step_aside(debt.seat, case, work.world, debt.act)
            if seat != debt.seat:
                work.emit("moved", id=debt.id, seat=seat, why="bearer")
    if case.held or not (case.ledger or case.ended):
        return
    standing = {debt.row for debt in case.debts.values()}
    for index, keep in enumerate(work.policy.keep):
        row = f"keep.{index}"
        if row in standing:
            continue
        for start in _kept_since(work, keep, row, at):
            until = _kept_until(work, keep, start)
            if "released" in case.instants:  # a day to think again before it is gone
                released = case.instants["released"]
                until = max(until, due(A_DAY, released, work.world.calendars))
            work.open_debt(row, "purge", SYSTEM, at, until, provisional=False)


def _why_not_kept(case: Case) -> str:
    """Why no purge is owed; empty where one is."""
    if case.held:
        return "held"
    goes_with_its_case = case.is_message and not _kept_alone(case)
    outlived = case.is_open and not case.ledger  # something outlives the case again
    return "moot" if goes_with_its_case or outlived else ""


def _kept_until(work: Work, keep: Keep, start: int) -> int:
    return due(work.world.span(keep.number, work.case), start, work.world.calendars)


def _kept_since(work: Work, keep: Keep, row: str, at: int) -> Iterator[int]:
    """From when a row of `keep` counts, where it applies to this record and is not done."""
    case = work.case
    if case.is_routine:
        if "reports" in keep.what:  # month by month
            month = case.instants.get(row, case.registered)
            yield end_of_month_after(month, work.world.calendars["usual"], 0) - 1  # its last day
    elif case.is_message and not _kept_alone(case):
        return  # goes with the case it belongs to
    elif keep.covers_cases and row not in case.instants and not case.is_open:
        yield _ended_at(work, keep, at)


def _kept_alone(case: Case) -> bool:
    """Whether a message belongs to no case, and is kept and destroyed by itself."""
    return case.marks.get("triage") == "rejected"


def _ended_at(work: Work, keep: Keep, at: int) -> int:
    """The last closing, or the end of the sheet or promise that outlived the case."""
    instants = work.case.instants
    return max(instants.get(keep.after, instants.get("stage", at)), instants.get("outlived", 0))


def purge(work: Work, debt: Debt, at: int) -> None:
    """The time of keeping is over: what was personal is to be erased, and the record accepts nothing more."""
    keep = work.policy.keep[int(debt.row.removeprefix("keep."))]
    since, until = _ended_at(work, keep, at), at
    if work.case.is_routine:
        since = work.case.instants.get(debt.row, work.case.registered)
        until = end_of_month_after(since, work.world.calendars["usual"], 0)
    work.begin()
    work.emit("kept", id=debt.id, at=at, late=False)
    work.emit("instant", name=debt.row, at=until)
    if not work.case.is_routine:
        work.emit("over", how="purged")
        work.emit("instant", name="stage", at=at)
    settle_keeping(work, at)
    what = list(keep.what)
    named = {kind for row in work.policy.keep for kind in row.what}
    if "case records" in what and "sheets" not in named:
        what.append("sheets")  # what no row names goes with its case
    told = {"row": debt.row, "records": " and ".join(what), "since": since, "until": until}
    work.end("purge", at, "system", SYSTEM, 0, told)


def hold(work: Work, act: Act) -> None:
    """Nothing is purged until the hold is lifted, and somebody owes a look at it by the day named."""
    if act.name == "review_hold" and act.data.get("outcome") != "lifted":
        _owe_review(work, act)
    elif act.name == "hold":
        work.emit("held", **{"is": True})
        _owe_review(work, act)
    else:
        work.emit("held", **{"is": False})
        work.emit("instant", name="released", at=act.at)
        for debt in tuple(work.case.debts.values()):
            if debt.row == HELD:
                work.emit("void", id=debt.id, at=act.at, why="moot")


def _owe_review(work: Work, act: Act) -> None:
    work.open_debt(
        HELD, "review_hold", _reviewer(work), act.at, int(act.data["review"]), provisional=False
    )


def _reviewer(work: Work) -> Seat:
    """Who looks at a hold again: the owner; of a ledger, who holds what nobody else would."""
    case = work.case
    seat = case.owner or resolve(work.policy.usual.floor, case, work.world, work.facts())
    return step_aside(seat, case, work.world, "review_hold")
