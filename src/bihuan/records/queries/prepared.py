"""Questions whose SQL is written once: what every page asks should not cost the ORM's writing each time."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Values = ParamSpec("Values")
MOST = 512  # statements kept of one question
# Marks of texts and numbers, as nobody writes them: the largest numbers that every column takes.
_TOKEN = secrets.token_hex(16)
_LAST = (1 << 31) - 1


def prepared(question: Callable[Values, "QuerySet[Any, Any]"]) -> Callable[Values, list[Row]]:
    """Make a function that returns `values_list(…)` one that returns its rows.

    What is given in order is filled in each time: texts, numbers, lists and tuples of them; what is
    given by name is written into the statement. One statement is kept for each shape: how many there
    are, what is empty, 0, None, True or False, what is given by name. So a question may look at these,
    but at no other text or number given in order. TypeError where one does not reach the statement as
    it is.
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
    if not value or value is True:
        return type(value), value or None
    if isinstance(value, list | tuple):
        return tuple([_shape(one, values) for one in value])
    values.append(value)
    return type(value)


class _Statement:
    """SQL for one shape of values, and which of them stands at which of its places."""

    def __init__(
        self,
        question: Callable[..., "QuerySet[Any, Any]"],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.sql = ""
        self.places: list[tuple[bool, Any]] = []  # whether one of the values, and which; or itself
        marks: dict[Any, int] = {}
        compiler = _compiler(question(*_marked(args, marks), **kwargs))
        try:
            self.sql, params = compiler.as_sql()
        except EmptyResultSet:  # among no values at all
            if marks and not _is_empty(question(*args, **kwargs)):
                raise _changed(question) from None
            return
        self.places = [(param in marks, marks.get(param, param)) for param in params]
        rest = [str(param) for param in params if param not in marks]
        if any(_TOKEN in part for part in (self.sql, *rest)) or any(
            str(mark) in self.sql for mark in marks if isinstance(mark, int)
        ):
            raise _changed(question)
        converters = compiler.get_converters([one[0] for one in compiler.select])
        self.converters = tuple(converters.items())

    def rows(self, values: list[str | int]) -> list[Row]:
        """What the database answers for these values."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            filled = [values[which] if is_value else which for is_value, which in self.places]
            cursor.execute(self.sql, filled)
            found: list[Row] = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Row) -> Row:
        values = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


def _marked(value: Any, marks: dict[Any, int]) -> Any:
    """The value with a mark of its own at each place where a text or a number is filled in."""
    if not value or value is True:
        return value
    if isinstance(value, list | tuple):
        return tuple([_marked(one, marks) for one in value])
    which = len(marks)
    mark = f"{_TOKEN}{which}." if isinstance(value, str) else _LAST - which
    marks[mark] = which
    return mark


def _compiler(rows: "QuerySet[Any, Any]") -> SQLCompiler:
    return rows.query.get_compiler(rows.db)


def _is_empty(rows: "QuerySet[Any, Any]") -> bool:
    try:
        _compiler(rows).as_sql()
    except EmptyResultSet:
        return True
    return False


def _changed(question: Callable[..., Any]) -> TypeError:
    return TypeError(f"{question.__name__}: a value does not reach the statement as it is")
