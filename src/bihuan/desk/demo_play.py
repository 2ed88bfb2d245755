"""The story of a demo: everybody's acts in the order of time, through the one door in the past."""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from math import gcd
from random import Random
from typing import Any

from bihuan.desk import setup, worlds
from bihuan.desk.adoption import sign_adoption
from bihuan.desk.demo_house import DAY, HOUR, Texts, since_midnight
from bihuan.desk.in_force import policies_in_force
from bihuan.desk.intake import register
from bihuan.desk.numbering import ledger_number
from bihuan.desk.perform import perform
from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine import manner
from bihuan.engine.case import Act, Case, Debt
from bihuan.engine.compensation import unpaid
from bihuan.engine.dues import latest_promise
from bihuan.engine.fields import Field
from bihuan.engine.forms import registration_form
from bihuan.engine.money import payable
from bihuan.engine.needs import NEEDS
from bihuan.engine.offering import Possible
from bihuan.engine.step import offered, wake_at
from bihuan.engine.work import Work
from bihuan.engine.world import World
from bihuan.records.models import ActReceipt, Person
from bihuan.records.models import Case as CaseRow

Json = Any
CUSTOMERS = 40  # telephone numbers; who calls again does so after as many others
SPAN = 100 * DAY  # how far back the story begins


@dataclass
class _Matter:
    """A case on its way: what is said in it, how quick its people are, and what goes wrong.

    `told` is what its customer says, `words` what anybody may say where nothing was told.
    """

    number: str
    random: Random
    words: dict[str, list[str]]
    told: dict[str, str] = field(default_factory=dict)
    place: int = 0
    slow: float = 0.5  # the part of its time an act takes; above 1: late
    stops: int = 1000  # after so many acts nobody does anything for days
    twist: str = ""  # what goes wrong, by the name the demo's file gives it
    acts: int = 0
    twists: int = 0  # how often the twist's own act was done
    ledger: bool = False


