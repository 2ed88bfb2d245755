"""P7: a spent budget hands the case on as the owner table does; what a rising value asks for comes back."""

from collections.abc import Iterator

from bihuan.engine.acts import ACTS
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.rows import sheets_of
from bihuan.engine.check.story import found
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import (
    Allowed,
    Condition,
    Duty,
    Element,
    Policy,
    Row,
    SheetKind,
    Step,
    Who,
)
from bihuan.engine.words import Text


def check_rising(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The budget of changes beside the owner table, and needs that depend on a rising value."""
    postpone = policy.may.get("postpone")
    if postpone is not None and postpone.at_most:
        yield from _hands_on(postpone)
        yield from _same_count(postpone, policy, cells)
    for name in rising(policy):
        yield from _brought_back(name, policy)


def rising(policy: Policy) -> tuple[str, ...]:
    """The values that only rise while a case is in hand: the severity, and what the system counts."""
    counted = [name for name, fact in policy.facts.items() if fact.counted and fact.type == "count"]
    return (*(["severity"] if "severity" in policy.tables else []), *counted)


# Budgets


def _hands_on(postpone: Allowed) -> Iterator[Finding]:
    then = postpone.then
    if then.hand_to is None and not then.hand_up:
        yield found(
            Level.ERROR,
            "budget-hands-to-nobody",
            postpone.at,
            "改期次数用完以后没有交给任何人(then: hand to 岗位 或 hand up)",
            "once the changes are spent the case is handed to nobody (then: hand to POST, or hand up)",
            story=(
                Text(
                    "约定时间一改再改，次数用完", "the agreed time is moved until nothing is left"
                ),
                Text("客户再要求改期：无人接手", "it is to be moved once more: nobody takes over"),
            ),
        )


def _same_count(postpone: Allowed, policy: Policy, cells: Cells) -> Iterator[Finding]:
    """A count that moves the owner and the budget of changes under one clause are one count, and one post."""
    table = policy.tables.get("owner")
    ours = policy.numbers[postpone.at_most]
    clauses = {*ours.at.clauses, *postpone.at.clauses}
    for row in table.rows if table else ():
        for number in _counts(row.when):
            other = policy.numbers[number]
            if other.name == ours.name:
                yield from _same_post(postpone, row, policy)
                continue
            if not clauses & {*other.at.clauses, *row.at.clauses}:
                continue
            budget, count = cells.limit(ours.name), cells.limit(other.name)
            if count not in (budget, budget + 1):
                yield found(
                    Level.WARNING,
                    "budgets-differ",
                    row.at,
                    f"负责人在“{other.name}”({count})时更换，改期次数却是“{ours.name}”({budget})",
                    f"the owner changes at '{other.name}' ({count}), while the time may move "
                    f"'{ours.name}' ({budget}) times",
                    story=_two_counts(budget, count),
                )
            yield from _same_post(postpone, row, policy)


def _two_counts(budget: int, count: int) -> tuple[Text, ...]:
    first, last = sorted((budget + 1, count))
    return (
        Text("约定时间一再不能兑现", "the agreed time cannot be kept, again and again"),
        Text(
            f"依一条，第 {first} 次即更换负责人；依另一条，第 {last} 次才更换",
            f"by one clause the owner changes at the {first}. time, by the other only at the {last}.",
        ),
    )


def _same_post(postpone: Allowed, row: Row, policy: Policy) -> Iterator[Finding]:
    target = postpone.then.hand_to
    if target is None or not isinstance(row.then, Who) or row.then == target:
        return
    one, other = (policy.posts.get(who.post) for who in (target, row.then))
    if one is None or other is None:
        return
    yield found(
        Level.WARNING,
        "budget-hands-elsewhere",
        row.at,
        f"次数用完，改期(may.postpone)交{one.text.zh}，负责人判定表却交{other.text.zh}",
        f"once the count is spent, postponing hands to the {one.text.en}, "
        f"and the owner table to the {other.text.en}",
        story=(
            Text(
                "约定时间已改满次数，又不能兑现",
                "the changes are spent, and the time cannot be kept",
            ),
            Text(
                f"依改期交{one.text.zh}；依判定表交{other.text.zh}",
                f"one rule hands it to the {one.text.en}, the other to the {other.text.en}",
            ),
        ),
    )


def _counts(when: Condition) -> Iterator[str]:
    for _, (operator, operand) in when:
        if operator != "is" and not isinstance(operand, int):
            yield operand[0]


# Needs that come with a rising value


def _brought_back(name: str, policy: Policy) -> Iterator[Finding]:
    """A step of the line comes back by itself; one of a note that has ended, and another note, do not."""
    for kind in policy.sheets.values():
        for step in kind.steps:
            if _asks(name, step.only) and not _elsewhere(name, step, policy):
                yield _lost(name, step.at, _in_note(kind, step), policy)
    for opener in policy.steps:
        table = policy.tables.get(opener.opens)
        for row in table.rows if table else ():
            sheet = str(row.then)
            if (
                _asks(name, row.when)
                and sheet in policy.sheets
                and not _drawn_up(name, sheet, policy)
            ):
                title = policy.sheets[sheet].text
                said = Text(f"开出{title.zh}", f"draw up the {title.en}")
                yield _lost(name, row.at, said, policy)


def _asks(name: str, condition: Condition) -> bool:
    return any(asked == name for asked, _ in condition)


def _elsewhere(name: str, step: Step, policy: Policy) -> bool:
    """Whether the same act is owed on the line, or beside it, under a condition on the same value."""
    rows: list[Step | Duty] = [*policy.steps, *policy.owed]
    return any(row.act == step.act and _asks(name, row.only) for row in rows)


def _drawn_up(name: str, sheet: str, policy: Policy) -> bool:
    rows: list[Duty | Allowed] = [row for row in policy.owed if _asks(name, row.only)]
    rows += policy.may.values()
    return any(sheet in sheets_of(row.opens, policy) for row in rows)


def _in_note(kind: SheetKind, step: Step) -> Text:
    act = ACTS[step.act].text
    return Text(f"{kind.text.zh}中的“{act.zh}”", f"'{act.en}' in the {kind.text.en}")


def _lost(name: str, at: Element, what: Text, policy: Policy) -> Finding:
    fact = policy.facts.get(name)
    value = fact.text if fact else Text("等级", "severity")
    return found(
        Level.WARNING,
        "not-brought-back",
        at,
        f"“{value.zh}”会上升；单据已交回(或已开出)之后才升高的，{what.zh}不会补办："
        "主线或 owed 中须有同样条件的一行",
        f"'{name}' can rise; where it rises after the note is back (or out), {what.en} is never made up for: "
        "the line or owed needs a row under the same condition",
        story=(
            Text("单据已开出、已交回", "the note was drawn up and is back"),
            Text(f"后来：{value.zh}升高", f"later: the {value.en.lower()} rises"),
            Text(f"没有人补办：{what.zh}", f"nobody makes up for it: {what.en}"),
        ),
    )
