"""JSON kept as text: the same bytes on SQLite and PostgreSQL, keys in one order."""

import json
from typing import Any

from django.db import models

_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


def canonical(value: Any) -> str:
    """The one way a JSON value is written here: keys sorted, no spaces, no escapes but needed."""
    return _encode(value)


class JsonText(models.TextField):
    """A JSON value in a text column. `jsonb` would reorder keys, and hashes need the bytes."""

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else canonical(value)

    def value_to_string(self, obj: models.Model) -> str:
        return canonical(self.value_from_object(obj))


def as_text(name: str) -> models.ExpressionWrapper:
    """A column of JSON as the very text it is kept in: for hashes, and for whoever reads it themselves."""
    return models.ExpressionWrapper(models.F(name), output_field=models.TextField())
