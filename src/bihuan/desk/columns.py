"""The rows figures are taken from, kept as columns in the data folder: a projection, made anew at any time.

Parquet files by stretches of cases, and a manifest that names those that hold. A refresh folds the
cases that have new events, writes their stretches as new files and puts a new manifest in place:
whoever reads meanwhile goes on with the old ones. `rebuild` begins with nothing.
"""

import csv
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self, get_args, get_type_hints

from django.conf import settings
from django.core.files import locks
from django.db import connection

from bihuan.desk import worlds
from bihuan.engine.figures import TABLES, Figures, figures_of

if TYPE_CHECKING:
    import duckdb

Json = Any
LAYOUT = 1  # of the rows; another number is made anew
STRETCH = 20_000  # cases of one file
PART = 500  # cases folded at once
MEMORY = "512MB"
HEADS = "heads"


class Head(NamedTuple):
    """What is kept of every case and ledger beside its rows: who may be walled from it, how far it is known."""

    case_id: int
    case: str
    policy: str
    ledger: int
    intake: str
    about_person: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which files hold: for each stretch of cases its number, the events they are folded up to."""

    made_at: int = 0
    last: int = 0  # the last event folded
    looked: int = 0  # the last of the refresh before: what was being written then is read again
    head: str = ""  # the hash of the last event: another database is begun anew
    stretches: dict[int, str] = field(default_factory=dict)

    def files(self, table: str) -> list[Path]:
        """The files of one table."""
        return [folder() / name / f"{table}.parquet" for name in self.stretches.values()]


class _Event(NamedTuple):
    kind: str
    at: int
    by: str
    data: dict[str, Json]
    effects: list[tuple[str, dict[str, Json]]]


def folder() -> Path:
    """Where the columns lie."""
    return Path(settings.HOME) / "figures"


def manifest() -> Manifest:
    """What holds now; empty where nothing was made yet, or by another layout."""
    try:
        found = json.loads((folder() / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return Manifest()
    if found.pop("layout", 0) != LAYOUT:
        return Manifest()
    found["stretches"] = {int(key): name for key, name in found["stretches"].items()}
    return Manifest(**found)


def refresh(now: int, most: int | None = None) -> Manifest:
    """Fold what is new since the last time; the manifest that then holds.

    With ``most``, nothing is done where more cases than that have changed; nor while another
    process is at it.
    """
    with _alone() as ours:
        if not ours:
            return manifest()
        known = manifest()
        if known.head != _hash_of(known.last):
            known = Manifest()
        last = _last_event()
        _store_calls()
        if last == known.last == known.looked:
            return known
        changed = _changed(known.looked, last)
        if most is not None and len(changed) > most:
            return known
        made = _written(known, changed, last)
        _put(Manifest(now, last, known.last, _hash_of(last), made))
        _tidy(now)
        return manifest()


def rebuild(now: int) -> Manifest:
    """Make all columns anew from the events."""
    with _alone() as ours:
        if ours:
            (folder() / "manifest.json").unlink(missing_ok=True)
    return refresh(now)


@contextmanager
def _alone() -> Iterator[bool]:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as file:
        ours = locks.lock(file, locks.LOCK_EX | locks.LOCK_NB)
        try:
            yield ours
        finally:
            if ours:
                locks.unlock(file)


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM records_event")
        return int(cursor.fetchone()[0])


def _hash_of(event: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM records_event WHERE id = %s", (event,))
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _changed(since: int, last: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT case_id FROM records_event WHERE id > %s AND id <= %s ORDER BY case_id",
            (since, last),
        )
        return [row[0] for row in cursor.fetchall()]


def _written(known: Manifest, changed: Sequence[int], last: int) -> dict[int, str]:
    stretches = dict(known.stretches)
    by_stretch: dict[int, list[int]] = defaultdict(list)
    for case_id in changed:
        by_stretch[case_id // STRETCH].append(case_id)
    for place, ids in by_stretch.items():
        name = f"{place}-{last}"
        before = stretches.get(place)
        if before == name:
            name = f"{name}a"
        with drawn_up(ids, until=None) as drawn:
            store(drawn, folder() / name, folder() / before if before else None)
        stretches[place] = name
    return stretches


def store(drawn: Path, to: Path, before: Path | None) -> None:
    """Put drawn-up rows in the place of what a stretch held of the same cases."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(mode=0o700)
    with engine().cursor() as made:
        new = of_csv(drawn, HEADS)
        for table in (HEADS, *TABLES):
            if table == "calls":
                continue
            rows = f"SELECT * FROM {of_csv(drawn, table)}"  # noqa: S608
            if before is not None:
                rows = (
                    f"SELECT * FROM read_parquet({quoted(before / f'{table}.parquet')}) "  # noqa: S608
                    f"WHERE case_id NOT IN (SELECT case_id FROM {new}) UNION ALL {rows}"
                )
            made.execute(
                f"COPY ({rows} ORDER BY case_id) TO {quoted(to / f'{table}.parquet')} "
                "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
            )


