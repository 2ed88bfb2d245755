"""Several cases at once, linked, merged and left to lapse in any order: no debt is lost, none gets later."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bihuan.engine.acts import FOR_MEMBERS
from bihuan.engine.case import Act, Case, Debt, replay
from bihuan.engine.links import broken_links, is_answered, survivor_of
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import catch_up
from bihuan.engine.together import Peer, awaited, decide_both, for_member
from bihuan.engine.words import RELATIONS
from bihuan.engine.work import Work
from tests.engine.playing import DAY, HOUR, Play, people_of, random_act
from tests.engine.worlds import MORNING, PACKS, random_world, world

NUMBERS = ("1", "2", "3")
ENTROPY = st.integers(0, 2**32 - 1)


class Together:
    """Three cases of one organisation, each watched, and everything that joins them."""

    def __init__(self, dice: Random, name: str, now: int) -> None:
        here = world(name) if dice.random() < 0.5 else random_world(name, dice)
        self.now = now
        self.people = {number: dice.choice(("甲", "甲", "乙", "")) for number in NUMBERS}
        self.plays = {}
        for number in NUMBERS:
            play = Play.begun(dice, here, now)
            while play.case.ledger:
                play = Play.begun(dice, here, now)
            self.plays[number] = play
        self.merged: list[tuple[str, str]] = []

    def peer(self, number: str) -> Peer:
        play = self.plays[number]
        return Peer(number, play.case, play.world, self.people[number])

    def pass_time(self, seconds: int) -> None:
        self.now += seconds
        for play in self.plays.values():
            play.now = self.now

    def act(self, dice: Random) -> None:
        """Something done on one case; a member's answer is judged beside its command case."""
        number = dice.choice(NUMBERS)
        play = self.plays[number]
        act = random_act(dice, play.case, play.world, self.now)
        if act.name in ("link", "unlink", "merge"):
            self.join(dice)
            return
        before = play.world
        command = next((n for n, how in play.case.links.items() if how == "collective"), "")
        if command:
            play.world = replace(before, awaits=awaited(self.peer(command), self.now))
        undecided = bool(play.world.awaits)
        made = play.do(act)
        play.world = before
        answered = made.accepted and act.name == "respond" and not act.sheet
        assert not (answered and undecided)

    def join(self, dice: Random) -> None:
        """Two cases linked, unlinked or merged, by somebody who may or not."""
        one, two = dice.choice(NUMBERS), dice.choice(NUMBERS)
        name = dice.choice(("link", "unlink", "merge", "merge"))
        data = {"case": two}
        if name == "link":
            data["as"] = dice.choice([*RELATIONS, "collective", "member"])
        if name == "unlink" or dice.random() < 0.7:
            data |= {"reason": "同一件事"} if name != "link" else {}
        play = self.plays[one]
        owner = play.world.organisation.people(play.case.owner)
        by = dice.choice(owner if owner and dice.random() < 0.7 else people_of(play.world))
        before = {number: self.plays[number].case for number in (one, two)}
        owed = catch_up(before[one], play.world, self.now).case
        made, beside = decide_both(
            self.peer(one), self.peer(two), Act(name, by, self.now, data), self.now
        )
        if made.case is not None:
            play.take(before[one], made, None)
        assert made.accepted or beside is None
        if beside is not None:
            self.plays[two].take(before[two], beside, None)
        if name == "merge" and made.accepted:
            assert owed is not None
            self.merged.append((one, two))
            self.nothing_is_lost(owed, one, two)

    def nothing_is_lost(self, owed: Case, one: str, two: str) -> None:
        """What the merged case owed, the survivor owes no later, or has done."""
        gone, left = self.plays[one].case, self.plays[two].case
        assert {debt.act for debt in gone.debts.values() if not debt.sheet} <= {"purge"}
        for debt in owed.debts.values():
            if not debt.sheet and not debt.row.startswith("pause."):
                assert self.is_covered(debt, left, two) or owed.paused, debt
        assert self.owes_an_answer(left, two)

    def is_covered(self, debt: Debt, left: Case, two: str) -> bool:
        step = debt.row.removeprefix("steps.")
        if any(one.act == debt.act and one.due <= debt.due for one in left.debts.values()):
            return True
        if left.bounds.get(step, debt.due + 1) <= debt.due:
            return True
        done = step in left.marks and debt.act not in ("respond", "acknowledge")
        return done or (debt.row.startswith("steps.") and step not in left.marks)

    def owes_an_answer(self, left: Case, two: str) -> bool:
        work = Work(left, self.plays[two].world)
        return not is_answered(work) or any(debt.act == "respond" for debt in left.debts.values())

    def apply_to_members(self, dice: Random) -> None:
        """What is done on one case is done on those linked with it; each is judged for itself."""
        play = self.plays[dice.choice(NUMBERS)]
        act = random_act(dice, play.case, play.world, self.now)
        for number in play.case.links:
            done = for_member(act, self.peer(number), self.now)
            if isinstance(done, Refusal):
                assert act.name not in FOR_MEMBERS or act.sheet
            else:
                self.plays[number].do(done)

    def look(self) -> None:
        """What must hold of all of them now."""
        cases = {number: play.case for number, play in self.plays.items()}
        for number, play in self.plays.items():
            assert not play.found, (number, play.found)
            assert replay(play.history) == play.case
            assert not list(broken_links(number, play.case, cases)), number
        for number in NUMBERS:
            seen = {number}
            while number := survivor_of(cases[number]):
                assert number not in seen, "merged in a circle"
                seen.add(number)


class Machine(RuleBasedStateMachine):
    """Acts, joins, time and lapses in any order."""

    together: Together

    @initialize(name=st.sampled_from(PACKS), entropy=ENTROPY)
    def begin(self, name: str, entropy: int) -> None:
        self.together = Together(Random(entropy), name, MORNING)

    @rule(entropy=ENTROPY)
    def act(self, entropy: int) -> None:
        self.together.act(Random(entropy))

    @rule(entropy=ENTROPY)
    def join(self, entropy: int) -> None:
        self.together.join(Random(entropy))

    @rule(entropy=ENTROPY)
    def apply(self, entropy: int) -> None:
        self.together.apply_to_members(Random(entropy))

    @rule(seconds=st.one_of(st.integers(1, HOUR), st.integers(1, 3 * DAY)))
    def wait(self, seconds: int) -> None:
        self.together.pass_time(seconds)

    @rule()
    def sweep(self) -> None:
        for play in self.together.plays.values():
            play.sweep()

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "together"):
            self.together.look()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@pytest.mark.parametrize("block", range(4))
def test_many_joins_lose_no_debt_and_move_none_later(block: int) -> None:
    merged = 0
    for number in range(12 * block, 12 * block + 12):
        dice = Random(number)
        played = Together(dice, dice.choice(PACKS), MORNING + dice.randint(0, 300 * DAY))
        for _ in range(40):
            chance = dice.random()
            if chance < 0.4:
                played.act(dice)
            elif chance < 0.7:
                played.join(dice)
            elif chance < 0.8:
                played.apply_to_members(dice)
            else:
                played.pass_time(dice.randint(1, DAY))
            played.look()
        merged += len(played.merged)
    assert merged > 5
