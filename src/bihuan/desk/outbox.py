"""Delivers what was written with an act or a lapse (`desk/composing.py`), at least once.

Delivering writes the notices that people read here, and plans what goes out of the house beside them
(`desk/telling.py`); `desk/delivering.py` sends that.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from bihuan.desk import worlds
from bihuan.desk.composing import CUSTOMER
from bihuan.desk.telling import Planner, Waiting
from bihuan.engine.organisation import Organisation
from bihuan.records.models import Person
from bihuan.records.models.json_text import canonical

Json = Any
RETRY = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)  # seconds after the first, second … failure
TOGETHER = 50  # messages in one transaction


Recipients = Callable[[Waiting, Organisation], tuple[str, ...]]
"""Who a message is for: people's ids, or "customer"."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of delivering did."""

    sent: int = 0
    failed: int = 0


_TAKE = """
    SELECT id, kind, "to", case_id, body, dedupe, attempts, written_at FROM records_outbox
    WHERE state = 'waiting' AND next_at <= %s ORDER BY next_at, id LIMIT %s
"""


def deliver(
    now: int, *, limit: int = 500, recipients: Mapping[str, Recipients] | None = None
) -> Delivered:
    """Deliver what is waiting, at least once; a failure is tried again later, the sixth is final.

    `recipients` adds or replaces who is meant by a destination: seat, person, customer. What a few
    messages came to is committed before the next few: who is stopped in between repeats only these.
    """
    meant = {**RECIPIENTS, **(recipients or {})}
    sent = failed = 0
    while sent + failed < limit:
        part = _deliver_some(now, min(TOGETHER, limit - sent - failed), meant)
        sent, failed = sent + part.sent, failed + part.failed
        if part.sent + part.failed == 0:
            break
    return Delivered(sent, failed)


def _deliver_some(now: int, limit: int, meant: Mapping[str, Recipients]) -> Delivered:
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
        organisation, planner = worlds.organisation(now), Planner(now)
        for message in messages:
            try:
                with transaction.atomic():
                    people = meant[message.to.partition(":")[0]](message, organisation)
                    _notify(people, message)
                    planner.plan(message, people, organisation)
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


def _of_seat(message: Waiting, organisation: Organisation) -> tuple[str, ...]:
    people = organisation.people(message.to.removeprefix("seat:"))
    return tuple(person for person in people if person != message.body.get("by"))


def _of_person(message: Waiting, _organisation: Organisation) -> tuple[str, ...]:
    return (message.to.removeprefix("person:"),)


def _of_customer(_message: Waiting, _organisation: Organisation) -> tuple[str, ...]:
    return (CUSTOMER,)


RECIPIENTS: dict[str, Recipients] = {
    "seat": _of_seat, "person": _of_person, "customer": _of_customer,
}  # fmt: skip


def notify_administrators(kind: str, body: Mapping[str, Json], dedupe: str, now: int) -> None:
    """Tell every administrator something about Bihuan itself, once for each `dedupe`."""
    rows = Person.objects.filter(is_administrator=True, active=True).values_list("pk", flat=True)
    told = [(str(pk), None, kind, canonical(dict(body)), now, dedupe[:120]) for pk in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_NOTICE, told)
