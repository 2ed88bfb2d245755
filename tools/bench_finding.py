"""Measures search, similar cases and suggestions against floors taken in the same run.

    python -m tools.bench_finding --database sqlite --cases 100000 [--part search|similar|suggest|report]

`tools.bench_varied` says what the cases are and how they come into the tables; for `report` columns are
written as a refresh would write them. What `--keep FOLDER` has put into a folder is measured again
without being put in again.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from tools import bench_report
from tools.bench import START, Table
from tools.bench_varied import DRAWN as SAID
from tools.bench_varied import Varied

PARTS = ("search", "similar", "suggest", "report")
DRAWN = 40
WARM = 5


def main() -> None:
    """Measure here, or start a process with a database of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the data stay")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        measure(asked.database, asked.cases, asked.part or PARTS)
        return
    from tools import postgres

    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    with (
        nullcontext(str(asked.keep)) if asked.keep else tempfile.TemporaryDirectory() as home,
        postgres.running(fsync=True, kept=asked.keep)
        if asked.database == "postgresql"
        else nullcontext("") as url,
    ):
        env = os.environ | {
            "BIHUAN_HOME": home,
            "DATABASE_URL": url or "",
            "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
        }
        command = [sys.executable, "-m", "tools.bench_finding", "--here", *sys.argv[1:]]
        subprocess.run(command, check=True, env=env)


def measure(database: str, size: int, parts: tuple[str, ...] | list[str]) -> None:
    """One database with so many cases."""
    import django

    django.setup()
    from django.core.management import call_command

    table = Table(f"{database}, {size:,} cases")
    call_command("migrate", verbosity=0)
    from bihuan.desk import permissions
    from bihuan.desk.sweep import sweep
    from bihuan.records.models import Case

    site = Varied()
    if set(parts) & {"search", "similar"} and Case.objects.count() < size:
        site.fill(size, table)
    while sweep(START).cases:  # as a worker would have, so that no page does it
        pass
    viewer = permissions.viewer(site.people["store_gm"], START)
    if "search" in parts:
        search(site, viewer, table)
        words = site.words[::37]
        pages(table, "search as a page", [f"/find/?q={quote(word)}" for word in words], 10)
    if "similar" in parts:
        similar(site, viewer, table, size)
    if "suggest" in parts:
        suggest(site, table)
    if "report" in parts:
        address = bench_report.measure(size, table)
        pages(table, "a report that was issued, as a page", [address], 8)
        pages(table, "the list of reports, as a page", ["/reports/"], 8)


def pages(table: Table, what: str, addresses: list[str], most: float) -> None:
    """Pages as a signed-in manager gets them, through all but the socket; the floor has little on it."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        User.objects.get(username="store_gm"),
        backend="bihuan.web.sign_in.Backend",
    )

    def get(url: str) -> None:
        assert client.get(url).status_code == 200, url

    turn = cycle(addresses)
    show(
        table, what, take(DRAWN, lambda: get(next(turn))), take(DRAWN, lambda: get("/find/")), most
    )


class Taken(NamedTuple):
    """Milliseconds of one call, the median of some: the processor's, and by the clock."""

    cpu: float
    clock: float


def take(count: int, do: Callable[[], object]) -> Taken:
    """So many calls, after some that count for nothing; what the database's own process does counts too."""
    other = _database_process()
    for _ in range(WARM):
        do()
    cpu, clock = [], []
    for _ in range(count):
        spent, begun = _spent(other), time.perf_counter()
        do()
        clock.append(time.perf_counter() - begun)
        cpu.append(_spent(other) - spent)
    return Taken(statistics.median(cpu) * 1000, statistics.median(clock) * 1000)


