"""P2 and P3 of one row: it has a time, somebody who can do it, its needs provided, and outcomes that end."""

from collections.abc import Iterator

from bihuan.engine.acts import ACTS
from bihuan.engine.check.cells import ALWAYS_KNOWN
from bihuan.engine.check.story import found, outcome_text
from bihuan.engine.check.walk import Walk, effects
from bihuan.engine.findings import Finding, Level
from bihuan.engine.needs import NEEDS
from bihuan.engine.policy import (
    Consequence,
    Duty,
    Element,
    Periodic,
    Policy,
    SheetKind,
    Step,
    Timing,
    Who,
)
from bihuan.engine.words import BUILT_IN_FACTS, Text


def check_step(step: Step, policy: Policy, walk: Walk, why: Text | None) -> Iterator[Finding]:
    """What is wrong with one step, of the main line or of a sheet."""
    yield from check_timing(step.timing, step.at, policy)
    yield from _outcomes(step, policy, walk)
    yield from check_missed(step)
    yield from check_opens(step.opens, step.at, policy, act=step.act)
    if why is not None:
        code = (
            "need-nobody-provides"
            if step.needs and _need(step, policy, walk.sheet)
            else "nobody-can"
        )
        yield found(
            Level.ERROR,
            code,
            step.at,
            why.zh,
            why.en,
            story=walk.story_to(
                step.name,
                Text(
                    f"应{ACTS[step.act].text.zh}，但{why.zh}",
                    f"owed: {ACTS[step.act].text.en}, but {why.en}",
                ),
                Text("停在这里，永远不能结束", "it stops here and can never end"),
            ),
        )
    if step.name not in walk.arrivals and not walk.cut_short and not walk.stuck:
        yield found(
            Level.ERROR,
            "never-current",
            step.at,
            "任何案件都走不到这一步",
            "no case ever comes to this step",
        )
    if step.owes.kind == "system" and (reason := not_for_system(step, policy)):
        yield found(
            Level.ERROR,
            "system-cannot",
            step.at,
            f"系统不能代办：{reason.zh}",
            f"the system cannot do this: {reason.en}",
            story=walk.story_to(
                step.name, Text("系统到期自动通过", "the system lets it pass when it is due")
            ),
        )
    if step.tries and "unreachable" not in [outcome.name for outcome in ACTS[step.act].outcomes]:
        yield found(
            Level.WARNING,
            "tries-for-nothing",
            step.at,
            "tries 只用于会“未联系上”的动作",
            "tries counts only for acts that can end in 'unreachable'",
        )
    done = {each.act for each in policy.steps}
    for kind in policy.sheets.values():
        done |= {each.act for each in kind.steps}
    for act in (act for act in step.not_by if act not in done):
        yield found(
            Level.WARNING,
            "bars-nobody",
            step.at,
            f"not_by 中的“{ACTS[act].text.zh}”没有人会办，回避不了任何人",
            f"nobody ever does '{act}', so this not_by keeps nobody away",
        )


def stays_unknown(step: Step, policy: Policy) -> Iterator[Finding]:
    """What decides whether a step is on the line should not be left open for ever."""
    on_line = {each.act for each in policy.steps}
    for name, (operator, operand) in (*step.only, *step.unless):
        fact = policy.facts.get(name)
        if fact is None or name in ALWAYS_KNOWN or fact.counted or fact.by_calendar:
            continue
        if name in BUILT_IN_FACTS or fact.left_behind:
            continue
        if fact.set_by in on_line or (operator == "is" and operand == ("unknown",)):
            continue
        yield found(
            Level.ERROR if fact.set_by else Level.WARNING,
            "may-stay-unknown",
            step.at,
            f"“{fact.text.zh}”可能一直不详，这一步就会被跳过；应在事实上写 set by: 某一主线动作",
            f"'{name}' may stay unknown, and the step is then passed over; "
            "say at the fact which act of the line sets it (set by)",
            story=(
                Text(
                    f"一件案件，“{fact.text.zh}”始终不详",
                    f"a case of which '{name}' is never known",
                ),
                Text(
                    f"不经“{ACTS[step.act].text.zh}”就往下走",
                    f"goes on without: {ACTS[step.act].text.en}",
                ),
            ),
        )


def _outcomes(step: Step, policy: Policy, walk: Walk) -> Iterator[Finding]:
    for outcome in ACTS[step.act].outcomes[1:]:
        if outcome.name not in step.outcomes:
            yield found(
                Level.ERROR,
                "outcome-without-consequence",
                step.at,
                f"“{outcome.text.zh}”以后怎样，没有写(if: {outcome.name})",
                f"nothing is said of what follows '{outcome.name}' (if: {outcome.name})",
                story=walk.story_to(
                    step.name,
                    Text(
                        f"{ACTS[step.act].text.zh}——{outcome.text.zh}",
                        f"{ACTS[step.act].text.en} – {outcome.text.en}",
                    ),
                    Text("然后呢?", "and then?"),
                ),
                place=f"{step.at.place}.if.{outcome.name}",
            )
    for name, consequence in step.outcomes.items():
        said = outcome_text(step, name)
        how = Text(f"{ACTS[step.act].text.zh}——{said.zh}", f"{ACTS[step.act].text.en} – {said.en}")
        yield from _ends(step, name, consequence, how, policy, walk)


