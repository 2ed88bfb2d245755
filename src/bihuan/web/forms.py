"""The form of an act from the engine's plain fields: drawn, and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.desk import files
from bihuan.engine.acts import Outcome
from bihuan.engine.fields import Field
from bihuan.engine.manner import yuan
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import SCORES
from bihuan.web import signing
from bihuan.web.words import Clock, Names, read_money

Json = Any
DRAWN = {
    "text": "text",
    "long": "textarea",
    "choice": "choice",
    "yes/no": "yes_no",
    "time": "datetime",
    "count": "number",
    "score": "choice",
    "money": "money",
    "unit": "text",
    "person": "text",
    "people": "textarea",
    "file": "file",
    "signature": "signature",
    "case": "text",
    "document": "select",
}
HIDING = frozenset({"action", "elements", "form", "length", "method", "reset", "submit", "target"})
MOST_SEGMENTS = 7
MOST_OFFERED = 500


@dataclass
class Typed:
    """What was typed: `data` for the act, and what could not be read, by field."""

    data: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def control(name: str) -> str:
    """The name of a field's control: without spaces, and none that hides a property of its form."""
    return f"{name}_" if name in HIDING else name.replace(" ", "-")


def draw(
    wanted: Field,
    names: Names,
    clock: Clock,
    value: Json = "",
    error: str = "",
    *,
    digit: str = "",
    form: Sequence[Field] = (),
    outcomes: Sequence[Outcome] = (),
    **more: Json,
) -> dict[str, Json]:
    """The arguments of the `field` macro for a field; `value` is an instant, a code, or as typed.

    `form` and `outcomes` are what else the form asks: a field may hang on what is chosen there.
    """
    kind = DRAWN[wanted.kind]
    choices = [{"value": key, "label": names.text(text)} for key, text in wanted.choices]
    if wanted.kind == "score":
        choices = [{"value": str(score), "label": str(score)} for score in SCORES]
    if kind == "choice" and len(choices) > MOST_SEGMENTS:
        kind = "select"
    if wanted.kind == "time" and isinstance(value, int):
        value = clock.field(value)
    if wanted.kind == "money" and isinstance(value, int):
        value = yuan(value)
    condition = condition_of(wanted, names, form, outcomes)
    attrs: dict[str, Json] = {}
    if wanted.kind in ("unit", "person"):
        attrs = {"list": f"{wanted.kind}s", "autocomplete": "off"}
        value = shown_name(wanted.kind, str(value or ""), names)
    if wanted.kind == "people" and isinstance(value, list):
        value = "\n".join(shown_name("person", who, names) for who in value)
    if wanted.kind == "file":
        value = ""
    return {
        "name": control(wanted.name),
        "label": names.text(wanted.text),
        "kind": kind,
        "value": "" if value is None else value,
        "error": error,
        "required": wanted.required and not condition,
        "choices": choices,
        "side": condition,
        "when": f"{control(wanted.when[0])}={wanted.when[1]}" if condition and wanted.when else "",
        "hint": _("Type the name of who signs; who stands before you may draw it below.")
        if wanted.kind == "signature"
        else "",
        "multiple": wanted.kind == "file",
        "drop": wanted.kind == "file",
        "digit": digit,
        "attrs": attrs,
        **more,
    }


def condition_of(
    wanted: Field, names: Names, form: Sequence[Field], outcomes: Sequence[Outcome]
) -> str:
    """Under which value of another field of the form this one is asked for; empty for always."""
    asked, value = wanted.when or ("", "")
    choices = {one.name: dict(one.choices) for one in form}.get(asked, {})
    if asked == "outcome":
        choices = {one.name: one.text for one in outcomes}
    if value not in choices:
        return ""
    return _("if: %(condition)s") % {"condition": names.text(choices[value])}


def offered(kinds: Iterable[str], names: Names) -> dict[str, list[str]]:
    """The names of units and people to choose from while typing, by the kind of field."""
    found: dict[str, list[str]] = {}
    if "unit" in kinds:
        found["units"] = [
            shown_name("unit", code, names)
            for code in list(names.organisation.units)[:MOST_OFFERED]
        ]
    if "person" in kinds:
        found["persons"] = [
            shown_name("person", who, names)
            for who in list(names.organisation.names)[:MOST_OFFERED]
        ]
    return found


def shown_name(kind: str, code: str, names: Names) -> str:
    """A unit or person as it is chosen: by name, with the code where the name is not unique."""
    known = known_names(kind, names)
    name = known.get(code)
    if name is None:
        return code
    return name if list(known.values()).count(name) == 1 else f"{name} ({code})"


def known_names(kind: str, names: Names) -> Mapping[str, str]:
    """Codes and names of units, or of people."""
    if kind == "unit":
        return {code: unit.name for code, unit in names.organisation.units.items()}
    return names.organisation.names


def chosen(kind: str, typed: str, names: Names) -> str:
    """The code of what was typed or chosen; as typed where nothing is called so."""
    known = known_names(kind, names)
    if typed in known:
        return typed
    if typed.endswith(")") and " (" in typed:
        code = typed.rpartition(" (")[2][:-1]
        if code in known:
            return code
    fitting = [code for code, name in known.items() if name == typed]
    return fitting[0] if len(fitting) == 1 else typed


def read(request: HttpRequest, fields: Iterable[Field], names: Names, clock: Clock) -> Typed:
    """The values of these fields as they were posted; empty ones are left out."""
    typed = Typed()
    for wanted in fields:
        _read_one(request, wanted, names, clock, typed)
    if outcome := request.POST.get("outcome", ""):
        typed.data["outcome"] = outcome
    if item := request.POST.get("item", ""):
        typed.data["item"] = item
    return typed


def _read_one(
    request: HttpRequest, wanted: Field, names: Names, clock: Clock, typed: Typed
) -> None:
    name = control(wanted.name)
    if wanted.kind == "file":
        kept = files.keep_all(
            (file.chunks(), file.name or "") for file in request.FILES.getlist(name)
        )
        if isinstance(kept, Refusal):
            typed.errors[wanted.name] = names.text(kept.text)
        elif kept:
            typed.data[wanted.name] = kept
        return
    text = request.POST.get(name, "").strip()
    if wanted.kind == "signature":
        text, error = signing.read(text, request.POST.get(signing.control(name), ""))
        if error:
            typed.errors[wanted.name] = error
    if not text:
        return
    value: Json = text
    if wanted.kind == "time":
        value = clock.read_field(text)
        if value is None:
            typed.errors[wanted.name] = _("Not a time; right would be 2026-03-02 18:00.")
    elif wanted.kind in ("count", "score"):
        value = int(text) if text.isdecimal() and len(text) < 16 else None
        if value is None:
            typed.errors[wanted.name] = _("A whole number would be right.")
    elif wanted.kind == "money":
        value = read_money(text)
        if value is None:
            typed.errors[wanted.name] = _("An amount such as 1280.00 would be right.")
    elif wanted.kind in ("unit", "person"):
        value = chosen(wanted.kind, text, names)
    elif wanted.kind == "people":
        lines = [line.strip() for line in text.splitlines()]
        value = [chosen("person", line, names) for line in lines if line]
    if value is not None:
        typed.data[wanted.name] = value
