"""Decide again, settle, floor: the tables answered anew, and what is open brought to what is owed."""

from bihuan.engine.approvals import asked, bind
from bihuan.engine.case import Debt, Json, Sheet
from bihuan.engine.clock import due, is_provisional
from bihuan.engine.compensation import unpaid
from bihuan.engine.consequences import end_sheet, mark, open_sheet
from bihuan.engine.dues import due_of
from bihuan.engine.keeping import settle_keeping
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Duty, Row, Step, Who
from bihuan.engine.posts import outranks, resolve, step_aside
from bihuan.engine.preventing import actions_left, owe_actions
from bihuan.engine.rules import answering_row, holds, rank
from bihuan.engine.words import STAGES
from bihuan.engine.work import Work

_BY_TABLE = Who("table", "owner")
STAGE_ORDER = tuple(STAGES)


def settle(work: Work, at: int) -> None:
    """Answer the tables again and bring the open obligations to what is owed now."""
    work.at = at
    decide_tables(work)
    bind(work, at)
    pass_payment(work)
    settle_line(work, at)
    for _ in range(len(work.policy.owed) + 2):
        sheets = len(work.case.sheets)
        settle_sheets(work, at)
        settle_owed(work, at)
        if len(work.case.sheets) == sheets:
            break  # only a new sheet brings more to owe; nothing owed changes a table's answer
    settle_bearers(work)
    settle_keeping(work, at)
    floor(work, at)


def decide_tables(work: Work) -> None:
    if work.case.ledger or work.case.ended:
        return
    rose = False
    for table in work.policy.tables.values():
        if table.answers == "post":
            continue  # found anew by whoever asks for the post
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
            rose = rose or (table.name == "severity" and before is not None)
    decide_owner(work, rose=rose)


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
    who = _BY_TABLE if "owner" in work.policy.tables else work.policy.usual.floor
    return resolve(who, work.case, work.world, facts)


def decide_owner(work: Work, *, rose: bool) -> None:
    """An owner chosen by an act stays until severity rises, which hands nothing down."""
    case = work.case
    seat = "" if case.owner_given and not rose else table_owner(work, work.facts())
    if case.owner_given and (not seat or outranks(case.owner, seat, work.world)):
        clean = step_aside(case.owner, case, work.world)
        if clean != case.owner:
            work.emit("owner", seat=clean, given=True, why="wall")
    elif seat != case.owner or case.owner_given:
        work.emit("owner", seat=seat, given=False, why="table")


def pass_payment(work: Work) -> None:
    """A payment of compensation is passed by where nothing is left to pay."""
    step = work.current()
    while step is not None and step.act == "compensate" and not unpaid(work):
        mark(work, step, None, "done")
        step = work.current()


def settle_line(work: Work, at: int) -> None:
    case = work.case
    if case.ledger:
        return
    step = work.current()
    stage = case.ended or (work.policy.stages[step.name] if step else "archived")
    if stage != case.stage or (stage and "stage" not in case.instants):
        work.emit("stage", **{"is": stage})
        work.emit("instant", name="stage", at=at)
    if step is None and not case.ended:
        work.emit("over", how="archived")
    settle_step(work, step, None, at)


def settle_step(work: Work, step: Step | None, sheet: Sheet | None, at: int) -> None:
    """One debt for the step a line stands on, and none for any other."""
    number = sheet.number if sheet else 0
    prefix = f"sheets.{sheet.kind}." if sheet else "steps."
    wanted = f"{prefix}{step.name}" if step else ""
    owed = [
        debt
        for debt in work.case.debts.values()
        if debt.sheet == number and debt.row.startswith(prefix)
    ]
    for debt in owed:
        if debt.row != wanted:
            work.emit("void", id=debt.id, at=at, why="displaced")
    if step is None:
        return
    standing = next((debt for debt in owed if debt.row == wanted), None)
    line = work.line(sheet)
    facts = work.facts()
    if sheet is not None and actions_left(work, sheet, step):
        since = line.since.get(step.name, at)
        if step.name not in line.since:
            work.emit("since", sheet=number, step=step.name, at=since)
        owe_actions(work, sheet, step, since)
        return
    if standing is None:
        since = line.since.get(step.name, at)
        if step.name not in line.since:
            work.emit("since", sheet=number, step=step.name, at=since)
        until, provisional = due_of(step.timing, since, work.case, work.world, facts)
        if sheet is None:
            until = min(until, work.case.bounds.get(step.name, until))
        seat = resolve(step.owes, work.case, work.world, facts, sheet=sheet, act=step.act)
        work.open_debt(wanted, step.act, seat, since, until, provisional=provisional, sheet=number)
        if sheet is None:
            asked(work, step)
        return
    if may_come_earlier(work, step) and not standing.rung and not standing.lapses:
        until, _ = due_of(step.timing, standing.since, work.case, work.world, facts)
        if until < standing.due:
            work.emit("moved", id=standing.id, due=until, first_due=until, why="earlier")
            return


def may_come_earlier(work: Work, step: Step) -> bool:
    """Whether a step's due hangs on anything but its start: a table's answer, or a time agreed."""
    timing, tables = step.timing, work.policy.tables
    return bool(timing.by) or timing.within in tables or timing.at_latest in tables


