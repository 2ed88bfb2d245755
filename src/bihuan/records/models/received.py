"""Everything that reached the organisation, whatever by: one row each, kept before anything else happens."""

from django.db import models
from django.db.models import Q


class Received(models.Model):
    """One message as it came: a mail, a post, a scan, a call record; the raw form is a file by its hash.

    Written once by `desk.received`; `fate` and what stands beside it follow from the history of its
    ledger. Fates: empty (waits to be judged), quarantined, case, addition, merged, rejected. Sender,
    subject and preview are personal, and blank once they were purged; then `digest` is blank too.
    """

    channel = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True)  # the box, line or feed it came by
    external_id = models.CharField(max_length=200)  # what the source calls it, else its hash
    digest = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    received_at = models.BigIntegerField()  # as the source says, where that can be
    recorded_at = models.BigIntegerField()
    sender = models.CharField(max_length=320, blank=True)
    contact = models.CharField(max_length=320, blank=True)  # where the sender is reached
    message_id = models.CharField(max_length=300, blank=True)  # what answers to it name
    subject = models.CharField(max_length=300, blank=True)
    preview = models.CharField(max_length=500, blank=True)
    fate = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="received"
    )
    by = models.CharField(max_length=60, blank=True)
    at = models.BigIntegerField(default=0)
    ledger = models.OneToOneField(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="message"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "source", "external_id"], name="a_message_is_received_once"
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="received_newest"),
            models.Index(fields=["channel", "recorded_at", "fate"], name="received_by_day"),
            models.Index(
                fields=["fate", "id"],
                name="received_waiting",
                condition=Q(fate__in=["", "quarantined"]),
            ),
            models.Index(fields=["digest"], name="received_raw"),
            models.Index(
                fields=["contact", "recorded_at"], name="received_by", condition=~Q(contact="")
            ),
            models.Index(fields=["message_id"], name="received_id", condition=~Q(message_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.external_id}"
