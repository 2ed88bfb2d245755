"""A fictional mall to look at: people, posts, and cases played through the one door at past instants."""

import heapq
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from random import Random
from typing import Any

from django.db import transaction

from bihuan.desk import ledgers, organisation, people, setup, worlds
from bihuan.desk.adoption import sign_adoption
from bihuan.desk.intake import register
from bihuan.desk.perform import load, perform
from bihuan.desk.policy_files import read_nodes
from bihuan.desk.sweep import sweep
from bihuan.engine.case import Act, Case, Debt
from bihuan.engine.nodes import plain
from bihuan.engine.offering import Possible
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import possible, wake_at
from bihuan.engine.words import Field, Text
from bihuan.engine.world import World
from bihuan.records.models import ActReceipt, Person
from bihuan.records.models import Case as CaseRow

Json = Any
PACK = "mall"
CASES = 140
DAY = 86400
SPAN = 100 * DAY  # how far back the story begins
HOUR = 3600
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo and how they sign in; the password is told now and never again."""

    username: str
    name: str
    post: Text
    password: str


@dataclass(slots=True)
class Made:
    """What the demo holds: `added` are the cases made now, `people` those who got a password now."""

    name: str
    since: int
    added: int = 0
    cases: int = 0
    people: list[DemoPerson] = field(default_factory=list)


def make(now: int) -> Made | Refusal:
    """Fill an empty database with the mall and its last hundred days; again, it adds nothing.

    Refused where there is an organisation of another name.
    """
    texts = _texts()
    name = str(texts["name"])
    site = organisation.site()
    if site.set_up_at is not None and site.organisation_name != name:
        return Refusal(
            "has-organisation",
            Text(
                f"此数据目录已有单位“{site.organisation_name}”；演示请用另一个 BIHUAN_HOME",
                f"this data folder holds the organisation '{site.organisation_name}'; give the demo "
                "another BIHUAN_HOME",
            ),
        )
    since = site.set_up_at or now - SPAN
    made = Made(name, since)
    before = CaseRow.objects.filter(ledger=False).count()
    with transaction.atomic():  # all of it or nothing, and one wait for the disk
        refusal = _staff(texts, made, since)
        if refusal:
            transaction.set_rollback(True)
            return refusal
        _Play(texts, since, now).run()
        sweep(now)
    made.cases = CaseRow.objects.filter(ledger=False).count()
    made.added = made.cases - before
    return made


def new_passwords(now: int) -> list[DemoPerson] | Refusal:
    """New passwords for everybody of the demo. Refused where there is no demo."""
    texts = _texts()
    if organisation.site().organisation_name != texts["name"]:
        return Refusal(
            "no-demo",
            Text(
                "这里没有演示商场；先运行 bihuan demo",
                "there is no demo here; run bihuan demo first",
            ),
        )
    found: list[DemoPerson] = []
    for username, words in texts["people"].items():
        person = Person.objects.filter(user__username=username, active=True).first()
        if person:
            password = _password()
            people.accept_invitation(people.invite(person.pk, now=now), password, now=now)
            found.append(DemoPerson(username, person.name, _post_text(words), password))
    return found


def _texts() -> dict[str, Any]:
    file = resources.files("bihuan") / "desk" / "demo_texts.yaml"
    node, findings = read_nodes(file.read_bytes())
    if node is None:
        raise AssertionError(findings)
    found: dict[str, Any] = plain(node)
    return found


def _password() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


# -- People ----------------------------------------------------------------------------------------


def _staff(texts: dict[str, Any], made: Made, at: int) -> Refusal | None:
    """The units, people and posts that are not there yet."""
    for username, words in texts["people"].items():
        if words.get("administrator") and not setup.is_set_up():
            password = _password()
            done = setup.set_up(
                setup.issue_token(at) or "",
                made.name,
                PACK,
                words["name"],
                username,
                password,
                now=at,
            )
            if isinstance(done, Refusal):
                return done
            made.people.append(DemoPerson(username, words["name"], _post_text(words), password))
    known = worlds.organisation(at).units
    for code, unit in texts["units"].items():
        if code not in known:
            organisation.add_unit(code, unit["name"], unit["kind"], unit["parent"], at=at, now=at)
    for username, words in texts["people"].items():
        person = Person.objects.filter(user__username=username).first()
        if person is None:
            created = people.create_person(words["name"], username=username, now=at)
            if isinstance(created, Refusal):
                return created
            person, token = created
            password = _password()
            people.accept_invitation(token, password, now=at)
            made.people.append(DemoPerson(username, person.name, _post_text(words), password))
        if "post" in words:
            held = organisation.hold(person.pk, words["post"], words.get("unit", ""), at=at, now=at)
            if isinstance(held, Refusal):
                return held
    ledgers.ensure_ledgers(at)
    return None


def _post_text(words: dict[str, Any]) -> Text:
    for policy in organisation.adopted_policies():
        post = policy.posts.get(words.get("post", ""))
        if post:
            return post.text
    return Text("管理员", "Administrator")


# -- The play --------------------------------------------------------------------------------------


@dataclass
class _Matter:
    """A case on its way: what is said in it, how quick its people are, and what goes wrong."""

    number: str
    random: Random
    words: dict[str, str]
    slow: float = 0.5  # the part of its time an act takes; above 1: late
    stops: int = 1000  # after so many acts nobody does anything
    twist: str = ""  # disputed, unhappy, postponed, returned, refused, withdrawn, declined
    acts: int = 0
    ledger: bool = False


class _Play:
    """Everybody's acts in the order of time, across all cases."""

    def __init__(self, texts: dict[str, Any], since: int, now: int) -> None:
        self.texts = texts
        self.since = since
        self.now = now
        self.turn = 0
        self.heap: list[tuple[int, int, _Matter]] = []
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
            matter = _Matter(number, random, dict(self._common(random)), ledger=True)
            self._later(self.since + HOUR, matter)
        plan = Random("the mall's hundred days")  # noqa: S311
        for place, at in enumerate(sorted(self._arrivals(plan))):
            self._later(at, self._complaint(place, plan))
        while self.heap and self.heap[0][0] <= self.now:
            at, _, matter = heapq.heappop(self.heap)
            self._turn(matter, at)

    def _later(self, at: int, matter: _Matter) -> None:
        self.turn += 1
        heapq.heappush(self.heap, (at, self.turn, matter))

    def _arrivals(self, plan: Random) -> Iterator[int]:
        """More of them lately, so that every stage has some; in the mall's hours."""
        for place in range(CASES):
            if place < 4:
                yield self.now - plan.randint(3, 28) * 60
                continue
            recent = place % 5 < 2
            back = plan.uniform(0.1, 4) if recent else plan.uniform(4, SPAN / DAY - 2)
            at = _open_hours(self.now - int(back * DAY), plan)
            yield at if at < self.now - HOUR else at - DAY

    def _complaint(self, place: int, plan: Random) -> _Matter:
        entries = self.texts["complaints"]
        entry = entries[(place * 7) % len(entries)]
        random = Random(f"{place} {entry['content']}")  # noqa: S311
        item = random.choice(entry["item"])
        words = dict(self._common(random))
        words |= {key: str(value) for key, value in entry.items() if key != "item"}
        words["content"] = words["content"].replace("{item}", item)
        words["content"] = words["content"].replace("{days}", str(random.randint(2, 9)))
        words["place"] = str(place)
        twist = plan.choices(
            (
                "",
                "disputed",
                "unhappy",
                "postponed",
                "returned",
                "refused",
                "withdrawn",
                "declined",
            ),
            (60, 8, 5, 14, 6, 3, 3, 3),
        )[0]
        slow = plan.choices((0.3, 0.7, 1.3), (60, 32, 8))[0]
        stops = plan.choices((1000, random.randint(1, 8)), (92, 8))[0]
        return _Matter("", random, words, slow, stops, twist)

    def _common(self, random: Random) -> Iterator[tuple[str, str]]:
        for name, choices in self.texts["words"].items():
            if choices:
                yield name, random.choice(choices)

    def _sign(self) -> None:
        """The policy is signed by three in its first week, so that it is no longer only adopted."""
        from bihuan.desk import packs

        at = self.since + 5 * DAY
        version = packs.policies_in_force(at)[PACK]
        author, reviewer, approver = (self.ids[name] for name in ("bailu", "liqiu", "xiazhi"))
        sign_adoption(version.pk, str(approver), author, reviewer, approver, version.hash, at)

    # One turn: the next act of a case

    def _turn(self, matter: _Matter, at: int) -> None:
        if not matter.number:
            self._register(matter, at)
        elif not self._act(matter, at):
            if matter.ledger:
                self._later(at + 3 * HOUR, matter)
            return
        stored = load(matter.number)
        if stored is None or matter.acts >= matter.stops:
            return
        world = worlds.ruling(stored.policy_id, at).world
        if (after := self._next(stored.case, matter, world, at)) is not None:
            self._later(after, matter)

    def _register(self, matter: _Matter, at: int) -> None:
        words = matter.words
        place = int(words["place"])
        customer = self.texts["customers"][place % len(self.texts["customers"])]
        facts: dict[str, Json] = {
            name: words[name] for name in ("kind", "channel", "content", "demand") if name in words
        }
        facts |= {"name": customer, "phone": f"100{place % 40:08}"}
        by = "customer" if words["channel"] == "web" else str(self.ids["guyu"])
        done = register(facts, by=by, unit=setup.ROOT, now=at, act_id=f"demo:{place}")
        if done.refusal:
            raise AssertionError(done.refusal.say("en"))
        matter.number = done.number

    def _next(self, case: Case, matter: _Matter, world: World, at: int) -> int | None:
        """When this case's people act next: within the time of what is nearest due, in opening hours."""
        if not case.is_open:
            return None
        wake = wake_at(case, world)
        owed = [debt for debt in _by_due(case) if debt.seat.partition("@")[0] != "system"]
        if not owed:  # the rest happens by itself
            return max(wake, at) + 240 if case.ledger and wake else None
        left = max(owed[0].due - at, HOUR // 2)
        wait = int(left * matter.slow * matter.random.uniform(0.4, 1.0))
        then = _open_hours(at + max(wait, 240), matter.random)
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
            for person in self._who(stored.case, name, sheet, world):
                if self._try(matter, stored.case, name, sheet, person, world, at):
                    matter.acts += 1
                    return True
        return False

    def _wishes(self, case: Case, matter: _Matter) -> Iterator[tuple[str, int]]:
        acts = [debt.act for debt in case.debts.values()]
        if matter.twist in ("withdrawn", "declined") and matter.acts >= 2:
            yield ("withdraw" if matter.twist == "withdrawn" else "decline"), 0
        if matter.twist == "postponed" and "resolve" in acts and len(case.agreed_before) < 2:
            yield "postpone", 0
        for debt in _by_due(case):
            yield debt.act, debt.sheet

    def _who(self, case: Case, act: str, sheet: int, world: World) -> Iterator[str]:
        if act == "withdraw":
            yield "customer"
        seats = [
            debt.seat
            for debt in _by_due(case)
            if (debt.act, debt.sheet) == (act, sheet) or act in ("postpone", "decline")
        ]
        for place in [*seats, case.owner, "service_desk@"]:
            if place and place.partition("@")[0] not in ("customer", "system"):
                yield from world.organisation.people(place)

    def _try(
        self, matter: _Matter, case: Case, name: str, sheet: int, person: str, world: World, at: int
    ) -> bool:
        for offer in possible(case, person, world, at):
            if (offer.act, offer.sheet) == (name, sheet) and offer.refusal is None:
                data = self._filled(matter, case, offer, person, world, at)
                done = perform(
                    Act(name, person, at, data, sheet), case_number=matter.number, now=at
                )
                return done.accepted
        return False

    # What is filled in

    def _filled(
        self,
        matter: _Matter,
        case: Case,
        offer: Possible,
        person: str,
        world: World,
        at: int,
    ) -> dict[str, Json]:
        data: dict[str, Json] = {}
        for item in offer.fields:
            value = self._value(matter, case, offer.act, item, person, world, at)
            if value is not None and (item.required or item.name in _WANTED):
                data[item.name] = value
        if offer.outcomes:
            data["outcome"] = self._outcome(matter, offer)
        if offer.act == "confirm" and data.get("outcome") == "disputed":
            data["opinion"] = matter.random.choice(self.texts["disputed"])
        if offer.act in ("withdraw", "decline"):
            data["reason"] = self.texts["withdrawn" if offer.act == "withdraw" else "declined"]
        return data

    def _outcome(self, matter: _Matter, offer: Possible) -> str:
        names = [outcome.name for outcome in offer.outcomes]
        wanted = _TWISTS.get((matter.twist, offer.act), "")
        if wanted in names:
            matter.twist = ""  # once
            return wanted
        return names[0]

    def _value(
        self,
        matter: _Matter,
        case: Case,
        act: str,
        item: Field,
        person: str,
        world: World,
        at: int,
    ) -> Json:
        words = matter.words
        match item.name:
            case "agreed_time":
                return _hour(
                    _open_hours(at + int(matter.random.uniform(20, 50)) * HOUR, matter.random)
                )
            case "new_time":
                return _hour(case.agreed + 8 * HOUR)
            case "date" if item.kind == "time":
                return _hour(at + 2 * DAY)
            case "about_unit":
                return words.get("unit")
            case "about_person":
                return str(self.ids[words["person"]]) if "person" in words else None
            case "desk_can_solve":
                return "yes" if words.get("desk") == "yes" else "no"
            case "media_exposed":
                return "yes" if words.get("media") == "yes" else None
            case "injured":
                return "yes" if words.get("injured") == "yes" else None
            case "form":
                return "written" if case.facts.get("written") == "yes" else "phone"
            case "about" | "category" | "resolution" | "answer":
                return words.get(item.name)
            case "content" if act in ("classify", "correct"):
                return None
        return self._by_kind(matter, item, person, world, at)

    def _by_kind(self, matter: _Matter, item: Field, person: str, world: World, at: int) -> Json:
        match item.kind:
            case "signature":
                return world.organisation.names.get(person, person)
            case "choice":
                return item.choices[0][0] if item.choices else None
            case "yes/no":
                return "yes"
            case "time":
                return _hour(at + DAY)
            case "count" | "money":
                return matter.random.randint(3, 5)
            case "person":
                return person
            case "unit":
                return setup.ROOT
            case "file" | "case":
                return None
        return matter.words.get(item.name) or matter.words["result"]


# Fields that need not be filled, and are.
_WANTED = frozenset(
    {
        "about",
        "about_unit",
        "about_person",
        "category",
        "media_exposed",
        "injured",
        "opinion",
        "score",
    }
)
_TWISTS = {
    ("disputed", "confirm"): "disputed",
    ("unhappy", "follow_up"): "unsatisfied",
    ("returned", "check_reply"): "refused",
    ("refused", "issue"): "refused",
}


def _by_due(case: Case) -> list[Debt]:
    return sorted(case.debts.values(), key=lambda debt: (debt.due, debt.id))


def _hour(at: int) -> int:
    return -(-at // HOUR) * HOUR


def _open_hours(at: int, random: Random) -> int:
    """The instant, or a little after the mall's next opening where it lies in the night (10–22)."""
    local = (at + 8 * HOUR) % DAY
    if local < 10 * HOUR:
        return at - local + 10 * HOUR + random.randint(2, 40) * 60
    if local >= 22 * HOUR:
        return at - local + 34 * HOUR + random.randint(2, 40) * 60
    return at
