"""What goes out of the house: each message by each way, the ways themselves, and who wants what how."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Delivery(models.Model):
    """One message on one way to one address. `to`: a person's id, "customer", or "chat:ID" for a group.

    `message_id` is what the receiver sees and knows a second delivery by; it is reckoned from where
    the message comes from, never drawn. What waited together for one reader went as one message,
    under the id in `sent_as`. `letter`: what the entry says goes with it as a letter.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"  # handed to the gateway
        READ = "read"  # where that is known
        FAILED = "failed"  # not accepted, or tried too often
        BOUNCED = "bounced"  # accepted, and came back

    message_id = models.CharField(max_length=40)
    origin = models.CharField(max_length=120)  # the `dedupe` of the message in the outbox
    case = models.ForeignKey(
        "records.Case", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    to = models.CharField(max_length=60)
    way = models.CharField(max_length=20)
    address = models.CharField(max_length=320)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    values = JsonText(default=dict)  # what gateways with templates of their own fill in
    entry = models.IntegerField(default=0)  # of the case's history, which it tells the customer
    letter = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    sent_as = models.CharField(max_length=40, blank=True)
    attempts = models.IntegerField(default=0)
    written_at = models.BigIntegerField()
    next_at = models.BigIntegerField()
    claimed_until = models.BigIntegerField(default=0)  # meanwhile another worker has it in hand
    sent_at = models.BigIntegerField(default=0)
    ended_at = models.BigIntegerField(default=0)  # when it was read, failed or came back
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="a_delivery_has_its_own_id")
        ]
        indexes = [
            models.Index(
                fields=["way", "next_at", "id"],
                name="delivery_next",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["case", "id"], name="delivery_of_case"),
            models.Index(fields=["sent_as"], name="delivery_sent_as", condition=~Q(sent_as="")),
            models.Index(fields=["origin"], name="delivery_origin"),
            models.Index(
                fields=["state", "ended_at"],
                name="delivery_gone_wrong",
                condition=Q(state__in=["failed", "bounced"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.message_id}"


class Gateway(models.Model):
    """A way out as an administrator set it up: what may be read, and what is sealed with the server's secret.

    `down_since`: since when it does not answer (0: it does); it is tried again at `next_at`.
    """

    way = models.CharField(max_length=20, primary_key=True)
    open = models.BooleanField(default=False)
    settings = JsonText(default=dict)
    sealed = models.TextField(blank=True)
    down_since = models.BigIntegerField(default=0)
    next_at = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.way


class GroupChat(models.Model):
    """A group of a work chat whose robot hears that something is owed in a unit; never whose case it is."""

    way = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=60)
    sealed = models.TextField()  # where the robot is reached, with its key
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.way} {self.name}"


class Telling(models.Model):
    """How one person wants to be told: where they are reached, by which ways, when not, how often.

    `ways` by kind of news, only what differs from what the organisation says; `digest`: the times of
    day at which what is not urgent comes together, "" for at once.
    """

    person = models.OneToOneField(
        "records.Person", primary_key=True, on_delete=models.PROTECT, related_name="telling"
    )
    addresses = JsonText(default=dict)  # by way
    ways = JsonText(default=dict)
    quiet_from = models.CharField(max_length=5, blank=True)
    quiet_until = models.CharField(max_length=5, blank=True)
    quiet_on_rest_days = models.BooleanField(default=False)
    digest = models.CharField(max_length=100, blank=True)
    feed_hash = models.CharField(max_length=64, blank=True)  # of the address of the calendar feed

    class Meta:
        indexes = [
            models.Index(fields=["feed_hash"], name="telling_feed", condition=~Q(feed_hash=""))
        ]

    def __str__(self) -> str:
        return f"telling {self.person_id}"


class NoticeText(models.Model):
    """What a message of that kind says, under one policy or (empty) under all; a change adds a row."""

    policy = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=40)
    zh_subject = models.CharField(max_length=200)
    zh = models.TextField()
    en_subject = models.CharField(max_length=200)
    en = models.TextField()
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "kind"],
                condition=Q(withdrawn_at=None),
                name="a_notice_has_one_text",
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.kind}"
