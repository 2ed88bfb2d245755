"""Published documents: what each version says, and when it is in force; nothing is ever edited."""

from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A version of a document as it was published: text, an attached file ("SHA-256:name"), or both.

    `topics` are categories of the policies with spaces between, empty for all; `hash` covers
    everything it says.
    """

    code = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    topics = models.CharField(max_length=500, blank=True)
    level = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    file = models.CharField(max_length=270, blank=True)
    hash = models.CharField(max_length=64)
    published_at = models.BigIntegerField()
    published_by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    known_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="a_version_of_a_document_is_published_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class DocumentTerm(models.Model):
    """That a version is in force from `from_at` until `until_at`, copied to the service centre then.

    Believed from `known_at` until `withdrawn_at` (None: still), as rows of Unit are; `reason` says
    why it was withdrawn from use.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="terms")
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField(null=True, blank=True)
    copied_at = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(withdrawn_at=None),
                name="a_version_has_one_term_believed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} from {self.from_at}"


class Citation(models.Model):
    """That a case cites a version of a document; kept from the events and rebuilt from them."""

    case = models.ForeignKey("records.Case", on_delete=models.CASCADE, related_name="citations")
    code = models.CharField(max_length=60)
    version = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version", "case"], name="a_case_cites_a_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code} {self.version}"
