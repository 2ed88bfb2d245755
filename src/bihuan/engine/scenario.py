"""Scenarios: short dated stories in the words of a policy, played by the engine as it runs for real.

A scenario names its cast, the clauses it shows and its steps; each step is an act, or a look at the
case, and says what must be there then. Times are local wall times (2026-03-02 10:05).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from bihuan.engine.acts import ACTS, JOINING
from bihuan.engine.calendar import Calendar
from bihuan.engine.case import Act, Case, Debt, Event, Json, replay
from bihuan.engine.fields import RECURRENCE
from bihuan.engine.leading import lead_of
from bihuan.engine.library import Library
from bihuan.engine.links import command_of, members_of
from bihuan.engine.needs import NEEDS, SHEET_FIELDS
from bihuan.engine.organisation import Organisation, Unit, organisation_of, seat
from bihuan.engine.policy import Policy, Who
from bihuan.engine.refusal import Refusal
from bihuan.engine.rules import answering_row, facts_of
from bihuan.engine.scenario_figures import figures_told
from bihuan.engine.step import Decision, catch_up, decide
from bihuan.engine.together import (
    Peer,
    awaited,
    decide_appeal,
    decide_both,
    for_member,
    opened_by_appeal,
)
from bihuan.engine.words import Text
from bihuan.engine.world import World

# What a step may expect, in the order in which it is looked at.
EXPECTATIONS = (
    "refused", "stage", "ended", "owner", "severity", "owed", "not owed", "lapsed", "late", "told",
    "sheets", "facts", "agreed", "links", "members", "cited", "figures",
)  # fmt: skip
STEP_KEYS = ("at", "who", "act", "case", "on", "with", "away", "on duty", *EXPECTATIONS)
FIRST = "A"  # the name of the case of a step that names none; a name stands for the case's number
_WALL = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Cast:
    """The organisation a pack's scenarios play in: units, people by a short key, documents."""

    units: tuple[Unit, ...]
    people: Mapping[str, str]  # key → name, evidently made up
    posts: Mapping[str, tuple[str, ...]]  # seat → keys
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    library: Library = field(default_factory=Library)

    def organisation(
        self,
        away: frozenset[str] = frozenset(),
        on_duty: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Organisation:
        """The snapshot of an organisation that the cast is."""
        plain = organisation_of(self.units, self.posts)
        return Organisation(
            units=plain.units,
            holders=plain.holders,
            deputies=dict(self.deputies),
            away=away,
            names=dict(self.people),
            on_duty=on_duty or {},
        )


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """One step: `told` is the act's fields as written, `expected` what must be there afterwards."""

    number: int
    at: str
    who: str
    act: str
    on: str
    told: Mapping[str, object]
    expected: Mapping[str, object]
    away: tuple[str, ...] = ()
    on_duty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # seat → keys
    case: str = FIRST


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with a name that is a sentence, and the clauses it shows."""

    name: Text
    shows: tuple[str, ...]
    steps: tuple[ScenarioStep, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a scenario went another way than it says."""

    step: int
    at: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario came out. `touched` are the places in the policy whose rows took part."""

    scenario: Scenario
    failure: Failure | None
    touched: frozenset[str]

    @property
    def passed(self) -> bool:
        """Whether every step went as the scenario says."""
        return self.failure is None

    def say(self) -> str:
        """The failure with clause, step and what was there instead; empty where it passed."""
        if self.failure is None:
            return ""
        it = self.failure
        clauses = ", ".join(self.scenario.shows)
        return (
            f"{self.scenario.name.zh} ({clauses})\n"
            f"  step {it.step}, {it.at}\n  expected: {it.expected}\n  there was: {it.found}"
        )


class _OtherwiseError(Exception):
    """What was expected, and what was there."""


def play(scenario: Scenario, world: World, cast: Cast) -> Result:
    """Play a scenario to its end, or to the first step that goes another way than it says."""
    player = _Player(world, cast)
    for step in scenario.steps:
        try:
            player.play(step)
        except _OtherwiseError as otherwise:
            expected, found = otherwise.args
            failure = Failure(step.number, step.at, expected, found)
            return Result(scenario, failure, frozenset(player.touched))
    return Result(scenario, None, frozenset(player.touched))


def clauses_at(policy: Policy, places: frozenset[str]) -> frozenset[str]:
    """The clauses that the elements at these places carry out."""
    return frozenset(
        clause
        for _, element in policy.elements
        if element.place in places
        for clause in element.clauses
    )


@dataclass(slots=True)
class _Tale:
    """One of the cases a scenario is about, and everything that has happened to it."""

    case: Case | None = None
    events: tuple[Event, ...] = ()


class _Player:
    """The cases of one scenario: one or several, each with its history."""

    def __init__(self, world: World, cast: Cast) -> None:
        self.world = world
        self.cast = cast
        self.tales: dict[str, _Tale] = {}
        self.name = FIRST
        self.now = 0
        self.touched: set[str] = set()
        self.kinds = _kinds_of_fields(world.policy)

    @property
    def tale(self) -> _Tale:
        return self.tales.setdefault(self.name, _Tale())

    @property
    def case(self) -> Case | None:
        return self.tale.case

    @property
    def events(self) -> tuple[Event, ...]:
        return self.tale.events

    @property
    def calendar(self) -> Calendar:
        return self.world.calendars["usual"]

    def play(self, step: ScenarioStep) -> None:
        organisation = self.cast.organisation(frozenset(step.away), step.on_duty)
        self.world = replace(self.world, organisation=organisation)
        self.name = step.case
        now = self.now = self.instant(step.at)
        refused, code = "", str(step.expected.get("refused", ""))
        act = Act(step.act, step.who, now, self.data(step), int(step.on or 0))
        if step.act:
            decision = self.judge(act, now)
            if decision.refusal is not None:
                refused = decision.refusal.code
                self.touch_clauses(decision.refusal.clauses)
            if refused != code:
                found = decision.refusal.say("en") if decision.refusal else "it was done"
                raise _OtherwiseError(
                    f"refused with {code}" if code else f"{step.who} does {step.act}",
                    f"{refused}: {found}" if refused else found,
                )
        else:
            if self.case is None:
                raise _OtherwiseError("a case to look at", "nothing is registered yet")
            decision = catch_up(self.case, self.world, now)
        self.follow(step.who, decision)
        for name in EXPECTATIONS:
            if name == "members" and name in step.expected:
                self.apply_to_members(act, now, _mapping(step.expected[name]))
            elif name in step.expected and name != "refused":
                self.expect(name, step.expected[name], decision.events)

    def judge(self, act: Act, now: int) -> Decision:
        """What comes of an act on the case it is done on, and on the one it joins with it."""
        if act.name == "appeal_received" and self.case is not None:
            return self.appeal(act, now)
        other = self.tales.get(str(act.data.get("case", "")))
        if self.case is None or act.name not in JOINING or other is None or other.case is None:
            return decide(self.case, act, self.beside(self.case, now), now)
        name = str(act.data["case"])
        mine, theirs = decide_both(
            self.peer(self.name), self.peer(name), act, now, self.standing(act, name)
        )
        if theirs is not None:
            here, self.name = self.name, name
            self.follow(act.by, theirs)
            self.name = here
        return mine

    def appeal(self, act: Act, now: int) -> Decision:
        """An outside appeal: the case it opens is told under the name the step gives it."""
        assert self.case is not None
        name = str(act.data.get("case", ""))
        told = opened_by_appeal(act, self.case, self.world.policy)
        mine, theirs = decide_appeal(self.peer(self.name), name, self.world, act, told, now)
        if theirs is not None:
            here, self.name = self.name, name
            self.follow("system", theirs)
            self.name = here
        return mine

    def beside(self, case: Case | None, now: int) -> World:
        """The world with what a member's command case still owes."""
        command = command_of(case) if case else ""
        if command not in self.tales:
            return self.world
        return replace(self.world, awaits=awaited(self.peer(command), now))

    def peer(self, name: str) -> Peer:
        case = self.tales[name].case or Case()
        told = [str(case.facts.get(key, "")) for key in ("name", "contact")]
        return Peer(name, case, self.world, "/".join(told) if all(told) else "")

    def standing(self, act: Act, other: str) -> dict[str, int]:
        """How many people stand together in the command case, once an act has linked or unlinked one."""
        links = self.peer(self.name).case.links
        how = links.get(other) if act.name == "unlink" else act.data.get("as")
        if how not in ("member", "collective"):
            return {}
        command, member = (self.name, other) if how == "member" else (other, self.name)
        together = {command, *members_of(self.peer(command).case), member}
        together -= {member} if act.name == "unlink" else set()
        return {command: len({self.peer(name).person for name in together} - {""})}

    def apply_to_members(self, act: Act, now: int, wanted: Mapping[str, object]) -> None:
        """The act done on the members of the command case too, each judged for itself."""
        assert self.case is not None
        command, found = self.name, {}
        for number in members_of(self.case):
            self.name = number
            member = self.peer(number)
            done = for_member(act, member, now)
            if isinstance(done, Refusal):
                found[number] = done.code
                continue
            decision = decide(member.case, done, self.beside(member.case, now), now)
            self.follow(act.by, decision)
            found[number] = decision.refusal.code if decision.refusal else "done"
        self.name = command
        self.same("members", str(dict(wanted)), str(found))

    def follow(self, who: str, decision: Decision) -> None:
        """What was decided has happened to the case."""
        self.touch(who, decision.events)
        self.tale.events += decision.events
        if decision.case is not None:
            self.tale.case = decision.case
            self.laws(decision.case)

    def laws(self, case: Case) -> None:
        """What holds at every moment, whatever a scenario says."""
        if replay(self.events) != case:
            raise _OtherwiseError("the history replays to the case", "another state")
        if case.ledger or case.ended:
            return
        owing = [debt for debt in case.debts.values() if debt.row.startswith(("steps.", "floor."))]
        if len(owing) != 1 or not owing[0].due or not owing[0].seat:
            raise _OtherwiseError("one step owed by somebody by a known time", self.say_debts())

    # reading a step

    def instant(self, wall: str) -> int:
        """The instant of a local wall time as scenarios write it."""
        found = _WALL.fullmatch(wall)
        if not found:
            raise _OtherwiseError("a time like 2026-03-02 10:05", wall)
        hours, _, minutes = found[2].partition(":")
        return self.calendar.at(date.fromisoformat(found[1]), int(hours) * 60 + int(minutes))

    def data(self, step: ScenarioStep) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, value in step.told.items():
            kind = self.kinds.get(name, "text")
            if step.on and name in SHEET_FIELDS:
                kind = "text"
            if kind == "time":
                found[name] = self.instant(str(value))
            elif kind in ("count", "money", "score"):
                found[name] = int(str(value))
            elif kind == "people":
                found[name] = [str(who) for who in _listed(value)]
            else:
                found[name] = list(value) if isinstance(value, list | tuple) else str(value)
        return found

    # what took part

    def touch(self, who: str, events: tuple[Event, ...]) -> None:
        policy = self.world.policy
        for event in events:
            if event.kind in policy.may:
                self.touched.add(policy.may[event.kind].at.place)
            for kind, data in event.effects:
                self.touch_effect(kind, data)
            if event.kind == "register":
                self.touched |= {
                    f"what.kinds.{event.data.get('kind')}",
                    f"what.channels.{event.data.get('channel')}",
                    "what.registered_by" if who not in ("customer", "system") else "",
                    *(
                        f"guidance[{i}]"
                        for i, (at, _) in enumerate(policy.guidance)
                        if at == "register"
                    ),
                }
            else:
                hints = (i for i, (at, _) in enumerate(policy.guidance) if at == event.kind)
                self.touched |= {f"guidance[{i}]" for i in hints}
            if event.kind == "approve_adoption":
                self.touched.add("version")
            if event.kind == "lapsed":
                self.touched.add("usual")
        self.touch_tables(events)

    def touch_effect(self, kind: str, data: Mapping[str, Json]) -> None:
        policy = self.world.policy
        if kind == "opened":
            self.touch_row(str(data["row"]))
        elif kind == "facts":
            self.touched |= {f"what.facts.{name}" for name in data}
            for fact, place in (("category", "what.categories"), ("caller", "what.callers")):
                if fact in data:
                    self.touched.add(place)
        elif kind == "derived":
            self.touched.add(str(data["row"]))
        elif kind == "sheet opened":
            self.touched.add(policy.sheets[data["kind"]].at.place)
            for duty in policy.owed:
                if duty.opens == data["kind"] and not data["step"] and not data["covering"]:
                    self.touched.add(duty.at.place)
        elif kind == "cited":
            self.touched.add("library")
        elif kind == "rhythm":
            for periodic in policy.rhythm:
                if periodic.name == data["row"]:
                    self.touched.add(periodic.at.place)

    def touch_row(self, row: str) -> None:
        policy = self.world.policy
        section, _, rest = row.partition(".")
        form = ""
        if section == "steps" and (step := policy.step("", rest)) is not None:
            self.touched.add(step.at.place)
            form = step.form
        elif section == "sheets":
            kind, _, name = rest.partition(".")
            if (found := policy.step(kind, name)) is not None:
                self.touched.add(found.at.place)
                form = found.form
        elif section == "owed":
            for duty in policy.owed:
                if duty.name == rest:
                    self.touched.add(duty.at.place)
                    form = duty.form
        elif section == "keep":
            self.touched.add(policy.keep[int(rest)].at.place)
        elif section == "floor":
            self.touched.add("usual")
        if form:
            self.touched.add(f"forms.{form}")

    def touch_tables(self, events: tuple[Event, ...]) -> None:
        """The rows by which posts were found: for the owner, and for whom a sheet is addressed to."""
        if self.case is None and not events:
            return
        case = replay((*self.events, *events))
        if case is None or case.ledger:
            return
        kinds = {data["kind"] for e in events for kind, data in e.effects if kind == "sheet opened"}
        asked = {"owner"} if not case.owner_given else set()
        for name in kinds:
            to = self.world.policy.sheets[name].to
            if isinstance(to, Who) and to.kind == "table":
                asked.add(to.post)
        rows = {d["row"] for e in events for kind, d in e.effects if kind == "opened"}
        for debt_row in rows & set(self.world.policy.rows):
            owes = self.world.policy.rows[debt_row].owes
            if owes is not None and owes.kind == "table":
                asked.add(owes.post)
        facts, open_names = facts_of(case), list(asked & set(self.world.policy.tables))
        while open_names:
            table = self.world.policy.tables[open_names.pop()]
            row = answering_row(table, facts, lambda n: self.world.count(n, case))
            if row is not None:
                self.touched.add(row.at.place)
                if isinstance(row.then, Who) and row.then.kind == "table":
                    open_names.append(row.then.post)

    def touch_clauses(self, clauses: tuple[str, ...]) -> None:
        self.touched |= {
            element.place
            for what, element in self.world.policy.elements
            if what in ("step", "may", "owed") and element.clauses == clauses and clauses
        }

    # what must be there

    def expect(self, name: str, wanted: object, events: tuple[Event, ...]) -> None:
        case = self.case
        assert case is not None
        match name:
            case "stage":
                self.same(name, str(wanted), case.stage)
            case "ended":
                self.same(name, str(wanted), case.ended or "no")
            case "severity":
                self.same(name, str(wanted), case.derived.get("severity", ""))
            case "owner":
                self.holds_seat("owner", str(wanted), case.owner)
            case "agreed":
                self.same(name, str(wanted), self.wall(case.agreed))
            case "owed":
                for item in _listed(wanted):
                    self.is_owed(item)
            case "not owed":
                for act in _listed(wanted):
                    if any(debt.act == act for debt in case.debts.values()):
                        raise _OtherwiseError(f"{act} is owed by nobody", self.say_debts())
            case "lapsed":
                self.lapses(wanted, events)
            case "late":
                self.kept_late(wanted, events)
            case "told":
                for who in _listed(wanted):
                    told = [d["seat"] for e in events for k, d in e.effects if k == "told"]
                    if not any(self.is_held(str(who), place) for place in told):
                        raise _OtherwiseError(f"{who} is told", ", ".join(told) or "nobody is told")
            case "links":
                for key, value in _mapping(wanted).items():
                    self.same(f"link {key}", str(value), case.links.get(key, "no"))
            case "sheets":
                self.look_at_sheets(wanted)
            case "cited":
                shown = ", ".join(case.cited) or "nothing"
                for item in _listed(wanted):
                    if item not in case.cited:
                        raise _OtherwiseError(f"{item} is cited", f"cited: {shown}")
            case "figures":
                for report, figures in _mapping(wanted).items():
                    self.has_figures(report, _mapping(figures))
            case "facts":
                for key, value in _mapping(wanted).items():
                    self.same(f"fact {key}", str(value), str(case.facts.get(key, "unknown")))

    def has_figures(self, name: str, wanted: Mapping[str, object]) -> None:
        """What a report drawn up now says of all cases told so far."""
        report = self.world.policy.reports.get(name)
        if report is None:
            raise _OtherwiseError(f"a report {name}", "the policy has none of that name")
        self.touched |= {report.at.place, *(part.at.place for part in report.parts)}
        tales = [(key, tale.events) for key, tale in self.tales.items()]
        found = figures_told(self.world, name, tales, self.now)
        for figure, value in wanted.items():
            there = found.get(figure, "not in the report")
            for group, said in _mapping(value).items() if isinstance(value, Mapping) else ():
                groups = there if isinstance(there, Mapping) else {}
                self.same(f"{figure} {group}", str(said), str(groups.get(group, "none")))
            if not isinstance(value, Mapping):
                self.same(figure, str(value), str(there))

    def same(self, what: str, wanted: str, found: str) -> None:
        if wanted != found:
            raise _OtherwiseError(f"{what} {wanted}", f"{what} {found}")

    def holds_seat(self, what: str, person: str, place: str) -> None:
        if not self.is_held(person, place):
            raise _OtherwiseError(f"{what} {person}", f"{what} {place}")

    def is_held(self, person: str, place: str) -> bool:
        """Whether a seat is meant by somebody's key, by a seat, or by `system`."""
        if person in ("system", "customer"):
            return place == seat(person)
        if "@" in person:
            return person == place
        return person in self.world.organisation.people(place)

    def is_owed(self, item: object) -> None:
        assert self.case is not None
        wanted = _mapping(item)
        by = str(wanted.get("by", ""))
        for debt in self.case.debts.values():
            if (
                debt.act == wanted.get("act")
                and ("who" not in wanted or self.is_held(str(wanted["who"]), debt.seat))
                and (not by or self.instant(by) == debt.due)
                and ("on" not in wanted or str(wanted["on"]) == str(debt.sheet))
            ):
                return
        words = f"{wanted.get('who', 'somebody')} owes {wanted.get('act')}"
        raise _OtherwiseError(f"{words} by {by}" if by else words, self.say_debts())

    def lapses(self, wanted: object, events: tuple[Event, ...]) -> None:
        lapsed = [event for event in events if event.kind == "lapsed"]
        shown = [
            f"{e.data['act']} of {e.data['seat']} at {self.wall(e.data['due'])}" for e in lapsed
        ]
        for item in _listed(wanted):
            asked = _mapping(item)
            if not any(
                e.data["act"] == asked.get("act")
                and ("who" not in asked or self.is_held(str(asked["who"]), str(e.data["seat"])))
                and ("at" not in asked or self.instant(str(asked["at"])) == e.data["due"] == e.at)
                for e in lapsed
            ):
                words = f"{asked.get('act')} of {asked.get('who', 'somebody')} lapses"
                raise _OtherwiseError(
                    f"{words} at {asked.get('at', 'some time')}", "; ".join(shown) or "no lapse"
                )
        if not _listed(wanted) and lapsed:
            raise _OtherwiseError("no lapse", "; ".join(shown))

    def kept_late(self, wanted: object, events: tuple[Event, ...]) -> None:
        late = [e.kind for e in events for kind, d in e.effects if kind == "kept" and d.get("late")]
        for act in _listed(wanted):
            if act not in late:
                raise _OtherwiseError(f"{act} is kept late", ", ".join(late) or "nothing is late")

    def look_at_sheets(self, wanted: object) -> None:
        assert self.case is not None
        for number, look in _mapping(wanted).items():
            sheet = self.case.sheets.get(int(number))
            if sheet is None:
                raise _OtherwiseError(f"sheet {number}", f"{len(self.case.sheets)} sheets")
            for key, value in _mapping(look).items():
                what = f"{key} of sheet {number}"
                if key == "to":
                    self.holds_seat(what, str(value), sheet.to)
                elif key == "waits for":
                    owed = [d.act for d in self.case.debts.values() if d.sheet == int(number)]
                    self.same(what, str(value), ", ".join(owed) or "nothing")
                elif key == "leads":
                    leads = "yes" if lead_of(self.case) == int(number) else "no"
                    self.same(what, str(value), leads)
                elif key == "shares":
                    self.has_shares(what, _mapping(value), sheet.data.get("shares", {}))
                elif key == "evidence":
                    for item, told in zip(_listed(value), sheet.data["evidence"], strict=True):
                        self.is_evidence(what, _mapping(item), told)
                else:
                    self.same(what, str(value), str(getattr(sheet, key) or "no"))

    def has_shares(
        self, what: str, wanted: Mapping[str, object], shares: Mapping[str, int]
    ) -> None:
        """The shares of blame by who holds the seats, all of them."""
        found = {
            next((who for who in wanted if self.is_held(who, seat)), seat): str(share)
            for seat, share in shares.items()
        }
        same = {who: str(share) for who, share in wanted.items()}
        self.same(what, str(dict(sorted(same.items()))), str(dict(sorted(found.items()))))

    def is_evidence(self, what: str, wanted: Mapping[str, object], told: Mapping[str, Any]) -> None:
        """One missed obligation: the act, when it was due, when it was done, how many minutes late."""
        found = {
            "act": told["act"],
            "due": self.wall(told["due"]),
            "done": self.wall(told["done"]),
            "late": f"{told['late'] // 60} min",
        }
        for name, value in wanted.items():
            self.same(f"{name} of {what}", str(value), found[name])

    def wall(self, at: int) -> str:
        """An instant as scenarios write it."""
        if not at:
            return "none"
        day, clock = self.calendar.wall(at)
        if clock == "00:00":
            day, clock = day - timedelta(days=1), "24:00"
        return f"{day} {clock}"

    def say_debts(self) -> str:
        assert self.case is not None
        debts = sorted(self.case.debts.values(), key=lambda debt: debt.due)
        return "; ".join(self.say_debt(debt) for debt in debts) or "nothing is owed"

    def say_debt(self, debt: Debt) -> str:
        on = f" on sheet {debt.sheet}" if debt.sheet else ""
        return f"{debt.seat} owes {debt.act}{on} by {self.wall(debt.due)}"


def _kinds_of_fields(policy: Policy) -> dict[str, str]:
    """What kind of value each field of the acts, needs and facts takes, by its name."""
    kinds: dict[str, str] = {"received": "time"}
    fields = [item for act in ACTS.values() for item in act.fields]
    fields += [*(item for need in NEEDS.values() for item in need.fields), *RECURRENCE]
    for item in fields:
        kinds.setdefault(item.name, item.kind)
    for asked in policy.questions.values():
        kinds |= {question.name: question.type for question in asked}
    for fact in policy.facts.values():
        kinds[fact.name] = {"files": "file", "one of": "choice"}.get(fact.type, fact.type)
    return kinds


def _listed(value: object) -> tuple[object, ...]:
    if isinstance(value, list | tuple):
        return tuple(value)
    return (value,) if value not in (None, "", {}) else ()


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _OtherwiseError("keys and values", str(value))
    return value


def places_of(policy: Policy, clause: str) -> Iterator[str]:
    """The places of the elements that carry a clause out, in the order of the policy."""
    return (element.place for _, element in policy.elements if clause in element.clauses)
