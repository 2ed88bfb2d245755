"""Sends what was planned, at least once and under the same id, way by way; and keeps what became of it.

A worker claims a few messages for a while, sends them outside any transaction, and writes down what
came of each. One that is stopped in between leaves them claimed: when the claim is over they are sent
again, with the same id. What waits together for one reader goes as one message; which, is written
down before it goes.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from bihuan.desk import secrets, ways
from bihuan.desk.composing import CUSTOMER
from bihuan.desk.ledgers import ledger_of_the_house
from bihuan.desk.outbox import notify_administrators
from bihuan.desk.perform import perform
from bihuan.desk.ways import Attachment, GatewayDownError, NotAcceptedError, Parcel, Way
from bihuan.desk.worlds import skip_locked
from bihuan.engine.case import Act
from bihuan.engine.fields import SENT_BY
from bihuan.engine.words import Text
from bihuan.records.models import Case, Delivery, Gateway, GroupChat, Notice
from bihuan.records.queries.received import mail_of

log = logging.getLogger(__name__)
State = Delivery.State
CLAIMED_FOR = 600  # seconds in which a worker has sent what it took, or is gone
AT_ONCE = 20  # messages claimed together
LATER = (
    60,
    300,
    900,
    1800,
    3600,
)  # seconds after a message's first, second … failure, then always the last
TRIES = 50  # some two days
DOWN = (
    60,
    120,
    300,
    600,
    900,
)  # seconds until a gateway that failed is tried again; then always the last
SAID_AFTER = 600  # so long a gateway may be down before administrators are told
LONGEST_ERROR = 500
_SEVERAL = Text("{count} 条通知：{first} 等", "{count} notices: {first} and more")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round of sending did, in messages."""

    sent: int = 0
    failed: int = 0
    down: tuple[str, ...] = ()  # ways that can't be reached


def send(now: int, through: Mapping[str, Way]) -> Sent:
    """Send what is due, by every way that is open; one that is down stops no other, and is tried again later."""
    sent, failed = 0, _let_go(now)
    down: list[str] = []
    for gateway in Gateway.objects.filter(open=True, next_at__lte=now).order_by("way"):
        way = through.get(gateway.way)
        if way is None:
            continue
        try:
            done, lost = _send_by(way, now)
            sent, failed = sent + done, failed + lost
        except GatewayDownError as error:
            _note_down(gateway.way, str(error), now)
            down.append(gateway.way)
        except secrets.UnreadableError:
            _note_down(gateway.way, "sealed with another secret: enter the credentials anew", now)
            down.append(gateway.way)
    return Sent(sent, failed, tuple(down))


def _let_go(now: int) -> int:
    """What waits for a way that was closed does not go by it any more, however long until it opens again."""
    failed = 0
    for way in Gateway.objects.filter(open=False).values_list("way", flat=True):
        while batch := claim(way, now):
            for claimed in batch:
                failed += _give_up(claimed.rows, State.FAILED, "this way was closed", now)
    return failed


def _send_by(way: Way, now: int) -> tuple[int, int]:
    told: dict[str, str] | None = None
    sent = failed = 0
    while batch := claim(way.name, now):
        told = ways.settings_of(way.name) if told is None else told
        for place, claimed in enumerate(batch):
            group = claimed.rows
            try:
                way.send(told, _parcel(group, now))
            except GatewayDownError as error:
                _release(group, batch[place + 1 :], str(error))
                raise
            except NotAcceptedError as error:
                failed += _give_up(group, State.FAILED, str(error), now)
            except Exception as error:  # noqa: BLE001  (one message must not stop the others)
                failed += _try_later(group, f"{type(error).__name__}: {error}", now)
            else:
                _mark_sent(group, now)
                sent += len(group)
    if told is not None:
        Gateway.objects.filter(way=way.name).update(down_since=0, failures=0, next_at=0, error="")
    return sent, failed


# -- Taking -----------------------------------------------------------------------------------------

_TAKE = """
    SELECT id FROM records_delivery
    WHERE state = 'queued' AND way = %s AND next_at <= %s AND claimed_until <= %s
    ORDER BY next_at, id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Messages that go as one. `again`: they were on their way before, under the id in `sent_as`."""

    rows: list[Delivery]
    again: bool


