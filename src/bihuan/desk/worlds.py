"""What an act is judged by: a version of a policy, the organisation and the calendars, kept per process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Q

from bihuan.desk import calendars, policy_files
from bihuan.engine.calendar import Calendar, Published, parse_calendar
from bihuan.engine.compile import compile_policy, personal_names, worded_names
from bihuan.engine.library import Library, Version
from bihuan.engine.organisation import Organisation, Seat, Unit, seat
from bihuan.engine.policy import Element, Policy
from bihuan.engine.world import World
from bihuan.records.models.json_text import canonical


class Changes(NamedTuple):
    """Drawn anew when the organisation, calendars or documents change; -1: not set up yet."""

    organisation: int
    calendar: int
    library: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """One version of a policy as it rules now, with what the records need to know of it."""

    version_id: int
    code: str
    number: int
    world: World
    personal: frozenset[str]  # names of fields whose values are sealed
    worded: frozenset[str]  # names of fields that hold words of somebody's own
    counted_sheets: frozenset[str]  # kinds of sheet a common problem opens
    carried_by: Mapping[str, Element] = field(repr=False)

    def clauses(self, row: str, kind: str) -> tuple[str, ...]:
        """The clauses that a row of the policy carries out in cases of that kind."""
        at = self.carried_by.get(row)
        return at.cited(kind) if at else ()


@dataclass(slots=True)
class _Snapshot:
    changes: int
    known_from: int
    known_until: int
    organisation: Organisation


_Made = tuple[Organisation, Mapping[str, Calendar], Library]

# Per process; an entry made under older counts, or outside its time, is made anew.
_lock = Lock()
_policies: dict[int, Policy] = {}
_calendars: dict[tuple[int, int], Mapping[str, Calendar]] = {}
_rulings: dict[int, tuple[_Made, Ruling]] = {}
_libraries: list[tuple[int, Library]] = []
_snapshots: list[_Snapshot] = []


class BrokenPolicyError(Exception):
    """A version in use does not compile: a bug or tampering, since only checked texts are adopted."""


_read: ContextVar[list[Changes] | None] = ContextVar("read", default=None)


@contextmanager
def looked_at_once(seen: Changes | None = None) -> Iterator[None]:
    """Inside, the counts of changes are read once: for a page, which shows how things stand and changes nothing.

    `seen`: the counts, where they were just read.
    """
    token = _read.set([seen] if seen else [])
    try:
        yield
    finally:
        _read.reset(token)


def changes() -> Changes:
    """The present counts of changes, in one query."""
    read = _read.get()
    if read:
        return read[0]
    found = _counted()
    if read is not None:
        read.append(found)
    return found


def _counted() -> Changes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_changes, calendar_changes, library_changes FROM records_site "
            "WHERE id = 1"
        )
        row = cursor.fetchone()
    return Changes(*row) if row else Changes(-1, -1, -1)


def ruling(version_id: int, now: int, seen: Changes | None = None) -> Ruling:
    """The version with the organisation as it is at `now`. `seen`: the counts, where just read."""
    seen = seen or changes()
    people = organisation(now, seen)
    working = _calendars_of(version_id, seen.calendar)
    documents = library(seen)
    kept = _rulings.get(version_id)
    if kept and all(a is b for a, b in zip(kept[0], (people, working, documents), strict=True)):
        return kept[1]
    policy = policy_of(version_id)
    found = Ruling(
        version_id,
        policy.code,
        policy.version,
        World(policy, people, working, documents),
        personal_names(policy),
        worded_names(policy),
        frozenset(duty.opens for duty in policy.owed if duty.when == "counted" and duty.opens),
        _carried(policy),
    )
    _rulings[version_id] = ((people, working, documents), found)
    return found


class Rulings:
    """The versions that histories name."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, int], int] = {}

    def of(self, code: str, number: int, now: int) -> Ruling:
        """That version of that policy."""
        if (code, number) not in self.ids:
            from bihuan.records.models import PolicyVersion

            found = PolicyVersion.objects.values_list("pk", flat=True)
            self.ids[code, number] = found.get(code=code, number=number)
        return ruling(self.ids[code, number], now, self.seen)

    @cached_property
    def seen(self) -> Changes:
        """The counts of changes, read once."""
        return changes()

    def clauses(self, code: str, now: int) -> Callable[[int, str, str], Sequence[str]]:
        """What the rows of the policy's versions carry out."""
        return lambda version, row, kind: self.of(code, version, now).clauses(row, kind)


def organisation(now: int, seen: Changes | None = None) -> Organisation:
    """Who there is at `now`, as far as is known; cached until something changes or an end comes."""
    count = (seen or changes()).organisation
    for kept in _snapshots:
        if kept.changes == count and kept.known_from <= now < kept.known_until:
            return kept.organisation
    with _lock:
        made = _snapshot(now, count)
        _snapshots[:] = [*[kept for kept in _snapshots if kept.changes == count][-7:], made]
    return made.organisation


def library(seen: Changes | None = None) -> Library:
    """The documents published, as known now; cached until something is published or withdrawn."""
    count = (seen or changes()).library
    if _libraries and _libraries[0][0] == count:
        return _libraries[0][1]
    made = library_known()
    _libraries[:] = [(count, made)]
    return made


def library_known(then: int | None = None, code: str = "") -> Library:
    """The documents (or the one) published as known now, or as was known at an earlier instant."""
    from bihuan.records.models import DocumentTerm

    terms = DocumentTerm.objects.select_related("document").order_by("from_at", "id")
    if code:
        terms = terms.filter(document__code=code)
    if then is None:
        terms = terms.filter(withdrawn_at=None)
    else:
        known = Q(withdrawn_at=None) | Q(withdrawn_at__gt=then)
        terms = terms.filter(known, known_at__lte=then)
    found: dict[str, list[Version]] = {}
    for term in terms.defer("document__text"):
        one = term.document
        found.setdefault(one.code, []).append(
            Version(
                one.code,
                one.version,
                one.title,
                tuple(one.topics.split()),
                one.level,
                one.hash,
                term.from_at,
                term.until_at or 0,
                term.copied_at or 0,
            )
        )
    return Library({code: tuple(versions) for code, versions in found.items()})


