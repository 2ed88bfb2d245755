"""A policy's versions: drafted, signed by three, in force at their instant, withdrawn before; open cases moved."""

import pytest

from bihuan.desk import packs, policy_life, rebuild, succession, worlds
from bihuan.desk.verify import verify
from bihuan.engine.refusal import Refusal
from bihuan.records.models import AdministrativeChange, Case, Event, PolicyVersion
from tests.desk.firm import DAY, HOUR, MIN, START, firm, instant, owed

pytestmark = pytest.mark.django_db
MIDNIGHT = instant("2026-03-05 00:00")
BEGINS = "2026-03-05"


@pytest.fixture
def office():
    return firm()


def drafted(office, values=None, *, moves=False, begins=BEGINS, by=None, now=START + HOUR):
    from datetime import date

    return policy_life.draft(
        "general", values or {"numbers.findings_time.is": "1 working day"},
        date.fromisoformat(begins), moves=moves, by=by or office.manager, now=now,
    )  # fmt: skip


def signed(office, values=None, **more) -> PolicyVersion:
    made = drafted(office, values, **more)
    assert isinstance(made, PolicyVersion), made
    for role, who in (("reviewer", office.gm), ("approver", office.head)):
        made = policy_life.sign(made.pk, role, who, made.hash, START + HOUR)
        assert isinstance(made, PolicyVersion), made
    return made


def test_a_number_is_drafted_signed_by_three_and_rules_from_its_midnight_on(office):
    made = signed(office)
    assert (made.number, made.state, str(made.in_force_on)) == (2, "approved", BEGINS)
    assert packs.policies_in_force(MIDNIGHT - 1)["general"].number == 1
    assert packs.policies_in_force(MIDNIGHT)["general"].number == 2
    before = office.complain(now=MIDNIGHT - 1).number
    after = office.complain(now=MIDNIGHT).number
    versions = [Case.objects.get(number=number).policy.number for number in (before, after)]
    assert versions == [1, 2]
    assert "# 主线" in made.text  # comments stay to the letter


def test_the_draft_changes_nothing_but_what_was_asked(office):
    made = drafted(office)
    old, new = (packs.shipped_text("general").splitlines(), made.text.splitlines())
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(differing) == 2
    assert "no: 2" in differing[0][1]
    assert "{is: 1 working day," in differing[1][1]


def test_three_different_people_of_the_firm_sign_in_their_order(office):
    made = drafted(office)
    codes = [
        policy_life.sign(made.pk, role, who, digest, START + HOUR).code
        for role, who, digest in (
            ("approver", office.gm, made.hash),
            ("reviewer", office.manager, made.hash),
            ("reviewer", office.gm, "0" * 64),
            ("reviewer", "customer", made.hash),
            ("reviewer", office.board, made.hash),
        )
    ]
    refused = ["not-its-turn", "same-person", "text-changed", "not-staff", "not-staff"]
    assert codes == refused
    assert PolicyVersion.objects.get(pk=made.pk).state == "draft"


def test_a_new_draft_takes_the_place_of_the_one_before_and_of_its_signatures(office):
    first = drafted(office)
    policy_life.sign(first.pk, "reviewer", office.gm, first.hash, START + HOUR)
    second = drafted(office, {"numbers.solve_time.is": "1 working day"})
    assert (second.number, "reviewer" in second.approval) == (2, False)
    found = policy_life.editable(second.text)
    assert found["numbers.findings_time.is"] == found["numbers.solve_time.is"] == "1 working day"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"numbers.findings_time.is": "soon"}, "bad-value", "numbers.findings_time.is"),
        ({"numbers.findings_time.is": " "}, "missing-field", "numbers.findings_time.is"),
        ({"policy": "other"}, "not-editable", "policy"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(office, values, code, field):
    made = drafted(office, values)
    assert isinstance(made, Refusal)
    assert (made.code, made.field) == (code, field)
    assert PolicyVersion.objects.count() == 1


def test_who_does_not_keep_the_policy_does_not_draft_it(office):
    assert drafted(office, by=office.agent).code == "not-allowed"
    assert drafted(office, begins="2026-03-01").code == "in-the-past"


def test_a_version_not_yet_in_force_is_withdrawn_with_its_reason(office):
    made = signed(office)
    refused = policy_life.withdraw("general", 2, " ", by=office.manager, now=START + HOUR)
    assert refused.code == "missing-field"
    done = policy_life.withdraw("general", 2, "期限过短", by=office.manager, now=MIDNIGHT - 1)
    assert (done.state, done.withdrawn_because) == ("withdrawn", "期限过短")
    assert packs.policies_in_force(MIDNIGHT + DAY)["general"].number == 1
    trail = AdministrativeChange.objects.filter(area="policy", what="withdraw").get()
    assert trail.after == [{"reason": "期限过短", "state": "withdrawn"}]
    assert drafted(office).number == made.number + 1


def test_a_version_in_force_is_not_withdrawn(office):
    signed(office)
    for number in (1, 2):
        done = policy_life.withdraw("general", number, "不要了", by=office.manager, now=MIDNIGHT)
        assert (number, done.code) == (number, "in-force")


def test_open_cases_move_in_one_event_when_the_version_takes_over_and_no_due_gets_later(office):
    number = office.complain(now=START).number
    office.acknowledge(number, START + MIN)
    closed = office.complain(now=START).number
    assert office.act(closed, "withdraw", "customer", START + MIN).accepted
    before = {row[:2]: row[2] for row in owed(number)}
    signed(office, {"numbers.assess_time.is": "40 working h"}, moves=True)
    assert succession.hand_over(MIDNIGHT - 1) == 0
    assert succession.hand_over(MIDNIGHT) == 1
    assert succession.hand_over(MIDNIGHT + MIN) == 0
    worlds.forget()
    assert Event.objects.filter(kind="take over").count() == 1
    assert Case.objects.get(number=number).policy.number == 2
    assert Case.objects.get(number=closed).policy.number == 1
    events = Event.objects.filter(case__number=number).order_by("sequence")
    taken = next(event for event in events if event.kind == "take over")
    assert (taken.by, taken.data) == ("system", {"from": 1, "to": 2})
    for act, seat, due in owed(number):
        assert due <= before.get((act, seat), due)
    assert verify(MIDNIGHT + MIN) == []
    kept = rebuild.dump()
    rebuild.rebuild()
    assert rebuild.dump() == kept


def test_without_the_word_move_open_cases_keep_their_version(office):
    number = office.complain(now=START).number
    signed(office)
    assert succession.hand_over(MIDNIGHT + DAY) == 0
    assert Case.objects.get(number=number).policy.number == 1
