"""The trace of a policy: for every clause of its source what carries it out, and the proof by scenario."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bihuan.engine.policy import Policy
from bihuan.engine.scenario import Result, clauses_at, places_of
from bihuan.engine.sentences import either, sentences
from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One clause: its wording, the sentences that carry it out, its scenarios, and a reason.

    `reason` says why nothing carries it out, or what of it is still to come.
    """

    clause: str
    wording: str
    carried_by: tuple[tuple[str, str], ...]  # (place, sentence)
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    reason: str

    @property
    def is_proved(self) -> bool:
        """Carried out, shown by a scenario, and by none refuted; or listed with a reason."""
        if self.failed:
            return False
        return bool(self.carried_by and self.passed) or bool(self.reason and not self.carried_by)


def trace(
    policy: Policy, results: Iterable[Result], waiting: Mapping[str, Text], lang: str
) -> tuple[TraceRow, ...]:
    """One row for each clause of the source, in its order.

    A scenario counts for a clause it names only where an element that carries the clause out took
    part in it. `waiting` says of clauses what of them is still to come.
    """
    said = {sentence.place: sentence.text for sentence in sentences(policy, lang)}
    played = tuple(results)
    rows = []
    for clause, wording in policy.clauses.items():
        places = dict.fromkeys(places_of(policy, clause))
        passed, failed = [], []
        for result in played:
            if clause not in result.scenario.shows:
                continue
            name = result.scenario.name.in_(lang)
            if not result.passed:
                failed.append(name)
            elif clause in clauses_at(policy, result.touched):
                passed.append(name)
        reason = waiting.get(clause)
        rows.append(
            TraceRow(
                clause,
                wording,
                tuple((place, said.get(place, place)) for place in places),
                tuple(passed),
                tuple(failed),
                reason.in_(lang) if reason else either(policy.not_executable.get(clause, ""), lang),
            )
        )
    return tuple(rows)
