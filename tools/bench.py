"""Measures Bihuan against floors taken in the same run, and prints figures and ratios.

    python -m tools.bench                        SQLite and PostgreSQL, 100,000 and 1,000,000 cases
    python -m tools.bench --database sqlite --cases 100000
    python -m tools.bench --database postgresql --cases 20000 --part api

The path measured is the one production takes: events with their chain, obligations, access, outbox.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tools import bench_api

BATCH = 500
START = int(time.time())
DAY = 86_400
OPEN_SHARE = 5  # one case in so many stays open
LATE = 3_000

# What may at most be used, from the budgets of docs/performance.md.
Row = tuple[str, str, str, str, str]


class Table:
    """The figures of one run."""

    def __init__(self, title: str) -> None:
        print(f"\n{title}\n")
        print(f"{'operation':44} {'here':>14} {'floor':>14} {'× floor':>9}  budget")

    def row(
        self,
        what: str,
        here: float,
        unit: str,
        floor: float | None = None,
        budget: str = "",
        *,
        verdict: bool | None = None,
    ) -> None:
        ratio = f"{here / floor:9.1f}" if floor else " " * 9
        shown = f"{floor:10,.3f} {unit:3}" if floor else ""
        mark = "" if verdict is None else ("  kept" if verdict else "  MISSED")
        print(f"{what:44} {here:10,.3f} {unit:3} {shown:>14} {ratio}  {budget}{mark}", flush=True)


def main() -> None:
    """Measure here, or start one process for each database and size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--cases", type=int, action="append")
    parser.add_argument("--part", choices=("api",), default="", help="only this part")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    databases, sizes = (
        asked.database or ["sqlite", "postgresql"],
        asked.cases or [100_000, 1_000_000],
    )
    if asked.here:
        measure(databases[0], sizes[0], asked.part)
        return
    from tools import postgres

    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        if not asked.part:
            engine_figures()
    for database in databases:
        for size in sizes:
            with (
                postgres.running(fsync=True)
                if database == "postgresql"
                else nullcontext("") as url,
                tempfile.TemporaryDirectory() as home,
            ):
                command = [
                    sys.executable,
                    "-m",
                    "tools.bench",
                    "--here",
                    "--database",
                    database,
                    "--cases",
                    str(size),
                    *(("--part", asked.part) if asked.part else ()),
                ]
                env = os.environ | {
                    "BIHUAN_HOME": home,
                    "DATABASE_URL": url or "",
                    "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
                }
                subprocess.run(command, check=True, env=env)


def each(count: int, do: Callable[[], object], *, warm: int = 5) -> list[float]:
    """Seconds of each of so many calls."""
    for _ in range(warm):
        do()
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        do()
        found.append(time.perf_counter() - begun)
    return found


def median_ms(times: list[float]) -> float:
    """The median, in milliseconds."""
    return statistics.median(times) * 1000


def engine_figures() -> None:
    """The engine alone: a deadline, an act, the check of a policy."""
    import django

    django.setup()
    from bihuan.desk import calendars, packs
    from bihuan.engine.calendar import parse_calendar
    from bihuan.engine.case import Act
    from bihuan.engine.check import check
    from bihuan.engine.clock import due, parse_span
    from bihuan.engine.organisation import Unit, organisation_of
    from bihuan.engine.step import decide
    from bihuan.engine.world import World

    table = Table("Engine")
    policy, _ = packs.read_policy(packs.shipped_text("mall"))
    assert policy is not None
    two = parse_calendar(
        {"open": {"mon-fri": "09:00-12:00 13:00-18:00"}, "holidays": "china"},
        {"china": calendars.china()},
    )
    for text in ("20000 working h", "2500 working days", "3650 days"):
        span, working = parse_span(text), {"usual": two}
        here = (
            statistics.median(
                each(20_000, lambda s=span, w=working: due(s, START - 8 * 365 * DAY, w))
            )
            * 1e6
        )
        table.row(f"deadline, {text}", here, "µs", None, "≤ 5 µs", verdict=here <= 5)
    world = World(
        policy,
        organisation_of(
            [Unit("mall", "", "company")], {f"{post}@mall": [post] for post in policy.posts}
        ),
        {
            name: parse_calendar(spec, calendars.shipped())
            for name, spec in policy.calendars.items()
        },
    )
    told = {
        "kind": "complaint",
        "channel": "phone",
        "unit": "mall",
        "name": "甲",
        "contact": "1",
        "content": "漏水",
    }
    case = decide(None, Act("register", "service_desk", START, told), world, START).case
    act = Act("acknowledge", "service_desk", START + 60, {"agreed_time": START + DAY})
    here = statistics.median(each(3_000, lambda: decide(case, act, world, START + 60))) * 1e6
    table.row("one act decided and folded", here, "µs", None, "≤ 50 µs", verdict=here <= 50)
    for name in packs.shipped():
        found, _ = packs.read_policy(packs.shipped_text(name))
        assert found is not None
        here = min(each(3, lambda p=found: check(p), warm=0))
        table.row(f"policy check {name}", here, "s", None, "≤ 1 s", verdict=here <= 1)


