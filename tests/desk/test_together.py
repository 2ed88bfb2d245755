"""Cases that belong together, through the one door: both sides or neither, walls, and nothing lost."""

import pytest

from bihuan.desk import rebuild
from bihuan.desk.perform import perform
from bihuan.desk.together import Applied, apply_to_members
from bihuan.desk.verify import verify
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, Event
from tests.desk.firm import HOUR, MIN, START, Firm, firm, owed, stored

pytestmark = pytest.mark.django_db
NOW = START + HOUR


@pytest.fixture
def office() -> Firm:
    return firm()


def two(office, **second):
    one = office.complain().number
    other = office.complain(now=START + MIN, **second).number
    return one, other


def links(number):
    return stored(number).state.get("links", {})


def test_a_link_stands_on_both_sides_and_in_both_histories(office):
    one, other = two(office)

    done = office.act(one, "link", office.agent, NOW, case=other, **{"as": "repeat"})

    assert done.accepted
    assert (links(one), links(other)) == ({other: "repeat"}, {one: "repeated"})
    assert Event.objects.filter(kind="link").count() == 2
    assert office.act(other, "unlink", office.agent, NOW, case=one, reason="看错").accepted
    assert (links(one), links(other)) == ({}, {})
    assert Event.objects.filter(kind="unlink").count() == 2
    assert verify(NOW) == []


def test_a_link_with_a_case_that_is_not_there_or_with_itself_changes_nothing(office):
    one, _ = two(office)
    before = rebuild.dump()

    missing = office.act(one, "link", office.agent, NOW, case="TS0", **{"as": "related"})
    itself = office.act(one, "link", office.agent, NOW, case=one, **{"as": "related"})

    assert (missing.refusal.code, missing.refusal.field) == ("no-such-case", "case")
    assert itself.refusal.code == "with-itself"
    assert rebuild.dump() == before


def test_nobody_joins_a_case_hidden_from_them_and_learns_nothing_of_it(office):
    one = office.complain().number
    hidden = office.complain(now=START + MIN, about_person=office.agent).number
    before = rebuild.dump()

    for name, more in (
        ("link", {"as": "related"}), ("merge", {"reason": "同一件事"}), ("unlink", {"reason": "误"}),
    ):  # fmt: skip
        there = office.act(one, name, office.agent, NOW, case=hidden, **more).refusal
        nowhere = office.act(one, name, office.agent, NOW, case="TS0", **more).refusal
        assert (there.code, there.field, there.text) == (nowhere.code, nowhere.field, nowhere.text)
        assert office.act(hidden, name, office.agent, NOW, case=one, **more).refusal == (
            office.act("TS0", name, office.agent, NOW, case=one, **more).refusal
        )
    assert rebuild.dump() == before


def test_a_merged_duplicate_leaves_the_earlier_due_to_its_survivor(office):
    one = office.complain().number
    later = office.complain(now=START + MIN).number
    office.acknowledge(later, now=START + 2 * MIN)
    due = {act: at for act, _, at in owed(one)}["acknowledge"]

    done = office.act(one, "merge", office.agent, START + 3 * MIN, case=later)

    assert done.accepted
    assert (stored(one).stage, stored(one).ended) == ("merged", "merged")
    assert [(act, who) for act, who, _ in owed(one)] == [("purge", "system@")]
    assert ("acknowledge", due) in [(act, at) for act, _, at in owed(later)]
    assert links(one) == {later: "merged into"}
    assert links(later) == {one: "merged here"}
    took = Event.objects.get(kind="take_in")
    assert (took.case.number, took.data["same_complainant"]) == (later, "yes")
    assert verify(START + 3 * MIN) == []


def test_complaints_of_different_people_are_merged_only_for_a_reason(office):
    one, other = two(office, name="李测试", phone="138 0000 0002")

    refused = office.act(one, "merge", office.agent, NOW, case=other).refusal

    assert (refused.code, refused.field) == ("missing-field", "reason")
    assert stored(one).ended == ""
    assert office.act(one, "merge", office.agent, NOW, case=other, reason="夫妻同诉").accepted


