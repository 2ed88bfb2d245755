"""Where posts and messages of the web and of chats come from."""

from django.db import models


class Source(models.Model):
    """A feed that is read, or a service that posts to us. `hidden` holds its credentials, sealed.

    `seen` is what the feed said of itself when it was last read, so that it need not be sent again.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    unit = models.CharField(max_length=60)
    url = models.CharField(max_length=500, blank=True)
    hidden = models.TextField(blank=True)
    seen = models.CharField(max_length=300, blank=True)
    contact_at = models.BigIntegerField(default=0)
    next_at = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="a_source_has_one_code")]

    def __str__(self) -> str:
        return self.code
