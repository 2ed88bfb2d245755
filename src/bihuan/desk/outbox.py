"""What is told to whom because of an act or a lapse: written with it, delivered afterwards."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction

from bihuan.desk import worlds
from bihuan.desk.obligations import Owed
from bihuan.engine.case import Event
from bihuan.engine.organisation import Organisation, post_of
from bihuan.engine.policy import Policy
from bihuan.records.models.json_text import canonical

Json = Any
RETRY = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)  # seconds after the first, second … failure
TOGETHER = 50  # messages in one transaction


class Message(NamedTuple):
    """One message to a seat ("seat:POST@UNIT"), a person ("person:ID") or the customer."""

    kind: str  # owed, handed, due moved, late, told, registered
    to: str
    body: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message taken from the outbox; `dedupe` is the same however often it is delivered."""

    id: int
    kind: str
    to: str
    case_id: int | None
    body: dict[str, Json]
    dedupe: str
    attempts: int
    written_at: int


Sender = Callable[[Waiting, Organisation, int], None]
"""Delivers one message or raises; must bear a second delivery of the same `dedupe`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of delivering did."""

    sent: int = 0
    failed: int = 0


def compose(
    number: str, events: Iterable[Event], changed: Mapping[int, Owed], policy: Policy
) -> list[Message]:
    """What the events of one decision make known, each once: of where things stand after them."""
    touched: dict[int, str] = {}
    told: dict[tuple[str, Json], dict[str, Json]] = {}
    found: list[Message] = []
    by = ""
    for event in events:
        by = event.by
        if event.kind == "register":
            channel = next(
                (data["facts"].get("channel", "") for kind, data in event.effects
                 if kind == "registered" and "facts" in data), "",
            )  # fmt: skip
            found.append(Message("registered", "customer", {"case": number, "channel": channel}))
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


_TAKE = """
    SELECT id, kind, "to", case_id, body, dedupe, attempts, written_at FROM records_outbox
    WHERE state = 'waiting' AND next_at <= %s ORDER BY next_at, id LIMIT %s
"""


def deliver(
    now: int, *, limit: int = 500, senders: Mapping[str, Sender] | None = None
) -> Delivered:
    """Deliver what is waiting, at least once; a failure is tried again later, the sixth is final.

    `senders` adds or replaces ways out by destination: seat, person, customer. What a few messages
    came to is committed before the next few: who is stopped in between repeats only these.
    """
    ways = {**SENDERS, **(senders or {})}
    sent = failed = 0
    while sent + failed < limit:
        part = _deliver_some(now, min(TOGETHER, limit - sent - failed), ways)
        sent, failed = sent + part.sent, failed + part.failed
        if part.sent + part.failed == 0:
            break
    return Delivered(sent, failed)


def _deliver_some(now: int, limit: int, ways: Mapping[str, Sender]) -> Delivered:
    sent: list[tuple[int, ...]] = []
    failed: list[tuple[str | int, ...]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE + worlds.skip_locked(), (now, limit))
        messages = [
            Waiting(pk, kind, to, case, json.loads(body), dedupe, attempts, written)
            for pk, kind, to, case, body, dedupe, attempts, written in cursor.fetchall()
        ]
        if not messages:
            return Delivered()
        organisation = worlds.organisation(now)
        for message in messages:
            try:
                with transaction.atomic():
                    ways[message.to.partition(":")[0]](message, organisation, now)
                sent.append((now, message.id))
            except Exception as error:  # noqa: BLE001  (one message must not stop the others)
                tries = message.attempts + 1
                state = "waiting" if tries < len(RETRY) else "dead"
                later = now + RETRY[min(tries, len(RETRY)) - 1]
                failed.append((state, tries, later, f"{type(error).__name__}: {error}", message.id))
        cursor.executemany(
            "UPDATE records_outbox SET state = 'sent', sent_at = %s, error = '' WHERE id = %s", sent
        )
        if failed:
            cursor.executemany(
                "UPDATE records_outbox SET state = %s, attempts = %s, next_at = %s, error = %s "
                "WHERE id = %s",
                failed,
            )
    return Delivered(len(sent), len(failed))


_NOTICE = (
    "INSERT INTO records_notice (person, case_id, kind, body, at, read_at, dedupe) "
    "VALUES (%s, %s, %s, %s, %s, 0, %s) ON CONFLICT (dedupe, person) DO NOTHING"
)


def _notify(people: Iterable[str], message: Waiting) -> None:
    rows = [
        (person, message.case_id, message.kind, canonical(message.body), message.written_at,
         message.dedupe)
        for person in people
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_NOTICE, rows)


def _to_seat(message: Waiting, organisation: Organisation, _now: int) -> None:
    people = organisation.people(message.to.removeprefix("seat:"))
    actor = message.body.get("by")
    _notify((person for person in people if person != actor), message)


def _to_person(message: Waiting, _organisation: Organisation, _now: int) -> None:
    _notify((message.to.removeprefix("person:"),), message)


def _to_customer(message: Waiting, _organisation: Organisation, _now: int) -> None:
    _notify(("customer",), message)


SENDERS: dict[str, Sender] = {"seat": _to_seat, "person": _to_person, "customer": _to_customer}


def mark_read(person: str, notices: Iterable[int], now: int) -> int:
    """Mark a person's own notices as read; how many were unread."""
    from bihuan.records.models import Notice

    unread = Notice.objects.filter(person=person, pk__in=list(notices), read_at=0)
    return unread.update(read_at=now)
