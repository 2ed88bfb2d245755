"""Who owes which act by when: open obligations and those that ended, a projection of the events."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Obligation(models.Model):
    """One obligation of a case; `number` counts within the case. `state`: open, kept, late, void."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(
        "records.Case", on_delete=models.PROTECT, related_name="obligations", db_index=False
    )
    number = models.IntegerField()
    row = models.CharField(max_length=160)
    act = models.CharField(max_length=60)
    sheet = models.IntegerField(default=0)
    seat = models.CharField(max_length=141)
    post = models.CharField(max_length=80)
    unit = models.CharField(max_length=60, blank=True)
    since_at = models.BigIntegerField()
    due_at = models.BigIntegerField()
    first_due_at = models.BigIntegerField()
    rung = models.IntegerField(default=0)
    lapses = models.IntegerField(default=0)
    state = models.CharField(max_length=4)
    ended_at = models.BigIntegerField(default=0)
    clauses = JsonText()
    provisional = models.BooleanField(default=False)
    item = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["seat", "due_at", "case", "number"],
                name="owed_by_seat",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["due_at", "case", "number"], name="owed_by_due", condition=Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.act}"