def settle_sheets(work: Work, at: int) -> None:
    for sheet in tuple(work.case.sheets.values()):
        step = work.current(sheet)
        if step is None and not sheet.ended:
            end_sheet(work, sheet, "done", at)
        settle_step(work, step, sheet, at)


def settle_owed(work: Work, at: int) -> None:
    void_owed(work, at)
    facts = work.facts()
    for duty in work.policy.during:
        settle_during(work, duty, facts, at)
    for key in tuple(work.case.waiting):
        name, _, item = key.partition("#")
        duty = next(row for row in work.policy.owed if row.name == name)
        if is_past(work, duty) or (work.case.ended and duty.when != "not reached"):
            work.emit("waited", row=key)
        elif holds(duty.only, facts, work.limit):
            work.emit("waited", row=key)
            open_owed(work, duty, item, at, facts)  # its clock runs from where it applies


def is_past(work: Work, duty: Duty) -> bool:
    stage = work.case.stage
    return (
        bool(duty.until)
        and stage in STAGE_ORDER
        and STAGE_ORDER.index(stage) >= STAGE_ORDER.index(duty.until)
    )


def void_owed(work: Work, at: int) -> None:
    for debt in tuple(work.case.debts.values()):
        if work.case.ended and debt.row.startswith("merged."):
            work.emit("void", id=debt.id, at=at, why="moot")
        if not debt.row.startswith("owed."):
            continue
        duty = work.row(debt.row)
        assert isinstance(duty, Duty)
        over = (
            (work.case.ended and not outlasts(work, debt))
            or (duty.during and work.case.stage != duty.during)
            or (duty.during and not holds(duty.only, work.facts(), work.limit))
            or is_past(work, duty)
        )
        answered = debt.act == "ask_missing" and not work.missing_facts()
        if over or answered or is_back(work, duty, debt.item):
            work.emit("void", id=debt.id, at=at, why="moot")


def outlasts(work: Work, debt: Debt) -> bool:
    """Whether a debt is owed after the case is over: a promise is kept, and the customer gets to know."""
    row = work.row(debt.row)
    return isinstance(row, Duty) and row.when in ("promised", "not reached")


def is_back(work: Work, duty: Duty, item: str) -> bool:
    """Whether what was owed because a sheet was overdue is moot: the sheet is back, or void."""
    if not duty.when.startswith("sheet ") or not duty.when.endswith(("overdue", "overdue again")):
        return False
    return not item or bool(work.case.sheets[int(item)].ended)


def settle_during(work: Work, duty: Duty, facts: dict[str, Json], at: int) -> None:
    row = f"owed.{duty.name}"
    if work.case.stage != duty.during or any(debt.row == row for debt in work.case.debts.values()):
        return
    if not holds(duty.only, facts, work.limit):
        return
    since = max(work.case.since.get(row, 0), work.case.instants.get("stage", at), at)
    open_owed(work, duty, "", since, facts)


def open_owed(work: Work, duty: Duty, item: str, since: int, facts: dict[str, Json]) -> None:
    if duty.opens:
        name = duty.opens
        if name in work.policy.tables:
            row = answering_row(work.policy.tables[name], facts, work.limit)
            name = str(row.then) if row else ""
        if name in work.policy.sheets:
            of = work.case.sheets.get(int(item)) if item.isdigit() else None
            open_sheet(work, work.policy.sheets[name], "", since, of=of)
        return
    if any(
        debt.row == f"owed.{duty.name}" and debt.item == item for debt in work.case.debts.values()
    ):
        return
    assert duty.owes is not None
    until, provisional = due_of(duty.timing, since, work.case, work.world, facts)
    if duty.when == "referred" and (theirs := work.case.outside.get(item, {}).get("until")):
        until, provisional = theirs, False  # the outside body's own date
    seat = resolve(duty.owes, work.case, work.world, facts, act=duty.act)
    work.open_debt(
        f"owed.{duty.name}", duty.act, seat, since, until, provisional=provisional, item=item
    )


def settle_bearers(work: Work) -> None:
    """Owner's debts follow the owner; nobody owes in a case about themselves; dues stay."""
    facts = work.facts()
    found: dict[tuple[str, int, str, Seat, bool], Seat] = {}  # many debts of one row, one answer
    for debt in tuple(work.case.debts.values()):
        asked_for = (debt.row, debt.sheet, debt.act, debt.seat, debt.given)
        if asked_for not in found:
            found[asked_for] = bearer(work, debt, facts)
        if found[asked_for] != debt.seat:
            work.emit("moved", id=debt.id, seat=found[asked_for], why="bearer")


def bearer(work: Work, debt: Debt, facts: dict[str, Json]) -> Seat:
    """Who bears a debt now."""
    row, is_merged = work.row(debt.row), debt.row.startswith("merged.")
    if not is_merged and (row is None or row.owes is None):
        return debt.seat
    if work.is_owners(row) or (is_merged and not debt.given):
        return step_aside(work.case.owner, work.case, work.world, debt.act)
    if debt.given:
        return step_aside(debt.seat, work.case, work.world, debt.act)
    assert row is not None and row.owes is not None  # noqa: PT018
    sheet = work.case.sheets.get(debt.sheet)
    return resolve(row.owes, work.case, work.world, facts, sheet=sheet, act=debt.act)


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
