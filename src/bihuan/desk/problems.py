"""Common problems, grouped anew each day from the wording of the cases; those that come often are counted again,
and the policy then opens a corrective action.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from bihuan.desk import worlds
from bihuan.desk.clustering import problems_of
from bihuan.desk.counting import RECOUNT, in_problem
from bihuan.desk.perform import perform
from bihuan.engine.alike import Traits
from bihuan.engine.case import Act
from bihuan.engine.problems import name_of
from bihuan.records.models import Case, Problem, ProblemCase
from bihuan.records.queries.alike import told_of

Json = Any
EVERY = 24 * 3600
BACK = 400 * 86_400  # how long ago a case may be registered to be grouped: a year, and its season
MOST_CASES = 20_000
_LONGEST_NAME = 120


def group(now: int) -> int:
    """Group the cases of each policy where a day has gone by since the last time; how many problems there are."""
    last = Problem.objects.order_by("-grouped_at").values_list("grouped_at", flat=True).first()
    return group_now(now) if last is None or now - last >= EVERY else 0


def group_now(now: int) -> int:
    """Group the cases of each policy now; how many problems there are."""
    codes = Case.objects.filter(ledger=False).values_list("policy_code", flat=True).distinct()
    return sum(_group_policy(code, now) for code in sorted(codes))


def _group_policy(code: str, now: int) -> int:
    rows = Case.objects.filter(ledger=False, policy_code=code, registered_at__gt=now - BACK)
    rows = rows.exclude(ended="purged").exclude(ended="merged").order_by("-id")
    read = rows.values_list("id", "state", "registered_at", "complainant_id", "unit")[:MOST_CASES]
    found = problems_of([
        Traits(told_of(key, _facts(state), at, complainant, unit))
        for key, state, at, complainant, unit in read.iterator(chunk_size=500)
    ])  # fmt: skip
    with transaction.atomic():
        kept = _keep(code, found, now)
    _recount(kept, now)
    return len(kept)


def _facts(state: Json) -> dict[str, Json]:
    return dict(state.get("facts", {}))


def _keep(code: str, found: Sequence[Sequence[Traits]], now: int) -> list[tuple[int, list[int]]]:
    """Write the problems: one that has most of its cases from an earlier one is the same problem."""
    before = dict(
        ProblemCase.objects.filter(problem__policy_code=code).values_list("case_id", "problem_id")
    )
    ProblemCase.objects.filter(problem__policy_code=code).delete()
    taken: set[int] = set()
    kept = []
    for members in sorted(found, key=len, reverse=True):
        keys = [one.told.key for one in members]
        problem = _same_as(keys, before, taken) or Problem(policy_code=code, found_at=now)
        problem.name = name_of(members, members[0])[:_LONGEST_NAME]
        problem.category = members[0].told.category[:60]
        problem.grouped_at, problem.gone_at = now, 0
        problem.save()
        taken.add(problem.pk)
        ProblemCase.objects.bulk_create(
            [ProblemCase(case_id=key, problem=problem) for key in keys], batch_size=500
        )
        kept.append((problem.pk, keys))
    gone = Problem.objects.filter(policy_code=code, gone_at=0).exclude(pk__in=taken)
    gone.update(gone_at=now, grouped_at=now)
    return kept


def _same_as(keys: Iterable[int], before: dict[int, int], taken: set[int]) -> Problem | None:
    counts = Counter(before[key] for key in keys if key in before and before[key] not in taken)
    for key, count in counts.most_common(1):
        if count * 2 > sum(counts.values()):
            return Problem.objects.filter(pk=key).first()
    return None


def _recount(kept: Sequence[tuple[int, list[int]]], now: int) -> None:
    """The newest case of each problem that is not over is told how often that comes, where it grew."""
    for _, keys in kept:
        row = Case.objects.filter(pk__in=keys, ended="").order_by("-registered_at", "-id").first()
        if row is None:
            continue
        counts = in_problem(row.pk, worlds.ruling(row.policy_id, now), now)
        facts = _facts(row.state)
        if any(count > (facts.get(name) or 0) for name, count in counts.items()):
            perform(Act(RECOUNT, "system", now), case_number=row.number, now=now)
