"""One transaction an act: what it leaves, what repeating it does, what a refusal leaves."""

import pytest

from bihuan.desk.outbox import deliver
from bihuan.desk.perform import first_result
from bihuan.desk.verify import verify
from bihuan.records.models import ActReceipt, Event, Notice, Obligation, Outbox, Party
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, owed, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def test_a_complaint_is_registered_with_number_code_and_somebody_who_owes(office):
    done = office.complain()

    assert done.refusal is None
    assert done.number == "TS20260302-0001"
    assert len(done.query_code) == 13
    case = stored(done.number)
    assert (case.stage, case.title, case.kind, case.channel) == (
        "registered", "机器漏水", "complaint", "phone",
    )  # fmt: skip
    assert case.query_code_hash not in ("", done.query_code)
    assert owed(done.number) == [("acknowledge", "after_sales@", START + 30 * MIN)]
    assert case.next_due_at == START + 30 * MIN
    assert case.wake_at == START + 30 * MIN + 1
    assert verify(START) == []


def test_numbers_have_no_gaps_within_a_day_and_start_again_the_next(office):
    first = [office.complain().number for _ in range(2)]
    refused = office.complain(channel="pigeon")
    later = [office.complain(now=START + DAY).number, office.complain().number]

    assert refused.refusal.code == "unknown-channel"
    assert refused.query_code == ""
    assert first + later == [
        "TS20260302-0001", "TS20260302-0002", "TS20260303-0001", "TS20260302-0003",
    ]  # fmt: skip


def test_the_same_act_id_twice_registers_once_and_answers_the_same(office):
    one, two = office.complain(act_id="form-1"), office.complain(act_id="form-1", now=START + 9)

    assert one.number == two.number
    assert one.query_code == two.query_code != ""
    assert two.performed.repeated
    assert Event.objects.count() == 1
    assert Party.objects.count() == 1


def test_the_same_act_id_with_other_words_does_not_open_the_query_code(office):
    one, two = office.complain(act_id="form-1"), office.complain(act_id="form-1", content="别的")

    assert one.number == two.number
    assert two.query_code == ""


def test_an_act_id_of_somebody_else_is_refused(office):
    number = office.complain().number
    office.acknowledge(number, act_id="a")
    other = office.act(number, "remark", office.manager, START + HOUR, act_id="a", text="?")

    assert other.refusal.code == "act-id-taken"


def test_an_act_keeps_its_obligation_and_opens_the_next(office):
    number = office.complain().number

    done = office.acknowledge(number, act_id="x")

    assert done.accepted, done.refusal
    kept = Obligation.objects.get(case__number=number, act="acknowledge")
    assert (kept.state, kept.ended_at) == ("kept", START + MIN)
    assert kept.clauses == ["GEN-4.1"]
    assert [act for act, _, _ in owed(number)] == ["classify"]
    assert stored(number).stage == "acknowledged"
    assert verify(START + MIN) == []


def test_an_act_repeated_does_nothing_more_and_returns_the_first_outcome(office):
    number = office.complain().number
    one = office.acknowledge(number, act_id="x")
    two = office.acknowledge(number, START + 2 * MIN, act_id="x")

    assert (two.first, two.last, two.refusal) == (one.first, one.last, None)
    assert two.repeated
    assert stored(number).events == one.last


def test_a_refusal_is_repeated_as_it_was(office):
    number = office.complain().number
    one = office.act(number, "close", office.agent, START + MIN, act_id="x", summary="完")
    office.acknowledge(number, START + 2 * MIN)
    two = office.act(number, "close", office.agent, START + MIN, act_id="x", summary="完")

    assert one.refusal == two.refusal
    assert one.refusal.code == "not-yet"
    assert two.repeated


def test_what_cannot_be_kept_is_refused_before_anything_is_written(office):
    done = office.complain(content="半个字\ud800")
    assert done.refusal.code == "unreadable-text"
    assert office.complain(content="零\0").refusal.field == "content"
    assert office.complain(act_id="x" * 81).refusal.code == "bad-act-id"
    assert not Event.objects.exists()
    assert not Party.objects.exists()


def test_an_unknown_case_is_refused(office):
    assert office.acknowledge("TS20260302-9999").refusal.code == "no-such-case"


def test_who_may_not_see_a_case_is_told_there_is_none(office):
    number = office.complain().number

    done = office.act(number, "remark", office.head, START + MIN, text="看看")

    assert done.refusal.code == "no-such-case"
    assert stored(number).events == 1


