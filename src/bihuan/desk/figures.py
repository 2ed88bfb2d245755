"""Figures: any measure, over any cases, of any period, as known at any instant; and the cases behind each.

The definitions are `engine.measures`; here they become queries over the columns. As of an instant
that is past, what has changed since is folded again from what was recorded by then.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.desk import columns
from bihuan.engine.figures import TABLES
from bihuan.engine.measure import (
    NO_PERSONS,
    AtLeast,
    Count,
    DueByEnd,
    Figure,
    InTime,
    Is,
    IsPerson,
    Judged,
    Key,
    Late,
    Mean,
    Measure,
    OpenAtEnd,
    Share,
    Span,
    Test,
    Total,
    Value,
    Within,
)
from bihuan.records.queries.visibility import Viewer, all_but_walled, visible_cases

if TYPE_CHECKING:
    import duckdb

Json = Any
STALE = 60  # seconds after which who asks sees to it that what is new is there
AT_ONCE = 500  # changed cases that who asks folds themselves; more are left to the worker


@dataclass(frozen=True, slots=True)
class Seen:
    """Which cases somebody's figures are over: those of some policies but for a wall, or these alone."""

    policies: tuple[str, ...] = ()  # none named: all
    walled: tuple[tuple[str, str], ...] = ()  # policy and person complained about; "" every policy
    cases: tuple[int, ...] | None = None  # ids


@dataclass(frozen=True, slots=True)
class Book:
    """The columns as known at an instant, to take figures from."""

    known_at: int  # what happened later is not in it
    engine: "duckdb.DuckDBPyConnection"
    sources: Mapping[str, str]

    def take(
        self,
        measure: Measure,
        span: Span,
        *,
        by: Sequence[str] = (),
        only: Sequence[Is] = (),
        seen: Seen | None = None,
    ) -> dict[Key, Value]:
        """The figure of each group that has rows; without ``by`` the one key is empty, and always there."""
        where, given = self._where(measure, span, only, seen)
        part, of, more = _figure(measure.figure, span)
        source = self.sources[measure.of]
        names = [f'"{name}"' for name in by]
        chosen = f"SELECT * FROM {source} WHERE {where}"  # noqa: S608
        if "clause" in by:  # a row stands under each of its clauses
            chosen = f"SELECT * REPLACE (unnest(clause) AS clause) FROM ({chosen})"  # noqa: S608
        keys = "".join(f"{name}, " for name in names)
        group = f" GROUP BY {', '.join(names)}" if names else ""
        self.engine.execute(
            f"SELECT {keys}{part}, {of} FROM ({chosen}){group}",  # noqa: S608
            [*more, *given],
        )
        return {
            tuple(row[: len(names)]): _value(measure.figure, row[-2], row[-1])
            for row in self.engine.fetchall()
        }

    def numbers(
        self,
        measure: Measure,
        span: Span,
        *,
        only: Sequence[Is] = (),
        seen: Seen | None = None,
        first: int = 0,
        limit: int = 50,
    ) -> list[str]:
        """The numbers of the cases a figure stands on, the newest first; a ledger's own among them."""
        if measure.of == "calls":
            return []
        where, given = self._where(measure, span, only, seen)
        self.engine.execute(
            f'SELECT DISTINCT case_id, "case" FROM {self.sources[measure.of]} '  # noqa: S608
            f"WHERE {where} ORDER BY case_id DESC LIMIT {int(limit)} OFFSET {int(first)}",
            given,
        )
        return [row[1] for row in self.engine.fetchall()]

    def _where(
        self, measure: Measure, span: Span, only: Sequence[Is], seen: Seen | None
    ) -> tuple[str, list[Json]]:
        parts, given = ["TRUE"], []
        if measure.at:
            parts.append(f'"{measure.at}" >= ? AND "{measure.at}" < ?')
            given += [span.since, span.until]
        for test in (*measure.where, *_narrowing(measure, only)):
            said, values = _asked(test, span)
            parts.append(f"({said})")
            given += values
        if (
            seen is not None and measure.of != "calls"
        ):  # calls are no cases: seen by who sees figures
            said, values = self._seen(seen)
            parts.append(f"case_id IN ({said})")
            given += values
        return " AND ".join(parts), given

    def _seen(self, seen: Seen) -> tuple[str, list[Json]]:
        if seen.cases is not None:
            return "SELECT unnest(?)", [list(seen.cases)]
        said = "policy IN (SELECT unnest(?))" if seen.policies else "TRUE"
        given: list[Json] = [list(seen.policies)] if seen.policies else []
        for policy, person in seen.walled:
            said += " AND NOT (about_person = ? AND (? = '' OR policy = ?))"
            given += [person, policy, policy]
        return f"SELECT case_id FROM {self.sources[columns.HEADS]} WHERE {said}", given  # noqa: S608


