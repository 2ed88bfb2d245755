"""Measures figures over so many made-up cases with eight obligations each, beside one pass over two columns."""

import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tools.bench import DAY, START, Table

OWED = 8
UNITS = 60
DRAWN = 5  # the last stretches of cases are drawn; those before are like these
DAYS = 1_000  # over which the cases are spread, in the order of their numbers


def measure(size: int, table: Table) -> str:
    """Write the columns as a refresh does, take figures of a month, issue a report; its address."""
    from bihuan.desk import columns, figures
    from bihuan.engine.measure import Is, Span
    from bihuan.engine.measures import MEASURES

    begun, kept = time.perf_counter(), columns.folder().exists()
    sources = _written(size)
    if not kept:
        took = time.perf_counter() - begun
        table.row("columns written, cases a second", size / took, "/s")
    span, only = Span(START - 30 * DAY, START, START), [Is("policy", ("mall",))]
    with columns.engine().cursor() as engine:
        book = figures.Book(START, engine, sources)
        one_pass = (
            f"SELECT unit, count(*) FROM {sources['cases']} "
            f"WHERE registered_at >= {span.since} GROUP BY 1"
        )
        floor = _cpu(lambda: engine.execute(one_pass).fetchall())
        table.row("floor: one pass over two columns", floor, "ms")
        asked: dict[str, tuple[Callable[[], object], int]] = {
            "one figure of a month, by unit": (
                lambda: book.take(MEASURES["received"], span, by=["unit"], only=only), 50),
            "what nine in ten did not exceed": (
                lambda: book.take(MEASURES["closing p90"], span, only=only), 50),
            "open at the end": (lambda: book.take(MEASURES["open"], span, only=only), 50),
            f"compliance by clause, {size * OWED:,} obligations": (
                lambda: book.take(MEASURES["compliance"], span, by=["clause"], only=only), 500),
            "the first fifty cases behind a figure": (
                lambda: book.numbers(MEASURES["received"], span, only=only), 50),
        }  # fmt: skip
        for what, (do, budget) in asked.items():
            here = _cpu(do)
            most = budget * max(1, size // 100_000)
            table.row(what, here, "ms", floor, f"≤ {most} ms", verdict=here <= most)
        names = [name for name, one in MEASURES.items() if one.of in ("cases", "owed")][:24]
        here = _cpu(lambda: [book.take(MEASURES[name], span, only=only) for name in names])
        most = 500 * max(1, size // 100_000)
        table.row(
            "24 figures, one after the other",
            here,
            "ms",
            floor,
            f"≤ {most} ms",
            verdict=here <= most,
        )
        begun = time.process_time()
        address = _issued(book)
        table.row("a report drawn up, once", (time.process_time() - begun) * 1000, "ms")
    return address


def _issued(book: Any) -> str:
    """The indicators of ISO 10002 for the month before, kept as a report that was issued."""
    from django.urls import reverse

    from bihuan.desk import reports, worlds
    from bihuan.engine.periods import before, period_of
    from bihuan.engine.reporting import ISO, drawn
    from bihuan.records.models import Case, IssuedReport

    ledger = Case.objects.filter(ledger=True).order_by("id")[0]
    calendar = reports.calendar_of(worlds.ruling(ledger.policy_id, START))
    this = period_of("month", calendar.day_of(START), calendar)
    month, earlier = before(this, calendar), before(before(this, calendar), calendar)
    found = drawn(ISO, "mall", month, earlier, START, _taking(book))
    issued = IssuedReport(
        case=ledger, event=IssuedReport.objects.count(), name=ISO.name, policy_id=ledger.policy_id,
        period=month.name, as_of=START, issued_at=START, figures=found, names={}, readers=[],
    )  # fmt: skip
    issued.hash = reports.hash_of(issued)
    issued.save(force_insert=True)
    return reverse("report", args=[issued.pk])


def _taking(book: Any) -> Any:
    return lambda measure, span, by, only: book.take(measure, span, by=by, only=only)


def _cpu(do: Callable[[], object], count: int = 9) -> float:
    """Milliseconds of CPU of one call, the median of some."""
    do()
    found = []
    for _ in range(count):
        begun = time.process_time()
        do()
        found.append(time.process_time() - begun)
    return statistics.median(found) * 1000


def _written(size: int) -> dict[str, str]:
    """The columns of so many cases; where each table is read from. What was kept is not written again."""
    from bihuan.desk import columns, figures

    columns.folder().mkdir(parents=True, exist_ok=True)
    spans = {base // columns.STRETCH: (base, min(base + columns.STRETCH, size))
             for base in range(0, size, columns.STRETCH)}  # fmt: skip
    *before, last = spans  # of which not all may be there
    drawn = [*before[-DRAWN:], last]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        list(pool.map(_stretch, drawn, [spans[place] for place in drawn], [size] * len(drawn)))
    for place in before[:-DRAWN]:
        _copied(place, drawn[place % DRAWN], size)
    known = columns.Manifest(START, 1, 1, "made up", {place: f"{place}-1" for place in spans})
    return {
        table: figures.stored_in(known, table)
        for table in (columns.HEADS, "cases", "owed", "legs", "visits")
    }


def _stretch(place: int, span: tuple[int, int], size: int) -> None:
    from bihuan.desk import columns

    to, dice = columns.folder() / f"{place}-1", random.Random(place)
    if to.exists():
        return
    with tempfile.TemporaryDirectory(dir=os.environ["BIHUAN_HOME"]) as drawn:
        with columns.Files(Path(drawn)) as out:
            for number in range(*span):
                out.write(*_case(number, START - (size - number) * DAYS * DAY // size, dice))
        columns.store(Path(drawn), made := to.with_suffix(".new"), None)
        made.rename(to)


def _copied(place: int, like: int, size: int) -> None:
    """A whole stretch with other numbers, as much earlier as these are; all else as in one that was drawn."""
    from bihuan.desk import columns

    to, before = columns.folder() / f"{place}-1", (like - place) * columns.STRETCH
    if to.exists():
        return
    made = to.with_suffix(".new")
    made.mkdir(exist_ok=True)  # of a run that was stopped
    with columns.engine().cursor() as engine:
        for file in (columns.folder() / f"{like}-1").iterdir():
            rows = f"read_parquet({columns.quoted(file)})"
            names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
            days = before * DAYS * DAY // size
            earlier = "".join(
                f', CASE WHEN "{name}" > 0 THEN "{name}" - {days} ELSE "{name}" END AS "{name}"'
                for name in names
                if name == "at" or name.endswith(("_at", "_due"))
            )
            engine.execute(
                f"COPY (SELECT * REPLACE (case_id - {before} AS case_id, "
                f"'TS-' || (case_id - {before}) AS \"case\"{earlier}) FROM {rows} ORDER BY case_id) "
                f"TO {columns.quoted(made / file.name)} "
                "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
            )
    made.rename(to)


def _case(number: int, at: int, dice: random.Random) -> tuple[object, object]:
    from bihuan.desk import columns
    from bihuan.engine.figures import Figures

    case = f"TS-{number}"
    head = columns.Head(number, case, "mall", 0, "root", "", at)
    return head, Figures(_row(number, case, at, dice), _owed(case, at, dice), (), ())


def _row(number: int, case: str, at: int, dice: random.Random) -> object:
    from bihuan.engine.figures import CaseRow

    took = dice.randint(600, 20 * DAY)
    closed = at + took if dice.random() < 0.9 and at + took < START else 0
    return CaseRow(
        case=case, policy="mall", intake="root", unit=f"m{number % UNITS}", kind="complaint",
        channel=dice.choice(("phone", "web", "email")),
        category=dice.choice(("service", "quality_price", "environment")), severity="general", caller="",
        about="merchant", product="", batch="", reason="", part="", symptom="",
        stage="archived" if closed else "in hand", ended="closed" if closed else "",
        weekday=number % 7 + 1, hour=number % 24, received_at=at, registered_at=at, acknowledge_due=at + 1800,
        acknowledged_at=at + dice.randint(60, 2400), classified_at=at + 3000, dispatched_at=0, replied_at=0,
        answer_due=at + 3 * DAY, answered_at=at + dice.randint(3600, 4 * DAY), closed_at=closed, outside_at=0,
        reopened=0, postponed=0, corrected=0, repeats=0, at_first=0, returned=0, hand_over=None, reply=None,
        answer=3600, closing=took if closed else None,
    )  # fmt: skip


def _owed(case: str, at: int, dice: random.Random) -> tuple[object, ...]:
    from bihuan.engine.figures import OwedRow

    return tuple(
        OwedRow(case, "mall", place, "steps.x", dice.choice(("acknowledge", "respond", "close")), 0,
                dice.choice(("service_desk", "operations_manager")), "root", ("MALL-5.0",),
                at + place * 900, at + place * 900 + 1800, at + place * 900 + dice.randint(60, 2400))
        for place in range(OWED)
    )  # fmt: skip
