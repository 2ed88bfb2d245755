"""Several processes on one database, as with many web servers and workers: each thing happens once."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection

from bihuan.desk.verify import verify
from bihuan.records.models import ActReceipt, Case, Event, Obligation, PurgeCertificate
from tests.desk import another_process
from tests.desk.firm import HOUR, MIN, START, Firm, firm, stored

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 4


class Processes:
    """Several of `another_process`, each told its job in the same instant."""

    def __init__(self):
        name = str(connection.settings_dict["NAME"])
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bihuan.site.settings"}
        self.running = [
            subprocess.Popen(
                [sys.executable, another_process.__file__, name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            )
            for _ in range(PROCESSES)
        ]  # fmt: skip
        for process in self.running:
            assert process.stdout.readline() == "ready\n"

    def at_once(self, *jobs):
        """What came of each job, in their order."""
        for process, job in zip(self.running, jobs, strict=True):
            process.stdin.write(json.dumps(job) + "\n")
        for process in self.running:
            process.stdin.flush()
        return [json.loads(process.stdout.readline()) for process in self.running]

    def end(self):
        for process in self.running:
            process.stdin.close()
            process.stdout.close()
        for process in self.running:
            try:
                process.wait(20)
            finally:
                process.kill()


@pytest.fixture(scope="module")
def processes(django_db_setup):
    started = Processes()
    yield started
    started.end()


@pytest.fixture
def office() -> Firm:
    return firm()


def acknowledging(office, number, *act_ids):
    return {
        "do": "act", "act": "acknowledge", "by": office.agent, "number": number,
        "at": START + MIN, "data": {"told_by": "same channel"}, "act_ids": act_ids,
    }  # fmt: skip


def remarking(office, number, *act_ids):
    return {
        "do": "act", "act": "remark", "by": office.agent, "number": number, "at": START + MIN,
        "data": {"text": "记"}, "act_ids": act_ids,
    }  # fmt: skip


def registering(office, *act_ids):
    facts = {"kind": "complaint", "channel": "phone", "name": "王测试", "phone": "13800000001",
             "about": "product", "content": "机器漏水"}  # fmt: skip
    return {
        "do": "register", "by": office.agent, "at": START, "facts": facts, "act_ids": act_ids,
    }  # fmt: skip


def test_processes_doing_the_same_act_under_one_act_id_do_it_once(office, processes):
    number = office.complain().number

    found = processes.at_once(*[acknowledging(office, number, "x")] * PROCESSES)

    answers = [one for [one] in found]
    assert {tuple(answer[:3]) for answer in answers} == {(True, 2, 2)}
    assert sum(answer[3] for answer in answers) == PROCESSES - 1
    assert stored(number).events == 2
    assert ActReceipt.objects.filter(act_id="x").count() == 1
    assert verify(START + MIN) == []


def test_of_processes_doing_the_same_step_under_ids_of_their_own_one_is_accepted(office, processes):
    number = office.complain().number

    found = processes.at_once(*[acknowledging(office, number, f"x{n}") for n in range(PROCESSES)])

    assert Counter(one[0] for [one] in found) == {True: 1, False: PROCESSES - 1}
    assert {one[4] for [one] in found} <= {"", "done-already", "not-yet"}
    assert Event.objects.filter(kind="acknowledge").count() == 1
    assert verify(START + MIN) == []


def test_different_acts_of_several_processes_on_one_case_are_all_in_one_chain(office, processes):
    number = office.complain().number
    ids = [[f"{n}-{k}" for k in range(8)] for n in range(PROCESSES)]

    found = processes.at_once(
        acknowledging(office, number, "first"),
        *[remarking(office, number, *own) for own in ids[1:]],
    )

    assert all(answer[0] for answers in found for answer in answers)
    kinds = Counter(Event.objects.values_list("kind", flat=True).filter(case__number=number))
    assert kinds["acknowledge"] == 1
    assert kinds["remark"] == 8 * (PROCESSES - 1)
    assert verify(START + MIN) == []


def test_numbers_given_by_several_processes_have_no_gaps_and_no_doubles(office, processes):
    ids = [[f"{n}-{k}" for k in range(8)] for n in range(PROCESSES)]

    found = processes.at_once(*[registering(office, *own) for own in ids])

    numbers = sorted(number for answers in found for number, _code in answers)
    assert numbers == [f"TS20260302-{n:04d}" for n in range(1, 8 * PROCESSES + 1)]
    assert verify(START) == []


def test_a_complaint_sent_to_several_processes_is_registered_once(office, processes):
    found = processes.at_once(*[registering(office, "x")] * PROCESSES)

    assert len({tuple(one) for [one] in found}) == 1
    assert Case.objects.count() == 1


def test_sweepers_in_several_processes_share_the_work_and_record_no_lapse_twice(office, processes):
    cases = 450
    for n in range(cases):
        office.complain(now=START + n % MIN)
    nothing, everything = ({"do": "sweep", "at": at} for at in (START, START + HOUR))
    assert processes.at_once(*[nothing] * PROCESSES) == [[0, 0]] * PROCESSES

    found = processes.at_once(*[everything] * PROCESSES)

    assert sum(swept for swept, _ in found) == cases
    assert not any(failed for _, failed in found)
    if connection.vendor == "postgresql":  # SKIP LOCKED: nobody waits for the first one's batch
        assert sum(swept > 0 for swept, _ in found) > 1
    lapses = Counter(Event.objects.filter(kind="lapsed").values_list("case_id", flat=True))
    assert len(lapses) == cases
    assert set(lapses.values()) == {1}
    assert verify(START + HOUR) == []


def test_a_hold_and_the_purge_at_the_same_instant_never_both_come_true(office, processes):
    """Whoever is first: on hold with every value there, or destroyed and the hold refused."""
    numbers = [office.complain(now=START + n).number for n in range(6)]
    for number in numbers:
        office.act(number, "decline", office.agent, START + MIN, reason="不属本单位")
    due = Obligation.objects.filter(act="purge").values_list("due_at", flat=True).first()
    at = due + MIN
    for number in numbers:
        hold = {
            "do": "act", "act": "hold", "by": office.agent, "number": number, "at": due,
            "data": {"reason": "诉讼", "review": at + HOUR}, "act_ids": [f"hold-{number}"],
        }  # fmt: skip
        sweeping = {"do": "sweep", "at": at}
        [[held], *_] = processes.at_once(hold, sweeping, sweeping, sweeping)
        case = stored(number)
        values = [row.private for row in case.history.filter(kind="register")]
        assert (held[0], case.ended) in ((True, "declined"), (False, "purged")), held
        assert bool(values[0]) == held[0]
        assert PurgeCertificate.objects.filter(number=number).exists() != held[0]
    assert verify(at) == []


def joining(office, act, number, *ids, **data):
    return {
        "do": "act", "act": act, "by": office.agent, "number": number, "at": START + HOUR,
        "data": {"reason": "同一件事", **data} if act != "link" else data, "act_ids": ids,
    }  # fmt: skip


@pytest.mark.parametrize("turn", range(3))
def test_of_two_merges_that_cross_one_happens_and_nothing_is_half_written(office, processes, turn):
    one, other = office.complain().number, office.complain(now=START + MIN).number
    there = joining(office, "merge", one, f"a{turn}", case=other)
    back = joining(office, "merge", other, f"b{turn}", case=one)

    found = processes.at_once(there, back, there | {"act_ids": ["c"]}, back | {"act_ids": ["d"]})

    assert sum(answer[0] for [answer] in found) == 1
    assert sorted(stored(number).ended for number in (one, other)) == ["", "merged"]
    assert Event.objects.filter(kind="take_in").count() == 1
    assert verify(START + HOUR) == []


@pytest.mark.parametrize("turn", range(3))
def test_a_merge_while_the_survivor_ends_never_leaves_the_merged_one_without_an_answer(
    office, processes, turn
):
    one, other = office.complain().number, office.complain(now=START + MIN).number
    gone = {**joining(office, "withdraw", other, f"w{turn}"), "by": "customer", "data": {}}

    found = processes.at_once(
        joining(office, "merge", one, f"m{turn}", case=other), gone,
        remarking(office, other, "r"), remarking(office, one, "s"),
    )  # fmt: skip

    merged, withdrawn = found[0][0], found[1][0]
    assert merged[0] != withdrawn[0]
    assert {merged[4], withdrawn[4]} - {""} <= {"not-living", "owes-merged"}
    assert [stored(one).ended, stored(other).ended] in (["merged", ""], ["", "withdrawn"])
    assert verify(START + HOUR) == []


def test_links_made_from_both_sides_at_once_stand_once_on_each(office, processes):
    one, other = office.complain().number, office.complain(now=START + MIN).number
    there = joining(office, "link", one, "a", case=other, **{"as": "related"})
    back = joining(office, "link", other, "b", case=one, **{"as": "related"})

    found = processes.at_once(there, back, there | {"act_ids": ["c"]}, back | {"act_ids": ["d"]})

    assert sum(answer[0] for [answer] in found) == 1
    assert {answer[4] for [answer] in found} == {"", "linked-already"}
    assert Event.objects.filter(kind="link").count() == 2
    assert verify(START + HOUR) == []
