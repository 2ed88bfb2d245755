"""Compensation: paid only as approved, never above it in sum, and owed until paid or waived.

Rules of the engine that no policy can switch off. Amounts are fen; what is not approved is nothing.
"""

from bihuan.engine.acts import ACTS
from bihuan.engine.apart import done_already
from bihuan.engine.approvals import hash_of, payments
from bihuan.engine.case import Case, Json
from bihuan.engine.manner import yuan
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import applies
from bihuan.engine.words import COMPENSATION
from bihuan.engine.work import Work

_ENDS_THE_CASE = frozenset({"close", "withdraw", "decline"})


def proposed(case: Case) -> int:
    """What is proposed, in fen."""
    value = case.facts.get(COMPENSATION)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def paid(case: Case) -> int:
    """What went out so far, in fen."""
    return case.goods.get("compensated", 0)


def approved(work: Work) -> int:
    """What was approved: 0 unless every approval it needs was given to the amount as it is now.

    A closed case keeps approvals of what was corrected since; they approve nothing more.
    """
    facts, case = work.facts(), work.case
    needed = [
        step
        for step in work.policy.steps
        if COMPENSATION in step.approves and applies(step, facts, work.limit)
    ]
    given = bool(needed) and all(
        case.marks.get(step.name) == "approved"
        and case.approvals.get(step.name) == hash_of(step, facts)
        for step in needed
    )
    return proposed(work.case) if given else 0


def is_waived(case: Case, policy: Policy) -> bool:
    """Whether the customer waived what was not paid."""
    return any(case.marks.get(name) == "waived" for name in payments(policy))


def unpaid(work: Work) -> int:
    """What was approved and is neither paid nor waived."""
    if is_waived(work.case, work.policy):
        return 0
    return max(approved(work) - paid(work.case), 0)


def unpayable(work: Work, act: str, clauses: tuple[str, ...]) -> Refusal | None:
    """Why an act is not open because of what is approved, paid and unpaid; None where it is."""
    if act in _ENDS_THE_CASE and (rest := unpaid(work)):
        return refuse("compensation-unpaid", clauses=clauses, right=yuan(rest))
    if act == "compensate" and not approved(work):
        return refuse("not-approved", clauses=clauses)
    if act in ("compensate", "waive") and not unpaid(work):
        return refuse("nothing-unpaid", clauses=clauses)
    return None


def overpaid(
    work: Work, act: str, by: str, data: dict[str, Json], clauses: tuple[str, ...]
) -> Refusal | None:
    """Why a payment is not accepted with these data, or a proposal: below what was paid, or by who paid."""
    if act == "compensate":
        amount, most = data.get("amount"), unpaid(work)
        if not isinstance(amount, int) or not 0 < amount <= most:
            return refuse("above-approved", at="amount", clauses=clauses, right=yuan(most))
    told = data.get(COMPENSATION)
    if not isinstance(told, int) or COMPENSATION not in work.policy.facts:
        return None
    if told < paid(work.case):
        right = yuan(paid(work.case))
        return refuse("below-paid", at=COMPENSATION, clauses=clauses, right=right)
    other = done_already(by, "propose", work.case, work.policy)
    if other:
        done, proposing = ACTS[other].text, ACTS["propose"].text
        return refuse("kept-apart", at=COMPENSATION, clauses=clauses, done=done, act=proposing)
    return None
