"""Tells other programs of events: who subscribed, what is waiting for them, what came of each try."""

from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction

from bihuan.desk import changes, organisation, permissions, secrets, worlds
from bihuan.desk.pushes import KINDS
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.records.models import Case as CaseRow
from bihuan.records.models import CaseAccess, Outbox, Person, Webhook, WebhookDelivery
from bihuan.records.queries.visibility import Reach, facts_of, reach

Json = Any
RETRY = (60, 300, 900, 3600, 6 * 3600)  # seconds after the first, second … failure; then it is dead
LEASE = 120  # while somebody delivers it, nobody else does
LONGEST = 300  # of what is kept of an answer


# -- Subscriptions ---------------------------------------------------------------------------------


@transaction.atomic
def subscribe(
    name: str, url: str, *, person: int, kinds: Iterable[str] = (), unit: str = "", now: int
) -> tuple[int, str] | Refusal:
    """A new subscription, told what `person` may see: its id, and the secret, shown this once."""
    name, url, wanted = " ".join(name.split()), url.strip(), sorted(set(kinds))
    refusal = _unfit(name, url, wanted, unit, now) or _no_reader(person)
    if refusal:
        return refusal
    secret = "whsec_" + token_urlsafe(32)
    made = Webhook.objects.create(
        name=name,
        url=url,
        secret=secrets.seal({"secret": secret}),
        kinds=" ".join(wanted),
        unit=unit,
        person_id=person,
        made_at=now,
    )
    changes.note("webhooks", "subscribe", name, now, after=[_said(made)])
    organisation.stamp()
    return made.pk, secret


@transaction.atomic
def end(webhook: int, *, now: int) -> bool:
    """Tell it nothing more; whether there was one."""
    found = Webhook.objects.filter(pk=webhook, ended_at=None).first()
    if found is None:
        return False
    Webhook.objects.filter(pk=webhook).update(ended_at=now)
    WebhookDelivery.objects.filter(webhook=found, state="waiting").update(state="dead")
    changes.note("webhooks", "end", found.name, now, before=[_said(found)])
    organisation.stamp()
    return True


def _unfit(name: str, url: str, kinds: list[str], unit: str, now: int) -> Refusal | None:
    if not 0 < len(name) <= 60 or not name.isprintable():
        return refuse_field("no-name", "name", "请起一个名称，至多 60 字",
                        "give it a name of at most 60 characters")  # fmt: skip
    if Webhook.objects.filter(name=name, ended_at=None).exists():
        return refuse_field("name-taken", "name", f"已有名为“{name}”的推送，请换一个名称",
                        f"there is a webhook called '{name}'; take another name")  # fmt: skip
    if not is_address(url):
        return refuse_field("bad-url", "url", "应为 https:// 或 http:// 开头的地址，至多 500 字",
                        "an address that begins with https:// or http:// would be right")  # fmt: skip
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        return refuse_field("bad-kinds", "kinds", f"没有名为“{unknown[0]}”的动作或事件",
                        f"there is no act or event called '{unknown[0]}'")  # fmt: skip
    if unit and unit not in worlds.organisation(now).units:
        return refuse_field("bad-unit", "unit", f"没有部门“{unit}”", f"there is no unit '{unit}'")
    return None


def is_address(url: str) -> bool:
    """Whether this can be the address of a webhook, whatever stands there."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises where it is none)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 500
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    )


def _no_reader(person: int) -> Refusal | None:
    if Person.objects.filter(pk=person, active=True).exists():
        return None
    return refuse_field("no-person", "person", "没有这个在职人员", "there is no such person")


def _said(webhook: Webhook) -> dict[str, str]:
    names = ("name", "url", "kinds", "unit")
    return {name: getattr(webhook, name) for name in names} | {"person": webhook.person.name}


# -- Delivering ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due: `body` is sent as it stands, the same bytes at every try."""

    id: int
    webhook: int
    kind: str
    url: str
    secret: str
    body: str
    attempts: int


