"""What a test begins with is made once in a process by the product's own doors; later tests get the same rows."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

Begins = ParamSpec("Begins")
Made = TypeVar("Made")
Rows = list[tuple[str, list[tuple[Any, ...]]]]  # how they are put in, and their values

_kept: dict[str, tuple[Rows, Any]] = {}


def made_once(make: Callable[Begins, Made]) -> Callable[Begins, Made]:
    """In an empty database, what ``make`` left in one before; else made anew."""

    @wraps(make)
    def begin(*args: Begins.args, **kwargs: Begins.kwargs) -> Made:
        if not _nothing_there():
            return make(*args, **kwargs)
        key = repr((make.__module__, make.__name__, args, kwargs))
        if key in _kept:
            _put(_kept[key][0])
        else:
            made = make(*args, **kwargs)
            _kept[key] = (_rows(), made)
        return deepcopy(_kept[key][1])

    return begin


@cache
def _models() -> tuple[type[models.Model], ...]:
    """Those whose rows do not come with the tables."""
    found = apps.get_models(include_auto_created=True)
    return tuple(
        model
        for model in found
        if model._meta.managed
        and model._meta.label not in ("auth.Permission", "contenttypes.ContentType")
    )


def _nothing_there() -> bool:
    there = " OR ".join(f'EXISTS (SELECT 1 FROM "{model._meta.db_table}")' for model in _models())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CASE WHEN {there} THEN 1 ELSE 0 END")
        return cursor.fetchone() == (0,)


def _rows() -> Rows:
    found: Rows = []
    with connection.cursor() as cursor:
        for model in _models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows = cursor.fetchall()
            if rows:
                names = [f'"{column[0]}"' for column in cursor.description]
                places = ", ".join(["%s"] * len(names))
                found.append(
                    (
                        f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) VALUES ({places})',
                        rows,
                    )
                )
    return found


@transaction.atomic
def _put(rows: Rows) -> None:
    with connection.cursor() as cursor:
        for statement, values in rows:
            cursor.executemany(statement, values)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(_models())):
            cursor.execute(statement)
