"""What administrators look after beside the organisation: who changed what, and texts for answers."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class AdministrativeChange(models.Model):
    """One change of the organisation, its people, policies, calendars or papers: who, when, what.

    `before` and `after` list what the change ended and what it began, as plain values. `by` is None
    for changes from the command line. The database refuses to change or delete a row.
    """

    at = models.BigIntegerField()
    by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.CharField(max_length=20)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True)
    before = JsonText(default=list)
    after = JsonText(default=list)

    class Meta:
        indexes = [models.Index(fields=["area", "id"], name="change_by_area")]

    def __str__(self) -> str:
        return f"{self.area} {self.what}: {self.about}"


class ReplyTemplate(models.Model):
    """A text to answer with, in both languages, with names in braces for what the case knows.

    `act` and `kind` say where it is offered; empty: everywhere. A change ends the row and adds one.
    """

    name = models.CharField(max_length=100)
    act = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    zh = models.TextField(blank=True)
    en = models.TextField(blank=True)
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(withdrawn_at=None),
                name="a_reply_template_is_named_once",
            )
        ]

    def __str__(self) -> str:
        return self.name
