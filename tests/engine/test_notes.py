"""Several notes of one case: which leads, who is told, and where no note can go."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.engine.case import Case
from bihuan.engine.leading import lead_of, notes_out
from tests.engine.playing import DAY, played
from tests.engine.stories import Story, with_a_note
from tests.engine.worlds import MORNING, random_world, world

FILLED = {"result": "退货", "customer opinion": "接受", "handler": "某", "date": "2026-03-03"}


def two_out() -> Story:
    """Two notes out, the second drawn up to lead; the first leads until then."""
    story = with_a_note(world("mall"))
    assert lead_of(story.case) == 1
    story.do("dispatch", "operations-cai", instructions="请协助", to_unit="kettle")
    assert lead_of(story.case) == 1
    return story


def test_the_first_note_leads_until_a_later_one_says_it_does():
    story = two_out()
    story.do("dispatch", "operations-cai", instructions="请牵头", to_unit="cotton", lead="yes")
    assert lead_of(story.case) == 3


def test_when_the_lead_is_void_the_next_oldest_leads():
    story = two_out()
    story.do("dispatch", "operations-cai", instructions="请牵头", to_unit="cotton", lead="yes")
    story.do("issue", "operations-cai", sheet=3, outcome="refused")
    assert story.case.sheets[3].ended == "void"
    assert lead_of(story.case) == 1


def test_the_owner_names_another_lead_with_a_reason_and_nobody_else_does():
    story = two_out()
    asked = {"lead_sheet": "2", "reason": "主要责任在茶壶居"}
    assert story.refused("name_lead", "desk-an", **asked)[0] == "not-yours"
    assert story.refused("name_lead", "operations-cai", lead_sheet="2")[0] == "missing-field"
    assert story.refused("name_lead", "operations-cai", **{**asked, "lead_sheet": "9"})[0] == (
        "bad-value"
    )
    story.do("name_lead", "operations-cai", **asked)
    assert lead_of(story.case) == 2


def test_with_one_note_out_there_is_no_lead_to_choose():
    story = with_a_note(world("mall"))
    code, _ = story.refused("name_lead", "operations-cai", lead_sheet="1", reason="试")
    assert code == "one-note"


def answered_by_the_second(story: Story) -> list[dict[str, object]]:
    """What is told when note 2 is answered."""
    story.do("issue", "operations-cai", sheet=2, outcome="issued")
    story.do("receipt", "merchant-ge", sheet=2, signature="某")
    story.do("reply", "merchant-ge", sheet=2, **FILLED)
    return [data for kind, data in story.history[-1].effects if kind == "told"]


def test_a_merchant_who_leads_is_not_told_what_the_others_answered():
    assert not answered_by_the_second(two_out())


def test_who_leads_inside_the_company_is_told_that_another_note_was_answered():
    story = with_a_note(world("mall"))
    story.do("issue", "operations-cai", sheet=1, outcome="refused")  # void
    story.do("correct", "operations-cai", about="department", about_unit="grounds")
    story.do("dispatch", "desk-an", instructions="请处理")
    story.do("correct", "operations-cai", about="merchant", about_unit="kettle")
    lead = story.case.sheets[lead_of(story.case)]
    assert lead.to == "department_manager@grounds"
    story.do("dispatch", "operations-cai", instructions="请协助")
    number = max(story.case.sheets)
    story.do("issue", "operations-cai", sheet=number, outcome="issued")
    story.do("receipt", "merchant-ge", sheet=number, signature="某")
    story.do("reply", "merchant-ge", sheet=number, **FILLED)
    (told,) = [data for kind, data in story.history[-1].effects if kind == "told"]
    assert (told["seat"], told["what"], told["sheet"]) == (lead.to, "note answered", number)


def test_a_void_or_finished_note_takes_no_reply_and_says_which_clause():
    story = two_out()
    story.do("issue", "operations-cai", sheet=1, outcome="refused")
    refused = story.refused("reply", "merchant-fang", sheet=1, **FILLED)
    assert refused == ("sheet-void", ("MALL-5.3",))
    assert "作废" in (story.attempt("reply", "merchant-fang", sheet=1).refusal or "").text.zh


def without(story: Story, unit: str, *, unit_too: bool) -> Story:
    """The same story after everybody left a unit, or after the unit itself was closed."""
    here = story.world.organisation
    holders = {seat: who for seat, who in here.holders.items() if not seat.endswith(f"@{unit}")}
    units = {code: one for code, one in here.units.items() if not unit_too or code != unit}
    story.world = replace(story.world, organisation=replace(here, holders=holders, units=units))
    return story


def test_no_note_goes_to_a_unit_that_is_closed_or_empty():
    for unit_too in (True, False):
        story = with_a_note(world("mall"))
        story.do("issue", "operations-cai", sheet=1, outcome="refused")
        without(story, "cotton", unit_too=unit_too)
        made = story.attempt("dispatch", "desk-an", instructions="请处理")
        assert made.refusal is not None
        assert (made.refusal.code, made.refusal.field) == ("unit-gone", "about_unit")
        assert made.refusal.clauses
        assert "茶壶居" in made.refusal.text.zh
        assert "涉及部门" in made.refusal.text.zh
        story.do("dispatch", "desk-an", instructions="请处理", to_unit="kettle")
        assert story.case.sheets[2].to == "merchant_manager@kettle"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_exactly_one_live_note_leads_wherever_any_is_out(entropy: int):
    dice = Random(entropy)
    for play in played(dice, random_world("mall", dice), MORNING + dice.randint(0, DAY), 50):
        case: Case = play.case
        out = {note.number for note in notes_out(case)}
        assert (lead_of(case) in out) if out else lead_of(case) == 0
