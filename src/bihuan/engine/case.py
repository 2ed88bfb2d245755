"""The state of one case: the fold of its history and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from bihuan.engine.organisation import Seat

Json = Any  # texts, whole numbers, lists and dicts of them
Effect = tuple[str, dict[str, Json]]
MESSAGE = "message"  # the fact, and the kind, by which the ledger of a message is known
KEEPING = ("keep.", "hold.")  # debts about the record itself; they do not make a case open


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do. `by` is a person's id, "customer" or "system".

    `at` is when it happened (instant), never after the `now` it is judged at; `sheet` is the number of
    the sheet it is done on, 0 for the case itself; `data` holds the form's fields by name.
    """

    name: str
    by: str
    at: int
    data: Mapping[str, Json] = field(default_factory=dict)
    sheet: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What an accepted act or a lapse left in the history. `kind` is the act's name, or lapsed, opened.

    `effects` say what changed, in order; folding them gives the state. `at` orders clocks: a lapse is
    dated when it was due.
    """

    kind: str
    at: int
    by: str
    seat: Seat
    sheet: int
    data: Mapping[str, Json]
    effects: tuple[Effect, ...]


class Late(NamedTuple):
    """A debt that was done after its due: `passed` are the seats that let a due pass, and when."""

    act: str
    since: int
    due: int
    done: int  # 0: not yet
    passed: tuple[tuple[Seat, int], ...]


@dataclass(slots=True)
class Debt:
    """An open obligation: `seat` owes `act` on the case or a sheet by `due`.

    `row` names the policy's element; `first_due` is what lateness is judged by; `rung` counts steps up;
    `was` are the seats it was owed by before; `item` tells apart several of one row; `passed` are the
    seats that let a due pass, and when.
    """

    id: int
    row: str
    act: str
    sheet: int
    seat: Seat
    since: int
    due: int
    first_due: int
    rung: int = 0
    lapses: int = 0
    provisional: bool = False
    was: tuple[Seat, ...] = ()
    item: str = ""
    given: bool = False  # handed to this seat by an act or a lapse; the table does not move it back
    passed: tuple[tuple[Seat, int], ...] = ()


@dataclass(slots=True)
class Sheet:
    """A paper on its way: whom it is addressed to, how far its own line is done, what was filled in."""

    number: int
    kind: str
    to: Seat
    opened: int
    step: str  # the step of the case that opened it; "" if a row of `owed` or `rhythm` did
    marks: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    data: dict[str, Json] = field(default_factory=dict)
    ended: str = ""  # "", done, void
    covering: str = ""
    missed: tuple[Late, ...] = ()  # what was done late on it


@dataclass(slots=True)
class Case:
    """One matter from registration to the archive, or a ledger: of an organisation's own duties, or of
    one message that reached it.

    Only `evolve` changes it. `debts` holds the open obligations by id; those that ended live in the
    history. `stage` is the stage of the current step; `ended` is set when the main line is over.
    """

    policy: str = ""
    version: int = 0
    unit: str = ""
    ledger: bool = False
    registered: int = 0
    received: int = 0
    registrar: str = ""
    facts: dict[str, Json] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    answered: tuple[str, ...] = ()  # rows of severity that a superior has answered by lowering it
    owner: Seat = ""
    owner_given: bool = False
    marks: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    command: tuple[Seat, ...] = ()  # the commander's seat, then those of the team
    agreed: int = 0  # the agreed feedback time; 0 = none
    agreed_before: tuple[int, ...] = ()
    debts: dict[int, Debt] = field(default_factory=dict)
    last_debt: int = 0
    lead: int = 0  # the note chosen to lead; 0 = the oldest that is out
    sheets: dict[int, Sheet] = field(default_factory=dict)
    waiting: dict[str, int] = field(
        default_factory=dict
    )  # rows of `owed` whose event came, and when
    attempts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # step → days
    instants: dict[str, int] = field(default_factory=dict)
    rhythm: dict[str, int] = field(default_factory=dict)  # row → last opening
    promises: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)  # number → what that case is to this one
    # steps still ahead → when one merged into this case would have owed them at the latest
    bounds: dict[str, int] = field(default_factory=dict)
    # received, accepted, settled (items), refunded, compensated (fen), here (1: the goods are with us)
    goods: dict[str, int] = field(default_factory=dict)
    cited: dict[str, str] = field(default_factory=dict)  # document and version → its hash
    # approvals: step → hash of what it is asked to approve, or approved; asking step → who did it last
    approvals: dict[str, str] = field(default_factory=dict)
    asked_by: dict[str, str] = field(default_factory=dict)
    # matters before outside bodies by number: body, their_number, until (0: not known), how it came out
    outside: dict[str, Json] = field(default_factory=dict)
    # acts that different people must do → who did them
    doers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pauses: tuple[tuple[int, int], ...] = ()
    paused: int = 0
    stage: str = ""
    ended: str = ""
    held: bool = False
    round: int = 0
    events: int = 0  # how many events were folded

    @property
    def is_message(self) -> bool:
        """Whether it is the ledger of one message: what is owed about it until it is judged."""
        return self.ledger and MESSAGE in self.facts

    @property
    def is_routine(self) -> bool:
        """Whether it is the ledger in which an organisation's own duties come again and again."""
        return self.ledger and MESSAGE not in self.facts

    @property
    def is_open(self) -> bool:
        """Whether the main line, a sheet, or a promise that outlasts the line still owes something."""
        return (
            self.is_routine
            or (not self.ledger and not self.ended)
            or any(not debt.row.startswith(KEEPING) for debt in self.debts.values())
            or any(not sheet.ended for sheet in self.sheets.values())
        )

    @property
    def next_due(self) -> int:
        """The nearest due instant of an open obligation; 0 where nothing is owed."""
        return min((debt.due for debt in self.debts.values()), default=0)

    @property
    def first_due(self) -> int:
        """When the earliest of what is still owed was first due, whoever it went to since; or 0."""
        return min((debt.first_due for debt in self.debts.values()), default=0)

    def copy(self) -> "Case":
        """A copy that can be changed without touching this one."""
        twin = Case(*_case_values(self))
        for name in _DICTS:
            setattr(twin, name, getattr(self, name).copy())
        twin.debts = {key: Debt(*_debt_values(debt)) for key, debt in self.debts.items()}
        twin.sheets = {key: _copy_sheet(sheet) for key, sheet in self.sheets.items()}
        return twin

    def to_json(self) -> dict[str, Json]:
        """The state as plain JSON values; fields that hold nothing are left out."""
        found: dict[str, Json] = {}
        for name in _NAMES:
            value = getattr(self, name)
            if name == "debts":
                value = [_record(debt) for debt in self.debts.values()]
            elif name == "sheets":
                value = [_record(sheet) for sheet in self.sheets.values()]
            if value:
                found[name] = value
        return found

    @classmethod
    def from_json(cls, found: Mapping[str, Json]) -> "Case":
        """The case that `to_json` wrote."""
        values = dict(found)
        for name in _TUPLES & found.keys():
            values[name] = tuple(found[name])
        values["debts"] = {item["id"]: _debt(item) for item in found.get("debts", ())}
        values["sheets"] = {item["number"]: _sheet(item) for item in found.get("sheets", ())}
        for name in _DICTS_OF_TUPLES & found.keys():
            values[name] = {key: tuple(value) for key, value in found[name].items()}
        if "pauses" in found:
            values["pauses"] = tuple((a, b) for a, b in found["pauses"])
        return cls(**values)


