"""The history: what acts and lapses left, append-only and chained; and what came back for an act."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class Event(models.Model):
    """One entry of a case's history. Never changed; only `private` may be blanked, by a purge.

    `data` and `effects` hold, in place of each personal value, a commitment whose salt and value
    stand in `private`, so that blanking `private` leaves `hash` verifiable.
    """

    case = models.ForeignKey(
        "records.Case", on_delete=models.PROTECT, related_name="history", db_index=False
    )
    sequence = models.IntegerField()  # from 1, without gaps
    kind = models.CharField(max_length=60)
    act_id = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=60)
    seat = models.CharField(max_length=141, blank=True)
    sheet = models.IntegerField(default=0)
    at = models.BigIntegerField()  # when it happened; a lapse happened when it was due
    recorded_at = models.BigIntegerField()  # when we learned of it
    data = JsonText()
    effects = JsonText()
    private = JsonText()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="one_event_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.sequence} {self.kind}"


class ActReceipt(models.Model):
    """What an act with a client-chosen id led to: repeating the id returns this and does no more."""

    act_id = models.CharField(max_length=80)
    by = models.CharField(max_length=60)
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    first = models.IntegerField(default=0)  # sequence of its first event
    last = models.IntegerField(default=0)
    outcome = JsonText()
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act_id"], name="an_act_is_done_once")]

    def __str__(self) -> str:
        return self.act_id


class Anchor(models.Model):
    """One day's knot: binds every event recorded since the anchor before, and so all chains."""

    day = models.CharField(max_length=10)
    at = models.BigIntegerField()
    last_event = models.BigIntegerField()
    events = models.BigIntegerField()  # how many it binds
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day"], name="one_anchor_a_day")]

    def __str__(self) -> str:
        return self.day
