"""Catching up: lapses dated when they were due, and the openings of periodic duties."""

from collections.abc import Iterator

from bihuan.engine.case import Act, Debt
from bihuan.engine.clock import due, is_provisional
from bihuan.engine.consequences import follow, open_sheet, trigger
from bihuan.engine.doing import carry_out
from bihuan.engine.dues import due_of
from bihuan.engine.keeping import purge
from bihuan.engine.organisation import Seat
from bihuan.engine.pausing import PAUSE_ENDS, resume, stands
from bihuan.engine.policy import Duty, Missed, Periodic, Step
from bihuan.engine.posts import SYSTEM, is_clean, ladder, resolve, step_aside
from bihuan.engine.rhythm import next_occurrence
from bihuan.engine.settling import settle
from bihuan.engine.work import Work


def catch_up(work: Work, now: int) -> None:
    """Work off everything before ``now``. It ends: every lapse moves a due ahead, by the checked least time."""
    while happening := next_happening(work, now):
        at, debt, periodic = happening
        if debt is not None:
            lapse(work, debt, at)
        elif periodic is not None:
            open_periodic(work, periodic, at)
        else:
            end_pause(work, at)


def next_happening(work: Work, now: int) -> tuple[int, Debt | None, Periodic | None] | None:
    found: tuple[int, Debt | None, Periodic | None] | None = None
    for debt in work.case.debts.values():
        at = debt.due if debt.due > debt.since else debt.since
        if at < now and (found is None or at < found[0]) and not stands(work, debt):
            found = (at, debt, None)
    if work.case.paused:
        at = work.case.instants[PAUSE_ENDS]
        if at < now and (found is None or at <= found[0]):
            found = (at, None, None)
    if work.case.is_routine:
        for at, periodic in openings(work):
            if at < now and (found is None or at < found[0]):
                found = (at, None, periodic)
    return found


def end_pause(work: Work, at: int) -> None:
    """The time a pause was to last is over: the clocks run on by themselves."""
    work.begin()
    resume(work, at)
    settle(work, at)
    work.end("resume", at, "system", SYSTEM, 0, {})


def openings(work: Work) -> Iterator[tuple[int, Periodic]]:
    for periodic in work.policy.rhythm:
        after = work.case.rhythm.get(periodic.name, work.case.registered)
        yield (
            next_occurrence(
                periodic.every, after, work.world.calendars, "usual", work.case.registered
            ),
            periodic,
        )


def lapse(work: Work, debt: Debt, at: int) -> None:
    """A debt passed its due: dated then, and the next rank's time runs from then."""
    if debt.act == "purge":
        purge(work, debt, at)
        return
    if debt.seat == SYSTEM and not waits_for_people(work, debt):
        carry_out(work, Act(debt.act, "system", at, {}, debt.sheet))
        return
    passed = {"debt": debt.id, "act": debt.act, "seat": debt.seat, "due": debt.due}
    work.begin()
    work.emit("lapsed", id=debt.id, due=debt.due, at=at, seat=debt.seat, act=debt.act)
    row = work.row(debt.row)
    if not spent_by_lapse(work, debt, row, at):
        miss(
            work,
            debt,
            (row.missed if row is not None and not isinstance(row, Periodic) else None)
            or work.policy.usual.missed,
            row,
            at,
        )
    settle(work, at)
    work.end(
        "lapsed",
        at,
        "system",
        SYSTEM,
        debt.sheet,
        passed,
    )


def waits_for_people(work: Work, debt: Debt) -> bool:
    """The system archives nothing while somebody still owes something on the case."""
    return not debt.sheet and any(
        other.row.startswith(("owed.", "merged.")) for other in work.case.debts.values()
    )


def spent_by_lapse(work: Work, debt: Debt, row: Step | Duty | Periodic | None, at: int) -> bool:
    """The last agreed time was missed and none is left to move it to: the case is handed on (MALL-3.1)."""
    postpone = work.policy.may.get("postpone")
    if (
        postpone is None
        or not isinstance(row, Step)
        or row.timing.by != "agreed time"
        or not work.case.agreed
    ):
        return False
    if debt.due != work.case.agreed or work.case.rounds.get("postpone", 0) < work.limit(
        postpone.at_most
    ):
        return False
    follow(work, postpone.then, None, None, "", at)
    again(
        work,
        debt,
        at,
        step_aside(work.case.owner, work.case, work.world, debt.act),
        rung=debt.rung + 1,
    )
    return True


