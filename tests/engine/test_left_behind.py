"""What acts leave behind can be asked for: a visit's score, how many a representative stands for."""

from tests.engine.stories import mall
from tests.engine.worlds import changed

POOR = """owed:
  - {when: closed, only: {satisfaction: at most 2}, owes: operations_manager, act: contact, as: sorry,
     within: desk_time, clause: MALL-6.1}
"""


def test_a_rating_can_be_asked_for_in_a_condition() -> None:
    here = changed("mall", ("owed:\n", POOR.replace("satisfaction", "rating")))
    owed = {}
    for score in (2, 3):
        story = mall(here, "close")
        story.do("rate", "customer", score=score)
        story.do("close", "desk-an", summary="完")
        owed[score] = [debt.row for debt in story.case.debts.values()]
    assert "owed.sorry" in owed[2]
    assert "owed.sorry" not in owed[3]


def test_nobody_tells_on_another_form_what_only_its_act_leaves() -> None:
    story = mall(changed("mall", ("owed:\n", POOR)), "classify")
    for name in ("satisfaction", "rating", "represented"):
        assert story.refused("correct", "desk-an", **{name: 1})[0] == "unknown-field"
