"""The keys by which programs act for people."""

from django.db import models
from django.db.models import Q


class ApiToken(models.Model):
    """A key by which a program acts as a person, within `scopes`, until `until_at` or its revocation.

    Only its hash is kept, and its last signs, by which people tell their keys apart. `used_at` is
    right to a minute.
    """

    person = models.ForeignKey("records.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    hash = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)
    scopes = models.CharField(max_length=100)  # with spaces between
    made_at = models.BigIntegerField()
    until_at = models.BigIntegerField()
    used_at = models.BigIntegerField(default=0)
    revoked_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                condition=Q(revoked_at=None),
                name="a_token_has_a_name_of_its_own",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"
