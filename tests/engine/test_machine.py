"""Machines that play both policies at random: whatever is done, what must hold holds."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bihuan.engine.case import Act, Case, Json, replay
from bihuan.engine.dues import latest_promise
from bihuan.engine.organisation import unit_of
from bihuan.engine.preventing import JUDGES
from bihuan.engine.step import Possible, decide, possible
from bihuan.engine.words import RELATIONS
from bihuan.engine.work import Work
from tests.engine.playing import (
    DAY,
    HOUR,
    WRITTEN,
    Play,
    nonsense,
    people_of,
    played,
    random_act,
    value,
)
from tests.engine.worlds import MORNING, PACKS, random_world, world

ENTROPY = st.integers(0, 2**32 - 1)


class Machine(RuleBasedStateMachine):
    """Acts, nonsense, time and sweeps in any order; every step is watched by `Play`."""

    play: Play | None = None

    @initialize(name=st.sampled_from(PACKS), entropy=ENTROPY, whole=st.booleans())
    def begin(self, name: str, entropy: int, whole: bool) -> None:
        dice = Random(entropy)
        here = world(name) if whole else random_world(name, dice)
        self.play = Play.begun(dice, here, MORNING + dice.randint(0, 400 * DAY))

    @rule(entropy=ENTROPY)
    def act(self, entropy: int) -> None:
        play, dice = self.play, Random(entropy)
        assert play is not None
        play.do(random_act(dice, play.case, play.world, play.now))

    @rule(entropy=ENTROPY)
    def talk_nonsense(self, entropy: int) -> None:
        play, dice = self.play, Random(entropy)
        assert play is not None
        play.do(nonsense(dice, play.case, play.world, play.now))

    @rule(seconds=st.one_of(st.integers(1, HOUR), st.integers(1, 3 * DAY), st.just(40 * DAY)))
    def wait(self, seconds: int) -> None:
        assert self.play is not None
        self.play.now += seconds

    @rule()
    def sweep(self) -> None:
        assert self.play is not None
        self.play.sweep()

    @rule(entropy=ENTROPY)
    def people_come_and_go(self, entropy: int) -> None:
        play = self.play
        assert play is not None
        play.sweep()
        play.world = random_world(play.world.policy.code, Random(entropy))
        play.do(Act("resettle", "system", play.now))

    @precondition(lambda self: self.play is not None and bool(self.play.case.debts))
    @rule()
    def let_the_next_debt_lapse(self) -> None:
        assert self.play is not None
        self.play.now = max(self.play.now, self.play.case.next_due + 1)
        self.play.sweep()

    @invariant()
    def holds(self) -> None:
        play = self.play
        if play is None:
            return
        assert not play.found
        assert replay(play.history) == play.case
        assert again(play.case) == play.case


def again(case: Case) -> Case:
    """The case written as JSON and read back."""
    written: dict[str, Any] = json.loads(json.dumps(case.to_json(), ensure_ascii=False))
    return Case.from_json(written)


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=30,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@pytest.mark.parametrize("block", range(4))
def test_thousands_of_random_steps_break_nothing(block: int) -> None:
    steps = 0
    for number in range(25 * block, 25 * block + 25):
        dice = Random(number)
        name = dice.choice(PACKS)
        here = world(name) if dice.random() < 0.5 else random_world(name, dice)
        for play in played(dice, here, MORNING + dice.randint(0, 400 * DAY), 60):
            steps += 1
            assert not play.found, (number, len(play.acts), play.found)
            assert again(play.case) == play.case
        assert replay(play.history) == play.case
    assert steps > 800


STAGES = {"registered", "assessed", "in hand", "answered", "closed", "archived"}
KINDS = {"reopen", "follow_up", "reply", "approve", "lapsed", "withdraw", "decline"}
CODES = {"walled", "bad-value", "past-time", "too-far", "changes-spent", "sheets-out"}


def test_the_player_gets_everywhere() -> None:
    kinds, stages, codes = set(), set(), set()
    met = False
    for number in range(210):
        dice = Random(number)
        here = world(dice.choice(PACKS))
        play = None
        for play in played(dice, here, MORNING, 60):
            stages.add(play.case.stage)
        assert play is not None
        kinds |= {event.kind for event in play.history}
        codes |= set(play.refused)
        met = stages >= STAGES and kinds >= KINDS and codes >= CODES
        if met:
            break
    assert met, (STAGES - stages, KINDS - kinds, CODES - codes)


def fitting(dice: Random, offer: Possible, play: Play) -> dict[str, Json]:
    """Data as somebody would enter it who wants the act to succeed."""
    data = {item.name: value(dice, item, play.world, play.now) for item in offer.fields}
    times = {item.name for item in offer.fields if item.kind == "time"}
    for name in data:
        if name in ("agreed_time", "new_time"):
            work = Work(play.case, play.world)
            latest = latest_promise(play.case, play.world, work.facts(), play.now)
            data[name] = latest or max(play.now, play.case.agreed) + HOUR
        elif name in ("date", "until"):
            data[name] = play.now + DAY if name in times else "3月2日"
        elif name == "to_unit":
            data[name] = unit_of(dice.choice(sorted(play.world.organisation.known)))
        elif name == "case":
            linked = [number for number, how in play.case.links.items() if how in RELATIONS]
            new = f"案件-{len(play.history)}"
            data[name] = linked[0] if linked and offer.act == "unlink" else new
        elif name == "as":
            data[name] = "related"
        elif name == "review":
            data[name] = play.now + DAY
        elif name in ("consent", "outside_path"):
            data[name] = "yes"
        elif name == "told_by":
            data[name] = "same channel"
        elif name == "answered_to" and play.case.facts.get("authorised") != "yes":
            data[name] = "complainant"
        elif name == "severity":
            data[name] = next(iter(play.world.policy.levels), "none")
        elif name in WRITTEN:
            data[name] = WRITTEN[name]
    if offer.outcomes:
        data["outcome"] = dice.choice(offer.outcomes).name
    if offer.act == JUDGES:
        data |= {"cases_before": 1, "cases_after": 0}  # counted by the system
    return data


@pytest.mark.parametrize("number", range(30))
def test_what_is_offered_can_be_done_and_what_is_not_cannot(number: int) -> None:
    dice = Random(number)
    name = dice.choice(PACKS)
    here = world(name) if dice.random() < 0.6 else random_world(name, dice)
    for play in played(dice, here, MORNING + dice.randint(0, 60 * DAY), 20):
        play.sweep()
        holders = {
            one for debt in play.case.debts.values() for one in here.organisation.people(debt.seat)
        }
        for person in dice.sample(people_of(here), 2) + sorted(holders - {""})[:2]:
            if person == "system":
                continue
            for offer in possible(play.case, person, here, play.now):
                act = Act(offer.act, person, play.now, fitting(dice, offer, play), offer.sheet)
                made = decide(play.case, act, here, play.now)
                assert (made.refusal is None) == (offer.refusal is None), (act, made.refusal, offer)
                if offer.refusal and made.refusal and offer.fields == ():
                    assert made.refusal.code == offer.refusal.code


def test_every_accepted_act_says_in_its_events_what_it_changed() -> None:
    for number in range(40):
        dice = Random(1000 + number)
        here = world(dice.choice(PACKS))
        play = Play.begun(dice, here, MORNING)
        for _ in range(25):
            before = play.case
            made = play.do(random_act(dice, before, here, play.now))
            if made.refusal is None:
                assert made.events
            elif not made.events:
                assert made.case == before
        assert not play.found