def calls_file() -> Path:
    """The file of all calls."""
    return folder() / "calls.parquet"


def _store_calls() -> None:
    """Put the calls in their file anew where one was told of since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(changed_at), 0), COUNT(*) FROM records_call")
        mark = "{}-{}".format(*cursor.fetchone())
        at = folder() / "calls.mark"
        if mark == "0-0" or (at.exists() and at.read_text() == mark and calls_file().exists()):
            return
        cursor.execute(_CALLS)
        with tempfile.TemporaryDirectory(dir=folder(), prefix=".drawn") as drawn:
            with (Path(drawn) / "calls.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                for call, unit, queue, rang, answered, ended in cursor:
                    waited = answered - rang if answered else "\\N"
                    writer.writerow((0, call, "", unit, queue, rang, answered, ended, waited))
            new = Path(drawn) / "calls.parquet"
            with engine().cursor() as made:
                rows = of_csv(Path(drawn), "calls")
                made.execute(f"COPY {rows} TO {quoted(new)} (FORMAT parquet, COMPRESSION zstd)")
            new.replace(calls_file())
    at.write_text(mark)


_CALLS = (
    "SELECT c.id, l.unit, l.name, c.rang_at, c.answered_at, c.ended_at "
    "FROM records_call c JOIN records_phoneline l ON l.id = c.line_id ORDER BY c.id"
)


def _put(made: Manifest) -> None:
    said = {
        "layout": LAYOUT, "made_at": made.made_at, "last": made.last, "looked": made.looked,
        "head": made.head, "stretches": made.stretches,
    }  # fmt: skip
    new = folder() / f".manifest.{os.getpid()}"
    new.write_text(json.dumps(said), "utf-8")
    new.replace(folder() / "manifest.json")


def _tidy(now: int) -> None:
    """Remove what no manifest names any more, once nobody can still be reading it."""
    kept = set(manifest().stretches.values())
    for place in folder().iterdir():
        if place.is_dir() and place.name not in kept and place.stat().st_mtime < now - 600:
            shutil.rmtree(place, ignore_errors=True)


# -- Folding ---------------------------------------------------------------------------------------


@contextmanager
def drawn_up(ids: Sequence[int], *, until: int | None) -> Iterator[Path]:
    """A folder of plain files with the rows of these cases, by what was recorded until an instant."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=".drawn") as drawn:
        with Files(Path(drawn)) as out:
            for first in range(0, len(ids), PART):
                for head, rows in folded(ids[first : first + PART], until):
                    out.write(head, rows)
        yield Path(drawn)


def folded(ids: Sequence[int], until: int | None = None) -> Iterator[tuple[Head, Figures]]:
    """These cases as figures read them; of what was recorded later than ``until`` they know nothing."""
    rulings = worlds.Rulings()
    for case_id, number, person, events, recorded in _histories(ids, until):
        code, version = _version_of(events)
        ruling = rulings.of(code, version, recorded)
        rows = figures_of(
            number, events, ruling.world.policy, ruling.world.calendars["usual"],
            rulings.clauses(code, recorded),
        )  # fmt: skip
        first = events[0].effects[0][1]
        yield (
            Head(
                case_id, number, code, int(bool(first.get("ledger"))), str(first.get("unit", "")),
                person, recorded,
            ),
            rows,
        )  # fmt: skip


def _histories(
    ids: Sequence[int], until: int | None
) -> Iterator[tuple[int, str, str, list[_Event], int]]:
    marks = ", ".join(["%s"] * len(ids))
    bound = "" if until is None else f"AND e.recorded_at <= {int(until)} "
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.case_id, c.number, c.about_person, e.kind, e.at, "  # noqa: S608
            'e."by", e.data, e.effects, e.recorded_at FROM records_event e '
            f"JOIN records_case c ON c.id = e.case_id WHERE e.case_id IN ({marks}) {bound}"
            "ORDER BY e.case_id, e.sequence",
            list(ids),
        )
        rows = cursor.fetchall()
    found: dict[int, tuple[int, str, str, list[_Event], int]] = {}
    for case_id, number, person, kind, at, by, data, effects, recorded in rows:
        kept = found.get(case_id)
        events = kept[3] if kept else []
        events.append(_Event(kind, at, by, json.loads(data), json.loads(effects)))
        found[case_id] = (case_id, number, person, events, max(recorded, kept[4] if kept else 0))
    yield from found.values()