def test_lapses_are_caught_up_by_the_next_act_and_kept_even_if_it_is_refused(office):
    number = office.complain().number

    done = office.act(number, "close", office.agent, START + DAY, summary="完")

    assert done.refusal.code == "not-yet"
    kinds = list(Event.objects.order_by("sequence").values_list("kind", "at"))
    assert kinds[1] == ("lapsed", START + 30 * MIN)
    assert done.events == len(kinds) - 1
    assert verify(START + DAY) == []


def test_kept_after_it_was_due_is_late(office):
    number = office.complain().number
    office.act(number, "acknowledge", office.manager, START + HOUR, told_by="same channel")

    row = Obligation.objects.get(case__number=number, act="acknowledge")

    assert (row.state, row.lapses, row.seat) == ("late", 1, "after_sales_manager@")


def test_personal_values_stand_only_in_the_private_column(office):
    number = office.complain().number
    event = Event.objects.get()

    assert "王测试" not in str((event.data, event.effects))
    assert "王测试" in str(event.private)
    assert stored(number).state["facts"]["name"] == "王测试"


def test_a_customer_is_found_again_by_name_and_phone(office):
    office.complain()
    office.complain(phone="+86 138-0000-0001")
    office.complain(phone="13800000002")
    anonymous = office.complain(name="", phone="")

    assert sorted(Party.objects.values_list("phone", "phone_end")) == [
        ("13800000001", "0001"), ("13800000002", "0002"),
    ]  # fmt: skip
    assert stored(anonymous.number).complainant is None


def test_the_same_problem_is_counted_over_cases_and_opens_an_improvement_once(office):
    about = {"about": "unit", "about_unit": "works"}
    numbers = [office.complain(now=START + n * HOUR, **about).number for n in range(4)]
    office.complain(about="product")

    states = [stored(number).state for number in numbers]

    assert [state["facts"]["same_problem"] for state in states] == [1, 2, 3, 1]
    assert ["sheets" in state for state in states] == [False, False, True, False]
    assert stored(numbers[2]).covered_at == START + 2 * HOUR


def test_a_count_nobody_but_the_system_may_bring(office):
    number = office.complain(same_problem=99).number

    assert stored(number).state["facts"]["same_problem"] == 1


def test_who_owes_is_told_once_and_who_acted_is_not(office):
    number = office.complain().number
    deliver(START)
    assert not Notice.objects.filter(person=office.agent).exists()
    assert Notice.objects.get(person="customer").kind == "registered"

    office.act(number, "acknowledge", office.manager, START + HOUR, told_by="same channel")
    assert deliver(START + HOUR).sent
    Outbox.objects.update(state="waiting")
    deliver(START + HOUR)

    assert [n.body["act"] for n in Notice.objects.filter(person=office.agent)] == ["classify"]
    assert not Outbox.objects.filter(state="waiting").exists()


def test_a_message_that_fails_is_tried_again_and_finally_given_up(office):
    office.complain()

    def broken(*_):
        raise OSError("no line")

    now = START
    for _ in range(6):
        assert deliver(now, recipients={"customer": broken}).failed == 1
        row = Outbox.objects.get(to="customer")
        assert row.error == "OSError: no line"
        assert deliver(now, recipients={"customer": broken}).failed == 0
        now = row.next_at
    assert (row.state, row.attempts) == ("dead", 6)


def test_deliveries_cut_short_keep_what_was_delivered_before(office):
    for n in range(70):
        office.complain(now=START, name=f"客户{n}")
    sent = []

    def cut_short(message, _organisation):
        if len(sent) == 60:
            raise KeyboardInterrupt
        sent.append(message.dedupe)
        return ("customer",)

    with pytest.raises(KeyboardInterrupt):
        deliver(START, recipients=dict.fromkeys(("customer", "seat"), cut_short))

    assert Outbox.objects.filter(state="sent").count() == 50
    deliver(START)
    assert not Outbox.objects.filter(state="waiting").exists()


def test_one_receipt_for_each_act_id(office):
    number = office.complain(act_id="r").number
    office.acknowledge(number, act_id="a")

    assert dict(ActReceipt.objects.values_list("act_id", "last")) == {"r": 1, "a": 2}


def test_what_came_of_an_act_id_is_told_to_who_sent_it_only(office):
    number = office.complain(act_id="r").number
    done = office.acknowledge(number, act_id="a")

    first = first_result("a", by=office.agent, act="acknowledge")

    assert (first.number, first.first, first.last, first.refusal) == (number, 2, done.last, None)
    assert first.repeated
    assert first_result("a", by=office.manager, act="acknowledge") is None
    assert first_result("a", by=office.agent, act="close") is None
    assert first_result("b", by=office.agent, act="acknowledge") is None
    assert first_result("", by=office.agent, act="acknowledge") is None
