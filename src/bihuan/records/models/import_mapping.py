"""Mappings of imported tables: what the columns of another system's export are, under a name."""

from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class ImportMapping(models.Model):
    """One mapping, from `saved_at` until `dropped_at`; saved anew under its name it is another row.

    `told`: columns (to fields, in order), constant values, conditions, the system it reads, the source.
    """

    name = models.CharField(max_length=60)
    told = JsonText()
    saved_at = models.BigIntegerField()
    dropped_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(dropped_at=None),
                name="a_mapping_has_a_name_of_its_own",
            )
        ]

    def __str__(self) -> str:
        return self.name
