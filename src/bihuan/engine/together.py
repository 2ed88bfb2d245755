"""Two cases in one step: linked and unlinked on both sides, a duplicate merged without losing a debt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bihuan.engine import lapsing
from bihuan.engine.acts import FOR_MEMBERS, OF_ONE_CASE
from bihuan.engine.case import Act, Case, Debt, Json
from bihuan.engine.dues import due_of, number_of
from bihuan.engine.fields import REASON
from bihuan.engine.forms import registration_form
from bihuan.engine.links import has_decided, is_answered, mirrored
from bihuan.engine.outside import body_of
from bihuan.engine.pausing import resume
from bihuan.engine.policy import Duty, Policy, Step
from bihuan.engine.posts import is_walled, step_aside
from bihuan.engine.refusal import Owing, Refusal, refuse
from bihuan.engine.rules import applies, rank
from bihuan.engine.settling import decide_owner, settle
from bihuan.engine.slots import find_slot, form_for
from bihuan.engine.step import Decision, decide
from bihuan.engine.words import MERGED_HERE
from bihuan.engine.work import Work
from bihuan.engine.world import World


@dataclass(frozen=True, slots=True)
class Peer:
    """A case beside another: its number, state and world, and who complained (empty: nobody known)."""

    number: str
    case: Case
    world: World
    person: str = ""


def awaited(command: Peer, now: int) -> tuple[Owing, ...]:
    """What a command case owes before its decision; empty once it has decided, or is over."""
    work = Work(command.case.copy(), command.world)
    lapsing.catch_up(work, now)
    if work.case.ended or has_decided(work):
        return ()
    return tuple(
        Owing(debt.act, debt.seat, debt.due)
        for debt in work.case.debts.values()
        if debt.row.startswith(("steps.", "floor."))
    )


def for_member(act: Act, member: Peer, now: int) -> Act | Refusal:
    """An act of the command case as it is done on one of its members, in the company's name.

    It carries what the member's own form asks for, so that what one case has settled stays its own.
    """
    if act.name not in FOR_MEMBERS or act.sheet:
        return refuse("not-for-members")
    work = Work(member.case.copy(), member.world)
    lapsing.catch_up(work, now)
    slot = find_slot(work, act.name, 0)
    if isinstance(slot, Refusal):
        return replace(act, at=now, sheet=0)
    form = form_for(work, slot)
    known = {field.name for field in form.fields} | ({"outcome"} if form.outcomes else set())
    data = {name: value for name, value in act.data.items() if name in known - OF_ONE_CASE}
    if "company_name" in known:
        data["company_name"] = "yes"
    return Act(act.name, act.by, now, data)


def decide_both(
    own: Peer, other: Peer, act: Act, now: int, standing: Mapping[str, int] | None = None
) -> tuple[Decision, Decision | None]:
    """Judge an act that joins two cases: what follows on each side, or on neither where it is refused.

    `standing`: by a command case's number, how many people will stand together in it. A refusal may
    still hold events of the own case, those that catching up brings.
    """
    if own.number == other.number:
        return Decision((), None, refuse("with-itself", at="case")), None
    if act.name == "merge":
        return _merge(own, other, act, now)
    counts = standing or {}
    mine = decide(own.case, _counting(own, act, counts), own.world, now)
    if not mine.accepted:
        return mine, None
    data: dict[str, Json] = {**act.data, "case": own.number}
    if act.name == "link":
        data["as"] = mirrored(str(act.data["as"]))
    back = Act(act.name, act.by, max(act.at, other.case.registered), data)
    theirs = decide(other.case, _counting(other, back, counts), other.world, now)
    if not theirs.accepted:
        return _refused(theirs.refusal), None
    return mine, theirs


def opened_by_appeal(act: Act, case: Case, policy: Policy) -> Act:
    """The registration of the case that an outside appeal opens, about the same and by the same complainant.

    It is an appeal where the policy has that kind, else of the kind of the case it is about.
    """
    asked = {field.name for field in registration_form(policy).fields} | {"anonymous"}
    known = {name: value for name, value in case.facts.items() if name in asked}
    kind = "appeal" if "appeal" in policy.kinds else str(case.facts.get("kind", ""))
    content = f"{body_of(act.data)}：{act.data.get('content', '')}"
    told = {"kind": kind, "channel": act.data.get("channel", ""), "content": content}
    return Act("register", "system", act.at, {**known, **told, "unit": case.unit})


def decide_appeal(
    own: Peer, opened: str, world: World, act: Act, registration: Act, now: int
) -> tuple[Decision, Decision | None]:
    """An outside appeal about a case: it is told of the new case numbered `opened`, which is linked with it."""
    mine = decide(own.case, replace(act, data={**act.data, "case": opened}), own.world, now)
    if not mine.accepted:
        return mine, None
    made = decide(None, registration, world, now)
    if made.case is None:
        return _refused(made.refusal), None
    back = Act("link", "system", act.at, {"case": own.number, "as": mirrored("appealed")})
    linked = decide(made.case, back, world, now)
    return mine, Decision((*made.events, *linked.events), linked.case)


def _counting(peer: Peer, act: Act, standing: Mapping[str, int]) -> Act:
    """The act with the number of people who stand together, where the policy of a command case counts them."""
    names = [
        name
        for name, fact in peer.world.policy.facts.items()
        if fact.counts == "complainants standing together"
    ]
    if peer.number not in standing or not names:
        return act
    return replace(act, data={**act.data, **dict.fromkeys(names, standing[peer.number])})


def _refused(refusal: Refusal | None) -> Decision:
    return Decision((), None, replace(refusal, field="case") if refusal else None)


def _merge(own: Peer, other: Peer, act: Act, now: int) -> tuple[Decision, Decision | None]:
    mine = decide(own.case, act, own.world, now)
    if not mine.accepted:
        return mine, None
    work = Work(other.case.copy(), other.world)
    lapsing.catch_up(work, now)
    same = bool(own.person) and own.person == other.person
    if refusal := _unfit_survivor(own, work, act, same=same):
        return _refused(refusal) if refusal.field != "reason" else Decision((), None, refusal), None
    brought = _brought(own, act, now)
    at = max(act.at, other.case.registered)
    work.begin()
    work.emit("linked", case=own.number, **{"as": MERGED_HERE})
    _take_severity(work, brought.severity)
    _take_debts(work, brought, own.number)
    _take_bounds(work, brought, own.number)
    settle(work, at)
    told = {"case": own.number, "same_complainant": "yes" if same else "no"}
    work.end("take_in", at, act.by, "", 0, told)
    lapsing.catch_up(work, now)
    return mine, Decision(tuple(work.events), work.case)


def _unfit_survivor(own: Peer, work: Work, act: Act, *, same: bool) -> Refusal | None:
    if act.by not in ("customer", "system") and is_walled(act.by, work.case, work.world):
        return refuse("walled")
    if work.policy.code != own.world.policy.code:
        return refuse("other-policy")
    if work.case.ledger or work.case.ended or work.case.stage == "closed":
        return refuse("not-living")
    if not same and not act.data.get("reason"):
        return refuse("missing-field", at="reason", field=REASON.text)
    return None


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a merged case leaves to its survivor: its open debts, the latest dues of steps still ahead."""

    debts: tuple[Debt, ...]
    bounds: Mapping[str, int]
    answer: Debt | None
    severity: str