class Play:
    """Everybody's acts in the order of time, across all cases."""

    def __init__(self, texts: Texts, pack: str, since: int, now: int, count: int) -> None:
        self.count = count
        self.texts = texts
        self.pack = pack
        self.opens, self.shuts = (int(hour) for hour in texts["open"])
        self.cases = [entry for entry in texts["cases"] for _ in range(int(entry.get("weight", 1)))]
        self.since = since
        self.now = now
        self.turn = 0
        self.numbers: dict[int, str] = {}  # of the cases registered, by their place in the story
        self.kinds: dict[str, list[str]] = {}  # the same by their kind
        self.heap: list[tuple[int, int, _Matter]] = []
        policy = worlds.policy_of(policies_in_force(now)[pack].pk)
        self.asked = {
            question.name: question
            for asked in policy.questions.values()
            for question in asked
            if question.type != "text"
        }
        self.ids = dict(
            Person.objects.filter(user__isnull=False).values_list("user__username", "pk")
        )

    def run(self) -> None:
        """Register the cases and let their people act until the present."""
        if ActReceipt.objects.filter(act_id="demo:0").exists():
            return
        self._sign()
        for number in CaseRow.objects.filter(ledger=True).values_list("number", flat=True):
            random = Random(number)  # noqa: S311
            matter = _Matter(number, random, dict(self._common()), ledger=True)
            self._later(self.since + HOUR, matter)
        plan = Random(f"a hundred days of the {self.pack}")  # noqa: S311
        for place, at in enumerate(sorted(self._arrivals(plan))):
            self._later(at, self._matter(place, plan))
        while self.heap and self.heap[0][0] <= self.now:
            at, _, matter = heapq.heappop(self.heap)
            self._turn(matter, at)

    def _later(self, at: int, matter: _Matter) -> None:
        self.turn += 1
        heapq.heappush(self.heap, (at, self.turn, matter))

    def _arrivals(self, plan: Random) -> Iterator[int]:
        """More of them lately, so that every stage has some; in opening hours."""
        for place in range(self.count):
            if place < len(_JUST_NOW):
                yield self._last_open(self.now) - _JUST_NOW[place]
                continue
            recent = place % 5 < 2
            back = plan.uniform(0.1, 4) if recent else plan.uniform(4, SPAN / DAY - 2)
            at = self._open(self.now - int(back * DAY), plan)
            yield at if at < self.now - HOUR else at - DAY

    def _matter(self, place: int, plan: Random) -> _Matter:
        stride = next(step for step in _STRIDES if gcd(step, len(self.cases)) == 1)
        entry = self.cases[place * stride % len(self.cases)]
        random = Random(f"{place} {entry['content']}")  # noqa: S311
        told = {
            name: str(random.choice(said) if isinstance(said, list) else said)
            for name, said in entry.items()
            if name != "weight"
        }
        item, unit = told.pop("item", ""), told.get("at", "")
        blanks = {"item": item, "at": unit, "days": str(random.randint(2, 9))}
        blanks["times"] = str(random.randint(2, 4))
        for name, said in told.items():
            told[name] = _BLANK.sub(lambda found: blanks[found[1]], said)
        twists = self.texts["twists"]
        twist = plan.choices(list(twists), [int(each["weight"]) for each in twists.values()])[0]
        slow = plan.choices((0.3, 0.7, 1.3), (60, 32, 8))[0]
        stops = plan.choices((1000, random.randint(1, 8)), (92, 8))[0]
        return _Matter("", random, dict(self._common()), told, place, slow, stops, twist)

    def _common(self) -> Iterator[tuple[str, list[str]]]:
        for name, choices in self.texts["words"].items():
            yield name, [str(each) for each in choices]

    def _sign(self) -> None:
        """The policy is signed by three in its first week, so that it is no longer only adopted."""
        at = self.since + 5 * DAY
        version = policies_in_force(at)[self.pack]
        author, reviewer, approver = (self.ids[name] for name in self.texts["signs"])
        stored = load(ledger_number(version.code, version.number, ""))
        if stored is None:
            return
        world = worlds.ruling(stored.policy_id, at).world
        for debt in stored.case.debts.values():
            if debt.act == "approve_adoption":
                by = world.organisation.people(debt.seat)[0]
                sign_adoption(version.pk, by, author, reviewer, approver, version.hash, at)
                return

    # One turn: the next act of a case

    def _turn(self, matter: _Matter, at: int) -> None:
        if not matter.number:
            self._register(matter, at)
        elif not self._act(matter, at):
            stored = load(matter.number)
            if stored is not None and stored.case.is_open:
                self._later(at + (3 * HOUR if matter.ledger else DAY), matter)
            return
        stored = load(matter.number)
        if stored is None:
            return
        if matter.acts >= matter.stops:  # left lying, until somebody above sees to it
            matter.stops = 1000
            self._later(self._open(at + matter.random.randint(1, 3) * DAY, matter.random), matter)
            return
        world = worlds.ruling(stored.policy_id, at).world
        if (after := self._next(stored.case, matter, world, at)) is not None:
            self._later(after, matter)

    def _register(self, matter: _Matter, at: int) -> None:
        told, place = matter.told, matter.place
        customer = self.texts["customers"][place % len(self.texts["customers"])]
        policy = worlds.policy_of(policies_in_force(at)[self.pack].pk)
        kind = told.get("kind", next(iter(policy.kinds)))
        asked = [
            name
            for name, fact in policy.facts.items()
            if fact.concerns(kind) and (fact.asked == "registration" or not fact.asked)
        ]
        if "about" in asked:
            asked += ["about_unit", "about_person"]
        facts: dict[str, Json] = {"kind": kind, "channel": told["channel"]}
        for item in registration_form(policy).fields:
            if item.name in told and item.name in asked:
                facts[item.name] = self._said(told[item.name], item, at)
        facts |= {"name": customer, "phone": f"100{place % CUSTOMERS:08}"}
        if grown := self.kinds.get(policy.linked.get(kind, "")):
            facts["linked_to"] = grown[0]
        by = "customer" if told["channel"] == "web" else str(self.ids[self._registrar(matter)])
        unit = told.get("at", setup.ROOT)
        done = register(facts, by=by, unit=unit, now=at, act_id=f"demo:{place}")
        if done.refusal:
            raise AssertionError(done.refusal.say("en"))
        matter.number = done.number
        self.numbers[place] = done.number
        self.kinds.setdefault(kind, []).append(done.number)

    def _registrar(self, matter: _Matter) -> str:
        there = self.texts.get("registrars", {}).get(matter.told.get("at"))
        return matter.told.get("registrar") or str(there or self.texts["registrar"])

    def _open(self, at: int, random: Random) -> int:
        """The instant, or a little after the next opening where it lies in the night."""
        local = since_midnight(at)
        if local < self.opens * HOUR:
            return at - local + self.opens * HOUR + random.randint(2, 40) * 60
        if local >= self.shuts * HOUR:
            return at - local + (24 + self.opens) * HOUR + random.randint(2, 40) * 60
        return at

    def _last_open(self, at: int) -> int:
        """The instant, or the closing before it where it lies in the night."""
        local = since_midnight(at)
        if local < self.opens * HOUR:
            return at - local - (24 - self.shuts) * HOUR
        return min(at, at - local + self.shuts * HOUR)

    def _next(self, case: Case, matter: _Matter, world: World, at: int) -> int | None:
        """When this case's people act next: within the time of what is nearest due, in opening hours."""
        if not case.is_open:
            return None
        wake = wake_at(case, world)
        owed = [debt for debt in _by_due(case) if debt.seat.partition("@")[0] != "system"]
        if not owed:  # the rest happens by itself
            return max(wake, at) + 240 if case.ledger and wake else None
        left = owed[0].due - at
        # A customer is called again towards the end of its time, not five times a day.
        slow = max(matter.slow, 0.9) if owed[0].act == "contact" else matter.slow
        wait = int(max(left, 60) * slow * matter.random.uniform(0.4, 1.0))
        if left <= 0:  # late already
            wait = matter.random.randint(5, 30) * 60
        elif case.facts.get("answered_now") == "yes" and owed[0].act == "respond":
            wait = matter.random.randint(1, 4) * 60  # still on the telephone
        then = self._open(at + max(wait, 60), matter.random)
        if case.ledger and at < wake < then:  # another duty falls due before
            return wake + 240
        return then

    def _act(self, matter: _Matter, at: int) -> bool:
        """Do what is nearest due and can be done; False where there is nothing for anybody to do."""
        stored = load(matter.number)
        if stored is None:
            return False
        world = worlds.ruling(stored.policy_id, at).world
        if stored.case.ledger:
            sweep(at)
            stored = load(matter.number) or stored
        for name, sheet in self._wishes(stored.case, matter):
            for person in self._who(matter, stored.case, name, sheet, world):
                if self._try(matter, stored.case, name, sheet, person, world, at):
                    matter.acts += 1
                    return True
        return False

    def _wishes(self, case: Case, matter: _Matter) -> Iterator[tuple[str, int]]:
        acts = [debt.act for debt in case.debts.values()]
        if matter.twist in ("withdrawn", "declined") and matter.acts >= 2:
            yield ("withdraw" if matter.twist == "withdrawn" else "decline"), 0
        twist = self.texts["twists"].get(matter.twist, {})
        if twist.get("may") and twist["when"] in acts and matter.twists < int(twist["times"]):
            yield str(twist["may"]), 0
        for debt in _by_due(case):
            yield debt.act, debt.sheet

    def _who(
        self, matter: _Matter, case: Case, act: str, sheet: int, world: World
    ) -> Iterator[str]:
        if act == "withdraw":
            yield "customer"
        seats = [
            debt.seat
            for debt in _by_due(case)
            if (debt.act, debt.sheet) == (act, sheet) or act in _UNOWED
        ]
        for place in [*seats, case.owner]:
            if place and place.partition("@")[0] not in ("customer", "system"):
                yield from world.organisation.people(place)
        if not case.ledger:
            yield str(self.ids[self._registrar(matter)])

    def _try(
        self, matter: _Matter, case: Case, name: str, sheet: int, person: str, world: World, at: int
    ) -> bool:
        offer = offered(case, name, sheet, person, world, at)
        for outcome in self._outcomes(matter, case, offer) if offer.refusal is None else ():
            data = self._filled(matter, case, offer, outcome, person, world, at)
            act = Act(name, person, at, data, sheet)
            if perform(act, case_number=matter.number, now=at).accepted:
                matter.twists += name in _UNOWED
                return True
        return False

    # What is filled in

    def _filled(
        self,
        matter: _Matter,
        case: Case,
        offer: Possible,
        outcome: str,
        person: str,
        world: World,
        at: int,
    ) -> dict[str, Json]:
        data: dict[str, Json] = {}
        if outcome:
            data["outcome"] = outcome
        for item in offer.fields:
            wanted = item.name in matter.told and item.name not in case.facts
            wanted = wanted or item.name in self.asked
            if item.required or wanted or item.name in _WANTED:
                value = self._value(matter, case, offer, item, person, world, at)
                if value is not None:
                    data[item.name] = value
        for name in [name for name in data if _is_idle(name, data)]:
            del data[name]
        if outcome == "unreachable":
            data = {name: value for name, value in data.items() if name in ("outcome", "way")}
        if offer.outcomes and outcome != offer.outcomes[0].name:
            data.pop("accepted", None)
            items = (self.asked[name] for name in data if name in self.asked)
            if checked := next((each for each in items if each.fails), None):
                data[checked.name] = checked.fails[0]  # what it failed for
        if outcome == "unsatisfied" and "score" in data:
            data["score"] = matter.random.randint(1, 2)
        if offer.act == "confirm" and data.get("outcome") == "disputed":
            said = matter.told.get("disputed") or matter.random.choice(self.texts["disputed"])
            data["opinion"] = said
        if offer.act in ("withdraw", "decline"):
            data["reason"] = self.texts["withdrawn" if offer.act == "withdraw" else "declined"]
        return data

    def _outcomes(self, matter: _Matter, case: Case, offer: Possible) -> list[str]:
        """The outcomes to try, the one wanted first; the others where it cannot be, as goods may fail."""
        names = [outcome.name for outcome in offer.outcomes]
        twist = self.texts["twists"].get(matter.twist, {})
        wanted = twist.get("outcome", "")
        if twist.get("act") == offer.act and wanted in names:
            matter.twist = ""  # once
            return [wanted]
        if offer.act == "review_return" and case.goods.get("received"):
            return ["refused"]  # what came in once does not come in again
        return names[:2] or [""]

    def _value(
        self,
        matter: _Matter,
        case: Case,
        offer: Possible,
        item: Field,
        person: str,
        world: World,
        at: int,
    ) -> Json:
        act = offer.act
        latest = latest_promise(case, world, Work(case, world).facts(), at) or at + 30 * DAY
        match item.name:
            case "agreed_time":
                then = self._open(at + matter.random.randint(20, 50) * HOUR, matter.random)
                return min(_hour(then), latest)
            case "new_time":
                return min(_hour(max(case.agreed, at) + 8 * HOUR), latest)
            case "form" if item.kind == "choice":
                return "written" if case.facts.get("written") == "yes" else "phone"
            case "quantity":
                return case.facts.get("returned")
            case "accepted":
                left = case.goods.get("received", 0) - case.goods.get("accepted", 0)
                return left or None
            case "case":
                return self.numbers.get(matter.place - CUSTOMERS) or min(self.numbers.values())
            case "amount" if act == "refund":
                return payable(case)
            case "amount" if act == "compensate":
                return unpaid(Work(case, world))
            case "paid_on":
                return at
            case "handler":
                return world.organisation.names.get(person, person)
            case "date" if item.kind == "text":
                return manner.day(_wall(at), "zh")
            case "departed" | "arrived" if offer.sheet in case.sheets:
                opened = case.sheets[offer.sheet].opened
                part = (at - opened) // 5
                return manner.minute(_wall(opened + part * (1 if item.name == "departed" else 3)))
            case "other_body":
                return None
            case "told_result":
                return _result(case)
            case "disposition":
                return "restock" if case.goods.get("settled") else "customer"
        if item.kind in ("time", "count", "money") and item.name in case.facts:
            return case.facts[item.name]
        said = self._words(matter, case, act, item.name)
        if said is not None:
            return self._said(said, item, at)
        return self._by_kind(matter, case, item, person, at, world)

    def _words(self, matter: _Matter, case: Case, act: str, name: str) -> str | None:
        """What is said in a field: first what is meant for this act alone, then the case's own words."""
        ended = f"{name} {_result(case)}" if case.facts.get("kind") == "return" else ""
        for key in (f"{act}.{name}", ended, name):
            if found := matter.told.get(key):
                return found
            if choices := matter.words.get(key):  # by turns: nobody says the same twice running
                return choices[(matter.place + matter.acts) % len(choices)]
        return None

    def _said(self, said: str, item: Field, at: int) -> Json:
        """A word of the demo's file as a value of the field; a time is so many days before."""
        match item.kind:
            case "time":
                return _hour(at - DAY * int(said)) if said.lstrip("-").isdecimal() else None
            case "count" | "money" | "score":
                return int(said)
            case "person":
                return str(self.ids[said])
            case "file" | "case":
                return None
        return said

    def _by_kind(
        self, matter: _Matter, case: Case, item: Field, person: str, at: int, world: World
    ) -> Json:
        match item.kind:
            case "document":
                return _citable(world, at, case)
            case "signature":
                return world.organisation.names.get(person, person)
            case "choice":
                return item.choices[0][0] if item.choices else None
            case "yes/no":
                return "yes"
            case "time":
                return _hour(at + DAY)
            case "count" | "money" | "score":
                return matter.random.randint(3, 5)
            case "person":
                return person
            case "unit":
                return matter.told.get("at", setup.ROOT) if item.required else None
            case "file" | "case":
                return None
        return matter.words["result"][0]


