"""How a person wants to be told, within what the organisation offers and what its policies owe them."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction

from bihuan.desk import addresses, changes, news, quiet, ways
from bihuan.desk.organisation import site
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.records.models import Person, Telling

Json = Any
MOST_DIGESTS = 6
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def default_ways(kind: str, told: Mapping[str, Json]) -> tuple[str, ...]:
    """The ways the organisation tells a kind of news by; customers are written to unless it says no."""
    usual = ways.TO_CUSTOMERS if news.NEWS[kind].to_customer else ()
    return tuple(told.get(kind, (ways.HERE, *usual)))


def organisation_quiet(told: Mapping[str, Json]) -> quiet.Quiet:
    """The organisation's quiet hours."""
    return _quiet(
        str(told.get("quiet_from") or ""), str(told.get("quiet_until") or ""),
        rest_days=told.get("quiet_on_rest_days") == "yes",
    )  # fmt: skip


def _quiet(start: str, end: str, *, rest_days: bool) -> quiet.Quiet:
    if not start or not end:
        return quiet.Quiet(rest_days=rest_days)
    return quiet.Quiet(quiet.minutes(start), quiet.minutes(end), rest_days)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one person wants; what they did not say is as the organisation says."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, Iterable[str]] = field(default_factory=dict)
    quiet_from: str = ""
    quiet_until: str = ""
    quiet_on_rest_days: bool = False
    digest: str = ""

    def chosen(self, kind: str, told: Mapping[str, Json]) -> tuple[str, ...]:
        """The ways this kind of news is told by, for this person."""
        return tuple(self.ways.get(kind, default_ways(kind, told)))

    def quiet(self, told: Mapping[str, Json]) -> quiet.Quiet:
        """Their quiet hours, or the organisation's."""
        if self.quiet_from or self.quiet_on_rest_days:
            return _quiet(self.quiet_from, self.quiet_until, rest_days=self.quiet_on_rest_days)
        return organisation_quiet(told)

    @property
    def together(self) -> tuple[int, ...]:
        """The times of day at which what can wait goes as one, in minutes."""
        return tuple(quiet.minutes(time) for time in self.digest.split())


def wanted_by(person: Person) -> Wanted:
    """What a person said about how to be told."""
    row = getattr(person, "telling", None)
    if row is None:
        return Wanted()
    return Wanted(
        row.addresses, row.ways, row.quiet_from, row.quiet_until, row.quiet_on_rest_days, row.digest
    )


def set_preferences(
    person: int,
    *,
    reached: Mapping[str, str],
    chosen: Mapping[str, Sequence[str]],
    quiet_from: str = "",
    quiet_until: str = "",
    quiet_on_rest_days: bool = False,
    digest: str = "",
    now: int,
) -> Telling | Refusal:
    """Keep how a person wants to be told. What a policy owes comes by one way at least, where one is offered."""
    told, times = site().notices, tuple(digest.replace("，", " ").replace(",", " ").split())
    wrong = (
        _bad_address(reached)
        or bad_hours(quiet_from, quiet_until)
        or _bad_times(times)
        or _owed_by_none(chosen, told)
    )
    if wrong:
        return wrong
    kept = {
        kind: [ways.HERE, *(way for way in ways.TO_PEOPLE if way in chosen[kind])]
        for kind in staff_news() if kind in chosen
    }  # fmt: skip
    with transaction.atomic():
        name = Person.objects.get(pk=person).name
        row, _new = Telling.objects.select_for_update().get_or_create(person_id=person)
        before = _said(row)
        row.addresses = {way: value.strip() for way, value in reached.items() if value.strip()}
        row.ways = {kind: by for kind, by in kept.items() if by != list(default_ways(kind, told))}
        row.quiet_from, row.quiet_until = quiet_from, quiet_until
        row.quiet_on_rest_days, row.digest = quiet_on_rest_days, " ".join(times)
        row.save()
        changes.note("notices", "preferences", name, now, before=before, after=_said(row))
    return row


