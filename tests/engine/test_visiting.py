"""Who is drawn for a visit, who makes it, and what the answers come to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.engine.case import replay
from bihuan.engine.compile import compile_policy
from bihuan.engine.policy import Policy
from bihuan.engine.visiting import drawn_of, falls_to
from bihuan.engine.world import World
from tests.engine.policy_texts import nodes, pack_text
from tests.engine.stories import Story, mall
from tests.engine.test_acts import MALL, ledger

COUNTS = st.integers(0, 200)
SHARES = st.integers(0, 100)


@given(COUNTS, SHARES, st.text(max_size=8), st.sets(st.integers(0, 199), max_size=20))
def test_a_draw_keeps_the_share_includes_who_must_be_in_and_repeats_itself(
    count: int, share: int, lot: str, always: set[int]
) -> None:
    drawn = drawn_of(count, share, lot, always)
    must = {place for place in always if place < count}
    wanted = -(-count * share // 100)
    assert len(drawn) == max(wanted, len(must))
    assert must <= set(drawn) <= set(range(count))
    assert list(drawn) == sorted(set(drawn))
    assert drawn_of(count, share, lot, always) == drawn


@given(st.integers(1, 100), st.lists(st.booleans(), max_size=120))
def test_the_share_of_closed_cases_is_never_fallen_below(share: int, unhappy: list[bool]) -> None:
    closed = drawn = 0
    for was_unhappy in unhappy:
        drawn += was_unhappy or falls_to(share, closed, drawn)
        closed += 1
        assert drawn * 100 >= share * closed
    content = [each for each in unhappy if not each]
    if len(content) == len(unhappy):
        assert drawn == -(-closed * share // 100)  # and no more than needed


@given(st.lists(st.sampled_from(["甲", "!乙", "丙"]), min_size=1, max_size=40))
def test_another_lot_draws_others_of_the_same_number(lines: list[str]) -> None:
    one, other = (drawn_of(len(lines), 20, lot) for lot in ("三月二日", "三月九日"))
    assert len(one) == len(other)


def sampled(share: int) -> World:
    """The mall, which calls so many of a hundred shoppers."""
    number = replace(MALL.policy.numbers["shopper_share"], values=(("", share),))
    return with_policy(
        replace(MALL.policy, numbers={**MALL.policy.numbers, "shopper_share": number})
    )


def with_policy(policy: Policy) -> World:
    return replace(MALL, policy=policy)


def visits_of(story: Story) -> list[str]:
    return [debt.item for debt in story.case.debts.values() if debt.act == "visit_shopper"]


def listed(world: World, lines: list[str]) -> Story:
    story = ledger().at("2026-03-02 11:00")
    story.world = world
    story.do("list_shoppers", "desk-an", shoppers="\n".join(lines))
    return story


def test_a_fifth_of_a_list_is_drawn_recorded_and_replayed_the_same() -> None:
    lines = [f"顾客{number}" for number in range(1, 31)]
    story = listed(sampled(20), lines)
    event = next(event for event in story.history if event.kind == "list_shoppers")
    told = next(data for kind, data in event.effects if kind == "sampled")
    assert (told["of"], len(told["items"])) == (30, 6)
    assert visits_of(story) == told["items"] == visits_of(listed(sampled(20), lines))
    assert replay(story.history) == story.case


def test_who_is_marked_on_a_list_is_always_called() -> None:
    lines = [f"顾客{number}" for number in range(1, 21)]
    lines[6] = "!顾客7"
    story = listed(sampled(1), lines)
    assert visits_of(story) == ["7"]


def steps_sampled() -> World:
    """The mall, which visits no more than a share of its closed cases."""
    old = "tries: tries, not_by: [resolve, respond, reply]"
    text = pack_text("mall")
    assert old in text
    policy, findings = compile_policy(nodes(text.replace(old, f"sample: shopper_share, {old}")))
    assert policy is not None, [finding.say("en") for finding in findings]
    return with_policy(policy)


def closed(world: World, **counted: str) -> Story:
    story = mall(world, "close").later(300)
    story.do("close", "desk-an", summary="已办结", **counted)
    return story


def test_a_case_that_was_not_drawn_is_not_visited() -> None:
    world = steps_sampled()
    assert "follow_up" in closed(world, drawn="yes").owed()
    assert "follow_up" in closed(world).owed()  # not known: visited
    assert "follow_up" not in closed(world, drawn="no").owed()


def test_a_case_the_customer_disputed_is_visited_whatever_the_lot_says() -> None:
    story = mall(steps_sampled(), "confirm").later(300)
    story.do("confirm", "desk-an", outcome="disputed", opinion="没修好")
    story.do("resolve", "operations-cai", resolution="重修")
    story.do("respond", "desk-an", form="phone", answer="重修")
    story.do("confirm", "desk-an", outcome="satisfied")
    story.do("countersign", "operations-cai", outcome="approved")
    story.do("close", "desk-an", summary="已办结", drawn="no")
    assert "follow_up" in story.owed()
    assert story.case.facts["drawn"] == "yes"


@pytest.fixture
def visited() -> Story:
    return mall(MALL, "follow_up").later(300)


def test_the_handler_is_refused_with_the_clause_and_another_is_not(visited: Story) -> None:
    answers = {"outcome": "satisfied", "way": "phone"}
    assert visited.refused("follow_up", "desk-an", **answers) == (
        "kept-apart",
        ("MALL-6.2", "MALL-3.5"),
    )
    visited.do("follow_up", "desk-bo", **answers)


def test_an_answer_that_is_low_sends_the_case_back_though_satisfied(visited: Story) -> None:
    visited.do("follow_up", "desk-bo", outcome="satisfied", way="phone", score=2)
    assert visited.case.stage in ("assessed", "in hand")
    assert visited.case.facts["satisfaction"] == 2
    told = [data for kind, data in visited.history[-1].effects if kind == "judged"]
    assert told == [{"outcome": "unsatisfied", "because": ["score"]}]


def test_a_rating_by_the_customer_is_kept_and_pays_no_debt(visited: Story) -> None:
    before = visited.owed()
    visited.do("rate", "customer", score=1, opinion="慢")
    assert visited.owed() == before
    assert visited.case.facts["rating"] == 1
    assert visited.refused("rate", "customer", score=9)[0] == "bad-value"