def claim(way: str, now: int, limit: int = AT_ONCE) -> list[Claimed]:
    """Take a few messages of a way, those for one reader together; no other worker has them meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE + skip_locked(), (way, now, now, limit))
            taken = [row[0] for row in cursor.fetchall()]
        if not taken:
            return []
        rows = list(Delivery.objects.filter(pk__in=taken).order_by("next_at", "id"))
        groups = _together(rows)
        for group in groups:
            for row in group.rows:
                row.sent_as = group.rows[0].sent_as or group.rows[0].message_id
                row.claimed_until = now + CLAIMED_FOR
        Delivery.objects.bulk_update(rows, ["sent_as", "claimed_until"])
    return groups


def _together(rows: Sequence[Delivery]) -> list[Claimed]:
    """What goes as one: what did before, and what waits for one reader; each message to a customer alone."""
    groups: dict[tuple[str, ...], list[Delivery]] = {}
    for row in rows:
        reader = ("alone", row.message_id) if row.to == CUSTOMER else (row.to, row.address)
        key = ("again", row.sent_as) if row.sent_as else ("new", *reader, row.language)
        groups.setdefault(key, []).append(row)
    return [Claimed(group, key[0] == "again") for key, group in groups.items()]


def _parcel(group: Sequence[Delivery], now: int) -> Parcel:
    first = group[0]
    subject, text = first.subject, first.text
    if len(group) > 1:
        subject = (
            _SEVERAL.in_(first.language)
            .replace("{count}", str(len(group)))
            .replace("{first}", first.subject)
        )
        text = "\n\n".join(dict.fromkeys(f"{row.subject}\n{row.text}" for row in group))
    number = Case.objects.filter(pk=first.case_id or 0).values_list("number", flat=True).first()
    address, secret = _reached(first)
    return Parcel(
        message_id=first.sent_as, address=address, secret=secret, language=first.language,
        kind=first.kind, subject=subject, text=text, values=first.values, case=number or "",
        to_customer=first.to == CUSTOMER, at=now,
        answers=mail_of(first.case_id or 0) if first.to == CUSTOMER else "",
        attachments=tuple(_letter(row, number or "") for row in group if row.letter),
    )  # fmt: skip


def _reached(row: Delivery) -> tuple[str, str]:
    if not row.to.startswith("chat:"):
        return row.address, ""
    chat = GroupChat.objects.filter(pk=int(row.to.removeprefix("chat:")), withdrawn_at=None).first()
    if chat is None:
        raise NotAcceptedError("the group is withdrawn")
    opened = secrets.unseal(chat.sealed)
    return opened["address"], opened.get("secret", "")


def _letter(row: Delivery, number: str) -> Attachment:
    """The written answer in the company's name, as the printed forms make it."""
    made: Attachment = import_string(settings.LETTERS)(number, row.entry, row.language)
    return made


# -- What came of it ---------------------------------------------------------------------------------


def _ids(group: Iterable[Delivery]) -> list[int]:
    return [row.pk for row in group]


def _mark_sent(group: Sequence[Delivery], now: int) -> None:
    Delivery.objects.filter(pk__in=_ids(group), state=State.QUEUED).update(
        state=State.SENT, sent_at=now, claimed_until=0, error=""
    )


def _release(tried: Sequence[Delivery], rest: Iterable[Claimed], error: str) -> None:
    """They wait on: what was tried under the id it may have gone out with, the rest as if never taken."""
    said = error[:LONGEST_ERROR]
    Delivery.objects.filter(pk__in=_ids(tried)).update(claimed_until=0, error=said)
    for again in (True, False):
        rows = [row.pk for one in rest if one.again is again for row in one.rows]
        back = {} if again else {"sent_as": ""}
        Delivery.objects.filter(pk__in=rows).update(claimed_until=0, **back)


def _try_later(group: Sequence[Delivery], error: str, now: int) -> int:
    tries = max(row.attempts for row in group) + 1
    if tries > TRIES:
        return _give_up(group, State.FAILED, error, now)
    Delivery.objects.filter(pk__in=_ids(group)).update(
        attempts=tries, next_at=now + LATER[min(tries, len(LATER)) - 1], claimed_until=0,
        error=error[:LONGEST_ERROR],
    )  # fmt: skip
    return len(group)


