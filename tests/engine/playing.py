"""A player of random acts: mostly sensible, sometimes wrong in every way a caller can be wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Act, Case, Event, Json
from bihuan.engine.fields import Field
from bihuan.engine.invariants import Broken, broken, broken_between
from bihuan.engine.organisation import Seat
from bihuan.engine.preventing import BROUGHT, JUDGES
from bihuan.engine.refusal import Refusal
from bihuan.engine.slots import Slot, find_slot, form_for, seats_for
from bihuan.engine.step import Decision, catch_up, decide
from bihuan.engine.work import Work
from bihuan.engine.world import World

MINUTE, HOUR, DAY = 60, 3600, 86400
GARBAGE: tuple[Json, ...] = (
    None, "", " ", "?", 0, -1, 7, 2**60, True, False, 1.5, [], ["a"], [1], {}, {"a": 1}, "yes", "x\0y", "甲" * 9,
)  # fmt: skip
WRITTEN = {"form": "written", "company_name": "yes"}
WORDS = ("大衣开线", "态度生硬", "已致电说明", "退一赔三", "同意", "照办")
PAUSES = (MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY, 6 * DAY, 20 * DAY)


def people_of(world: World) -> tuple[str, ...]:
    """Everybody there is, a stranger, the administrator, the customer and the system."""
    return (*world.organisation.names, "stranger", "administrator", "customer", "system")


def pause(dice: Random) -> int:
    """Seconds until something happens again: often short, sometimes weeks."""
    return dice.choices(PAUSES, (8, 8, 12, 8, 6, 3, 1, 0.3))[0] * dice.randint(1, 2) + dice.randint(
        0, 59
    )


def registration(dice: Random, world: World, at: int) -> Act:
    """A sensible registration by somebody who may."""
    policy, organisation = world.policy, world.organisation
    data: dict[str, Json] = {
        "kind": dice.choice(list(policy.kinds)),
        "channel": dice.choice(list(policy.channels)),
        "unit": next(iter(organisation.units)),
    }
    for name, fact in policy.facts.items():
        if fact.asked == "registration" and dice.random() < 0.8:
            data[name] = dice.choice(list(fact.values)) if fact.values else dice.choice(WORDS)
        if fact.counted and dice.random() < 0.5:
            data[name] = dice.randint(1, 4)
    data |= about(dice, world)
    return Act("register", dice.choice(("system", "customer")), at, data)


def about(dice: Random, world: World) -> dict[str, Json]:
    """Whom it concerns, where that is known; never who stands in for the top."""
    told: dict[str, Json] = {}
    if dice.random() < 0.5:
        told["about_unit"] = dice.choice(list(world.organisation.units)[1:])
    if dice.random() < 0.3:
        told["about_person"] = dice.choice(subjects(world))
    return told


def subjects(world: World) -> tuple[str, ...]:
    """Whom a complaint may be about so that somebody clean is left."""
    top = {world.policy.posts[name].recused_by for name in world.policy.posts}
    clean = {
        person
        for place, held in world.organisation.holders.items()
        if place.partition("@")[0] in top
        for person in held
    }
    return tuple(person for person in world.organisation.names if person not in clean)


def random_act(dice: Random, case: Case, world: World, now: int) -> Act:
    """The next act: what is owed, what is allowed, the engine's own, or nonsense."""
    work = Work(case, world)
    choice = dice.random()
    if choice < 0.7 and case.debts:
        debt = dice.choice(list(case.debts.values()))
        name, sheet = debt.act, debt.sheet
    elif choice < 0.82 and world.policy.may:
        name, sheet = seldom_over(dice, list(world.policy.may)), 0
    elif choice < 0.92:
        name, sheet = seldom_over(dice, [name for name, word in ACTS.items() if word.engine]), 0
    else:
        return nonsense(dice, case, world, now)
    slot = find_slot(work, name, sheet)
    if isinstance(slot, Refusal):
        return Act(name, dice.choice(people_of(world)), now, {}, sheet)
    by = actor(dice, work, slot, world)
    data = sensible(dice, work, slot, now)
    if dice.random() < 0.07:
        data = spoilt(dice, data)
    return Act(name, by, moment(dice, case, now), data, sheet)


def seldom_over(dice: Random, names: list[str]) -> str:
    """One of these acts; seldom one that ends the case."""
    return dice.choices(
        names, [1 if name in ("withdraw", "decline", "merge") else 8 for name in names]
    )[0]


def actor(dice: Random, work: Work, slot: Slot, world: World) -> str:
    """Mostly somebody who may; sometimes anybody."""
    seats: tuple[Seat, ...] = seats_for(work, slot)
    if dice.random() < 0.12 or not seats:
        return dice.choice(people_of(world))
    seat = dice.choice(seats)
    if seat == "system@":
        return "system"
    if seat == "customer@":
        return "customer"
    return dice.choice(world.organisation.people(seat))


def moment(dice: Random, case: Case, now: int) -> int:
    """When it happened: now, sometimes earlier, rarely in the future or before the registration."""
    chance = dice.random()
    if chance < 0.88:
        return now
    if chance < 0.98:
        return max(case.registered, now - dice.randint(1, 4 * DAY))
    return now + dice.choice((1, DAY)) if chance < 0.99 else case.registered - 1


