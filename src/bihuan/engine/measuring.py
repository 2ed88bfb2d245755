"""The figures a policy's `measures` want, for one case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bihuan.engine.legs import Course, Recorded, course_of
from bihuan.engine.policy import Measure, Policy

# What may happen again and is over only with the last time; all else counts from its first.
_LAST_COUNTS = frozenset({"replied", "answered", "inspected", "closed"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a case: the seconds between its instants, or how many obligations kept of how many.

    Both are None while what it measures has not happened, or is not over.
    """

    measure: Measure
    seconds: int | None = None
    kept: tuple[int, int] | None = None  # by their due, ended in all


def measured(policy: Policy, history: Iterable[Recorded], now: int) -> tuple[Measured, ...]:
    """The policy's measures for the case of this history, as of ``now`` (an instant)."""
    events = tuple(history)
    return measured_of(policy, events, course_of(events, policy, now))


def measured_of(policy: Policy, events: Iterable[Recorded], course: Course) -> tuple[Measured, ...]:
    """The same for whom the course of these events is known already."""
    instants: dict[str, list[int]] = {"registered": [course.since]}
    done: list[bool] = []
    for event in events:
        for kind, data in event.effects:
            if kind == "registered":
                instants["received"] = [data["received"]]
            elif kind == "instant":
                instants.setdefault(data["name"], []).append(data["at"])
            elif kind == "kept":
                done.append(not data["late"])
    if not course.closed:
        instants.pop("closed", None)
    if any(way.note and not way.how for way in course.ways):
        instants.pop("replied", None)  # some note is still out
    return tuple(
        Measured(measure, kept=(sum(done), len(done)) if done else None)
        if measure.counts
        else Measured(measure, _between(measure, instants))
        for measure in policy.measures
    )


def _between(measure: Measure, instants: Mapping[str, list[int]]) -> int | None:
    starts, ends = instants.get(measure.start), instants.get(measure.end)
    if not starts or not ends:
        return None
    end = ends[-1] if measure.end in _LAST_COUNTS else ends[0]
    return max(0, end - starts[0])