def _ends(
    step: Step, name: str, consequence: Consequence, how: Text, policy: Policy, walk: Walk
) -> Iterator[Finding]:
    """Whether what follows an outcome comes to an end."""
    place = f"{step.at.place}.if.{name}"
    again = Text("又回到此处，没有尽头", "and it comes back to here, without end")
    story = walk.story_to(step.name, how, how, again)
    for effect in effects(consequence):
        goes_back = bool(effect.back_to) or effect.void
        if goes_back and not effect.at_most:
            word = "back to" if effect.back_to else "void"
            yield found(
                Level.ERROR,
                "back-without-end",
                step.at,
                f"“{name}”的 {word} 没有 at most,可以无限循环",
                f"'{name}' has {word} without at most, so it can go round for ever",
                story=story,
                place=place,
            )
            return
        if effect.at_most and effect.then is None:
            yield found(
                Level.ERROR,
                "no-then",
                step.at,
                f"“{name}”有 at most 而没有 then:用完以后怎样?",
                f"'{name}' has at most but no then: what happens when it is spent?",
                story=walk.story_to(
                    step.name, how, Text("次数已用完，然后呢?", "the budget is spent, and then?")
                ),
                place=place,
            )
            return
        if effect.at_most and not is_positive(effect.at_most, policy):
            yield found(
                Level.ERROR,
                "at-most-zero",
                step.at,
                f"“{name}”的 at most({effect.at_most})须为至少 1 的次数",
                f"at most of '{name}' ({effect.at_most}) must be a count of at least 1",
                story=walk.story_to(step.name, how, Text("一次也不许", "not even once")),
                place=place,
            )
        if walk.sheet is None and effect.void:
            goes_back = False
        if not (goes_back or effect.go_on or effect.finish):
            yield found(
                Level.ERROR,
                "goes-nowhere",
                step.at,
                f"“{name}”以后仍停在原步骤；应写 go on、finish 或 back to",
                f"after '{name}' it stays where it is; write go on, finish or back to",
                story=story,
                place=place,
            )
            return


def is_positive(number: str, policy: Policy) -> bool:
    """Whether a number is a count of at least 1, whatever the day."""
    return all(isinstance(value, int) and value > 0 for _, value in policy.numbers[number].values)


def check_missed(row: Step | Duty) -> Iterator[Finding]:
    """Whether a next instant follows a miss."""
    missed = row.missed
    if missed is None:
        return
    goes_on = missed.go_on and isinstance(row, Step)
    if not (missed.up or missed.hand_to or missed.remind or goes_on):
        what = what_is_owed(row)
        yield found(
            Level.ERROR,
            "missed-without-next",
            row.at,
            "超时之后没有下一个时限；应有 up、hand to、remind 或 go on 之一",
            "after a miss no next instant is named; one of up, hand to, remind, go on is needed",
            story=(
                Text(f"{what.zh}：到期未办", f"{what.en}: missed"),
                Text(
                    "此后无人在某一时刻之前负有义务", "from then on nobody owes it by any instant"
                ),
            ),
            place=f"{row.at.place}.missed",
        )


def check_timing(
    timing: Timing, at: Element, policy: Policy, *, promised: bool = False
) -> Iterator[Finding]:
    """Whether what a row names as its time is one."""
    for key, name in (("within", timing.within), ("at latest", timing.at_latest)):
        table = policy.tables.get(name)
        if table is not None and table.answers != "number":
            yield found(
                Level.ERROR,
                "not-a-time",
                at,
                f"{key}：判定表“{name}”的答案不是约定数",
                f"{key}: the table '{name}' does not answer numbers",
            )
            continue
        numbers = {str(row.then) for row in table.rows} if table else {name} - {""}
        for number in sorted(numbers):
            if any(isinstance(value, int | str) for _, value in policy.numbers[number].values):
                yield found(
                    Level.ERROR,
                    "not-a-time",
                    at,
                    f"{key}：约定数“{number}”不是时长",
                    f"{key}: the number '{number}' is no length of time",
                )
    if timing.by == "promised date" and not promised and not timing.at_latest:
        yield found(
            Level.ERROR,
            "no-date",
            at,
            "by: promised date:可能没有承诺日期，须写 at latest",
            "by: promised date: there may be no promise; name at latest",
        )


def why_stuck(step: Step, policy: Policy, sheet: SheetKind | None) -> Text | None:
    """Why nobody can ever do a step; None where somebody can."""
    return _need(step, policy, sheet) or why_nobody(step.owes, step.act, in_sheet=sheet is not None)