def _narrowing(measure: Measure, only: Sequence[Is]) -> list[Is]:
    """What narrows a measure: a call rings before anybody knows under which policy it will be answered."""
    return [test for test in only if measure.of != "calls" or test.column != "policy"]


def seen_by(viewer: Viewer) -> Seen:
    """What a viewer's own figures are over: the cases they may see whole, and no other."""
    whole = all_but_walled(viewer)
    if whole is None:
        return Seen(cases=tuple(visible_cases(viewer).values_list("pk", flat=True)))
    return Seen(*whole)


@contextmanager
def book(now: int, as_of: int | None = None) -> Iterator[Book]:
    """The columns as known now, or at an earlier instant: what was recorded by then and nothing else."""
    known = columns.manifest()
    if not known.made_at or known.made_at < now - STALE or as_of is not None:
        most = AT_ONCE if known.made_at and as_of is None else None
        known = columns.refresh(now, most)
    with columns.engine().cursor() as engine:
        sources = {table: stored_in(known, table) for table in (columns.HEADS, *TABLES)}
        if as_of is None:
            yield Book(now, engine, sources)
            return
        heads = sources[columns.HEADS]
        engine.execute(f"SELECT case_id FROM {heads} WHERE recorded_at > ?", [as_of])  # noqa: S608
        later = [row[0] for row in engine.fetchall()]
        if not later:
            yield Book(as_of, engine, sources)
            return
        with columns.drawn_up(later, until=as_of) as drawn:
            yield Book(as_of, engine, _with_earlier(engine, sources, later, drawn))


def _with_earlier(
    engine: "duckdb.DuckDBPyConnection", sources: Mapping[str, str], later: list[int], drawn: Path
) -> dict[str, str]:
    """What was known then: the rows that have not changed since, and the others as they were."""
    engine.execute("CREATE OR REPLACE TEMP TABLE later AS SELECT unnest(?) AS case_id", [later])
    found = {}
    for table, source in sources.items():
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM {source} "  # noqa: S608
            "WHERE case_id NOT IN (SELECT case_id FROM later) "
            f"UNION ALL SELECT * FROM {columns.of_csv(drawn, table)}"
        )
        found[table] = table
    return found


def stored_in(known: columns.Manifest, table: str) -> str:
    """Where a table is read from as a manifest has it."""
    named_files = [columns.calls_file()] if table == "calls" else known.files(table)
    files = [path for path in named_files if path.exists()]
    if not files:
        return columns.nothing(table)
    named = ", ".join(columns.quoted(path) for path in files)
    return f"read_parquet([{named}])"


# -- A measure as a query --------------------------------------------------------------------------


def _asked(test: Test, span: Span) -> tuple[str, list[Json]]:
    match test:
        case Is("clause", values):
            return "list_has_any(clause, ?)", [list(values)]
        case Is(column, values):
            return (
                (f'"{column}" IN (SELECT unnest(?))', [list(values)]) if values else ("FALSE", [])
            )
        case AtLeast(column, least):
            return f'"{column}" >= ?', [least]
        case Late(due, done):
            return f"CASE WHEN {done} > 0 THEN {done} > {due} ELSE {due} < ? END", [span.as_of]
        case Judged(due, done):
            return f"{due} > 0 AND ({done} > 0 OR {due} < ?)", [span.as_of]
        case InTime(due, done):
            return f"{done} > 0 AND {done} <= {due}", []
        case OpenAtEnd(begun, over):
            return f"{begun} < ? AND ({over} = 0 OR {over} >= ?)", [span.end, span.end]
        case DueByEnd(due):
            return f"{due} < ?", [span.end]
        case IsPerson(post):
            return f'"{post}" NOT IN (SELECT unnest(?))', [list(NO_PERSONS)]


def _figure(figure: Figure, span: Span) -> tuple[str, str, list[Json]]:
    match figure:
        case Count():
            return "count(*)", "count(*)", []
        case Share(where):
            asked = [_asked(test, span) for test in where]
            said = " AND ".join(f"({one})" for one, _ in asked)
            return f"count(*) FILTER (WHERE {said})", "count(*)", [v for _, vs in asked for v in vs]
        case Within(column, per_cent):
            return f"quantile_disc({column}, {per_cent / 100})", f"count({column})", []
        case Mean(column):
            known = f"FILTER (WHERE {column} >= 1)"
            return f"sum({column}) {known}", f"count(*) {known}", []
        case Total(column):
            return f"COALESCE(sum({column}), 0)", "count(*)", []


def _value(figure: Figure, part: Json, of: int) -> Value:
    if isinstance(figure, Share | Mean) and not of:
        return Value(None, 0)
    return Value(None if part is None else int(part), of)
