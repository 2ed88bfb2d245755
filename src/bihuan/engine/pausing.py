"""Clocks that stand: only while somebody else owes what will start them again (settled with every pause)."""

from bihuan.engine.case import Debt
from bihuan.engine.dues import due_of
from bihuan.engine.policy import Allowed
from bihuan.engine.posts import resolve
from bihuan.engine.work import Work

PAUSE_ENDS = "pause ends"  # the instant of the case at which it ends by itself


def stands(work: Work, debt: Debt) -> bool:
    """Whether a debt's clock stands: not that of what covers the pause, nor a time agreed upon."""
    if not work.case.paused or debt.row.startswith("pause."):
        return False
    row = work.row(debt.row)
    return row is None or not row.timing.by


def pause(work: Work, allowed: Allowed, at: int, until: int) -> None:
    """Stop the clocks until then at the latest, and open the debt that covers the pause."""
    case, covered = work.case, allowed.covered
    assert covered is not None
    assert covered.owes is not None
    work.emit("paused", on=True, at=at)
    work.emit("instant", name=PAUSE_ENDS, at=until)
    facts = work.facts()
    due, provisional = due_of(covered.timing, at, case, work.world, facts)
    seat = resolve(covered.owes, case, work.world, facts, act=covered.act)
    work.open_debt(
        f"pause.{covered.act}", covered.act, seat, at, min(due, until), provisional=provisional
    )


def resume(work: Work, at: int) -> None:
    """Let the clocks run on: what stood is due as much later as it stood."""
    case = work.case
    standing = [debt for debt in case.debts.values() if stands(work, debt)]
    covering = [debt for debt in case.debts.values() if debt.row.startswith("pause.")]
    since = case.paused
    work.emit("paused", on=False, at=max(at, since))
    for debt in covering:
        work.emit("void", id=debt.id, at=at, why="resumed")
    for debt in standing:
        row = work.row(debt.row)
        if row is None or debt.lapses:
            until, judged = debt.due + at - max(since, debt.since), debt.first_due
        else:
            until, _ = due_of(row.timing, debt.since, case, work.world, work.facts())
            judged = until
        if until > debt.due:
            work.emit("moved", id=debt.id, due=until, first_due=judged, why="resumed")
