"""What was learned from the organisation's own closed cases, and how what it suggested fared."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class Learned(models.Model):
    """The weights of one fact under one policy, learned at an instant from so many cases; never changed.

    `accuracy` and `floor` are shares of cases it had not seen: its own, and that of always taking
    the commonest value.
    """

    policy_code = models.CharField(max_length=60)
    fact = models.CharField(max_length=60)
    at = models.BigIntegerField()
    cases = models.IntegerField()
    accuracy = models.FloatField()
    floor = models.FloatField()
    weights = JsonText()

    class Meta:
        indexes = [models.Index(fields=["policy_code", "fact", "-at"], name="learned_latest")]

    def __str__(self) -> str:
        return f"{self.policy_code} {self.fact} {self.at}"


class Suggested(models.Model):
    """What the weights in use said of a case registered after they were learned; what it became, the case says."""

    case = models.ForeignKey("records.Case", on_delete=models.CASCADE, related_name="suggested")
    learned = models.ForeignKey(Learned, on_delete=models.PROTECT, related_name="suggested")
    value = models.CharField(max_length=60)
    confidence = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "learned"], name="weights_judge_a_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.value}"
