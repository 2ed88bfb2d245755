"""The case row: a projection of the case's events, kept for lists, locks and the next act."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Case(models.Model):
    """One matter, or the ledger of an organisation's own duties (`ledger`).

    Everything here follows from the events and can be rebuilt from them; only `desk` writes it.
    Instants are whole seconds since 1970, 0 where there is none.
    """

    number = models.CharField(max_length=140)
    policy = models.ForeignKey(
        "records.PolicyVersion", on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    policy_code = models.CharField(max_length=60)
    ledger = models.BooleanField(default=False)
    unit = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=60, blank=True)
    caller = models.CharField(max_length=60, blank=True)
    stage = models.CharField(max_length=20)
    severity = models.CharField(max_length=60, blank=True)
    owner = models.CharField(max_length=141, blank=True)
    title = models.CharField(max_length=40, blank=True)
    complainant = models.ForeignKey(
        "records.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    subject = models.CharField(
        max_length=80, blank=True
    )  # the unit complained about, else the class
    about_unit = models.CharField(max_length=60, blank=True)
    about_person = models.CharField(max_length=60, blank=True)
    received_at = models.BigIntegerField(default=0)
    registered_at = models.BigIntegerField(default=0)
    closed_at = models.BigIntegerField(default=0)
    ended = models.CharField(max_length=20, blank=True)
    is_open = models.BooleanField(default=True)
    next_due_at = models.BigIntegerField(default=0)
    # when the earliest of what is still owed was first due: what has lapsed since stays late by it
    first_due_at = models.BigIntegerField(default=0)
    wake_at = models.BigIntegerField(default=0)
    agreed_at = models.BigIntegerField(default=0)
    covered_at = models.BigIntegerField(default=0)  # when a sheet was opened for its common problem
    outside_numbers = models.CharField(max_length=200, blank=True)  # the outside bodies' own
    state = JsonText()
    events = models.IntegerField()
    head = models.CharField(max_length=64)
    query_code_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="a_number_is_given_once")]
        indexes = [
            models.Index(fields=["next_due_at", "id"], name="case_due", condition=Q(is_open=True)),
            models.Index(
                fields=["first_due_at", "id"], name="case_first_due", condition=Q(is_open=True)
            ),
            models.Index(fields=["wake_at", "id"], name="case_wake", condition=Q(wake_at__gt=0)),
            models.Index(fields=["registered_at", "id"], name="case_registered"),
            models.Index(fields=["stage", "registered_at", "id"], name="case_stage"),
            models.Index(
                fields=["owner", "next_due_at", "id"], name="case_owner", condition=Q(is_open=True)
            ),
            models.Index(fields=["unit", "registered_at", "id"], name="case_unit"),
            models.Index(fields=["about_unit", "registered_at", "id"], name="case_about_unit"),
            models.Index(
                fields=["subject", "category", "registered_at"],
                name="case_problem",
                condition=Q(ledger=False),
            ),
            models.Index(
                fields=["subject", "category", "covered_at"],
                name="case_problem_covered",
                condition=Q(covered_at__gt=0),
            ),
            models.Index(fields=["covered_at"], name="case_covered", condition=Q(covered_at__gt=0)),
            models.Index(fields=["kind", "id"], name="case_ledger", condition=Q(ledger=True)),
            models.Index(
                fields=["query_code_hash"],
                name="case_query_code",
                condition=~Q(query_code_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DayCounter(models.Model):
    """The last serial given on one day under one prefix, moved on in the registering transaction."""

    key = models.CharField(max_length=40)
    last = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="one_counter_a_day")]

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"


class SweepFailure(models.Model):
    """A case whose catching up failed: set aside with its error, tried again at `retry_at`."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="sweep_failure")
    failed_at = models.BigIntegerField()
    retry_at = models.BigIntegerField()
    tries = models.IntegerField(default=1)
    error = models.TextField()

    def __str__(self) -> str:
        return f"{self.case_id}: {self.error[:80]}"
