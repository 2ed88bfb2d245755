"""P5: what is owed beside the line can arise and be done, and blocks closing only as long as it should."""

from collections.abc import Iterator

from bihuan.engine.acts import ACTS, event_of
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.ladders import LEAST_REMINDER
from bihuan.engine.check.rows import (
    check_missed,
    check_opens,
    check_timing,
    is_positive,
    not_for_system,
    openers,
    sheets_of,
    what_is_owed,
    why_nobody,
)
from bihuan.engine.check.story import facts_text, found
from bihuan.engine.check.walk import STAGE_ORDER, stage_of
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Allowed, Duty, Periodic, Policy
from bihuan.engine.spans import Elapsed, WorkingTime
from bihuan.engine.words import Text

LISTED = "shopper list received"  # the event that brings a list
AFTER_CLOSING = frozenset({"closed", "customer added", "late evidence"})


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
        yield from _in_some_case(duty, policy, cells)
        yield from _comes_to_an_end(duty, policy)
        yield from _for_each(duty)
        yield from check_missed(duty)
        yield from check_opens(duty.opens, duty.at, policy)
    owing: list[Duty | Periodic] = [*policy.owed, *policy.rhythm]
    for each in owing:
        yield from _by_the_system(each, policy)
    yield from _round_and_round(policy)
    yield from _lost_at_archive(policy)
    for row in policy.rhythm:
        yield from check_timing(row.timing, row.at, policy)
        yield from _rhythm(row)
    yield from _allowed(policy)