_NAMES = tuple(item.name for item in fields(Case))
_DICTS = (
    "facts",
    "derived",
    "marks",
    "since",
    "rounds",
    "waiting",
    "attempts",
    "instants",
    "rhythm",
    "promises",
    "links",
    "bounds",
    "goods",
    "cited",
    "approvals",
    "asked_by",
    "outside",
    "doers",
)
_DICTS_OF_TUPLES = frozenset({"attempts", "doers"})
_TUPLES = frozenset({"answered", "command", "agreed_before"})
_DEBT_NAMES = tuple(item.name for item in fields(Debt))
_SHEET_NAMES = tuple(item.name for item in fields(Sheet))
_case_values = attrgetter(*_NAMES)
_debt_values = attrgetter(*_DEBT_NAMES)
_sheet_values = attrgetter(*_SHEET_NAMES)
_ALWAYS = {
    "id",
    "row",
    "act",
    "sheet",
    "seat",
    "since",
    "due",
    "first_due",
    "number",
    "kind",
    "to",
    "opened",
    "step",
}


def _record(item: Debt | Sheet) -> dict[str, Json]:
    names = _DEBT_NAMES if isinstance(item, Debt) else _SHEET_NAMES
    return {name: value for name in names if (value := getattr(item, name)) or name in _ALWAYS}


def _debt(item: Mapping[str, Json]) -> Debt:
    debt = Debt(**item)
    if debt.was:
        debt.was = tuple(debt.was)
    if debt.passed:
        debt.passed = _passed(debt.passed)
    return debt


def _passed(found: Iterable[Iterable[Json]]) -> tuple[tuple[Seat, int], ...]:
    return tuple((seat, at) for seat, at in found)


