"""The loop that wakes the jobs of the schedule; any number of workers may run it at once."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from django.db import close_old_connections, connection

from bihuan.workers.schedule import SCHEDULE, Job

log = logging.getLogger(__name__)
PATIENCE = 10  # seconds


def run(
    stop: Event,
    schedule: Sequence[Job] = SCHEDULE,
    clock: Callable[[], float] = time.time,
) -> None:
    """Do each job when its time comes until `stop` is set, each lane in a thread of its own.

    A job that fails is logged and comes again. What a lane has begun when `stop` is set is waited for,
    for a while: what it did not finish is done again by the next worker.
    """
    lanes: dict[str, list[Job]] = {}
    for job in schedule:
        lanes.setdefault(job.lane, []).append(job)
    threads = [
        Thread(target=_go, args=(jobs, stop, clock), name=f"worker {lane}", daemon=True)
        for lane, jobs in lanes.items()
        if lane
    ]
    for thread in threads:
        thread.start()
    _go(lanes.get("", ()), stop, clock)
    until = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def _go(jobs: Sequence[Job], stop: Event, clock: Callable[[], float]) -> None:
    """Do the jobs of one lane."""
    due = dict.fromkeys(range(len(jobs)), 0.0)
    try:
        while not stop.is_set():
            for place, job in enumerate(jobs):
                if stop.is_set():
                    break
                if clock() >= due[place]:
                    once(job, int(clock()))
                    due[place] = clock() + job.every
            stop.wait(max(0.05, min(due.values(), default=clock() + 1) - clock()))
    finally:
        connection.close()


def once(job: Job, now: int) -> bool:
    """Do one job now; False, and a line in the log, where it failed."""
    close_old_connections()
    try:
        job.does(now)
    except Exception:
        log.exception("%s failed", job.name)
        connection.close()
        return False
    return True
