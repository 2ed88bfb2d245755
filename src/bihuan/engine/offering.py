"""Every act a person may think of in a case, each with its form or with why not."""

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engine.acts import ACTS, SAVES, WRITES, Outcome
from bihuan.engine.calendar import instant_text
from bihuan.engine.case import Json
from bihuan.engine.dues import latest_promise
from bihuan.engine.fields import Field
from bihuan.engine.needs import NEEDS
from bihuan.engine.posts import is_walled
from bihuan.engine.preventing import JUDGES, watch_of
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import applies, rank
from bihuan.engine.slots import (
    ON_A_MESSAGE,
    Slot,
    blocked,
    find_slot,
    form_for,
    not_theirs,
    overspent,
)
from bihuan.engine.work import Work


@dataclass(frozen=True, slots=True)
class Possible:
    """An act a person may think of here: its form, and the refusal where it cannot be done now."""

    act: str
    sheet: int
    fields: tuple[Field, ...]
    outcomes: tuple[Outcome, ...]
    clauses: tuple[str, ...]
    refusal: Refusal | None
    expected: bool = False  # owed now, not merely allowed


def offers(work: Work, person: str, now: int) -> Iterator[Possible]:
    seen: set[tuple[str, int]] = set()
    for name, number in candidates(work):
        if (name, number) in seen:
            continue
        seen.add((name, number))
        yield consider(work, name, number, person, now)


def candidates(work: Work) -> Iterator[tuple[str, int]]:
    for debt in sorted(work.case.debts.values(), key=lambda debt: debt.due):
        yield debt.act, debt.sheet
        if debt.sheet and "refuse_sheet" in work.policy.may:
            yield "refuse_sheet", debt.sheet
        if debt.sheet and debt.act == WRITES:
            yield SAVES, debt.sheet
    if work.case.is_message:
        yield from ((name, 0) for name in sorted(ON_A_MESSAGE))
    for allowed in work.policy.may:
        yield allowed, 0
    facts = work.facts()
    for step in work.policy.steps:
        if (
            step.name not in work.case.marks
            and applies(step, facts, work.limit)
            and step.owes.kind != "system"
        ):
            yield step.act, 0
    for name, word in ACTS.items():
        if word.engine:
            yield name, 0


def consider(work: Work, name: str, number: int, person: str, now: int) -> Possible:
    word = ACTS[name]
    if person not in ("customer", "system") and is_walled(person, work.case, work.world):
        return Possible(name, number, (), (), (), refuse("walled"))
    slot = find_slot(work, name, number)
    if isinstance(slot, Refusal):
        return Possible(name, number, (), word.outcomes, slot.clauses, slot)
    refusal = (
        not_theirs(work, slot, person)
        or blocked(work, slot)
        or (overspent(work, slot.allowed) if slot.allowed else None)
        or no_room(work, slot, now)
    )
    form = form_for(work, slot, person)
    facts = work.facts()
    fields = tuple(field for field in form.fields if counts_here(field, facts))
    outcomes = form.outcomes
    if (
        (watch := watch_of(work.case, work.world, number))
        and name == JUDGES
        and now < watch.earliest
    ):
        outcomes = outcomes[1:]  # too early to say that it worked
    return Possible(name, number, fields, outcomes, slot.clauses, refusal, bool(slot.debts))


def no_room(work: Work, slot: Slot, now: int) -> Refusal | None:
    """Whether no value at all would do: nothing lower to go to, no later time that may be agreed."""
    case = work.case
    if slot.act == "lower_severity" and not rank(work.policy, case.derived.get("severity", "")):
        return refuse("level-too-high", at="severity")
    if slot.act == "postpone":
        latest = latest_promise(case, work.world, work.facts(), now)
        if 0 < latest <= max(now, case.agreed):
            field = next(field for field in NEEDS["new time"].fields)
            until = instant_text(latest, work.world.calendars["usual"])
            return refuse(
                "too-far", at=field.name, clauses=slot.clauses, field=field.text, right=until
            )
    return None


def counts_here(field: Field, facts: dict[str, Json]) -> bool:
    """Whether a form shows the field: one bound to a fact that is known otherwise does not count."""
    asked, value = field.when or ("", "")
    return asked not in facts or bool(facts[asked] == value)