def sensible(dice: Random, work: Work, slot: Slot, now: int) -> dict[str, Json]:
    """Data that fits the form of the act, as far as its fields say."""
    form = form_for(work, slot)
    data: dict[str, Json] = {}
    for item in form.fields:
        if item.required or dice.random() < 0.3:
            data[item.name] = value(dice, item, work.world, now)
    if form.outcomes:
        weights = [6, *(1 for _ in form.outcomes[1:])]
        data["outcome"] = dice.choices([outcome.name for outcome in form.outcomes], weights)[0]
    data |= {name: "yes" for name in ("consent", "outside_path", "company_name") if name in data}
    if "told_by" in data:
        data["told_by"] = "same channel"
    if slot.act == JUDGES:
        data |= {name: dice.randint(0, 4) for name in sorted(BROUGHT)}
    if data.get("actions"):
        who = dice.choice(sorted(work.world.organisation.names))
        data["actions"] = f"换货\n培训；{who}；{work.day(now + 3 * DAY)}"
    if slot.act == "respond" and work.case.facts.get("written") == "yes":
        data |= {name: said for name, said in WRITTEN.items() if name in data}
    if "about_person" in data:
        data["about_person"] = dice.choice(subjects(work.world))
    if slot.act in ("classify", "correct") and dice.random() < 0.3:
        for name, fact in work.policy.facts.items():
            if fact.counted:
                data[name] = dice.randint(1, 5)
    return data


def value(dice: Random, item: Field, world: World, now: int) -> Json:
    """A value of a field's kind."""
    match item.kind:
        case "choice" if item.choices:
            return dice.choice([name for name, _ in item.choices])
        case "yes/no":
            return dice.choice(("yes", "no"))
        case "time":
            return now + dice.choice((-HOUR, HOUR, 5 * HOUR, DAY, DAY, 2 * DAY, 2 * DAY, 9 * DAY))
        case "count" | "money":
            return dice.randint(0, 5)
        case "score":
            return dice.randint(1, 5)
        case "unit":
            return dice.choice(list(world.organisation.units)[1:])  # not all there is
        case "person":
            return dice.choice(list(world.organisation.names))
        case "people":
            held = world.organisation.names
            return [who for who in sorted(held) if world.organisation.own_seats(who)][:2]
        case "file":
            return ["照片.jpg"]
    if item.name == "shoppers":
        return "\n".join(dice.choice(WORDS) for _ in range(dice.randint(0, 4))) or "甲"
    return dice.choice(WORDS)


def spoilt(dice: Random, data: dict[str, Json]) -> dict[str, Json]:
    """The same with something missing, wrong or too much."""
    data = dict(data)
    name = dice.choice([*data, "no such field"])
    if dice.random() < 0.4:
        data.pop(name, None)
    else:
        data[name] = dice.choice(GARBAGE)
    return data


def nonsense(dice: Random, case: Case, world: World, now: int) -> Act:
    """Any act by anybody on anything, with anything in it."""
    names = [*ACTS, "no such act", "resettle", "recompute", "recount", "open ledger"]
    fields = ["outcome", "reason", "agreed_time", "new_time", "case", "item", *world.policy.facts]
    data = {dice.choice(fields): dice.choice(GARBAGE) for _ in range(dice.randint(0, 4))}
    sheet = dice.choice((0, 0, 1, 2, 99, -1, *case.sheets))
    return Act(
        dice.choice(names), dice.choice(people_of(world)), moment(dice, case, now), data, sheet
    )


@dataclass
class Play:
    """One case being played: its history so far, what was refused, and what was found broken."""

    world: World
    case: Case
    now: int
    history: list[Event] = field(default_factory=list)
    acts: list[tuple[int, Act]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    found: list[tuple[Act | None, Broken]] = field(default_factory=list)
    watched: bool = True

    @classmethod
    def begun(cls, dice: Random, world: World, now: int, *, watched: bool = True) -> "Play":
        """A case registered, or one time in six the ledger of the organisation's own duties."""
        act = registration(dice, world, now)
        if dice.random() < 1 / 6:
            act = Act(
                "open ledger", "system", now, {"unit": act.data["unit"], "owed": ["fill_posts"]}
            )
        made = decide(None, act, world, now)
        assert made.case is not None, made.refusal
        play = cls(world, made.case, now, list(made.events), [(now, act)], watched=watched)
        play.watch(None, made, act)
        return play

    def do(self, act: Act) -> Decision:
        """Judge an act now."""
        before, kept = self.case, self.case.to_json() if self.watched else None
        made = decide(before, act, self.world, self.now)
        assert made.case is not None
        if self.watched:
            assert before.to_json() == kept, "the state given was changed"
        self.acts.append((self.now, act))
        if made.refusal:
            self.refused[made.refusal.code] = self.refused.get(made.refusal.code, 0) + 1
        self.take(before, made, act)
        return made

    def sweep(self) -> None:
        """Catch up to now."""
        self.take(self.case, catch_up(self.case, self.world, self.now), None)

    def take(self, before: Case, made: Decision, act: Act | None) -> None:
        assert made.case is not None
        self.case = made.case
        self.history += made.events
        self.watch(before, made, act)

    def watch(self, before: Case | None, made: Decision, act: Act | None) -> None:
        if not self.watched:
            return
        assert made.case is not None
        found = (
            *broken_between(before, made.events, made.case, self.world),
            *broken(made.case, self.world, self.now),
        )
        self.found += [(act, one) for one in found]


def played(dice: Random, world: World, now: int, steps: int) -> Iterator[Play]:
    """One case played for so many steps; yields after each."""
    play = Play.begun(dice, world, now)
    yield play
    for _ in range(steps):
        if not play.case.is_open and dice.random() < 0.1:
            return
        play.now += pause(dice) if dice.random() < 0.7 else 0
        if dice.random() < 0.1:
            play.sweep()
        else:
            play.do(random_act(dice, play.case, world, play.now))
        yield play
