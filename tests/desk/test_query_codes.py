"""A customer's query code can be renewed: shown once, the one before is dead, a rebuild knows the newest."""

import pytest

from bihuan.desk import query_codes
from bihuan.desk.rebuild import rebuild
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Event
from tests.desk.firm import HOUR, MIN, START, Firm, firm

pytestmark = pytest.mark.django_db
TOLD = {"checked": "报出姓名和登记时的电话"}


@pytest.fixture
def office() -> Firm:
    return firm()


def test_the_new_code_opens_the_case_and_the_old_one_nothing(office):
    made = office.complain(act_id="c1")
    number, old = made.number, made.query_code
    done = office.act(number, "renew_code", office.agent, START + MIN, "r1", **TOLD)
    assert done.accepted, done.refusal
    new = query_codes.renewed(number, office.agent, "r1")
    assert len(new) == len(old)
    assert query_codes.find_by_code(number, new)
    assert query_codes.find_by_code(number, old) is None
    assert office.complain(act_id="c1").query_code == "", "sent again it brings no dead code"

    again = office.act(number, "renew_code", office.agent, START + HOUR, "r1", **TOLD)
    assert (again.repeated, query_codes.renewed(number, office.agent, "r1")) == (True, new)
    assert new not in str(list(Event.objects.values_list("data", "effects", "private")))


def test_a_rebuild_knows_the_newest_code(office):
    number = office.complain().number
    for place in ("r1", "r2"):
        office.act(number, "renew_code", office.agent, START + MIN, place, **TOLD)
    newest = query_codes.renewed(number, office.agent, "r2")
    Case.objects.filter(number=number).update(query_code_hash="")
    rebuild()
    assert query_codes.find_by_code(number, newest)
    assert query_codes.renewed(number, office.agent, "r1") == ""
    assert verify(START + HOUR) == []


def test_the_customer_may_renew_it_and_a_stranger_among_the_staff_may_not(office):
    number = office.complain().number
    assert office.act(number, "renew_code", "customer", START + MIN, "r1", **TOLD).accepted
    refused = office.act(number, "renew_code", office.board, START + MIN, "r2", **TOLD)
    assert refused.refusal.code in ("not-yours", "no-such-case")
    assert (
        office.act(number, "renew_code", office.agent, START + MIN, **TOLD).refusal.field
        == "act_id"
    )
    lacking = office.act(number, "renew_code", office.agent, START + MIN, "r3")
    assert (lacking.refusal.code, lacking.refusal.field) == ("missing-field", "checked")
