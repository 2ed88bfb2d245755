"""Returns played at random: no more money goes out than came in, and never without a passed inspection."""

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.case import Act, Case, Event, Json, replay
from bihuan.engine.invariants import broken, broken_between
from bihuan.engine.organisation import Organisation
from bihuan.engine.step import catch_up, decide
from bihuan.engine.world import World
from tests.engine.worlds import MORNING

HOUR, DAY = 3600, 86400
SETTLING = ("refund", "exchange", "repair")
OUTCOMES: dict[str, tuple[str, ...]] = {
    "review_return": ("accepted",) * 5 + ("refused",),
    "receive_goods": ("arrived",) * 5 + ("wrong", "not arrived"),
    "inspect": ("passed",) * 4 + ("failed",),
    "confirm": ("disputed", "satisfied"),
    "approve": ("approved", "refused"),
    "follow_up": ("unsatisfied", "satisfied"),
}


def returns_world(dice: Random) -> World:
    """The seller with its posts held by few people, so that the wrong one is often at hand."""
    pack = shipped_pack("returns")
    plain = pack.cast.organisation()
    people = ["an", "bo", "cai", "ding", "er"][: dice.randint(2, 5)]
    holders = {place: (dice.choice(people),) for place in plain.holders}
    for place in ("service@shop", "inspector@shop", "finance@shop"):
        holders[place] = tuple(sorted({dice.choice(people), dice.choice(people)}))
    holders["supervisor@shop"] = ("outsider",)
    organisation = Organisation(
        units=plain.units,
        holders=holders,
        names={person: person for person in (*people, "outsider")},
    )
    return World(pack.policy, organisation, pack.world().calendars)


