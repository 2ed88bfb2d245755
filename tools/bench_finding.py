"""Measures search, similar cases and suggestions against floors taken in the same run.

    python -m tools.bench_finding --database sqlite --cases 100000 [--part search|similar|suggest|report]

The texts differ: words drawn by Zipf's law from two thousand, places, plates, telephone numbers. The cases
are put into the tables as the doors would leave them, without going through the doors: one was registered, the
others are it with words of their own. For `report` columns are written as a refresh would write them.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from typing import Any

from tools import bench_report
from tools.bench import DAY, START, Site, Table, each, median_ms

PARTS = ("search", "similar", "suggest", "report")
WORDS = 2_000
LENGTH = 300  # characters of a text
DRAWN = 40
BULK = 1_000


def main() -> None:
    """Measure here, or start a process with a database of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        measure(asked.database, asked.cases, asked.part or PARTS)
        return
    from tools import postgres

    with (
        postgres.running(fsync=True) if asked.database == "postgresql" else nullcontext("") as url,
        tempfile.TemporaryDirectory() as home,
    ):
        env = os.environ | {
            "BIHUAN_HOME": home,
            "DATABASE_URL": url or "",
            "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
        }
        command = [sys.executable, "-m", "tools.bench_finding", "--here", *sys.argv[1:]]
        subprocess.run(command, check=True, env=env)


