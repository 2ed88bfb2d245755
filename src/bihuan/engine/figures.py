"""What is counted of a case: a few flat rows that its history leaves, the same after its personal data are erased.

An instant that has not come is 0, a length that is not over is None. Nothing here depends on when it
is read: what is late among the open is said by the measure, as of the instant it is taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from bihuan.engine.calendar import Calendar
from bihuan.engine.legs import Course, Leg, course_of
from bihuan.engine.organisation import post_of, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.words import STAGES

Json = Any
Clauses = Callable[[int, str, str], Sequence[str]]  # of a version, a row and a kind of case
TAKEN_UP = frozenset({"acknowledge", "confirm_return"})
VISITS = frozenset({"follow_up", "visit_shopper", "rate"})
_CLOSED = tuple(STAGES)[tuple(STAGES).index("closed") :]
_LONGEST = 120  # characters of a free text that figures are broken down by


class Told(Protocol):
    """What of an event is read here."""

    @property
    def kind(self) -> str:
        """The act's name."""

    @property
    def at(self) -> int:
        """When it happened."""

    @property
    def by(self) -> str:
        """Who did it."""

    @property
    def data(self) -> Mapping[str, Json]:
        """The act's form."""

    @property
    def effects(self) -> Sequence[tuple[str, dict[str, Json]]]:
        """What it changed."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case: what it is about, and when it came how far."""

    case: str
    policy: str
    intake: str  # the unit that received it
    unit: str  # the unit it is about, else the one that received it
    kind: str
    channel: str
    category: str
    severity: str
    caller: str
    about: str
    product: str
    batch: str
    reason: str
    part: str
    symptom: str
    stage: str
    ended: str  # closed, declined, withdrawn, merged; empty while it is open
    weekday: int  # of its registration, 1 is Monday
    hour: int
    received_at: int
    registered_at: int
    acknowledge_due: int
    acknowledged_at: int
    classified_at: int
    dispatched_at: int
    replied_at: int
    answer_due: int  # of the answer owed, else the time agreed with the customer; 0 before either
    answered_at: int
    closed_at: int
    outside_at: int  # first referred outside, or brought outside by the customer
    reopened: int  # how often
    postponed: int
    corrected: int  # how often its severity was corrected after it was classified
    repeats: int  # 1: an earlier case is linked as the one it repeats
    at_first: int  # 1: answered by who took it in, no note, never reopened
    returned: int  # items to be returned
    hand_over: int | None
    reply: int | None
    answer: int | None
    closing: int | None


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One obligation of a case or a ledger; those that became void are left out."""

    case: str
    policy: str
    number: int
    row: str
    act: str
    sheet: int
    post: str
    unit: str
    clause: tuple[str, ...]
    since_at: int
    due_at: int  # when it was first due: lateness is judged by it
    done_at: int


@dataclass(frozen=True, slots=True)
class LegRow:
    """One leg of a line that is over: how long it took, and how much of that somebody was late."""

    case: str
    policy: str
    sheet: int
    act: str
    post: str
    unit: str
    since_at: int
    until_at: int
    seconds: int
    late: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit that is over, or one rating by a customer; `score` is 0 where none was given."""

    case: str
    policy: str
    unit: str
    act: str
    outcome: str
    score: int
    at: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to a hotline; `answered_at` is 0 where nobody answered."""

    call: str
    policy: str
    unit: str
    queue: str
    rang_at: int
    answered_at: int
    ended_at: int
    waited: int | None  # until somebody answered


Row = CaseRow | OwedRow | LegRow | VisitRow | CallRow
TABLES: dict[str, type[Row]] = {
    "cases": CaseRow,
    "owed": OwedRow,
    "legs": LegRow,
    "visits": VisitRow,
    "calls": CallRow,
}


class Figures(NamedTuple):
    """The rows of one case; of a ledger there is no `case`."""

    case: CaseRow | None
    owed: tuple[OwedRow, ...]
    legs: tuple[LegRow, ...]
    visits: tuple[VisitRow, ...]


def figures_of(
    number: str,
    history: Iterable[Told],
    policy: Policy,
    calendar: Calendar,
    clauses: Clauses,
) -> Figures:
    """What the history of a case says so far. ``policy`` is the version it is under at its end."""
    events = tuple(history)
    walk = _Walk(number, policy.code, clauses)
    for event in events:
        walk.take(event)
    case = None if walk.ledger else walk.row(calendar)
    return Figures(case, tuple(walk.owed.values()), walk.legs(events, policy), tuple(walk.visits))


class _Walk:
    """One case as its events pass by."""

    def __init__(self, number: str, policy: str, clauses: Clauses) -> None:
        self.number, self.policy, self.clauses = number, policy, clauses
        self.ledger = False
        self.version = 0
        self.unit = self.registrar = self.stage = self.ended = ""
        self.facts: dict[str, Json] = {}
        self.severity = ""
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.closed_at = self.outside_at = self.agreed = 0
        self.reopened = self.postponed = self.corrected = 0
        self.links: dict[str, str] = {}
        self.owed: dict[int, OwedRow] = {}
        self.seats: dict[int, str] = {}
        self.notes: dict[int, bool] = {}  # notes of the main line, and whether each is still out
        self.answered_by = ""
        self.visits: list[VisitRow] = []

    def take(self, event: Told) -> None:
        """One event more."""
        for kind, data in event.effects:
            self._effect(event, kind, data)
        if event.kind == "rate" and isinstance(event.data.get("score"), int):
            self._visited(event, "rate", "rated")
        if event.kind in ("refer", "appeal_received") and not self.outside_at:
            self.outside_at = event.at
        self.reopened += event.kind == "reopen"
        self.postponed += event.kind == "postpone"
        if self.stage not in _CLOSED and not self.ended:
            self.closed_at = 0

    def _effect(self, event: Told, kind: str, data: dict[str, Json]) -> None:
        match kind:
            case "registered":
                self.ledger = bool(data.get("ledger"))
                self.version = data.get("version", 0)
                self.unit, self.registrar = data.get("unit", ""), data.get("registrar", "")
                self.first["registered"] = data["registered"]
                self.first["received"] = data["received"]
            case "version":
                self.version = data["is"]
            case "facts":
                self.facts.update(data)
            case "derived" if data["table"] == "severity":
                self._severity(event, data["answer"])
            case "severity":
                self.corrected += 1
                self.severity = data["is"]
            case "instant":
                self.first.setdefault(data["name"], data["at"])
                self.last[data["name"]] = data["at"]
                if data["name"] == "closed":
                    self.closed_at = data["at"]
            case "agreed":
                self.agreed = data["at"]
            case "stage":
                self.stage = data["is"]
            case "over":
                self._over(data["how"])
            case "linked":
                self.links[data["case"]] = data["as"]
            case "sheet opened" if data["step"]:
                self.notes[data["number"]] = True
            case "sheet ended" if data["number"] in self.notes:
                self.notes[data["number"]] = False
            case "opened":
                self._opened(data)
            case "moved":
                self._moved(data)
            case "kept":
                self._kept(event, data["id"])
            case "void":
                self.owed.pop(data["id"], None)

    def _severity(self, event: Told, answer: str) -> None:
        if event.kind == "correct" and "classified" in self.first and answer != self.severity:
            self.corrected += 1
        self.severity = answer

    def _over(self, how: str) -> None:
        if how != "purged":
            self.ended = how
            self.stage = how or self.stage

    def _opened(self, data: dict[str, Json]) -> None:
        seat = data["seat"]
        self.owed[data["id"]] = OwedRow(
            self.number, self.policy, data["id"], data["row"], data["act"], data["sheet"],
            post_of(seat), unit_of(seat),
            tuple(self.clauses(self.version, data["row"], str(self.facts.get("kind", "")))),
            data["since"], data["first_due"], 0,
        )  # fmt: skip

    def _moved(self, data: dict[str, Json]) -> None:
        row = self.owed[data["id"]]
        seat = data.get("seat")
        self.owed[data["id"]] = replace(
            row,
            post=post_of(seat) if seat else row.post,
            unit=unit_of(seat) if seat else row.unit,
            due_at=data.get("first_due", row.due_at),
        )

    def _kept(self, event: Told, number: int) -> None:
        row = self.owed[number] = replace(self.owed[number], done_at=event.at)
        if row.act in TAKEN_UP:
            self.first.setdefault("acknowledged", event.at)
        if row.act == "respond" and not row.sheet:
            self.answered_by = event.by
        if row.act in VISITS:
            outcome = str(event.data.get("outcome", ""))
            judged = next((data for kind, data in event.effects if kind == "judged"), None)
            self._visited(event, row.act, str(judged["outcome"]) if judged else outcome)

    def _visited(self, event: Told, act: str, outcome: str) -> None:
        score = event.data.get("score")
        unit = str(self.facts.get("about_unit") or self.unit)
        self.visits.append(
            VisitRow(
                self.number, self.policy, unit, act, outcome,
                score if isinstance(score, int) else 0, event.at,
            )
        )  # fmt: skip

    def row(self, calendar: Calendar) -> CaseRow:
        """The case as it stands."""
        first, last, facts = self.first, self.last, self.facts
        registered = first["registered"]
        day, clock = calendar.wall(registered)
        over = self.closed_at and (self.ended or "closed")
        answers = [o for o in self.owed.values() if o.act == "respond" and not o.sheet]
        taken = next((o for o in self.owed.values() if o.act in TAKEN_UP), None)
        replied = 0 if any(self.notes.values()) else last.get("replied", 0)
        dispatched, answered = first.get("dispatched", 0), last.get("answered", 0)
        alone = bool(answered) and self.answered_by == self.registrar and not self.notes
        returned = facts.get("returned")
        return CaseRow(
            case=self.number,
            policy=self.policy,
            intake=self.unit,
            unit=_said(facts, "about_unit") or self.unit,
            kind=_said(facts, "kind"),
            channel=_said(facts, "channel"),
            category=_said(facts, "category"),
            severity=self.severity,
            caller=_said(facts, "caller"),
            about=_said(facts, "about"),
            product=_said(facts, "product"),
            batch=_said(facts, "batch"),
            reason=_said(facts, "return_reason"),
            part=_said(facts, "part"),
            symptom=_said(facts, "symptom"),
            stage=self.stage,
            ended="closed" if over == "archived" else str(over or ""),
            weekday=day.isoweekday(),
            hour=int(clock[:2]),
            received_at=first["received"],
            registered_at=registered,
            acknowledge_due=taken.due_at if taken else 0,
            acknowledged_at=first.get("acknowledged", 0),
            classified_at=first.get("classified", 0),
            dispatched_at=dispatched,
            replied_at=replied,
            answer_due=answers[-1].due_at if answers else self.agreed,
            answered_at=answered,
            closed_at=self.closed_at,
            outside_at=self.outside_at or (registered if facts.get("kind") == "appeal" else 0),
            reopened=self.reopened,
            postponed=self.postponed,
            corrected=self.corrected,
            repeats=int("repeat" in self.links.values()),
            at_first=int(alone and not self.reopened),
            returned=returned if isinstance(returned, int) else 0,
            hand_over=_length(registered, dispatched),
            reply=_length(dispatched, replied),
            answer=_length(registered, answered),
            closing=_length(registered, self.closed_at),
        )

    def legs(self, events: Sequence[Told], policy: Policy) -> tuple[LegRow, ...]:
        """The legs that are over; none of them changes any more, whenever they are read."""
        course: Course = course_of(events, policy, 0)
        found = [leg for leg in course.segments if leg.until < course.until or course.closed]
        for way in course.ways:
            found += [leg for leg in way.legs if leg.until < way.until or way.how]
        return tuple(self._leg(leg) for leg in found)

    def _leg(self, leg: Leg) -> LegRow:
        seat = leg.held[-1].seat
        return LegRow(
            self.number, self.policy, leg.sheet, leg.act, post_of(seat), unit_of(seat), leg.since,
            leg.until, leg.seconds, leg.late,
        )  # fmt: skip


def _said(facts: Mapping[str, Json], name: str) -> str:
    """A fact that figures are broken down by; a value that was sealed or is none says nothing."""
    value = facts.get(name)
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""


def _length(since: int, until: int) -> int | None:
    return max(0, until - since) if since and until else None
