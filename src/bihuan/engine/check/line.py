"""P2 and P3: every line goes on to its end, each step owned, timed, with its needs provided."""

from collections.abc import Iterator

from bihuan.engine.check.cells import ALWAYS_KNOWN, Cells
from bihuan.engine.check.story import facts_text, found, name_text, outcome_text
from bihuan.engine.check.walk import STAGE_ORDER, Walk, effects, stage_of
from bihuan.engine.findings import Finding, Level
from bihuan.engine.money import SETTLING
from bihuan.engine.policy import (
    Allowed,
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
from bihuan.engine.words import ACTS, BUILT_IN_FACTS, INSTANTS, NEEDS, RECKONED, Text, event_of

BACKBONE = (("acknowledge", "confirm_return"), ("respond",), ("close",), ("archive",))


def check_line(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The main line: what stops it, what it leaves out, what it promises."""
    stuck = {step.name: _why_stuck(step, policy, None) for step in policy.steps}
    walk = Walk(policy, cells, None, frozenset(name for name, why in stuck.items() if why))
    for step in policy.steps:
        yield from _step(step, policy, walk, stuck[step.name])
        yield from _stays_unknown(step, policy)
    yield from _too_many(walk, Element("steps"))
    yield from _stages(policy)
    yield from _backbone(policy, walk)
    if walk.cut_short:
        yield from _left_out(policy, cells)
    yield from _always(policy, walk)
    yield from _sheets_left_out(policy)
    yield from _never_settled(policy, walk)


def check_sheets(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The line of every sheet: it ends, and each of its steps has somebody and a time."""
    for kind in policy.sheets.values():
        if not kind.steps:
            yield found(
                Level.ERROR,
                "no-steps",
                kind.at,
                "单据没有步骤，无人办理",
                "the sheet has no steps, so nobody owes it",
            )
            continue
        stuck = {step.name: _why_stuck(step, policy, kind) for step in kind.steps}
        walk = Walk(policy, cells, kind, frozenset(name for name, why in stuck.items() if why))
        for step in kind.steps:
            yield from _step(step, policy, walk, stuck[step.name])
        yield from _too_many(walk, kind.at)
        addressed = [step for step in kind.steps if step.owes.kind == "sheet"]
        if addressed and kind.to is None:
            first = addressed[0]
            yield found(
                Level.ERROR,
                "no-addressee",
                first.at,
                "由接收单位办理，但单据没有写 to(发给谁)",
                "is owed by the addressee, but the sheet has no 'to'",
                story=walk.story_to(first.name, Text("无人可办", "nobody owes the next step")),
            )
        yield from _opened_in_ledger(kind, policy)
        yield from _inside(kind, policy)


def check_duties(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """What is owed beside the line: it can arise, be done, and does not block closing for ever."""
    events = _events(policy)
    stages = {stage_of(policy.steps, step) for step in policy.steps}
    closing = next((stage_of(policy.steps, s) for s in policy.steps if s.act == "close"), "")
    for duty in policy.owed:
        yield from _timing(duty.timing, duty.at, policy, promised=duty.when == "promised")
        what = _what(duty)
        if duty.during and duty.during not in stages:
            yield found(
                Level.WARNING,
                "never-opens",
                duty.at,
                f"主线没有“{duty.during}”阶段，永远不会产生",
                f"the main line has no stage '{duty.during}', so it never opens",
            )
        if duty.when and duty.when not in events:
            yield found(
                Level.WARNING,
                "never-opens",
                duty.at,
                f"没有任何动作引起“{duty.when}”，永远不会产生",
                f"nothing brings about '{duty.when}', so it never opens",
            )
        if duty.during and duty.during == closing:
            yield found(
                Level.ERROR,
                "blocks-closing",
                duty.at,
                "在办结所处的阶段内循环产生，案件永远不能办结",
                "comes again and again in the stage of closing, so the case can never be closed",
                story=(
                    Text("案件到了办结这一步", "a case stands before closing"),
                    Text(f"先要{what.zh}", f"first: {what.en}"),
                    Text(
                        f"办完又产生同一待办：{what.zh}", f"once done it is owed again: {what.en}"
                    ),
                    Text("永远不能办结", "the case is never closed"),
                ),
            )
        if _void_at_once(duty, policy):
            yield found(
                Level.ERROR,
                "void-at-once",
                duty.at,
                f"产生时已过“{duty.until}”阶段，立即作废，无人须办",
                f"opens when '{duty.until}' has been reached, so it is void at once and nobody ever does it",
                story=(
                    Text(f"发生：{duty.when}", f"it comes to: {duty.when}"),
                    Text(f"{what.zh}：产生即作废", f"{what.en}: void as soon as it opens"),
                ),
            )
        why = _why_undoable(duty)
        if why is not None:
            yield found(
                Level.ERROR,
                "nobody-can",
                duty.at,
                why.zh + ("；案件因此不能办结" if not duty.until and duty.when else ""),
                why.en
                + ("; the case can then never be closed" if not duty.until and duty.when else ""),
                story=(
                    Text(f"应办：{what.zh}", f"owed: {what.en}"),
                    Text(
                        "没有人能办，案件停在办结之前",
                        "nobody can do it, and the case stops before closing",
                    ),
                ),
            )
        if duty.only and cells.witness((duty.only,), ()) is None:
            yield found(
                Level.WARNING,
                "never-opens",
                duty.at,
                "没有案件合于 only",
                "no case ever meets its 'only'",
            )
        yield from _missed(duty)
        yield from _sheet_of(duty.opens, duty.at, policy)
    for row in policy.rhythm:
        yield from _timing(row.timing, row.at, policy)
        yield from _rhythm(row)
    yield from _allowed(policy)


# one step


def _step(step: Step, policy: Policy, walk: Walk, why: Text | None) -> Iterator[Finding]:
    yield from _timing(step.timing, step.at, policy)
    yield from _outcomes(step, policy, walk)
    yield from _missed(step)
    yield from _sheet_of(step.opens, step.at, policy, act=step.act)
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
    if step.owes.kind == "system" and (reason := _not_for_system(step, policy)):
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


def _stays_unknown(step: Step, policy: Policy) -> Iterator[Finding]:
    """What decides whether a step is on the line should not be left open for ever."""
    on_line = {each.act for each in policy.steps}
    for name, (operator, operand) in (*step.only, *step.unless):
        fact = policy.facts.get(name)
        if fact is None or name in ALWAYS_KNOWN or fact.counted or fact.by_calendar:
            continue
        if name in BUILT_IN_FACTS:
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
        if effect.at_most and not _positive(effect.at_most, policy):
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


def _positive(number: str, policy: Policy) -> bool:
    return all(isinstance(value, int) and value > 0 for _, value in policy.numbers[number].values)


def _missed(row: Step | Duty) -> Iterator[Finding]:
    missed = row.missed
    if missed is None:
        return
    goes_on = missed.go_on and isinstance(row, Step)
    if not (missed.up or missed.hand_to or missed.remind or goes_on):
        what = _what(row)
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


# times


def _timing(
    timing: Timing, at: Element, policy: Policy, *, promised: bool = False
) -> Iterator[Finding]:
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


# needs, and who can do it


def _why_stuck(step: Step, policy: Policy, sheet: SheetKind | None) -> Text | None:
    """Why nobody can ever do a step; None where somebody can."""
    return _need(step, policy, sheet) or _who(step.owes, step.act, in_sheet=sheet is not None)


def _who(who: Who, act: str, *, in_sheet: bool) -> Text | None:
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
            if inner is not None or _who(step.owes, step.act, in_sheet=True):
                return Text(
                    f"单据“{name}”停在“{step.name}”，永远交不回来",
                    f"the sheet '{name}' stops at '{step.name}' and never comes back",
                )
    return None


def _not_for_system(step: Step, policy: Policy) -> Text | None:
    word = ACTS[step.act]
    if word.outcomes:
        return Text("须作判断", "it takes a judgement")
    if any(field.required for field in word.fields) or step.needs:
        return Text("须填写内容或满足前提", "it has fields to fill in or needs to meet")
    if any(fact.set_by == step.act for fact in policy.facts.values()):
        return Text("须确定事实", "it settles facts")
    return None


def _inside(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """The step that a sheet must come back for does wait for it."""
    if not kind.inside:
        return
    if kind.since and kind.since not in INSTANTS and policy.step("", kind.since) is None:
        yield found(
            Level.ERROR,
            "unknown-name",
            kind.at,
            f"inside.from：没有名为“{kind.since}”的时刻或步骤",
            f"inside.from: '{kind.since}' is neither an instant nor a step of the main line",
            place=f"sheets.{kind.name}.inside.from",
        )
    step = policy.step("", kind.inside)
    if step is None:
        yield found(
            Level.ERROR,
            "unknown-name",
            kind.at,
            f"inside:主线没有名为“{kind.inside}”的步骤",
            f"inside: no step of the main line is called '{kind.inside}'",
        )
    elif "sheets returned" not in step.needs and kind.name in openers(policy):
        said = ACTS[step.act].text
        yield found(
            Level.ERROR,
            "nobody-waits",
            step.at,
            f"{kind.text.zh}应在此步之前交回(inside)，但此步不以 sheets returned 为前提",
            f"'{kind.name}' must be back for this step (inside), but it does not need 'sheets returned'",
            story=(
                Text(f"{kind.text.zh}已开出、未交回", f"{kind.text.en} is drawn up and not back"),
                Text(f"照样{said.zh}", f"all the same: {said.en}"),
            ),
        )


def _sheet_of(opens: str, at: Element, policy: Policy, *, act: str = "") -> Iterator[Finding]:
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


# the line as a whole


def _too_many(walk: Walk, at: Element) -> Iterator[Finding]:
    if walk.cut_short:
        yield found(
            Level.WARNING,
            "too-many-states",
            at,
            "情形太多，未能全部走完",
            "there are too many states to walk all of them",
        )


def _stages(policy: Policy) -> Iterator[Finding]:
    reached = 0
    for step in policy.steps:
        stage = ACTS[step.act].stage
        if not stage:
            continue
        index = STAGE_ORDER.index(stage)
        if index < reached:
            yield found(
                Level.ERROR,
                "stage-order",
                step.at,
                f"“{ACTS[step.act].text.zh}”属于更早的阶段，不能排在这里",
                f"'{step.name}' belongs to an earlier stage and cannot stand here",
            )
        reached = max(reached, index)


def _backbone(policy: Policy, walk: Walk) -> Iterator[Finding]:
    """Acknowledge, respond, close and archive are done on every way to the end."""
    steps = {step.name: step for step in policy.steps}
    for acts in BACKBONE:
        for state in walk.ends:
            done = [steps[name] for name, how in state[1] if how != "missed"]
            if any(step.act in acts for step in done):
                continue
            missing = next((step for step in policy.steps if step.act in acts), None)
            rank = STAGE_ORDER.index(ACTS[acts[0]].stage)
            before = [
                step
                for step in done
                if STAGE_ORDER.index(stage_of(policy.steps, step)) <= rank and step.act != "archive"
            ]
            at = missing.at if missing else (before or list(policy.steps))[-1].at
            said = ACTS[acts[0]].text
            yield found(
                Level.ERROR,
                "backbone",
                at,
                f"有的案件没有“{said.zh}”就结束",
                f"some cases end without '{acts[0]}'",
                story=walk.story(
                    state, Text(f"结束，没有{said.zh}", f"it ends without: {said.en}")
                ),
                place=f"steps.{acts[0]}",
            )
            break


def _left_out(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The same where there are too many states to walk: is there a case to which no such step applies?"""
    for acts in BACKBONE:
        steps = [step for step in policy.steps if step.act in acts]
        cell = cells.witness((), [step.only for step in steps])
        if cell is not None:
            said = ACTS[acts[0]].text
            yield found(
                Level.ERROR,
                "backbone",
                (steps or list(policy.steps))[-1].at,
                f"有的案件没有“{said.zh}”就结束",
                f"some cases end without '{acts[0]}'",
                story=(
                    facts_text(cell, policy),
                    Text(f"结束，没有{said.zh}", f"it ends without: {said.en}"),
                ),
                place=f"steps.{acts[0]}",
            )


def _always(policy: Policy, walk: Walk) -> Iterator[Finding]:
    for row in policy.always:
        name, outcome = row.after
        if outcome not in walk.cells.outcomes(name) or not row.then:
            yield found(
                Level.ERROR,
                "unknown-value",
                row.at,
                "always 须写 after: {步骤: 结果} 与 then: [步骤]",
                "always needs after: {STEP: one of its outcomes} and then: [STEP]",
            )
            continue
        for state in walk.ends:
            marks = dict(state[1])
            if marks.get(name) != outcome or any(
                marks.get(each, "missed") != "missed" for each in row.then
            ):
                continue
            then = " / ".join(name_text(each, policy).zh for each in row.then)
            then_en = " / ".join(name_text(each, policy).en for each in row.then)
            yield found(
                Level.ERROR,
                "always-broken",
                row.at,
                f"“{name}: {outcome}”之后可以不经“{then}”而结束",
                f"after '{name}: {outcome}' a case can end without {then_en}",
                story=walk.story(state, Text(f"结束，没有{then}", f"it ends without: {then_en}")),
            )
            break


def _sheets_left_out(policy: Policy) -> Iterator[Finding]:
    """Nothing closes while a sheet opened by a step is out."""
    opened = openers(policy)
    close = next((step for step in policy.steps if step.act == "close"), None)
    if opened and close is not None and "sheets returned" not in close.needs:
        name = next(iter(opened))
        title = policy.sheets[name].text
        yield found(
            Level.ERROR,
            "sheets-left-out",
            close.at,
            "办结须以 sheets returned 为前提，否则单据在外也能办结",
            "closing needs 'sheets returned', else a case closes while notes are out",
            story=(
                Text(f"{title.zh}已开出、未交回", f"{title.en} is drawn up and not back"),
                Text("案件办结，单据无人过问", "the case is closed, and nobody waits for the note"),
            ),
        )


def _never_settled(policy: Policy, walk: Walk) -> Iterator[Finding]:
    """What the engine asks of a refund, an exchange or a repair can be there when it is owed."""
    acts = {step.act for step in policy.steps}
    for step in policy.steps:
        if step.act not in SETTLING:
            continue
        missing = [ACTS[act].text for act in ("receive_goods", "inspect") if act not in acts]
        for name, kind in RECKONED.items():
            fact = policy.facts.get(name)
            if step.act == "refund" and (fact is None or fact.type != kind):
                missing.append(Text(f"事实 {name}({kind})", f"the fact '{name}' ({kind})"))
        if missing:
            said = ACTS[step.act].text
            yield found(
                Level.ERROR,
                "never-settled",
                step.at,
                f"{said.zh}永远办不成，缺：{'、'.join(each.zh for each in missing)}",
                f"'{step.act}' can never be done; it lacks: {', '.join(e.en for e in missing)}",
                story=walk.story_to(
                    step.name,
                    Text(f"应{said.zh}，但引擎不许", f"owed: {said.en}, and the engine refuses it"),
                ),
            )


# beside the line


def _what(row: Step | Duty) -> Text:
    return ACTS[row.act].text if row.act else Text("开具单据", "draw up the sheet")


def _events(policy: Policy) -> frozenset[str]:
    """The events that something in the policy can bring about."""
    acts = {step.act for step in policy.steps} | set(policy.may)
    acts |= {duty.act for duty in policy.owed} | {row.act for row in policy.rhythm}
    events = {event_of(act) for act in acts if act} | {"registered", "late evidence"}
    if any(fact.asked == "registration" for fact in policy.facts.values()):
        events.add("asked missing")
    if any(fact.counted for fact in policy.facts.values()):
        events.add("counted")
    if policy.registered_by_staff:
        events.add("told to a member of staff")
    sheets = set(openers(policy))
    for opens in (*(row.opens for row in policy.owed), *(row.opens for row in policy.rhythm)):
        sheets |= set(sheets_of(opens, policy))
    for name in sheets:
        events |= {f"sheet {name} issued", f"sheet {name} overdue"}
        events |= {"sheet overdue", "sheet overdue again"}
        if any(step.act == "reply" for step in policy.sheets[name].steps):
            events.add(f"sheet {name} replied")
    return frozenset(events)


def _void_at_once(duty: Duty, policy: Policy) -> bool:
    """Whether its event comes only when the stage it ends with has been reached."""
    if not duty.until or not duty.when:
        return False
    last = STAGE_ORDER.index(duty.until)
    if duty.when == "registered":
        first = policy.steps[0]
        return STAGE_ORDER.index(stage_of(policy.steps, first)) >= last
    steps = [index for index, step in enumerate(policy.steps) if event_of(step.act) == duty.when]
    if not steps:
        return False
    later = policy.steps[steps[0] + 1 :]
    stage = stage_of(policy.steps, later[0]) if later else "archived"
    return STAGE_ORDER.index(stage) >= last


def _why_undoable(duty: Duty) -> Text | None:
    if duty.owes is None:
        return None
    return _who(duty.owes, duty.act, in_sheet=False)


def _rhythm(row: Periodic) -> Iterator[Finding]:
    if row.owes is not None and (
        row.owes.kind in ("owner", "sheet", "customer", "registrar", "superior") or row.owes.of
    ):
        yield found(
            Level.ERROR,
            "no-case-here",
            row.at,
            "定期事项没有案件，不能由案件的负责人或对象承担",
            "what recurs has no case, so nobody of a case can owe it",
            story=(
                Text(f"到了{row.written}", f"it is {row.written}"),
                Text("没有案件，也就没有这样的人", "there is no case and so no such person"),
            ),
        )
    if row.act and not row.timing.within and not row.timing.by:
        yield found(
            Level.ERROR,
            "no-time",
            row.at,
            "须写 within 或 by(何时到期)",
            "needs within or by, when it is due",
        )


def _opened_in_ledger(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """A sheet drawn up without a case: nobody of a case can owe its steps."""
    rows = [row for row in policy.rhythm if kind.name in sheets_of(row.opens, policy)]
    if not rows:
        return
    for step in kind.steps:
        if step.owes.kind in ("owner", "superior", "registrar") or step.owes.of == "about":
            yield found(
                Level.ERROR,
                "no-case-here",
                step.at,
                f"{rows[0].at.place} 定期开出此单据，没有案件，也就没有这样的人",
                f"{rows[0].at.place} opens this sheet without a case, so there is no such person",
            )


def _allowed(policy: Policy) -> Iterator[Finding]:
    agreed = any(step.timing.by == "agreed time" for step in policy.steps)
    for row in policy.may.values():
        yield from _may_need(row)
        yield from _sheet_of(row.opens, row.at, policy, act=row.act)
        if row.at_most and not _positive(row.at_most, policy):
            yield found(
                Level.ERROR,
                "at-most-zero",
                row.at,
                f"at most({row.at_most})须为至少 1 的次数",
                f"at most ({row.at_most}) must be a count of at least 1",
            )
        if row.act == "postpone" and not agreed:
            yield found(
                Level.WARNING,
                "nothing-to-postpone",
                row.at,
                "主线没有 by: agreed time,无期可改",
                "no step is due by the agreed time, so there is nothing to move",
            )
        if row.act == "postpone" and not row.at_most:
            yield found(
                Level.ERROR,
                "postpone-without-end",
                row.at,
                "改期没有次数限制(at most)及用完以后的去向(then)",
                "postponing has no limit (at most) and nothing that follows it (then)",
                story=(
                    Text("改期，再改期,……", "the time is moved, and moved again, …"),
                    Text("案件永远可以拖下去", "the case can be put off for ever"),
                ),
            )
        if row.act in ("escalate", "hand_over", "reopen") and not (
            row.back_to or row.then.hand_up or row.then.hand_to or row.then.back_to
        ):
            yield found(
                Level.ERROR,
                "does-nothing",
                row.at,
                "办了也没有任何后果；应写 then 或 back to",
                "doing it changes nothing; write then or back to",
                story=(
                    Text(f"{ACTS[row.act].text.zh}之后", f"after: {ACTS[row.act].text.en}"),
                    Text("负责人与步骤都和原来一样", "owner and step are what they were"),
                ),
            )
        if row.act == "pause" and "resume" not in policy.may:
            yield found(
                Level.ERROR,
                "pause-without-end",
                row.at,
                "可以暂停而无人可以恢复(may: resume)",
                "a clock can be paused and nobody may resume it (may: resume)",
            )


def _may_need(row: Allowed) -> Iterator[Finding]:
    if row.act == "postpone" and not {"new time", "customer consent"} <= set(row.needs):
        yield found(
            Level.ERROR,
            "postpone-without-consent",
            row.at,
            "改期须有新的时间与客户同意(needs: [new time, customer consent])",
            "postponing needs a new time and the customer's consent",
        )
