"""The documents an answer may cite, with their texts at hand."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine.fields import Field
from bihuan.engine.library import Version
from bihuan.engine.words import TELLABLE, Text
from bihuan.engine.world import World
from bihuan.records.queries.library import versions
from bihuan.web import forms
from bihuan.web.addresses import address
from bihuan.web.library.reading import blocks
from bihuan.web.words import Clock, Names

Json = Any
MOST_AT_HAND = 8


def citable(world: World, facts: dict[str, Json], sheet: int, now: int) -> tuple[Version, ...]:
    """What an answer (or the reply on a sheet) may cite now in a case with these facts."""
    topic = str(facts.get("category") or "")
    return world.library.citable(now, topic, copied=not sheet)


def draw(
    wanted: Field,
    found: tuple[Version, ...],
    names: Names,
    clock: Clock,
    value: str,
    error: str,
) -> dict[str, Json]:
    """A field that asks for a document, as a choice; what was posted stays chosen."""
    fitting = [one.citation for one in found if one.topics]
    if not value and len(fitting) == 1:  # the one there is about the category
        value = fitting[0]
    choices = [(one.citation, Text(*[f"{one.title} · {one.citation}"] * 2)) for one in found]
    if value and value not in dict(choices):
        choices.append((value, Text(value, value)))
    hint = "" if found else _("No document in force is about this; see the library.")
    as_choice = replace(wanted, choices=tuple(choices))
    return forms.draw(as_choice, names, clock, value, error, hint=hint, kind="select")


def at_hand(found: tuple[Version, ...]) -> list[dict[str, Json]]:
    """The first of the documents with what they say, to read to a customer."""
    texts = {
        (one.code, one.version): one
        for code in dict.fromkeys(one.document for one in found[:MOST_AT_HAND])
        for one in versions(TELLABLE, code=code)
    }
    return [
        {
            "citation": one.citation,
            "title": one.title,
            "blocks": blocks(texts[one.document, one.label].text),
            "url": address("document", args=[one.document]) + f"?version={one.label}",
        }
        for one in found[:MOST_AT_HAND]
        if (one.document, one.label) in texts
    ]
