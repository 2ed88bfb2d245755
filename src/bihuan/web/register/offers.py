"""What may be taken by one key while a complaint is taken down: never filled in by itself."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.desk.learning import weights_of
from bihuan.desk.permissions import mask_phone
from bihuan.engine.suggesting import UNLEARNED, Suggestion, suggested
from bihuan.records.queries.cases import Customer
from bihuan.records.wording import fold
from bihuan.web import forms
from bihuan.web.words import Names, quoted

Json = Any


def offers(
    text: str, typed: Mapping[str, Json], known: Sequence[Customer], names: Names
) -> list[dict[str, Json]]:
    """Values for fields, as ui/form.jinja `offer` wants them: from the text, and the customer found.

    What is filled in already is not offered again, but a kind and a channel are always filled in.
    """
    found = suggested(
        text, names.policy, names.organisation, weights_of(names.policy.code), fold(text)
    )
    made = [
        _from_text(one, names)
        for one in found
        if one.fact != "severity"
        if typed.get(one.fact) != one.value and (one.fact == "kind" or one.fact not in typed)
        if _concerns(one, typed, names)
    ]
    return [*made, *_customer(known, typed)]


def _concerns(one: Suggestion, typed: Mapping[str, Json], names: Names) -> bool:
    fact = names.policy.facts.get(one.fact)
    return fact is None or fact.concerns(typed.get("kind"))


def _from_text(one: Suggestion, names: Names) -> dict[str, Json]:
    said = _(", ").join(quoted(word) for word in one.words[:3])
    made: dict[str, Json] = {"field": forms.control(one.fact), "words": list(one.words)}
    if one.asks:
        return made | {"asks": _("They said %(words)s: ask, and choose.") % {"words": said}}
    if one.fact == "about_unit":
        value = label = forms.shown_name("unit", one.value, names)
    else:
        value, label = one.value, names.text(names.policy.facts[one.fact].values[one.value])
    return made | {
        "value": value,
        "label": label,
        "reason": _reason(one, said),
    }


def _reason(one: Suggestion, said: str) -> str:
    """The words that spoke for it, and how surely where closed cases taught it."""
    words = _("they said %(words)s") % {"words": said}
    if one.confidence == UNLEARNED or not said:
        return words if said else ""
    return _("%(words)s; %(share)s %% by closed cases") % {
        "words": words, "share": round(one.confidence * 100),
    }  # fmt: skip


def severity_hint(text: str, names: Names) -> dict[str, Json] | None:
    """How serious cases with such words mostly were: a hint, which no field takes."""
    weights = weights_of(names.policy.code)
    only = {"severity": weights["severity"]} if "severity" in weights else {}
    found = suggested(text, names.policy, names.organisation, only, fold(text)) if only else ()
    for one in found:
        if one.fact == "severity":
            said = _(", ").join(quoted(word) for word in one.words[:3])
            value = _("%(level)s, %(share)s %% (%(words)s)") % {
                "level": names.severity(one.value), "share": round(one.confidence * 100), "words": said,
            }  # fmt: skip
            return {"label": _("With such words mostly"), "value": value}
    return None


def _customer(known: Sequence[Customer], typed: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The customer whose number or name was typed: what is not typed of them yet."""
    if not known:
        return []
    one = known[0]
    came = came_before(one)
    taken = json.dumps({"phone": mask_phone(one.phone), "customer": str(one.id)})
    if not typed.get("name") and one.name:
        also = taken if typed.get("phone") != one.phone else "{}"
        return [
            {"field": "name", "value": one.name, "label": one.name, "reason": came, "also": also}
        ]
    if not typed.get("phone") and one.phone:
        masked = mask_phone(one.phone)
        return [{"field": "phone", "value": masked, "label": masked, "reason": came, "also": taken}]
    return []


def came_before(one: Customer) -> str:
    """How often they complained before."""
    count = len(one.cases)
    return ngettext("%(num)s case", "%(num)s cases", count) % {"num": count}
