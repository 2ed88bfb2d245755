"""What is to be told to whom, written with the act and delivered afterwards; and in-app notices."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Outbox(models.Model):
    """One message on its way out. `to`: seat:POST@UNIT, person:ID or customer. `state`: waiting, sent, dead.

    `dedupe` is the id by which a receiver recognises a second delivery.
    """

    kind = models.CharField(max_length=40)
    to = models.CharField(max_length=160)
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    body = JsonText()
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.IntegerField(default=0)
    written_at = models.BigIntegerField()
    next_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    dedupe = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe"], name="a_message_is_sent_once")]
        indexes = [
            models.Index(fields=["next_at", "id"], name="outbox_next", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return self.dedupe


class Notice(models.Model):
    """Something one person is told inside Bihuan; `person` is a person's id, or "customer"."""

    person = models.CharField(max_length=60)
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    body = JsonText()
    at = models.BigIntegerField()
    read_at = models.BigIntegerField(default=0)
    dedupe = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dedupe", "person"], name="a_notice_comes_once")
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at=0)),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"
