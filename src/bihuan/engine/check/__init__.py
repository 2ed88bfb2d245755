"""What can be proved of a policy before it goes in force, P1 to P9; each room says which of them it proves.

The checker asks the engine's own evaluator and resolver, so that the proof is about what will run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bihuan.engine.calendar import Calendar
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.clocks import check_clocks
from bihuan.engine.check.duties import check_duties
from bihuan.engine.check.ladders import check_ladders
from bihuan.engine.check.law import check_law
from bihuan.engine.check.line import check_line
from bihuan.engine.check.names import check_names
from bihuan.engine.check.organisation import check_organisation
from bihuan.engine.check.rising import check_rising
from bihuan.engine.check.sheets import check_judged, check_sheets
from bihuan.engine.check.tables import check_tables
from bihuan.engine.findings import Finding, Level
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy
from bihuan.engine.words import Text, both

__all__ = ["check"]

_WITH_CALENDARS = ("law-", "clocks-")  # codes that only a check with calendars finds
_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


def check(
    policy: Policy,
    *,
    organisation: Organisation | None = None,
    calendars: Mapping[str, Calendar] | None = None,
) -> tuple[Finding, ...]:
    """Everything found in a compiled policy, errors first.

    With an organisation also how it is staffed; with its calendars also whether the clocks fit each other and the law.

    A warning that a row of `settled` names is a note that says who settled it and why, until its clause
    changes; errors cannot be settled. One finding for each cause, with its clause, place and, where a
    case shows it, a story.
    """
    found = _once(_all(policy, organisation, calendars))
    settled = [_settle(finding, policy) for finding in found]
    settled += _settled_for_nothing(found, policy, complete=calendars is not None)
    return tuple(
        sorted(settled, key=lambda each: (_ORDER[each.level], each.line, each.column, each.code))
    )


def _all(
    policy: Policy, organisation: Organisation | None, calendars: Mapping[str, Calendar] | None
) -> Iterator[Finding]:
    cells = Cells(policy)
    yield from check_names(policy, cells)
    yield from check_tables(policy, cells)
    yield from check_line(policy, cells)
    yield from check_sheets(policy, cells)
    yield from check_duties(policy, cells)
    yield from check_ladders(policy)
    yield from check_rising(policy, cells)
    if calendars is not None:
        yield from check_clocks(policy, cells, calendars)
        yield from check_judged(policy, calendars)
        yield from check_law(policy, calendars)
    if organisation is not None:
        yield from check_organisation(policy, organisation)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each code at each place."""
    first: dict[tuple[str, str, tuple[str, ...]], Finding] = {}
    for finding in findings:
        first.setdefault((finding.code, finding.place, finding.clauses), finding)
    return list(first.values())


def _names(finding: Finding) -> tuple[str, str]:
    return finding.code, f"{finding.code}:{finding.place}"


def _settle(finding: Finding, policy: Policy) -> Finding:
    """The finding as a note where somebody accepted it, with who and why, as long as its clause says what it said."""
    if finding.level is not Level.WARNING:
        return finding
    for row in policy.settled:
        if row.finding in _names(finding):
            who, why = both(row.by), both(row.because)
            if not _still_says(row.words, finding, policy):
                text = Text(
                    f"{finding.text.zh}(曾由{who.zh}确认，而条文中已没有“{row.words}”，须重新确认)",
                    f"{finding.text.en} (was settled by {who.en}, but the clause no longer says "
                    f"“{row.words}”: to be settled anew)",
                )
                return replace(finding, text=text)
            text = Text(
                f"{finding.text.zh}(已由{who.zh}确认：{why.zh})",
                f"{finding.text.en} (settled by {who.en}: {why.en})",
            )
            return replace(finding, level=Level.NOTE, text=text)
    return finding


def _still_says(words: str, finding: Finding, policy: Policy) -> bool:
    """Whether a clause of the finding still has the words its settlement rests on."""
    return not words or any(words in policy.clauses.get(each, "") for each in finding.clauses)


def _settled_for_nothing(
    findings: list[Finding], policy: Policy, *, complete: bool
) -> list[Finding]:
    """Rows of `settled` that no finding answers to, or that try to settle an error."""
    lost = []
    for index, row in enumerate(policy.settled):
        name, place = row.finding, f"settled[{index}]"
        answering = [finding for finding in findings if name in _names(finding)]
        if any(finding.level is Level.ERROR for finding in answering):
            zh = f"{place}：“{name}”是必须改的问题，不能以确认了结"
            en = f"{place}: '{name}' is an error; errors are mended, not settled"
            lost.append(Finding(Level.WARNING, "cannot-be-settled", Text(zh, en), place))
        elif not answering and (complete or not name.startswith(_WITH_CALENDARS)):
            zh = f"{place}：“{name}”已无对应的发现，可以删去"
            en = f"{place}: '{name}' answers to no finding and can be removed"
            lost.append(Finding(Level.NOTE, "settled-for-nothing", Text(zh, en), place))
    return lost
