"""What went out of the house and what became of it; the ways out, and who wants what how."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Coalesce

from bihuan.records.models import Delivery, Gateway, GroupChat, NoticeText, Telling
from bihuan.records.queries.prepared import Row, prepared

Json = Any
CUSTOMER = "customer"
_WAY = 5  # its place in a row


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on one way: where to, what became of it, when. `down_since`: its way does not answer."""

    id: int
    case_number: str
    entry: int
    kind: str
    to: str
    way: str
    address: str
    subject: str
    text: str
    state: str
    written_at: int
    next_at: int
    sent_at: int
    ended_at: int
    error: str
    down_since: int


def _columns(rows: "QuerySet[Delivery]") -> "QuerySet[Delivery, Row]":
    return rows.values_list(
        "pk", Coalesce("case__number", Value("")), "entry", "kind", "to", "way", "address",
        "subject", "text", "state", "written_at", "next_at", "sent_at", "ended_at", "error",
    )  # fmt: skip


def _outgoing(row: Row, down: dict[str, int]) -> Outgoing:
    return Outgoing(*row, down_since=down.get(row[_WAY], 0))


def _down() -> dict[str, int]:
    return dict(
        Gateway.objects.filter(open=True, down_since__gt=0).values_list("way", "down_since")
    )


def sent_to_customer(case_id: int) -> tuple[Outgoing, ...]:
    """What was sent to the customer of a case, oldest first."""
    rows = _to_customer(case_id)
    down = _down() if rows else {}
    return tuple(_outgoing(row, down) for row in rows)


@prepared
def _to_customer(case_id: int) -> "QuerySet[Delivery, Row]":
    return _columns(Delivery.objects.filter(case_id=case_id, to=CUSTOMER).order_by("id"))


def held_up(person: str, now: int, limit: int = 20) -> tuple[Outgoing, ...]:
    """What a person was to be sent and was not: tried in vain, or its way does not answer."""
    rows = Delivery.objects.filter(to=person, state="queued", next_at__lte=now)
    down = _down()
    found = (_outgoing(row, down) for row in _columns(rows.order_by("-id"))[: limit * 5])
    return tuple(one for one in found if one.error or one.down_since)[:limit]


def gone_wrong(limit: int = 50) -> tuple[Outgoing, ...]:
    """The newest messages that did not arrive."""
    rows = Delivery.objects.filter(state__in=("failed", "bounced")).order_by("-ended_at", "-id")
    return tuple(_outgoing(row, {}) for row in _columns(rows)[:limit])


@dataclass(frozen=True, slots=True)
class WayOut:
    """A way out as it is set up; its secrets stay where they are. `waiting`: messages that are to go by it."""

    way: str
    is_open: bool
    settings: dict[str, str]
    has_secrets: bool
    down_since: int
    next_at: int
    error: str
    waiting: int


def ways_out() -> dict[str, WayOut]:
    """The ways an administrator has set up."""
    waiting = dict(
        Delivery.objects.filter(state="queued").values_list("way").annotate(Count("id")).order_by()
    )
    return {
        row.way: WayOut(
            row.way, row.open, dict(row.settings), bool(row.sealed), row.down_since, row.next_at,
            row.error, waiting.get(row.way, 0),
        )
        for row in Gateway.objects.order_by("way")
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chat:
    """A group whose robot hears what is owed in a unit."""

    id: int
    way: str
    name: str
    unit: str


def chats() -> tuple[Chat, ...]:
    """The groups there are."""
    rows = GroupChat.objects.filter(withdrawn_at=None).order_by("id")
    return tuple(Chat(*row) for row in rows.values_list("id", "way", "name", "unit"))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person said about how to be told; empty where they said nothing."""

    addresses: dict[str, str]
    ways: dict[str, list[str]]
    quiet_from: str = ""
    quiet_until: str = ""
    quiet_on_rest_days: bool = False
    digest: str = ""
    has_feed: bool = False


def preferences_of(person: str) -> Preferences:
    """How a person wants to be told."""
    row = Telling.objects.filter(person_id=int(person)).first()
    if row is None:
        return Preferences({}, {})
    return Preferences(
        dict(row.addresses), dict(row.ways), row.quiet_from, row.quiet_until,
        row.quiet_on_rest_days, row.digest, bool(row.feed_hash),
    )  # fmt: skip


def notice_text(policy: str, kind: str) -> dict[str, str] | None:
    """The text kept for a kind of news under exactly this policy (empty: all); None where there is none."""
    row = NoticeText.objects.filter(policy=policy, kind=kind, withdrawn_at=None).first()
    names = ("zh_subject", "zh", "en_subject", "en")
    return {name: getattr(row, name) for name in names} if row else None


def texts_kept() -> frozenset[tuple[str, str]]:
    """Policy and kind of the texts that are kept."""
    rows = NoticeText.objects.filter(withdrawn_at=None)
    return frozenset(rows.values_list("policy", "kind"))
