"""The rows of my page: each owed act with the case behind it, and how it is drawn."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from bihuan.channels import registry
from bihuan.desk import worlds
from bihuan.desk.permissions import mask_contact
from bihuan.desk.shoppers import LISTED, MOST_LISTS, listings, shopper_in
from bihuan.engine.why_due import what_else
from bihuan.engine.world import World
from bihuan.records.queries.cases import case_page
from bihuan.records.queries.entries import newest
from bihuan.records.queries.obligations import Owed, owed_by
from bihuan.records.queries.todo import Behind, cases_behind
from bihuan.web.addresses import address
from bihuan.web.desk import Desk, desk_of
from bihuan.web.shell import Reader
from bihuan.web.words import HOUR, Names

Json = Any
MOST = 300  # what is read; a page draws fewer at first
# What is done for a colleague's sake: papers on their way, and judging each other's work.
AMONG_US = frozenset({"countersign", "approve", "review", "report", "issue", "check_reply"})


@dataclass(frozen=True)
class Row:
    """One owed act with the case behind it."""

    owed: Owed
    behind: Behind
    names: Names
    world: World
    is_deputy: bool = False  # owed by a seat the reader only stands in for
    whom: str = ""  # who is to be called of a list

    @property
    def key(self) -> str:
        """What the row is called in the address."""
        return f"{self.owed.case_id}-{self.owed.number}"

    @property
    def waits(self) -> str:
        """Who waits for it: customer, colleague, or nobody in person."""
        if self.owed.ledger:
            return "customer" if self.behind.message else "routine"
        return "colleague" if self.owed.sheet or self.owed.act in AMONG_US else "customer"


def rows_of(reader: Reader) -> list[Row]:
    """What the reader owes, nearest due first, without what the wall keeps from them."""
    owed, _more = owed_by(reader.viewer.seats, limit=MOST)
    own = frozenset(reader.organisation.own_seats(reader.person))
    behind = cases_behind(reader.viewer, [item.case_id for item in owed])
    ruling = {
        policy: worlds.ruling(policy, reader.now).world
        for policy in {item.policy_id for item in owed}
    }
    lists = {
        ledger: listings(newest(ledger, LISTED, MOST_LISTS), MOST_LISTS)
        for ledger in {item.case_id for item in owed if item.ledger and item.item}
    }
    return [
        Row(
            item,
            behind[item.case_id],
            Names(ruling[item.policy_id].policy, reader.organisation, reader.language),
            ruling[item.policy_id],
            item.seat not in own,
            shopper_in(lists[item.case_id], item.item).name if item.case_id in lists else "",
        )
        for item in owed
        if item.case_id in behind
    ]


def desk_behind(reader: Reader, row: Row) -> Desk:
    """The case of a row before the reader."""
    page = case_page(row.owed.case_number, reader.viewer)
    if page is None:
        raise Http404
    return desk_of(reader, page)


def todo_url(wait: str, row: str = "", *, every: bool = False, following: str = "") -> str:
    """The address of my page: narrowed to who waits, with a row's pane open, or one to go on with."""
    more = "1" if every else ""
    asked = (("wait", wait), ("row", row), ("all", more), ("next", following))
    query = "&".join(f"{name}={value}" for name, value in asked if value)
    return address("todo") + (f"?{query}" if query else "")


def drawn(reader: Reader, row: Row, wait: str) -> dict[str, Json]:
    """A row as ui/owed.jinja wants it."""
    owed, names, clock = row.owed, row.names, reader.clock
    message = row.behind.message
    url = (
        address("message", args=[message]) if message else address("case", args=[owed.case_number])
    )
    sheet = row.behind.state.sheets.get(owed.sheet)
    kind = names.sheet(sheet.kind, owed.case_number, sheet.number) if sheet else ""
    made: dict[str, Json] = {
        "key": row.key,
        "due": owed.due_at,
        "due_text": clock.short(owed.due_at),
        "act": names.act(owed.act),
        "title": row.whom or _title(row, reader.language) or kind or names.text(names.policy.title),
        "number": "" if owed.ledger and not message else short_number(owed.case_number),
        "who": _who(reader, row),
        "case_url": url,
        "select_url": todo_url(wait, row.key),
        "state": "paused" if row.behind.state.paused else
        "provisional" if owed.provisional else "open",
        "clause": names.clause(owed.clauses),
    }  # fmt: skip
    if row.is_deputy:
        made["deputy"] = _("for %(post)s") % {"post": names.post(owed.seat)}
    debt = row.behind.state.debts.get(owed.number)
    if debt and reader.now <= owed.due_at <= reader.now + HOUR:
        follows = what_else(debt, row.behind.state, row.world)
        if follows.how in ("up", "hand to"):
            made["otherwise"] = _("else to %(who)s") % {"who": names.seat(follows.seat)}
    if kind and made["title"] != kind:
        made["title"] = f"{kind} · {made['title']}"
    return made


def short_number(number: str) -> str:
    """TS20261118-0007 as 1118-0007: the year and the prefix are the same all over the page."""
    day, dash, serial = number.rpartition("-")
    return f"{day[-4:]}-{serial}" if dash and day[-8:].isdecimal() else number


def _title(row: Row, language: str) -> str:
    if row.behind.message:
        return row.behind.title or registry.name_of(row.behind.channel, language)
    return mask_contact(row.owed.title) if row.owed.sheet else row.owed.title


def _who(reader: Reader, row: Row) -> str:
    names, case = row.names, row.behind.state
    if row.waits == "routine":
        return _("routine")
    if row.waits == "colleague":
        if case.owner and case.owner not in reader.viewer.seats:
            return _("colleague %(who)s") % {"who": names.seat(case.owner)}
        return _("colleagues")
    if row.behind.message:
        return _("who wrote")
    return _("customer %(name)s") % {"name": row.behind.complainant or _("unnamed")}
