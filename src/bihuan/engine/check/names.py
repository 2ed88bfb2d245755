"""P9: names resolve to what they should be, nothing is left unused, and every clause is carried out."""

from collections.abc import Iterable, Iterator

from bihuan.engine.acts import ACTS
from bihuan.engine.check.cells import Cells, conditions_of
from bihuan.engine.check.ladders import above
from bihuan.engine.check.rows import sheets_of
from bihuan.engine.check.story import found, joined
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import (
    Condition,
    Consequence,
    Duty,
    Element,
    Missed,
    Periodic,
    Policy,
    Step,
    Who,
)
from bihuan.engine.spans import Windows
from bihuan.engine.words import RECKONED, Text


def check_names(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """Conditions that can never hold, things nothing uses, open questions, clauses without a carrier."""
    yield from _nothing_to_register(policy)
    yield from _conditions(policy, cells)
    yield from _whos(policy)
    yield from _numbers(policy)
    yield from _unused(policy)
    yield from _clauses(policy)


def _nothing_to_register(policy: Policy) -> Iterator[Finding]:
    for name, values, zh in (
        ("kinds", policy.kinds, "类型"),
        ("channels", policy.channels, "渠道"),
    ):
        if not values:
            yield found(
                Level.ERROR,
                "nothing-to-register",
                Element(f"what.{name}"),
                f"没有任何{zh}，无法登记案件",
                f"there are no {name}, so no case can be registered",
            )


# conditions and posts


def _asking(policy: Policy) -> Iterator[tuple[Condition, Element, str]]:
    for table in policy.tables.values():
        yield from ((row.when, row.at, "") for row in table.rows)
    for step in policy.steps:
        yield step.only, step.at, ""
        yield step.unless, step.at, ""
        if step.grant is not None:
            yield step.grant.when, step.at, ""
    for kind in policy.sheets.values():
        for step in kind.steps:
            yield step.only, step.at, kind.name
            yield step.unless, step.at, kind.name
    yield from ((duty.only, duty.at, "") for duty in policy.owed)
    for asked in policy.questions.values():
        yield from ((question.only, question.at, "") for question in asked)


def _conditions(policy: Policy, cells: Cells) -> Iterator[Finding]:
    for condition, at, sheet in _asking(policy):
        for name, (operator, operand) in condition:
            if name in policy.tables and name not in cells.asked_tables:
                yield found(
                    Level.ERROR,
                    "not-a-fact",
                    at,
                    f"判定表“{name}”回答的是岗位，不能作条件",
                    f"the table '{name}' answers posts and cannot be asked in a condition",
                )
            elif operator == "is":
                assert isinstance(operand, tuple)
                right = {*_answers(name, sheet, policy, cells), "unknown"}
                wrong = [value for value in operand if value not in right]
                if wrong and name not in policy.facts:
                    yield found(
                        Level.ERROR,
                        "unknown-value",
                        at,
                        f"“{name}”没有“{wrong[0]}”；可用：{'、'.join(sorted(right))}",
                        f"'{name}' is never '{wrong[0]}'; it can be {', '.join(sorted(right))}",
                    )
            elif not isinstance(operand, int) and any(
                not isinstance(value, int) for _, value in policy.numbers[operand[0]].values
            ):
                yield found(
                    Level.ERROR,
                    "not-a-count",
                    at,
                    f"约定数“{operand[0]}”不是次数或金额，不能比较",
                    f"the number '{operand[0]}' is no count or amount to compare with",
                )


def _answers(name: str, sheet: str, policy: Policy, cells: Cells) -> Iterable[str]:
    if name in cells.asked_tables:
        return [str(row.then) for row in cells.asked_tables[name].rows]
    step = policy.step(sheet, name) if sheet else None
    own = [outcome.name for outcome in ACTS[step.act].outcomes] if step else []
    return [*own, *cells.outcomes(name), *(["done", "missed"] if step else [])]


def _whos(policy: Policy) -> Iterator[Finding]:
    for who, at in whos_of(policy):
        if who.kind == "owner" and "owner" not in policy.tables:
            yield found(
                Level.ERROR,
                "no-owner",
                at,
                "由负责人办理，但没有判定表 owner",
                "is owed by the owner, but there is no table 'owner'",
            )
        if who.kind in ("of", "nearest") and not policy.posts[who.post].of:
            text = policy.posts[who.post].text
            yield found(
                Level.WARNING,
                "post-of-no-unit",
                at,
                f"{text.zh}没有写 of(每种单位各设一人)，不知是哪个单位的",
                f"the {text.en} has no 'of' (the kind of unit that has one), so it is open which one is meant",
            )
        if who.kind == "table" and policy.tables[who.post].answers != "post":
            yield found(
                Level.ERROR,
                "not-a-post",
                at,
                f"判定表“{who.post}”的答案不是岗位",
                f"the table '{who.post}' does not answer posts",
            )


def whos_of(policy: Policy) -> Iterator[tuple[Who, Element]]:
    """Every expression of posts in the policy and where it stands."""
    yield policy.usual.floor, policy.usual.at
    yield from ((who, policy.usual.at) for who in _of_missed(policy.usual.missed))
    for table in policy.tables.values():
        yield from ((row.then, row.at) for row in table.rows if isinstance(row.then, Who))
    for steps in (policy.steps, *(kind.steps for kind in policy.sheets.values())):
        for step in steps:
            yield from ((who, step.at) for who in _of_row(step))
            for consequence in step.outcomes.values():
                yield from ((who, step.at) for who in _of_consequence(consequence))
    for kind in policy.sheets.values():
        if kind.to is not None:
            yield kind.to, kind.at
    beside: list[Duty | Periodic] = [*policy.owed, *policy.rhythm]
    for row in beside:
        yield from ((who, row.at) for who in _of_row(row))
    for allowed in policy.may.values():
        yield from ((who, allowed.at) for who in (*allowed.who, *_of_consequence(allowed.then)))


def _of_row(row: Step | Duty | Periodic) -> Iterator[Who]:
    if row.owes is not None:
        yield row.owes
    if not isinstance(row, Periodic):
        if row.to is not None:
            yield row.to
        if row.missed is not None:
            yield from _of_missed(row.missed)


def _of_missed(missed: Missed) -> Iterator[Who]:
    if missed.hand_to is not None:
        yield missed.hand_to
    yield from missed.tell


def _of_consequence(consequence: Consequence) -> Iterator[Who]:
    if consequence.hand_to is not None:
        yield consequence.hand_to
    if consequence.then is not None:
        yield from _of_consequence(consequence.then)


# numbers


def _numbers(policy: Policy) -> Iterator[Finding]:
    for number in policy.numbers.values():
        if number.name not in policy.number_uses:
            yield found(
                Level.WARNING,
                "unused-number",
                number.at,
                f"没有任何一行用到“{number.name}”(原文：{number.word})",
                f"no row uses '{number.name}'",
            )
        if number.mark in ("garbled", "contradiction") and not number.settled:
            doubt = (
                Text("原文残缺", "garbled")
                if number.mark == "garbled"
                else Text("原文前后矛盾", "contradictory")
            )
            yield found(
                Level.WARNING,
                "open-question",
                number.at,
                f"{doubt.zh}(“{number.word}”)，我们取 {number.written}；须有人确认",
                f"the source is {doubt.en} (“{number.word}”); we take {number.written}; somebody must settle it",
            )


# what nothing uses


def _unused(policy: Policy) -> Iterator[Finding]:
    asked = {name for condition in conditions_of(policy) for name, _ in condition}
    whos = [who for who, _ in whos_of(policy)]
    rows = (*policy.steps, *(step for kind in policy.sheets.values() for step in kind.steps))
    tables = asked | {who.post for who in whos if who.kind == "table"} | {"severity", "owner"}
    tables |= {step.timing.at_latest for step in rows}
    tables |= {step.timing.within for step in rows} | {duty.timing.within for duty in policy.owed}
    tables |= {step.grant.within for step in rows if step.grant is not None}
    opened = [row.opens for row in rows]
    opened += [row.opens for row in policy.owed] + [row.opens for row in policy.rhythm]
    opened += [row.opens for row in policy.may.values()]
    tables |= set(opened)
    sheets = {sheet for name in opened for sheet in sheets_of(name, policy)}
    missed = [row.missed for row in rows] + [row.missed for row in policy.owed]
    if any(each.assess for each in (policy.usual.missed, *missed) if each is not None):
        sheets.add("assessment")
    forms = {row.form for row in rows} | {row.form for row in policy.owed}
    for name, fact in policy.facts.items():
        decides = fact.type in ("yes/no", "one of", "count", "money") and name not in RECKONED
        if decides and fact.at.line and not fact.asked and not fact.set_by and name not in asked:
            yield _nothing_uses(fact.at, "unused-fact", fact.text, name)
    for name, table in policy.tables.items():
        if name not in tables:
            clauses = tuple(
                dict.fromkeys(clause for row in table.rows for clause in row.at.clauses)
            )
            yield _nothing_uses(table.at, "unused-table", Text(name, name), name, clauses)
    for name, kind in policy.sheets.items():
        if name not in sheets:
            clauses = tuple(
                dict.fromkeys(clause for step in kind.steps for clause in step.at.clauses)
            )
            yield _nothing_uses(kind.at, "unused-sheet", kind.text, name, clauses)
    for name, printed in policy.forms.items():
        if name not in forms:
            at = next(
                (at for what, at in policy.elements if at.place == f"forms.{name}"),
                Element(f"forms.{name}"),
            )
            yield _nothing_uses(at, "unused-form", printed.text, name)
    yield from _unused_posts(policy, whos)
    yield from _unused_calendars(policy)


def _nothing_uses(
    at: Element, code: str, text: Text, name: str, clauses: tuple[str, ...] = ()
) -> Finding:
    return found(
        Level.WARNING,
        code,
        at,
        f"没有任何地方用到“{text.zh}”({name})",
        f"nothing uses '{name}'",
        clauses=clauses,
    )


def _unused_posts(policy: Policy, whos: list[Who]) -> Iterator[Finding]:
    owing = {who.post for who in whos if who.post in policy.posts} | {
        policy.kept_by,
        policy.library,
    }
    stand_ins = {post.recused_by for post in policy.posts.values()}
    by_rank = any(who.kind == "superior" for who in whos)
    if any(who.kind == "registrar" for who in whos):
        return  # whoever registers may hold any post
    reached = set(owing)
    for name in owing & set(policy.posts):
        reached |= set(above(name, policy))
    reached |= {policy.posts[name].recused_by for name in reached if name in policy.posts}
    for name, post in policy.posts.items():
        if name not in reached:
            yield _nothing_uses(post.at, "unused-post", post.text, name)
        elif not by_rank and name not in owing | stand_ins:
            yield found(
                Level.NOTE,
                "only-by-ladder",
                post.at,
                f"{post.text.zh}只在逐级上报时才接手",
                f"the {post.text.en} is reached only by the ladder",
            )


def _unused_calendars(policy: Policy) -> Iterator[Finding]:
    used = {"usual"}
    rows = [
        step.timing
        for steps in (policy.steps, *(k.steps for k in policy.sheets.values()))
        for step in steps
    ]
    rows += [row.timing for row in policy.owed] + [row.timing for row in policy.rhythm]
    used |= {timing.calendar for timing in rows}
    used |= {row.every.on or "" for row in policy.rhythm}
    spans: list[object] = [timing.span for timing in rows]
    spans += [value for number in policy.numbers.values() for _, value in number.values]
    while spans:
        span = spans.pop()
        used.add(str(getattr(span, "on", None) or ""))
        if isinstance(span, Windows):
            spans += [getattr(span, name) for name in span.__slots__]
    for name in policy.calendars:
        if name not in used:
            yield _nothing_uses(
                Element(f"calendars.{name}"), "unused-calendar", Text(name, name), name
            )


# clauses


def _clauses(policy: Policy) -> Iterator[Finding]:
    carried = {clause for _, at in policy.elements for clause in at.clauses}
    if policy.clauses:
        for number in policy.numbers.values():
            yield from _unknown(number.at, policy)
        for _, at in policy.elements:
            yield from _unknown(at, policy)
    for clause, words in policy.clauses.items():
        at = Element(f"clauses.{clause}", (clause,))
        if clause not in carried and clause not in policy.not_executable:
            bound = [
                number.name for number in policy.numbers.values() if clause in number.at.clauses
            ]
            yield found(
                Level.ERROR,
                "clause-without-carrier",
                at,
                "没有任何一行落实此条，也未列入 not_executable"
                + (f"(仅约定数引用：{joined(bound)})" if bound else ""),
                "no row carries this clause out, and it is not listed in not_executable"
                + (f" (only numbers cite it: {joined(bound)})" if bound else ""),
                story=(
                    Text(f"原文：{words}", f"the source: {words}"),
                    Text("无人因此负有义务", "nobody owes anything by it"),
                ),
            )
    for clause, reason in policy.not_executable.items():
        at = Element(f"not_executable.{clause}", (clause,))
        if policy.clauses and clause not in policy.clauses:
            yield found(
                Level.ERROR,
                "unknown-clause",
                at,
                f"原文没有“{clause}”条",
                f"the source has no clause '{clause}'",
            )
        elif clause in carried:
            yield found(
                Level.WARNING,
                "carried-after-all",
                at,
                "已有行落实此条，不应再列为不可执行",
                "some row carries this clause out; it need not be listed",
            )
        if not reason.strip():
            yield found(Level.ERROR, "no-reason", at, "须写明理由", "a reason is needed")


def _unknown(at: Element, policy: Policy) -> Iterator[Finding]:
    for clause in at.clauses:
        if clause not in policy.clauses:
            yield found(
                Level.ERROR,
                "unknown-clause",
                at,
                f"原文没有“{clause}”条",
                f"the source has no clause '{clause}'",
                clauses=(clause,),
            )
