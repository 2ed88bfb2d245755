"""What is promised in a policy, and every chain of clocks that must be over before: by cells, each path once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeVar

from bihuan.engine.acts import ACTS, event_of
from bihuan.engine.calendar import Calendar
from bihuan.engine.check.cells import Cell, Cells
from bihuan.engine.check.pieces import Course, Piece, due_course, later
from bihuan.engine.policy import Duty, Element, Policy, SheetKind, Step
from bihuan.engine.rules import answering_row, applies
from bihuan.engine.spans import Span
from bihuan.engine.words import STAGES

MOST_CELLS = 20_000
MOST_MADE = 5_000  # courses kept of a year before it begins anew
ISSUING = frozenset({"issue", "countersign"})
_FROM_ARRIVAL = frozenset({"registered", "received", "taken up"})
_STAGES = tuple(STAGES)
Made = TypeVar("Made")


class Year:
    """The arrivals of a stretch of time, and when each chain of clocks is over for each of them.

    A chain is reckoned once, whoever asks for it and whatever follows it.
    """

    def __init__(self, first: int, last: int, calendars: Mapping[str, Calendar]) -> None:
        self.begin: Course = [Piece(first, 1, last - first)]
        self._calendars = calendars
        self._made: dict[tuple[object, ...], tuple[tuple[Course, ...], Any]] = {}

    def after(self, course: Course, span: Span, usual: str) -> Course:
        """When a span is over that starts with `course`."""
        return self.once(
            (span, usual), lambda start: due_course(span, start, self._calendars, usual), course
        )

    def later(self, one: Course, other: Course) -> Course:
        """The later of two."""
        return one if one is other else self.once("later", later, one, other)

    def once(self, what: object, make: Callable[..., Made], *courses: Course) -> Made:
        """What `make` makes of these courses of this year, made once for all who ask for `what`."""
        key = (what, *map(id, courses))
        known = self._made.get(key)
        if known is None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            known = self._made[key] = (courses, make(*courses))  # an id is that of what lives
        made: Made = known[1]
        return made


@dataclass(frozen=True, slots=True)
class Leg:
    """One clock: whose row, its span, the calendar it falls back to, and what it starts from."""

    row: Step | Duty
    span: Span
    usual: str
    start: str  # an instant of the case; "" = when the row's turn comes
    beside: bool = False  # it runs beside the line: a note's step, or what is owed
    waits: bool = False  # cannot be done before what runs beside the line is over
    begins: bool = False  # with it something begins to run beside the line

    @property
    def from_arrival(self) -> bool:
        """Whether it counts from the arrival of the case."""
        return self.start in _FROM_ARRIVAL


@dataclass(frozen=True, slots=True)
class Path:
    """The clocks from the arrival to a promise, in order, and the promise itself."""

    legs: tuple[Leg, ...]
    outer: Leg
    leaving: Span | None = None  # the time that must be left before the promise

    def clocks(self) -> tuple[object, ...]:
        """What tells it apart from other paths."""
        legs = (*self.legs, self.outer)
        return tuple((leg.row.at.place, leg.span, leg.usual, leg.start) for leg in legs)

    def courses(self, year: Year) -> tuple[Course, Course]:
        """When the inner clocks are over at the latest, and when the promise is due.

        A promise on the way is taken as kept: whether it can be is asked of its own path.
        """
        case = beside = back = year.begin
        since: dict[str, Course] = {}
        for leg in self.legs:
            if leg.beside:
                beside = year.after(beside, leg.span, leg.usual)
                continue
            case_due = year.after(self._start(leg, case, since, year), leg.span, leg.usual)
            if leg.waits and not leg.start:
                case_due = year.later(case_due, year.later(back, beside))
            case = case_due
            since[event_of(leg.row.act)] = case
            if leg.begins:
                back, beside = year.later(back, beside), case
        due = year.after(
            self._start(self.outer, case, since, year), self.outer.span, self.outer.usual
        )
        inner = year.later(case, year.later(back, beside)) if self.outer.waits else case
        if self.leaving is not None:
            inner = year.after(inner, self.leaving, "usual")
        return inner, due

    def _start(self, leg: Leg, case: Course, since: dict[str, Course], year: Year) -> Course:
        if leg.from_arrival:
            return year.begin
        return since.get(leg.start, case) if leg.start else case


@dataclass(frozen=True, slots=True)
class Promise:
    """Everything that must fit before one step: where that is said, for which note, by which paths."""

    place: str
    at: Element
    outer: Step
    paths: tuple[Path, ...]
    kind: SheetKind | None = None
    duty: Duty | None = None
    chosen: bool = False  # the note is drawn up at will, by an act that is allowed


def promises(policy: Policy, cells: Cells) -> Iterator[Promise]:
    """Every promise of a policy with its paths; see `Promise`."""
    for index in range(1, len(policy.steps)):
        steps = policy.steps[: index + 1]
        outer = steps[-1]
        found: dict[str, dict[object, Path]] = {}
        plain: dict[object, Path] = {}
        for cell, line in lines(steps, policy, cells):
            openers = [step for step in line[:-1] if step.opens]
            kinds = [policy.sheets.get(answer(step.opens, cell, policy, cells)) for step in openers]
            waiting = [
                kind
                for opener, kind in zip(openers, kinds, strict=True)
                if kind is not None and outer in waits_for(opener, kind, policy)
            ]
            for kind in waiting:
                path = path_of(_since(line, kind), cell, policy, cells, kind)
                if path is not None:
                    found.setdefault(kind.name, {})[path.clocks()] = path
            if not waiting:
                path = path_of(line, cell, policy, cells, None)
                if path is not None and is_promise(path):
                    plain[path.clocks()] = path
        for name, paths in found.items():
            kind = policy.sheets[name]
            place = f"sheets.{name}.inside.{outer.name}"
            yield Promise(place, kind.at, outer, tuple(paths.values()), kind)
        if plain:
            yield Promise(f"steps.{outer.name}", outer.at, outer, tuple(plain.values()))
    yield from _issued(policy, cells)
    yield from _beside(policy, cells)
    yield from _chosen(policy, cells)


def is_promise(path: Path) -> bool:
    """Whether the last step counts from an instant before its turn, so that others use up its time."""
    since = {event_of(leg.row.act) for leg in path.legs if not leg.beside} - {""}
    return path.outer.from_arrival or path.outer.start in since


def sums(path: Path) -> bool:
    """Whether more than one clock of a path runs one after the other."""
    return any(not leg.start and not leg.beside for leg in path.legs)


def waits_for(opener: Step, kind: SheetKind, policy: Policy) -> tuple[Step, ...]:
    """The steps that wait for a note, up to the one it must be inside of, else the first."""
    found = []
    for step in policy.steps[policy.steps.index(opener) + 1 :]:
        if "sheets returned" in step.needs:
            found.append(step)
            if step.name == kind.inside or not kind.inside:
                break
    return tuple(found)


def _issued(policy: Policy, cells: Cells) -> Iterator[Promise]:
    """Notes that must be issued within a time of their own (`inside: {issued: …}`)."""
    for kind in policy.sheets.values():
        number = policy.numbers.get(kind.issued)
        value = number.value() if number else 0
        if number is None or isinstance(value, int | str):
            continue
        for index, opener in enumerate(policy.steps):
            if not opener.opens:
                continue
            paths: dict[object, Path] = {}
            for cell, line in lines(policy.steps[: index + 1], policy, cells):
                if answer(opener.opens, cell, policy, cells) != kind.name:
                    continue
                legs = legs_of(_since(line, kind), cell, policy, cells)
                last = max(
                    (n for n, leg in enumerate(legs or ()) if leg.row.act in ISSUING), default=-1
                )
                if legs and last >= 0:
                    outer = Leg(opener, value, "usual", "registered", waits=True)
                    path = Path(tuple(legs[: last + 1]), outer)
                    paths[path.clocks()] = path
            if paths:
                place = f"sheets.{kind.name}.inside.issued"
                yield Promise(place, kind.at, opener, tuple(paths.values()), kind)


def _beside(policy: Policy, cells: Cells) -> Iterator[Promise]:
    """What is owed only until a stage: its time is over before the promise that ends the stage."""
    for duty in policy.owed:
        if not duty.act or not duty.until or not duty.when:
            continue
        before = [
            step
            for step in policy.steps
            if _STAGES.index(policy.stages[step.name]) < _STAGES.index(duty.until)
        ]
        if not before or tuple(before) != policy.steps[: len(before)]:
            continue
        paths: dict[object, Path] = {}
        for cell, line in lines(tuple(before), policy, cells, also=(duty,)):
            if any(not cells.fits(name, test, cell.get(name)) for name, test in duty.only):
                continue
            path = _duty_path(duty, line, cell, policy, cells)
            if path is not None and is_promise(path):
                paths[path.clocks()] = path
        if paths:
            yield Promise(
                f"owed.{duty.name}", duty.at, before[-1], tuple(paths.values()), duty=duty
            )


def _duty_path(
    duty: Duty, line: list[Step], cell: Cell, policy: Policy, cells: Cells
) -> Path | None:
    own, outer = leg_of(duty, cell, policy, cells), leg_of(line[-1], cell, policy, cells)
    if own is None or outer is None:
        return None
    legs: list[Leg] = []
    issued = duty.when.removeprefix("sheet ").removesuffix(" issued")
    if duty.when != "registered":
        reached = [
            number
            for number, step in enumerate(line[:-1], 1)
            if event_of(step.act) == duty.when
            or (step.opens and answer(step.opens, cell, policy, cells) == issued)
        ]
        found = legs_of(line[: reached[0]], cell, policy, cells) if reached else None
        if found is None:
            return None
        main = [leg for leg in found if not leg.beside]
        issuing = [leg for leg in found if leg.beside]
        last = max((n for n, leg in enumerate(issuing) if leg.row.act in ISSUING), default=-1)
        legs = [*main[:-1], replace(main[-1], begins=True), *issuing[: last + 1]]
    return Path((*legs, replace(own, beside=True, start="")), replace(outer, waits=True))


def _chosen(policy: Policy, cells: Cells) -> Iterator[Promise]:
    """Notes drawn up at will: at the earliest when the case comes in."""
    for row in policy.may.values():
        for name in _kinds(row.opens, policy):
            kind = policy.sheets[name]
            for outer in policy.steps:
                if "sheets returned" not in outer.needs:
                    continue
                index = policy.steps.index(outer)
                paths: dict[object, Path] = {}
                for cell, line in lines(policy.steps[: index + 1], policy, cells, also=kind.steps):
                    last = leg_of(line[-1], cell, policy, cells)
                    legs = _sheet_legs(kind, cell, policy, cells)
                    if last is not None and legs and last.from_arrival:
                        path = Path(tuple(legs), last)
                        paths[path.clocks()] = path
                if paths:
                    place = f"may.{row.act}.{name}.{outer.name}"
                    yield Promise(place, row.at, outer, tuple(paths.values()), kind, chosen=True)
                if outer.name == kind.inside:
                    break


# One path


def lines(
    steps: tuple[Step, ...],
    policy: Policy,
    cells: Cells,
    also: Iterable[Step | Duty] = (),
) -> Iterator[tuple[Cell, list[Step]]]:
    """The cases these steps and their clocks tell apart, each with its steps up to the last of them."""
    kinds = [kind for step in steps for kind in _kinds(step.opens, policy)]
    rows = (*steps, *also, *(step for name in kinds for step in policy.sheets[name].steps))
    for cell in _cells(rows, steps, policy, cells):
        facts, line = dict(cell), []
        for step in steps:
            if applies(step, facts, cells.limit):
                line.append(step)
                facts[step.name] = next((o.name for o in ACTS[step.act].outcomes), "done")
        if line and line[-1] is steps[-1]:
            yield cell, line


def path_of(
    line: list[Step], cell: Cell, policy: Policy, cells: Cells, kind: SheetKind | None
) -> Path | None:
    """The clocks of a line up to its last step; None where one is due at an instant no clock says."""
    legs = legs_of(line[:-1], cell, policy, cells)
    outer = leg_of(line[-1], cell, policy, cells)
    if not legs or outer is None:
        return None
    leaving = policy.numbers.get(kind.leaving) if kind and kind.inside == line[-1].name else None
    value = leaving.value() if leaving else None
    return Path(tuple(legs), outer, None if isinstance(value, int | str) else value)


def legs_of(line: list[Step], cell: Cell, policy: Policy, cells: Cells) -> list[Leg] | None:
    """The clocks of these steps with those of the notes they send out."""
    legs: list[Leg] = []
    for step in line:
        leg = leg_of(step, cell, policy, cells)
        if leg is None:
            return None
        legs.append(leg)
        kind = policy.sheets.get(answer(step.opens, cell, policy, cells)) if step.opens else None
        if kind is not None:
            inner = _sheet_legs(kind, cell, policy, cells)
            if inner is None:
                return None
            legs += inner
    return legs


def _sheet_legs(kind: SheetKind, cell: Cell, policy: Policy, cells: Cells) -> list[Leg] | None:
    legs = []
    for step in kind.steps:
        if applies(step, cell, cells.limit):
            leg = leg_of(step, cell, policy, cells)
            if leg is None:
                return None
            legs.append(replace(leg, beside=True))
    return legs


def leg_of(row: Step | Duty, cell: Cell, policy: Policy, cells: Cells) -> Leg | None:
    """The clock of a row in this case; None where it is due at some instant that no clock says."""
    timing = row.timing
    waits = isinstance(row, Step) and "sheets returned" in row.needs
    begins = isinstance(row, Step) and bool(row.opens)
    usual = timing.calendar or "usual"
    if timing.span is not None:
        return Leg(row, timing.span, usual, "", waits=waits, begins=begins)
    name = timing.at_latest if timing.by else timing.within
    number = policy.numbers.get(answer(name, cell, policy, cells))
    value = number.value() if number else 0
    if number is None or isinstance(value, int | str):
        return None
    start = "registered" if timing.by == "agreed time" else number.start or timing.start
    return Leg(row, value, usual, start, waits=waits, begins=begins)


def answer(name: str, cell: Cell, policy: Policy, cells: Cells) -> str:
    """The name itself, or what the table of that name answers in this case."""
    table = policy.tables.get(name)
    while table is not None:
        row = answering_row(table, cell, cells.limit)
        name = str((row or table.rows[-1]).then)
        table = policy.tables.get(name)
    return name


def _since(line: list[Step], kind: SheetKind) -> list[Step]:
    """The line from where the promise of a note runs."""
    names = [step.name for step in line]
    if line[-1].timing.by == "agreed time" and kind.since in names:
        return line[names.index(kind.since) :]
    return line


def _kinds(opens: str, policy: Policy) -> tuple[str, ...]:
    table = policy.tables.get(opens)
    names = [str(row.then) for row in table.rows] if table else [opens]
    return tuple(name for name in dict.fromkeys(names) if name in policy.sheets)


def _cells(
    rows: Iterable[Step | Duty], steps: tuple[Step, ...], policy: Policy, cells: Cells
) -> Iterator[Cell]:
    """The cases these rows and their clocks tell apart, with a table asked about as if it were a fact."""
    names: dict[str, None] = {}
    for row in rows:
        tests = (*row.only, *row.unless) if isinstance(row, Step) else row.only
        names |= dict.fromkeys(name for name, _ in tests)
        for word in (row.timing.within, row.timing.at_latest, row.opens):
            table = policy.tables.get(word)
            while table is not None:
                names |= dict.fromkeys(name for row in table.rows for name, _ in row.when)
                inner = [str(row.then) for row in table.rows if str(row.then) in policy.tables]
                table = policy.tables[inner[0]] if inner else None
    done = {step.act for step in steps[:-1]}
    asked = [name for name in names if policy.step("", name) is None]
    choices = [cells.values(name) for name in asked]
    size = 1
    for values in choices:
        size *= len(values)
    if size > MOST_CELLS:
        return
    for values in product(*choices):
        cell = {name: value for name, value in zip(asked, values, strict=True) if value is not None}
        if all(_sensible(name, cell, done, policy) for name in asked):
            yield cell


def _sensible(name: str, cell: Cell, done: set[str], policy: Policy) -> bool:
    """A fact is known only in cases it concerns, and there once the act that settles it is done."""
    fact = policy.facts.get(name)
    if fact is None:
        return True
    concerns = "kind" not in cell or fact.concerns(cell["kind"])
    return concerns if name in cell else not (concerns and fact.set_by in done)