def test_two_are_not_merged_into_each_other_and_a_survivor_is_not_withdrawn(office):
    one, other = two(office)
    assert office.act(one, "merge", office.agent, NOW, case=other).accepted

    back = office.act(other, "merge", office.agent, NOW, case=one).refusal
    gone = office.act(other, "withdraw", "customer", NOW).refusal

    assert back.code == "not-living"
    assert (gone.code, bool(gone.owing)) == ("owes-merged", True)


def test_rebuilding_what_belongs_together_gives_the_same_bytes(office):
    one, other = two(office)
    third = office.complain(now=START + 2 * MIN).number
    office.act(one, "merge", office.agent, NOW, case=other)
    office.act(third, "link", office.agent, NOW, case=other, **{"as": "collective"})
    before = rebuild.dump()

    rebuild.rebuild()

    assert rebuild.dump() == before


def test_verify_finds_a_link_that_one_side_does_not_know(office):
    one, other = two(office)
    perform(Act("link", office.agent, NOW, {"case": other, "as": "related"}),
            case_number=one, now=NOW)  # fmt: skip
    Case.objects.filter(number=other).update(number="TS-gone")

    assert "link" in {finding.code for finding in verify(NOW, number=one)}


APPEALED = {"body": "消费者协会", "channel": "letter", "content": "要求说明"}


def test_an_outside_appeal_opens_a_case_of_the_same_complainant_linked_with_the_first(office):
    number = office.complain().number

    done = office.act(number, "appeal_received", office.agent, NOW, **APPEALED)

    assert done.accepted, done.refusal
    ((opened, how),) = links(number).items()
    assert (how, links(opened)) == ("appealed", {number: "appeal"})
    assert stored(opened).complainant_id == stored(number).complainant_id is not None
    assert owed(opened)
    assert Event.objects.get(kind="appeal_received").data["case"] == opened
    assert verify(NOW) == []
    before = rebuild.dump()
    rebuild.rebuild()
    assert rebuild.dump() == before


def test_an_outside_appeal_about_no_case_or_without_its_body_opens_nothing(office):
    number = office.complain().number
    before = rebuild.dump()

    nobody = office.act("TS0", "appeal_received", office.agent, START + MIN, **APPEALED)
    unsaid = office.act(
        number, "appeal_received", office.agent, START + MIN, **APPEALED | {"body": ""}
    )

    assert nobody.refusal.code == "no-such-case"
    assert (unsaid.refusal.code, unsaid.refusal.field) == ("missing-field", "body")
    assert rebuild.dump() == before


@pytest.fixture
def collective(office):
    """A command case and its two members, all taken up."""
    numbers = [office.complain(now=START + n, name=f"测试{n}", phone=f"1380000000{n}").number
               for n in range(3)]  # fmt: skip
    for number in numbers:
        office.acknowledge(number)
    for member in numbers[1:]:
        done = office.act(numbers[0], "link", office.agent, NOW, case=member, **{"as": "member"})
        assert done.accepted
    return numbers


def applied(found: list[Applied] | Refusal):
    assert isinstance(found, list)
    return {
        one.number: one.performed.refusal.code if one.performed.refusal else "done" for one in found
    }


def test_an_act_of_the_command_case_is_done_on_every_member_once(office, collective):
    command, one, other = collective
    office.act(other, "withdraw", "customer", NOW)
    done = office.act(command, "classify", office.agent, NOW + MIN)
    assert done.accepted, done.refusal
    sequence = Event.objects.get(case__number=command, kind="classify").sequence

    first = apply_to_members(command, sequence, by=office.agent, now=NOW + 2 * MIN)
    count = Event.objects.count()
    second = apply_to_members(command, sequence, by=office.manager, now=NOW + 3 * MIN)

    assert applied(first) == {one: "done", other: "final"}
    assert applied(second) == {one: "done", other: "final"}
    assert isinstance(second, list)
    assert [each.performed.repeated for each in second] == [True, False]
    assert Event.objects.count() == count
    assert Event.objects.filter(kind="classify").count() == 2


def test_a_customers_own_word_is_never_applied_to_all(office, collective):
    command, *_ = collective
    office.act(command, "remark", "customer", NOW, text="本人意见")
    said = Event.objects.get(case__number=command, kind="remark").sequence

    for sequence in (said, 99):
        found = apply_to_members(command, sequence, by=office.agent, now=NOW)
        assert isinstance(found, Refusal)
        assert found.code == "not-for-members"
    assert Event.objects.filter(kind="remark").count() == 1