def measure(database: str, size: int, part: str = "") -> None:
    """One database with so many cases: everything the spine does, or only a part of it."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    table = Table(f"{database}, {size:,} cases")
    site = Site()
    site.fill(size, table)
    if part == "api":
        bench_api.measure(site, table)
        return
    site.intake(table)
    site.acts(table)
    bench_api.measure(site, table)
    site.pages(table)
    site.sweeps(table)
    pss = sum(
        int(line.split()[1])
        for line in Path("/proc/self/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    )
    table.row("memory of this process, PSS", pss / 1024, "MiB", None, "≤ 200 MiB for two workers")


class Site:
    """A mall with staff, and a register to fill and measure."""

    def __init__(self) -> None:
        from bihuan.desk import organisation, people, setup

        token = setup.issue_token(START - 40 * DAY)
        made = setup.set_up(
            token or "",
            "测试广场",
            "mall",
            "管理员",
            "admin",
            "a-long-pass-word-9",
            now=START - 40 * DAY,
        )
        self.version = made.version.pk  # type: ignore[union-attr]
        self.root = next(iter(organisation.snapshot(START).units))
        before = START - 30 * DAY
        organisation.add_unit("f1", "一层", "floor", self.root, now=before)
        for number in range(12):
            organisation.add_unit(f"m{number}", f"测试商户{number}", "merchant", "f1", now=before)
        self.people = {}
        for post in ("service_desk", "operations_manager", "deputy_gm", "store_gm"):
            person, token = people.create_person(post, username=post, now=before)  # type: ignore[misc]
            people.accept_invitation(token, "a-long-pass-word-9", now=before)
            organisation.hold(person.pk, post, "", now=before)
            self.people[post] = str(person.pk)
        self.now = START
        self.number = 0

    def facts(self, index: int) -> dict[str, Any]:
        """One complaint; 300 characters, as the peers were measured with."""
        words = f"第{index}件：上周在二楼买的羊绒衫穿了一次袖口脱线，拿去店里说是人为的不给退。"
        return {
            "kind": "complaint", "channel": "phone", "unit": self.root, "name": f"测试{index % 50_000}",
            "contact": f"138{index % 10**8:08d}", "content": (words * 9)[:300], "about_unit": f"m{index % 12}",
        }  # fmt: skip

    def fill(self, size: int, table: Table) -> None:
        """Register in batches; four in five are withdrawn, so that the open ones are a part."""
        from django.db import connection, transaction

        from bihuan.desk import numbering, worlds
        from bihuan.desk.append import Change, Record, append
        from bihuan.desk.sweep import sweep
        from bihuan.engine.case import Act
        from bihuan.engine.step import decide

        begun = time.perf_counter()
        first = START - 20 * DAY
        for base in range(0, size, BATCH):
            at = first + base * (20 * DAY) // size
            with transaction.atomic(), connection.cursor() as cursor:
                ruling = worlds.ruling(self.version, at)
                changes = []
                for index in range(base, min(base + BATCH, size)):
                    made = decide(
                        None,
                        Act("register", self.people["service_desk"], at, self.facts(index)),
                        ruling.world,
                        at,
                    )
                    events, case = made.events, made.case
                    if index % OPEN_SHARE:
                        over = decide(case, Act("withdraw", "customer", at, {}), ruling.world, at)
                        events, case = events + over.events, over.case
                    number = numbering.next_number(
                        cursor, "complaint", f"{20_000_000 + base // 10_000}"
                    )
                    assert case is not None
                    changes.append(
                        Change(
                            ruling,
                            number,
                            None,
                            case,
                            events,
                            act="register",
                            record=Record(number),
                        )
                    )
                append(changes, at)
        took = time.perf_counter() - begun
        while sweep(self.now).cases:  # as a worker would have, day by day
            pass
        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_outbox SET state = 'sent'")
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")
        table.row(
            "batch intake, rows a second",
            size / took,
            "/s",
            None,
            "≥ 20,000",
            verdict=size / took >= 20_000,
        )

    def fill_late(self) -> None:
        """So many fresh cases, none of them acknowledged: half an hour later each lapses once."""
        from django.db import transaction

        with transaction.atomic():
            for _ in range(LATE):
                self.register()

    def floor_commit(self) -> float:
        """A durable commit of one row with an index entry, in milliseconds."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS bench_floor (id BIGINT PRIMARY KEY, body TEXT)"
            )
            numbers = iter(range(10**9))

            def insert() -> None:
                cursor.execute(
                    "INSERT INTO bench_floor VALUES (%s, %s)", (next(numbers), "x" * 1000)
                )

            found = median_ms(each(300, insert))
            cursor.execute("DROP TABLE bench_floor")
        return found

    def register(self) -> str:
        """One registration through the one door."""
        from bihuan.desk import intake

        self.number += 1
        facts = self.facts(self.number)
        unit = str(facts.pop("unit"))
        done = intake.register(
            facts, by=self.people["service_desk"], unit=unit, now=self.now, policy=self.version
        )
        assert done.refusal is None, done.refusal
        return done.number

    def intake(self, table: Table) -> None:
        """Registrations one by one, and by eight at once."""
        floor = self.floor_commit()
        here = median_ms(each(300, self.register))
        table.row("intake, one client, p50", here, "ms", floor, "≤ 1.5 ms", verdict=here <= 1.5)
        rate = self.at_once(self.register)
        table.row(
            "intake, eight at once, a second", rate, "/s", None, "≥ 1,050", verdict=rate >= 1_050
        )

    def at_once(self, do: Callable[[], object], *, seconds: float = 4.0) -> float:
        """Calls a second with eight threads."""
        from django.db import connection

        counts = [0] * 8
        end = time.perf_counter() + seconds

        def run(index: int) -> None:
            try:
                while time.perf_counter() < end:
                    do()
                    counts[index] += 1
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / seconds

    def acts(self, table: Table) -> None:
        """Acts on cases that stand at their first step."""
        from bihuan.desk.perform import perform
        from bihuan.engine.case import Act

        numbers = iter([self.register() for _ in range(3_000)])
        lock = threading.Lock()

        def acknowledge() -> None:
            with lock:
                number = next(numbers, "")
            if not number:
                time.sleep(0.01)
                return
            act = Act(
                "acknowledge",
                self.people["service_desk"],
                self.now,
                {"agreed_time": self.now + DAY},
            )
            done = perform(act, case_number=number, now=self.now)
            assert done.accepted, done.refusal

        here = median_ms(each(300, acknowledge))
        table.row("an act through the one door, p50", here, "ms", self.floor_commit())
        rate = self.at_once(acknowledge, seconds=2.0)
        table.row("acts, eight at once, a second", rate, "/s", None, "≥ 600", verdict=rate >= 600)

    def pages(self, table: Table) -> None:
        """What a signed-in clerk looks at all day, through the whole stack but the socket."""
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client

        client = Client(HTTP_HOST="localhost")
        client.force_login(
            User.objects.get(username="service_desk"),
            backend="bihuan.web.sign_in.Backend",
        )
        number = self.register()
        with connection.cursor() as cursor:

            def query() -> None:
                cursor.execute(
                    "SELECT number, title, stage, next_due_at FROM records_case "
                    "WHERE is_open ORDER BY next_due_at, id LIMIT 50"
                )
                cursor.fetchall()

            def key() -> None:
                cursor.execute("SELECT state FROM records_case WHERE number = %s", (number,))
                cursor.fetchone()

            rows, one = median_ms(each(200, query)), median_ms(each(200, key))
        for what, url, floor in (
            ("my page", "/", rows),
            ("list of cases", "/cases/", rows),
            ("case page", f"/cases/{number}/", one),
        ):
            times = each(60, lambda url=url: self.get(client, url))
            table.row(
                f"{what}, p50",
                median_ms(times),
                "ms",
                floor,
                "≤ 3 ms",
                verdict=median_ms(times) <= 3,
            )

    def get(self, client: Any, url: str) -> None:
        """One page, which must be there."""
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)

    def sweeps(self, table: Table) -> None:
        """A sweep with nothing due, and one with 3,000 cases due."""
        from django.db import connection

        from bihuan.desk.sweep import sweep

        here = median_ms(each(50, lambda: sweep(self.now)))
        with connection.cursor() as cursor:
            floor = median_ms(
                each(
                    50,
                    lambda: cursor.execute(
                        "SELECT 1 FROM records_case WHERE wake_at > 0 AND wake_at <= 1 LIMIT 1"
                    ),
                )
            )
        table.row("sweep, none due", here, "ms", floor, "≤ 10 ms", verdict=here <= 10)
        self.fill_late()
        later = self.now + 31 * 60
        begun = time.perf_counter()
        report = sweep(later)
        took = time.perf_counter() - begun
        table.row(
            f"sweep, {report.cases:,} cases due, {report.events:,} lapses",
            took, "s", None, "≤ 0.3 s for 3,000", verdict=took * LATE / max(1, report.cases) <= 0.3,
        )  # fmt: skip
        table.row(
            "the same, a lapse",
            took / max(1, report.events) * 1e6,
            "µs",
            26.0 if connection.vendor == "sqlite" else 19.0,
            "≤ 100 µs",
            verdict=took / max(1, report.events) <= 1e-4,
        )


if __name__ == "__main__":
    main()
