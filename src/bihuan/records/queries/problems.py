"""Common problems as somebody may see them: over the cases they see, and none that stands on fewer than three."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.engine.case import Json
from bihuan.engine.problems import FEWEST, YEAR, Seen
from bihuan.records.models import Case, Problem
from bihuan.records.queries.cases import Listed, as_listed
from bihuan.records.queries.visibility import Viewer, visible_cases

Span = tuple[int, int]  # from the first instant, not including the other
AFFECTED = ("product", "batch", "part", "symptom", "return_reason")


@dataclass(frozen=True, slots=True)
class Found:
    """A problem: how often it came in a period and in each part of it, and whether that is unusual."""

    id: int
    name: str
    category: str
    seen: Seen
    is_new: bool
    total: int
    over_time: tuple[int, ...]
    units: tuple[tuple[str, int], ...]  # those concerned, the most first
    actions: tuple[str, ...]  # the cases a corrective action was opened in

    @property
    def is_surge(self) -> bool:
        """Whether it came more often than its season or the time before lets expect."""
        return self.seen.surges


def common_problems(
    viewer: Viewer, policy: str, period: Span, earlier: Span, parts: Sequence[Span]
) -> list[Found]:
    """The problems of a policy that came in a period, the most frequent first; `earlier` is the time just before."""
    then = (period[0] - YEAR, period[1] - YEAR)
    cases = visible_cases(viewer).filter(ledger=False, policy_code=policy)
    everything = [_count(cases, span) for span in (period, then, earlier)]
    rows = cases.filter(in_problem__problem__gone_at=0).values_list(
        "in_problem__problem_id", "registered_at", "about_unit", "number", "covered_at"
    )
    members: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
    for problem, *row in rows:
        members[problem].append((row[0], row[1], row[2], row[3]))
    began = cases.order_by("registered_at").values_list("registered_at", flat=True).first() or 0
    found = []
    for problem in Problem.objects.filter(pk__in=members):
        mine = members[problem.pk]
        if len(mine) < FEWEST:
            continue
        instants = [row[0] for row in mine]
        seen = _seen(instants, period, then, earlier, everything)
        if not seen.count:
            continue
        units = Counter(row[1] for row in mine if row[1] and _within(row[0], period))
        found.append(
            Found(
                problem.pk,
                problem.name,
                problem.category,
                seen,
                began < period[0] <= min(instants),
                len(mine),
                tuple(sum(_within(at, part) for at in instants) for part in parts),
                tuple(units.most_common()),
                tuple(row[2] for row in mine if row[3]),
            )
        )
    return sorted(found, key=lambda one: (-one.seen.count, -one.total, one.id))


def _seen(
    instants: Iterable[int], period: Span, then: Span, earlier: Span, everything: Sequence[int]
) -> Seen:
    counts = [sum(_within(at, span) for at in instants) for span in (period, then, earlier)]
    return Seen(counts[0], everything[0], counts[1], everything[1], counts[2], everything[2])


def _within(at: int, span: Span) -> bool:
    return span[0] <= at < span[1]


def _count(cases: Any, span: Span) -> int:
    return int(cases.filter(registered_at__gte=span[0], registered_at__lt=span[1]).count())


@dataclass(frozen=True, slots=True)
class OneProblem:
    """A problem with the cases of it that somebody may see, the newest first, and what they have in common."""

    name: str
    policy: str
    category: str
    total: int
    cases: tuple[Listed, ...]
    affected: Mapping[str, tuple[tuple[str, int], ...]]  # by the fact, its values and how often
    instants: tuple[int, ...]
    sheets: tuple[tuple[str, Json], ...]  # of these cases, with the case's number


def one_problem(viewer: Viewer, key: int, most: int = 100) -> OneProblem | None:
    """A problem of which the viewer may see enough cases; None where there is none for them."""
    problem = Problem.objects.filter(pk=key).first()
    if problem is None:
        return None
    mine = visible_cases(viewer).filter(in_problem__problem=problem)
    states = list(mine.values_list("registered_at", "about_unit", "number", "state"))
    if len(states) < FEWEST:
        return None
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("about_unit", *AFFECTED)}
    sheets: list[tuple[str, Json]] = []
    for _, unit, number, state in states:
        told: Json = state
        facts: Mapping[str, Json] = told.get("facts", {})
        sheets += [(number, sheet) for sheet in told.get("sheets", ())]
        for name in AFFECTED:
            if value := facts.get(name):
                counts[name][str(value)] += 1
        if unit:
            counts["about_unit"][unit] += 1
    newest = Case.objects.filter(pk__in=mine.values("pk")).order_by("-registered_at", "-id")
    return OneProblem(
        problem.name,
        problem.policy_code,
        problem.category,
        len(states),
        tuple(as_listed(newest[:most])),
        {name: tuple(found.most_common(20)) for name, found in counts.items() if found},
        tuple(sorted(at for at, *_ in states)),
        tuple(sheets),
    )
