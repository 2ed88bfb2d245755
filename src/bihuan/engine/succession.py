"""A new version of a policy takes over a case in hand: the rows it stands under change, no due gets later."""

from bihuan.engine import lapsing
from bihuan.engine.case import Case, Debt
from bihuan.engine.consequences import end_sheet
from bihuan.engine.invariants import CLOSED_ENOUGH
from bihuan.engine.organisation import post_of
from bihuan.engine.policy import Policy
from bihuan.engine.posts import SYSTEM
from bihuan.engine.refusal import Refusal
from bihuan.engine.settling import settle, table_owner
from bihuan.engine.step import Decision
from bihuan.engine.words import Text
from bihuan.engine.work import Work
from bihuan.engine.world import World

GONE = "not in this version"
_ROWS = ("steps.", "sheets.", "owed.")  # debts that a row of the policy opens in a case


def stays(case: Case, policy: Policy) -> Refusal | None:
    """Why a case keeps the version it has: it is over, paused, or of a kind or severity the new one lacks."""
    if case.ledger or case.stage in CLOSED_ENOUGH or case.ended:
        return _refused(
            "already-closed", "案件已办结，仍按原版本", "what is closed keeps its version"
        )
    if case.paused:
        return _refused("paused", "案件已暂停，恢复后再转入", "a paused case moves when it goes on")
    if case.facts.get("kind") not in policy.kinds:
        return _refused(
            "unknown-kind",
            "新版本没有这一种类，案件仍按原版本",
            "the new version does not know this kind of case, which keeps its own",
        )
    severity = case.derived.get("severity", "")
    if severity and severity not in policy.levels:
        return _refused(
            "unknown-severity",
            "新版本没有这一级别，案件仍按原版本",
            "the new version does not know this severity, so the case keeps its own",
        )
    return None


def take_over(case: Case, before: Policy, world: World, now: int) -> Decision:
    """Move a case that was caught up to `now` from the version `before` under the world's policy.

    Steps are known by their names: what was done stays done, what stands in both keeps its due, what
    the new version lacks ends and says why, and what comes instead is due no later. One event.
    """
    refusal = stays(case, world.policy)
    if refusal:
        return Decision((), case, refusal)
    work = Work(case.copy(), world)
    work.begin()
    work.emit("version", **{"is": world.policy.version})
    standing = {_line(debt): debt for debt in case.debts.values() if _line(debt)}
    _end_what_is_gone(work, now)
    _drop_answered(work, before)
    _leave_posts_that_are_gone(work)
    _bind_what_is_displaced(work, case)
    known = set(work.case.debts)
    settle(work, now)
    for debt in tuple(work.case.debts.values()):
        was = standing.get(_line(debt))
        if was is not None and debt.id not in known and debt.due > was.due:
            work.emit("moved", id=debt.id, due=was.due, first_due=was.first_due, why="version")
    told = {"from": case.version, "to": world.policy.version}
    work.end("take over", now, "system", SYSTEM, 0, told)
    lapsing.catch_up(work, now)
    return Decision(tuple(work.events), work.case)


def _line(debt: Debt) -> str:
    """The line whose one step a debt is of: the case's own, or a sheet's; else none."""
    if debt.row.startswith("steps."):
        return "case"
    return f"sheet {debt.sheet}" if debt.row.startswith("sheets.") else ""


def _end_what_is_gone(work: Work, at: int) -> None:
    for sheet in tuple(work.live_sheets()):
        if sheet.kind not in work.policy.sheets:
            for debt in tuple(work.case.debts.values()):
                if debt.sheet == sheet.number:
                    work.emit("void", id=debt.id, at=at, why=GONE)
            end_sheet(work, sheet, "void", at)
    for debt in tuple(work.case.debts.values()):
        if debt.row.startswith(_ROWS) and debt.row not in work.policy.rows:
            work.emit("void", id=debt.id, at=at, why=GONE)
    duties = {duty.name for duty in work.policy.owed}
    for key in tuple(work.case.waiting):
        if key.partition("#")[0] not in duties:
            work.emit("waited", row=key)
    for step in tuple(work.case.bounds):
        if f"steps.{step}" not in work.policy.rows:
            work.emit("bound", step=step, due=0)


def _drop_answered(work: Work, before: Policy) -> None:
    """Rows of severity that a superior answered stay answered where the new version has the same row."""
    if not work.case.answered:
        return
    old = {row.at.place: (row.when, row.then) for row in before.tables["severity"].rows}
    new = {row.at.place: (row.when, row.then) for row in work.policy.tables["severity"].rows}
    kept = [place for place in work.case.answered if old.get(place) == new.get(place)]
    if len(kept) < len(work.case.answered):
        severity = work.case.derived.get("severity", "")
        work.emit("severity", answered=kept, **{"is": severity})


def _leave_posts_that_are_gone(work: Work) -> None:
    if post_of(work.case.owner) not in work.policy.posts:
        seat = table_owner(work, work.facts())
        work.emit("owner", seat=seat, given=False, why="version")
    for debt in tuple(work.case.debts.values()):
        if debt.given and post_of(debt.seat) not in work.policy.posts:
            work.emit("moved", id=debt.id, given=False, why="version")


def _bind_what_is_displaced(work: Work, case: Case) -> None:
    """A step that stood and now comes later is due no later than it was."""
    step = work.current()
    for debt in case.debts.values():
        name = debt.row.removeprefix("steps.")
        if not debt.row.startswith("steps.") or debt.row not in work.policy.rows:
            continue
        if step is None or step.name != name:
            due = min(debt.due, work.case.bounds.get(name, debt.due))
            work.emit("bound", step=name, due=due)


def _refused(code: str, zh: str, en: str) -> Refusal:
    return Refusal(code, Text(zh, en), ())
