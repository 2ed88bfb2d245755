"""Decide again, settle, floor: the tables answered anew, and what is open brought to what is owed."""

from bihuan.engine.case import Json, Sheet
from bihuan.engine.clock import due, is_provisional
from bihuan.engine.consequences import open_sheet
from bihuan.engine.dues import due_of
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Duty, Row, Step, Who
from bihuan.engine.posts import outranks, resolve, step_aside
from bihuan.engine.rules import answering_row, holds, rank
from bihuan.engine.words import ACTS, STAGES
from bihuan.engine.work import Work

STAGE_ORDER = tuple(STAGES)


def settle(work: Work, at: int) -> None:
    """Answer the tables again and bring the open obligations to what is owed now."""
    work.at = at
    for _ in range(len(work.policy.levels) + len(work.policy.steps) + 4):
        if not (
            decide_tables(work)
            | settle_line(work, at)
            | settle_sheets(work, at)
            | settle_owed(work, at)
        ):
            break
    settle_bearers(work)
    floor(work, at)


def decide_tables(work: Work) -> bool:
    if work.case.ledger or work.case.ended:
        return False
    changed = rose = False
    for table in work.policy.tables.values():
        facts = work.facts()
        before = work.case.derived.get(table.name)
        row = (
            severity_row(work, before)
            if table.name == "severity"
            else answering_row(table, facts, work.limit)
        )
        if row is None or isinstance(row.then, Who):
            continue
        answer = row.then
        if answer != before:
            work.emit(
                "derived",
                table=table.name,
                answer=answer,
                row=row.at.place,
                clauses=list(row.at.clauses),
            )
            changed, rose = True, rose or (table.name == "severity" and before is not None)
    return decide_owner(work, rose=rose) or changed


def severity_rows(work: Work) -> tuple[str, ...]:
    """The rows of severity that hit now, by their places in the policy, the otherwise row aside."""
    facts, rows = work.facts(), work.policy.tables["severity"].rows
    return tuple(row.at.place for row in rows if row.when and holds(row.when, facts, work.limit))


def severity_row(work: Work, before: str | None) -> Row | None:
    """The row that raises the severity, or None: it falls only by an act, and what that answered stays so.

    A row a superior has answered counts again once it has ceased to hit.
    """
    hit = severity_rows(work)
    if any(place not in hit for place in work.case.answered):
        kept = [place for place in work.case.answered if place in hit]
        work.emit("severity", answered=kept, **{"is": before})
    rows = work.policy.tables["severity"].rows
    counting = [place for place in hit if place not in work.case.answered]
    first = next((row for row in rows if not row.when or row.at.place in counting), None)
    if first is None or before is None:
        return first
    return first if rank(work.policy, str(first.then)) > rank(work.policy, before) else None


def table_owner(work: Work, facts: dict[str, Json]) -> Seat:
    return resolve(
        Who("table", "owner") if "owner" in work.policy.tables else work.policy.usual.floor,
        work.case,
        work.world,
        facts,
    )


def decide_owner(work: Work, *, rose: bool) -> bool:
    case = work.case
    if case.owner_given and not rose:
        clean = step_aside(case.owner, case, work.world)
        if clean != case.owner:
            work.emit("owner", seat=clean, given=True, why="wall")
        return clean != case.owner
    seat = table_owner(work, work.facts())
    if seat == case.owner and not case.owner_given:
        return False
    if case.owner_given and outranks(case.owner, seat, work.world):
        return False  # a rise in severity hands nothing down
    work.emit("owner", seat=seat, given=False, why="table")
    return True


def settle_line(work: Work, at: int) -> bool:
    case = work.case
    if case.ledger:
        return False
    step = work.current()
    stage = case.ended or stage_of(work, step)
    changed = False
    if stage != case.stage or (stage and "stage" not in case.instants):
        work.emit("stage", **{"is": stage})
        work.emit("instant", name="stage", at=at)
        changed = True
    if step is None and not case.ended:
        work.emit("over", how="archived")
        changed = True
    return settle_step(work, step, None, at) or changed


def stage_of(work: Work, step: Step | None) -> str:
    if step is None:
        return "archived"
    steps = work.policy.steps
    for candidate in reversed(steps[: steps.index(step) + 1]):
        if ACTS[candidate.act].stage:
            return ACTS[candidate.act].stage
    return "registered"


def settle_step(work: Work, step: Step | None, sheet: Sheet | None, at: int) -> bool:
    """One debt for the step a line stands on, and none for any other."""
    number = sheet.number if sheet else 0
    prefix = f"sheets.{sheet.kind}." if sheet else "steps."
    wanted = f"{prefix}{step.name}" if step else ""
    changed = False
    for debt in tuple(work.case.debts.values()):
        if debt.sheet == number and debt.row.startswith(prefix) and debt.row != wanted:
            work.emit("void", id=debt.id, at=at, why="displaced")
            changed = True
    if step is None:
        return changed
    standing = next(
        (debt for debt in work.case.debts.values() if debt.sheet == number and debt.row == wanted),
        None,
    )
    line = work.line(sheet)
    facts = work.facts()
    if standing is None:
        since = line.since.get(step.name, at)
        if step.name not in line.since:
            work.emit("since", sheet=number, step=step.name, at=since)
        until, provisional = due_of(step.timing, since, work.case, work.world, facts)
        seat = resolve(step.owes, work.case, work.world, facts, sheet=sheet, act=step.act)
        work.open_debt(wanted, step.act, seat, since, until, provisional=provisional, sheet=number)
        return True
    if not standing.rung and not standing.lapses:
        until, _ = due_of(step.timing, standing.since, work.case, work.world, facts)
        if until < standing.due:
            work.emit("moved", id=standing.id, due=until, first_due=until, why="earlier")
            return True
    return changed


