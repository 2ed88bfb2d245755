"""Visits: who of a list or of the closed cases is drawn for one, and what the answers make of it."""

from collections.abc import Collection, Mapping
from hashlib import sha256

from bihuan.engine.case import Act, Case, Json
from bihuan.engine.policy import Duty, Question, Step
from bihuan.engine.rules import questions_on
from bihuan.engine.words import DRAWN
from bihuan.engine.work import Work

FIRST = "!"  # begins a line of a list that no sample passes over
UNHAPPY = ("disputed", "unsatisfied")


def drawn_of(count: int, share: int, lot: str, always: Collection[int] = ()) -> tuple[int, ...]:
    """Which of ``count`` places are drawn, in order: ``always``, and others by lot up to ``share`` per cent.

    Never fewer than the share; the same ``lot`` draws the same.
    """
    wanted = -(-count * share // 100)
    chosen = {place for place in always if 0 <= place < count}
    others = (place for place in range(count) if place not in chosen)
    by_lot = sorted(others, key=lambda place: sha256(f"{lot} {place}".encode()).digest())
    chosen.update(by_lot[: max(wanted - len(chosen), 0)])
    return tuple(sorted(chosen))


def falls_to(share: int, closed: int, drawn: int) -> bool:
    """Whether one more closed case must be drawn, so that ``drawn`` of ``closed`` keeps up the share."""
    return drawn * 100 < share * (closed + 1)


def was_unhappy(case: Case) -> bool:
    """Whether the customer ever disputed, was not satisfied, or the case went back: no sample passes it over."""
    counted = (what.rpartition(".")[2] for what in case.rounds)
    return case.round > 0 or any(outcome in UNHAPPY for outcome in (*case.marks.values(), *counted))


def taken(work: Work, counts: Mapping[str, Json]) -> dict[str, Json]:
    """What the system counted, with a case drawn for its visit where the customer was unhappy."""
    found = dict(counts)
    if found.get(DRAWN) == "no" and was_unhappy(work.case):
        found[DRAWN] = "yes"
    return found


def lines_drawn(work: Work, duty: Duty, lines: list[str], first: int, at: int) -> list[str]:
    """The numbers of the items owed of a list whose lines are numbered from ``first``; the draw is recorded."""
    every = [str(number) for number in range(first, first + len(lines))]
    if not duty.sample:
        return every
    always = [place for place, line in enumerate(lines) if line.lstrip().startswith(FIRST)]
    lot = f"{work.policy.code} {work.case.unit} {duty.name} {at}"
    chosen = drawn_of(len(lines), work.limit(duty.sample), lot, always)
    items = [every[place] for place in chosen]
    work.emit("sampled", row=duty.name, of=len(lines), items=items)
    return items


def outcome_of(work: Work, row: Step | Duty | None, act: Act) -> str:
    """The outcome as it counts: a satisfied visit is unsatisfied where an answer speaks against it."""
    outcome = str(act.data.get("outcome", ""))
    if row is None or outcome != "satisfied":
        return outcome
    against = [
        question.name
        for question in questions_on(work.policy, row.form, work.facts(), work.limit)
        if _speaks_against(question, act.data.get(question.name), work)
    ]
    if not against:
        return outcome
    work.emit("judged", outcome="unsatisfied", because=against)
    return "unsatisfied"


def _speaks_against(question: Question, answer: Json, work: Work) -> bool:
    if answer in (None, "") or not question.against:
        return False
    if question.type == "score":
        return int(answer) <= work.limit(question.against)
    return bool(answer == question.against)


def is_attempt(work: Work, row: Step | Duty, key: str, act: Act) -> bool:
    """Not reached, and not yet tried on as many different days as the policy asks."""
    if not row.tries or act.data.get("outcome") != "unreachable":
        return False
    days = {*work.case.attempts.get(key, ()), work.day(act.at)}
    return len(days) < work.limit(row.tries)