def _in_some_case(duty: Duty, policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The step that brings its event is on the line of some case that its `only` fits."""
    steps = [step for step in policy.steps if duty.when and event_of(step.act) == duty.when]
    only = tuple(test for test in duty.only if policy.step("", test[0]) is None)
    if not steps or not only or any(event_of(act) == duty.when for act in policy.may):
        return
    for step in steps:
        on_line = tuple(test for test in step.only if policy.step("", test[0]) is None)
        if cells.witness((only, on_line), (step.unless,) if step.unless else ()) is not None:
            return
    alone = cells.witness((only,), ())
    if alone is not None:
        said = ACTS[steps[0].act].text
        yield found(
            Level.WARNING,
            "never-opens",
            duty.at,
            f"合于 only 的案件都不经“{said.zh}”这一步，永远不会产生",
            f"no case that meets its 'only' comes by '{steps[0].name}', so it never opens",
            story=(
                facts_text(alone, policy),
                Text(f"主线上没有“{said.zh}”", f"'{said.en}' is not on its line"),
            ),
        )


def _comes_to_an_end(duty: Duty, policy: Policy) -> Iterator[Finding]:
    """What recurs in a stage ends with the stage, and leaves time between."""
    if not duty.during:
        return
    what = what_is_owed(duty)
    archive = next((step for step in policy.steps if step.act == "archive"), None)
    waits = archive is not None and (
        archive.owes.kind == "system" or "no open duty" in archive.needs
    )
    if duty.during == "archived" or (duty.during == "closed" and waits):
        last = Text("归档", "archived") if duty.during == "archived" else ACTS["archive"].text
        yield found(
            Level.ERROR,
            "never-ends",
            duty.at,
            f"在最后的阶段“{duty.during}”内循环产生，案件永远了结不了",
            f"comes again and again in the last stage '{duty.during}', so the case is never over",
            story=(
                Text(f"案件只差{last.zh}", f"all that is left of a case: {last.en.lower()}"),
                Text(f"{what.zh}：办完又产生", f"{what.en}: once done it is owed again"),
            ),
        )
    number = policy.numbers.get(duty.timing.within)
    for _, value in number.values if number else ():
        if isinstance(value, Elapsed | WorkingTime) and value.seconds < LEAST_REMINDER:
            yield found(
                Level.ERROR,
                "too-short",
                duty.at,
                f"约定数“{duty.timing.within}”太短：循环的事项至少隔 1 小时",
                f"the number '{duty.timing.within}' is too short: "
                "what recurs comes at most once an hour",
            )


def _by_the_system(row: Duty | Periodic, policy: Policy) -> Iterator[Finding]:
    if row.owes is None or row.owes.kind != "system":
        return
    reason = not_for_system(row, policy)
    if reason is not None:
        what = ACTS[row.act].text
        yield found(
            Level.ERROR,
            "system-cannot",
            row.at,
            f"系统不能代办：{reason.zh}",
            f"the system cannot do this: {reason.en}",
            story=(
                Text(f"系统应{what.zh}", f"the system owes: {what.en}"),
                Text(f"到期办不成：{reason.zh}", f"when it is due it cannot be done: {reason.en}"),
            ),
        )


def _for_each(duty: Duty) -> Iterator[Finding]:
    """A list there is to go through."""
    if duty.for_each and duty.when != LISTED:
        yield found(
            Level.ERROR,
            "for-each-of-nothing",
            duty.at,
            f"for_each 逐项产生，但“{duty.when or duty.during}”不带名单，一项也不会产生",
            f"for_each goes through a list, and '{duty.when or duty.during}' brings none, "
            "so nothing is ever owed",
            story=(
                Text(
                    f"发生：{duty.when or duty.during}", f"it comes to: {duty.when or duty.during}"
                ),
                Text("没有名单，无人须办", "there is no list, so nobody owes anything"),
            ),
        )


def _round_and_round(policy: Policy) -> Iterator[Finding]:
    """Duties that bring one another about: one that nothing voids would block closing for ever."""
    rows = [duty for duty in policy.owed if duty.act and duty.when and not duty.until]
    after = {
        duty.name: [other for other in rows if other.when == event_of(duty.act)] for duty in rows
    }
    for duty in rows:
        seen, waiting = {duty.name}, list(after[duty.name])
        while waiting:
            other = waiting.pop()
            if other is duty:
                what = what_is_owed(duty)
                yield found(
                    Level.ERROR,
                    "never-ends",
                    duty.at,
                    "办完就又产生，没有尽头，案件永远不能办结",
                    "doing it brings it about again, without end, so the case can never be closed",
                    story=(
                        Text(f"应{what.zh}", f"owed: {what.en}"),
                        Text(
                            f"办完，即“{duty.when}”，又应{what.zh}",
                            f"done, which is '{duty.when}': owed again: {what.en}",
                        ),
                        Text("永远不能办结", "the case is never closed"),
                    ),
                )
                break
            if other.name not in seen:
                seen.add(other.name)
                waiting += after[other.name]


def _lost_at_archive(policy: Policy) -> Iterator[Finding]:
    """What is owed after closing outlives the archiving, or the archiving waits for it."""
    archive = next((step for step in policy.steps if step.act == "archive"), None)
    if archive is None or archive.owes.kind == "system" or "no open duty" in archive.needs:
        return
    for duty in policy.owed:
        if duty.act and not duty.until and duty.when in AFTER_CLOSING:
            what, said = what_is_owed(duty), ACTS["archive"].text
            yield found(
                Level.WARNING,
                "lost-at-archive",
                duty.at,
                "办结以后才产生，而归档不等它(归档应由系统办理，或以 no open duty 为前提)",
                "arises after closing, and archiving does not wait for it "
                "(let the system archive, or let the archiving need 'no open duty')",
                story=(
                    Text(f"办结以后，应{what.zh}", f"after closing, owed: {what.en}"),
                    Text(
                        f"{said.zh}：待办随案件了结，无人再办",
                        f"{said.en}: the case is over, and nobody does it",
                    ),
                ),
            )


def _events(policy: Policy) -> frozenset[str]:
    """The events that something in the policy can bring about."""
    acts = {step.act for step in policy.steps} | set(policy.may)
    acts |= {duty.act for duty in policy.owed} | {row.act for row in policy.rhythm}
    events = {event_of(act) for act in acts if act} | {
        "registered",
        "customer added",
        "not reached",
        "late evidence",
    }
    if any(fact.asked == "registration" for fact in policy.facts.values()):
        events.add("asked missing")
    if any(fact.counted for fact in policy.facts.values()):
        events.add("counted")
    if any(duty.act == "visit_shopper" for duty in policy.owed):
        events.add("visit not satisfied")
    if any(duty.act == "await_outside" for duty in policy.owed):
        events.add("promised")  # what a mediation or a decision says we owe
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
        row.owes.kind in ("owner", "commander", "sheet", "customer", "registrar", "superior")
        or row.owes.of
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
