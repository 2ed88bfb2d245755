"""When a debt is due: the one place where a row's timing becomes an instant."""

from bihuan.engine.calendar import BadTime
from bihuan.engine.case import Case, Json
from bihuan.engine.clock import Span, due, end_of_month_after, is_provisional, parse_span
from bihuan.engine.policy import Policy, Timing
from bihuan.engine.rules import answering_row
from bihuan.engine.world import World


def due_of(
    timing: Timing, start: int, case: Case, world: World, facts: dict[str, Json]
) -> tuple[int, bool]:
    """The instant due of a debt that started at ``start``, and whether it is provisional."""
    if timing.by == "agreed time" and case.agreed:
        return case.agreed, False
    if timing.by == "promised date" and case.promises:
        return case.promises[str(len(case.promises))], False  # the one just made
    if timing.by == "month after":
        return month_after(case, world), False
    span = timing.span
    if span is None:
        name = number_of(timing.at_latest if timing.by else timing.within, case, world, facts)
        span = world.span(name, case)
        begin = world.policy.numbers[name].start or timing.start
        start = case.instants.get(begin, start) if begin else start
    usual = timing.calendar or "usual"
    return due(span, start, world.calendars, usual, case.pauses), is_provisional(
        span, start, world.calendars, usual, case.pauses
    )


def span_of(name: str, case: Case, world: World, facts: dict[str, Json]) -> Span:
    """The span a number, or a table of numbers, gives."""
    return world.span(number_of(name, case, world, facts), case)


def number_of(name: str, case: Case, world: World, facts: dict[str, Json]) -> str:
    """The number itself, or the one a table of numbers answers."""
    table = world.policy.tables.get(name)
    while table is not None:
        row = answering_row(table, facts, lambda number: world.count(number, case))
        name = str(row.then) if row else str(table.rows[-1].then)
        table = world.policy.tables.get(name)
    return name


def month_after(case: Case, world: World) -> int:
    """The end of the month after registration, or, where the case closed later, after closing (MALL-6.2)."""
    calendar = world.calendars["usual"]
    first = end_of_month_after(case.registered, calendar, 1)
    closed = case.instants.get("closed", case.registered)
    return first if closed <= first else end_of_month_after(closed, calendar, 1)


def latest_promise(case: Case, world: World, facts: dict[str, Json], at: int) -> int:
    """The farthest time that may be agreed with the customer at ``at``; 0 where the policy sets none."""
    return max(
        (
            due(span_of(number, case, world, facts), at, world.calendars, calendar)
            for number, calendar in world.policy.agreed
        ),
        default=0,
    )


def limit_of(written: str, policy: Policy) -> Span:
    """The time limit of that text, or of the policy's number of that name. Raises BadTime."""
    number = policy.numbers.get(written)
    if number:
        value = number.value()
        if isinstance(value, int | str):
            raise BadTime(
                f"约定数“{written}”是 {number.written}，不是时限",
                f"the number '{written}' is {number.written}, no time limit",
            )
        return value
    span = parse_span(written)
    if span.on and span.on not in policy.calendars:
        raise BadTime(
            f"制度没有名为“{span.on}”的日历，有：{'、'.join(policy.calendars)}",
            f"the policy has no calendar '{span.on}'; it has {', '.join(policy.calendars)}",
        )
    return span
