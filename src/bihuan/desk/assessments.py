"""Assessment sheets of a period: found by what they make owed, reckoned from the events of their cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bihuan.desk import figures
from bihuan.desk.worlds import Ruling
from bihuan.engine.assessing import Assessed, assessed
from bihuan.engine.measure import Count, Is, Measure, Span
from bihuan.engine.organisation import unit_of
from bihuan.engine.periods import Period
from bihuan.engine.words import NOTHING
from bihuan.records.models import Case
from bihuan.records.queries.entries import history

SHEET = "assessment"  # the kind of sheet a policy proposes assessments on
MOST = 500  # cases that are read for one page or file


@dataclass(frozen=True, slots=True)
class Found:
    """An assessment and the case it stands in."""

    case: str
    one: Assessed


def assessments(
    ruling: Ruling,
    period: Period,
    as_of: int | None,
    now: int,
    *,
    units: Sequence[str] = (),
    seen: figures.Seen | None = None,
) -> list[Found]:
    """The assessments proposed in a period as known then, of these units or of all, the earliest first."""
    kind = ruling.world.policy.sheets.get(SHEET)
    if kind is None or not kind.steps:
        return []
    first = f"sheets.{SHEET}.{kind.steps[0].name}"
    opened = Measure(
        "proposed", NOTHING, NOTHING, "owed", Count(), "since_at", (Is("row", (first,)),)
    )
    span = Span(period.since, period.until, as_of or now)
    with figures.book(now, as_of) as book:
        numbers = book.numbers(
            opened, span, only=[Is("policy", (ruling.code,))], seen=seen, limit=MOST
        )
    found = [one for number in numbers for one in _of(number, as_of or now)]
    return sorted(
        (
            each for each in found
            if period.since <= each.one.opened < period.until
            and (not units or unit_of(each.one.to) in units)
        ),
        key=lambda each: (each.one.opened, each.case, each.one.sheet),
    )  # fmt: skip


def _of(number: str, as_of: int) -> Iterator[Found]:
    case = Case.objects.filter(number=number).values_list("pk", flat=True).get()
    events = [one for one in history(case) if one.recorded_at <= as_of]
    yield from (Found(number, one) for one in assessed(events))