def _version_of(events: Iterable[_Event]) -> tuple[str, int]:
    code, version = "", 0
    for event in events:
        for kind, data in event.effects:
            if kind == "registered":
                code, version = data["policy"], data["version"]
            elif kind == "version":
                version = data["is"]
    return code, version


def loaded(text: str) -> Json:
    """Effects or data as the history holds them, personal values sealed."""
    return json.loads(text)


class Files:
    """One plain file for each table, written row by row."""

    def __init__(self, drawn: Path) -> None:
        self.files: dict[str, IO[str]] = {
            table: (drawn / f"{table}.csv").open("w", encoding="utf-8", newline="")
            for table in (HEADS, *TABLES)
        }
        self.writers = {table: csv.writer(file) for table, file in self.files.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files.values():
            file.close()

    def write(self, head: Head, rows: Figures) -> None:
        """The rows of one case or ledger."""
        self.writers[HEADS].writerow(head)
        for table, found in (
            ("cases", [rows.case] if rows.case else []),
            ("owed", rows.owed), ("legs", rows.legs), ("visits", rows.visits),
        ):  # fmt: skip
            writer, values = self.writers[table], _values(table)
            for row in found:
                writer.writerow([head.case_id, *map(_plain, values(row))])


@lru_cache(maxsize=16)
def _values(table: str) -> Callable[[object], tuple[Json, ...]]:
    return attrgetter(*_columns(table))


def _plain(value: Json) -> Json:
    if value.__class__ is tuple:
        return "\x1f".join(value)
    return "\\N" if value is None else value


# -- Asking ----------------------------------------------------------------------------------------

_TYPES = {str: "VARCHAR", int: "BIGINT"}


@lru_cache(maxsize=1)
def engine() -> "duckdb.DuckDBPyConnection":
    import duckdb

    made = duckdb.connect(
        config={"memory_limit": MEMORY, "threads": 2, "temp_directory": str(folder() / "spilt")}
    )
    made.execute("SET parquet_metadata_cache = true")
    return made


@lru_cache(maxsize=16)
def _columns(table: str) -> dict[str, str]:
    """The columns of a table with what the columnar engine calls their types."""
    if table == HEADS:
        return {name: _TYPES[hint] for name, hint in get_type_hints(Head).items()}
    hints = get_type_hints(TABLES[table])
    return {item.name: _type(hints[item.name]) for item in fields(TABLES[table])}


def _type(hint: Any) -> str:
    if hint in _TYPES:
        return _TYPES[hint]
    return "VARCHAR[]" if str in get_args(hint) else "BIGINT"


def of_csv(drawn: Path, table: str) -> str:
    """A drawn-up file as a relation with the columns of its table, `case_id` first."""
    columns = _columns(table) if table == HEADS else {"case_id": "BIGINT", **_columns(table)}
    read = {name: "VARCHAR" if kind == "VARCHAR[]" else kind for name, kind in columns.items()}
    taken = ", ".join(
        f"{_READ.get(kind, '{}').format(named_as(name))} AS {named_as(name)}"
        for name, kind in columns.items()
    )
    named = ", ".join(f"'{name}': '{kind}'" for name, kind in read.items())
    return (
        f"(SELECT {taken} FROM read_csv({quoted(drawn / f'{table}.csv')}, header = false, "  # noqa: S608
        f"auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', "
        f"columns = {{{named}}}))"
    )


_READ = {
    "VARCHAR": "COALESCE({}, '')",
    "VARCHAR[]": "list_filter(string_split(COALESCE({}, ''), chr(31)), lambda x: x <> '')",
}


def nothing(table: str) -> str:
    """A relation with the columns of a table and no rows."""
    columns = _columns(table) if table == HEADS else {"case_id": "BIGINT", **_columns(table)}
    typed = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    return f"(SELECT {typed} WHERE FALSE)"


def named_as(column: str) -> str:
    """A column's name where it may be a word of the query language."""
    return f'"{column}"'


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
