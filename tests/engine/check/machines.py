"""Two oracles that know nothing of the checker: one tries every state, one plays at random.

Both only ask the engine. What they find broken, the checker must have found before.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Act, Case, Debt, Json
from bihuan.engine.compensation import unpaid
from bihuan.engine.fields import Field
from bihuan.engine.policy import Consequence, Fact, Policy, Step
from bihuan.engine.refusal import Refusal
from bihuan.engine.rules import answering_row, applies, current_step
from bihuan.engine.step import Possible, catch_up, decide, possible
from bihuan.engine.work import Work
from bihuan.engine.world import World

HOUR = 3600
MORNING = 1_767_578_400  # Monday 2026-01-05, 10:00 in Shanghai
TRIES = 30  # by somebody who means well and reads what is refused
BACKBONE = ({"acknowledge", "confirm_return"}, {"respond"}, {"close"}, {"archive"})

_State = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, int], ...]]  # marks, counters


class Explicit:
    """Every value of every fact the main line asks, every set of finished steps, real counters."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.names = [step.name for step in policy.steps]
        self.states = 0

    def limit(self, number: str) -> int:
        value = self.policy.numbers[number].value()
        return value if isinstance(value, int) else 0

    def dead_end(self, sample: int = 0, number: int = 0) -> str:
        """What is wrong with the first line that goes nowhere or leaves something out; "" if none does.

        With a ``sample``, only so many lines drawn at random by ``number`` are walked, where the policy has more.
        """
        for facts in self.facts(sample, number):
            if wrong := self.walk(facts):
                return f"{wrong} {facts}"
        return ""

    def facts(self, sample: int = 0, number: int = 0) -> Iterator[dict[str, Json]]:
        asked = {
            name
            for step in self.policy.steps
            for name, _ in (*step.only, *step.unless)
            if name not in self.names
        }
        for table in reversed(self.policy.tables.values()):
            if table.name in asked:
                asked |= {name for row in table.rows for name, _ in row.when}
        names = sorted(name for name in asked if name in self.policy.facts)
        values: list[list[Json]] = []
        for name in names:
            fact = self.policy.facts[name]
            known = list(fact.values) or [0, 1, 2, 3, 4]
            values.append(known if name in ("kind", "channel", "written") else [None, *known])
        every: Iterable[tuple[Json, ...]] = product(*values)
        if 0 < sample < prod(map(len, values)):
            dice = Random(number)
            every = [tuple(map(dice.choice, values)) for _ in range(sample)]
        for chosen in every:
            facts = {n: value for n, value in zip(names, chosen, strict=True) if value is not None}
            for table in self.policy.tables.values():
                row = answering_row(table, facts, self.limit)
                if row is not None and isinstance(row.then, str):
                    facts[table.name] = row.then
            yield facts

    def walk(self, facts: dict[str, Json]) -> str:
        start: _State = ((), ())
        waiting, after = deque([start]), dict[_State, list[_State]]()
        while waiting:
            state = waiting.popleft()
            if state in after:
                continue
            marks = dict(state[0])
            step = current_step(self.policy.steps, marks, {**facts, **marks}, self.limit)
            if step is None and (left := self.left_out(marks)):
                return left
            after[state] = [] if step is None else list(self.next(state, step, facts))
            waiting.extend(after[state])
        self.states += len(after)
        return "goes round for ever" if _has_circle(after, start) else ""

    def left_out(self, marks: dict[str, str]) -> str:
        done = {
            step.act for step in self.policy.steps if marks.get(step.name, "missed") != "missed"
        }
        missing = [acts for acts in BACKBONE if not acts & done]
        return f"ends without {sorted(missing[0])[0]}" if missing else ""

    def next(self, state: _State, step: Step, facts: dict[str, Json]) -> Iterator[_State]:
        outcomes = [outcome.name for outcome in ACTS[step.act].outcomes] or ["done"]
        for index, outcome in enumerate(outcomes):
            consequence = step.outcomes.get(outcome, Consequence(go_on=True))
            if index == 0:
                consequence = Consequence(go_on=True)
            yield self.follow(state, step, outcome, consequence, facts)
        if (step.missed or self.policy.usual.missed).go_on:
            yield self.follow(state, step, "missed", Consequence(go_on=True), facts)

    def follow(
        self,
        state: _State,
        step: Step,
        outcome: str,
        consequence: Consequence,
        facts: dict[str, Json],
    ) -> _State:
        marks, counters = dict(state[0]), dict(state[1])
        if consequence.at_most:
            key = f"{step.name}.{outcome}"
            if counters.get(key, 0) >= self.limit(consequence.at_most):
                then = consequence.then or Consequence(go_on=True)
                return self.follow(state, step, outcome, then, facts)
            counters[key] = counters.get(key, 0) + 1
        if consequence.back_to:
            known = [name for name in consequence.back_to if name in self.names]
            fitting = [
                name
                for name in known
                if applies(
                    self.policy.steps[self.names.index(name)], {**facts, **marks}, self.limit
                )
            ]
            first = self.names.index((fitting or known)[0])
            marks = {name: how for name, how in marks.items() if self.names.index(name) < first}
        elif consequence.go_on:
            marks[step.name] = outcome
        return tuple(sorted(marks.items())), tuple(sorted(counters.items()))


