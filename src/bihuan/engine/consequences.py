"""What outcomes, spent budgets and allowed acts lead to; and the events that other rows wait for."""

from collections.abc import Iterable

from bihuan.engine.assessing import evidence, late_on
from bihuan.engine.case import Act, Debt, Json, Late, Sheet
from bihuan.engine.organisation import Seat
from bihuan.engine.pausing import resume
from bihuan.engine.policy import Consequence, Duty, SheetKind, Step
from bihuan.engine.posts import above_owner, outranks, resolve
from bihuan.engine.preventing import of_steps
from bihuan.engine.rules import applies, holds
from bihuan.engine.visiting import lines_drawn, taken
from bihuan.engine.work import Work


def trigger(work: Work, event: str, at: int, item: str = "") -> None:
    """An event that rows of `owed` wait for."""
    for duty in work.policy.owed:
        if duty.when == event:
            work.emit("waiting", row=f"{duty.name}#{item}", at=at)


def trigger_each(work: Work, event: str, act: Act) -> None:
    lines = [line for line in str(act.data.get("shoppers", "")).splitlines() if line.strip()]
    for duty in work.policy.owed:
        if duty.when == event:
            items = items_of(work, duty, lines, act.at) if duty.for_each else [""]
            if event == "referred":
                items = [str(len(work.case.outside))]  # each matter is followed up for itself
            if event == "promised":
                items = [str(len(work.case.promises))]  # each promise is owed for itself
            for item in items:
                work.emit("waiting", row=f"{duty.name}#{item}", at=act.at)


def items_of(work: Work, duty: Duty, lines: list[str], at: int) -> list[str]:
    """The numbers of what a list brings to a row; lines are numbered on from the list before."""
    before = work.case.rounds.get(duty.name, 0)
    work.emit("counted", sheet=0, what=duty.name, **{"is": before + len(lines)})
    return lines_drawn(work, duty, lines, before + 1, at)


def trigger_counted(work: Work, act: Act) -> None:
    """Counts come with an act; reaching a row's threshold is the event, staying above it is not."""
    counts = {name: value for name, value in act.data.items() if work.policy.is_counted(name)}
    if not counts:
        return
    waiting = [duty for duty in work.policy.owed if duty.when == "counted"]
    facts = work.facts()
    reached = {duty.name for duty in waiting if holds(duty.only, facts, work.limit)}
    work.emit("facts", **taken(work, counts))
    for duty in waiting:
        if duty.name not in reached:
            work.emit("waiting", row=f"{duty.name}#", at=act.at)


def mark(work: Work, step: Step, sheet: Sheet | None, outcome: str) -> None:
    """A step is done; approvals remember what they approved, and who asks is remembered for them."""
    more = {}
    allowed = work.policy.may.get("withdraw_request")
    if sheet is None and allowed and step.name in allowed.back_to:
        more["by"] = work.by
    if sheet is None and step.approves and step.name in work.case.approvals:
        more["of"] = work.case.approvals[step.name]
    work.emit("marked", sheet=sheet.number if sheet else 0, step=step.name, outcome=outcome, **more)


def open_sheet(
    work: Work,
    kind: SheetKind,
    step: str,
    at: int,
    *,
    covering: str = "",
    data: Json = None,
    of: Sheet | None = None,
    debt: Debt | None = None,
) -> None:
    """A new sheet of that kind; ``of`` is the sheet it is about, whose unit `unit of sheet` then means.

    ``debt`` is what was missed, where that is what it is about.
    """
    number = len(work.case.sheets) + 1
    facts = work.facts()
    unit = (data or {}).get("to_unit")
    if unit:
        facts = {**facts, "about_unit": unit}
    seat = addressee(work, kind, facts, unit, of)
    first = kind.steps[0].act if kind.steps else ""
    filled = {name: value for name, value in (data or {}).items() if name in ("instructions",)}
    if of is not None:
        filled["sheet"] = of.number
    if kind.evidence:
        if of is None and debt is not None:
            filled["debt"] = debt.id
        filled |= evidence(late_on(work.case, of.number if of else 0, debt), at)
    work.emit(
        "sheet opened",
        number=number,
        kind=kind.name,
        to=seat,
        opened=at,
        step=step,
        covering=covering,
        data=filled,
    )
    if first not in ("issue", "countersign"):
        trigger(work, f"sheet {kind.name} issued", at, str(number))


def renew_evidence(work: Work, debt: Debt, done: int) -> None:
    """What was late is done: the live assessments of it say so."""
    for sheet in tuple(work.live_sheets()):
        if not work.policy.sheets[sheet.kind].evidence:
            continue
        about = sheet.data.get("sheet", 0)
        if debt.sheet and about == debt.sheet:
            found = evidence(late_on(work.case, about), done)
        elif not about and sheet.data.get("debt") == debt.id:
            late = Late(debt.act, debt.since, debt.first_due, done, debt.passed)
            found = evidence([late], done)
        else:
            continue
        work.emit("sheet filled", number=sheet.number, data=found)


