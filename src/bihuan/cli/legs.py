"""Where the time of a case went, at the terminal."""

from collections.abc import Iterable
from typing import Any

from bihuan.cli.instants import iso, wall
from bihuan.cli.speech import Speaker
from bihuan.engine.acts import ACTS
from bihuan.engine.legs import Course, Leg, Way, blame, course_of, shares
from bihuan.engine.measuring import measured
from bihuan.engine.policy import Policy
from bihuan.engine.say_time import say_length
from bihuan.engine.words import Text


def show_legs(page: Any, policy: Policy, at: int, speaker: Speaker) -> dict[str, Any] | None:
    """Print the steps, the legs of each sheet and who was late; returns them as JSON values.

    None where the reader may not see the whole case.
    """
    from bihuan.records.queries.visibility import Reach

    if page.reach is not Reach.WHOLE or page.state.ledger:
        speaker.say(Text("时间去向：此人不能看", "where the time went: not for this person to see"))
        return None
    course = course_of(page.history, policy, at)
    took = say_length(course.until - course.since)
    speaker.say(Text(f"时间去向({took.zh})：", f"where the time went ({took.en}):"))
    _print_legs(course.segments, speaker)
    for way in course.ways:
        name = policy.sheets[way.kind]
        spent = say_length(way.until - way.since)
        waited = say_length(sum(w.seconds for w in course.waits if w.sheet == way.number))
        number = name.called(page.number, way.number)
        speaker.say(
            Text(
                f"  {number} {name.text.zh}({spent.zh}，案件等它 {waited.zh})",
                f"  {number} {name.text.en} ({spent.en}; the case waited {waited.en} for it)",
            )
        )
        _print_legs(way.legs, speaker, "    ")
    totals = blame(course)
    for seat, share in shares(totals).items():
        late = say_length(totals[seat])
        speaker.say(
            Text(
                f"  超时由 {seat} 承担 {share}%({late.zh})", f"  late: {seat} {share}% ({late.en})"
            )
        )
    figures = [one for one in measured(policy, page.history, at) if one.seconds is not None]
    for one in figures:
        took = say_length(one.seconds or 0)
        name = one.measure.text
        speaker.say(Text(f"  {name.zh} {took.zh}", f"  {name.en} {took.en}"))
    measures = [{"name": list(one.measure.text), "seconds": one.seconds} for one in figures]
    return {**_as_json(course, policy, page.number), "measures": measures}


def _print_legs(legs: Iterable[Leg], speaker: Speaker, indent: str = "  ") -> None:
    rows = []
    for leg in legs:
        act = ACTS[leg.act].text if leg.act in ACTS else Text(leg.act, leg.act)
        late = say_length(leg.late)
        rows.append(
            (
                f"{indent}{wall(leg.since)}",
                speaker.word(say_length(leg.seconds)),
                speaker.word(act),
                ", ".join(dict.fromkeys(stretch.seat for stretch in leg.held)),
                speaker.word(Text(f"超时 {late.zh}", f"late {late.en}")) if leg.late else "",
            )
        )
    speaker.table(rows)


def _as_json(course: Course, policy: Policy, number: str) -> dict[str, Any]:
    totals = blame(course)
    parts = shares(totals)
    return {
        "since": iso(course.since),
        "until": iso(course.until),
        "closed": course.closed,
        "seconds": course.until - course.since,
        "steps": [_leg(leg) for leg in course.segments],
        "sheets": [_way(way, course, policy, number) for way in course.ways],
        "late": [{"seat": seat, "seconds": totals[seat], "share": parts[seat]} for seat in totals],
    }


def _way(way: Way, course: Course, policy: Policy, number: str) -> dict[str, Any]:
    return {
        "number": policy.sheets[way.kind].called(number, way.number),
        "sheet": way.number,
        "seconds": way.until - way.since,
        "waited": sum(wait.seconds for wait in course.waits if wait.sheet == way.number),
        "legs": [_leg(leg) for leg in way.legs],
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "step": leg.step,
        "act": leg.act,
        "seats": list(dict.fromkeys(stretch.seat for stretch in leg.held)),
        "since": iso(leg.since),
        "until": iso(leg.until),
        "seconds": leg.seconds,
        "due": iso(leg.due),
        "late": leg.late,
        "charged": [{"seat": c.seat, "seconds": c.seconds} for c in leg.charged],
    }