def staff_news() -> tuple[str, ...]:
    """The kinds of news members of staff hear."""
    return tuple(kind for kind, one in news.NEWS.items() if not one.to_customer)


def bad_hours(quiet_from: str, quiet_until: str) -> Refusal | None:
    """What is wrong with quiet hours, or None."""
    if bool(quiet_from) != bool(quiet_until):
        return refuse_field(
            "half-a-time", "quiet_until" if quiet_from else "quiet_from",
            "安静时段要写起止两个时刻", "quiet hours have a beginning and an end",
        )  # fmt: skip
    for name, text in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        if text and not _HOUR.fullmatch(text):
            return refuse_field("bad-time", name, "应写成 22:00", "written as 22:00")
    return None


def _bad_address(reached: Mapping[str, str]) -> Refusal | None:
    email, wecom = reached.get("email", "").strip(), reached.get("wecom", "").strip()
    if email and addresses.email_in(email) != email:
        return refuse_field(
            "bad-email", "email", "应写成 name@example.com", "written as name@example.com"
        )
    if len(wecom) > 64 or not wecom.isprintable() or " " in wecom:
        return refuse_field(
            "bad-member", "wecom", "应为企业微信的成员账号，至多 64 个字符",
            "the account of a WeCom member, at most 64 characters",
        )  # fmt: skip
    return None


def _bad_times(times: Sequence[str]) -> Refusal | None:
    if len(times) <= MOST_DIGESTS and all(_HOUR.fullmatch(time) for time in times):
        return None
    return refuse_field(
        "bad-time", "digest", f"应写成 09:00 14:00，至多 {MOST_DIGESTS} 个时刻",
        f"written as 09:00 14:00, at most {MOST_DIGESTS} times",
    )  # fmt: skip


def _owed_by_none(chosen: Mapping[str, Sequence[str]], told: Mapping[str, Json]) -> Refusal | None:
    """The organisation says this news goes by some way out, and the person by none of them."""
    there = ways.open_ways()
    for kind in staff_news():
        usual = set(default_ways(kind, told)) & set(ways.TO_PEOPLE) & there
        if kind in chosen and news.NEWS[kind].owed and usual and not set(chosen[kind]) & there:
            return refuse_field(
                "one-way-at-least", kind,
                f"“{news.NEWS[kind].text.zh}”是制度要求您办的，至少留一种方式",
                f"'{news.NEWS[kind].text.en}' is what a policy owes; leave one way at least",
            )  # fmt: skip
    return None


def _said(row: Telling) -> list[dict[str, Json]]:
    names = ("addresses", "ways", "quiet_from", "quiet_until", "quiet_on_rest_days", "digest")
    said = {name: getattr(row, name) for name in names}
    return [{name: value for name, value in said.items() if value}]


# -- The calendar feed ---------------------------------------------------------------------------------


def new_feed(person: int, *, now: int) -> str:
    """The token of a new address for a person's calendar feed; one before no longer works. Kept as a hash."""
    token = secrets.token_urlsafe(24)
    _set_feed(person, _hash(token), "new_feed", now)
    return token


def end_feed(person: int, *, now: int) -> None:
    """No address of the person's feed works any more."""
    _set_feed(person, "", "end_feed", now)


def reader_of_feed(token: str) -> tuple[str, str] | None:
    """Whose feed has this token, and the language they read: an active person, or None."""
    rows = Telling.objects.filter(feed_hash=_hash(token), person__active=True)
    found = rows.values_list("person_id", "person__language").first()
    return (str(found[0]), found[1]) if found else None


def _set_feed(person: int, feed: str, what: str, now: int) -> None:
    with transaction.atomic():
        name = Person.objects.get(pk=person).name
        Telling.objects.update_or_create(person_id=person, defaults={"feed_hash": feed})
        changes.note("notices", what, name, now, after=[{"feed": "yes" if feed else "no"}])


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