def _sheet(item: Mapping[str, Json]) -> Sheet:
    sheet = Sheet(**item)
    sheet.missed = tuple(Late(*late[:4], _passed(late[4])) for late in sheet.missed)
    return sheet


def _copy_sheet(sheet: Sheet) -> Sheet:
    twin = Sheet(*_sheet_values(sheet))
    for name in ("marks", "since", "rounds", "data"):
        setattr(twin, name, getattr(sheet, name).copy())
    return twin


def evolve(case: Case | None, event: Event) -> Case:
    """The state after one more event; the case given is left as it was."""
    after = Case() if case is None else case.copy()
    for effect in event.effects:
        apply(after, effect)
    after.events += 1
    return after


def replay(history: Iterable[Event]) -> Case | None:
    """The state a whole history leads to."""
    case: Case | None = None
    for event in history:
        case = evolve(case, event)
    return case


def apply(case: Case, effect: Effect) -> None:
    """Carry one effect out on a case of one's own (a copy): the only place where state changes."""
    kind, data = effect
    _APPLY[kind](case, data)


def _registered(case: Case, data: dict[str, Json]) -> None:
    for name, value in data.items():
        setattr(case, name, dict(value) if isinstance(value, dict) else value)
    case.instants["registered"] = case.registered
    case.instants["taken up"] = case.registered
    case.instants["received"] = case.received


def _version(case: Case, data: dict[str, Json]) -> None:
    case.version = data["is"]


def _facts(case: Case, data: dict[str, Json]) -> None:
    case.facts.update(data)


def _derived(case: Case, data: dict[str, Json]) -> None:
    case.derived[data["table"]] = data["answer"]


def _owner(case: Case, data: dict[str, Json]) -> None:
    case.owner = data["seat"]
    case.owner_given = data["given"]


def _commanded(case: Case, data: dict[str, Json]) -> None:
    case.command = tuple(data["seats"])


def _opened(case: Case, data: dict[str, Json]) -> None:
    debt = _debt(data)
    case.debts[debt.id] = debt
    case.last_debt = max(case.last_debt, debt.id)


def _kept(case: Case, data: dict[str, Json]) -> None:
    debt = case.debts.pop(data["id"])
    sheet = case.sheets.get(debt.sheet)
    if sheet is not None and data["late"]:
        late = Late(debt.act, debt.since, debt.first_due, data["at"], debt.passed)
        sheet.missed = (*sheet.missed, late)


def _void(case: Case, data: dict[str, Json]) -> None:
    del case.debts[data["id"]]


def _moved(case: Case, data: dict[str, Json]) -> None:
    debt = case.debts[data["id"]]
    if "seat" in data and data["seat"] != debt.seat:
        if debt.seat not in debt.was:
            debt.was = (*debt.was, debt.seat)
        debt.seat = data["seat"]
    debt.due = data.get("due", debt.due)
    debt.first_due = data.get("first_due", debt.first_due)
    debt.rung = data.get("rung", debt.rung)
    debt.given = data.get("given", debt.given)
    debt.provisional = data.get("provisional", debt.provisional)


def _lapsed(case: Case, data: dict[str, Json]) -> None:
    debt = case.debts[data["id"]]
    debt.lapses += 1
    debt.passed = (*debt.passed, (data["seat"], data["at"]))


def _marked(case: Case, data: dict[str, Json]) -> None:
    line = case.sheets[data["sheet"]] if data.get("sheet") else case
    line.marks[data["step"]] = data["outcome"]
    if line is case:
        case.bounds.pop(data["step"], None)
    if "by" in data:
        case.asked_by[data["step"]] = data["by"]


def _unmarked(case: Case, data: dict[str, Json]) -> None:
    line = case.sheets[data["sheet"]] if data.get("sheet") else case
    for step in data["steps"]:
        line.marks.pop(step, None)
        line.since.pop(step, None)
        if line is case:
            case.bounds.pop(step, None)


def _since(case: Case, data: dict[str, Json]) -> None:
    line = case.sheets[data["sheet"]] if data.get("sheet") else case
    line.since[data["step"]] = data["at"]


def _counted(case: Case, data: dict[str, Json]) -> None:
    line = case.sheets[data["sheet"]] if data.get("sheet") else case
    line.rounds[data["what"]] = data["is"]


def _agreed(case: Case, data: dict[str, Json]) -> None:
    if case.agreed:
        case.agreed_before = (*case.agreed_before, case.agreed)
    case.agreed = data["at"]


def _sheet_opened(case: Case, data: dict[str, Json]) -> None:
    case.sheets[data["number"]] = Sheet(**{**data, "data": dict(data["data"])})


def _sheet_filled(case: Case, data: dict[str, Json]) -> None:
    case.sheets[data["number"]].data.update(data["data"])


