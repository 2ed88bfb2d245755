"""The nearest dealer is found by the desk, a fault seen before is known, and an appeal needs its complaint."""

import pytest

from bihuan.desk import intake, organisation, packs, people
from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from tests.desk.firm import DAY, MIN, START, stored

pytestmark = pytest.mark.django_db

HERE = "31.30,121.50"
BEFORE = START - 30 * DAY


@pytest.fixture
def taker():
    """A service centre with two dealers, `north` nearer to `HERE`; the call taker's id."""
    organisation.site()
    assert not isinstance(packs.adopt("auto", None, BEFORE), organisation.Refusal)
    organisation.add_unit("company", "示例汽车", "company", now=BEFORE)
    for code, place in (("north", "31.31,121.50"), ("south", "31.10,121.50")):
        organisation.add_unit(code, code, "dealer", "company", now=BEFORE)
        located = organisation.locate(code, place, now=BEFORE)
        assert not isinstance(located, organisation.Refusal)
        held_by("dealer_manager", code)
    return held_by("call_taker", "company")


def held_by(post, unit):
    person, _ = people.create_person(f"{post} {unit}", now=BEFORE)
    held = organisation.hold(person.pk, post, unit, now=BEFORE)
    assert not isinstance(held, organisation.Refusal), held
    return str(person.pk)


def registered(by, now=START, **facts):
    told = {"kind": "rescue", "channel": "hotline", "name": "客户某", "content": "抛锚", **facts}
    return intake.register(told, by=by, unit="company", now=now)


def facts_of(found):
    assert found.refusal is None, found.refusal
    return stored(found.number).state["facts"]


def test_the_nearest_dealer_is_found_from_the_place(taker):
    assert facts_of(registered(taker, location=HERE))["nearest_unit"] == "north"


def test_nobody_can_name_a_nearest_dealer_that_is_not(taker):
    found = registered(taker, location=HERE, nearest_unit="south")
    assert facts_of(found)["nearest_unit"] == "north"


def test_an_address_or_a_place_out_of_reach_leaves_the_choice_to_a_person(taker):
    assert not facts_of(registered(taker, location="沪蓉高速 1203 公里处"))["nearest_unit"]
    assert not facts_of(registered(taker, location="29.65,91.10"))["nearest_unit"]


def test_a_place_told_later_finds_the_dealer_then(taker):
    number = registered(taker).number
    assert "nearest_unit" not in stored(number).state["facts"]
    told = {"agreed_time": START + 60 * MIN, "location": "31.11,121.50"}
    done = perform(
        Act("acknowledge", taker, START + MIN, told), case_number=number, now=START + MIN
    )
    assert done.refusal is None
    assert stored(number).state["facts"]["nearest_unit"] == "south"


def test_a_dealer_that_cannot_do_rescues_is_passed_over(taker):
    organisation.locate("north", "31.31,121.50", "fault enquiry", now=BEFORE)
    assert facts_of(registered(taker, location=HERE))["nearest_unit"] == "south"
    fault = registered(taker, kind="fault", location=HERE, part="门", symptom="异响")
    assert facts_of(fault)["nearest_unit"] == "north"


def test_a_place_must_be_coordinates(taker):
    refused = organisation.locate("north", "城北路 1 号", now=BEFORE)
    assert isinstance(refused, organisation.Refusal)
    assert refused.code == "bad-place"


def test_a_fault_of_the_same_part_and_symptom_was_seen_before(taker):
    told = {"kind": "fault", "part": "电动门", "symptom": "异响"}
    assert facts_of(registered(taker, **told))["seen_before"] == 0
    assert facts_of(registered(taker, **told))["seen_before"] == 1
    assert facts_of(registered(taker, **{**told, "symptom": "不关"}))["seen_before"] == 0


def test_an_appeal_names_a_complaint_there_is(taker):
    rescue = registered(taker, location=HERE).number
    complaint = registered(taker, kind="complaint").number
    for wrong in ("NOWHERE-1", rescue):
        refused = registered(taker, kind="appeal", linked_to=wrong).refusal
        assert refused is not None
        assert (refused.code, refused.field) == ("bad-value", "linked_to")
    found = registered(taker, kind="appeal", linked_to=complaint)
    assert found.refusal is None
    assert stored(found.number).state["links"] == {complaint: "appeal"}