def why_nobody(who: Who, act: str, *, in_sheet: bool) -> Text | None:
    """Why nobody whom a row names can do its act; None where somebody can."""
    if who.kind == "customer" and not ACTS[act].customer:
        return Text("客户不能办理此动作", "a customer cannot do this act")
    if not in_sheet and (who.kind == "sheet" or who.of == "sheet"):
        return Text(
            "这里没有单据，也就没有接收单位", "there is no sheet here, so there is no addressee"
        )
    return None


def _need(step: Step, policy: Policy, sheet: SheetKind | None) -> Text | None:
    """The first need of a step that nobody can provide."""
    fields = {field.name for need in step.needs for field in NEEDS[need].fields}
    fields |= {field.name for field in ACTS[step.act].fields}
    for name in step.needs:
        need = NEEDS[name]
        why = None
        if need.state == "sheet filled" and (sheet is None or not sheet.filled):
            why = Text(
                "没有可填写的单据栏目(filled)", "there is no sheet with fields to fill (filled)"
            )
        elif need.state == "written answer" and "form" not in fields:
            why = Text(
                "此动作没有“答复方式”一栏", "this act has no field 'form' to answer in writing"
            )
        elif need.state == "sheets returned":
            why = _sheets_returned(policy, sheet)
        elif need.state == "promises kept" and not any(
            duty.act == "keep_promise" and duty.name == "keep_promise" for duty in policy.owed
        ):
            why = Text(
                "owed 中没有 keep_promise,无人兑现",
                "no row of owed has keep_promise, so nobody keeps them",
            )
        if why is not None:
            return Text(
                f"前提“{need.text.zh}”无人提供：{why.zh}", f"nobody provides '{name}': {why.en}"
            )
    return None


def openers(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The sheets that a step or an allowed act of a case opens, and the places that open them."""
    found_at: dict[str, list[str]] = {}
    rows: list[tuple[str, Element]] = [(step.opens, step.at) for step in policy.steps]
    rows += [(row.opens, row.at) for row in policy.may.values()]
    for name, at in rows:
        for sheet in sheets_of(name, policy):
            found_at.setdefault(sheet, []).append(at.place)
    return {sheet: tuple(places) for sheet, places in found_at.items()}


def sheets_of(name: str, policy: Policy) -> tuple[str, ...]:
    """The sheets that a name in `opens` means: itself, or what the table answers."""
    table = policy.tables.get(name)
    names = [str(row.then) for row in table.rows] if table else [name]
    return tuple(dict.fromkeys(each for each in names if each in policy.sheets))


def _sheets_returned(policy: Policy, sheet: SheetKind | None) -> Text | None:
    opened = openers(policy)
    if sheet is not None and sheet.name in opened:
        return Text("单据等待自己交回，成环", "the sheet waits for its own return, in a circle")
    for name in opened:
        for step in policy.sheets[name].steps:
            inner = next(
                (need for need in step.needs if NEEDS[need].state == "sheets returned"), None
            )
            if inner is not None or why_nobody(step.owes, step.act, in_sheet=True):
                return Text(
                    f"单据“{name}”停在“{step.name}”，永远交不回来",
                    f"the sheet '{name}' stops at '{step.name}' and never comes back",
                )
    return None


def not_for_system(step: Step | Duty | Periodic, policy: Policy) -> Text | None:
    """Why the system cannot do a step by itself; None where it can."""
    word = ACTS[step.act]
    if word.outcomes:
        return Text("须作判断", "it takes a judgement")
    needs = step.needs if isinstance(step, Step) else ()
    if any(field.required for field in word.fields) or needs:
        return Text("须填写内容或满足前提", "it has fields to fill in or needs to meet")
    if any(fact.set_by == step.act for fact in policy.facts.values()):
        return Text("须确定事实", "it settles facts")
    return None


def check_opens(opens: str, at: Element, policy: Policy, *, act: str = "") -> Iterator[Finding]:
    """Whether what a row draws up is a sheet."""
    if act == "dispatch" and not opens:
        yield found(
            Level.ERROR,
            "opens-nothing",
            at,
            "开单转办须写 opens(开哪种单据)",
            "drawing up a note needs 'opens', the sheet it draws up",
            story=(
                Text("开单转办", "a note is drawn up"),
                Text("没有单据发出，无人收到", "no sheet goes out, and nobody receives one"),
            ),
        )
    if opens in policy.tables and policy.tables[opens].answers != "sheet":
        yield found(
            Level.ERROR,
            "not-a-sheet",
            at,
            f"opens:判定表“{opens}”的答案不是单据",
            f"opens: the table '{opens}' does not answer sheets",
        )


def what_is_owed(row: Step | Duty) -> Text:
    """What a row asks for, in words."""
    return ACTS[row.act].text if row.act else Text("开具单据", "draw up the sheet")


def too_many_states(walk: Walk, at: Element) -> Iterator[Finding]:
    """That a line was not walked to its end."""
    if walk.cut_short:
        yield found(
            Level.WARNING,
            "too-many-states",
            at,
            "情形太多，未能全部走完",
            "there are too many states to walk all of them",
        )