def _database_process() -> int | None:
    """PostgreSQL's process for this connection; SQLite works in ours."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _spent(other: int | None) -> float:
    """Seconds of the processor that this process and the other have had."""
    theirs = Path(f"/proc/{other}/schedstat").read_text().split()[0] if other else 0
    return time.process_time() + int(theirs) / 1e9


def show(table: Table, what: str, here: Taken, floor: Taken | None, most: float) -> None:
    """One line; kept or missed by the processor's time, since the clock counts what else is running."""
    said = f"≤ {most:g} ms (by the clock {here.clock:.1f}"
    said += f", floor {floor.clock:.1f})" if floor else ")"
    least = floor.cpu if floor else None
    table.row(what, here.cpu, "ms", least, said, verdict=here.cpu <= most)


def search(site: Varied, viewer: Any, table: Table) -> None:
    """Words as they are common: two characters, four, two words, one character, a number; and their index alone."""
    from bihuan.records.queries.cases import Filters
    from bihuan.records.queries.find import Sought, found_cases, last_passages
    from bihuan.records.wording import words_of

    dice = random.Random(9)
    drawn = dice.choices(site.words, cum_weights=site.weights, k=DRAWN)
    rare = dice.sample(site.words, DRAWN)
    asked = {
        "two characters, as said": drawn,
        "two characters, any": rare,
        "four characters": [a + b for a, b in zip(drawn, rare, strict=True)],
        "two words": [f"{a} {b}" for a, b in zip(drawn, rare, strict=True)],
        "the end of a telephone number": [f"{dice.randrange(10**4):04d}" for _ in range(DRAWN)],
        "one character": [word[0] for word in rare[:10]],
    }
    for what, words in asked.items():
        turn, again = iter(words * 3), iter(words * 3)

        def here(turn: Any = turn) -> None:
            found_cases(viewer, next(turn), Filters(), limit=50)

        def floor(again: Any = again) -> None:
            last_passages(Sought(words_of(next(again))), 50)

        show(table, f"search, {what}", take(len(words), here), take(len(words), floor), 10)


def similar(site: Varied, viewer: Any, table: Table, size: int) -> None:
    """Cases like one that is being taken down: for a new text, and for one told before in other words."""
    from bihuan.records.models import Case
    from bihuan.records.queries.alike import MOST_COMPARED, alike, told_of

    numbers = iter(range(10**9))

    def new() -> None:
        facts = site.facts(size * 3 + next(numbers))
        alike(viewer, told_of(0, facts, START, "", site.root), limit=4)

    def known() -> None:
        index = min(size, SAID) - 1 - next(numbers) % 200
        told = site.facts(index)["content"]
        facts = site.facts(index) | {"content": told[:150] + "嗯" + told[150:-20]}
        found = alike(viewer, told_of(0, facts, START, "", site.root), limit=4)
        assert found.found, "a text sent again was not found"

    def floor() -> None:
        first = (size // 2 + next(numbers)) % size
        list(
            Case.objects.filter(pk__gt=first)
            .order_by("pk")
            .values_list("state", flat=True)[:MOST_COMPARED]
        )

    least = take(60, floor)
    for what, do in (("a new text", new), ("a text sent again", known)):
        show(table, f"similar, {what}", take(60, do), least, 20)


def suggest(site: Varied, table: Table) -> None:
    """What was learned from 20,000 texts, judged on one; and learning it."""
    from bihuan.desk import training
    from bihuan.engine.learned import judge
    from bihuan.records.wording import fold

    facts = [site.facts(index) for index in range(20_000)]
    texts = [fold(str(one["content"])) for one in facts]
    values = [site.words.index(text[5:7]) % 8 if text[5:7] in site.words else 0 for text in texts]
    begun = time.process_time()
    weights, _, _ = training.learn(texts[:5_000], [str(value) for value in values[:5_000]])
    table.row("learning from 5,000 texts", time.process_time() - begun, "s")
    turn = iter(texts)
    here = take(300, lambda: judge(weights, next(turn)))
    show(table, "suggest, one text of 300 characters", here, None, 5)


if __name__ == "__main__":
    main()
