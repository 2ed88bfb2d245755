"""What OpenAPI says of acts: one form for each, made of the engine's own table."""

from typing import Any

from bihuan.channels.api.values import kinds_of, schema_of
from bihuan.engine import fields as engine
from bihuan.engine.acts import ACTS, ActWord
from bihuan.engine.forms import ABOUT_FIELDS, CONSENT_FIELDS, LINKED_TO, OPENED_BY
from bihuan.engine.needs import NEEDS, SHEET_FIELDS

Json = Any
_NEEDED = tuple(field for need in NEEDS.values() for field in need.fields)
_ANY: tuple[engine.Field, ...] = (
    *_NEEDED,
    *SHEET_FIELDS.values(),
    *ABOUT_FIELDS,
    *CONSENT_FIELDS,
    OPENED_BY,
    LINKED_TO,
)
# By act: the kinds of the fields it may have in some case, whatever the policy.
KINDS: dict[str, dict[str, str]] = {
    name: {**kinds_of(_ANY), **kinds_of(word.fields), "outcome": "text", "item": "text"}
    for name, word in ACTS.items()
}
KINDS["register"] |= {"received": "time", "phone": "text", "address": "text"}


def act_schemas() -> dict[str, Json]:
    """The schemas of all acts but registering, and `Act`, which is one of them."""
    names = [name for name in ACTS if name != "register"]
    made = {_called(name): _schema(ACTS[name]) for name in names}
    where = {name: f"#/components/schemas/{_called(name)}" for name in names}
    made["Act"] = {
        "oneOf": [{"$ref": place} for place in where.values()],
        "discriminator": {"propertyName": "act", "mapping": where},
    }
    return made


def _called(name: str) -> str:
    return "Act" + "".join(part.title() for part in name.split("_"))


def _schema(word: ActWord) -> dict[str, Json]:
    fields = {field.name: schema_of(field) for field in word.fields}
    if word.outcomes:
        names = [outcome.name for outcome in word.outcomes]
        fields["outcome"] = {"type": "string", "enum": names}
    return {
        "type": "object",
        "title": f"{word.text.zh} / {word.text.en}",
        "required": ["act"],
        "properties": {
            "act": {"const": word.name},
            "sheet": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "act_id": {"type": "string", "maxLength": 80},
            "data": {
                "type": "object",
                "properties": fields,
                # The policy of the case adds needs and facts of its own: GET …/acts lists them.
                "additionalProperties": True,
            },
        },
    }
