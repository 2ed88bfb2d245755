"""Works off what fell due: lapses and rhythms, dated when they were due, whoever noticed when."""

import gc
import json
import sqlite3
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from bihuan.desk import worlds
from bihuan.desk.append import Change, append
from bihuan.engine.case import Case, Event
from bihuan.engine.step import catch_up

BATCH = 200
RETRY_AFTER = 900  # seconds a case is set aside after its first failure; doubled with each further
LONGEST_RETRY = 86400


class Lapse(NamedTuple):
    """One thing that happened by itself: its case, what it was, when it was due."""

    number: str
    kind: str
    at: int
    seat: str
    acts: tuple[str, ...]


@dataclass(slots=True)
class SweepReport:
    """What a sweep did, or, if dry, would do. `lapses` lists it only where that was asked."""

    at: int
    dry_run: bool
    cases: int = 0
    events: int = 0
    failed: int = 0
    lapses: list[Lapse] | None = None
    errors: tuple[tuple[str, str], ...] = ()  # (case number, error)


class _Due(NamedTuple):
    id: int
    number: str
    policy_id: int
    events: int
    head: str
    state: str
    wake_at: int


_TAKE = """
    SELECT c.id, c.number, c.policy_id, c.events, c.head, c.state, c.wake_at FROM records_case c
    WHERE c.wake_at > 0 AND c.wake_at <= %s AND (c.wake_at, c.id) > (%s, %s)
      AND NOT EXISTS (
        SELECT 1 FROM records_sweepfailure f WHERE f.case_id = c.id AND f.retry_at > %s
      )
    ORDER BY c.wake_at, c.id LIMIT %s
"""
_SET_ASIDE = """
    INSERT INTO records_sweepfailure (case_id, failed_at, retry_at, tries, error)
    VALUES (%s, %s, %s, 1, %s)
    ON CONFLICT (case_id) DO UPDATE SET failed_at = EXCLUDED.failed_at, error = EXCLUDED.error,
      tries = records_sweepfailure.tries + 1, retry_at = EXCLUDED.failed_at + CASE
        WHEN records_sweepfailure.tries > 6 THEN %s
        ELSE (EXCLUDED.retry_at - EXCLUDED.failed_at) * (1 << records_sweepfailure.tries) END
"""


def sweep(
    now: int, *, dry_run: bool = False, limit: int | None = None, listing: bool = False
) -> SweepReport:
    """Catch up every case that something is due on at or before `now`, nearest first.

    A case that fails is set aside with its error and stops nothing. Any number may sweep at once.
    """
    report = SweepReport(now, dry_run, lapses=[] if listing else None)
    if not _anything(now):  # without taking the writer's lock
        return report
    with _collector_resting():
        return _all_batches(report, now, limit, dry_run=dry_run)


def _all_batches(report: SweepReport, now: int, limit: int | None, *, dry_run: bool) -> SweepReport:
    after = (0, 0)
    errors: list[tuple[str, str]] = []
    while limit is None or report.cases + report.failed < limit:
        size = BATCH if limit is None else min(BATCH, limit - report.cases - report.failed)
        taken = _batch(now, after, size, report, errors, dry_run=dry_run)
        if taken is None:
            break
        after = taken
    report.errors = tuple(errors)
    return report


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Nothing a sweep makes refers to itself, and looking for what does takes a quarter of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _anything(now: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM records_case WHERE wake_at > 0 AND wake_at <= %s LIMIT 1", (now,)
        )
        return cursor.fetchone() is not None


