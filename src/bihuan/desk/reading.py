"""What of a case its reader is shown: contact data masked, acts and files narrowed to their own."""

from collections.abc import Iterator
from typing import Any

from bihuan.desk import files
from bihuan.desk.permissions import mask_contact
from bihuan.engine.offering import Possible
from bihuan.engine.policy import Policy
from bihuan.engine.step import possible
from bihuan.engine.world import World
from bihuan.records.queries.cases import CasePage, listed_by_number
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.visibility import Reach, Viewer

Json = Any
CONTACT = frozenset({"contact", "phone", "address", "representative_contact"})
FOR_ALL = ("remark", "attach")  # what somebody may add who sees no more than their own sheet


def shown(name: str, value: Json, *, clear: bool) -> Json:
    """A value as it is shown: contact data are masked unless they stand in clear."""
    return mask_contact(str(value)) if name in CONTACT and not clear else value


def facts_shown(page: CasePage, policy: Policy, *, clear: bool) -> dict[str, Json]:
    """The facts of a case: all of them, or where only a sheet is seen those about nobody in person."""
    whole = page.reach is Reach.WHOLE
    return {
        name: shown(name, value, clear=clear and whole)
        for name, value in page.state.facts.items()
        if whole or (name in policy.facts and not policy.facts[name].personal)
    }


def offers(page: CasePage, viewer: Viewer, world: World, now: int) -> tuple[Possible, ...]:
    """Every act the reader may think of here, with why not; of a sheet of their own only its acts."""
    found = possible(page.state, viewer.person_id, world, now)
    if page.reach is Reach.WHOLE:
        return found
    own = {
        (debt.act, debt.sheet) for debt in page.state.debts.values() if debt.seat in viewer.seats
    }
    own |= {(name, 0) for name in FOR_ALL}
    return tuple(one for one in found if one.sheet in page.sheets or (one.act, one.sheet) in own)


def hidden_from(page: CasePage, viewer: Viewer) -> frozenset[str]:
    """The numbers of the cases this one was ever linked with that the reader may not see."""
    named = {
        str(effect["case"])
        for entry in page.history
        for kind, effect in entry.effects
        if kind == "linked"
    }
    return frozenset(named - {row.number for row in listed_by_number(viewer, named)})


def files_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """The files that came with an entry, as (hash, name): those attached, and signatures drawn."""
    for value in () if entry.erased else entry.data.values():
        for item in value if isinstance(value, list) else (value,):
            match = files.VALUE.fullmatch(item) if isinstance(item, str) else None
            if match:
                yield match[1], match[2]