def _brought(own: Peer, act: Act, now: int) -> _Brought:
    work = Work(own.case.copy(), own.world)
    lapsing.catch_up(work, now)
    if work.case.paused:
        resume(work, act.at)
    case, facts = work.case, work.facts()
    debts = tuple(debt for debt in case.debts.values() if not debt.sheet)
    owed = {debt.row: debt for debt in debts}
    bounds, answer = dict(case.bounds), None
    for step in work.policy.steps:
        if step.name in case.marks or not applies(step, facts, work.limit):
            continue
        debt = owed.get(f"steps.{step.name}") or _later(step, work, act.at)
        if f"steps.{step.name}" in owed or _is_anchored(step, work):
            bounds[step.name] = min(debt.due, bounds.get(step.name, debt.due))
        if step.act == "respond" and answer is None:
            answer = debt
    return _Brought(debts, bounds, answer, case.derived.get("severity", ""))


def _later(step: Step, work: Work, at: int) -> Debt:
    """What a step still ahead would be owed as, if it came now."""
    until, provisional = due_of(step.timing, at, work.case, work.world, work.facts())
    return Debt(
        0, f"steps.{step.name}", step.act, 0, work.case.owner, at, until, until,
        provisional=provisional,
    )  # fmt: skip


def _is_anchored(step: Step, work: Work) -> bool:
    """Whether it is known already when a step still ahead will be due at the latest."""
    timing, case = step.timing, work.case
    if timing.by == "agreed time" and case.agreed:
        return True
    if timing.by or timing.span is not None:
        return False
    number = work.policy.numbers[number_of(timing.within, case, work.world, work.facts())]
    return (number.start or timing.start) in case.instants


