"""P5: what is owed beside the line can arise and be done, and blocks closing only as long as it should."""

from collections.abc import Iterator

from bihuan.engine.check.cells import Cells
from bihuan.engine.check.rows import (
    check_missed,
    check_opens,
    check_timing,
    is_positive,
    openers,
    sheets_of,
    what_is_owed,
    why_nobody,
)
from bihuan.engine.check.story import found
from bihuan.engine.check.walk import STAGE_ORDER, stage_of
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Allowed, Duty, Periodic, Policy
from bihuan.engine.words import ACTS, Text, event_of


def check_duties(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """What is owed beside the line: it can arise, be done, and does not block closing for ever."""
    events = _events(policy)
    stages = {stage_of(policy.steps, step) for step in policy.steps}
    closing = next((stage_of(policy.steps, s) for s in policy.steps if s.act == "close"), "")
    for duty in policy.owed:
        yield from check_timing(duty.timing, duty.at, policy, promised=duty.when == "promised")
        what = what_is_owed(duty)
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
        yield from check_missed(duty)
        yield from check_opens(duty.opens, duty.at, policy)
    for row in policy.rhythm:
        yield from check_timing(row.timing, row.at, policy)
        yield from _rhythm(row)
    yield from _allowed(policy)


def _events(policy: Policy) -> frozenset[str]:
    """The events that something in the policy can bring about."""
    acts = {step.act for step in policy.steps} | set(policy.may)
    acts |= {duty.act for duty in policy.owed} | {row.act for row in policy.rhythm}
    events = {event_of(act) for act in acts if act} | {"registered", "late evidence"}
    if any(fact.asked == "registration" for fact in policy.facts.values()):
        events.add("asked missing")
    if any(fact.counted for fact in policy.facts.values()):
        events.add("counted")
    if any(duty.act == "visit_shopper" for duty in policy.owed):
        events.add("visit not satisfied")
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
    return why_nobody(duty.owes, duty.act, in_sheet=False)


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


def _allowed(policy: Policy) -> Iterator[Finding]:
    agreed = any(step.timing.by == "agreed time" for step in policy.steps)
    for row in policy.may.values():
        yield from _may_need(row)
        yield from check_opens(row.opens, row.at, policy, act=row.act)
        if row.at_most and not is_positive(row.at_most, policy):
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
