"""The conditions under which a request may be granted, and until when (RET-2.2)."""

from bihuan.engine.calendar import instant_text
from bihuan.engine.case import Json
from bihuan.engine.clock import due
from bihuan.engine.dues import span_of
from bihuan.engine.policy import Policy, Step, Who
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import answering_row, holds
from bihuan.engine.work import Work


def tells_conditions(policy: Policy, kind: str) -> bool:
    """Whether in cases of this kind somebody has to be told the conditions of a return."""
    return any(
        "return conditions told" in step.needs
        and dict(step.only).get("kind", ("is", (kind,))) == ("is", (kind,))
        for step in policy.steps
    )


def keep_conditions(work: Work, told: Json, at: int) -> None:
    """Conditions told are a fact of the case, with the instant and the edition of the policy whose words they were."""
    if told != "yes" or not tells_conditions(work.policy, work.kind):
        return
    if work.case.facts.get("conditions_told") != "yes":
        edition = work.policy.version
        work.emit("facts", conditions_told="yes", conditions_at=at, conditions_edition=edition)


def not_granted(work: Work, step: Step | None, data: dict[str, Json]) -> Refusal | None:
    """Why the good outcome of a step is not open to this case; its facts are those known and those told now.

    What counts is when the request was received, not when it is looked at.
    """
    grant = step.grant if step is not None else None
    if step is None or grant is None or data.get("outcome") not in (None, grant.outcome):
        return None
    facts = {**work.facts(), **{name: data[name] for name in work.policy.facts if name in data}}
    for table in work.policy.tables.values():
        if table.answers != "post" and table.name != "severity":
            row = answering_row(table, facts, work.limit)
            if row is not None and not isinstance(row.then, Who):
                facts[table.name] = row.then
    clauses = step.at.clauses
    if not holds(grant.when, facts, work.limit):
        return refuse("conditions-not-met", at="outcome", clauses=clauses)
    if not grant.within:
        return None
    start = facts.get(grant.start)
    if not isinstance(start, int):
        field = work.policy.facts[grant.start].text
        return refuse("missing-field", at=grant.start, clauses=clauses, field=field)
    span = span_of(grant.within, work.case, work.world, facts)
    until = due(span, start, work.world.calendars)
    if work.case.received > until:
        right = instant_text(until, work.world.calendars["usual"])
        return refuse("after-limit", at="outcome", clauses=clauses, right=right)
    return None
