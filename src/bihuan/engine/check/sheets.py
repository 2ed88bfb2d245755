"""P4: every note comes to its end, each of its steps owned and timed, and somebody waits for it."""

from collections.abc import Iterator, Mapping
from datetime import date

from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import Calendar
from bihuan.engine.check.cells import Cell, Cells
from bihuan.engine.check.promises import ISSUING, answer, lines
from bihuan.engine.check.rows import check_step, openers, sheets_of, too_many_states, why_stuck
from bihuan.engine.check.story import facts_text, found, step_text
from bihuan.engine.check.walk import Walk
from bihuan.engine.clock import due
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy, SheetKind, Step
from bihuan.engine.preventing import JUDGES
from bihuan.engine.rules import applies
from bihuan.engine.say_rules import say_value
from bihuan.engine.words import INSTANTS, Text


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
        stuck = {step.name: why_stuck(step, policy, kind) for step in kind.steps}
        walk = Walk(policy, cells, kind, frozenset(name for name, why in stuck.items() if why))
        for step in kind.steps:
            yield from check_step(step, policy, walk, stuck[step.name])
        yield from too_many_states(walk, kind.at)
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
        yield from _judged_by_opinion(kind)
    yield from _in_every_case(policy, cells)


def _judged_by_opinion(kind: SheetKind) -> Iterator[Finding]:
    """An action whose effect is judged without looking at how often the problem came again."""
    for step in kind.steps:
        if step.act == JUDGES and step.effective is None:
            yield found(
                Level.WARNING,
                "judged-by-opinion",
                step.at,
                "是否有效只凭判断：应写 effective: {fallen: 降幅, over: 时限}，由同类投诉的多少来判",
                "whether it worked is a matter of opinion: 'effective: {fallen: SHARE, over: TIME}' lets "
                "the cases of the problem tell",
            )


def check_judged(policy: Policy, calendars: Mapping[str, Calendar]) -> Iterator[Finding]:
    """An effect that is owed a judgement before it may be called an effect."""
    usual = calendars["usual"]
    days = [usual.at(date(int(policy.in_force[:4]), month, 1), 720) for month in range(1, 13)]
    for kind in policy.sheets.values():
        for step in kind.steps:
            within = policy.numbers.get(step.timing.within)
            over = policy.numbers.get(step.effective.over) if step.effective else None
            if within is None or over is None:
                continue
            owed, watched = within.value(), over.value()
            if isinstance(owed, int | str) or isinstance(watched, int | str):
                continue
            if any(due(watched, day, calendars) > due(owed, day, calendars) for day in days):
                yield found(
                    Level.WARNING,
                    "clocks-judged-too-soon",
                    step.at,
                    f"须在{say_value(owed, 'zh')}内验证，而满{say_value(watched, 'zh')}才能判为有效："
                    "到期时只能判为无效，或超时。验证期限应不短于 over",
                    f"is owed within {say_value(owed, 'en')}, yet can be called effective only after "
                    f"{say_value(watched, 'en')}: when it is due it can only be called without effect, or "
                    "be late. The time to judge should be no shorter than 'over'",
                )


def _in_every_case(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """A note sent out has somebody who works on it, is issued, and is waited for, in every kind of case."""
    told: set[tuple[str, str]] = set()
    for opener in policy.steps:
        if not opener.opens:
            continue
        for cell, line in lines(policy.steps, policy, cells):
            kind = policy.sheets.get(answer(opener.opens, cell, policy, cells))
            if kind is None or not kind.steps or opener not in line:
                continue
            for finding in _in_this_case(kind, opener, line, cell, policy, cells):
                if (finding.code, kind.name) not in told:
                    told.add((finding.code, kind.name))
                    yield finding


def _in_this_case(
    kind: SheetKind, opener: Step, line: list[Step], cell: Cell, policy: Policy, cells: Cells
) -> Iterator[Finding]:
    case, sent = facts_text(cell, policy), step_text(opener, "", policy)
    steps = [step for step in kind.steps if applies(step, cell, cells.limit)]
    issues = [step for step in kind.steps if step.act in ISSUING]
    title = kind.text
    if not steps:
        yield found(
            Level.ERROR,
            "empty-sheet",
            kind.at,
            "有的案件开出此单据，却没有一步合用，无人办理",
            "in some cases the note is drawn up and none of its steps applies, so nobody works on it",
            story=(case, sent, Text(f"{title.zh}：无人办理", f"{title.en}: nobody owes it")),
            clauses=kind.at.clauses or opener.at.clauses,
        )
        return
    if kind.steps[0] in issues and steps[0] not in issues:
        after = step_text(steps[0], "", policy)
        yield found(
            Level.ERROR,
            "never-issued",
            issues[0].at,
            "有的案件不经签发，单据就到了下一步",
            "in some cases the note goes on without being issued",
            story=(
                case,
                sent,
                Text(f"未经签发，就应{after.zh}", f"without being issued, it goes to {after.en}"),
            ),
        )
    waiting = [step for step in line[line.index(opener) + 1 :] if "sheets returned" in step.needs]
    if not waiting or (kind.inside and kind.inside not in [step.name for step in line]):
        yield found(
            Level.ERROR,
            "nobody-waits",
            kind.at,
            "有的案件开出此单据，主线上却没有一步等它交回"
            + (f"(inside: {kind.inside})" if kind.inside else ""),
            "in some cases the note is drawn up and no step of the line waits for it"
            + (f" (inside: {kind.inside})" if kind.inside else ""),
            story=(
                case,
                sent,
                *(step_text(step, "", policy) for step in line[line.index(opener) + 1 :]),
                Text(f"没有等{title.zh}交回", f"nobody waited for the {title.en}"),
            ),
            place=f"sheets.{kind.name}.inside",
            clauses=kind.at.clauses or opener.at.clauses,
        )


def _inside(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """The step that a sheet must come back for does wait for it."""
    if not kind.inside:
        return
    if kind.name not in openers(policy):
        yield found(
            Level.WARNING,
            "inside-in-vain",
            kind.at,
            "没有主线步骤或 may 开出此单据，inside 不起作用：主线不等它交回",
            "no step of the line and no act of may draws it up, so the line does not wait for it (inside)",
            clauses=kind.at.clauses or tuple(c for step in kind.steps for c in step.at.clauses),
        )
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


def _opened_in_ledger(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """A sheet drawn up without a case: nobody of a case can owe its steps."""
    rows = [row for row in policy.rhythm if kind.name in sheets_of(row.opens, policy)]
    if not rows:
        return
    for step in kind.steps:
        if (
            step.owes.kind in ("owner", "commander", "superior", "registrar")
            or step.owes.of == "about"
        ):
            yield found(
                Level.ERROR,
                "no-case-here",
                step.at,
                f"{rows[0].at.place} 定期开出此单据，没有案件，也就没有这样的人",
                f"{rows[0].at.place} opens this sheet without a case, so there is no such person",
            )
