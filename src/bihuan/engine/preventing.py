"""Corrective action: what is planned is owed line by line, and that it worked is told by the cases since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bihuan.engine.calendar import instant_text
from bihuan.engine.case import Act, Case, Json, Sheet
from bihuan.engine.clock import due
from bihuan.engine.dues import due_of
from bihuan.engine.fields import RECURRENCE
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy, Step
from bihuan.engine.posts import resolve, step_aside
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.words import Text
from bihuan.engine.work import Work
from bihuan.engine.world import World

PLAN = "actions"  # the field: one action a line, and with it who does it by which day
CARRIES_OUT = "take_action"
JUDGES = "check_effect"
MOST_ACTIONS = 30
LAST_YEAR = 2200
BROUGHT = frozenset(field.name for field in RECURRENCE)  # by whoever counts, never by who judges


# -- What is planned -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a plan: what is done, and by whom and by when where the line says so."""

    what: str
    who: str = ""  # a person's id
    by: str = ""  # a day, as 2026-03-31


def read_plan(told: Json, organisation: Organisation) -> tuple[Planned, ...]:
    """The lines of a plan: "what", or "what；who；2026-03-31"; a line that is neither is its own words."""
    lines = (line.strip() for line in str(told or "").splitlines())
    return tuple(_planned(line, organisation) or Planned(line) for line in lines if line)


def _planned(line: str, organisation: Organisation) -> Planned | None:
    what, *more = (part.strip() for part in line.replace(";", "；").split("；"))
    if len(more) != 2 or not what:
        return None
    who = _person(more[0], organisation)
    try:
        day = date.fromisoformat(more[1])
    except ValueError:
        return None
    return Planned(what, who, day.isoformat()) if who and day.year < LAST_YEAR else None


def _person(told: str, organisation: Organisation) -> str:
    """Who has this id, or this name if only one has it and a post beside."""
    if organisation.own_seats(told):
        return told
    found = [person for person, name in organisation.names.items()
             if name == told and organisation.own_seats(person)]  # fmt: skip
    return found[0] if len(found) == 1 else ""


def unfit_plan(
    work: Work, sheet: Sheet | None, data: Mapping[str, Json], now: int
) -> Refusal | None:
    """The first line of a plan that names nobody there is, or no day that lies ahead within the time there is."""
    if sheet is None or PLAN not in data:
        return None
    lines = [line for line in str(data[PLAN] or "").splitlines() if line.strip()]
    if len(lines) > MOST_ACTIONS:
        return refuse("plan-too-long", at=PLAN, right=MOST_ACTIONS)
    calendar = work.world.calendars["usual"]
    latest = _latest(work, sheet, now)
    for place, line in enumerate(lines, 1):
        if "；" not in line and ";" not in line:
            continue
        planned = _planned(line, work.world.organisation)
        if planned is None:
            return refuse("bad-plan", at=PLAN, line=place)
        until = _end_of(planned.by, work.world)
        if not now < until <= latest:
            right = instant_text(latest, calendar)
            return refuse("plan-too-far", at=PLAN, line=place, right=right)
    return None


def _latest(work: Work, sheet: Sheet, now: int) -> int:
    """When the step that carries the plan out is due, were it to begin now."""
    for step in work.policy.sheets[sheet.kind].steps:
        if step.act == CARRIES_OUT:
            return due_of(step.timing, now, work.case, work.world, work.facts())[0]
    return 0


def _end_of(day: str, world: World) -> int:
    return world.calendars["usual"].at(date.fromisoformat(day), 24 * 60)


def actions_left(work: Work, sheet: Sheet, step: Step) -> dict[str, Planned]:
    """The planned actions that are not done, by their places in the plan; empty where none were planned."""
    if step.act != CARRIES_OUT:
        return {}
    plan = read_plan(sheet.data.get(PLAN), work.world.organisation)
    left = {str(place): planned for place, planned in enumerate(plan, 1)}
    return {item: one for item, one in left.items() if _mark(step, item) not in sheet.marks}


