"""Questions whose SQL is written once: what every page asks should not cost the ORM's writing each time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, wraps
from typing import Any, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Values = ParamSpec("Values")
MOST = 512  # statements kept of one question


def prepared(question: Callable[Values, "QuerySet[Any, Any]"]) -> Callable[Values, list[Row]]:
    """Make a function that returns `values_list(…)` one that returns its rows.

    What is given in order is filled in each time: texts, numbers, and what is made of them (lists,
    tuples, sets, dicts, dataclasses); what is given by name is written into the statement. One
    statement is kept for each shape: how many there are of what, what is empty, 0, None, True or False,
    what is given by name. So a question may look at these, but at no other text or number given in
    order. TypeError where such a value does not reach the statement as it is.
    """
    written: dict[Any, _Statement] = {}

    @wraps(question)
    def asked(*args: Values.args, **kwargs: Values.kwargs) -> list[Row]:
        values: list[str | int] = []
        shape = (connection.vendor, _shape(args, values), *kwargs.items())
        statement = written.get(shape)
        if statement is None:
            if len(written) >= MOST:
                written.clear()
            statement = written[shape] = _Statement(question, args, kwargs)
        return statement.rows(values)

    return asked


def _shape(value: Any, values: list[str | int]) -> Any:
    """What of a value is part of the statement; what is filled in goes to `values`."""
    kind = type(value)
    if not value or value is True or isinstance(value, Enum):
        return kind, value or None
    if kind is str or kind is int:
        values.append(value)
        return kind
    return kind, tuple([_shape(one, values) for one in _parts(value)])


def _parts(value: Any) -> Iterable[Any]:
    """What a value is made of, always in the same order."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return value.items()
    if is_dataclass(value):
        return [getattr(value, name) for name in _names(type(value))]
    if isinstance(value, list | tuple):
        return value
    raise TypeError(f"no value of a question: {value!r}")


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class _Statement:
    """SQL for one shape of values, and which of them stands at which of its places."""

    def __init__(
        self,
        question: Callable[..., "QuerySet[Any, Any]"],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.sql = ""
        self.places: list[
            tuple[bool, Any]
        ] = []  # (whether it is one of the values, which or itself)
        marks: dict[Any, int] = {}
        rows = question(*_marked(args, marks), **kwargs)
        self.compiler: SQLCompiler = rows.query.get_compiler(rows.db)
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:  # among no values at all
            return
        self.places = [(param in marks, marks.get(param, param)) for param in params]
        reached = {which for is_value, which in self.places if is_value}
        if len(reached) < len(marks):
            raise TypeError(f"{question.__name__}: a value does not reach the statement as it is")
        self.converters = self.compiler.get_converters([one[0] for one in self.compiler.select])

    def rows(self, values: list[str | int]) -> list[Row]:
        """What the database answers for these values."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            filled = [values[which] if is_value else which for is_value, which in self.places]
            cursor.execute(self.sql, filled)
            found: list[Row] = cursor.fetchall()
        if self.converters:
            return [tuple(row) for row in self.compiler.apply_converters(found, self.converters)]
        return found


def _marked(value: Any, marks: dict[Any, int]) -> Any:
    """The value with a mark of its own at each place where a text or a number is filled in."""
    if not value or value is True or isinstance(value, Enum):
        return value
    kind = type(value)
    if kind is str or kind is int:
        which = len(marks)
        mark = f"\ue000{which}\ue000" if kind is str else 1_999_000_000 + which
        marks[mark] = which
        return mark
    parts = [_marked(one, marks) for one in _parts(value)]
    if is_dataclass(kind):
        return kind(*parts)
    return kind._make(parts) if hasattr(kind, "_make") else kind(parts)
