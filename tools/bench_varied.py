"""A register of a given size in which everybody says something of their own, put into the tables at once.

The texts differ: words drawn by Zipf's law from two thousand, places, plates, telephone numbers. The cases
stand in the tables as the doors would leave them, without going through the doors: one was registered, the
others are it with words of their own. Other processes cut the words; one writes. Beyond the first hundred
thousand the database itself repeats them, as later cases with traits of their own.
"""

import json
import multiprocessing
import os
import random
import time
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

from tools.bench import DAY, START, Site, Table

WORDS = 2_000
LENGTH = 300  # characters of a text
DRAWN = 100_000  # cases whose words are drawn; further ones say the same again
BULK = 2_000  # cases of one transaction
PASSAGE = ("id", "who", "contact", "told", "said", "sheets", "signs")
AHEAD = 6  # transactions made before they are written
PAIRS = 10_000  # traits of one statement
FILLED = ("records_case", "records_passage", "records_trait")


class Varied(Site):
    """The mall of the bench, whose customers all say something of their own."""

    def __init__(self) -> None:
        from bihuan.records.models import Case

        if Case.objects.exists():
            self._come_back()
        else:
            super().__init__()
        dice = random.Random(3)
        signs = [chr(0x4E00 + dice.randrange(6_000)) for _ in range(1_500)]
        self.words = ["".join(dice.choices(signs, k=2)) for _ in range(WORDS)]
        self.weights = list(accumulate(1 / (place + 8) for place in range(WORDS)))

    def _come_back(self) -> None:
        """To a register that was kept."""
        from bihuan.desk import organisation
        from bihuan.records.models import Person

        self.root = next(iter(organisation.snapshot(START).units))
        self.people = {
            one.user.username: str(one.pk) for one in Person.objects.filter(user__isnull=False)
        }

    def facts(self, index: int) -> dict[str, Any]:
        """One complaint; the same for the same index."""
        dice = random.Random(index)
        said = dice.choices(self.words, cum_weights=self.weights, k=LENGTH // 2 - 6)
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

        from bihuan.desk import passages

        begun = time.perf_counter()
        with connection.cursor() as cursor:
            first = self._first(cursor)
            keys, cases = array("q"), array("q")
            with _index_put_off(cursor):
                for rows, said, some, whose in self._made(first, size):
                    with transaction.atomic():
                        _put(cursor, "records_case", list(first), rows)
                        if connection.vendor == "sqlite":
                            passages.write(cursor, said)
                            signs = [(row[0], text) for row, text in said]
                            _put(cursor, "temp.drawn", ("id", "signs"), signs)
                        else:
                            both = [(*row, signs) for row, signs in said]
                            _put(cursor, "records_passage", PASSAGE, both)
                    keys.extend(some)
                    cases.extend(whose)
                _write_traits(cursor, keys, cases)
                for further in range(DRAWN, size, DRAWN):
                    _repeat(cursor, first, further, size)
        table.row("put in, cases a second", size / (time.perf_counter() - begun), "/s")

    def _first(self, cursor: Any) -> dict[str, Any]:
        """The row of a case that was registered, which all others are like."""
        cursor.execute("SELECT * FROM records_case WHERE number = %s", (self.register(),))
        found = cursor.fetchone()
        return dict(zip((one[0] for one in cursor.description), found, strict=True))

    def _made(self, first: dict[str, Any], size: int) -> Iterator[tuple[Any, ...]]:
        """The rows of one transaction after another, made by other processes."""
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(os.cpu_count(), fork) as pool:
            waiting = []
            for base in range(0, min(size, DRAWN), BULK):
                waiting.append(pool.submit(_rows, self, first, base, size))
                if len(waiting) == AHEAD:
                    yield waiting.pop(0).result()
            for one in waiting:
                yield one.result()


def _rows(site: Varied, first: dict[str, Any], base: int, size: int) -> tuple[Any, ...]:
    """The rows of some cases, their passages with signs, their traits: asks no database."""
    from bihuan.desk import passages
    from bihuan.engine.alike import Traits, keys_of
    from bihuan.engine.case import Event
    from bihuan.records.models.json_text import canonical
    from bihuan.records.queries.alike import told_of

    state = json.loads(first["state"])
    worded = frozenset(("content", "name", "contact"))
    rows, said, keys, cases = [], [], array("q"), array("q")
    for index in range(base, min(base + BULK, DRAWN, size)):
        key, facts = first["id"] + 1 + index, site.facts(index)
        at = START - 20 * DAY + index * (20 * DAY) // size
        own = {"id": key, "number": f"TS20260101-{index:07d}", "registered_at": at, "is_open": False,
               "wake_at": 0, "category": facts["category"], "about_unit": facts["about_unit"],
               "state": canonical({**state, "facts": {**state["facts"], **facts}})}  # fmt: skip
        rows.append(tuple((first | own).values()))
        event = Event("register", at, "system", "", 0, facts, ())
        said += passages.passages_of(key, str(own["number"]), [(1, event)], worded)
        found = keys_of(Traits(told_of(key, facts, at, "", site.root)))
        keys.extend(found)
        cases.extend([key] * len(found))
    return rows, passages.with_signs(said), keys, cases


def _put(cursor: Any, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows as they stand."""
    from django.db import connection

    columns = ", ".join(names)
    if connection.vendor == "sqlite":
        places = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        return
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _repeat(cursor: Any, first: dict[str, Any], further: int, size: int) -> None:
    """Those that were drawn once more, as the cases that follow so many."""
    from django.db import connection, transaction

    from bihuan.records.models.passage import OWN, STRETCHES

    begin = first["id"] + 1
    end = begin + min(DRAWN, size - further)
    own = {
        "id": f"id + {further}",
        "number": f"'TS20260101-' || (id - {begin} + {further + 10_000_000})",
        "registered_at": f"registered_at + {further * (20 * DAY) // size}",
    }
    of = f"WHERE id >= {begin << OWN} AND id < {end << OWN}"
    after = f"id + {further << OWN}"
    said = f"{after}, who, contact, told, said, sheets"
    with connection.constraint_checks_disabled(), transaction.atomic():
        cursor.execute(
            f"INSERT INTO records_case ({', '.join(first)}) "
            f"SELECT {', '.join(own.get(name, name) for name in first)} FROM records_case "
            f"WHERE id >= {begin} AND id < {end} ORDER BY id"
        )
        cursor.execute(
            f"INSERT INTO records_trait (key, case_id) SELECT key + {further}, case_id + {further} "
            f"FROM records_trait WHERE case_id >= {begin} AND case_id < {end} ORDER BY key"
        )
        if connection.vendor == "sqlite":
            cursor.execute(
                f"INSERT INTO records_passage (id, who, contact, told, said, sheets) "
                f"SELECT {said} FROM records_passage {of} ORDER BY id"
            )
            cursor.execute(
                f"INSERT INTO records_passagesigns (rowid, signs) SELECT {after}, signs "
                f"FROM temp.drawn {of} ORDER BY id"
            )
            return
        old, new = (
            " || ' ' || ".join(f"'b{bits}.' || (({id_}) >> {OWN + bits})" for bits in STRETCHES)
            for id_ in ("id", after)
        )
        signs = f"ts_delete(signs, string_to_array({old}, ' ')) || ({new})::tsvector"
        cursor.execute(
            f"INSERT INTO records_passage ({', '.join(PASSAGE)}) SELECT {said}, {signs} "
            f"FROM records_passage {of} ORDER BY id"
        )


@contextmanager
def _index_put_off(cursor: Any) -> Iterator[None]:
    """PostgreSQL makes the index of the signs at the end; SQLite gathers more of it before it writes."""
    from django.db import connection

    if connection.vendor == "postgresql":
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'passage_signs'")
        again = cursor.fetchone()[0]
        cursor.execute("DROP INDEX passage_signs")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET session_replication_role = replica")  # asks of no row what it names
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(again)
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
        cursor.execute("VACUUM ANALYZE")
        return
    gather = "INSERT INTO records_passagesigns(records_passagesigns, rank) VALUES ('hashsize', %s)"
    cursor.execute("PRAGMA cache_size=-200000")
    cursor.execute("CREATE TEMP TABLE drawn (id INTEGER PRIMARY KEY, signs TEXT)")
    cursor.execute(gather, (512 << 20,))
    yield
    cursor.execute(gather, (1 << 20,))


def _write_traits(cursor: Any, keys: "array[int]", cases: "array[int]") -> None:
    """All at once and in their order: one by one each would fall on another page."""
    import numpy as np
    from django.db import connection, transaction

    from bihuan.desk import traits

    order = np.lexsort((np.asarray(cases), np.asarray(keys)))
    sorted_keys, sorted_cases = np.asarray(keys)[order], np.asarray(cases)[order]
    with connection.constraint_checks_disabled(), transaction.atomic():  # each case is there
        for at in range(0, len(order), PAIRS):
            some = slice(at, at + PAIRS)
            come = list(zip(sorted_keys[some].tolist(), sorted_cases[some].tolist(), strict=True))
            if connection.vendor == "sqlite":
                traits.write(cursor, [], come)
            else:
                _put(cursor, "records_trait", ("key", "case_id"), come)
