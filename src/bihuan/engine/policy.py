"""A policy compiled: immutable values that run time, checker, replay and sentences all read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.engine.acts import ACTS, KEPT_APART, PAYING_APART
from bihuan.engine.clock import Span
from bihuan.engine.measure import Is
from bihuan.engine.rhythm import Rhythm
from bihuan.engine.words import COMPENSATION, NOTHING, Text

Value = Span | int | str  # a span; a count or an amount in fen; a time of day "18:00"


@dataclass(frozen=True, slots=True)
class Element:
    """What every element of a policy has: its place in the file and the clauses it carries out.

    `by_kind` says which of them it carries out in cases of some kinds only.
    """

    place: str = ""
    clauses: tuple[str, ...] = ()
    line: int = 0
    column: int = 0
    by_kind: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def cited(self, kind: str) -> tuple[str, ...]:
        """The clauses for a case of that kind: its own first, then those that hold in every kind."""
        if not self.by_kind:
            return self.clauses
        own = dict(self.by_kind)
        others = {clause for clauses in own.values() for clause in clauses}
        general = (clause for clause in self.clauses if clause not in others)
        return tuple(dict.fromkeys((*own.get(kind, ()), *general))) or self.clauses


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the policy: the source's word and our value, by the day it takes effect."""

    name: str
    values: tuple[tuple[str, Value], ...]  # (first day in force as ISO text, or "", value)
    written: str  # as the file says it
    word: str
    mark: str
    settled: Mapping[str, str] | None
    at: Element
    start: str = ""  # the instant it counts from, wherever a row names it; "" = as the row says

    def value(self, day: str = "") -> Value:
        """The value in force on ``day`` (ISO); without a day, the newest."""
        chosen = self.values[0][1]
        for since, value in self.values:
            if not day or since <= day:
                chosen = value
        return chosen


@dataclass(frozen=True, slots=True)
class Who:
    """An expression of posts; `kind` is one of the closed list in `WHO_KINDS`."""

    kind: str
    post: str = ""
    of: str = ""


