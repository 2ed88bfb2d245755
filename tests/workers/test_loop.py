"""The loop wakes each job in its time, and none that fails stops another."""

from threading import Event, Thread

import pytest

from bihuan.desk.verify import verify
from bihuan.records.models import Anchor, Case, Notice
from bihuan.records.models import Event as Entry
from bihuan.workers.loop import once, run
from bihuan.workers.schedule import SCHEDULE, Job
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
