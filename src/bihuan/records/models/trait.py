"""By what cases that may be one matter are found: numbers that they have in common."""

from django.db import models


class Trait(models.Model):
    """A building, a thing, a person or a stretch of wording of a case, as a number (`engine.alike`)."""

    pk = models.CompositePrimaryKey("key", "case_id")
    key = models.BigIntegerField()
    case = models.ForeignKey(
        "records.Case", on_delete=models.CASCADE, related_name="traits", db_index=False
    )

    def __str__(self) -> str:
        return f"{self.key} {self.case_id}"
