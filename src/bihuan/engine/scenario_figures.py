"""The figures of a report over the cases a scenario tells, as scenarios write them."""

from collections.abc import Iterable, Mapping, Sequence

from bihuan.engine.case import Event
from bihuan.engine.figures import Row, figures_of
from bihuan.engine.measure import Is, Key, Measure, Span, Value, taken
from bihuan.engine.measures import MEASURES
from bihuan.engine.periods import before, covered
from bihuan.engine.policy import Policy
from bihuan.engine.reporting import drawn
from bihuan.engine.world import World

Told = Mapping[str, object]


def figures_told(
    world: World, name: str, tales: Iterable[tuple[str, Sequence[Event]]], as_of: int
) -> Told:
    """By measure what the report of that name says: of all, or of each group it is broken down by."""
    policy, calendar = world.policy, world.calendars["usual"]
    row = next(row for row in policy.rhythm if row.name == name)
    period = covered(row.covering, as_of, calendar)
    rows = _rows(world, tales)

    def take(
        measure: Measure, span: Span, by: Sequence[str], only: Sequence[Is]
    ) -> Mapping[Key, Value]:
        return taken(measure, rows[measure.of], span, by=by, only=only)

    made = drawn(policy.reports[name], policy.code, period, before(period, calendar), as_of, take)
    found: dict[str, object] = {}
    for part in made["parts"]:
        for place, figure in enumerate(part["figures"]):
            said = {
                " / ".join(map(str, one["key"])): _said(figure, *one["now"][place])
                for one in part["rows"]
            }
            found[f"{figure} by {' / '.join(part['by'])}" if part["by"] else figure] = (
                said if part["by"] else said[""]
            )
    return found


def _rows(world: World, tales: Iterable[tuple[str, Sequence[Event]]]) -> dict[str, list[Row]]:
    policy = world.policy
    rows: dict[str, list[Row]] = {"cases": [], "owed": [], "legs": [], "visits": [], "calls": []}
    for number, events in tales:
        if not events:
            continue
        found = figures_of(
            number,
            events,
            policy,
            world.calendars["usual"],
            lambda _v, row, kind: _cited(policy, row, kind),
        )
        rows["cases"] += [found.case] if found.case else []
        rows["owed"] += found.owed
        rows["legs"] += found.legs
        rows["visits"] += found.visits
    return rows


def _cited(policy: Policy, row: str, kind: str) -> Sequence[str]:
    found = policy.rows.get(row)
    return found.at.cited(kind) if found else ()


def _said(name: str, part: int | None, of: int) -> str:
    """`3`, `2/3`, `90 min`, or `none` where there is nothing to say."""
    unit = MEASURES[name].unit
    if part is None:
        return "none"
    if unit == "count":
        return str(part)
    return f"{part // 60} min" if unit == "time" else f"{part}/{of}"