_BLANK = re.compile(r"\{(item|at|days|times)\}")
# How many seconds before the present the newest came in; nobody has acted on the first of them.
_JUST_NOW = (30, 320, 790, 1530)
# By one of these the story walks over its matters, so that each has its turn.
_STRIDES = (7, 11, 13, 17, 1)
# What may be done and is owed by nobody: a twist wishes for it.
_UNOWED = frozenset({"postpone", "decline", "escalate", "promise", "refer"})
# Fields that need not be filled, and are.
_WANTED = frozenset({"opinion", "score", "quantity", "accepted"})
_RESULTS = {"refund": "refunded", "exchange": "exchanged", "repair": "repaired", "": "refused"}


def _result(case: Case) -> str | None:
    """How a return came out, as its customer is told."""
    return _RESULTS.get(str(case.facts.get("remedy")) if case.goods.get("settled") else "")


def _wall(at: int) -> datetime:
    """The wall clock of the demos."""
    return datetime.fromtimestamp(at, timezone(timedelta(hours=8)))


def _is_idle(name: str, data: dict[str, Json]) -> bool:
    """Whether a field is asked for only under another outcome or form of answer than this one."""
    needs = [need for need in NEEDS.values() if name in [item.name for item in need.fields]]
    conditions = [need.only for need in needs if need.only and need.only[0] in ("outcome", "form")]
    told = [only for only in conditions if only[0] in data]
    return bool(told) and all(data[fact] != value for fact, value in told)


def _citable(world: World, at: int, case: Case) -> str | None:
    """The document with which an answer can be given now."""
    found = world.library.citable(at, str(case.facts.get("category") or ""))
    return found[0].citation if found else None


def _by_due(case: Case) -> list[Debt]:
    return sorted(case.debts.values(), key=lambda debt: (debt.due, debt.id))


def _hour(at: int) -> int:
    return -(-at // HOUR) * HOUR
