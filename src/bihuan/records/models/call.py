"""Telephone lines and the calls that a telephone system tells of."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class PhoneLine(models.Model):
    """A line that customers call. `secret` is sealed; `names` says what the telephone system calls things."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    unit = models.CharField(max_length=60)
    secret = models.TextField()
    names = JsonText(default=dict)
    made_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="a_line_has_one_code")]

    def __str__(self) -> str:
        return self.code


class Call(models.Model):
    """One call: when it rang, was answered and ended, 0 where that did not happen or is not known yet.

    `number` and `recording` are personal, and blank once they were purged. `message` is the call in
    the ledger of what was received, from its end on; `case` what was registered from it.
    """

    line = models.ForeignKey(PhoneLine, on_delete=models.PROTECT, related_name="calls")
    external_id = models.CharField(max_length=200)
    number = models.CharField(max_length=40, blank=True)
    agent = models.CharField(max_length=60, blank=True)  # as the telephone system calls them
    person = models.CharField(max_length=60, blank=True)  # a person's id, where they are known
    recording = models.CharField(max_length=500, blank=True)
    rang_at = models.BigIntegerField()
    answered_at = models.BigIntegerField(default=0)
    ended_at = models.BigIntegerField(default=0)
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="calls"
    )
    message = models.OneToOneField(
        "records.Received", null=True, on_delete=models.PROTECT, related_name="call"
    )
    changed_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "external_id"], name="a_call_is_kept_once")
        ]
        indexes = [
            models.Index(fields=["rang_at", "id"], name="call_newest"),
            models.Index(
                fields=["line", "rang_at"], name="call_ringing", condition=models.Q(ended_at=0)
            ),
            models.Index(fields=["changed_at"], name="call_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.external_id}"
