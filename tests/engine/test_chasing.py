"""Chasing where no row of the policy owes it: who may remind whom, and what it leaves."""

import pytest

from bihuan.engine.step import possible
from tests.engine.stories import Story, mall, with_a_note
from tests.engine.worlds import world

MALL = world("mall")


def told(story: Story) -> list[tuple[str, str]]:
    """Who was told what by the last act."""
    return [
        (data["seat"], data["act"]) for kind, data in story.history[-1].effects if kind == "told"
    ]


@pytest.mark.parametrize("by", ["desk-an", "desk-bo", "deputy-kang", "store-lu"])
def test_whoever_takes_complaints_in_and_the_ranks_above_who_owes_may_chase(by: str) -> None:
    story = with_a_note(MALL)
    owing = story.owing("issue")
    story.do("chase", by, whom=str(owing.id), said="客户在等")
    assert told(story) == [("operations_manager@mall", "issue")]
    assert story.history[-1].data["said"] == "客户在等"
    assert story.owing("issue") == owing


def test_chasing_without_saying_whom_means_what_is_due_next() -> None:
    story = with_a_note(MALL)
    first = min(
        (debt for debt in story.case.debts.values() if not debt.seat.startswith("service_desk")),
        key=lambda debt: debt.due,
    )
    story.do("chase", "desk-an", said="客户在等")
    assert told(story) == [(first.seat, first.act)]


def test_what_can_be_chased_is_offered_with_who_owes_it_and_by_when() -> None:
    story = with_a_note(MALL)
    offer = next(
        one for one in possible(story.case, "desk-an", MALL, story.now) if one.act == "chase"
    )
    assert offer.refusal is None
    (whom,) = [field for field in offer.fields if field.name == "whom"]
    assert any(
        text.zh.startswith("营运部经理 · 审核签发 · 2026-03-02 ") for _id, text in whom.choices
    )


def test_nobody_chases_what_they_owe_themselves_nor_a_stranger_to_the_case() -> None:
    story = mall(MALL, "acknowledge")
    assert set(story.owed()) == {"acknowledge"}
    assert story.refused("chase", "desk-an", said="催")[0] == "nobody-to-chase"
    assert story.refused("chase", "merchant-fang", said="催")[0] == "not-yours"
    story = with_a_note(MALL)
    own = next(d for d in story.case.debts.values() if d.seat.startswith("service_desk"))
    code = story.refused("chase", "desk-an", whom=str(own.id), said="催")[0]
    assert code == "bad-value"


def test_who_is_complained_about_does_not_chase() -> None:
    story = mall(MALL, "acknowledge", about_person="deputy-kang")
    assert story.refused("chase", "deputy-kang", said="催")[0] == "walled"