def policy_of(version_id: int) -> Policy:
    """The compiled policy of a version; its text never changes once adopted."""
    from bihuan.records.models import PolicyVersion

    if version_id not in _policies:
        version = PolicyVersion.objects.get(pk=version_id)
        _policies[version_id] = compiled(version.text, f"{version.code} {version.number}")
    return _policies[version_id]


def compiled(text: str, name: str) -> Policy:
    """The policy of a text that was checked before."""
    node, findings = policy_files.read_nodes(text)
    policy = None
    if node is not None:
        policy, findings = compile_policy(node)
    if policy is None:
        raise BrokenPolicyError(f"{name}: {'; '.join(item.say('en') for item in findings)}")
    return policy


def forget() -> None:
    """Drop everything kept, for a process that turns to another database."""
    _policies.clear()
    _calendars.clear()
    _rulings.clear()
    _snapshots.clear()
    _libraries.clear()


def published_before(source: str, year: int) -> Published | None:
    """What is published of a source for the years before `year`; None where nothing is."""
    return _published(year).get(source)


def skip_locked() -> str:
    """What ends a query by which several workers share rows: each takes what no other holds."""
    return " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""


def _calendars_of(version_id: int, count: int) -> Mapping[str, Calendar]:
    key = (version_id, count)
    if key not in _calendars:
        holidays = _published()
        _calendars[key] = {
            name: parse_calendar(words, holidays)
            for name, words in policy_of(version_id).calendars.items()
        }
    return _calendars[key]


def _published(before: int = 1 << 15) -> dict[str, Published]:
    from bihuan.records.models import PublishedYear

    found: dict[str, Published] = dict(calendars.shipped())
    for row in PublishedYear.objects.filter(year__lt=before).order_by("source", "year"):
        year = calendars.read_calendar(
            canonical(row.data).encode(), f"{row.source}-{row.year}.json"
        )
        known = found.get(row.source)
        found[row.source] = known.followed_by(year) if known else year
    return found


def _snapshot(now: int, count: int) -> _Snapshot:
    from bihuan.records import models

    ends = [0]  # instants at which something begins or ends
    holders: dict[Seat, list[str]] = {}
    deputies: dict[Seat, list[str]] = {}

    def valid(from_at: int, until_at: int | None) -> bool:
        ends.extend((from_at, *(() if until_at is None else (until_at,))))
        return from_at <= now and (until_at is None or now < until_at)

    units = {
        code: Unit(code, name, kind, parent, place, tuple(can.split()))
        for code, name, kind, parent, place, can, from_at, until_at in models.Unit.objects.filter(
            withdrawn_at=None
        )
        .order_by("id")
        .values_list("code", "name", "kind", "parent", "place", "can", "from_at", "until_at")
        if valid(from_at, until_at)
    }
    active = set(models.Person.objects.filter(active=True).values_list("id", flat=True))
    for person, post, unit, deputy, from_at, until_at in (
        models.Holding.objects.filter(withdrawn_at=None)
        .order_by("id")
        .values_list("person_id", "post", "unit", "deputy", "from_at", "until_at")
    ):
        if valid(from_at, until_at) and person in active:
            (deputies if deputy else holders).setdefault(seat(post, unit), []).append(str(person))
    away = [
        str(person)
        for person, from_at, until_at in models.Absence.objects.filter(
            withdrawn_at=None
        ).values_list("person_id", "from_at", "until_at")
        if valid(from_at, until_at)
    ]
    on_duty: dict[Seat, list[str]] = {}
    for person, post, unit, from_at, until_at in (
        models.Rostering.objects.filter(withdrawn_at=None, until_at__gt=now)
        .order_by("id")
        .values_list("person_id", "post", "unit", "from_at", "until_at")
    ):
        if valid(from_at, until_at) and person in active:
            on_duty.setdefault(seat(post, unit), []).append(str(person))
    past = models.Rostering.objects.filter(withdrawn_at=None, until_at__lte=now)
    ends.append(past.aggregate(last=Max("until_at"))["last"] or 0)
    administrator = models.Site.objects.values_list("administrator_id", flat=True).first()
    made = Organisation(
        units=units,
        holders={place: tuple(people) for place, people in holders.items()},
        deputies={place: tuple(people) for place, people in deputies.items()},
        away=frozenset(away),
        administrator=str(administrator) if administrator else "administrator",
        names={str(pk): name for pk, name in models.Person.objects.values_list("id", "name")},
        on_duty={place: tuple(people) for place, people in on_duty.items()},
    )
    until = min((end for end in ends if end > now), default=1 << 62)
    return _Snapshot(count, max(end for end in ends if end <= now), until, made)


def _carried(policy: Policy) -> dict[str, Element]:
    """By the names obligations give their rows: steps.S, sheets.K.S, owed.D, rhythm.D."""
    found = {f"steps.{step.name}": step.at for step in policy.steps}
    for kind in policy.sheets.values():
        found |= {f"sheets.{kind.name}.{step.name}": step.at for step in kind.steps}
    found |= {f"owed.{duty.name}": duty.at for duty in policy.owed}
    found |= {f"rhythm.{duty.name}": duty.at for duty in policy.rhythm}
    found |= {f"keep.{index}": keep.at for index, keep in enumerate(policy.keep)}
    return found
