"""Compensation and approvals: paid as approved, and approved for what it was approved for."""

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bihuan.engine.approvals import hash_of
from bihuan.engine.case import Event
from bihuan.engine.compensation import approved, paid, unpaid
from bihuan.engine.step import possible
from bihuan.engine.work import Work
from tests.engine.homes import PAYMENT, demanding, home, pay, somebody
from tests.engine.stories import Story

STEP = next(step for step in home().policy.steps if step.name == "approve_compensation")
PROPOSAL = {"liability": "company", "grounds": "law", "basis": "民法典", "reason": "核定"}


def effects(event: Event, kind: str) -> list[dict[str, object]]:
    return [dict(data) for name, data in event.effects if name == kind]


def test_an_approval_keeps_the_hash_of_what_was_approved() -> None:
    story = demanding("respond")
    (marked,) = effects(story.history[-1], "marked")
    assert marked["of"] == hash_of(STEP, story.case.facts) == story.case.approvals[STEP.name]


def test_an_amount_corrected_after_approval_is_approved_anew_and_the_event_says_why() -> None:
    story = demanding("respond")
    was = story.case.approvals[STEP.name]
    story.do("correct", "clerk-ding", compensation=2_000_000)
    (void,) = effects(story.history[-1], "approval void")
    assert (void["step"], void["why"], void["was"]) == (STEP.name, "changed", was)
    assert story.owing("approve").since == story.now
    assert approved(Work(story.case, home())) == 0


def test_a_correction_of_what_was_not_approved_leaves_the_approval() -> None:
    story = demanding("respond")
    story.do("correct", "clerk-ding", demand="尽快")
    assert story.owed() == ["contact", "respond"]


def test_the_open_request_that_a_new_proposal_replaces_is_void_with_that_cause() -> None:
    story = demanding("approve")
    before = story.owing("approve")
    story.later(3600).do("propose", "sales-an", compensation=6_000_000, **PROPOSAL)
    (void,) = effects(story.history[-1], "void")
    assert (void["id"], void["why"]) == (before.id, "replaced")
    assert (story.owing("approve").seat, story.owing("approve").since) == (
        "president@group",
        story.now,
    )


def test_a_request_taken_back_gives_no_clock_a_new_start() -> None:
    story = demanding("investigate")
    due = story.owing("investigate").due
    story.do("investigate", "gm-ge", findings="事实", grounds="law", basis="法", liability="company",
             compensation=1)  # fmt: skip
    story.later(7200).do("withdraw_request", "gm-ge", reason="有误")
    assert story.owing("investigate").due == due


def test_an_open_approval_keeps_the_case_from_closing() -> None:
    story = demanding()
    pay(story, 1_500_000)
    assert story.refused("close", "sales-an", summary="完")[0] == "not-yet"
    story.do("approve", "gm-ge", outcome="approved")
    story.do("correct", "clerk-ding", compensation=1_600_000)
    assert story.owed() == ["approve", "contact"]
    assert story.refused("close", "sales-an", summary="完")[0] == "not-yet"
    story.do("approve", "gm-ge", outcome="approved")
    assert story.owed() == ["compensate"]
    pay(story, 100_000)
    story.do("close", "sales-an", summary="完")


def test_a_closed_case_keeps_the_approval_it_used() -> None:
    story = demanding()
    pay(story, 1_500_000)
    story.do("approve", "gm-ge", outcome="approved")
    story.do("close", "sales-an", summary="完")
    story.do("correct", "clerk-ding", compensation=1_700_000)
    assert (story.case.stage, story.case.marks[STEP.name]) == ("closed", "approved")
    assert unpaid(Work(story.case, home())) == 0, "nothing more was approved"


def test_a_payment_in_part_leaves_the_debt_as_it_was() -> None:
    story = demanding()
    before = story.owing("compensate")
    pay(story, 400_000)
    assert story.owing("compensate") == before
    assert unpaid(Work(story.case, home())) == 1_100_000


def test_who_paid_does_not_propose_a_higher_amount_and_two_people_may_pay() -> None:
    story = demanding()
    pay(story, 400_000)
    pay(story, 400_000, "finance-ji")
    assert story.case.doers["compensate"] == ("finance-he", "finance-ji")
    assert story.refused("correct", "finance-he", compensation=2_000_000)[0] == "kept-apart"


@given(st.integers(min_value=0, max_value=2**32))
@example(65866)  # corrected after it was closed
@settings(max_examples=25, deadline=None)
def test_whatever_anybody_tries_no_more_is_paid_than_was_approved(throw: int) -> None:
    dice = Random(throw)
    story = demanding(dice.choice(["approve", "respond", "confirm", ""]))
    most = 0
    for _ in range(30):
        story.later(dice.randrange(60, 20_000))
        before = paid(story.case)
        most = max(most, approved(Work(story.case, home())))
        tried(story, dice)
        most = max(most, approved(Work(story.case, home())))
        assert before <= paid(story.case) <= most
        if story.case.stage in ("closed", "archived", "withdrawn"):
            assert not unpaid(Work(story.case, home()))


def tried(story: Story, dice: Random) -> None:
    """Any act of those that touch approval and payment, by anybody; refused or not."""
    amount = dice.choice([1, 100_000, 1_500_000, 5_000_001])
    name, data = dice.choice(
        [
            ("compensate", {"amount": amount, "paid_on": story.now, **PAYMENT}),
            ("approve", {"outcome": dice.choice(["approved", "refused"])}),
            ("propose", {"compensation": amount, **PROPOSAL}),
            ("correct", {"compensation": amount}),
            ("withdraw_request", {"reason": "有误"}),
            ("waive", {}),
            ("withdraw", {}),
            ("respond", {"form": "phone", "answer": "赔偿"}),
            ("confirm", {"outcome": dice.choice(["satisfied", "disputed"])}),
            ("close", {"summary": "完"}),
        ]
    )
    able = [
        person
        for person in ("finance-he", "gm-ge", "president-kang", "sales-an", "customer")
        if any(
            offer.act == name and offer.refusal is None
            for offer in possible(story.case, person, home(), story.now)
        )
    ]
    by = dice.choice(able) if able and dice.random() < 0.8 else somebody(dice)
    story.attempt(name, by, **data)
