"""Where the time of a case went, read from its history: segments, legs, waiting, lateness, blame.

A line's time never runs back: an act told later than it happened counts from the latest instant the
line had reached. Lateness is counted by dues: each second late belongs to the seat that let the latest
due pass, until somebody else lets a newer one pass or the act is done. A due that had passed before a
leg began is not that leg's, and who waits for a note is not late while it is out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

from bihuan.engine.needs import NEEDS
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Policy, Step
from bihuan.engine.words import STAGES, Text

Passed = tuple[Seat, int]  # who let a due pass, and when
_CLOSED = tuple(STAGES)[tuple(STAGES).index("closed") :]


class Recorded(Protocol):
    """What of an event is read here."""

    @property
    def at(self) -> int:
        """When it happened."""

    @property
    def effects(self) -> Sequence[tuple[str, dict[str, Any]]]:
        """What it changed."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A seat for a while: holding a step, or answering for lateness. From `since` until `until`."""

    seat: Seat
    since: int
    until: int

    @property
    def seconds(self) -> int:
        """How long."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a line: a step, the seats that owed it one after the other, and how late.

    `due` is what it is judged by; `charged` says who answers for which time after it.
    """

    sheet: int  # 0: the main line
    step: str
    act: str
    held: tuple[Stretch, ...]
    since: int
    until: int
    due: int
    charged: tuple[Stretch, ...] = ()

    @property
    def seconds(self) -> int:
        """How long it took."""
        return self.until - self.since

    @property
    def late(self) -> int:
        """The seconds late that somebody answers for."""
        return sum(stretch.seconds for stretch in self.charged)


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one sheet: its legs from opening to end (`how`: done, void; empty while it lives)."""

    number: int
    kind: str
    to: Seat
    note: bool  # opened by a step of the main line, which then waits for it
    since: int
    until: int
    how: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Time the main line waited for a note, on the leg that held it."""

    sheet: int
    step: str
    since: int
    until: int

    @property
    def seconds(self) -> int:
        """How long."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Course:
    """A case from registration to closing (`closed`), or to the instant asked about."""

    since: int
    until: int
    closed: bool
    segments: tuple[Leg, ...]
    ways: tuple[Way, ...]
    waits: tuple[Wait, ...]


def charges(since: int, passed: Iterable[Passed], until: int) -> tuple[Stretch, ...]:
    """Who answers for which time of a debt of `since` that was late until `until`."""
    own = [(seat, at) for seat, at in passed if since < at < until]
    ends = [*(at for _, at in own[1:]), until]
    return tuple(Stretch(seat, at, end) for (seat, at), end in zip(own, ends, strict=False))


def shares(totals: Mapping[Seat, int]) -> dict[Seat, int]:
    """The totals as whole per cents that sum to 100; empty where nothing is to be shared."""
    whole = sum(totals.values())
    if not whole:
        return {}
    found = {seat: seconds * 100 // whole for seat, seconds in totals.items()}
    rest = sorted(totals, key=lambda seat: (-(totals[seat] * 100 % whole), seat))
    for seat in rest[: 100 - sum(found.values())]:
        found[seat] += 1
    return found


def late_by_seat(legs: Iterable[Leg]) -> dict[Seat, int]:
    """The seconds late of each seat that answers for some, the most first."""
    return _summed(stretch for leg in legs for stretch in leg.charged)


def blame(course: Course) -> dict[Seat, int]:
    """The seconds late of a case by seat: of its main line and of the notes it waits for."""
    notes = (leg for way in course.ways if way.note for leg in way.legs)
    return late_by_seat((*course.segments, *notes))


def course_of(history: Iterable[Recorded], policy: Policy, now: int) -> Course:
    """The course of a case of this policy, up to its closing or to `now` (an instant)."""
    walk = _Walk()
    for event in history:
        walk.take(event)
    return walk.course(policy, now)


def unsound(course: Course) -> Iterator[Text]:
    """What does not add up: segments that leave a gap, legs that do not sum, waiting nobody is out for."""
    lines = [(Text("主线", "the main line"), course.since, course.until, course.segments)]
    lines += [
        (Text(f"第 {way.number} 张单据", f"sheet {way.number}"), way.since, way.until, way.legs)
        for way in course.ways
    ]
    for name, since, until, legs in lines:
        ends = [since, *(leg.until for leg in legs)]
        starts = [*(leg.since for leg in legs), until]
        if legs and (starts != ends or any(leg.seconds < 0 for leg in legs)):
            yield Text(f"{name.zh}的各环节不相接", f"the legs of {name.en} do not join")
        if sum(leg.seconds for leg in legs) != until - since:
            yield Text(f"{name.zh}的各环节之和不等于全程", f"the legs of {name.en} do not sum up")
        for leg in legs:
            if sum(stretch.seconds for stretch in leg.held) != leg.seconds:
                yield Text(f"{name.zh}有时间无人承担", f"nobody held some time of {name.en}")
            if any(not leg.since <= c.since <= c.until <= leg.until for c in leg.charged):
                yield Text(f"{name.zh}的超时不在环节之内", f"{name.en} is late outside its leg")
    yield from _unsound_waits(course)
    by_seat = shares(blame(course))
    if by_seat and sum(by_seat.values()) != 100:
        yield Text("责任份额之和不是 100", "the shares of blame do not sum to 100")


def _unsound_waits(course: Course) -> Iterator[Text]:
    ways = {way.number: way for way in course.ways if way.note}
    for wait in course.waits:
        out = [way for way in ways.values() if way.since <= wait.since and way.until >= wait.until]
        way = ways.get(wait.sheet)
        if way not in out or way != max(out, key=_returned):
            yield Text("等待未计在最后交回的单据上", "waiting is not charged to the last note back")
        elif not any(
            leg.step == wait.step and leg.since <= wait.since and wait.until <= leg.until
            for leg in way.legs
        ):
            yield Text("等待未计在单据的环节上", "waiting is charged to no leg of its note")


def _returned(way: Way) -> tuple[bool, int, int]:
    """Notes in the order of their return; one still out is the last."""
    return not way.how, way.until, way.number


def _summed(stretches: Iterable[Stretch]) -> dict[Seat, int]:
    found: dict[Seat, int] = {}
    for stretch in stretches:
        if stretch.seconds > 0:
            found[stretch.seat] = found.get(stretch.seat, 0) + stretch.seconds
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _without(charged: Iterable[Stretch], waits: Sequence[tuple[int, int]]) -> tuple[Stretch, ...]:
    """What is charged to those who owed a step, less the time they waited for a note."""
    return tuple(part for stretch in charged for part in _outside(stretch, waits))


def _outside(stretch: Stretch, spans: Iterable[tuple[int, int]]) -> Iterator[Stretch]:
    """The parts of a stretch that lie in none of these spans, which are in order."""
    since = stretch.since
    for start, end in spans:
        if start < stretch.until and end > since:
            if start > since:
                yield Stretch(stretch.seat, since, start)
            since = end
    if since < stretch.until:
        yield Stretch(stretch.seat, since, stretch.until)


# -- Walking a history ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Owed:
    id: int
    row: str
    act: str
    sheet: int
    seat: Seat
    since: int
    due: int
    first_due: int
    passed: list[Passed] = field(default_factory=list)
    ended: int = 0

    @property
    def on_line(self) -> bool:
        """Whether it is the debt of a line, not of a row beside it."""
        return self.row.startswith("sheets." if self.sheet else ("steps.", "floor."))


@dataclass(slots=True)
class _Standing:
    """A debt while its line stands on it; `seats` with the instant each took it."""

    owed: _Owed
    since: int
    seats: list[Passed]
    until: int = -1


@dataclass(slots=True)
class _Line:
    since: int
    at: int
    legs: list[_Standing] = field(default_factory=list)
    over: bool = False
    kind: str = ""
    to: Seat = ""
    note: bool = False
    how: str = ""

    def stand(self, owed: _Owed | None, at: int) -> None:
        """Stand on this debt from now on, held by its seat."""
        last = self.legs[-1] if self.legs and self.legs[-1].until < 0 else None
        if last is not None and owed is last.owed:
            if owed.seat != last.seats[-1][0]:
                self.at = max(self.at, at)
                last.seats.append((owed.seat, self.at))
            return
        if last is None and owed is None:
            return
        self.at = max(self.at, at)
        if last is not None:
            last.until = self.at
        if owed is not None:
            self.legs.append(_Standing(owed, self.at, [(owed.seat, self.at)]))


class _Walk:
    """The lines of a case as its events pass by."""

    def __init__(self) -> None:
        self.main = _Line(0, 0, over=True)
        self.sheets: dict[int, _Line] = {}
        self.owed: dict[int, _Owed] = {}
        self.closed = 0  # when the case was closed; 0 while it is not

    def take(self, event: Recorded) -> None:
        """One event more."""
        ended: list[tuple[_Line, str]] = []
        stage = ""
        for kind, data in event.effects:
            match kind:
                case "registered" if not data.get("ledger"):
                    self.main = _Line(data["registered"], data["registered"])
                case "opened":
                    names = ("id", "row", "act", "sheet", "seat", "since", "due", "first_due")
                    self.owed[data["id"]] = _Owed(**{name: data[name] for name in names})
                case "kept" | "void":
                    self.owed.pop(data["id"]).ended = max(data["at"], 0)
                case "lapsed":
                    self.owed[data["id"]].passed.append((data["seat"], event.at))
                case "moved":
                    self._move(data)
                case "sheet opened":
                    line = _Line(data["opened"], data["opened"], kind=data["kind"], to=data["to"])
                    line.note = bool(data["step"])
                    self.sheets[data["number"]] = line
                case "sheet ended":
                    ended.append((self.sheets[data["number"]], data["how"]))
                case "stage":
                    stage = data["is"]
                case "over":
                    stage = data["how"] or stage
                    self.main.over = bool(data["how"])
        for line, how in ended:
            line.over, line.how = True, how
        self._stand(event.at)
        if stage:
            self.closed = self._closing(stage)

    def _move(self, data: Mapping[str, Any]) -> None:
        owed = self.owed[data["id"]]
        owed.seat = data.get("seat", owed.seat)
        owed.due = data.get("due", owed.due)
        owed.first_due = data.get("first_due", owed.first_due)

    def _stand(self, at: int) -> None:
        standing = {owed.sheet: owed for owed in self.owed.values() if owed.on_line}
        for number, line in ((0, self.main), *self.sheets.items()):
            line.stand(standing.get(number), at)

    def _closing(self, stage: str) -> int:
        is_closed = stage in _CLOSED or stage not in STAGES
        return (self.closed or self.main.at) if is_closed else 0

    def course(self, policy: Policy, now: int) -> Course:
        """What has been walked, up to the closing or to `now`."""
        now = max(now, self.main.at, *(line.at for line in self.sheets.values()))
        until = self.closed or (now if self.main.legs else self.main.since)
        segments = tuple(leg for leg in self._legs(0, self.main, now, until) if leg.since < until)
        ways = tuple(self._way(number, line, now) for number, line in self.sheets.items())
        waits = tuple(_waits(segments, ways, policy))
        out = [(wait.since, wait.until) for wait in waits]
        own = tuple(replace(leg, charged=_without(leg.charged, out)) for leg in segments)
        return Course(self.main.since, until, bool(self.closed), own, ways, waits)

    def _way(self, number: int, line: _Line, now: int) -> Way:
        until = line.at if line.over else now
        legs = tuple(self._legs(number, line, now, until))
        return Way(number, line.kind, line.to, line.note, line.since, until, line.how, legs)

    def _legs(self, number: int, line: _Line, now: int, latest: int) -> Iterator[Leg]:
        for standing in line.legs:
            owed = standing.owed
            until = min(standing.until if standing.until >= 0 else now, latest)
            if standing.since > until:
                return
            ends = [*(at for _, at in standing.seats[1:]), until]
            held = tuple(
                Stretch(seat, at, min(end, until))
                for (seat, at), end in zip(standing.seats, ends, strict=True)
                if at <= until
            )
            late = (
                Stretch(c.seat, max(c.since, standing.since), min(c.until, until))
                for c in self._charges(owed, now)
            )
            yield Leg(
                number,
                owed.row.rpartition(".")[2],
                owed.act,
                held,
                standing.since,
                until,
                owed.first_due,
                tuple(c for c in late if c.seconds > 0),
            )

    @staticmethod
    def _charges(owed: _Owed, now: int) -> tuple[Stretch, ...]:
        passed = list(owed.passed)
        if not owed.ended and max(owed.due, owed.since) < now:
            passed.append((owed.seat, max(owed.due, owed.since)))  # nobody has caught up yet
        return charges(owed.since, passed, owed.ended or now)


def _waits(segments: Iterable[Leg], ways: Iterable[Way], policy: Policy) -> Iterator[Wait]:
    """While the main line waits, each second is the note's that comes back last of those out."""
    notes = sorted((way for way in ways if way.note), key=_returned)
    for segment in segments:
        row = policy.rows.get(f"steps.{segment.step}")
        if not isinstance(row, Step) or not any(
            NEEDS[need].state == "sheets returned" for need in row.needs
        ):
            continue
        bounds = {segment.since, segment.until}
        for way in notes:
            bounds |= {at for leg in way.legs for at in (leg.since, leg.until)}
        inside = sorted(at for at in bounds if segment.since <= at <= segment.until)
        for since, until in pairwise(inside):
            out = [way for way in notes if way.since <= since and until <= way.until]
            if out:
                leg = next(leg for leg in out[-1].legs if leg.since <= since and until <= leg.until)
                yield Wait(out[-1].number, leg.step, since, until)
