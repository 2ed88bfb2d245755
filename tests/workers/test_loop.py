"""The loop wakes each job in its time, and none that fails stops another."""

from threading import Event, Thread

import pytest

from bihuan.channels.webhooks.sending import deliver as tell_programs
from bihuan.desk import webhooks
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import verify
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Anchor, Case, Notice
from bihuan.records.models import Event as Entry
from bihuan.workers.loop import once, run
from bihuan.workers.schedule import SCHEDULE, Job
from tests.channels.servers import http_server
from tests.desk.firm import DAY, HOUR, START, firm

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_round_of_the_schedule_sweeps_tells_opens_ledgers_and_ties_the_knot():
    office = firm()
    office.complain()

    assert all(once(job, START + HOUR) for job in SCHEDULE)

    assert Entry.objects.filter(kind="lapsed").count() == 1
    assert Notice.objects.filter(person=office.manager, kind="late").exists()
    assert Case.objects.filter(ledger=True).count() == 1
    assert Anchor.objects.get().day == "2026-03-01"
    assert all(once(job, START + DAY) for job in SCHEDULE)
    assert verify(START + DAY) == []


def test_a_job_that_fails_comes_again_and_stops_no_other(caplog):
    stop, seen = Event(), {"bad": 0, "good": 0}

    def bad(_now):
        seen["bad"] += 1
        raise OSError("no disk")

    def good(_now):
        seen["good"] += 1
        if seen["good"] == 3:
            stop.set()

    thread = Thread(target=run, args=(stop, (Job("bad", 0, bad), Job("good", 0, good))))
    thread.start()
    thread.join(20)

    assert not thread.is_alive()
    assert seen == {"bad": 3, "good": 3}
    assert "bad failed" in caplog.text


def test_somebody_outside_who_does_not_answer_holds_nothing_else():
    stop, answers, rounds = Event(), Event(), []

    def slow(_now):
        assert answers.wait(60), "the clock stood still"

    def sweep(_now):
        rounds.append(answers.is_set())
        if len(rounds) == 3:
            answers.set()
            stop.set()

    jobs = (Job("slow", 0, slow, lane="webhooks"), Job("sweep", 0, sweep))
    thread = Thread(target=run, args=(stop, jobs))
    thread.start()
    thread.join(60)

    assert not thread.is_alive()
    assert rounds == [False] * 3


def test_what_speaks_to_the_outside_has_a_lane_of_its_own_and_the_clock_has_none():
    lanes = {job.name: job.lane for job in SCHEDULE}
    assert {name for name, lane in lanes.items() if lane} == {
        "mail", "feeds", "messages", "webhooks",
    }  # fmt: skip
    assert len({lane for lane in lanes.values() if lane}) == 4


def test_a_webhook_address_that_does_not_answer_does_not_hold_the_sweep(settings, caplog):
    settings.WEBHOOKS_PRIVATE = True
    office = firm()
    stop, asked, swept = Event(), Event(), Event()

    def answer(_asked):
        asked.set()
        swept.wait(60)
        return 200, {}

    def sweep_then_let_go(now):
        if asked.is_set():
            sweep(START + HOUR)
            swept.set()
            stop.set()

    with http_server() as server:
        server.answer = answer
        made = webhooks.subscribe("x", server.url, person=int(office.gm), now=START)
        assert not isinstance(made, Refusal), made
        office.complain()
        jobs = (
            Job("webhooks", 0, tell_programs, lane="webhooks"),
            Job("sweep", 0, sweep_then_let_go),
        )
        thread = Thread(target=run, args=(stop, jobs))
        thread.start()
        thread.join(60)
        swept.set()

    assert Entry.objects.filter(kind="lapsed").count() == 1
    assert "failed" not in caplog.text
