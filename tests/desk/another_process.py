"""Another process on the same database: does the jobs it is told on its input, a line of JSON each."""

import json
import sys
from collections.abc import Callable
from typing import Any

Job = dict[str, Any]


def act(job: Job) -> list[list[Any]]:
    """The same act with each of these act ids: accepted, first, last, repeated, the refusal's code."""
    from bihuan.desk.perform import perform
    from bihuan.engine.case import Act

    found = []
    for act_id in job["act_ids"]:
        done = perform(
            Act(job["act"], job["by"], job["at"], job["data"]),
            case_number=job["number"],
            act_id=act_id,
            now=job["at"],
        )
        code = done.refusal.code if done.refusal else ""
        found.append([done.accepted, done.first, done.last, done.repeated, code])
    return found


def register(job: Job) -> list[list[str]]:
    """A complaint for each of these act ids: number and query code."""
    from bihuan.desk import intake

    found = []
    for act_id in job["act_ids"]:
        done = intake.register(
            job["facts"], by=job["by"], unit="firm", now=job["at"], act_id=act_id
        )
        found.append([done.number, done.query_code])
    return found


def sweep(job: Job) -> list[int]:
    """Sweep once: how many cases, how many failed."""
    from bihuan.desk.sweep import sweep as one_sweep

    report = one_sweep(job["at"])
    return [report.cases, report.failed]


JOBS: dict[str, Callable[[Job], list[Any]]] = {"act": act, "register": register, "sweep": sweep}


def main() -> None:
    """Say when ready; then do job after job, until there are no more."""
    from bihuan.site import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"]["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
        )
    import django

    django.setup()
    from bihuan.desk import worlds

    print("ready", flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        worlds.forget()  # every test has an organisation of its own
        print(json.dumps(JOBS[job["do"]](job)), flush=True)


if __name__ == "__main__":
    main()