def _has_circle(after: dict[_State, list[_State]], start: _State) -> bool:
    """Whether some state comes again, by taking away what leads nowhere further."""
    leads: dict[_State, int] = {state: len(ways) for state, ways in after.items()}
    before: dict[_State, list[_State]] = {state: [] for state in after}
    for state, ways in after.items():
        for way in ways:
            before[way].append(state)
    over = deque(state for state, count in leads.items() if not count)
    gone = 0
    while over:
        gone += 1
        for state in before[over.popleft()]:
            leads[state] -= 1
            if not leads[state]:
                over.append(state)
    return gone < len(after)


@dataclass
class Dead:
    """What the random machine ran into."""

    why: str
    acts: list[str]


class RandomPlay:
    """Random acts on random facts; then everybody does what they owe, and the case must come to its end."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.dice = Random(number)
        self.now = MORNING
        self.acts: list[str] = []
        self.steps = 0

    def play(self, rounds: int) -> Dead | None:
        """Play one case; the first thing wrong with it, or None."""
        case = self.begin()
        for _ in range(rounds):
            case = self.random(case)
            if wrong := self.wrong(case):
                return Dead(wrong, self.acts)
            if case.ended:
                return None
        return self.finish(case)

    def begin(self) -> Case:
        policy, units = self.world.policy, self.world.organisation.units
        data: dict[str, Json] = {
            "kind": self.dice.choice(list(policy.kinds)),
            "channel": self.dice.choice(list(policy.channels)),
            "unit": next(iter(units)),
            "content": "大衣开线",
        }
        for name, fact in policy.facts.items():
            if fact.asked == "registration" and fact.values and self.dice.random() < 0.7:
                data[name] = self.dice.choice(list(fact.values))
            if fact.counted and self.dice.random() < 0.3:
                data[name] = self.counted(fact)
        if self.dice.random() < 0.5:
            data["about_unit"] = self.unit()
        if self.dice.random() < 0.2:
            top = {post.recused_by for post in policy.posts.values()}
            data["about_person"] = self.dice.choice(
                [
                    people[0]
                    for place, people in self.world.organisation.holders.items()
                    if place.partition("@")[0] not in top
                ]
            )
        decision = decide(None, Act("register", "customer", self.now, data), self.world, self.now)
        assert decision.case is not None, decision.refusal
        return decision.case

    def counted(self, fact: Fact) -> Json:
        """What the system could have found out itself: a number, one of its values, the nearest unit."""
        if fact.values:
            return self.dice.choice(list(fact.values))
        return self.dice.randint(1, 4) if fact.type == "count" else self.unit()

    def unit(self) -> str:
        """A unit; not all there is, where there are parts."""
        units = list(self.world.organisation.units)
        return self.dice.choice(units[1:] or units)

    def random(self, case: Case) -> Case:
        self.now += self.dice.choice((600, HOUR, 5 * HOUR, 24 * HOUR))
        chance = self.dice.random()
        if chance < 0.12 or not case.debts:
            return catch_up(case, self.world, self.now).case or case
        if chance < 0.22:
            after = self.do(case, "correct", 0, case.owner, good=False)
        elif chance < 0.32:
            name = self.dice.choice([act for act in self.world.policy.may if act != "withdraw"])
            row = self.world.policy.may[name]
            seats = [case.owner, *(f"{who.post}@" for who in row.who if who.post)]
            after = self.do(case, name, 0, self.seat(self.dice.choice(seats)), good=False)
        else:
            debt = self.dice.choice(list(case.debts.values()))
            after = self.owed(case, debt, good=self.dice.random() < 0.6)
        return after or case

    def seat(self, seat: str) -> str:
        post = seat.partition("@")[0]
        held = self.world.organisation.holders
        return next((place for place in held if place.partition("@")[0] == post), seat)

    def owed(self, case: Case, debt: Debt, *, good: bool) -> Case | None:
        """The case after a debt was paid, by who owes it or owed it before; None where none of them can."""
        if debt.seat.startswith("system"):
            self.now = max(self.now, debt.due + 1)
            return catch_up(case, self.world, self.now).case
        ways = (
            self.do(case, debt.act, debt.sheet, seat, good=good) for seat in (debt.seat, *debt.was)
        )
        return next((after for after in ways if after is not None), None)

    def do(self, case: Case, name: str, sheet: int, seat: str, *, good: bool) -> Case | None:
        people = list(self.world.organisation.people(seat))
        self.dice.shuffle(people)
        if seat.startswith("customer"):
            people = ["customer"]
        for by in people:
            for offer in possible(case, by, self.world, self.now):
                if (offer.act, offer.sheet, offer.refusal) == (name, sheet, None):
                    return self.act(case, offer, by, good=good)
        return None

    def act(self, case: Case, offer: Possible, by: str, *, good: bool) -> Case | None:
        name, sheet = offer.act, offer.sheet
        data = self.form(offer, case, good=good)
        if offer.act == "compensate":
            data["amount"] = unpaid(Work(case, self.world))
        for _ in range(TRIES if good else 1):
            decision = decide(case, Act(name, by, self.now, data, sheet), self.world, self.now)
            self.steps += 1
            self.acts.append(f"{name} {data.get('outcome', '')} {decision.refusal or ''}".strip())
            if decision.refusal is None:
                return decision.case
            self.heed(decision.refusal, offer, data)
        return None

    def heed(self, refusal: Refusal, offer: Possible, data: dict[str, Json]) -> None:
        """Mend what a refusal names: another value of that field, or another outcome."""
        for field in offer.fields:
            if field.name == refusal.field:
                data[field.name] = self.value(field)
        if refusal.field == "outcome":
            data["outcome"] = self.dice.choice([outcome.name for outcome in offer.outcomes])

    def form(self, offer: Possible, case: Case, *, good: bool) -> dict[str, Json]:
        """The form filled in: what is known mostly left as it is, the rest at random."""
        data = {
            field.name: self.value(field) if (known := self.known(field, case)) is None else known
            for field in offer.fields
            if field.required or self.dice.random() < (0.05 if good else 0.3)
        }
        data = {name: value for name, value in data.items() if value is not None}
        if offer.outcomes:
            names = [outcome.name for outcome in offer.outcomes]
            data["outcome"] = names[0] if good else self.dice.choice(names)
        for name in ("consent", "outside_path", "company_name"):
            if name in data:
                data[name] = "yes"
        if "told_by" in data:
            data["told_by"] = "same channel"
        if offer.act == "respond" and "form" in data:
            data["form"] = "written"
            data["company_name"] = "yes"
            data["signature"] = "签名"
        if data.get("outcome") == "arrived":
            data["quantity"] = self.dice.randint(1, 5)
        asked = {field.name for field in offer.fields} | {"outcome"}
        return {name: value for name, value in data.items() if name in asked}

    def known(self, field: Field, case: Case) -> Json:
        return case.facts.get(field.name) if self.dice.random() < 0.8 else None

    def value(self, field: Field) -> Json:
        match field.kind:
            case "choice":
                return self.dice.choice([name for name, _ in field.choices])
            case "yes/no":
                return self.dice.choice(("yes", "no"))
            case "time" if field.name == "paid_on":
                return self.now
            case "time":
                return self.now + self.dice.choice((HOUR, 20 * HOUR, 40 * HOUR))
            case "count" | "money":
                return self.dice.randint(0, 5)
            case "score":
                return self.dice.randint(1, 5)
            case "unit":
                return self.unit()
            case "document":
                return self.world.library.citable(self.now)[0].citation
            case "person" if field.required:
                held = self.world.organisation.holders.values()
                return self.dice.choice(sorted({person for people in held for person in people}))
            case "person" | "file" | "case":
                return None
        return "照办"

    def wrong(self, case: Case) -> str:
        if case.ended:
            return ""
        rows = [debt.row for debt in case.debts.values()]
        if not any(row.startswith("steps.") for row in rows):
            return f"no step is owed, only {rows}"
        return ""

    def finish(self, case: Case) -> Dead | None:
        """Everybody does what they owe, well, and what stands in the way is corrected; so the case ends."""
        done: dict[str, int] = {}
        for _ in range(120):
            if case.ended:
                return None
            if wrong := self.wrong(case):
                return Dead(wrong, self.acts)
            self.now += HOUR
            case = catch_up(case, self.world, self.now).case or case
            debts = sorted(case.debts.values(), key=lambda debt: done.get(debt.row, 0))
            after = None
            for debt in debts:
                done[debt.row] = done.get(debt.row, 0) + 1
                after = self.owed(case, debt, good=True)
                if after is not None:
                    break
            if after is None or debt is not debts[0]:
                now = after or case
                after = self.do(now, "correct", 0, now.owner, good=False) or after
            if after is None:
                return Dead(f"nothing owed can be done: {[debt.row for debt in debts]}", self.acts)
            case = after
        return Dead("it never ends", self.acts)
