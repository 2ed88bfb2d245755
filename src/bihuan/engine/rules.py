"""Conditions and decision tables: one evaluator for run time, checker, replay and sentences."""

from collections.abc import Callable, Mapping

from bihuan.engine.case import Case, Json
from bihuan.engine.policy import Condition, Policy, Question, Row, Step, Table

Facts = Mapping[str, Json]
Limit = Callable[[str], int]


def facts_of(case: Case) -> dict[str, Json]:
    """Everything a condition may ask about a case: facts, table answers, outcomes of steps."""
    return {**case.facts, **case.derived, **case.marks}


def holds(condition: Condition, facts: Facts, limit: Limit) -> bool:
    """Whether all tests hold; a test on an unknown fact is false, unless it asks for unknown."""
    for name, (operator, operand) in condition:
        value = facts.get(name)
        if operator == "is":
            assert isinstance(operand, tuple)
            if (value if value not in (None, "") else "unknown") not in operand:
                return False
        elif value is None or not _compares(operator, int(value), operand, limit):
            return False
    return True


def _compares(operator: str, value: int, operand: tuple[str, ...] | int, limit: Limit) -> bool:
    bound = operand if isinstance(operand, int) else limit(operand[0])
    if operator == "at least":
        return value >= bound
    if operator == "more than":
        return value > bound
    if operator == "at most":
        return value <= bound
    return value < bound


def answering_row(table: Table, facts: Facts, limit: Limit) -> Row | None:
    """The first row that fits; None only where the table is not total (an error of the checker)."""
    return next((row for row in table.rows if holds(row.when, facts, limit)), None)


def applies(step: Step, facts: Facts, limit: Limit) -> bool:
    """Whether a step is on the line under these facts; `except` skips it only on what is known."""
    if not holds(step.only, facts, limit):
        return False
    return not step.unless or not holds(step.unless, facts, limit)


def questions_on(policy: Policy, form: str, facts: Facts, limit: Limit) -> tuple[Question, ...]:
    """What a form asks under these facts; nothing where it asks nothing."""
    asked = policy.questions.get(form, ())
    return tuple(question for question in asked if holds(question.only, facts, limit))


def current_step(
    steps: tuple[Step, ...], marks: Mapping[str, str], facts: Facts, limit: Limit
) -> Step | None:
    """Where a line stands: the first of its steps that applies and is not done; None when it is over.

    What was closed stays closed: facts learned later bring no step before the closing back, only
    reopening does, which takes the closing's mark away.
    """
    found: Step | None = None
    for step in steps:
        if step.name in marks:
            if step.act == "close":
                found = None
        elif found is None and applies(step, facts, limit):
            found = step
    return found


def rank(policy: Policy, level: str) -> int:
    """How high a level of severity is; one the policy does not know is the lowest."""
    return policy.levels.index(level) if level in policy.levels else 0