def settle_sheets(work: Work, at: int) -> bool:
    changed = False
    for sheet in tuple(work.case.sheets.values()):
        step = work.current(sheet)
        if step is None and not sheet.ended:
            work.emit("sheet ended", number=sheet.number, how="done")
            changed = True
        changed = settle_step(work, step, sheet, at) or changed
    return changed


def settle_owed(work: Work, at: int) -> bool:
    changed = void_owed(work, at)
    facts = work.facts()
    for duty in work.policy.owed:
        if duty.during:
            changed = settle_during(work, duty, facts, at) or changed
    for key, since in tuple(work.case.waiting.items()):
        name, _, item = key.partition("#")
        duty = next(row for row in work.policy.owed if row.name == name)
        if is_past(work, duty) or work.case.ended:
            work.emit("waited", row=key)
        elif holds(duty.only, facts, work.limit):
            work.emit("waited", row=key)
            open_owed(work, duty, item, max(since, 0), facts)
            changed = True
    return changed


def is_past(work: Work, duty: Duty) -> bool:
    stage = work.case.stage
    return (
        bool(duty.until)
        and stage in STAGE_ORDER
        and STAGE_ORDER.index(stage) >= STAGE_ORDER.index(duty.until)
    )


def void_owed(work: Work, at: int) -> bool:
    changed = False
    for debt in tuple(work.case.debts.values()):
        if not debt.row.startswith("owed."):
            continue
        duty = work.row(debt.row)
        assert isinstance(duty, Duty)
        over = (
            work.case.ended
            or (duty.during and work.case.stage != duty.during)
            or is_past(work, duty)
        )
        answered = debt.act == "ask_missing" and not work.missing_facts()
        if over or answered:
            work.emit("void", id=debt.id, at=at, why="moot")
            changed = True
    return changed


def settle_during(work: Work, duty: Duty, facts: dict[str, Json], at: int) -> bool:
    row = f"owed.{duty.name}"
    if work.case.stage != duty.during or any(debt.row == row for debt in work.case.debts.values()):
        return False
    if not holds(duty.only, facts, work.limit):
        return False
    since = max(work.case.since.get(row, 0), work.case.instants.get("stage", at))
    open_owed(work, duty, "", since, facts)
    return True


def open_owed(work: Work, duty: Duty, item: str, since: int, facts: dict[str, Json]) -> None:
    if duty.opens:
        name = duty.opens
        if name in work.policy.tables:
            row = answering_row(work.policy.tables[name], facts, work.limit)
            name = str(row.then) if row else ""
        if name in work.policy.sheets:
            open_sheet(work, work.policy.sheets[name], "", since)
        return
    if any(
        debt.row == f"owed.{duty.name}" and debt.item == item for debt in work.case.debts.values()
    ):
        return
    assert duty.owes is not None
    until, provisional = due_of(duty.timing, since, work.case, work.world, facts)
    seat = resolve(duty.owes, work.case, work.world, facts, act=duty.act)
    work.open_debt(
        f"owed.{duty.name}", duty.act, seat, since, until, provisional=provisional, item=item
    )


def settle_bearers(work: Work) -> None:
    """Owner's debts follow the owner; nobody owes in a case about themselves; dues stay."""
    facts = work.facts()
    for debt in tuple(work.case.debts.values()):
        row = work.row(debt.row)
        if row is None or row.owes is None:
            continue
        if work.is_owners(row):
            seat = step_aside(work.case.owner, work.case, work.world, debt.act)
        elif debt.given:
            seat = step_aside(debt.seat, work.case, work.world, debt.act)
        else:
            seat = resolve(
                row.owes,
                work.case,
                work.world,
                facts,
                sheet=work.case.sheets.get(debt.sheet),
                act=debt.act,
            )
        if seat != debt.seat:
            work.emit("moved", id=debt.id, seat=seat, why="bearer")


def silence(work: Work, at: int) -> tuple[int, bool]:
    span = work.world.span(work.policy.usual.longest_silence, work.case)
    return due(span, at, work.world.calendars), is_provisional(span, at, work.world.calendars)


def floor(work: Work, at: int) -> None:
    """An open case always owes something: what no row opened, the floor does."""
    case = work.case
    if (
        case.ledger
        or case.ended
        or any(debt.row.startswith(("steps.", "floor.")) for debt in case.debts.values())
    ):
        return
    seat = resolve(work.policy.usual.floor, case, work.world, work.facts())
    until, provisional = silence(work, at)
    work.open_debt("floor.contact", "contact", seat, at, until, provisional=provisional)


def recompute(work: Work) -> None:
    """A calendar was published: provisional dues are computed again, and say so."""
    facts = work.facts()
    for debt in tuple(work.case.debts.values()):
        row = work.row(debt.row)
        if not debt.provisional or row is None:
            continue
        if debt.lapses:
            continue  # a rung's few hours are not counted anew
        until, provisional = due_of(row.timing, debt.since, work.case, work.world, facts)
        if until != debt.due or not provisional:
            work.emit(
                "moved",
                id=debt.id,
                due=until,
                first_due=until,
                provisional=provisional,
                why="calendar published",
            )
