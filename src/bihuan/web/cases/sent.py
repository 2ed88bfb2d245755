"""What the customer was sent of each entry of the story, and what became of it."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bihuan.desk.permissions import mask_contact
from bihuan.desk.ways import WAYS
from bihuan.records.queries.deliveries import Outgoing, sent_to_customer
from bihuan.records.queries.visibility import Reach

if TYPE_CHECKING:
    from bihuan.web.cases.acting import Desk

Json = Any


def sent_of(desk: "Desk", *, clear: bool) -> dict[str, list[dict[str, str]]]:
    """By the key of an entry, its messages to the customer; none for who sees only their own sheet."""
    found: dict[str, list[dict[str, str]]] = {}
    if desk.page.reach is Reach.WHOLE and not desk.page.state.ledger:
        for one in sent_to_customer(desk.page.id):
            found.setdefault(f"e{one.entry}", []).append(_said(desk, one, clear=clear))
    return found


def _said(desk: "Desk", one: Outgoing, *, clear: bool) -> dict[str, str]:
    state, tone = _became(desk, one)
    address = one.address if clear else mask_contact(one.address)
    return {
        "way": WAYS[one.way].in_(desk.reader.language),
        "to": address,
        "state": state,
        "tone": tone,
    }


def _became(desk: "Desk", one: Outgoing) -> tuple[str, str]:
    """Only what is known: that it was handed over is not that it was read."""
    clock = desk.reader.clock
    if one.state == "sent":
        return _("sent %(time)s") % {"time": clock.at(one.sent_at)}, ""
    if one.state == "read":
        return _("seen by the customer here %(time)s") % {"time": clock.at(one.ended_at)}, "done"
    if one.state == "bounced":
        return _("came back %(time)s: %(error)s") % {
            "time": clock.at(one.ended_at), "error": one.error,
        }, "late"  # fmt: skip
    if one.state == "failed":
        return _("not delivered: %(error)s") % {"error": one.error}, "late"
    if one.down_since:
        since = {"time": clock.at(one.down_since)}
        return _("waits: nothing goes this way since %(time)s") % since, "near"
    if one.error:
        return _("waits until %(time)s: %(error)s") % {
            "time": clock.at(one.next_at), "error": one.error,
        }, "near"  # fmt: skip
    return _("goes %(time)s") % {"time": clock.at(one.next_at)}, ""
