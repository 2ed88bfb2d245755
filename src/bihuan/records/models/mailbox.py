"""The mailboxes that are read: where each is, how far it was read, and how it is."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class Mailbox(models.Model):
    """One box read over IMAP. `sealed` holds its password or tokens; `settings` the rest of OAuth2.

    `validity` and `last_uid` say up to where it was read; what came before `since_at` is left alone.
    `failures`, `error` and `next_at` are of the last contact, 0 and empty where all is well.
    """

    address = models.CharField(max_length=320, unique=True)
    host = models.CharField(max_length=200)
    port = models.IntegerField(default=993)
    security = models.CharField(max_length=10, default="tls")  # tls, starttls, none
    user = models.CharField(max_length=320)
    auth = models.CharField(max_length=10, default="password")  # password, oauth2
    settings = JsonText(default=dict)  # token_url, client_id, scope
    sealed = models.TextField(blank=True)
    folder = models.CharField(max_length=200, default="INBOX")
    done_folder = models.CharField(
        max_length=200, blank=True
    )  # where read mails go; empty: they stay
    unit = models.CharField(max_length=60)
    kind = models.CharField(max_length=60, blank=True)
    opens = models.BooleanField(default=True)  # cases at once; else a person judges what is new
    open = models.BooleanField(default=True)
    since_at = models.BigIntegerField()
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    contact_at = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    next_at = models.BigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.address
