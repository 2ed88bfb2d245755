"""The cases that belong together with one: linked, suggested, and an act done on all members at once."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.desk.together import Applied, applicable
from bihuan.engine.alike import Likeness
from bihuan.engine.links import members_of
from bihuan.engine.words import MERGING
from bihuan.records.queries.alike import alike_case
from bihuan.records.queries.cases import Listed, listed_by_number
from bihuan.records.queries.visibility import Reach
from bihuan.web.addresses import address
from bihuan.web.desk import Desk
from bihuan.web.words import Names

Json = Any
CAME = "applied"  # where the session keeps what came of it until the page is shown


def panel(desk: Desk, request: HttpRequest, *, with_alike: bool) -> dict[str, Json] | None:
    """What the block of a case page shows; only cases the reader may see are named.

    Those alike take dozens of comparisons: the page asks for them once it is seen, unless they are
    wanted with it. None: not shown to who sees the case only in part.
    """
    if not _is_shown(desk):
        return None
    seen = listed_by_number(desk.reader.viewer, desk.page.state.links)
    return {
        "linked": [_linked(desk, row) for row in seen],
        "apply": _applying(desk, {row.number for row in seen}),
        "came": request.session.pop(CAME, []),
        "alike": alike(desk) if with_alike else None,
        "alike_url": address("case-alike", args=[desk.page.number]),
    }


def alike(desk: Desk) -> dict[str, Json] | None:
    """The cases that may be one matter with it, and why they are taken for one. None as above."""
    if not _is_shown(desk):
        return None
    found = alike_case(desk.reader.viewer, desk.page.id)
    return {
        "cases": [_suggested(desk, row, like) for row, like in found.found],
        "why": desk.names.text(found.group.text) if found.group else "",
    }


def _is_shown(desk: Desk) -> bool:
    return desk.page.reach is Reach.WHOLE and not desk.page.state.ledger


def _row(desk: Desk, row: Listed) -> dict[str, Json]:
    names = Names(desk.world.policy, desk.world.organisation, desk.reader.language)
    return {
        "number": row.number,
        "url": address("case", args=[row.number]),
        "title": row.title,
        "state": names.stage(row.stage, row.ended),
    }


def _linked(desk: Desk, row: Listed) -> dict[str, Json]:
    how = desk.page.state.links[row.number]
    made = _row(desk, row)
    if how in MERGING:
        return {**made, "as": desk.names.text(MERGING[how])}
    relation = desk.names.value("as", how, desk.reader.clock, "link")
    return {**made, "as": relation, "acts": _acts(desk, ("unlink",), row.number)}


def _suggested(desk: Desk, row: Listed, like: Likeness) -> dict[str, Json]:
    acts = _acts(desk, ("link", "merge"), row.number, like.kind)
    return {**_row(desk, row), "as": why(desk.names, like), "acts": acts}


def why(names: Names, like: Likeness) -> str:
    """How one case is like another, in the reader's words."""
    called = {
        "duplicate": _("sent twice?"),
        "repeat": _("the same person again"),
        "collective": _("somebody else, the same matter"),
    }
    return _(", ").join([called[like.kind], *(names.text(one) for one in like.reasons)])


def joining(number: str, act: str, relation: str = "") -> str:
    """The query of the form that joins a case with that one: what is known of it is filled in."""
    told = {"case": number, "as": relation if act == "link" else ""}
    return urlencode({name: value for name, value in told.items() if value})


def _acts(
    desk: Desk, names: tuple[str, ...], number: str, relation: str = ""
) -> list[dict[str, str]]:
    """The acts on the other case that are open to the reader now, with its number filled in."""
    offers = [desk.offer(name, 0) for name in names]
    return [
        {
            "label": desk.names.act(offer.act),
            "url": address("case-act", args=[desk.page.number, offer.act])
            + "?"
            + joining(number, offer.act, relation),
        }
        for offer in offers
        if offer is not None and offer.refusal is None
    ]


def _applying(desk: Desk, seen: set[str]) -> dict[str, Json] | None:
    """The last act that may be done on the members too, and how many of them there are to see."""
    members = [number for number in members_of(desk.page.state) if number in seen]
    entry = applicable(desk.page.id) if members else None
    if entry is None:
        return None
    return {
        "url": address("case-together", args=[desk.page.number]),
        "sequence": entry.sequence,
        "act": desk.names.act(entry.kind),
        "count": len(members),
    }


def came(desk: Desk, found: list[Applied]) -> list[dict[str, Json]]:
    """What came of it on each member, in words the session can keep."""
    return [
        {
            "number": one.number,
            "url": address("case", args=[one.number]),
            "done": one.performed.accepted,
            "text": desk.names.text(one.performed.refusal.text)
            if one.performed.refusal
            else _("was done before")
            if one.performed.repeated
            else _("done"),
        }
        for one in found
    ]
