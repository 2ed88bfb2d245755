"""Policies as adopted, where each of them rules, and the published years of the calendars."""

from django.db import models
from django.db.models import Q


class PolicyVersion(models.Model):
    """One version of one policy: its text as written, comments kept, and who put it in force.

    The text of a version that was adopted never changes. `approval` holds author, reviewer and
    approver (ids as text) with the hash they signed, as far as they have; None while it stands on the
    administrator's adoption alone.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        ADOPTED = "adopted"  # in force by the administrator, not yet approved by three
        APPROVED = "approved"
        WITHDRAWN = "withdrawn"  # never again chosen for new cases

    code = models.CharField(max_length=60)
    number = models.IntegerField()
    title_zh = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    in_force_on = models.DateField(null=True, blank=True)
    adopted_at = models.BigIntegerField(null=True, blank=True)
    adopted_by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approval = models.JSONField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="a_version_has_one_text"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn"))
                | Q(in_force_on__isnull=False, adopted_at__isnull=False),
                name="what_is_adopted_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class PolicyUse(models.Model):
    """Which policy rules over what a unit and those below it receive; `kind` empty: every kind."""

    unit = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind"], name="one_policy_for_unit_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.unit}/{self.kind}: {self.code}"


class PublishedYear(models.Model):
    """The holidays and make-up days of one year, loaded by an administrator from a file."""

    source = models.CharField(max_length=60)
    year = models.IntegerField()
    data = models.JSONField()
    loaded_at = models.BigIntegerField()
    by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "year"], name="a_year_is_published_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.year}"
