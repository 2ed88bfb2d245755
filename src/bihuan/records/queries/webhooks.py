"""Subscriptions of other programs, and the log of what they were told."""

from dataclasses import dataclass
from typing import Any

from bihuan.records.models import Webhook, WebhookDelivery

Json = Any


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A subscription; never its secret."""

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    unit: str
    person_id: str
    person: str
    made_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event told to one address, and what came of the last try."""

    id: int
    webhook_id: int
    case_number: str
    sequence: int
    kind: str
    body: dict[str, Json]
    state: str
    attempts: int
    written_at: int
    next_at: int
    sent_at: int
    status: int
    response: str


def webhooks() -> tuple[WebhookRow, ...]:
    """Every subscription, those that ended last."""
    found = Webhook.objects.select_related("person").order_by("-id")
    rows = [
        WebhookRow(
            one.pk,
            one.name,
            one.url,
            tuple(one.kinds.split()),
            one.unit,
            str(one.person_id),
            one.person.name,
            one.made_at,
            one.ended_at,
        )
        for one in found
    ]
    return tuple(sorted(rows, key=lambda one: one.ended_at is not None))


def deliveries(
    webhook: int, *, before: int = 0, state: str = "", limit: int = 50
) -> tuple[DeliveryRow, ...]:
    """The log of one subscription, newest first; `before`: only those older than that id."""
    found = WebhookDelivery.objects.filter(webhook_id=webhook)
    if before:
        found = found.filter(pk__lt=before)
    if state:
        found = found.filter(state=state)
    columns = (
        "id", "webhook_id", "case__number", "sequence", "kind", "body", "state", "attempts",
        "written_at", "next_at", "sent_at", "status", "response",
    )  # fmt: skip
    return tuple(DeliveryRow(*row) for row in found.order_by("-id").values_list(*columns)[:limit])
