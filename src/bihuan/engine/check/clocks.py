"""P8: what is promised outside can be kept if everybody inside acts at the last moment allowed.

Every path to a step that waits for a note is walked from every instant of a published year, on the
calendars that will run. Between two bends the time to spare is a straight line, so nothing is missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from bihuan.engine.calendar import BadTime, Calendar, instant_text
from bihuan.engine.check.cells import Cell, Cells
from bihuan.engine.check.pieces import FOREVER, Piece, due_piece, later
from bihuan.engine.check.story import found, step_text, who_text
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy, SheetKind, Step, Timing
from bihuan.engine.rules import answering_row, applies
from bihuan.engine.spans import Span
from bihuan.engine.words import ACTS, Text

MOST_PATHS = 20_000
_FROM_ARRIVAL = frozenset({"registered", "received", "taken up"})


@dataclass(frozen=True, slots=True)
class Leg:
    """One inner clock: the span, the calendar it falls back to, and whether it runs from the arrival."""

    step: Step
    span: Span
    usual: str
    from_arrival: bool
    of_sheet: bool
    waits: bool  # cannot be done before the note is back


@dataclass(frozen=True, slots=True)
class Path:
    """The clocks from arrival to a promise, in order; the last step before the promise ends them."""

    kind: str
    legs: tuple[Leg, ...]
    outer: Leg

    def clocks(self) -> tuple[object, ...]:
        """What tells it apart from other paths."""
        legs = (*self.legs, self.outer)
        return tuple((leg.step.at.place, leg.span, leg.usual, leg.from_arrival) for leg in legs)

    def ends(self, arrival: int, calendars: Mapping[str, Calendar]) -> tuple[Piece, Piece]:
        """When the inner clocks are over at the latest, and when the promise is due."""
        begin = Piece(arrival, 1, FOREVER)
        case = sheet = begin
        for leg in self.legs:
            if leg.of_sheet:
                sheet = due_piece(leg.span, sheet, calendars, leg.usual)
                continue
            due = due_piece(leg.span, begin if leg.from_arrival else case, calendars, leg.usual)
            case = later(case, due)
            if leg.waits:
                case = later(case, sheet)
            elif leg.step.opens:
                sheet = case
        outer = begin if self.outer.from_arrival else case
        return later(case, sheet), due_piece(self.outer.span, outer, calendars, self.outer.usual)

    def told(self, arrival: int, calendars: Mapping[str, Calendar], policy: Policy) -> list[Text]:
        """The worst arrival, dated, clock by clock."""
        calendar = calendars["usual"]
        said = instant_text(arrival, calendar)
        lines = [Text(f"{said} 收到", f"comes in at {said}")]
        for number, leg in enumerate(self.legs, 1):
            path = Path(self.kind, self.legs[:number], self.outer)
            ends = instant_text(path.ends(arrival, calendars)[0].value, calendar)
            what = step_text(leg.step, "", policy)
            lines.append(Text(f"{what.zh}，最迟 {ends}", f"{what.en}, at the latest at {ends}"))
        due = instant_text(self.ends(arrival, calendars)[1].value, calendar)
        who, act = who_text(self.outer.step.owes, policy), ACTS[self.outer.step.act].text
        lines.append(
            Text(f"{who.zh}应{act.zh}，期限 {due}", f"{who.en}: {act.en}, promised for {due}")
        )
        return lines


@dataclass(frozen=True, slots=True)
class Spare:
    """What a year shows: the least time to spare, its arrival, and when arrivals are in time."""

    least: int
    arrival: int
    good: tuple[tuple[int, int], ...]
    looked_at: int  # seconds of arrivals whose promise does not reach into unpublished years


def check_clocks(
    policy: Policy, cells: Cells, calendars: Mapping[str, Calendar]
) -> Iterator[Finding]:
    """For each note somebody waits for: whether its clocks fit the promise, and how narrowly."""
    for opener in policy.steps:
        if not opener.opens:
            continue
        for kind in _kinds(opener, policy):
            for waiting in _waiting(opener, kind, policy):
                paths = {
                    path.clocks(): path for path in _paths(opener, kind, waiting, policy, cells)
                }
                judged = []
                for path in paths.values():
                    try:
                        seen = spare(path, policy, calendars)
                    except BadTime:
                        continue
                    if seen is not None:
                        judged.append((seen.least, path, seen))
                if judged:
                    worst = min(judged, key=lambda each: each[0])
                    late = sum(each[0] < 0 for each in judged)
                    yield _finding(worst[1], worst[2], (late, len(judged)), policy, calendars)


def year_of(policy: Policy, calendars: Mapping[str, Calendar]) -> int:
    """The last year whose holidays are published in every calendar, else that of coming in force."""
    through = [each.published.through for each in calendars.values() if each.published]
    return min(through) if through else int(policy.in_force[:4])


def spare(path: Path, policy: Policy, calendars: Mapping[str, Calendar]) -> Spare | None:
    """The whole year along one path, bend by bend; None where all of it is provisional."""
    usual, year = calendars["usual"], year_of(policy, calendars)
    at, end = usual.at(date(year, 1, 1)), usual.at(date(year + 1, 1, 1))
    edges = [each.provisional_from for each in calendars.values() if each.provisional_from]
    edge = min(edges, default=FOREVER)
    least, arrival, looked_at = FOREVER, 0, 0
    good: list[tuple[int, int]] = []
    while at < end:
        inner, outer = path.ends(at, calendars)
        if max(inner.value, outer.value) > edge:
            break
        lasts = min(inner.lasts, outer.lasts, end - at)
        time, slope = outer.value - inner.value, outer.slope - inner.slope
        last = time + slope * (lasts - 1)
        if min(time, last) < least:
            least, arrival = min((time, at), (last, at + lasts - 1))
        if time >= 0 or last >= 0:
            first, after = at, at + lasts
            if time < 0:
                first = at - time
            elif last < 0:
                after = at + time + 1
            if good and good[-1][1] == first:
                good[-1] = (good[-1][0], after)
            else:
                good.append((first, after))
        looked_at += lasts
        at += lasts
    return Spare(least, arrival, tuple(good), looked_at) if looked_at else None


# Which paths there are


def _kinds(opener: Step, policy: Policy) -> tuple[SheetKind, ...]:
    table = policy.tables.get(opener.opens)
    names = [str(row.then) for row in table.rows] if table else [opener.opens]
    return tuple(policy.sheets[name] for name in dict.fromkeys(names) if name in policy.sheets)


def _waiting(opener: Step, kind: SheetKind, policy: Policy) -> Iterator[Step]:
    """The steps that wait for the note, up to the one it must be inside of, else the first."""
    after = policy.steps[policy.steps.index(opener) + 1 :]
    for step in after:
        if "sheets returned" in step.needs:
            yield step
            if step.name == kind.inside or not kind.inside:
                return


def _paths(
    opener: Step, kind: SheetKind, waiting: Step, policy: Policy, cells: Cells
) -> Iterator[Path]:
    steps = policy.steps[: policy.steps.index(waiting) + 1]
    by_agreement = waiting.timing.by == "agreed time"
    since = kind.since if by_agreement else ""
    if since and since not in _FROM_ARRIVAL and policy.step("", since):
        steps = steps[[step.name for step in steps].index(since) :]
    for cell in _cells(steps, opener, kind, policy, cells):
        on_line = _line(steps, cell, cells)
        if opener not in on_line or waiting not in on_line:
            continue
        if _answer(opener.opens, cell, policy, cells) != kind.name:
            continue
        legs: list[Leg | None] = []
        for step in on_line:
            legs.append(_leg(step, cell, policy, cells, of_sheet=False))
            if step is opener:
                legs += [
                    _leg(each, cell, policy, cells, of_sheet=True)
                    for each in kind.steps
                    if applies(each, cell, cells.limit)
                ]
        known = [leg for leg in legs if leg is not None]
        if len(known) < len(legs) or not known:
            continue  # a step that is due at some instant no clock says
        outer = known.pop()
        if by_agreement:
            outer = replace(outer, from_arrival=True)
        yield Path(kind.name, tuple(known), outer)


def _line(steps: tuple[Step, ...], cell: Cell, cells: Cells) -> list[Step]:
    """The steps this case comes by when each is done well."""
    facts, line = dict(cell), []
    for step in steps:
        if applies(step, facts, cells.limit):
            line.append(step)
            facts[step.name] = next((o.name for o in ACTS[step.act].outcomes), "done")
    return line


def _cells(
    steps: tuple[Step, ...], opener: Step, kind: SheetKind, policy: Policy, cells: Cells
) -> Iterator[Cell]:
    """The cases these steps and their clocks tell apart, with a table asked about as if it were a fact."""
    names: dict[str, None] = {}
    for step in (*steps, *kind.steps):
        for name, _ in (*step.only, *step.unless):
            names[name] = None
        for word in (step.timing.within, step.timing.at_latest, step.opens):
            table = policy.tables.get(word)
            while table is not None:
                names |= dict.fromkeys(name for row in table.rows for name, _ in row.when)
                inner = [str(row.then) for row in table.rows if str(row.then) in policy.tables]
                table = policy.tables[inner[0]] if inner else None
    acts = {step.act for step in steps[: steps.index(opener)]}
    asked = [name for name in names if policy.step("", name) is None]
    choices = [cells.values(name) for name in asked]
    size = 1
    for values in choices:
        size *= len(values)
    if size > MOST_PATHS:
        return
    for values in product(*choices):
        cell = {name: value for name, value in zip(asked, values, strict=True) if value is not None}
        if all(_sensible(name, cell, acts, policy) for name in asked):
            yield cell


def _sensible(name: str, cell: Cell, acts: set[str], policy: Policy) -> bool:
    """A fact is known only in cases it concerns, and there once the act that settles it is done."""
    fact = policy.facts.get(name)
    if fact is None:
        return True
    concerns = "kind" not in cell or fact.concerns(cell["kind"])
    return concerns if name in cell else not (concerns and fact.set_by in acts)


def _answer(name: str, cell: Cell, policy: Policy, cells: Cells) -> str:
    table = policy.tables.get(name)
    while table is not None:
        row = answering_row(table, cell, cells.limit)
        name = str((row or table.rows[-1]).then)
        table = policy.tables.get(name)
    return name


def _leg(step: Step, cell: Cell, policy: Policy, cells: Cells, *, of_sheet: bool) -> Leg | None:
    timing: Timing = step.timing
    waits = "sheets returned" in step.needs
    usual = timing.calendar or "usual"
    if timing.span is not None:
        return Leg(step, timing.span, usual, from_arrival=False, of_sheet=of_sheet, waits=waits)
    number = policy.numbers.get(
        _answer(timing.at_latest if timing.by else timing.within, cell, policy, cells)
    )
    value = number.value() if number else 0
    if number is None or isinstance(value, int | str):
        return None
    begin = number.start or timing.start
    return Leg(step, value, usual, begin in _FROM_ARRIVAL, of_sheet, waits)


# What is said of them


def _finding(
    path: Path,
    seen: Spare,
    counts: tuple[int, int],
    policy: Policy,
    calendars: Mapping[str, Calendar],
) -> Finding:
    kind, step = policy.sheets[path.kind], path.outer.step
    when = instant_text(seen.arrival, calendars["usual"])
    act, year = ACTS[step.act].text, year_of(policy, calendars)
    place = f"sheets.{kind.name}.inside.{step.name}"
    story = tuple(path.told(seen.arrival, calendars, policy))
    clauses = tuple(
        dict.fromkeys((*step.at.clauses, *(c for s in kind.steps for c in s.at.clauses)))
    )
    if seen.least >= 0:
        return found(
            Level.NOTE,
            "clocks-fit",
            kind.at,
            f"{year} 年任何时刻收到，{kind.text.zh}都能在“{act.zh}”的期限前办完；"
            f"最少余 {_length(seen.least).zh}({when} 收到)",
            f"whenever it comes in during {year}, '{kind.text.en}' is done before '{act.en}' is due; "
            f"the least to spare is {_length(seen.least).en} (coming in at {when})",
            place=place,
            clauses=clauses,
            story=story,
        )
    share = 100 * sum(end - start for start, end in seen.good) // seen.looked_at
    windows, late = _windows(path, seen, calendars), counts[0]
    return found(
        Level.WARNING,
        "clocks-do-not-fit",
        kind.at,
        f"{kind.text.zh}的各步期限合起来超过“{act.zh}”的期限：{when} 收到的，差 {_length(-seen.least).zh}；"
        f"{year} 年 {share}% 的时刻收到能按期({windows.zh})；{counts[1]} 种情形中 {late} 种不能保证",
        f"the clocks of '{kind.text.en}' do not fit '{act.en}': what comes in at {when} is "
        f"{_length(-seen.least).en} short; in {year} the promise holds for {share} % of arrivals "
        f"({windows.en}); {late} of {counts[1]} paths are not safe",
        place=place,
        clauses=clauses,
        story=story,
    )


def _length(seconds: int) -> Text:
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"), (rest, "秒", "s")]
    said = [each for each in parts if each[0]] or [(0, "分", "min")]
    return Text(
        "".join(f"{n}{zh}" for n, zh, _ in said), " ".join(f"{n} {en}" for n, _, en in said)
    )


def _windows(path: Path, seen: Spare, calendars: Mapping[str, Calendar]) -> Text:
    """The times of day at which the promise holds on every working day, and on every day of rest."""
    names = {leg.span.on or leg.usual for leg in (*path.legs, path.outer)} & set(calendars)
    first = seen.good[0][0] if seen.good else seen.arrival
    narrow = min(
        (calendars[name] for name in sorted(names)),
        key=lambda each: each.working_between(first, first + 28 * 86400),
    )
    start = narrow.day_of(seen.arrival).replace(month=1, day=1)
    end = narrow.at(start) + seen.looked_at
    always: dict[bool, list[tuple[int, int]]] = {}
    number, good = 0, seen.good
    midnight = narrow.at(start)
    while midnight < end:
        day = narrow.day_of(midnight)
        over = min(narrow.end_of_day(day), end)
        while number < len(good) and good[number][1] <= midnight:
            number += 1
        today, n = [], number
        while n < len(good) and good[n][0] < over:
            today.append((max(good[n][0], midnight) - midnight, min(good[n][1], over) - midnight))
            n += 1
        works = narrow.works(day)
        before = always.get(works, [(0, 86400)])
        always[works] = [
            (max(a, c), min(b, d)) for a, b in before for c, d in today if max(a, c) < min(b, d)
        ]
        midnight = narrow.end_of_day(day)
    zh, en = [], []
    for works, zh_day, en_day in (
        (True, "工作日", "working days"),
        (False, "休息日", "days of rest"),
    ):
        if works in always:
            said = ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in always[works])
            zh.append(f"每个{zh_day}：{said or '没有'}")
            en.append(f"on all {en_day}: {said or 'never'}")
    return Text("；".join(zh), "; ".join(en))


def _clock(seconds: int) -> str:
    minutes = seconds // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
