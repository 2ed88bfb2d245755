"""Reports: what a policy wants in each, and the figures of one as plain values that never change again.

A report belongs to the row of `rhythm` whose name it bears: that row says when it is drawn up, by
whom, and which period it covers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bihuan.engine.measure import Is, Key, Measure, Span, Value
from bihuan.engine.measures import ISO_10002, MEASURES
from bihuan.engine.periods import Period
from bihuan.engine.policy import Policy, Report, ReportPart
from bihuan.engine.words import Text

Json = Any
FEWEST = 3  # cases below which a figure about others says too much
MOST = 12  # groups that a part names, the largest first; how many more there are is said
Take = Callable[[Measure, Span, Sequence[str], Sequence[Is]], Mapping[Key, Value]]
NAMELESS = Text("未填", "not stated")

# A report that every organisation can have, whatever its policy says.
ISO = Report(
    "iso",
    Text("ISO 10002 监视指标", "ISO 10002 indicators"),
    (
        ReportPart(ISO_10002, text=Text("监视指标", "Indicators")),
        ReportPart(
            ("acknowledged in time", "resolved in time", "closing median", "closing p90",
             "satisfied", "satisfaction", "response rate", "compliance"),
            text=Text("时效与满意", "Time and satisfaction"),
        ),
        ReportPart(("received", "repeat"), ("category",)),
        ReportPart(("compliance", "missed"), ("clause",)),
    ),
)  # fmt: skip


# What a department, merchant or dealer kept and missed; its assessments stand beside these figures.
ASSESSMENT = Report(
    "assessment",
    Text("考核表", "Assessment sheet"),
    (
        ReportPart(("missed", "compliance", "overdue"), ("unit",),
                   text=Text("各部门、服务商按时情况", "Kept in time, by department and dealer")),
        ReportPart(("missed", "compliance"), ("act",), text=Text("超时环节", "Steps that were late")),
        ReportPart(("missed", "compliance"), ("clause",), text=Text("涉及条款", "Clauses concerned")),
    ),
)  # fmt: skip
OF_ALL = {report.name: report for report in (ISO, ASSESSMENT)}


def report_named(policy: Policy, name: str) -> Report | None:
    """The policy's report of that name, or one of those that need no policy."""
    return OF_ALL.get(name) or policy.reports.get(name)


def drawn(
    report: Report,
    policy: str,
    period: Period,
    previous: Period,
    as_of: int,
    take: Take,
    *,
    units: Sequence[str] = (),
) -> dict[str, Json]:
    """The figures of a report; with ``units`` those of a unit's own part, the whole beside them.

    What the whole says of others is left out where it stands on fewer than three of their cases.
    """
    only = [Is("policy", (policy,))]
    own = [*only, Is("unit", tuple(units))] if units else only
    span, before = (
        Span(period.since, period.until, as_of),
        Span(previous.since, previous.until, as_of),
    )
    found: dict[str, Json] = {
        "report": report.name,
        "policy": policy,
        "period": period.name,
        "before": previous.name,
        "since": period.since,
        "until": period.until,
        "as_of": as_of,
        "parts": [_part(part, span, before, take, own) for part in report.parts],
    }
    if units:
        for part, told in zip(report.parts, found["parts"], strict=True):
            if part.by == ("unit",):
                rows = _part(part, span, before, take, only)["rows"]
                told["rows"], told["more"] = hushed(rows, frozenset(units)), 0
            elif not part.by:
                every = _part(part, span, before, take, only)["rows"][0]["now"]
                told["whole"] = _of_others(every, told["rows"][0]["now"])
    return found


def _part(
    part: ReportPart, span: Span, before: Span, take: Take, only: Sequence[Is]
) -> dict[str, Json]:
    tests = [*only, *part.only]
    now = [take(MEASURES[name], span, part.by, tests) for name in part.figures]
    then = [take(MEASURES[name], before, part.by, tests) for name in part.figures]
    keys = {key for groups in now for key in groups} or ({()} if not part.by else set())
    ordered = sorted(keys, key=lambda key: (*(-_size(groups.get(key)) for groups in now), key))
    return {
        "figures": list(part.figures),
        "by": list(part.by),
        "only": [[test.column, *test.values] for test in part.only],
        "rows": [
            {
                "key": list(key),
                "now": [_plain(groups.get(key), name) for groups, name in zip(now, part.figures, strict=True)],
                "before": [_plain(groups.get(key), name) for groups, name in zip(then, part.figures, strict=True)],
            }
            for key in ordered[:MOST]
        ],
        "more": max(len(ordered) - MOST, 0),
    }  # fmt: skip


def _size(value: Value | None) -> int:
    return value.of if value else 0


def _plain(value: Value | None, name: str) -> list[int | None]:
    """A figure as it is kept: of a group without rows nothing is said but that there are none."""
    if value is None:
        return [0 if MEASURES[name].unit == "count" else None, 0]
    return [value.part, value.of]


def _of_others(whole: Sequence[Json], own: Sequence[Json]) -> list[Json]:
    """The figures of the whole; None where they would tell of fewer than three cases of others."""
    return [
        every if every[1] == mine[1] or every[1] - mine[1] >= FEWEST else None
        for every, mine in zip(whole, own, strict=True)
    ]


def hushed(rows: Sequence[Mapping[str, Json]], own: frozenset[str]) -> list[Mapping[str, Json]]:
    """The rows of a part broken down by unit as one unit may read them.

    Others on whom fewer than three cases stand are put together, and so many with them that no
    figure can be found by taking the rest from the whole.
    """
    kept = [row for row in rows if row["key"][0] in own]
    others = sorted((row for row in rows if row["key"][0] not in own), key=_stands_on)
    few = [row for row in others if _stands_on(row) < FEWEST]
    rest = others[len(few) :]
    while few and rest and (len(few) < 2 or sum(map(_stands_on, few)) < FEWEST):
        few.append(rest.pop(0))
    return [*kept, *reversed(rest)]


def _stands_on(row: Mapping[str, Json]) -> int:
    return max((of for _part, of in row["now"]), default=0)
