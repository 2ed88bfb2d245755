"""What a measure is made of, and how it is taken from rows in memory.

`desk.columns` turns the same definition into a query over columns; both must give the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from bihuan.engine.words import Text

# -- What a row is asked ----------------------------------------------------------------------------


class Span(NamedTuple):
    """The time figures are taken over: from `since`, not including `until`, as known at `as_of`."""

    since: int
    until: int
    as_of: int

    @property
    def end(self) -> int:
        """The end of the period, or of what had come of it by then."""
        return min(self.until, self.as_of)


@dataclass(frozen=True, slots=True)
class Is:
    """A column has one of these values; of several in one place, any."""

    column: str
    values: tuple[str | int, ...]

    def holds(self, row: Any, _span: Span) -> bool:
        """Whether it does in this row."""
        found = getattr(row, self.column)
        return any(one in self.values for one in (found if isinstance(found, tuple) else (found,)))


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number is that or more; with 1, an instant has come and a thing has happened."""

    column: str
    least: int = 1

    def holds(self, row: Any, _span: Span) -> bool:
        """Whether it is in this row."""
        return bool(getattr(row, self.column) >= self.least)


@dataclass(frozen=True, slots=True)
class Late:
    """Done after it was due, or due and still not done at the end of the time asked about."""

    due: str
    done: str

    def holds(self, row: Any, span: Span) -> bool:
        """Whether it was in this row."""
        due, done = getattr(row, self.due), getattr(row, self.done)
        return bool(done > due if done else due < span.as_of)


@dataclass(frozen=True, slots=True)
class Judged:
    """Done, or due already: before that nobody can say whether it is late."""

    due: str
    done: str

    def holds(self, row: Any, span: Span) -> bool:
        """Whether it can be said of this row."""
        due, done = getattr(row, self.due), getattr(row, self.done)
        return bool(due and (done or due < span.as_of))


@dataclass(frozen=True, slots=True)
class OpenAtEnd:
    """Begun before the end of the period and not over then."""

    begun: str
    over: str

    def holds(self, row: Any, span: Span) -> bool:
        """Whether it was in this row."""
        begun, over = getattr(row, self.begun), getattr(row, self.over)
        return bool(begun < span.end and (not over or over >= span.end))


@dataclass(frozen=True, slots=True)
class InTime:
    """Done, and by its due."""

    due: str
    done: str

    def holds(self, row: Any, _span: Span) -> bool:
        """Whether it was in this row."""
        done = getattr(row, self.done)
        return bool(done and done <= getattr(row, self.due))


@dataclass(frozen=True, slots=True)
class DueByEnd:
    """Due, or come, before the end of the period, or of what is known of it."""

    due: str

    def holds(self, row: Any, span: Span) -> bool:
        """Whether it was in this row."""
        return bool(getattr(row, self.due) < span.end)


@dataclass(frozen=True, slots=True)
class IsPerson:
    """A post is one that people hold: neither the system nor the customer."""

    post: str

    def holds(self, row: Any, _span: Span) -> bool:
        """Whether it is in this row."""
        return getattr(row, self.post) not in NO_PERSONS


NO_PERSONS = ("system", "customer")
Test = Is | AtLeast | Late | Judged | InTime | OpenAtEnd | DueByEnd | IsPerson


# -- What is made of the rows -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the rows also pass these tests."""

    where: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """What so many in a hundred of the rows do not exceed; 50 is the middle one."""

    column: str
    per_cent: int


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a column, over the rows where it is at least one."""

    column: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a column."""

    column: str


Figure = Count | Share | Within | Mean | Total


class Value(NamedTuple):
    """A figure and the number of rows it stands on. `part` is None where there is nothing to say.

    Of a share `part` is the numerator, of a mean the sum; both are whole numbers.
    """

    part: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: of which table, counted where `at` lies in the period (or by its tests alone), where so."""

    name: str
    text: Text
    says: Text
    of: str
    figure: Figure
    at: str = ""
    where: tuple[Test, ...] = ()

    @property
    def unit(self) -> str:
        """How it is written: count, share, time, score."""
        if isinstance(self.figure, Within):
            return "time"
        return {Share: "share", Mean: "score"}.get(type(self.figure), "count")


Key = tuple[str | int, ...]  # what stands in the columns broken down by


def counted(measure: Measure, row: Any, span: Span, only: Iterable[Is] = ()) -> bool:
    """Whether a row is among those a measure stands on."""
    if measure.at and not span.since <= getattr(row, measure.at) < span.until:
        return False
    return all(test.holds(row, span) for test in (*measure.where, *only))


def taken(
    measure: Measure,
    rows: Iterable[Any],
    span: Span,
    *,
    by: Sequence[str] = (),
    only: Iterable[Is] = (),
) -> dict[Key, Value]:
    """The figure of each group that has rows; without ``by`` the one key is empty, and always there."""
    tests = tuple(only)
    groups: dict[Key, list[Any]] = {} if by else {(): []}
    for row in rows:
        if counted(measure, row, span, tests):
            for key in _keys(row, by):
                groups.setdefault(key, []).append(row)
    return {key: _figure(measure.figure, group, span) for key, group in groups.items()}


def _keys(row: Any, by: Sequence[str]) -> Iterator[Key]:
    """The groups a row stands in: one, or one for each clause."""
    columns = (getattr(row, name) for name in by)
    yield from product(*(one if isinstance(one, tuple) else (one,) for one in columns))


def _figure(figure: Figure, rows: Sequence[Any], span: Span) -> Value:
    match figure:
        case Count():
            return Value(len(rows), len(rows))
        case Share(where):
            part = sum(all(test.holds(row, span) for test in where) for row in rows)
            return Value(part if rows else None, len(rows))
        case Within(column, per_cent):
            known = sorted(v for row in rows if (v := getattr(row, column)) is not None)
            place = max(0, -(-len(known) * per_cent // 100) - 1)
            return Value(known[place] if known else None, len(known))
        case Mean(column):
            known = [v for row in rows if (v := getattr(row, column)) >= 1]
            return Value(sum(known) if known else None, len(known))
        case Total(column):
            return Value(sum(getattr(row, column) for row in rows), len(rows))
