"""Whom else we tell, by a request to their address: subscriptions, and each delivery with what came of it."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Webhook(models.Model):
    """An address that is told of events, as far as `person` may see the case, until `ended_at`.

    `kinds`: acts, and "lapsed", with spaces between; empty for every event. `unit`: only cases
    received there or below; empty for all. `secret` is sealed with the server's own.
    """

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=300)
    kinds = models.CharField(max_length=1000, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    person = models.ForeignKey("records.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(ended_at=None), name="a_webhook_is_named_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one address: the outbox of webhooks. `state`: waiting, sent, dead, withheld.

    `withheld`: the person for whom it is may not see the case. `status` and `response` are those of
    the last try; 0: there was no answer, and `response` says why.
    """

    webhook = models.ForeignKey(
        Webhook, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    case = models.ForeignKey(
        "records.Case", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sequence = models.IntegerField()  # of the event in its case
    sheet = models.IntegerField(default=0)
    kind = models.CharField(max_length=40)
    body = JsonText()
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.IntegerField(default=0)
    written_at = models.BigIntegerField()
    next_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(default=0)
    status = models.IntegerField(default=0)
    response = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sequence", "webhook"], name="a_webhook_is_told_an_event_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="webhook_next", condition=Q(state="waiting")
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_log"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id}/{self.case_id}/{self.sequence}"
