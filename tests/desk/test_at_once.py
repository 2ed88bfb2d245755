"""Several at once, each with a connection of their own: nothing is lost, nothing done twice."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection

from bihuan.desk import limits
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.outbox import deliver
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import anchor, verify
from bihuan.records.models import ActReceipt, Anchor, Case, Event, Notice, Outbox
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office() -> Firm:
    return firm()


def at_once(*doings):
    """Do these in threads that start together; what each returned, in their order."""
    barrier, found, errors = Barrier(len(doings)), {}, []

    def run(place, does):
        try:
            barrier.wait(10)
            found[place] = does()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=item) for item in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors, errors
    return [found[place] for place in range(len(doings))]


def test_two_clerks_acting_at_once_are_judged_one_after_the_other(office):
    number = office.complain().number

    one, two = at_once(*[lambda: office.acknowledge(number)] * 2)

    assert Counter(done.accepted for done in (one, two)) == {True: 1, False: 1}
    refused = one.refusal or two.refusal
    assert refused.code in ("done-already", "not-yet")
    assert Event.objects.filter(kind="acknowledge").count() == 1
    assert verify(START + HOUR) == []


def test_the_same_act_sent_twice_at_once_is_done_once_with_one_answer(office):
    number = office.complain().number

    done = at_once(*[lambda: office.acknowledge(number, act_id="x")] * 4)

    assert len({(one.first, one.last, one.refusal) for one in done}) == 1
    assert sum(one.repeated for one in done) == 3
    assert ActReceipt.objects.filter(act_id="x").count() == 1
    assert stored(number).events == 2


def test_the_same_complaint_sent_twice_at_once_is_registered_once(office):
    done = at_once(*[lambda: office.complain(act_id="x")] * 4)

    assert len({one.number for one in done}) == 1
    assert len({one.query_code for one in done}) == 1
    assert Case.objects.count() == 1


def test_numbers_given_at_once_have_no_gaps_and_no_doubles(office):
    def some():
        return [office.complain().number for _ in range(5)]

    numbers = sorted(number for found in at_once(*[some] * 4) for number in found)

    assert numbers == [f"TS20260302-{n:04d}" for n in range(1, 21)]
    assert verify(START) == []


def test_remarks_made_at_once_are_all_there_in_one_chain(office):
    number = office.complain().number

    def remark():
        return [
            office.act(number, "remark", office.agent, START + MIN, text="记").accepted
            for _ in range(5)
        ]

    assert all(all(accepted) for accepted in at_once(*[remark] * 4))
    assert stored(number).events == 21
    assert verify(START + MIN) == []


def test_sweepers_share_the_work_and_no_lapse_is_recorded_twice(office):
    for n in range(40):
        office.complain(now=START + n)

    at_once(*[lambda: sweep(START + HOUR)] * 4)
    sweep(START + HOUR)

    lapses = Counter(Event.objects.filter(kind="lapsed").values_list("case_id", flat=True))
    assert len(lapses) == 40
    assert set(lapses.values()) == {1}
    assert verify(START + HOUR) == []


def test_a_clerk_and_the_sweep_at_once_leave_one_history(office):
    numbers = [office.complain(now=START + n).number for n in range(20)]

    def work():
        return [
            office.act(number, "remark", office.agent, START + HOUR, text="记").accepted
            for number in numbers
        ]

    done, _ = at_once(work, lambda: [sweep(START + HOUR) for _ in range(5)])

    assert all(done)
    assert Event.objects.filter(kind="lapsed").count() == 20
    assert verify(START + HOUR) == []


def test_messages_delivered_at_once_arrive_once(office):
    for n in range(20):
        office.complain(now=START + n)
    sweep(START + HOUR)

    at_once(*[lambda: deliver(START + HOUR)] * 4)
    deliver(START + HOUR)

    assert not Outbox.objects.exclude(state="sent").exists()
    notices = Counter(Notice.objects.values_list("dedupe", "person"))
    assert set(notices.values()) == {1}
    assert sum(kind == "late" for kind in Notice.objects.values_list("kind", flat=True)) == 20


def test_ledgers_and_anchors_made_at_once_are_made_once(office):
    at_once(*[lambda: ensure_ledgers(START)] * 3)
    at_once(*[lambda: anchor("2026-03-01", START + DAY)] * 3)

    numbers = list(Case.objects.filter(ledger=True).values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) > 0
    assert Anchor.objects.count() == 1
    assert verify(START + DAY) == []


def test_of_many_tries_at_once_each_is_counted():
    counted = at_once(*[lambda: limits.count("code:here:1", until=START + HOUR, now=START)] * 6)

    assert sorted(counted) == [1, 2, 3, 4, 5, 6]
    assert limits.tried("code:here:1") == 6


def test_tries_past_their_time_are_forgotten():
    limits.count("code:here:1", until=START, now=START)
    limits.count("code:here:2", until=START + HOUR, now=START + MIN)

    assert limits.tried("code:here:1") == 0
    limits.give_back("code:here:2")
    limits.give_back("code:here:2")
    assert limits.tried("code:here:2") == 0
