"""Common problems: what many cases complain of, found by their wording, and which cases those are."""

from django.db import models


class Problem(models.Model):
    """A problem of the cases of one policy: what they are called by, first found when; grouped anew each day.

    It stays the same problem while most of its cases stay together. `gone_at` is 0 while it is found.
    """

    policy_code = models.CharField(max_length=60)
    category = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=120, blank=True)
    found_at = models.BigIntegerField()
    grouped_at = models.BigIntegerField()
    gone_at = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["policy_code", "gone_at"], name="problem_of_policy")]

    def __str__(self) -> str:
        return self.name or str(self.pk)


class ProblemCase(models.Model):
    """A case that is one of a problem; one place each."""

    case = models.OneToOneField(
        "records.Case", primary_key=True, on_delete=models.CASCADE, related_name="in_problem"
    )
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="members")

    def __str__(self) -> str:
        return f"{self.case_id} {self.problem_id}"
