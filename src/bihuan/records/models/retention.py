"""What is left of a record whose time of keeping is over: the certificate of its purge."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class PurgeCertificate(models.Model):
    """What was erased of one record, how much, under which clause, when, by which rule of which policy.

    `head` is the hash of the purge's entry in the history, so that the certificate is bound to the
    chain; `hash` is over everything else here but `files_left`, the files still to be removed.
    """

    case = models.ForeignKey(
        "records.Case", on_delete=models.PROTECT, related_name="certificates", db_index=False
    )
    sequence = models.IntegerField()  # the place of the purge in the history of the case
    number = models.CharField(max_length=140)
    policy_code = models.CharField(max_length=60)
    policy_version = models.IntegerField()
    rule = models.CharField(max_length=160)
    what = JsonText()  # kinds of record, of the engine's closed list
    clauses = JsonText()
    kept_for = models.CharField(max_length=60)
    kept_from = models.BigIntegerField()
    due_at = models.BigIntegerField()
    purged_at = models.BigIntegerField()
    counts = JsonText()
    head = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    files_left = JsonText(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="a_purge_has_one_certificate")
        ]
        indexes = [
            models.Index(
                fields=["id"], name="certificate_files_left", condition=~models.Q(files_left="[]")
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.sequence}"
