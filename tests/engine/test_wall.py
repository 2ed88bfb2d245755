"""Nobody handles a complaint about themselves, nor does anyone below them; nobody judges their own unit."""

from random import Random

import pytest

from bihuan.engine.organisation import Organisation
from bihuan.engine.posts import is_walled
from bihuan.engine.step import possible
from tests.engine.playing import DAY, played, subjects
from tests.engine.stories import Story, general, mall, with_a_note
from tests.engine.worlds import (
    MALL_HOLDERS,
    MALL_UNITS,
    MORNING,
    PACKS,
    pack,
    random_world,
    world,
    world_of,
)

MALL, GENERAL = world("mall"), world("general")


def owners(story: Story) -> tuple[str, ...]:
    return story.world.organisation.people(story.case.owner)


@pytest.mark.parametrize("person", [*subjects(MALL)])
def test_whoever_it_is_about_owes_nothing_from_the_first_moment(person: str) -> None:
    story = Story(MALL).register(about_person=person)
    for debt in story.case.debts.values():
        assert any(
            not is_walled(one, story.case, MALL) for one in MALL.organisation.people(debt.seat)
        )
    assert story.refused("remark", person, text="无")[0] == "walled"


def test_a_subject_named_later_closes_the_wall_at_once_and_gains_nobody_time() -> None:
    story = mall(MALL, "resolve")
    story.do("escalate", "desk-an", reason="无法解决")
    assert owners(story) == ("operations-cai",)
    due = story.owing("resolve").due
    story.do("correct", "store-lu", about_person="operations-cai")
    assert owners(story) == ("deputy-kang",)
    assert (story.owing("resolve").seat, story.owing("resolve").due) == ("deputy_gm@mall", due)
    assert story.refused("resolve", "operations-cai", resolution="换货")[0] == "walled"
    assert (
        story.refused("resolve", "desk-an", resolution="换货")[0] == "walled"
    )  # below the subject


def test_a_complaint_about_the_store_general_manager_goes_to_the_owner_company() -> None:
    story = Story(MALL).register(about_person="store-lu", media_exposed="yes")
    assert {debt.seat for debt in story.case.debts.values()} == {"owner_company@mall"}
    assert story.case.owner == "owner_company@mall"
    story.later(3 * DAY).sweep()
    assert owners(story) == ("owner-mo",)


def test_a_complaint_about_a_merchants_manager_is_not_answered_by_them() -> None:
    story = with_a_note(MALL)
    story.do("issue", "operations-cai", sheet=1, outcome="issued")
    assert story.owing("receipt").seat == "merchant_manager@cotton"
    story.do("correct", "desk-an", about_person="merchant-fang")
    assert story.owing("receipt").seat == "floor_manager@floor1"
    assert story.refused("receipt", "merchant-fang", sheet=1, signature="方")[0] == "walled"


def test_a_superior_may_own_it() -> None:
    story = Story(GENERAL).register(about="person", about_person="agent-an")
    assert owners(story) == ("manager-cai",)


def test_a_unit_complained_about_may_handle_it_but_not_judge_it() -> None:
    units, holders = MALL_UNITS, dict(MALL_HOLDERS)
    holders["service_desk@grounds"] = ("grounds-he",)
    del holders["service_desk@mall"]
    organisation = Organisation(
        units={unit.code: unit for unit in units}, holders=holders, names={"grounds-he": "何"}
    )
    here = world_of(pack("mall"), organisation)
    story = Story(here).register(unit="grounds", about_unit="grounds")
    assert story.owing("acknowledge").seat == "service_desk@grounds"
    story.do("acknowledge", "grounds-he", agreed_time=story.now + DAY)
    story.do("classify", "grounds-he", about="department", desk_can_solve="yes")
    assert story.case.owner == "department_manager@grounds"
    story.do("resolve", "grounds-he", resolution="修好")
    story.do("respond", "grounds-he", form="phone", answer="修好")
    assert story.owing("confirm").seat == "operations_manager@mall"
    assert story.refused("confirm", "grounds-he", outcome="satisfied")[0] == "not-yours"


def test_who_owed_a_judgement_before_the_unit_was_named_no_longer_gives_it() -> None:
    holders = MALL_HOLDERS | {"service_desk@grounds": ("grounds-he",)}
    organisation = Organisation(units={unit.code: unit for unit in MALL_UNITS}, holders=holders)
    here = world_of(pack("mall"), organisation)
    story = Story(here).register(unit="grounds")
    story.do("acknowledge", "grounds-he", agreed_time=story.now + DAY)
    story.do("classify", "grounds-he", desk_can_solve="yes")
    story.do("resolve", "grounds-he", resolution="修好")
    story.do("respond", "grounds-he", form="phone", answer="修好")
    assert story.owing("confirm").seat == "service_desk@grounds"
    story.do("correct", "operations-cai", about_unit="grounds")
    assert story.owing("confirm").seat == "operations_manager@mall"
    assert story.refused("confirm", "grounds-he", outcome="satisfied")[0] == "not-yours"


def test_a_deputy_below_the_subject_does_not_make_a_seat_clean() -> None:
    organisation = Organisation(
        units={unit.code: unit for unit in MALL_UNITS},
        holders=MALL_HOLDERS,
        deputies={"store_gm@mall": ("operations-cai",)},
        away=frozenset({"store-lu"}),
    )
    here = world_of(pack("mall"), organisation)
    story = Story(here).register(about_person="deputy-kang")
    assert story.case.owner == "owner_company@mall"


def test_having_registered_it_oneself_changes_nothing() -> None:
    story = Story(MALL).register("desk-bo", about_person="desk-bo")
    assert is_walled("desk-bo", story.case, MALL)
    assert [
        offer for offer in possible(story.case, "desk-bo", MALL, story.now) if not offer.refusal
    ] == []


def test_nobody_below_the_subject_may_act_either() -> None:
    story = Story(MALL).register(about_person="deputy-kang")
    for person in ("operations-cai", "desk-an", "floor-ding", "grounds-he"):
        assert story.refused("remark", person, text="无")[0] == "walled"
    story.do("remark", "store-lu", text="已知悉")


def test_under_the_plain_loop_a_head_may_answer_for_the_unit() -> None:
    story = Story(GENERAL).register(about="unit", about_unit="repair")
    assert story.case.owner == "department_head@repair"
    assert general(GENERAL, "confirm").owing("confirm").seat == "after_sales@company"


@pytest.mark.parametrize("number", range(12))
def test_in_random_organisations_no_walled_person_ever_gets_an_act_through(number: int) -> None:
    dice = Random(7000 + number)
    here = random_world(dice.choice(PACKS), dice)
    for play in played(dice, here, MORNING, 40):
        assert not [one for _, one in play.found if one.code == "K4"]
        subject = play.case.facts.get("about_person")
        if subject:
            offers = possible(play.case, str(subject), here, play.now)
            assert {offer.refusal.code for offer in offers if offer.refusal} <= {"walled"}
            assert all(offer.refusal for offer in offers)