def _batch(
    now: int,
    after: tuple[int, int],
    size: int,
    report: SweepReport,
    errors: list[tuple[str, str]],
    *,
    dry_run: bool,
) -> tuple[int, int] | None:
    """Work off one batch in a transaction of its own; where to go on, None at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE + _lock(dry_run), (now, *after, now, size))
            rows = [_Due(*row) for row in cursor.fetchall()]
            if not rows:
                return None
        changes, failed = _caught_up(rows, now)
        if not dry_run:
            failed += _written(changes, now)
            _set_aside(failed, now)
            _take_back({change.case_id for change in changes} - {row.id for row, _ in failed})
    bad = {row.id for row, _ in failed}
    done = [change for change in changes if change.case_id not in bad]
    report.cases += len(done)
    report.events += sum(len(change.events) for change in done)
    report.failed += len(failed)
    errors += [(row.number, error) for row, error in failed]
    if report.lapses is not None:
        report.lapses += [
            _lapse(change.number, event) for change in done for event in change.events
        ]
    return rows[-1].wake_at, rows[-1].id


def _caught_up(rows: Sequence[_Due], now: int) -> tuple[list[Change], list[tuple[_Due, str]]]:
    seen = worlds.changes()
    changes: list[Change] = []
    failed: list[tuple[_Due, str]] = []
    for row in rows:
        try:
            ruling = worlds.ruling(row.policy_id, now, seen)
            before = Case.from_json(json.loads(row.state))
            decision = catch_up(before, ruling.world, now)
            after = decision.case or before
            if not decision.events:  # paused: nothing happens by itself
                continue
            changes.append(
                Change(ruling, row.number, before, after, decision.events, row.id, row.events,
                       row.head)
            )  # fmt: skip
        except DatabaseError:
            raise
        except Exception:  # noqa: BLE001  (whatever is wrong with one case, the others go on)
            failed.append((row, traceback.format_exc(limit=-4)))
    return changes, failed


def _written(changes: list[Change], now: int) -> list[tuple[_Due, str]]:
    """Write all at once; where the database refuses, one by one, so that only the bad one fails."""
    try:
        with transaction.atomic():
            append(changes, now)
    except (DatabaseError, ValueError, TypeError, KeyError):
        pass
    else:
        return []
    failed: list[tuple[_Due, str]] = []
    for change in changes:
        try:
            with transaction.atomic():
                append((change,), now)
        except (DatabaseError, ValueError, TypeError, KeyError):
            row = _Due(change.case_id, change.number, 0, 0, "", "", 0)
            failed.append((row, traceback.format_exc(limit=-4)))
    return failed


def _set_aside(failed: Sequence[tuple[_Due, str]], now: int) -> None:
    if failed:
        with connection.cursor() as cursor:
            cursor.executemany(
                _SET_ASIDE,
                [(row.id, now, now + RETRY_AFTER, error, LONGEST_RETRY) for row, error in failed],
            )


def _take_back(recovered: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id FROM records_sweepfailure")
        rows = [row for row in cursor.fetchall() if row[0] in recovered]
        if rows:
            cursor.executemany("DELETE FROM records_sweepfailure WHERE case_id = %s", rows)


def _lapse(number: str, event: Event) -> Lapse:
    acts = tuple(data["act"] for kind, data in event.effects if kind == "opened" and "act" in data)
    return Lapse(number, event.kind, event.at, event.seat, acts)


def _lock(dry_run: bool) -> str:  # noqa: FBT001
    return "" if dry_run else worlds.skip_locked()


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Let this thread work on a copy of the whole database that is thrown away at the end.

    SQLite: a copied file. PostgreSQL: temporary tables of this connection that hide the real ones.
    """
    copy = _copied_tables if connection.vendor == "postgresql" else _copied_file
    with copy():
        worlds.forget()
        try:
            yield
        finally:
            worlds.forget()


@contextmanager
def _copied_file() -> Iterator[None]:
    connection.ensure_connection()
    settings = connection.settings_dict
    name = settings["NAME"]
    with tempfile.TemporaryDirectory(prefix="bihuan-copy-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        target = sqlite3.connect(copy)
        try:
            connection.connection.backup(target)
        finally:
            target.close()
        connection.close()
        settings["NAME"] = copy
        try:
            yield
        finally:
            connection.close()
            settings["NAME"] = name


@contextmanager
def _copied_tables() -> Iterator[None]:
    tables = [name for name in connection.introspection.table_names() if "records_" in name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name in tables:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO pg_temp.{name} SELECT * FROM public.{name}")  # noqa: S608
            cursor.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' "
                "AND table_name = %s AND column_name = 'id' AND is_identity = 'YES'",
                (name,),
            )
            if cursor.fetchone():
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('pg_temp.{name}', 'id'), "  # noqa: S608
                    f"(SELECT COALESCE(MAX(id), 0) + 1 FROM pg_temp.{name}), false)"
                )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name in tables:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name} CASCADE")


def failures() -> list[tuple[str, int, int, int, str]]:
    """Cases set aside: number, failed at, to be tried again at, tries, error; newest first."""
    from bihuan.records.models import SweepFailure

    rows = SweepFailure.objects.order_by("-failed_at", "-id").values_list(
        "case__number", "failed_at", "retry_at", "tries", "error"
    )
    return list(rows)
