"""The loop that wakes the jobs of the schedule; any number of workers may run it at once."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

from django.db import close_old_connections, connection

from bihuan.workers.schedule import SCHEDULE, Job

log = logging.getLogger(__name__)


def run(
    stop: Event,
    schedule: Sequence[Job] = SCHEDULE,
    clock: Callable[[], float] = time.time,
) -> None:
    """Do each job when its time comes until `stop` is set; a job that fails is logged and comes again."""
    due = dict.fromkeys(range(len(schedule)), 0.0)
    try:
        while not stop.is_set():
            for place, job in enumerate(schedule):
                if stop.is_set():
                    break
                if clock() >= due[place]:
                    once(job, int(clock()))
                    due[place] = clock() + job.every
            stop.wait(max(0.05, min(due.values()) - clock()))
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
