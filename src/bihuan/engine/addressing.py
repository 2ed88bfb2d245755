"""Whether a note can go where it is sent: the unit exists, and somebody sits in it."""

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Json
from bihuan.engine.fields import Field
from bihuan.engine.forms import ABOUT_FIELDS
from bihuan.engine.organisation import Organisation, unit_of
from bihuan.engine.policy import Post, SheetKind, Who
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import answering_row
from bihuan.engine.slots import Slot
from bihuan.engine.words import Text
from bihuan.engine.work import Work

SHOWN = 5


def not_addressable(work: Work, slot: Slot, data: dict[str, Json]) -> Refusal | None:
    """A note to a unit that is closed or has nobody in it is refused, with where it could go."""
    kind = _opened(work, slot)
    who = _answered(work, kind.to) if kind is not None else None
    if who is None or who.kind not in ("of", "nearest") or who.of == "sheet":
        return None
    facts, organisation = work.case.facts, work.world.organisation
    told = "nearest_unit" if who.kind == "nearest" else "about_unit"
    given = "about_unit" if told == "about_unit" and not data.get("to_unit") else "to_unit"
    unit = str(data.get("to_unit") or facts.get(told) or "")
    if not unit or _has_somebody(
        _addressed(unit, work.policy.posts[who.post], organisation), organisation
    ):
        return None
    others = [
        found.name
        for found in organisation.units.values()
        if found.kind == work.policy.posts[who.post].of and _has_somebody(found.code, organisation)
    ]
    right = Text(
        "、".join(others[:SHOWN]) or "另一单位", ", ".join(others[:SHOWN]) or "another unit"
    )
    named = organisation.units.get(unit)
    return refuse(
        "unit-gone",
        at=given,
        clauses=slot.clauses,
        field=_field(given).text,
        unit=named.name if named else unit,
        right=right,
    )


def _field(name: str) -> Field:
    return next(item for item in (*ABOUT_FIELDS, *ACTS["dispatch"].fields) if item.name == name)


def _addressed(unit: str, post: Post, organisation: Organisation) -> str:
    """The unit whose post is meant: the one of the post's kind, at that unit or above it."""
    found = organisation.seat_of_kind(post.name, post.of, unit) if post.of else None
    return unit_of(found) if found else unit


def _opened(work: Work, slot: Slot) -> SheetKind | None:
    """The kind of sheet the act opens, if any."""
    row = slot.step if slot.sheet is None and slot.step else slot.allowed
    name = row.opens if row else ""
    if name in work.policy.tables:
        answer = answering_row(work.policy.tables[name], work.facts(), work.limit)
        name = str(answer.then) if answer else ""
    return work.policy.sheets.get(name)


def _answered(work: Work, who: Who | None) -> Who | None:
    """The expression that stands behind a table of posts now."""
    while who is not None and who.kind == "table":
        row = answering_row(work.policy.tables[who.post], work.facts(), work.limit)
        who = row.then if row and isinstance(row.then, Who) else None
    return who


def _has_somebody(unit: str, organisation: Organisation) -> bool:
    """Whether the unit is there now, and anybody holds a post in it or below."""
    return unit in organisation.units and any(
        organisation.within(unit_of(place), unit) for place in organisation.known
    )