class Varied(Site):
    """The mall of the bench, whose customers all say something of their own."""

    def __init__(self) -> None:
        super().__init__()
        dice = random.Random(3)
        signs = [chr(0x4E00 + dice.randrange(6_000)) for _ in range(1_500)]
        self.words = ["".join(dice.choices(signs, k=2)) for _ in range(WORDS)]
        self.weights = [1 / (place + 8) for place in range(WORDS)]

    def facts(self, index: int) -> dict[str, Any]:
        """One complaint; the same for the same index."""
        dice = random.Random(index)
        said = dice.choices(self.words, self.weights, k=LENGTH // 2 - 6)
        text = f"{dice.randrange(1, 40)}号楼，" + "".join(
            word + ("，" if place % 5 == 4 else "") for place, word in enumerate(said)
        )
        return super().facts(index) | {
            "content": text[:LENGTH],
            "category": dice.choice(("quality_price", "environment", "service")),
        }

    def fill(self, size: int, table: Table) -> None:
        """Copies of one registered case, each with its own words, passages and traits."""
        from django.db import connection, transaction

        from bihuan.desk import passages, traits, worlds
        from bihuan.engine.alike import Traits, keys_of
        from bihuan.engine.case import Event
        from bihuan.engine.compile import worded_names
        from bihuan.records.models import Case
        from bihuan.records.queries.alike import told_of

        first = Case.objects.get(number=self.register())
        fields = Case.objects.filter(pk=first.pk).values().get()
        fields = {name: value for name, value in fields.items() if name not in ("id", "number")}
        worded = worded_names(worlds.ruling(self.version, START).world.policy)
        key, begun = first.pk, time.perf_counter()
        for base in range(0, size, BULK):
            rows, said, come = [], [], []
            for index in range(base, min(base + BULK, size)):
                key += 1
                facts = self.facts(index)
                at = START - 20 * DAY + index * (20 * DAY) // size
                number = f"TS20260101-{index:07d}"
                state = {**first.state, "facts": {**first.state["facts"], **facts}}
                told = {"state": state, "registered_at": at, "category": facts["category"],
                        "about_unit": facts["about_unit"], "is_open": False, "wake_at": 0}  # fmt: skip
                rows.append(Case(id=key, number=number, **fields | told))
                event = Event("register", at, "system", "", 0, facts, ())
                said += passages.passages_of(key, number, [(1, event)], worded)
                mine = Traits(told_of(key, facts, at, "", self.root))
                come += [(one, key) for one in keys_of(mine)]
            with transaction.atomic(), connection.cursor() as cursor:
                Case.objects.bulk_create(rows)
                passages.insert(cursor, said)
                traits.write(cursor, [], come)
        took = time.perf_counter() - begun
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")
        table.row("put in, cases a second", size / took, "/s")


def measure(database: str, size: int, parts: tuple[str, ...] | list[str]) -> None:
    """One database with so many cases."""
    import django

    django.setup()
    from django.core.management import call_command

    table = Table(f"{database}, {size:,} cases")
    if "report" in parts:
        bench_report.measure(size, table)
    if set(parts) == {"report"}:
        return
    call_command("migrate", verbosity=0)
    site = Varied()
    if set(parts) & {"search", "similar"}:
        site.fill(size, table)
    from bihuan.desk import permissions

    viewer = permissions.viewer(site.people["store_gm"], START)
    if "search" in parts:
        search(site, viewer, table)
    if "similar" in parts:
        similar(site, viewer, table, size)
    if "suggest" in parts:
        suggest(site, table)


def search(site: Varied, viewer: Any, table: Table) -> None:
    """Words as they are common: two characters, four, two words, one character, a number; and their index alone."""
    from bihuan.records.models import PassageSigns
    from bihuan.records.queries.cases import Filters
    from bihuan.records.queries.find import Sought, found_cases
    from bihuan.records.wording import words_of

    dice = random.Random(9)
    drawn = dice.choices(site.words, site.weights, k=DRAWN)
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
        turn = iter(words * 3)
        here = each(len(words), lambda t=turn: found_cases(viewer, next(t), Filters(), limit=50))
        again = iter(words * 3)

        def floor(again: Any = again) -> None:
            rows = PassageSigns.objects.filter(signs__matches=Sought(words_of(next(again))))
            list(rows.order_by("-id").values_list("id", flat=True)[:50])

        p50, least = median_ms(here), median_ms(each(len(words), floor))
        table.row(f"search, {what}, p50", p50, "ms", least, "≤ 10 ms", verdict=p50 <= 10)


def similar(site: Varied, viewer: Any, table: Table, size: int) -> None:
    """Cases like one that is being taken down: for a new text, and for one told before in other words."""
    from bihuan.records.models import Case
    from bihuan.records.queries.alike import MOST_COMPARED, alike, told_of

    numbers = iter(range(10**9))

    def new() -> None:
        facts = site.facts(size * 3 + next(numbers))
        alike(viewer, told_of(0, facts, START, "", site.root), limit=4)

    def known() -> None:
        index = size - 1 - next(numbers) % 200
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

    least = median_ms(each(60, floor))
    for what, do in (("a new text", new), ("a text sent again", known)):
        here = each(60, do)
        table.row(
            f"similar, {what}, p50", median_ms(here), "ms", least, "≤ 20 ms",
            verdict=median_ms(here) <= 20,
        )  # fmt: skip
        table.row(f"similar, {what}, slowest of 60", max(here) * 1000, "ms")


def suggest(site: Varied, table: Table) -> None:
    """What was learned from 20,000 texts, judged on one; and learning it."""
    from bihuan.desk import training
    from bihuan.engine.learned import judge
    from bihuan.records.wording import fold

    facts = [site.facts(index) for index in range(20_000)]
    texts = [fold(str(one["content"])) for one in facts]
    values = [site.words.index(text[5:7]) % 8 if text[5:7] in site.words else 0 for text in texts]
    begun = time.perf_counter()
    weights, _, _ = training.learn(texts[:5_000], [str(value) for value in values[:5_000]])
    table.row("learning from 5,000 texts", time.perf_counter() - begun, "s")
    turn = iter(texts)
    here = statistics.median(each(300, lambda: judge(weights, next(turn)))) * 1000
    table.row("suggest, one text of 300 characters", here, "ms", None, "≤ 5 ms", verdict=here <= 5)


if __name__ == "__main__":
    main()