def miss(
    work: Work, debt: Debt, missed: Missed, row: Step | Duty | Periodic | None, at: int
) -> None:
    for who in missed.tell:
        work.emit(
            "told",
            seat=resolve(who, work.case, work.world, work.facts()),
            what="lapsed",
            debt=debt.id,
        )
    sheet = work.case.sheets.get(debt.sheet)
    if missed.assess and debt.lapses == 1 and "assessment" in work.policy.sheets:
        open_sheet(work, work.policy.sheets["assessment"], "", at, of=sheet, debt=debt)
    if sheet is not None:
        trigger(work, f"sheet {sheet.kind} overdue", at, str(sheet.number))
    if sheet is not None and sheet.step and sheet.to in (debt.seat, *debt.was):
        trigger(work, "sheet overdue", at, str(sheet.number))
        if debt.lapses == 2:
            trigger(work, "sheet overdue again", at, str(sheet.number))
    if missed.go_on and isinstance(row, Step):
        work.emit("marked", sheet=debt.sheet, step=row.name, outcome="missed")
    elif (taker := who_takes(work, debt, missed)) is not None:
        again(work, debt, at, taker, rung=debt.rung + 1)
    elif missed.remind:
        again(work, debt, at, debt.seat, rung=debt.rung)
    else:
        step_up(work, debt, row, at)


def who_takes(work: Work, debt: Debt, missed: Missed) -> Seat | None:
    """Whom a missed debt is handed to: once; after that it goes up the ranks like any other."""
    if missed.hand_to is None:
        return None
    seat = resolve(missed.hand_to, work.case, work.world, work.facts())
    return None if seat in (debt.seat, *debt.was) else seat


def step_up(work: Work, debt: Debt, row: Step | Duty | Periodic | None, at: int) -> None:
    ranks = ladder(debt.seat, work.policy, work.world.organisation)
    above = next((seat for seat in ranks if seat not in debt.was), None)  # a deputy misses it too
    if above is not None:
        above = step_aside(above, work.case, work.world, debt.act)
    if above is None or above == debt.seat or not may_take(work, debt, above):
        at_top = due(work.world.span(work.policy.usual.at_top, work.case), at, work.world.calendars)
        work.emit("moved", id=debt.id, due=at_top, why="at the top")
        return
    if work.is_owners(row):
        work.emit("owner", seat=above, given=True, why="lapsed")
    again(work, debt, at, above, rung=debt.rung + 1)


def may_take(work: Work, debt: Debt, above: Seat) -> bool:
    """Whether a missed debt may pass to the seat above: nobody who can do it loses it to one who cannot."""
    case, world = work.case, work.world
    return is_clean(above, case, world, debt.act) or not is_clean(debt.seat, case, world, debt.act)


def again(work: Work, debt: Debt, at: int, seat: Seat, *, rung: int) -> None:
    span = work.world.span(work.policy.usual.again, work.case)
    until = due(span, at, work.world.calendars)
    provisional = is_provisional(span, at, work.world.calendars)
    work.emit(
        "moved",
        id=debt.id,
        seat=seat,
        due=until,
        rung=rung,
        given=True,
        provisional=provisional,
        why="lapsed",
    )


def open_periodic(work: Work, periodic: Periodic, at: int) -> None:
    work.begin()
    work.emit("rhythm", row=periodic.name, at=at)
    if periodic.opens:
        open_sheet(work, work.policy.sheets[periodic.opens], "", at, covering=periodic.covering)
    elif periodic.owes is not None:
        until, provisional = due_of(periodic.timing, at, work.case, work.world, {})
        seat = resolve(periodic.owes, work.case, work.world, {}, act=periodic.act)
        work.open_debt(
            f"rhythm.{periodic.name}", periodic.act, seat, at, until, provisional=provisional
        )
    settle(work, at)
    work.end("opened", at, "system", SYSTEM, 0, {"row": periodic.name})
