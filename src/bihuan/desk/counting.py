"""Facts the system counts over other cases; they enter the act, so that replay does not count again."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection

from bihuan.desk.worlds import Ruling
from bihuan.engine.case import Act, Case
from bihuan.engine.clock import Span, due
from bihuan.engine.policy import Policy
from bihuan.engine.preventing import JUDGES, watch_of
from bihuan.engine.visiting import falls_to
from bihuan.engine.words import DRAWN
from bihuan.engine.world import World

COUNTING_ACTS = frozenset({"register", "classify", "review_return", "correct"})
DRAWING_ACT = "close"
RECOUNT = "recount"
_BY_PROBLEM = "cases of the same problem"
_BY_BATCH = "cases of the same batch and reason"
_BY_FAULT = "earlier cases of the same fault"  # by part and symptom (AUTO-3.5)
_LONGEST = 10 * 366 * 86400

_COUNT = """
    SELECT covered.at, (
        SELECT COUNT(*) FROM records_case
        WHERE NOT ledger AND subject = %s AND category = %s
          AND registered_at > covered.at AND registered_at >= %s AND id <> %s
    )
    FROM (
        SELECT COALESCE(MAX(covered_at), 0) AS at FROM records_case
        WHERE covered_at > 0 AND subject = %s AND category = %s
    ) AS covered
"""
# Both count the case itself, whose own row may not have its category yet.
_BY_COMPLAINANT = {
    "complainants with the same complaint": """
        SELECT COUNT(DISTINCT complainant_id) FROM records_case
        WHERE (NOT ledger AND subject = %s AND category = %s AND registered_at >= %s) OR id = %s
    """,
    "cases of the same complainant": """
        SELECT COUNT(*) FROM records_case
        WHERE (NOT ledger AND subject = %s AND category = %s AND registered_at >= %s
               AND complainant_id = (SELECT complainant_id FROM records_case WHERE id = %s))
           OR id = %s
    """,
}


# Of this policy since an instant: the cases that closed, and those of them drawn for a visit.
_DRAWN = """
    SELECT COUNT(*), COUNT(DISTINCT o.case_id) FROM records_case c
    LEFT JOIN records_obligation o ON o.case_id = c.id AND o.row = %s
    WHERE NOT c.ledger AND c.policy_code = %s AND c.closed_at >= %s AND c.id <> %s
"""
# Of the problem a case is one of: the cases since an instant, and since a sheet was opened for it.
_IN_PROBLEM = """
    SELECT COUNT(*) FROM records_problemcase p JOIN records_case c ON c.id = p.case_id
    WHERE p.problem_id = (SELECT problem_id FROM records_problemcase WHERE case_id = %s)
      AND c.registered_at >= %s AND c.registered_at > (
        SELECT COALESCE(MAX(o.covered_at), 0) FROM records_problemcase q
        JOIN records_case o ON o.id = q.case_id WHERE q.problem_id = p.problem_id
      )
"""
# Of the cases of a subject since an instant those whose problem, told by its wording, has had its sheet since.
# CROSS JOIN is the order they are walked in: SQLite would begin at all cases of every such problem.
COVERED_BY_WORDING = """
    WITH covered AS (
        SELECT q.problem_id, MAX(o.covered_at) AS at
        FROM records_case o CROSS JOIN records_problemcase q
        WHERE o.covered_at > 0 AND o.covered_at > %s AND q.case_id = o.id GROUP BY q.problem_id
    )
    SELECT COUNT(*) FROM records_case c
    CROSS JOIN records_problemcase p CROSS JOIN covered
    WHERE EXISTS (SELECT 1 FROM covered)
      AND NOT c.ledger AND c.subject = %s AND c.category = %s AND c.registered_at > %s
      AND c.id <> %s
      AND p.case_id = c.id AND p.problem_id = covered.problem_id AND c.registered_at <= covered.at
"""
# The cases of a case's problem in a time; where it has no subject it is a problem of its own.
_SINCE = """
    SELECT COUNT(*) FROM records_case
    WHERE NOT ledger AND (
        (%s <> '' AND subject = %s AND category = %s) OR id = %s
        OR id IN (SELECT q.case_id FROM records_problemcase p JOIN records_problemcase q
                  ON q.problem_id = p.problem_id WHERE p.case_id = %s)
      )
      AND registered_at > %s AND registered_at <= %s
