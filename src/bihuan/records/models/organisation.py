"""Units, people and who holds which post when: by valid time and by known time.

A row of Unit, Holding or Absence holds from `from_at` until `until_at` (None: until further
notice), and is believed from `known_at` until `withdrawn_at` (None: still). Rows are never edited: a
change withdraws the row and adds what is believed now, so that the organisation as known then can
be read.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bihuan.records.models.json_text import JsonText


class Site(models.Model):
    """The one organisation of this installation; always the row with id 1.

    Every change draws `organisation_changes`, `calendar_changes` or `library_changes`
    anew, so that a process knows
    what it has cached is stale. They are drawn, not counted: after a rollback a count would come
    back with another meaning.
    """

    organisation_name = models.CharField(max_length=200, blank=True)
    organisation_changes = models.BigIntegerField(default=0)
    calendar_changes = models.BigIntegerField(default=0)
    settled_until_at = models.BigIntegerField(default=0)  # changes that came true since wait
    library_changes = models.BigIntegerField(default=0)
    look = JsonText(default=dict)  # colour, logo, head and foot of letters
    doors = JsonText(default=dict)  # by channel: open or not, and where customers reach it
    notices = JsonText(default=dict)  # by kind of news: the ways it is told; quiet hours
    administrator = models.ForeignKey(
        "records.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_up_at = models.BigIntegerField(null=True, blank=True)
    setup_token_hash = models.CharField(max_length=64, blank=True)
    setup_token_until_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_site")]

    def __str__(self) -> str:
        return self.organisation_name


class Unit(models.Model):
    """A unit of the tree as it is called and placed during a time; `code` never changes.

    `place` is "latitude, longitude"; `can` names the kinds of case it can do, empty for all.
    """

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    parent = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=60, blank=True, default="")
    can = models.CharField(max_length=200, blank=True, default="")
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField(null=True, blank=True)
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(until_at=None, withdrawn_at=None),
                name="a_unit_stands_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Person(models.Model):
    """Somebody of the organisation, or of a merchant or dealer; `user` where they may sign in.

    The id as text is what acts, seats and facts call this person by.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="person",
    )
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    is_auditor = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    invite_hash = models.CharField(max_length=64, blank=True)
    invite_until_at = models.BigIntegerField(default=0)
    directory_id = models.CharField(max_length=120, blank=True, default="")  # in the directory

    class Meta:
        indexes = [models.Index(fields=["invite_hash"], name="person_invite")]
        constraints = [
            models.UniqueConstraint(
                fields=["directory_id"],
                condition=~Q(directory_id=""),
                name="a_person_is_in_the_directory_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Holding(models.Model):
    """A person holds a post in a unit (`unit` empty: at the top), or is the deputy for it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    post = models.CharField(max_length=80)
    unit = models.CharField(max_length=60, blank=True)
    deputy = models.BooleanField(default=False)
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField(null=True, blank=True)
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "post", "unit", "deputy"],
                condition=Q(until_at=None, withdrawn_at=None),
                name="a_post_is_held_once_by_one_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.post}@{self.unit}: {self.person_id}"


class Absence(models.Model):
    """A person is away and the deputies of their posts stand in."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField(null=True, blank=True)
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} away"


class Rostering(models.Model):
    """A person sits in a seat during a time, before its holders: duty on rest days, shifts."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rosterings")
    post = models.CharField(max_length=80)
    unit = models.CharField(max_length=60, blank=True)
    from_at = models.BigIntegerField()
    until_at = models.BigIntegerField()
    known_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["until_at"], name="rostering_ahead", condition=Q(withdrawn_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.post}@{self.unit}: {self.person_id} on duty"