class Returns:
    """One return played at random, and a ledger of its own kept from what was done."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.world = returns_world(dice)
        self.people = tuple(self.world.organisation.names)
        self.now = MORNING
        self.case: Case | None = None
        self.history: list[Event] = []
        self.refused: set[str] = set()
        told = {"kind": "return", "channel": "phone", "unit": "shop", "content": "退货"}
        by = dice.choice((*self.world.organisation.holders["service@shop"], "customer"))
        self.do(Act("register", by, self.now, told | self.purchase()))

    def purchase(self) -> dict[str, Json]:
        dice = self.dice
        return {
            "bought": dice.randint(1, 4),
            "returned": dice.randint(1, 4),
            "paid": dice.choice((1, 99, 100, 10000, 33333)),
        }

    def do(self, act: Act) -> None:
        made = decide(self.case, act, self.world, self.now)
        if made.refusal is not None:
            self.refused.add(made.refusal.code)
        if made.case is not None:
            wrong = broken_between(self.case, made.events, made.case, self.world)
            assert not wrong, (act, wrong)
            assert not broken(made.case, self.world, self.now)
            self.case = made.case
            self.history += made.events

    def step(self) -> None:
        dice, case = self.dice, self.case
        assert case is not None
        self.now += dice.choice((0, 0, 60, HOUR, HOUR, DAY))
        choice = dice.random()
        if choice < 0.75 and case.debts:
            name = dice.choice([debt.act for debt in case.debts.values()])
        elif choice < 0.9:
            name = dice.choice((*SETTLING, "refund", "inspect", "receive_goods", "correct"))
        else:
            name = dice.choice(("reopen", "escalate", "withdraw", "correct", "dispose"))
        by = dice.choice((*self.people, "customer"))
        owing = [debt.seat for debt in case.debts.values() if debt.act == name]
        if owing and dice.random() < 0.8:
            by = dice.choice(self.world.organisation.people(owing[0]))
        twice = 2 if name in SETTLING and dice.random() < 0.3 else 1
        act = Act(name, by, self.now, self.data(name))
        for _ in range(twice):  # the second at the same instant
            self.do(act)

    def data(self, name: str) -> dict[str, Json]:
        dice, data = self.dice, {}
        if name in OUTCOMES:
            data["outcome"] = dice.choice(OUTCOMES[name])
        written: dict[str, dict[str, Json]] = {
            "confirm_return": {"conditions_told": "yes"},
            "review_return": {
                **self.purchase(),
                "quality": "完好",
                "reasonableness": "合理",
                "goods": "ordinary",
                "return_reason": "defect",
                "delivered": MORNING - DAY,
                "remedy": dice.choice((*SETTLING, "refund", "refund")),
                "reasons": "理由",
            },
            "receive_goods": {"quantity": dice.randint(0, 3)},
            "inspect": {
                "accepted": dice.randint(0, 3),
                "condition": "新",
                "complete": dice.choice(("yes",) * 7 + ("no",)),
                "as_requested": "yes",
                "reasons": "旧",
            },
            "refund": {"amount": self.amount(), "method": "原路"},
            "respond": {
                "form": "phone",
                "answer": "答复",
                "told_result": "refunded",
                "company_name": "yes",
            },
            "approve": {"reasons": "理由", "outside_path": "yes"},
            "dispose": {"disposition": "restock"},
            "close": {"summary": "办结"},
            "contact": {"said": "进展"},
            "ask_missing": {"said": "补充"},
            "correct": {dice.choice(("paid", "bought", "returned")): dice.randint(1, 40000)},
            "reopen": {"reason": "补充"},
            "escalate": {"reason": "复杂"},
        }
        return data | written.get(name, {})

    def amount(self) -> int:
        assert self.case is not None
        facts, goods = self.case.facts, self.case.goods
        paid, bought = int(facts.get("paid", 1)), int(facts.get("bought", 1)) or 1
        share = paid * goods.get("accepted", 0) // bought - goods.get("refunded", 0)
        return self.dice.choice((share, share, share, share + 1, paid, 1, 0, share // 2))

    def reckon(self) -> None:
        """What went out against what came in, from the history alone."""
        out, accepted, settled, received = 0, 0, 0, 0
        passed, inspectors, payers = False, set(), set()
        paid, bought = 0, 1
        registrar = self.history[0].by
        for event in self.history:
            for kind, data in event.effects:
                if kind == "facts":
                    paid, bought = int(data.get("paid", paid)), int(data.get("bought", bought))
                if kind == "unmarked" and "inspect" in data["steps"]:
                    passed = False
            if event.kind == "receive_goods" and event.data["outcome"] == "arrived":
                received += event.data["quantity"]
            if event.kind == "inspect":
                passed = event.data["outcome"] == "passed"
                inspectors.add(event.by)
                accepted += event.data["accepted"] if passed else 0
            if event.kind in SETTLING:
                assert passed, "settled without a passed inspection"
                assert accepted > settled, "settled twice"
                settled = accepted
            if event.kind == "refund":
                out += event.data["amount"]
                payers.add(event.by)
                assert out <= paid, "more money went out than came in"
                assert out * bought <= paid * accepted, "more than the share of what was accepted"
        assert settled <= accepted <= received
        assert not payers & inspectors
        assert registrar == "customer" or registrar not in payers | inspectors
        assert not out or out <= paid


class Machine(RuleBasedStateMachine):
    """Acts of everybody in any order, with time passing between them."""

    play: Returns | None = None

    @initialize(entropy=st.integers(0, 2**32 - 1))
    def begin(self, entropy: int) -> None:
        self.play = Returns(Random(entropy))

    @rule()
    def act(self) -> None:
        assert self.play is not None
        self.play.step()

    @rule(hours=st.integers(1, 24 * 20))
    def let_time_pass(self, hours: int) -> None:
        play = self.play
        assert play is not None
        assert play.case is not None
        play.now += hours * HOUR
        made = catch_up(play.case, play.world, play.now)
        play.case = made.case
        play.history += made.events

    @invariant()
    def money_is_covered(self) -> None:
        if self.play is not None:
            self.play.reckon()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def played(number: int) -> Returns:
    """The story of that number, forty acts long."""
    play = Returns(Random(number))
    for _ in range(40):
        play.step()
    play.reckon()
    assert replay(play.history) == play.case
    return play


def test_thousands_of_random_acts_never_pay_out_more_than_came_in() -> None:
    plays = [played(number) for number in range(100)]
    kinds = {event.kind for play in plays for event in play.history}
    assert {"refund", "exchange", "repair", "dispose", "close", "lapsed"} <= kinds
    codes = {code for play in plays for code in play.refused}
    assert {
        "above-paid",
        "above-bought",
        "above-received",
        "nothing-accepted",
        "item-failed",
        "nothing-received",
        "kept-apart",
        "purchase-fixed",
        "goods-in-hand",
    } <= codes
    assert max(play.case.round for play in plays if play.case) > 1