def _sheet_ended(case: Case, data: dict[str, Json]) -> None:
    case.sheets[data["number"]].ended = data["how"]


def _lead(case: Case, data: dict[str, Json]) -> None:
    case.lead = data["number"]


def _waiting(case: Case, data: dict[str, Json]) -> None:
    case.waiting[data["row"]] = data["at"]


def _waited(case: Case, data: dict[str, Json]) -> None:
    case.waiting.pop(data["row"], None)


def _attempted(case: Case, data: dict[str, Json]) -> None:
    days = case.attempts.get(data["step"], ())
    if not data["day"]:
        case.attempts.pop(data["step"], None)  # done with: an item of a list leaves no trace
    elif data["day"] not in days:
        case.attempts[data["step"]] = (*days, data["day"])


def _instant(case: Case, data: dict[str, Json]) -> None:
    case.instants[data["name"]] = data["at"]


def _rhythm(case: Case, data: dict[str, Json]) -> None:
    case.rhythm[data["row"]] = data["at"]


def _promised(case: Case, data: dict[str, Json]) -> None:
    case.promises[str(len(case.promises) + 1)] = data["date"]


def _linked(case: Case, data: dict[str, Json]) -> None:
    if data["as"]:
        case.links[data["case"]] = data["as"]
    else:
        case.links.pop(data["case"], None)


def _bound(case: Case, data: dict[str, Json]) -> None:
    if data["due"]:
        case.bounds[data["step"]] = data["due"]
    else:
        case.bounds.pop(data["step"], None)


def _paused(case: Case, data: dict[str, Json]) -> None:
    if data["on"]:
        case.paused = data["at"]
    else:
        case.pauses = (*case.pauses, (case.paused, data["at"]))
        case.paused = 0


def _stage(case: Case, data: dict[str, Json]) -> None:
    case.stage = data["is"]


def _severity(case: Case, data: dict[str, Json]) -> None:
    case.answered = tuple(data["answered"])
    case.derived["severity"] = data["is"]


def _over(case: Case, data: dict[str, Json]) -> None:
    case.ended = data["how"]
    if data["how"]:
        case.stage = data["how"]


def _held(case: Case, data: dict[str, Json]) -> None:
    case.held = data["is"]


def _goods(case: Case, data: dict[str, Json]) -> None:
    case.goods.update(data)


def _cited(case: Case, data: dict[str, Json]) -> None:
    case.cited[f"{data['document']} {data['version']}"] = data["hash"]


def _did(case: Case, data: dict[str, Json]) -> None:
    doers = () if data.get("anew") else case.doers.get(data["act"], ())
    if data["by"] not in doers:
        case.doers[data["act"]] = (*doers, data["by"])


def _outside(case: Case, data: dict[str, Json]) -> None:
    case.outside[data["item"]] = {name: value for name, value in data.items() if name != "item"}


def _asked(case: Case, data: dict[str, Json]) -> None:
    case.approvals[data["step"]] = data["of"]


def _round(case: Case, data: dict[str, Json]) -> None:
    case.round = data["is"]
    case.agreed_before = (*case.agreed_before, case.agreed) if case.agreed else case.agreed_before
    case.agreed = 0
    case.attempts = {}


def _nothing(case: Case, data: dict[str, Json]) -> None:
    """Told, refused, followed, a void approval, how a sample or a visit came out: for readers, no change of state."""


_APPLY = {
    "registered": _registered,
    "version": _version,
    "facts": _facts,
    "derived": _derived,
    "owner": _owner,
    "commanded": _commanded,
    "opened": _opened,
    "kept": _kept,
    "void": _void,
    "moved": _moved,
    "lapsed": _lapsed,
    "marked": _marked,
    "unmarked": _unmarked,
    "since": _since,
    "counted": _counted,
    "agreed": _agreed,
    "sheet opened": _sheet_opened,
    "sheet filled": _sheet_filled,
    "sheet ended": _sheet_ended,
    "lead": _lead,
    "waiting": _waiting,
    "waited": _waited,
    "attempted": _attempted,
    "instant": _instant,
    "rhythm": _rhythm,
    "promised": _promised,
    "linked": _linked,
    "bound": _bound,
    "followed": _nothing,
    "paused": _paused,
    "stage": _stage,
    "severity": _severity,
    "over": _over,
    "held": _held,
    "round": _round,
    "goods": _goods,
    "did": _did,
    "cited": _cited,
    "asked": _asked,
    "approval void": _nothing,
    "outside": _outside,
    "told": _nothing,
    "sampled": _nothing,
    "judged": _nothing,
    "refused": _nothing,
}
