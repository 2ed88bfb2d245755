"""Refunds: once for each item, at most what was paid for it, after a passed inspection, by a third person."""

from importlib.resources import files

import pytest

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.case import Json
from bihuan.engine.check import check
from bihuan.engine.findings import Level
from bihuan.engine.money import payable, unsettled
from bihuan.engine.sentences import shown_before
from bihuan.engine.world import World
from tests.engine.stories import Story, instant
from tests.engine.worlds import compiled, world_of

REVIEW: dict[str, Json] = {
    "outcome": "accepted",
    "bought": 3,
    "returned": 2,
    "paid": 10000,
    "quality": "划痕",
    "reasonableness": "合理",
    "goods": "ordinary",
    "return_reason": "defect",
    "delivered": instant("2026-02-28 09:00"),
    "remedy": "refund",
}
CHECKED: dict[str, Json] = {
    "condition": "划痕",
    "complete": "yes",
    "as_requested": "yes",
}


def returns(*changes: tuple[str, str]) -> World:
    """The world of the shipped pack, its text changed here and there."""
    pack = shipped_pack("returns")
    text = files("bihuan.packs").joinpath("returns").joinpath("policy.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return world_of(compiled(text), pack.cast.organisation())


def received(world: World, quantity: int = 2) -> Story:
    """A return of two out of three lamps that has come in."""
    story = Story(world).register("agent", kind="return", unit="shop")
    story.later(300).do("confirm_return", "agent", conditions_told="yes")
    story.later(300).do("review_return", "handler", **REVIEW)
    story.later(300).do("receive_goods", "store", outcome="arrived", quantity=quantity)
    return story


def inspected(world: World, accepted: int = 2) -> Story:
    story = received(world)
    story.later(300).do("inspect", "inspector", outcome="passed", accepted=accepted, **CHECKED)
    return story


@pytest.mark.parametrize(("accepted", "most"), [(1, 3333), (2, 6666)])
def test_no_more_is_refunded_than_was_paid_for_what_was_accepted(accepted: int, most: int) -> None:
    story = inspected(returns(), accepted)
    assert payable(story.case) == most
    assert story.refused("refund", "cashier", amount=most + 1, method="原路") == (
        "above-paid",
        ("RET-3.7",),
    )
    assert story.refused("refund", "cashier", amount=0, method="原路")[0] == "above-paid"
    story.do("refund", "cashier", amount=most, method="原路")
    assert payable(story.case) == unsettled(story.case) == 0
    assert story.refused("refund", "cashier", amount=1, method="原路")[0] == "done-already"


def test_a_policy_that_forgets_the_inspection_pays_nothing_all_the_same() -> None:
    world = returns(
        (
            "only: {receive_goods: arrived}, within: inspect",
            "only: {channel: web}, within: inspect",
        ),
        ("only: {inspect: passed, remedy: refund}", "only: {remedy: refund}"),
    )
    story = received(world)
    assert story.refused("refund", "cashier", amount=1, method="原路")[0] == "not-inspected"
    assert "refund" in story.owed()


def test_a_policy_that_lets_goods_be_exchanged_after_the_refund_gives_nothing_twice() -> None:
    world = returns(("only: {inspect: passed, remedy: exchange}", "only: {inspect: passed}"))
    story = inspected(world)
    story.do("refund", "cashier", amount=6666, method="原路")
    assert story.refused("exchange", "store")[0] == "settled-already"


def test_a_policy_that_keeps_nobody_apart_still_has_three_people_for_a_refund() -> None:
    pairs = "[[service, inspector], [inspector, finance], [service, finance]]"
    story = Story(returns((pairs, "[]"))).register("gm", kind="return", unit="shop")
    story.later(300).do("confirm_return", "agent", conditions_told="yes")
    story.later(300).do("review_return", "handler", **REVIEW)
    story.later(300).do("receive_goods", "store", outcome="arrived", quantity=2)
    passed: dict[str, Json] = {"outcome": "passed", "accepted": 2, **CHECKED}
    assert story.refused("inspect", "gm", **passed)[0] == "kept-apart"
    story.do("inspect", "quality", **passed)
    assert story.refused("refund", "gm", amount=1, method="原路")[0] == "kept-apart"
    story.do("refund", "cashier", amount=6666, method="原路")
    assert story.case.doers["inspect"] == ("quality",)
    assert story.case.doers["refund"] == ("cashier",)


def test_whoever_did_what_one_post_owes_does_not_do_what_a_post_kept_apart_owes() -> None:
    story = Story(returns()).register("system", kind="return", unit="shop")
    story.later(300).do("confirm_return", "gm", conditions_told="yes")
    story.later(300).do("review_return", "handler", **REVIEW)
    story.later(300).do("receive_goods", "store", outcome="arrived", quantity=2)
    passed: dict[str, Json] = {"outcome": "passed", "accepted": 2, **CHECKED}
    assert story.refused("inspect", "gm", **passed)[0] == "kept-apart"


def test_an_inspection_that_is_late_does_not_pass_to_one_who_may_not_inspect() -> None:
    story = Story(returns((", recused_by: supervisor", "")))  # nobody stands in for the top
    story.register("system", kind="return", unit="shop")
    story.later(300).do("confirm_return", "gm", conditions_told="yes")
    story.later(300).do("review_return", "handler", **REVIEW)
    story.later(300).do("receive_goods", "store", outcome="arrived", quantity=2)
    story.later(60 * 86400).sweep()
    debt = story.owing("inspect")
    assert debt.lapses > 2
    assert debt.seat.startswith("quality_manager@")
    story.do("inspect", "quality", outcome="passed", accepted=2, **CHECKED)


@pytest.mark.parametrize(("came", "accepted"), [(1, 2), (5, 3), (2, 3)])
def test_no_more_is_accepted_than_came_in_and_was_asked_for(came: int, accepted: int) -> None:
    story = received(returns(), came)
    told: dict[str, Json] = {"outcome": "passed", "accepted": accepted, **CHECKED}
    assert story.refused("inspect", "inspector", **told)[0] == "above-received"


def test_what_was_paid_stays_what_it_was_once_money_went_out() -> None:
    story = inspected(returns())
    story.do("correct", "agent", paid=9000)
    story.do("refund", "cashier", amount=6000, method="原路")
    assert story.refused("correct", "agent", paid=90000)[0] == "purchase-fixed"
    assert story.refused("correct", "agent", bought=1)[0] == "purchase-fixed"
    story.do("correct", "agent", paid=9000, demand="退款")


def test_goods_that_are_with_us_keep_a_return_from_being_withdrawn() -> None:
    story = received(returns())
    assert story.refused("withdraw", "customer")[0] == "goods-in-hand"
    assert story.refused("decline", "inspector", reason="误")[0] == "goods-in-hand"


def test_the_limit_counts_to_the_receipt_of_the_request_however_late_it_is_reviewed() -> None:
    story = Story(returns(), "2026-03-06 10:00").register("agent", kind="return", unit="shop")
    story.do("confirm_return", "agent", conditions_told="yes")
    story.at("2026-03-20 10:00")
    within = REVIEW | {"return_reason": "no_reason"}
    late = within | {"delivered": instant("2026-02-26 09:00")}
    assert story.refused("review_return", "handler", **late) == (
        "after-limit",
        ("RET-2.2", "RET-4.2"),
    )
    story.do("review_return", "handler", **within)


@pytest.mark.parametrize(("lang", "words"), [("zh", "退货期限为7日"), ("en", "7 days")])
def test_the_conditions_can_be_shown_before_somebody_applies(lang: str, words: str) -> None:
    policy = shipped_pack("returns").policy
    assert policy.channels["web"].shows_first
    said = shown_before(policy, "return", lang)
    assert any(words in sentence for sentence in said)
    assert shown_before(policy, "complaint", lang) == ()


def test_a_refund_that_the_engine_could_never_allow_is_found_before_it_is_owed() -> None:
    policy = returns(("    paid:  ", "    payed: ")).policy
    finding = next(each for each in check(policy) if each.code == "never-settled")
    assert finding.level is Level.ERROR
    assert finding.clauses == ("RET-3.7",)
    assert "paid" in finding.text.en


def test_the_shipped_pack_has_nothing_to_settle() -> None:
    assert check(shipped_pack("returns").policy) == ()
