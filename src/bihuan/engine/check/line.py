"""P2 and P3: the main line goes on to its end, each step owned, timed, with its needs provided."""

from collections.abc import Iterator

from bihuan.engine.acts import ACTS
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.rows import check_step, openers, stays_unknown, too_many_states, why_stuck
from bihuan.engine.check.story import facts_text, found, name_text
from bihuan.engine.check.walk import STAGE_ORDER, Walk, stage_of
from bihuan.engine.findings import Finding, Level
from bihuan.engine.money import SETTLING
from bihuan.engine.policy import Element, Policy
from bihuan.engine.words import COMPENSATION, RECKONED, Text

BACKBONE = (("acknowledge", "confirm_return"), ("respond",), ("close",), ("archive",))


def check_line(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The main line: what stops it, what it leaves out, what it promises."""
    stuck = {step.name: why_stuck(step, policy, None) for step in policy.steps}
    walk = Walk(policy, cells, None, frozenset(name for name, why in stuck.items() if why))
    for step in policy.steps:
        yield from check_step(step, policy, walk, stuck[step.name])
        yield from stays_unknown(step, policy)
    yield from too_many_states(walk, Element("steps"))
    yield from _stages(policy)
    yield from _backbone(policy, walk)
    if walk.cut_short:
        yield from _left_out(policy, cells)
    yield from _always(policy, walk)
    yield from _sheets_left_out(policy)
    yield from _never_settled(policy, walk)
    yield from _never_paid(policy, walk)


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
            done = [steps[name] for name, how in walk.marks(state) if how != "missed"]
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
            marks = dict(walk.marks(state))
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


def _never_paid(policy: Policy, walk: Walk) -> Iterator[Finding]:
    """Compensation is paid as approved: its amount is a fact, and an earlier row approves that fact."""
    before: set[str] = set()
    fact = policy.facts.get(COMPENSATION)
    for step in policy.steps:
        before.update(step.approves)
        known = COMPENSATION in before and fact is not None and fact.type == "money"
        if step.act != "compensate" or known:
            continue
        yield found(
            Level.ERROR,
            "never-paid",
            step.at,
            f"补偿永远付不出：须有 money 类事实 {COMPENSATION}，并由前面的行以 approves 审批",
            f"compensation can never be paid: it lacks the fact '{COMPENSATION}' (money), "
            "approved by an earlier row with 'approves'",
            story=walk.story_to(
                step.name,
                Text("应支付补偿，但引擎不许", "owed: the payment, and the engine refuses it"),
            ),
        )
