"""Personal values in the history: commitments stand in their place, salts and values beside them."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bihuan.engine.case import Effect
from bihuan.records.models.json_text import canonical

Json = Any
Private = dict[str, list[Json]]  # commitment → [salt, value]
ERASED = ""
"""What stands in the state for a personal value that was erased."""

# Where personal fields occur in effects: at the top of the effect's data, or under the key named.
_PLACES = {"registered": "facts", "facts": "", "sheet filled": "data", "sheet opened": "data"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event's data and effects with commitments in place of personal values, and those values."""

    data: dict[str, Json]
    effects: list[Json]
    private: Private


def seal(
    data: Mapping[str, Json],
    effects: Sequence[Effect],
    personal: Collection[str],
    salt: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Sealed:
    """Put commitments in place of the personal values of an event; empty values stay as they are."""
    private: Private = {}
    known: dict[tuple[str, str], str] = {}

    def hidden(name: str, value: Json) -> Json:
        if name not in personal or not value:
            return value
        text = canonical(value)
        if (name, text) not in known:
            grain = salt()
            known[name, text] = commitment = commit(grain, value)
            private[commitment] = [grain, value]
        return {"sealed": known[name, text]}

    return Sealed(_each(data, hidden), _in_effects(effects, hidden), private)


def unseal(
    data: Mapping[str, Json], effects: Sequence[Sequence[Json]], private: Private
) -> tuple[dict[str, Json], tuple[Effect, ...]]:
    """Data and effects as they were before sealing; what was erased reads as `ERASED`."""

    def shown(_name: str, value: Json) -> Json:
        if type(value) is dict and len(value) == 1 and "sealed" in value:
            kept = private.get(value["sealed"])
            return ERASED if kept is None else kept[1]
        return value

    opened = _in_effects(effects, shown)
    return _each(data, shown), tuple((kind, inner) for kind, inner in opened)


def commit(salt: str, value: Json) -> str:
    """The commitment to a value: it can be checked with salt and value, and not guessed without."""
    return sha256(f"{salt}{canonical(value)}".encode()).hexdigest()


def _each(data: Mapping[str, Json], change: Callable[[str, Json], Json]) -> dict[str, Json]:
    return {name: change(name, value) for name, value in data.items()}


def _in_effects(
    effects: Sequence[Sequence[Json]], change: Callable[[str, Json], Json]
) -> list[Json]:
    found: list[Json] = []
    for kind, inner in effects:
        place = _PLACES.get(kind)
        if place is None:
            found.append([kind, inner])
        elif not place:
            found.append([kind, _each(inner, change)])
        elif isinstance(inner.get(place), Mapping):
            found.append([kind, {**inner, place: _each(inner[place], change)}])
        else:
            found.append([kind, inner])
    return found
