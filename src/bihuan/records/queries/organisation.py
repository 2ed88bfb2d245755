"""Units, people, posts and policies as the organisation pages list them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bihuan.records.models import (
    Absence,
    Event,
    Holding,
    Obligation,
    Person,
    PolicyVersion,
    PublishedYear,
)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post a person holds (or is deputy for) in a unit; `unit` empty: at the top."""

    person_id: str
    person: str
    post: str
    unit: str
    deputy: bool
    from_at: int
    until_at: int | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with their account and what they hold; `away` while an absence lasts."""

    person_id: str
    name: str
    phone: str
    language: str
    active: bool
    username: str  # empty: no account
    invited: bool  # an invitation is open
    is_administrator: bool
    is_auditor: bool
    away: bool
    posts: tuple[HeldPost, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a policy: its state and who signed it."""

    id: int
    code: str
    number: int
    title_zh: str
    title_en: str
    state: str
    in_force_on: date | None
    adopted_at: int | None
    adopted_by: str
    hash: str
    approval: dict[str, str] | None
    withdrawn_because: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the policy that its keeper did: when, by whom, under which version, what it found."""

    at: int
    by: str
    version: str
    findings: str


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of holidays that an administrator loaded."""

    source: str
    year: int
    loaded_at: int
    by: str


def held_posts(now: int) -> tuple[HeldPost, ...]:
    """Every post held now or from a later instant on, by post and unit."""
    rows = (
        Holding.objects.filter(
            Q(until_at=None) | Q(until_at__gt=now), withdrawn_at=None, person__active=True
        )
        .order_by("post", "unit", "deputy", "id")
        .values_list("person_id", "person__name", "post", "unit", "deputy", "from_at", "until_at")
    )
    return tuple(HeldPost(str(row[0]), *row[1:]) for row in rows)


def people(now: int, *, also_left: bool = False) -> tuple[PersonRow, ...]:
    """Everybody by name; those who left only where asked. Three queries however many there are."""
    posts: dict[str, list[HeldPost]] = {}
    for held in held_posts(now):
        posts.setdefault(held.person_id, []).append(held)
    away = set(
        Absence.objects.filter(
            Q(until_at=None) | Q(until_at__gt=now), withdrawn_at=None, from_at__lte=now
        ).values_list("person_id", flat=True)
    )
    found = Person.objects.select_related("user").order_by("-active", "name", "id")
    return tuple(
        PersonRow(
            person_id=str(person.pk),
            name=person.name,
            phone=person.phone,
            language=person.language,
            active=person.active,
            username=person.user.username if person.user else "",
            invited=person.invite_until_at > now and bool(person.invite_hash),
            is_administrator=person.is_administrator,
            is_auditor=person.is_auditor,
            away=person.pk in away,
            posts=tuple(posts.get(str(person.pk), ())),
        )
        for person in (found if also_left else found.filter(active=True))
    )


def versions(code: str = "") -> tuple[VersionRow, ...]:
    """The versions of every policy, or of one, newest first."""
    found = PolicyVersion.objects.defer("text").select_related("adopted_by")
    if code:
        found = found.filter(code=code)
    return tuple(
        VersionRow(
            id=version.pk,
            code=version.code,
            number=version.number,
            title_zh=version.title_zh,
            title_en=version.title_en,
            state=version.state,
            in_force_on=version.in_force_on,
            adopted_at=version.adopted_at,
            adopted_by=version.adopted_by.name if version.adopted_by else "",
            hash=version.hash,
            approval=version.approval,
            withdrawn_because=version.withdrawn_because,
        )
        for version in found.order_by("code", "-number")
    )


def reviews(code: str) -> tuple[Review, ...]:
    """The reviews of a policy done so far, newest first, from the ledgers they were owed in."""
    rows = Event.objects.filter(
        kind="review_policy", case__ledger=True, case__policy_code=code
    ).select_related("case__policy")
    return tuple(
        Review(row.at, row.by, str(row.case.policy.number), str(row.data.get("findings", "")))
        for row in rows.order_by("-at", "-id")
    )


def review_due(code: str) -> int:
    """By when the next review of a policy is owed; 0 where none is open."""
    owed = Obligation.objects.filter(
        act="review_policy", state="open", case__ledger=True, case__policy_code=code
    )
    return owed.order_by("due_at").values_list("due_at", flat=True).first() or 0


def version_text(version_id: int) -> str:
    """The text of a version as it was written, comments kept; empty where there is none."""
    found = PolicyVersion.objects.filter(pk=version_id).values_list("text", flat=True).first()
    return found or ""


def published_years() -> tuple[YearRow, ...]:
    """The years of holidays loaded here, newest first; those shipped are not among them."""
    found = PublishedYear.objects.select_related("by").order_by("-year", "source")
    return tuple(
        YearRow(year.source, year.year, year.loaded_at, year.by.name if year.by else "")
        for year in found
    )