def _take_severity(work: Work, severity: str) -> None:
    """The survivor is at least as serious as what is merged into it."""
    if rank(work.policy, severity) > rank(work.policy, work.case.derived.get("severity", "")):
        work.emit("derived", table="severity", answer=severity, row="", clauses=[])
        decide_owner(work, rose=True)


def _take_debts(work: Work, brought: _Brought, number: str) -> None:
    """Equal debts take the earlier due; what the survivor lacks and a person is owed moves over."""
    for debt in brought.debts:
        section, _, name = debt.row.partition(".")
        if section in ("pause", "keep"):
            continue
        equal = next((one for one in work.case.debts.values() if _is_equal(work, one, debt)), None)
        if equal is not None:
            _bring_forward(work, equal, debt)
        elif section == "merged":
            _open(work, debt.row, debt, debt.item)
        elif section != "steps":
            _open(work, f"merged.{debt.row}", debt, f"{number}/{debt.item}")
        elif debt.act == "acknowledge" and name in work.case.marks:
            _open(work, "merged.acknowledge", debt, number)


def _is_equal(work: Work, mine: Debt, theirs: Debt) -> bool:
    """Whether two debts are one and the same to the customer; promises and single visits never are."""
    row = work.row(theirs.row)
    if isinstance(row, Duty) and (row.for_each or row.timing.by == "promised date"):
        return False
    return (mine.row, mine.item, mine.sheet) == (theirs.row, theirs.item, 0)


def _bring_forward(work: Work, mine: Debt, theirs: Debt) -> None:
    due, first = min(mine.due, theirs.due), min(mine.first_due, theirs.first_due)
    if (due, first) != (mine.due, mine.first_due):
        work.emit("moved", id=mine.id, due=due, first_due=first, why="merged")


def _take_bounds(work: Work, brought: _Brought, number: str) -> None:
    """Steps the survivor has still ahead are due no later than the merged case would have owed them."""
    steps = [step for step in work.policy.steps if step.name not in work.case.marks]
    wanted = {step.name: brought.bounds[step.name] for step in steps if step.name in brought.bounds}
    if brought.answer is not None:
        ahead = [step.name for step in steps
                 if step.act == "respond" and applies(step, work.facts(), work.limit)]  # fmt: skip
        if is_answered(work) or not ahead:
            _open(work, "merged.respond", brought.answer, number)
        elif brought.answer.id or brought.answer.row.removeprefix("steps.") in brought.bounds:
            wanted[ahead[0]] = min(brought.answer.due, wanted.get(ahead[0], brought.answer.due))
    for name, due in wanted.items():
        work.emit("bound", step=name, due=min(due, work.case.bounds.get(name, due)))
        standing = next(
            (one for one in work.case.debts.values() if one.row == f"steps.{name}"), None
        )
        if standing is not None and due < standing.due:
            first = min(due, standing.first_due)
            work.emit("moved", id=standing.id, due=due, first_due=first, why="merged")


def _open(work: Work, row: str, debt: Debt, item: str) -> None:
    """Open in the survivor what it lacked, due when it was due."""
    seat = step_aside(work.case.owner, work.case, work.world, debt.act)
    work.open_debt(
        row, debt.act, seat, debt.since, debt.due, provisional=debt.provisional, item=item
    )
    if debt.first_due < debt.due:
        work.emit("moved", id=work.case.last_debt, first_due=debt.first_due, why="merged")
