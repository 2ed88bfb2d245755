"""What the events of a decision make known, and to whom: messages for the outbox, written with the decision."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bihuan.desk.obligations import Owed
from bihuan.engine.case import Event
from bihuan.engine.organisation import post_of
from bihuan.engine.policy import Policy

Json = Any
CUSTOMER = "customer"
IMPORTED = "import:"
"""Act ids begin with it where a case comes from another system, where its customer was told."""


class Message(NamedTuple):
    """One message to a seat ("seat:POST@UNIT"), a person ("person:ID") or the customer."""

    kind: str  # of `desk.news.NEWS`
    to: str
    body: dict[str, Json]


_TO_CUSTOMER = {
    "register": "registered",
    "contact": "progress",
    "respond": "answered",
    "postpone": "postponed",
    "decline": "declined",
    "close": "closed",
}


def _for_customer(event: Event) -> str:
    """The kind of news an act is for the customer; empty where it is none, or they did it themselves."""
    if event.sheet or (event.by == CUSTOMER and event.kind != "register"):
        return ""
    if event.kind == "acknowledge" and event.data.get("agreed_time"):
        return "acknowledged"
    if event.kind == "follow_up" and event.data.get("outcome") == "unreachable":
        return "visit"
    return _TO_CUSTOMER.get(event.kind, "")


def compose(
    number: str, events: Iterable[Event], changed: Mapping[int, Owed], policy: Policy,
    *, first: int, act_id: str = "",
) -> list[Message]:  # fmt: skip
    """What the events of one decision make known, each once: of where things stand after them.

    `first`: the place of the first of them in the history of the case; `act_id` of the act decided on.
    """
    touched: dict[int, str] = {}
    told: dict[tuple[str, Json], dict[str, Json]] = {}
    found: list[Message] = []
    by = ""
    for place, event in enumerate(events):
        by = event.by
        if (news := _for_customer(event)) and not act_id.startswith(IMPORTED):
            found.append(Message(news, CUSTOMER, {"case": number, "entry": first + place}))
        for kind, data in event.effects:
            if kind == "opened":
                touched[data["id"]] = "owed"
            elif kind == "lapsed":
                touched[data["id"]] = "late"
            elif kind == "moved" and touched.get(data["id"]) not in ("owed", "late"):
                touched[data["id"]] = "handed" if "seat" in data else "due moved"
            elif kind == "told":
                seat = data.get("seat") or data.get("to") or ""
                told[seat, data.get("debt")] = {**data, "case": number, "at": event.at}
                if data.get("kind") in policy.sheets:
                    note = policy.sheets[data["kind"]].called(number, data["sheet"])
                    told[seat, data.get("debt")]["note"] = note
    for debt, kind in touched.items():
        owed = changed[debt]
        if owed.state == "open" and post_of(owed.seat) in policy.posts:
            body = {
                "case": number, "obligation": debt, "act": owed.act, "sheet": owed.sheet,
                "due": owed.due, "rung": owed.rung, "by": by,
            }  # fmt: skip
            if owed.sheet:
                kind_of_sheet = policy.sheets[owed.row.split(".")[1]]
                body["note"] = kind_of_sheet.called(number, owed.sheet)
            found.append(Message(kind, f"seat:{owed.seat}", body))
    found += [
        Message("told", "customer" if seat in ("customer", "customer@") else f"seat:{seat}", body)
        for (seat, _), body in told.items()
        if seat
    ]
    return found