def claim(now: int, limit: int = 50) -> list[Waiting]:
    """Take deliveries that are due, for a while: nobody else takes them, and who dies gives them back.

    What the subscription's person may not see is withheld for good.
    """
    found: list[Waiting] = []
    with transaction.atomic(), connection.cursor() as cursor:
        locked = " FOR UPDATE OF d SKIP LOCKED" if connection.vendor == "postgresql" else ""
        cursor.execute(_TAKE + locked, (now, limit))
        for (
            pk,
            webhook,
            kind,
            body,
            attempts,
            case,
            sheet,
            url,
            secret,
            person,
        ) in cursor.fetchall():
            key = _key(secret)
            if key is None or not _may_know(str(person), case, sheet, now):
                said = "" if key else "the server's secret has changed: subscribe again"
                cursor.execute(_WITHHOLD, (said, pk))
                continue
            cursor.execute(_LEASE, (now + LEASE, pk))
            found.append(Waiting(pk, webhook, kind, url, key, body, attempts))
    return found


def _key(sealed: str) -> str | None:
    try:
        return secrets.unseal(sealed)["secret"]
    except secrets.UnreadableError:
        return None


_TAKE = """
    SELECT d.id, d.webhook_id, d.kind, d.body, d.attempts, d.case_id, d.sheet,
           w.url, w.secret, w.person_id
    FROM records_webhookdelivery d JOIN records_webhook w ON w.id = d.webhook_id
    WHERE d.state = 'waiting' AND d.next_at <= %s ORDER BY d.next_at, d.id LIMIT %s
"""
_WITHHOLD = "UPDATE records_webhookdelivery SET state = 'withheld', response = %s WHERE id = %s"
_LEASE = "UPDATE records_webhookdelivery SET next_at = %s WHERE id = %s"


def _may_know(person: str, case_id: int, sheet: int, now: int) -> bool:
    """Whether the person reads of this event: of the whole case, or of a sheet of their own."""
    row = CaseRow.objects.filter(pk=case_id).first()
    who = permissions.viewer(person, now)
    seen = reach(who, facts_of(row)) if row else Reach.NOTHING
    if seen is not Reach.OWN:
        return seen is Reach.WHOLE
    seats = who.seats.union(*(line.seats | line.own_only for line in who.lines.values()))
    own = CaseAccess.objects.filter(case_id=case_id, seat__in=seats, sheet=sheet)
    return sheet > 0 and own.exists()


def sent(delivery: int, status: int, response: str, now: int) -> None:
    """It arrived."""
    WebhookDelivery.objects.filter(pk=delivery).update(
        state="sent", sent_at=now, status=status, response=response[:LONGEST]
    )


@transaction.atomic
def failed(delivery: int, status: int, response: str, now: int) -> None:
    """It did not; it is tried again later, and the sixth time given up, which administrators are told."""
    one = WebhookDelivery.objects.select_for_update().get(pk=delivery)
    tries = one.attempts + 1
    dead = tries > len(RETRY)
    WebhookDelivery.objects.filter(pk=delivery).update(
        state="dead" if dead else "waiting",
        attempts=tries,
        next_at=now + RETRY[min(tries, len(RETRY)) - 1],
        status=status,
        response=response[:LONGEST],
    )
    if dead:
        _tell(one, now)


def put_off(deliveries: Iterable[int], until: int) -> None:
    """Their address does not answer now: they wait with the one that found it out, untried."""
    found = WebhookDelivery.objects.filter(pk__in=list(deliveries), state="waiting")
    found.update(next_at=until)


def _tell(delivery: WebhookDelivery, now: int) -> None:
    webhook = delivery.webhook
    people = {str(webhook.person_id), worlds.organisation(now).administrator}
    body: Json = {"what": "webhook dead", "webhook": webhook.name, "at": now}
    for person in sorted(people):
        dedupe = f"webhook/{delivery.pk}/{delivery.written_at}/{now}/{person}"
        Outbox.objects.create(
            kind="told",
            to=f"person:{person}",
            body=body,
            written_at=now,
            next_at=now,
            dedupe=dedupe,
        )


def replay(delivery: int, *, now: int) -> bool:
    """Send a delivery once more, whatever came of it; whether there is one of a living subscription."""
    found = WebhookDelivery.objects.filter(pk=delivery, webhook__ended_at=None)
    return bool(found.update(state="waiting", attempts=0, next_at=now))
