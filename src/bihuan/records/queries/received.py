"""What was received, counted and found: per channel and day, what waits, one message."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast

from bihuan.engine.case import MESSAGE
from bihuan.records.models import Case, Received, Source
from bihuan.records.queries.cases import Key, survivor
from bihuan.records.queries.visibility import Viewer, visible_cases

DAY = 86_400
ZONE = 8 * 3600  # days are counted where the calendars stand


@dataclass(frozen=True, slots=True)
class Tally:
    """What one channel received on one day, and what became of it so far."""

    channel: str
    day: int  # days since 1970, as they begin in China
    received: int
    fates: Mapping[str, int] = field(default_factory=dict)  # "" is what waits

    @property
    def balances(self) -> bool:
        """Whether every message received has exactly one fate, or waits for one."""
        return self.received == sum(self.fates.values())


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """One message as lists and pages show it. `ledger` is the record in which a look at it is owed."""

    id: int
    channel: str
    source: str
    digest: str
    size: int
    unit: str
    kind: str
    received_at: int
    recorded_at: int
    sender: str
    subject: str
    preview: str
    fate: str
    reason: str
    by: str
    at: int
    case: str
    ledger: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of posts as administrators see it; `error` says why it was not heard the last time."""

    code: str
    name: str
    kind: str
    unit: str
    url: str
    contact_at: int
    error: str
    ended_at: int


def sources() -> list[SourceRow]:
    """Every source there was, by code."""
    rows = Source.objects.order_by("code").values_list(
        "code", "name", "kind", "unit", "url", "contact_at", "error", "ended_at"
    )
    return [SourceRow(*row) for row in rows]


def tallies(since: int, until: int, viewer: Viewer | None = None) -> list[Tally]:
    """What each channel received on each day between two instants, newest day first.

    `received` counts the ledgers that were opened, the fates count the messages: two books that
    must agree. With a viewer, what they may see.
    """
    ledgers = Case.objects.filter(ledger=True, kind=MESSAGE)
    if viewer:
        ledgers = visible_cases(viewer).filter(ledger=True, kind=MESSAGE)
    opened = _by_day(
        ledgers.filter(registered_at__gte=since, registered_at__lt=until), "registered_at"
    )
    rows = Received.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    if viewer:
        rows = rows.filter(ledger__in=visible_cases(viewer).values("pk"))
    received: dict[tuple[str, int], int] = {
        (row["channel"], row["day"]): row["count"]
        for row in (*opened, *_by_day(rows.filter(ledger=None), "recorded_at"))
    }
    fates: dict[tuple[str, int], dict[str, int]] = {}
    for row in _by_day(rows, "recorded_at", "fate"):
        fates.setdefault((row["channel"], row["day"]), {})[row["fate"]] = row["count"]
    keys = sorted({*received, *fates}, key=lambda key: (-key[1], key[0]))
    return [Tally(*key, received.get(key, 0), fates.get(key, {})) for key in keys]


def _by_day(rows: "QuerySet", instant: str, *more: str) -> "QuerySet":
    day = Cast((F(instant) + Value(ZONE)) / Value(DAY), IntegerField())
    return rows.annotate(day=day).values("channel", "day", *more).annotate(count=Count("id"))


def received_list(
    viewer: Viewer,
    fates: Collection[str] | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[ReceivedRow], Key | None]:
    """The messages the viewer may see, newest first, and where to go on (None: that is all)."""
    rows = visible_messages(viewer)
    if fates is not None:
        rows = rows.filter(fate__in=list(fates))
    if after:
        rows = rows.filter(recorded_at__lte=after.at).exclude(
            recorded_at=after.at, id__gte=after.id
        )
    found = list(_read(rows.order_by("-recorded_at", "-id")[: limit + 1]))
    if len(found) <= limit:
        return found, None
    return found[:limit], Key(found[limit - 1].recorded_at, found[limit - 1].id)


def received_page(viewer: Viewer, number: int) -> ReceivedRow | None:
    """One message, or None where there is none for the viewer."""
    return next(_read(visible_messages(viewer).filter(pk=number)), None)


def received_of(viewer: Viewer, case: int) -> list[ReceivedRow]:
    """The messages that a case came of or was added to by, oldest first."""
    return list(_read(visible_messages(viewer).filter(case=case).order_by("id")))


def visible_messages(viewer: Viewer) -> "QuerySet[Received]":
    """The messages whose ledger the viewer may see, and their case too: the wall stands before both."""
    seen = visible_cases(viewer).values("pk")
    return Received.objects.filter(Q(ledger__in=seen) & (Q(case=None) | Q(case__in=seen)))


def _read(rows: "QuerySet[Received]") -> Iterator[ReceivedRow]:
    names = (
        "id", "channel", "source", "digest", "size", "unit", "kind", "received_at", "recorded_at",
        "sender", "subject", "preview", "fate", "reason", "by", "at",
    )  # fmt: skip
    for row in rows.values_list(*names, "case__number", "ledger__number"):
        yield ReceivedRow(*row[:16], row[16] or "", row[17] or "")


# -- What a message belongs to -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of the same sender that is part of a case."""

    subject: str
    case: str
    is_open: bool


def living(number: str) -> str:
    """The case of that number, or the one it was merged into; empty where there is none to add to."""
    row = Case.objects.filter(number=number, ledger=False).exclude(ended="purged").first()
    if row is None:
        return ""
    following = survivor(row.pk) if row.ended == "merged" else None
    return following[0] if following else row.number


def case_of_messages(ids: Collection[str]) -> str:
    """The case that a message with one of these ids of its own is part of; empty where none is."""
    rows = Received.objects.filter(message_id__in=[one for one in ids if one]).exclude(case=None)
    number = rows.order_by("-id").values_list("case__number", flat=True).first()
    return living(number) if number else ""


def mail_of(case_id: int) -> str:
    """The id of the newest message of a case that has one of its own; empty where none has."""
    rows = Received.objects.filter(case_id=case_id).exclude(message_id="")
    return rows.order_by("-id").values_list("message_id", flat=True).first() or ""


def same_mail(message_id: str, contact: str, before: int) -> str:
    """The case of an earlier message that is the same one: its own id, and the same sender."""
    if not message_id:
        return ""
    rows = Received.objects.filter(message_id=message_id, contact=contact, pk__lt=before)
    number = rows.exclude(case=None).order_by("id").values_list("case__number", flat=True).first()
    return living(number) if number else ""


def takes_part(contact: str, number: str) -> bool:
    """Whether somebody reached at that address has a part in the case: wrote in it, or is its complainant."""
    if not contact:
        return False
    case = Case.objects.filter(number=number, ledger=False).first()
    if case is None:
        return False
    if Received.objects.filter(contact=contact, case=case).exclude(fate="rejected").exists():
        return True
    told = str(case.state.get("facts", {}).get("contact", "")).lower()
    return contact in re.split(r"[\s,;，；、<>()（）]+", told)


def earlier_of(contact: str, since: int) -> list[Earlier]:
    """The newest messages of a sender since an instant that are part of cases."""
    rows = Received.objects.filter(contact=contact, recorded_at__gte=since).exclude(case=None)
    found = rows.order_by("-id").values_list("subject", "case__number", "case__is_open")[:20]
    return [Earlier(*row) for row in found] if contact else []


def count_of(contact: str, since: int, before: int) -> int:
    """How many messages a sender sent since an instant, up to that one."""
    return Received.objects.filter(contact=contact, recorded_at__gte=since, pk__lt=before).count()
