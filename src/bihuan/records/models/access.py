"""Which seats a case has come before, who looked at what is masked, and who is looking now."""

from django.db import models


class CaseAccess(models.Model):
    """A seat that owns or owned a case, owes or owed an act on it, or has a sheet of it.

    Kept by perform from the events (`records.queries.visibility.access_from`), rebuilt from them; a
    seat that once had to do with a case may go on reading it.
    """

    class Way(models.TextChoices):
        OWNS = "owns"
        OWES = "owes"  # on the case itself
        SHEET = "sheet"  # a sheet is addressed to it, or it owes on a sheet

    case = models.ForeignKey("records.Case", on_delete=models.CASCADE, related_name="access")
    seat = models.CharField(max_length=141)
    way = models.CharField(max_length=8, choices=Way.choices)
    sheet = models.IntegerField(default=0)  # the number of the sheet; 0 for the case itself

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "seat", "way", "sheet"], name="a_seat_has_a_case_once"
            )
        ]
        indexes = [models.Index(fields=["seat", "way", "case"], name="case_access_by_seat")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seat} {self.way}"


class Disclosure(models.Model):
    """Somebody was shown what others see masked, or an auditor opened a case: who, when and why."""

    class What(models.TextChoices):
        CONTACT = "contact"
        CASE = "case"

    case = models.ForeignKey("records.Case", on_delete=models.PROTECT, related_name="disclosures")
    person = models.ForeignKey("records.Person", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    reason = models.CharField(max_length=500, blank=True)
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="disclosure_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what} {self.person_id}"


class Looking(models.Model):
    """That a person had a case's page before them at `at`: for a word to who else has; no record."""

    case = models.ForeignKey("records.Case", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        "records.Person", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "case"], name="a_person_looks_at_a_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id}"
