"""What an approval stands for: it counts for what was approved, and no longer once that has changed."""

import json
from collections.abc import Mapping
from hashlib import sha256

from bihuan.engine.case import Json
from bihuan.engine.policy import Policy, Step
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.words import COMPENSATION
from bihuan.engine.work import Work


def hash_of(step: Step, facts: Mapping[str, Json]) -> str:
    """The hash of what a step is asked to approve: the facts its row names, as they are now."""
    asked = {name: facts.get(name) for name in step.approves}
    return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def payments(policy: Policy) -> tuple[str, ...]:
    """The steps that pay compensation."""
    return tuple(step.name for step in policy.steps if step.act == "compensate")


def bind(work: Work, at: int) -> None:
    """Approvals of what has changed since no longer count; what is still asked is asked anew.

    A closed case keeps its approvals: they were used.
    """
    case = work.case
    if not case.approvals:
        return
    if any(step.act == "close" and step.name in case.marks for step in work.policy.steps):
        return
    for step in work.policy.steps:
        was = case.approvals.get(step.name)
        if was is None or was == hash_of(step, work.facts()):
            continue
        if step.name in case.marks:
            _unapprove(work, step, was)
        for debt in tuple(case.debts.values()):
            if debt.row == f"steps.{step.name}":
                work.emit("void", id=debt.id, at=at, why="replaced")
                work.emit("unmarked", sheet=0, steps=[step.name])


def _unapprove(work: Work, step: Step, was: str) -> None:
    again = [step.name, *(payments(work.policy) if COMPENSATION in step.approves else ())]
    work.emit("approval void", step=step.name, was=was, why="changed")
    work.emit("unmarked", sheet=0, steps=again)


def asked(work: Work, step: Step) -> None:
    """Remember what a step is asked to approve."""
    if step.approves:
        work.emit("asked", step=step.name, of=hash_of(step, work.facts()))


def not_the_asker(work: Work, by: str) -> Refusal | None:
    """Why somebody may not withdraw the request that is open: nothing is asked, or others asked it."""
    allowed, step = work.policy.may["withdraw_request"], work.current()
    if step is None or step.act != "approve":
        return refuse("nothing-asked", clauses=allowed.at.cited(work.kind))
    if by and by not in [work.case.asked_by.get(name) for name in allowed.back_to]:
        return refuse("not-the-asker", clauses=allowed.at.cited(work.kind))
    return None
