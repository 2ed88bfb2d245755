"""Lists somebody wants again: saved under a name and dropped, never edited."""

from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """The query of a list of cases under a name, from `saved_at` until `dropped_at`.

    `shared`: empty for its owner alone, "*" for everybody, else the code of a post whose holders
    have it too. It says what to look for; what is found is what each reader may see.
    """

    owner = models.ForeignKey("records.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.CharField(max_length=80, blank=True)
    saved_at = models.BigIntegerField()
    dropped_at = models.BigIntegerField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(dropped_at=None),
                name="a_view_has_a_name_of_its_own",
            )
        ]

    def __str__(self) -> str:
        return self.name
