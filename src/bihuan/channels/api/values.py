"""Values as JSON carries them and as acts take them: instants, files, the kinds of field."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from pydantic import BeforeValidator, Field, WithJsonSchema

from bihuan.desk import files
from bihuan.engine import fields as engine
from bihuan.engine.calendar import BadTime
from bihuan.engine.clock import parse_instant
from bihuan.engine.forms import MOST_CHARACTERS
from bihuan.engine.words import Text

Json = Any
ZONE = ZoneInfo(settings.TIME_ZONE)
LAST = 2**36  # what the engine takes for an instant
_FILE = "file"


class Unfit(ValueError):  # noqa: N818  (an answer, not an accident)
    """A value that does not fit, with what would be right."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


# -- Instants --------------------------------------------------------------------------------------


def iso(at: int | None) -> str | None:
    """An instant in ISO 8601 with its zone; None where there is none."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZONE).isoformat() if at else None


def instant(value: Json) -> int:
    """The instant that was written, which must say its zone. Raises Unfit."""
    try:
        at = parse_instant(value) if isinstance(value, str) else 0
    except BadTime as bad:
        raise Unfit(Text(bad.zh, bad.en)) from None
    except (ValueError, OverflowError):
        at = 0
    if not 0 < at < LAST:
        raise Unfit(
            Text(
                "应为带时区的时刻，如 2026-02-13T18:30:00+08:00",
                "an instant with its zone would be right, like 2026-02-13T18:30:00+08:00",
            )
        )
    return at


_INSTANT: dict[str, Json] = {
    "type": "string",
    "format": "date-time",
    "examples": ["2026-02-13T18:30:00+08:00"],
}
Instant = Annotated[int, BeforeValidator(instant), WithJsonSchema(_INSTANT)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


# -- Files -----------------------------------------------------------------------------------------


def ticket(value: str, person: str) -> str:
    """What stands for a file that this person uploaded, until an act puts it to a case."""
    return signing.dumps([value, person], salt=_FILE)


def uploaded(given: Json, person: str) -> str:
    """The file that a ticket stands for. Raises Unfit: nobody else's, and nothing made up."""
    try:
        value, whose = signing.loads(given, salt=_FILE) if isinstance(given, str) else ("", "")
    except signing.BadSignature:
        value, whose = "", ""
    if not value or whose != person:
        raise Unfit(
            Text(
                "应为您上传文件后得到的 file 值",
                "the 'file' that came back when you uploaded it would be right",
            )
        )
    return str(value)


# -- Fields of acts --------------------------------------------------------------------------------


_TEXT: dict[str, Json] = {"type": "string", "maxLength": MOST_CHARACTERS}
_SCHEMAS: dict[str, dict[str, Json]] = {
    "text": _TEXT,
    "long": _TEXT,
    "signature": _TEXT,
    "choice": {"type": "string"},
    "yes/no": {"type": "string", "enum": ["yes", "no"]},
    "time": _INSTANT,
    "count": {"type": "integer", "minimum": 0},
    "money": {"type": "integer", "minimum": 0, "description": "fen"},
    "score": {"type": "integer", "minimum": 1, "maximum": 5},
    "unit": {"type": "string"},
    "person": {"type": "string"},
    "people": {"type": "array", "items": {"type": "string"}},
    "file": {"type": "array", "items": {"type": "string"}},
    "case": {"type": "string"},
    "document": {"type": "string"},
}
_RIGHT = {
    "string": Text("应为文字", "a text would be right"),
    "integer": Text("应为整数", "a whole number would be right"),
    "array": Text("应为文字列表", "a list of texts would be right"),
}
_TYPES: dict[str, type] = {"string": str, "integer": int, "array": list}


def schema_of(field: engine.Field) -> dict[str, Json]:
    """A field as OpenAPI describes it."""
    made: dict[str, Json] = {"title": f"{field.text.zh} / {field.text.en}", **_SCHEMAS[field.kind]}
    if field.choices:
        made["enum"] = [name for name, _ in field.choices]
    return made


def values(
    data: Mapping[str, Json], kinds: Mapping[str, str], person: str
) -> tuple[dict[str, Json], list[tuple[str, str, Text]]]:
    """What was sent as an act takes it, and what of it does not fit, by field.

    `kinds`: those of the fields that are known; of others any plain value goes on to be judged.
    """
    found: dict[str, Json] = {}
    wrong: list[tuple[str, str, Text]] = []
    for name, value in data.items():
        if value is None:
            continue
        try:
            found[name] = _value(kinds.get(name, ""), value, person)
        except Unfit as unfit:
            wrong.append((name, "unknown-file" if kinds.get(name) == "file" else "bad-value",
                          unfit.text))  # fmt: skip
    return found, wrong


def _value(kind: str, value: Json, person: str) -> Json:
    if kind == "time":
        return instant(value)
    if kind == "file":
        return [uploaded(item, person) for item in _list(value)]
    if kind:
        wanted = str(_SCHEMAS[kind]["type"])
        if not isinstance(value, _TYPES[wanted]) or isinstance(value, bool):
            raise Unfit(_RIGHT[wanted])
    elif isinstance(value, bool | float | dict):
        raise Unfit(Text("应为文字、整数或列表", "a text, a whole number or a list would be right"))
    for item in _list(value) if isinstance(value, list) else (value,):
        if isinstance(item, str) and files.VALUE.fullmatch(item):
            return uploaded(item, person)  # refuses: a file is named by its ticket alone
    return value


def _list(value: Json) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unfit(_RIGHT["array"])
    return value


def kinds_of(fields: Iterable[engine.Field]) -> dict[str, str]:
    """The kinds of fields by their names."""
    return {field.name: field.kind for field in fields}
