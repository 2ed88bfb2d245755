"""The board: units by lateness, how fast they are, what falls due, the load of posts, whom to chase."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bihuan.desk import packs, worlds
from bihuan.engine import manner
from bihuan.engine.organisation import unit_of
from bihuan.records.queries import board as queries
from bihuan.records.queries.board import DAY, Pace, Soon, Standing, Took
from bihuan.web.addresses import address
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import HOUR, Names, length

Json = Any
PACE_DAYS, LEG_DAYS, LOAD_DAYS = 90, 30, 28
FEWEST = 5  # done before: below that nobody's pace is known
MOST_SEATS, MOST_CHASED = 12, 8
# The three times of a case (AUTO-0.1), by the act that ends each.
LEGS = {"dispatch": "hand-over", "reply": "reply", "close": "closing"}


@staff
@require_safe
def board(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Everything the reader may see, as it stands now; it reads itself again every minute."""
    pace = _pace(reader.now // 600)
    soon = queries.due_soon(reader.viewer, reader.now, reader.now + DAY)
    slow = [one for one in soon if will_be_late(one, pace, reader.now)]
    units = queries.standing(reader.viewer, "unit", reader.now)
    total = Standing("", queries.cases_in_hand(reader.viewer), sum(one.owed for one in units),
                     sum(one.late for one in units))  # fmt: skip
    late_by_unit = Counter(one.unit for one in slow)
    return show(
        request,
        reader,
        "board/board.jinja",
        {
            "figures": _figures(total, queries.cases_overdue(reader.viewer, reader.now), len(slow)),
            "rows": _units(reader, units, total, late_by_unit),
            "hours": _hours(reader, soon, slow),
            "load": _load(reader, pace),
            "chased": [_chased(reader, one) for one in slow[:MOST_CHASED]],
        },
        at="board",
    )


@lru_cache(maxsize=2)
def _pace(ten_minutes: int) -> Pace:
    return queries.pace(ten_minutes * 600 - PACE_DAYS * DAY)


def will_be_late(one: Soon, pace: Pace, now: int) -> bool:
    """Whether at its owner's pace more likely than not.

    Of the times this act took this seat, those longer than it has lain already: did most of them
    take longer than it may? With fewer than five known, the last fifth of its time counts as late.
    """
    lain, allowed = now - one.since_at, one.due_at - one.since_at
    took = pace.took.get((one.seat, one.act), [])
    rest = len(took) - bisect_left(took, lain)
    if len(took) < FEWEST or not rest:
        return lain * 5 >= allowed * 4
    return 2 * (len(took) - bisect_left(took, allowed + 1)) > rest


def cases_url(**narrowed: Json) -> str:
    """The list of the cases behind a figure."""
    return f"{address('cases')}?{urlencode(narrowed)}"


def _figures(total: Standing, overdue: int, slow: int) -> list[dict[str, Json]]:
    return [
        {"label": pgettext("board", "Cases"), "value": total.cases, "url": address("cases")},
        {"label": _("Owed"), "value": total.owed, "url": address("cases")},
        {"label": _("Cases overdue"), "value": overdue, "tone": "late" if overdue else "",
         "url": cases_url(late=1)},
        {"label": _("Will be late within 24 h"), "value": slow, "tone": "near" if slow else "",
         "url": "#chase"},
    ]  # fmt: skip


# -- Units -----------------------------------------------------------------------------------------


def _units(
    reader: Reader, units: Sequence[Standing], total: Standing, slow: Mapping[str, int]
) -> list[dict[str, Json]]:
    took = queries.legs(reader.viewer, LEGS, reader.now - LEG_DAYS * DAY)
    scale = {name: _scale([t for (leg, _u), ts in took.items() if leg == name for t in ts])
             for name in LEGS.values()}  # fmt: skip
    rows = []
    quiet = {unit for _name, unit in took} - {one.name for one in units}
    for one in (*units, *(Standing(name, 0, 0, 0) for name in sorted(quiet))):
        unit = reader.organisation.units.get(one.name)
        rows.append({
            "name": unit.name if unit else _("Posts of the company as a whole"),
            "cases": one.cases,
            "cases_url": cases_url(owes=f"@{one.name}"),
            "owed": one.owed,
            "late": one.late,
            "late_url": cases_url(owes=f"@{one.name}", owes_late=1),
            "slow": slow.get(one.name, 0),
            "legs": [_leg(took.get((name, one.name), []), scale[name]) for name in scale],
        })  # fmt: skip
    if len(rows) > 1:
        every = {name: [t for (leg, _u), ts in took.items() if leg == name for t in ts]
                 for name in scale}  # fmt: skip
        rows.append({
            "name": _("Total"), "total": True, "cases": total.cases, "owed": total.owed,
            "late": total.late, "slow": sum(slow.values()),
            "legs": [_leg(every[name], scale[name]) for name in scale],
        })  # fmt: skip
    return rows


def _scale(took: list[Took]) -> int:
    return max((max(one.limit, one.took) for one in _middle(took)), default=0)


def _middle(took: list[Took]) -> list[Took]:
    """Without the slowest tenth, which would press all bars together."""
    return sorted(took)[: max(1, len(took) * 9 // 10)] if took else []


def _leg(took: list[Took], scale: int) -> dict[str, Json] | None:
    """A bar from the median to nine in ten, against the limit most of them had."""
    if not took or scale <= 0:
        return None
    times = sorted(one.took for one in took)
    limit = sorted(one.limit for one in took)[len(took) // 2]
    half, most = times[(len(times) - 1) // 2], times[(len(times) * 9 - 1) // 10]
    place = [min(round(100 * value / scale), 100) for value in (half, most, limit)]
    return {
        "from": place[0],
        "width": max(place[1] - place[0], 2),
        "limit": place[2],
        "late": most > limit,
        "text": length(most),
        "words": _("half within %(half)s, nine in ten within %(most)s, limit %(limit)s") % {
            "half": length(half), "most": length(most), "limit": length(limit),
        },
    }  # fmt: skip


# -- Hours and load --------------------------------------------------------------------------------


def _hours(reader: Reader, soon: list[Soon], slow: list[Soon]) -> dict[str, Json]:
    first = reader.now - reader.now % HOUR
    counts = Counter((one.due_at - first) // HOUR for one in soon)
    amber = Counter((one.due_at - first) // HOUR for one in slow)
    most = max(counts.values(), default=0)
    bars = []
    for hour in range(25):
        if not most:
            break
        count, near = counts[hour], amber[hour]
        at = reader.clock.wall(first + hour * HOUR)
        words = _("%(hour)s: %(count)s due, %(near)s of them likely late") % {
            "hour": manner.minute(at), "count": count, "near": near,
        }  # fmt: skip
        bars.append({
            "x": hour * 4, "height": round(100 * count / most), "near": round(100 * near / most),
            "tick": manner.minute(at)[:2] if at.hour % 3 == 0 else "", "words": words, "count": count,
        })  # fmt: skip
    return {"bars": bars, "most": most}


def _load(reader: Reader, pace: Pace) -> list[dict[str, Json]]:
    """What each seat owes until the end of the day, against what it usually manages in that time."""
    owed = Counter(
        one.seat
        for one in queries.due_soon(reader.viewer, reader.now, reader.clock.midnight(1) + 1)
    )
    late = {one.name: one.late for one in queries.standing(reader.viewer, "seat", reader.now)}
    seats = sorted({*owed, *late}, key=lambda seat: (-(owed[seat] + late.get(seat, 0)), seat))
    since = reader.now - LOAD_DAYS * DAY
    rows = []
    for seat in [seat for seat in seats if not seat.startswith(("system@", "customer@"))]:
        names = _names(reader, seat)
        if names is None:
            continue
        done = sum(at >= since for at in pace.done_at.get(seat, ()))
        usual = round(done * _share_of_day_left(reader, since)) if done else 0
        count = owed[seat] + late.get(seat, 0)
        if not count:
            continue
        rows.append({
            "name": names.post(seat), "people": len(reader.organisation.people(seat)),
            "count": count, "usual": usual, "over": bool(done) and count > usual,
            "known": bool(done), "url": cases_url(owes=seat),
        })  # fmt: skip
    rows = rows[:MOST_SEATS]
    most = max((max(row["count"], row["usual"]) for row in rows), default=0) or 1
    for row in rows:
        row["width"] = round(100 * row["count"] / most)
        row["mark"] = round(100 * row["usual"] / most)
    return rows


def _share_of_day_left(reader: Reader, since: int) -> float:
    """What is left of today's working time, as a share of all there was since then."""
    for version in packs.policies_in_force(reader.now).values():
        calendar = worlds.ruling(version.pk, reader.now).world.calendars["usual"]
        past = calendar.working_between(since, reader.now)
        left = calendar.working_between(reader.now, reader.clock.midnight(1))
        return left / past if past else 0
    return 0


def _names(reader: Reader, seat: str) -> Names | None:
    post = seat.partition("@")[0]
    policy = next((one for one in reader.policies.values() if post in one.posts), None)
    return Names(policy, reader.organisation, reader.language) if policy else None


def _chased(reader: Reader, one: Soon) -> dict[str, Json]:
    policy = worlds.policy_of(one.policy_id)
    names = Names(policy, reader.organisation, reader.language)
    unit = reader.organisation.units.get(unit_of(one.seat))
    return {
        "due": one.due_at,
        "title": one.title or names.act(one.act),
        "act": names.act(one.act),
        "who": unit.name if unit else names.post(one.seat),
        "url": address("case", args=[one.number]),
    }