# post: that post · owner · table: the post a table answers · superior: of about or owner ·
# post: that post · owner · table: the post a table answers · superior: of about or owner ·
# of: the post of a unit (about, sheet, category) · sheet: its addressee · nearest ·
# commander · registrar · customer · system
WHO_KINDS = (
    "post",
    "owner",
    "table",
    "superior",
    "of",
    "sheet",
    "nearest",
    "commander",
    "registrar",
    "customer",
    "system",
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the organisation; `up` is its superior, `of` the kind of unit that has one each."""

    name: str
    text: Text
    up: str
    of: str
    outside: bool
    recused_by: str
    own_only: bool
    at: Element


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in, and whether what comes by it is written (MALL-5.5)."""

    name: str
    text: Text
    written: bool
    addition: bool
    at: Element
    opened: bool = False  # somebody opens what comes by it: a letter, a box
    shows_first: bool = False  # the conditions of a return, before somebody applies (RET-2.1)


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed fact; unknown until somebody told, set or counted it."""

    name: str
    text: Text
    type: str  # yes/no, one of, text, count, money, files, time, place
    values: Mapping[str, Text]
    asked: str = ""  # registration, classify
    set_by: str = ""
    counted: str = ""  # the number of the period
    personal: bool = False
    at: Element = field(default_factory=Element)
    kinds: tuple[str, ...] = ()  # asked for only in cases of these kinds; empty = of all

    def concerns(self, kind: object) -> bool:
        """Whether the fact is asked for in cases of that kind."""
        return not self.kinds or kind in self.kinds

    counts: str = ""  # what is counted in the period, of COUNTS
    left_behind: bool = (
        False  # what an act of its own leaves: a score, how many somebody stands for
    )
    by_calendar: bool = False  # the arrival window `received` lies in; found at registration
    finds_customer: bool = False  # a plate, an order, a house: whoever told it is found again by it


# A test: (operator, operand). is: a tuple of values · at least / more than / at most / less than: a number.
Test = tuple[str, tuple[str, ...] | int]
Condition = tuple[tuple[str, Test], ...]  # all of these


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; the otherwise row has no condition."""

    when: Condition
    then: str | Who
    text: Text | None
    at: Element


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: the first row that fits answers. `answers`: post, number, level or sheet."""

    name: str
    answers: str
    rows: tuple[Row, ...]
    at: Element


@dataclass(frozen=True, slots=True)
class Timing:
    """When something is due: `within` from a start, or `by` an instant, `at latest` bounding what may be agreed."""

    within: str = ""  # a number, or a table that answers numbers
    start: str = ""  # "", or an instant of the case
    by: str = ""  # agreed time, promised date, month after, or a span text
    span: Span | None = None  # of `by`, where it is a span text
    at_latest: str = ""
    calendar: str = ""  # "" = usual


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an outcome, a spent budget or an allowed act leads to."""

    go_on: bool = False
    finish: bool = False
    void: bool = False
    stay: bool = False
    back_to: tuple[str, ...] = ()
    owner_up: bool = False
    at_most: str = ""  # a number
    then: "Consequence | None" = None
    hand_to: Who | None = None
    hand_up: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """What follows a miss; at least one of up, hand_to, remind, go_on, so that there is a next instant."""

    up: bool = False
    hand_to: Who | None = None
    remind: bool = False
    go_on: bool = False
    tell: tuple[Who, ...] = ()
    assess: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """When the good outcome of a judging step is open: under a condition, and within a time of a fact."""

    outcome: str  # the good outcome of the step's act
    when: Condition
    within: str = ""  # a number, or a table that answers numbers
    start: str = ""  # the fact of type time it runs from


@dataclass(frozen=True, slots=True)
class Effective:
    """When an action may be called effective: the rate of the problem has fallen by a share, over a time."""

    fallen: str  # a number that is a share
    over: str  # a number that is a time


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a main line: who owes which act by when, when it applies, what it needs and what follows."""

    name: str
    act: str
    owes: Who
    timing: Timing
    only: Condition
    unless: Condition  # `except`: skips the row where all of it is known to hold
    needs: tuple[str, ...]
    opens: str  # a sheet, or a table that answers sheets
    outcomes: Mapping[str, Consequence]
    missed: Missed | None
    tries: str
    form: str
    to: Who | None
    at: Element
    grant: Grant | None = None
    not_by: tuple[str, ...] = ()  # acts: whoever did one of them in the case does not do this one
    sample: str = ""  # a number: of a hundred closed cases so many are visited
    approves: tuple[str, ...] = ()  # the facts an approval stands for
    effective: Effective | None = None


@dataclass(frozen=True, slots=True)
class SheetKind:
    """Something that travels with a main line of its own."""

    name: str
    text: Text
    to: Who | None
    filled: tuple[str, ...]
    steps: tuple[Step, ...]
    inside: str  # the case's step that waits for it
    at: Element
    since: str = ""  # what that promise runs from: registered, or a step
    leaving: str = ""  # a number: the time to be left between its return and that step's due
    issued: str = ""  # a number: the time from registration within which it must be issued
    number: str = ""  # what its numbers begin with
    evidence: bool = False  # it carries what was late, and who answers for it

    def called(self, case_number: str, number: int) -> str:
        """The number people quote for the sheet of that number in a case: CL-TS20260302-0001-2."""
        return "-".join((*((self.number,) if self.number else ()), case_number, str(number)))


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of `owed`: opened by an event, or kept up while the case is in a stage."""

    name: str
    when: str  # an event, or ""
    during: str  # a stage, or ""
    only: Condition
    owes: Who | None
    act: str
    timing: Timing
    opens: str
    until: str  # stage at which it becomes void; "" = blocks closing
    for_each: str
    missed: Missed | None
    form: str
    to: Who | None
    at: Element
    tries: str = ""
    sample: str = ""  # a number: of a hundred lines of a list so many are owed


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form, asked as a field of the act where `only` holds.

    `against` is the answer, or for a score the number from which downward, that makes a satisfied
    visit an unsatisfied one; with an answer of `fails` the act cannot end well.
    """

    name: str
    text: Text
    type: str  # yes/no, one of, score, text
    values: Mapping[str, Text]
    required: bool
    against: str
    only: Condition
    fails: tuple[str, ...]
    at: Element


@dataclass(frozen=True, slots=True)
class Periodic:
    """A row of `rhythm`: what the organisation owes without any case."""

    name: str
    every: Rhythm
    written: str
    owes: Who | None
    act: str
    timing: Timing
    opens: str
    covering: str
    at: Element


@dataclass(frozen=True, slots=True)
class Allowed:
    """A row of `may`: an act nobody owes."""

    act: str
    who: tuple[Who, ...]
    needs: tuple[str, ...]
    at_most: str
    then: Consequence
    back_to: tuple[str, ...]
    opens: str
    to: tuple[str, ...]
    at: Element
    until: str = ""  # of a pause: the number that says how far ahead it may end
    covered: Duty | None = None  # of a pause: what somebody else owes meanwhile


@dataclass(frozen=True, slots=True)
class Always:
    """A promise of the author, proved on every path: after this outcome, one of these acts."""

    after: tuple[str, str]
    then: tuple[str, ...]
    at: Element


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure the policy wants: the time between two instants of a case, or a share of `MEASURED`."""

    text: Text
    start: str
    end: str
    counts: str
    at: Element


@dataclass(frozen=True, slots=True)
class ReportPart:
    """Some figures side by side, of all or broken down by something, of the cases that pass `only`."""

    figures: tuple[str, ...]  # names of engine.measures
    by: tuple[str, ...] = ()
    only: tuple[Is, ...] = ()
    at: Element = Element()
    text: Text = NOTHING  # its heading; without one it is called by what it is broken down by


@dataclass(frozen=True, slots=True)
class Report:
    """What a periodic report shows. `each`: a kind of unit, of which each gets a part of its own.

    `to` are the posts that are sent it: those of the unit a part is for, else those of the top.
    """

    name: str  # of the row of `rhythm` that opens or owes it
    text: Text
    parts: tuple[ReportPart, ...]
    each: str = ""
    to: tuple[str, ...] = ()
    at: Element = Element()


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form on paper: what it is called, and whether it records a case, a sheet or a visit."""

    text: Text
    of: str


@dataclass(frozen=True, slots=True)
class Keep:
    """A row of `keep`: what of `KEPT` is kept for how long (a number) after which instant."""

    what: tuple[str, ...]
    number: str
    after: str
    at: Element

    @property
    def covers_cases(self) -> bool:
        """Whether it says how long cases, or their sheets, are kept."""
        return "case records" in self.what or "sheets" in self.what


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that somebody accepted, and the words of its clause that this rests on."""

    finding: str  # its code, or code:place
    by: str
    because: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds unless a row says otherwise."""

    warn: int  # per cent of the time after which a due counts as near
    missed: Missed
    again: str  # number: the time after a step up
    at_top: str  # number: the time between reminders at the top
    floor: Who  # who holds what nobody else would
    longest_silence: str  # number: the floor's time
    at: Element


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One version of one policy, whole; equal to itself alone, so that what follows from it can be kept."""

    code: str
    title: Text
    prefix: str
    version: int
    in_force: str
    moves_cases: bool  # whether open cases move to this version when it takes over
    review_every: str
    kept_by: str
    calendars: Mapping[str, Mapping[str, object]]  # name → {zone, open, holidays}
    calendar_words: Mapping[str, Text]  # name → what readers call it
    usual: Usual
    clauses: Mapping[str, str]  # id → the source's wording
    numbers: Mapping[str, Number]
    posts: Mapping[str, Post]
    kinds: Mapping[str, Text]
    callers: Mapping[str, Text]
    channels: Mapping[str, Channel]
    categories: Mapping[str, Text]
    facts: Mapping[str, Fact]
    registered_by_staff: bool
    tables: Mapping[str, Table]  # in the order of their dependence
    levels: tuple[str, ...]  # of severity, lowest first
    steps: tuple[Step, ...]
    sheets: Mapping[str, SheetKind]
    owed: tuple[Duty, ...]
    rhythm: tuple[Periodic, ...]
    may: Mapping[str, Allowed]
    always: tuple[Always, ...]
    forms: Mapping[str, PrintedForm]
    guidance: tuple[tuple[str, Text], ...]  # (where, words)
    keep: tuple[Keep, ...]
    settled: tuple[Settled, ...]
    not_executable: Mapping[str, str]
    elements: tuple[tuple[str, Element], ...]  # everything that cites a clause: (what it is, where)
    never_the_same: tuple[tuple[str, ...], ...] = ()
    number_uses: frozenset[str] = frozenset()
    linked: Mapping[str, str] = field(default_factory=dict)  # kind → the kind it grew from
    measures: tuple["Measure", ...] = ()
    reports: Mapping[str, Report] = field(default_factory=dict)
    trades: tuple[str, ...] = ()  # whose laws the checker compares with, beside those for everybody
    questions: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)  # by form
    library: str = ""  # the post that keeps the documents
    # fact → value → the words a customer says of it, in small letters: what is suggested on registering
    spoken: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    # the stage of each step: its act's, or that of the step before; made on construction
    stages: Mapping[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)
    # act → the acts that who did it may not do in the same case; made on construction
    apart: Mapping[str, frozenset[str]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    # act → the acts that who did it should leave it to others, by `not_by`; made on construction
    avoided: Mapping[str, frozenset[str]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    # the rows owed while a case is in a stage; how far a time agreed may lie, and on which calendar
    during: tuple["Duty", ...] = field(default=(), init=False, compare=False, repr=False)
    agreed: tuple[tuple[str, str], ...] = field(default=(), init=False, compare=False, repr=False)
    # what debts name: every step, duty and periodic duty by section and name; made on construction
    rows: Mapping[str, "Step | Duty | Periodic"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        rows: dict[str, Step | Duty | Periodic] = {f"steps.{row.name}": row for row in self.steps}
        for kind, sheet in self.sheets.items():
            rows |= {f"sheets.{kind}.{row.name}": row for row in sheet.steps}
        rows |= {f"owed.{row.name}": row for row in self.owed}
        rows |= {f"rhythm.{row.name}": row for row in self.rhythm}
        rows |= {
            f"pause.{row.covered.act}": row.covered for row in self.may.values() if row.covered
        }
        object.__setattr__(self, "rows", rows)
        stages: dict[str, str] = {}
        stage = "registered"
        for step in self.steps:
            word = ACTS.get(step.act)  # a file with errors may name an act there is not
            stage = word.stage if word and word.stage else stage
            stages[step.name] = stage
        object.__setattr__(self, "stages", stages)
        agreed = [step.timing for step in self.steps if step.timing.by == "agreed time"]
        bounds = dict.fromkeys((timing.at_latest, timing.calendar or "usual") for timing in agreed)
        object.__setattr__(self, "agreed", tuple(bounds))
        object.__setattr__(self, "during", tuple(duty for duty in self.owed if duty.during))
        object.__setattr__(self, "apart", self._apart())
        avoided: dict[str, frozenset[str]] = {}
        for step in self.steps:
            if step.not_by:
                avoided[step.act] = avoided.get(step.act, frozenset()) | set(step.not_by)
        object.__setattr__(self, "avoided", avoided)

    def _apart(self) -> dict[str, frozenset[str]]:
        """What the engine keeps apart, and the acts of the posts that the policy keeps apart."""
        found = {act: KEPT_APART - {act} for act in KEPT_APART}
        for posts in self.never_the_same:
            owed = {
                post: frozenset(step.act for step in self.steps if step.owes.post == post)
                for post in posts
            }
            for post in posts:
                others = frozenset().union(*(owed[other] for other in posts if other != post))
                for act in owed[post]:
                    found[act] = found.get(act, frozenset()) | (others - {act})
        if "compensate" in {*self.may, *(step.act for step in self.steps)}:
            for act, barred in PAYING_APART.items():
                found[act] = found.get(act, frozenset()) | barred
        return found

    def question(self, name: str) -> Question | None:
        """The question of that name, of whatever form asks it."""
        every = (question for asked in self.questions.values() for question in asked)
        return next((question for question in every if question.name == name), None)

    def is_counted(self, name: str) -> bool:
        """Whether a fact is counted by the system, so that nobody tells it."""
        fact = self.facts.get(name)
        return fact is not None and bool(fact.counted)

    @property
    def proposed(self) -> tuple[str, ...]:
        """The facts of a proposal of compensation: what its approvals stand for."""
        rows = (step.approves for step in self.steps if COMPENSATION in step.approves)
        return tuple(dict.fromkeys(name for row in rows for name in row))

    def steps_of(self, sheet: str) -> tuple[Step, ...]:
        """The main line of a sheet kind, or of the case itself for the empty name."""
        return self.sheets[sheet].steps if sheet else self.steps

    def step(self, sheet: str, name: str) -> Step | None:
        """The step of that name, or None."""
        return next((step for step in self.steps_of(sheet) if step.name == name), None)