"""
_EARLIER = "SELECT COUNT(*) FROM records_case WHERE NOT ledger AND subject = %s AND id <> %s"


def counted_facts(
    act: Act, case: Case | None, case_id: int, ruling: Ruling, now: int
) -> dict[str, int]:
    """The counted facts an act brings: cases of the same subject and category within the period
    (of the same subject, where the policy has no categories).

    The case itself is among them; cases from before a sheet was opened for the problem are not
    (GEN-5.2, MALL-7.2). What is counted by complainant is known once the case is registered:
    anonymous cases are nobody's (HOME-4).
    """
    policy = ruling.world.policy
    counted = {name: fact.counted for name, fact in policy.facts.items() if fact.counted}
    if not counted or act.name not in COUNTING_ACTS:
        return {}
    facts: Mapping[str, Any] = {**(case.facts if case else {}), **act.data}
    subject, category = subject_of(facts, policy), facts.get("category") or ""
    by_other = _BY_BATCH in _counted(policy) or bool(facts.get("part") and facts.get("symptom"))
    if not subject or (policy.categories and not category and not by_other):
        return {}
    registered = case.registered if case else now
    found: dict[str, int] = {}
    for name, number in counted.items():
        if name == DRAWN or policy.facts[name].counts == "complainants standing together":
            continue  # drawn, or known when cases are linked
        if policy.facts[name].counts == _BY_FAULT:
            if facts.get("part") and facts.get("symptom"):
                found[name] = _one(_EARLIER, (str(subject)[:80], case_id))
            continue
        period = policy.numbers[number].value()
        if isinstance(period, int | str):
            continue
        start = _begin(period, now, ruling)
        same = (str(subject)[:80], str(category)[:60], start)
        if (people := _BY_COMPLAINANT.get(policy.facts[name].counts)) is not None:
            if case_id:
                found[name] = _one(people, (*same, *[case_id] * (people.count("%s") - len(same))))
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                (str(subject)[:80], str(category)[:60], start, case_id, str(subject)[:80],
                 str(category)[:60]),
            )  # fmt: skip
            covered, others = cursor.fetchone()
        if others:  # what has its sheet by its wording needs none by its subject
            since = max(covered, start - 1)
            asked = (since, str(subject)[:80], str(category)[:60], since, case_id)
            others -= _one(COVERED_BY_WORDING, asked)
        found[name] = others + (registered > covered and registered >= start)
    return found


def in_problem(case_id: int, ruling: Ruling, now: int) -> dict[str, int]:
    """How many cases of the period complain of the same by their wording, since the last sheet opened for it."""
    policy, found = ruling.world.policy, {}
    for name, fact in policy.facts.items():
        if fact.counted and fact.counts == _BY_PROBLEM:
            period = policy.numbers[fact.counted].value()
            if not isinstance(period, int | str):
                found[name] = _one(_IN_PROBLEM, (case_id, _begin(period, now, ruling)))
    return found


def drawn_fact(
    act: Act, case: Case | None, case_id: int, ruling: Ruling, now: int
) -> dict[str, str]:
    """Whether a case that closes is drawn for its visit: so many that the share of its month is kept up.

    Whoever was drawn stays drawn when the case closes again.
    """
    policy = ruling.world.policy
    step = next((step for step in policy.steps if step.sample), None)
    if step is None or act.name != DRAWING_ACT or case is None:
        return {}
    if case.facts.get(DRAWN) == "yes":
        return {DRAWN: "yes"}
    calendar = ruling.world.calendars["usual"]
    month = calendar.at(calendar.day_of(now).replace(day=1), 0)
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, (f"steps.{step.name}", policy.code, month, case_id))
        closed, drawn = cursor.fetchone()
    share = ruling.world.count(step.sample, case)
    return {DRAWN: "yes" if falls_to(share, closed, drawn) else "no"}


def recurrence(act: Act, case: Case | None, case_id: int, world: World, now: int) -> dict[str, int]:
    """What an act that judges a corrective action brings: the cases of the problem before it and since."""
    if act.name != JUDGES or case is None:
        return {}
    watch = watch_of(case, world, act.sheet)
    if watch is None:
        return {}
    before, after = (
        _of_the_problem(case, case_id, world.policy, since, until)
        for since, until in ((watch.before, watch.opened), (watch.since, now))
    )
    return {"cases_before": before, "cases_after": after}


def _of_the_problem(case: Case, case_id: int, policy: Policy, since: int, until: int) -> int:
    """The cases of a case's problem that were registered after an instant, up to another."""
    subject = str(subject_of(case.facts, policy))[:80]
    category = str(case.facts.get("category") or "")[:60]
    return _one(_SINCE, (subject, subject, category, case_id, case_id, since, until))


def subject_of(facts: Mapping[str, Any], policy: Policy) -> str:
    """What a case is counted by: the unit or subject it is about; where the policy counts the same
    batch and reason, those two (RET-2.5). Empty where it is not known.
    """
    counted = _counted(policy)
    if _BY_FAULT in counted and facts.get("part") and facts.get("symptom"):
        return f"{str(facts['part'])[:50]} / {facts['symptom']}"
    if _BY_BATCH not in counted:
        return str(facts.get("about_unit") or facts.get("about") or "")
    batch, reason = facts.get("batch"), facts.get("return_reason") or facts.get("category")
    return f"{str(batch)[:50]} / {reason}" if batch and reason else ""


@lru_cache(maxsize=64)
def _counted(policy: Policy) -> frozenset[str]:
    """What the policy counts."""
    return frozenset(fact.counts for fact in policy.facts.values())


def _one(query: str, given: tuple[str | int, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return int(cursor.fetchone()[0])


def _begin(period: Span, now: int, ruling: Ruling) -> int:
    """The earliest instant from which the period still reaches to `now`."""
    low, high = max(0, now - _LONGEST), now
    while low < high:
        middle = (low + high) // 2
        if due(period, middle, ruling.world.calendars) >= now:
            high = middle
        else:
            low = middle + 1
    return low