def _give_up(group: Sequence[Delivery], state: State, reason: str, now: int) -> int:
    """It did not arrive and will not: reaching the customer another way is owed, or seeing to the notices of staff."""
    with transaction.atomic():
        changed = Delivery.objects.filter(pk__in=_ids(group)).exclude(state=state)
        lost = list(changed.select_related("case"))
        changed.update(state=state, ended_at=now, claimed_until=0, error=reason[:LONGEST_ERROR])
        for row in lost:
            if row.to == CUSTOMER and row.case is not None:
                _owe_another_way(row, row.case.number, reason, now)
            else:
                said = {"to": row.to, "way": row.way, "error": reason[:LONGEST_ERROR]}
                key = f"undelivered/{row.to}/{row.way}/{now // 86400}"
                notify_administrators("undelivered", said, key, now)
                told = {"told": row.to} if row.to.isdecimal() else {}
                _owe_notices(told, row.way, reason, key, now)
    return len(lost)


def _owe_another_way(row: Delivery, number: str, reason: str, now: int) -> None:
    data = _came_back(row.way, reason) | {"message": row.message_id}
    act = Act("not_reached", "system", now, data)
    done = perform(act, case_number=number, act_id=f"not-reached/{row.message_id}", now=now)
    if done.refusal:
        log.warning("%s: %s", number, done.refusal.code)


def _owe_notices(told: Mapping[str, str], way: str, reason: str, key: str, now: int) -> None:
    """Note in the ledger of the house that a notice failed; once there is a ledger."""
    number = ledger_of_the_house(now)
    if not number:
        return
    act = Act("not_told", "system", now, {**told, **_came_back(way, reason)})
    done = perform(act, case_number=number, act_id=f"not-told/{key}"[:80], now=now)
    if done.refusal:
        log.warning("%s: %s", number, done.refusal.code)


def _came_back(way: str, reason: str) -> dict[str, str]:
    known = {name for name, _text in SENT_BY.choices}
    return {
        "way": way if way in known else "message",
        "came_back": reason[:LONGEST_ERROR] or "-",
    }


def bounced(message_id: str, reason: str, now: int) -> bool:
    """A message came back: it is marked, and what it said is owed to the customer another way. False: not ours.

    `message_id` as it stood in the message, with or without brackets and domain.
    """
    group = _known(message_id)
    if not group:
        return False
    _give_up(group, State.BOUNCED, reason, now)
    return True


def case_of(message_id: str) -> str:
    """The number of the case that a message of ours was about; empty where it is none of ours."""
    group = _known(message_id)
    return next((row.case.number for row in group if row.case is not None), "")


def _known(message_id: str) -> list[Delivery]:
    name = message_id.strip().strip("<>").partition("@")[0]
    if not name:
        return []
    rows = Delivery.objects.filter(Q(message_id=name) | Q(sent_as=name)).select_related("case")
    return list(rows.order_by("id"))


def mark_read(person: str, notices: Iterable[int], now: int) -> int:
    """Mark a person's own notices as read; how many were unread. What was to be sent of them need not go."""
    unread = Notice.objects.filter(person=person, pk__in=list(notices), read_at=0)
    with transaction.atomic():
        _read_elsewhere(unread.values_list("dedupe", flat=True), person, now)
        return unread.update(read_at=now)


def _read_elsewhere(origins: Iterable[str], to: str, now: int) -> None:
    """Whoever read it elsewhere need not be sent it any more, and has read what was."""
    rows = Delivery.objects.filter(origin__in=list(origins), to=to, claimed_until__lte=now)
    rows.filter(state__in=(State.QUEUED, State.SENT)).update(state=State.READ, ended_at=now)


def mark_seen(number: str, now: int) -> None:
    """The customer looked at their case here: they know what was sent."""
    rows = Delivery.objects.filter(case__number=number, to=CUSTOMER, state=State.SENT)
    if rows.exists():  # most looks have nothing to write
        rows.update(state=State.READ, ended_at=now)


def _note_down(way: str, error: str, now: int) -> None:
    with transaction.atomic():
        row = Gateway.objects.select_for_update().get(way=way)
        row.failures += 1
        row.down_since = row.down_since or now
        row.next_at = now + DOWN[min(row.failures, len(DOWN)) - 1]
        row.error = error[:LONGEST_ERROR]
        row.save(update_fields=["failures", "down_since", "next_at", "error"])
        if now - row.down_since >= SAID_AFTER:
            said = {"way": way, "error": row.error, "since": row.down_since}
            key = f"down/{way}/{row.down_since}"
            notify_administrators("way down", said, key, now)
            _owe_notices({}, way, row.error, key, now)
