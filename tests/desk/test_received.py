"""Whatever reaches the organisation: kept before anything else, owed a look, judged once, never lost."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from bihuan.desk import files, rebuild, received
from bihuan.desk.organisation import hold
from bihuan.desk.perform import perform
from bihuan.desk.received import Arrival, Verdict, judge, receive
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import verify
from bihuan.engine.case import Act
from bihuan.records.models import Case, Event, Received
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, owed, stored

pytestmark = pytest.mark.django_db
FACTS = {"kind": "complaint", "channel": "email", "name": "赵示例", "content": "冰箱不制冷"}


@pytest.fixture
def office() -> Firm:
    return firm()


def arrival(raw=b"From: a@example.com\n\nhello", **more) -> Arrival:
    return Arrival("email", raw, "desk@example.com", unit="firm", subject="冰箱", **more)


def ledger(message) -> Case:
    return Received.objects.get(pk=message.id).ledger


def test_a_message_is_owed_a_look_from_the_moment_it_is_received(office):
    message = receive(arrival(), START)

    assert message.fresh
    assert owed(ledger(message).number) == [("triage", "after_sales@", START + 30 * MIN)]
    assert ledger(message).number == "SJ20260302-0001"
    assert received.raw_of(message.digest) == b"From: a@example.com\n\nhello"
    assert verify(START) == []


def test_the_same_message_is_recognised(office):
    first = receive(arrival(), START)
    again = receive(arrival(), START + MIN)

    assert (again.id, again.fresh) == (first.id, False)
    assert Received.objects.count() == Case.objects.count() == 1


def test_the_same_words_under_another_id_are_another_message(office):
    receive(arrival(external_id="1"), START)
    receive(arrival(external_id="2"), START)

    assert Received.objects.count() == 2


def test_nobody_looks_and_the_ladder_does(office):
    message = receive(arrival(), START)

    sweep(START + 31 * MIN)

    assert [who for _, who, _ in owed(ledger(message).number)] == ["after_sales_manager@"]
    assert verify(START + 31 * MIN) == []


def test_a_message_that_becomes_a_case_registers_it_once_however_often_it_is_judged(office):
    message = receive(arrival(), START)

    first = judge(message.id, Verdict("case", facts=FACTS), now=START + MIN)
    again = judge(message.id, Verdict("case", facts=FACTS), now=START + 2 * MIN)

    assert first.refusal is None
    assert first.number == again.number == "TS20260302-0001"
    assert Case.objects.filter(ledger=False).count() == 1
    row = Received.objects.get(pk=message.id)
    assert (row.fate, row.case.number, row.by, row.at) == (
        "case",
        first.number,
        "system",
        START + 60,
    )
    assert owed(row.ledger.number) == []
    assert not row.ledger.is_open
    assert stored(first.number).state["facts"]["written"] == "yes"
    assert verify(START + MIN) == []


def test_a_message_added_to_a_case_is_the_customers_word_and_is_to_be_looked_at(office):
    number = office.complain().number
    message = receive(arrival(), START + MIN)

    done = judge(message.id, Verdict("addition", case=number, text="还是漏水"), now=START + 2 * MIN)

    assert done.refusal is None
    assert "look_at_evidence" in [act for act, _, _ in owed(number)]
    assert Event.objects.filter(case__number=number, kind="remark", by="customer").count() == 1


def test_nothing_is_written_where_one_half_is_refused(office):
    message = receive(arrival(), START)

    done = judge(message.id, Verdict("case", facts={**FACTS, "channel": "pigeon"}), now=START + MIN)

    assert done.refusal.code == "unknown-channel"
    assert Received.objects.get(pk=message.id).fate == ""
    assert [act for act, _, _ in owed(ledger(message).number)] == ["triage"]


def test_quarantine_is_owed_a_look_and_a_person_brings_a_message_back_from_it(office):
    message = receive(arrival(), START)
    judge(message.id, Verdict("quarantined", "无法读出"), now=START)

    assert [act for act, _, _ in owed(ledger(message).number)] == ["triage"]
    done = judge(message.id, Verdict("case", facts=FACTS), by=office.agent, now=START + MIN)

    assert done.refusal is None
    kinds = (
        Event.objects.filter(case=ledger(message)).order_by("sequence").values_list("kind", "by")
    )
    assert list(kinds) == [("opened", "system"), ("set_aside", "system"), ("triage", office.agent)]
    assert stored(done.number).state["registrar"] == office.agent


def test_what_was_rejected_can_be_taken_up_again_and_what_is_a_case_cannot(office):
    message = receive(arrival(), START)
    judge(message.id, Verdict("rejected", "自动回复"), now=START)

    taken_up = judge(
        message.id, Verdict("case", facts=FACTS), by=office.agent, now=START + MIN, act_id="again"
    )
    twice = judge(
        message.id, Verdict("rejected", "再想想"), by=office.agent, now=START + HOUR, act_id="third"
    )

    assert taken_up.refusal is None
    assert twice.refusal.code == "judged-already"
    assert Received.objects.get(pk=message.id).fate == "case"


def test_a_rejection_needs_its_reason_and_a_fate_a_case_there_is(office):
    message = receive(arrival(), START)

    assert judge(message.id, Verdict("rejected"), now=START).refusal.code == "missing-field"
    nowhere = judge(message.id, Verdict("merged", case="TS20260302-0099"), now=START)
    assert nowhere.refusal.code == "no-such-case"


def test_only_who_owes_the_look_or_stands_above_judges(office):
    message = receive(arrival(), START)

    refused = judge(message.id, Verdict("rejected", "广告"), by=office.head, now=START)
    done = judge(message.id, Verdict("rejected", "广告"), by=office.gm, now=START)

    assert refused.refusal.code in ("not-yours", "no-such-case")
    assert done.refusal is None


def test_a_message_does_not_go_to_a_case_that_its_judge_may_not_see(office):
    assert not hasattr(hold(int(office.head), "after_sales", "works", now=START - DAY), "code")
    number = office.complain().number
    message = receive(Arrival("email", b"x", "box", unit="works"), START + MIN)

    done = judge(message.id, Verdict("merged", case=number), by=office.head, now=START + MIN)

    assert done.refusal.code == "no-such-case"


def test_clocks_that_cannot_be_are_not_believed(office):
    for number, told in enumerate((0, 86400, START + 40 * 365 * DAY)):
        message = receive(arrival(external_id=str(number), received_at=told), START)
        assert message.received_at == START
    early = receive(arrival(external_id="early", received_at=START - DAY), START)
    assert early.received_at == START - DAY


def test_the_projection_is_made_again_from_the_history(office):
    message = receive(arrival(), START)
    judge(message.id, Verdict("rejected", "广告"), now=START + MIN)
    before = rebuild.dump()

    rebuild.rebuild()

    assert rebuild.dump() == before


def test_verify_sees_a_message_that_is_gone_or_was_judged_by_hand(office):
    kept, spoilt = (
        receive(arrival(external_id="1"), START),
        receive(arrival(external_id="2"), START),
    )
    lost = receive(arrival(b"other", external_id="3"), START)
    Path(default_storage.path(files.path_of(lost.digest))).unlink()
    Received.objects.filter(pk=spoilt.id).update(fate="rejected")
    Received.objects.filter(pk=kept.id).delete()

    found = verify(START)

    assert len(found) == 3
    assert {finding.code for finding in found} == {"received"}


def test_a_rejected_message_is_destroyed_when_its_time_is_over_and_one_of_a_case_with_the_case(
    office,
):
    number = office.complain().number
    rejected, added = receive(arrival(b"one"), START), receive(arrival(b"two"), START)
    judge(rejected.id, Verdict("rejected", "广告"), now=START)
    judge(added.id, Verdict("addition", case=number, text="补充"), now=START)

    sweep(START + 4 * 365 * DAY)

    gone, left = (Received.objects.get(pk=one.id) for one in (rejected, added))
    assert (gone.digest, gone.subject) == ("", "")
    assert (left.digest, left.subject) == (added.digest, "冰箱")
    assert [f for f in verify(START + 4 * 365 * DAY) if f.code in ("certificate", "received")] == []


def test_without_a_policy_a_message_is_kept_and_owed_once_one_rules(db):
    message = receive(Arrival("email", b"early"), START - 31 * DAY)
    assert judge(message.id, Verdict("rejected", "x"), now=START).refusal.code == "no-policy"
    assert [finding.code for finding in verify(START)] == ["received"]

    firm()

    assert [one.id for one in received.waiting(["email"])] == [message.id]
    assert judge(message.id, Verdict("rejected", "x"), now=START).refusal is None


def test_an_ordinary_case_is_not_triaged(office):
    number = office.complain().number
    act = Act("triage", office.agent, START, {"fate": "rejected", "reason": "x"})

    assert perform(act, case_number=number, now=START).refusal.code == "not-allowed"
