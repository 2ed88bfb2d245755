"""What is owed when a notice does not reach a member of staff: somebody sees to it, by a time."""

from bihuan.engine.posts import resolve
from bihuan.engine.settling import silence
from bihuan.engine.work import Work

SEE_TO_NOTICES = "see_to_notices"


def owe_notices(work: Work, at: int) -> None:
    """Whoever holds the floor sees to it within the longest silence; what fails meanwhile is part of it."""
    if work.open_debts(SEE_TO_NOTICES, 0):
        return
    seat = resolve(work.policy.usual.floor, work.case, work.world, {}, act=SEE_TO_NOTICES)
    until, provisional = silence(work, at)
    row = f"ledger.{SEE_TO_NOTICES}"
    work.open_debt(row, SEE_TO_NOTICES, seat, at, until, provisional=provisional)
