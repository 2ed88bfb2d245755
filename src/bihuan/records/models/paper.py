"""An organisation's own Word templates for its printed forms: added and withdrawn, never edited."""

from django.db import models
from django.db.models import Q


class PaperTemplate(models.Model):
    """The Word file one form of one policy is filled into, from `from_at` until `until_at`.

    `file` is a kept file: its SHA-256, a colon and its name.
    """

    policy_code = models.CharField(max_length=60)
    form = models.CharField(max_length=60)
    file = models.CharField(max_length=300)
    by = models.ForeignKey("records.Person", on_delete=models.PROTECT, related_name="+")
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy_code", "form"],
                condition=Q(until_at=None),
                name="one_template_a_form",
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy_code} {self.form}"
