"""Where the time of a case went, for its page: the steps one after the other, the notes, who was late."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine.legs import Course, Leg, Way, blame, course_of, late_by_seat, shares
from bihuan.engine.measuring import measured_of
from bihuan.engine.organisation import Seat
from bihuan.engine.say_time import say_length
from bihuan.records.queries.visibility import Reach
from bihuan.web.desk import Desk

Json = Any


def time_spent(desk: Desk) -> dict[str, Json] | None:
    """What `time_panel` shows; None where the reader sees no more than their own notes."""
    page = desk.page
    if page.reach is not Reach.WHOLE or page.state.ledger:
        return None
    course = course_of(page.history, desk.world.policy, desk.reader.now)
    if not course.segments:
        return None
    return {
        "total": _length(desk, course.until - course.since),
        "closed": course.closed,
        "parts": _parts(desk, course),
        "rows": [_row(desk, leg, _waited(course, leg)) for leg in course.segments if leg.seconds],
        "notes": [_note(desk, course, way) for way in course.ways if way.note],
        "blame": _blame(desk, blame(course)),
        "measures": _measures(desk, course),
    }


def _measures(desk: Desk, course: Course) -> list[dict[str, Json]]:
    """The times the policy wants measured, so far as they are over."""
    found = measured_of(desk.world.policy, desk.page.history, course)
    return [
        {"label": desk.names.text(one.measure.text), "value": _length(desk, one.seconds)}
        for one in found
        if one.seconds is not None
    ]


def _length(desk: Desk, seconds: int) -> str:
    return desk.names.text(say_length(seconds))


def _parts(desk: Desk, course: Course) -> list[dict[str, Json]]:
    """The stacked line: each step as a share of the whole, and of it what was late."""
    whole = max(1, course.until - course.since)
    made = []
    for leg in course.segments:
        if not leg.seconds:
            continue
        name = _("%(step)s: %(time)s") % {
            "step": desk.names.act(leg.act), "time": _length(desk, leg.seconds),
        }  # fmt: skip
        made.append({"x": _share(leg.since - course.since, whole),
                     "width": _share(leg.seconds, whole), "text": name,
                     "late": [{"x": _share(c.since - course.since, whole),
                               "width": _share(c.seconds, whole)} for c in leg.charged]})  # fmt: skip
    return made


def _share(seconds: int, whole: int) -> float:
    return round(seconds * 100 / whole, 2)


def _waited(course: Course, leg: Leg) -> int:
    return sum(wait.seconds for wait in course.waits if leg.since <= wait.since < leg.until)


def _row(desk: Desk, leg: Leg, waited: int = 0) -> dict[str, Json]:
    names = desk.names
    held = dict.fromkeys(stretch.seat for stretch in leg.held if stretch.seconds) or [
        leg.held[-1].seat
    ]
    made: dict[str, Json] = {
        "step": names.act(leg.act),
        "who": _(", ").join(names.post(seat) for seat in held),
        "took": _length(desk, leg.seconds),
    }
    if waited:
        made["waited"] = _("of it %(time)s waiting for notes") % {"time": _length(desk, waited)}
    if leg.late:
        made["late"] = _("late %(time)s: %(who)s") % {
            "time": _length(desk, leg.late), "who": _who(desk, late_by_seat([leg])),
        }  # fmt: skip
    return made


def _who(desk: Desk, seats: Iterable[Seat]) -> str:
    return _(", ").join(desk.names.post(seat) for seat in seats)


def _note(desk: Desk, course: Course, way: Way) -> dict[str, Json]:
    waited = sum(wait.seconds for wait in course.waits if wait.sheet == way.number)
    made: dict[str, Json] = {
        "number": desk.names.sheet(way.kind, desk.page.number, way.number),
        "took": _length(desk, way.until - way.since),
        "rows": [_row(desk, leg) for leg in way.legs if leg.seconds],
        "key": way.number,
    }
    if waited:
        made["waited"] = _("the case waited %(time)s for it") % {"time": _length(desk, waited)}
    return made


def _blame(desk: Desk, totals: dict[Seat, int]) -> list[dict[str, Json]]:
    parts = shares(totals)
    return [
        {"who": desk.names.post(seat), "took": _length(desk, totals[seat]), "share": parts[seat]}
        for seat in totals
    ]
