"""Why a debt is due when it is: the row it came from, what was counted from where, or who agreed it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engine.case import Case, Debt
from bihuan.engine.clock import Span, due
from bihuan.engine.dues import month_after, number_of
from bihuan.engine.explain_time import Explanation, explain
from bihuan.engine.policy import Duty, Missed, Periodic, Step
from bihuan.engine.posts import resolve, superior
from bihuan.engine.rules import facts_of
from bihuan.engine.work import Work
from bihuan.engine.world import World


@dataclass(frozen=True, slots=True)
class WhyDue:
    """How the due instant of a debt came about.

    `how`: counted (see `explanation`), agreed, promised, theirs, month after, again (counted from the miss),
    or given. `number` names the policy's number that was counted, `start` is where counting began.
    """

    how: str
    start: int
    number: str = ""
    explanation: Explanation | None = None


def why_due(debt: Debt, case: Case, world: World) -> WhyDue:
    """The first account of the due instant that gives exactly this instant; "given" where none does."""
    row = Work(case, world).row(debt.row)
    timing = row.timing if row is not None else None
    if timing is not None and timing.by == "agreed time" and debt.due == case.agreed:
        return WhyDue("agreed", debt.since)
    if timing is not None and timing.by == "promised date" and debt.due in case.promises.values():
        return WhyDue("promised", debt.since)
    theirs = {matter.get("until") for matter in case.outside.values()}
    if debt.act == "await_outside" and debt.item and debt.due in theirs:
        return WhyDue("theirs", debt.since)
    if timing is not None and timing.by == "month after" and debt.due == month_after(case, world):
        return WhyDue("month after", case.registered)
    for how, number, span, start, calendar in _candidates(debt, case, world, row):
        found = explain(span, start, world.calendars, calendar, case.pauses)
        if found.due == debt.due:
            return WhyDue(how, start, number, found)
    return WhyDue("given", debt.since)


def _candidates(
    debt: Debt, case: Case, world: World, row: Step | Duty | Periodic | None
) -> Iterator[tuple[str, str, Span, int, str]]:
    facts = facts_of(case)
    if row is not None:
        timing = row.timing
        number = timing.at_latest if timing.by and not timing.span else timing.within
        if number:
            number = number_of(number, case, world, facts)
        begin = (world.policy.numbers[number].start if number else "") or timing.start
        start = case.instants.get(begin, debt.since) if begin else debt.since
        calendar = timing.calendar or "usual"
        if timing.span is not None:
            yield "counted", "", timing.span, start, calendar
            yield "counted", "", timing.span, debt.since, calendar
        elif number:
            yield "counted", number, world.span(number, case), start, calendar
    usual = world.policy.usual
    if usual.longest_silence:
        silence = world.span(usual.longest_silence, case)
        yield "counted", usual.longest_silence, silence, debt.since, "usual"
    for name in (usual.again, usual.at_top):
        if name:
            span, start = world.span(name, case), debt.first_due
            for _ in range(min(debt.lapses, 50)):
                yield "again", name, span, start, "usual"
                start = due(span, start, world.calendars, "usual", case.pauses)


@dataclass(frozen=True, slots=True)
class Else:
    """What follows when a debt is missed: up or hand over to `seat`, remind, or the step is passed."""

    how: str  # up, hand to, remind, go on
    seat: str = ""
    told: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


def what_else(debt: Debt, case: Case, world: World) -> Else:
    """What follows if the debt is not done by its due."""
    row = Work(case, world).row(debt.row)
    own = row.missed if row is not None and not isinstance(row, Periodic) else None
    missed: Missed = own or world.policy.usual.missed
    clauses = row.at.clauses if row is not None and own else world.policy.usual.at.clauses
    facts = facts_of(case)
    told = tuple(resolve(who, case, world, facts) for who in missed.tell)
    if missed.go_on:
        return Else("go on", "", told, clauses)
    if missed.hand_to is not None:
        return Else("hand to", resolve(missed.hand_to, case, world, facts), told, clauses)
    above = superior(debt.seat, world.policy, world.organisation)
    if missed.remind or above is None:
        return Else("remind", debt.seat, told, clauses)
    return Else("up", above, told, clauses)