def addressee(
    work: Work, kind: SheetKind, facts: dict[str, Json], unit: Json, of: Sheet | None
) -> Seat:
    """Whom a sheet is addressed to; a unit named by whoever draws it up goes before any other."""
    if kind.to is None:
        return ""
    told = work.case.facts
    if unit:
        work.case.facts = {**told, "about_unit": unit, "nearest_unit": unit}
    try:
        return resolve(kind.to, work.case, work.world, facts, sheet=of)
    finally:
        work.case.facts = told


def end_sheet(work: Work, sheet: Sheet, how: str, at: int) -> None:
    """A sheet is over: done, or void."""
    work.emit("sheet ended", number=sheet.number, how=how)
    if work.case.ended:  # it outlived its case, and is kept from now on
        work.emit("instant", name="outlived", at=at)


def finish(work: Work, how: str, at: int) -> None:
    """The main line is over: what is open ends, except sheets that live on and promises made."""
    if work.case.paused:
        resume(work, at)
    for sheet in tuple(work.live_sheets()):
        if sheet.step:
            end_sheet(work, sheet, "void", at)
    work.emit("over", how=how)
    work.emit("instant", name="closed", at=at)


def follow(
    work: Work,
    consequence: Consequence,
    step: Step | None,
    sheet: Sheet | None,
    outcome: str,
    at: int,
) -> None:
    """Carry out what an outcome, a spent budget or an allowed act leads to."""
    line = work.line(sheet)
    if consequence.at_most and (step is not None or sheet is not None):
        what = f"{step.name}.{outcome}" if step is not None else outcome
        key = what if sheet is None or not consequence.void else f"{sheet.kind}.{what}"
        counter = work.case if consequence.void else line
        count = counter.rounds.get(key, 0)
        if count >= work.limit(consequence.at_most):
            follow(work, consequence.then or Consequence(go_on=True), step, sheet, outcome, at)
            return
        number = sheet.number if sheet is not None and counter is not work.case else 0
        work.emit("counted", sheet=number, what=key, **{"is": count + 1})
    if consequence.owner_up:
        work.emit("owner", seat=above_owner(work.case, work.world), given=True, why=outcome)
    if consequence.hand_up:
        work.emit("owner", seat=above_owner(work.case, work.world), given=True, why="escalated")
    if hands_on(work, consequence) and consequence.hand_to is not None:
        seat = resolve(consequence.hand_to, work.case, work.world, work.facts())
        work.emit("owner", seat=seat, given=True, why="handed over")
    if consequence.void and sheet is not None:
        end_sheet(work, sheet, "void", at)
        work.emit("instant", name="taken up", at=at)
        if sheet.step:
            work.emit("unmarked", sheet=0, steps=from_step(work, [sheet.step], None))
    elif consequence.back_to:
        go_back(work, consequence.back_to, sheet, at)
    elif consequence.go_on and step is not None:
        mark(work, step, sheet, outcome)
    elif consequence.finish and sheet is not None:
        end_sheet(work, sheet, "done", at)
    elif consequence.finish:
        finish(work, "withdrawn", at)


def hands_on(work: Work, consequence: Consequence) -> bool:
    """Whether a consequence gives the case to another seat; never to one below who has been given it."""
    if consequence.hand_to is None:
        return consequence.hand_up
    seat = resolve(consequence.hand_to, work.case, work.world, work.facts())
    case = work.case
    if seat == case.owner:
        return not case.owner_given
    return not (case.owner_given and outranks(case.owner, seat, work.world))


def go_back(work: Work, targets: tuple[str, ...], sheet: Sheet | None, at: int) -> None:
    steps = from_step(work, targets, sheet)
    if sheet is not None:
        steps = of_steps(sheet, steps)
    work.emit("unmarked", sheet=sheet.number if sheet else 0, steps=steps)
    if sheet is None:
        work.emit("round", **{"is": work.case.round + 1})
        work.emit("instant", name="taken up", at=at)


def from_step(work: Work, targets: Iterable[str], sheet: Sheet | None) -> list[str]:
    """The first target that applies, and every step after it."""
    steps = work.policy.steps_of(sheet.kind if sheet else "")
    names = [step.name for step in steps]
    facts = work.facts()
    fitting = [
        name
        for name in targets
        if name in names and applies(steps[names.index(name)], facts, work.limit)
    ]
    first = (fitting or [name for name in targets if name in names] or names)[0]
    return names[names.index(first) :]