def owe_actions(work: Work, sheet: Sheet, step: Step, since: int) -> None:
    """Open what is not yet owed of a plan: to who is named, by the day named, else as the step says."""
    row = f"sheets.{sheet.kind}.{step.name}"
    owed = {debt.item for debt in work.case.debts.values()
            if debt.sheet == sheet.number and debt.row == row}  # fmt: skip
    facts = work.facts()
    for item, planned in actions_left(work, sheet, step).items():
        if item in owed:
            continue
        until, provisional = due_of(step.timing, since, work.case, work.world, facts)
        seats = work.world.organisation.own_seats(planned.who)
        if seats:
            seat = step_aside(seats[0], work.case, work.world, step.act)
            until, provisional = min(until, _end_of(planned.by, work.world)), False
        else:
            seat = resolve(step.owes, work.case, work.world, facts, sheet=sheet, act=step.act)
        work.open_debt(row, step.act, seat, since, max(until, since), provisional=provisional,
                       sheet=sheet.number, item=item, given=bool(seats))  # fmt: skip


def keep_action(work: Work, sheet: Sheet, step: Step, item: str) -> bool:
    """One planned action is done; whether others are left."""
    work.emit("marked", sheet=sheet.number, step=_mark(step, item), outcome="done")
    return bool(actions_left(work, sheet, step))


def noted(sheet: Sheet, act: str, item: str, told: Mapping[str, Json]) -> dict[str, Json]:
    """What an act leaves on the sheet: of several actions each keeps its own line."""
    filled = {name: value for name, value in told.items() if name != "item"}
    if item and act == CARRIES_OUT and "action" in filled:
        before = str(sheet.data.get("action") or "")
        line = f"{item}. {filled['action']}"
        filled["action"] = f"{before}\n{line}" if before else line
    return filled


def of_steps(sheet: Sheet, steps: list[str]) -> list[str]:
    """These steps of a sheet, and with each the planned actions done under it."""
    done = [name for name in sheet.marks if "#" in name and name.partition("#")[0] in steps]
    return [*steps, *done]


def _mark(step: Step, item: str) -> str:
    return f"{step.name}#{item}"


# -- Whether it worked -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watch:
    """The times in which cases of the problem are counted: as long before the sheet was opened as the
    policy says, and since the action was taken.
    """

    before: int
    opened: int
    since: int
    earliest: int  # instant from which it can be judged

    @property
    def length(self) -> int:
        """Of the time before, in seconds."""
        return self.opened - self.before


def watch_of(case: Case, world: World, number: int) -> Watch | None:
    """What is watched for a sheet that waits to be judged; None where none is, or by opinion alone."""
    sheet = case.sheets.get(number)
    step = judging_step(world.policy, sheet.kind) if sheet is not None else None
    if sheet is None or step is None or step.effective is None or step.name not in sheet.since:
        return None
    since = sheet.since[step.name]
    earliest = due(world.span(step.effective.over, case), since, world.calendars)
    return Watch(sheet.opened - (earliest - since), sheet.opened, since, earliest)


def judging_step(policy: Policy, kind: str) -> Step | None:
    """The step of a kind of sheet at which its effect is judged."""
    return next((step for step in policy.steps_of(kind) if step.act == JUDGES), None)


def most_allowed(watch: Watch, before: int, margin: int, at: int) -> int:
    """How many cases since still are a rate that has fallen by the margin, in per cent."""
    return max(before, 1) * (at - watch.since) * (100 - margin) // (watch.length * 100)


def not_effective(work: Work, step: Step | None, act: Act) -> Refusal | None:
    """Why an action cannot be called effective: too early to say, not counted, or the rate has not fallen.

    The case that the sheet stands in is one of those before, whenever it was registered.
    """
    if step is None or step.act != JUDGES or act.data.get("outcome") != "effective":
        return None
    watch = watch_of(work.case, work.world, act.sheet)
    if watch is None or step.effective is None:
        return None
    clauses = step.at.cited(work.kind)
    if act.at < watch.earliest:
        right = instant_text(watch.earliest, work.world.calendars["usual"])
        return refuse("too-early-to-judge", at="outcome", clauses=clauses, right=right)
    before, after = (act.data.get(field.name) for field in RECURRENCE)
    if not isinstance(before, int) or not isinstance(after, int):
        return refuse("not-counted", at="outcome", clauses=clauses)
    margin = work.limit(step.effective.fallen)
    if after > (most := most_allowed(watch, before, margin, act.at)):
        return refuse(
            "not-fallen", at="outcome", clauses=clauses, before=max(before, 1), after=after,
            days=days_text(watch.length), since=days_text(act.at - watch.since), most=most,
            margin=margin,
        )  # fmt: skip
    return None


def days_text(seconds: int) -> Text:
    """A length in whole days."""
    days = max(1, round(seconds / 86_400))
    return Text(f"{days} 天", f"{days} day{'' if days == 1 else 's'}")
