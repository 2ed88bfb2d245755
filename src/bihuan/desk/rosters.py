"""Duty rosters: who sits in a seat from when until when, before its holders (HOME-7.3d)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from bihuan.desk import worlds
from bihuan.desk.in_force import policies_in_force
from bihuan.desk.organisation import adopted_policies, changing, no_unit, nobody_active
from bihuan.desk.tables import Rejected, Table
from bihuan.engine.calendar import BadTime, Calendar
from bihuan.engine.clock import parse_instant
from bihuan.engine.organisation import Seat, post_of, seat, unit_of
from bihuan.engine.posts import possible_seats
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import Person, Rostering

COPIED_FROM = (28, 35)  # days before: the same weekday of the month before, whatever its length
LONGEST = 62  # days filled at once
_COLUMNS = {
    "day": "day date 日期 值班日期",  # zh: data
    "from": "from 自 开始 开始时间",  # zh: data
    "until": "until to 至 结束 结束时间",  # zh: data
    "post": "post 岗位",  # zh: data
    "unit": "unit 单位 部门",  # zh: data
    "person": "person name who 人员 姓名 值班人 值班员",  # zh: data
}
_NAMED = {name: column for column, names in _COLUMNS.items() for name in names.split()}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")  # zh: data
_HOUR = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")


class Gap(NamedTuple):
    """A rest day on which nobody is rostered for a seat that is to be kept then."""

    place: Seat
    on: date


@dataclass
class Filled:
    """What came of a table of duties: rows taken, taken before, and refused with the reason."""

    added: int = 0
    repeated: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@changing
def roster(
    person: int, post: str, unit: str, from_at: int, until_at: int, *, now: int
) -> Rostering | Refusal:
    """Put a person on duty for a post of a unit from an instant until another.

    Meanwhile the seat is theirs and not its holders'; who is rostered and away gives way to the
    next rostered, then to the holders, then to their deputies (HOME-7.3d).
    """
    wrong = _cannot(person, post, unit, from_at, until_at, now)
    return wrong or _put(person, post, unit, from_at, until_at, now)[0]


@changing
def fill(
    person: int, place: Seat, days: Iterable[date], *, now: int
) -> tuple[Rostering, ...] | Refusal:
    """Put a person on duty for whole days of the seat's calendar; today from now on, never earlier."""
    calendar = calendar_of(post_of(place), now)
    found = sorted(set(days))
    if not found or len(found) > LONGEST:
        return refuse_field(
            "no-days",
            "days",
            f"请选择一至 {LONGEST} 天",
            f"choose between 1 and {LONGEST} days",
        )
    if calendar is None:
        return _no_post(post_of(place))
    made = []
    for on in found:
        from_at, until_at = max(calendar.at(on), now), calendar.end_of_day(on)
        if until_at <= now:
            return refuse_field(
                "in-the-past", "days", f"{on} 已经过去", f"{on} is past; a roster looks ahead"
            )
        wrong = _cannot(person, post_of(place), unit_of(place), from_at, until_at, now)
        if wrong:
            return wrong
        made.append(_put(person, post_of(place), unit_of(place), from_at, until_at, now)[0])
    return tuple(made)


@changing
def strike(rostering: int, *, now: int) -> Rostering | Refusal:
    """Take somebody off duty from now on; what is past stays as it was."""
    found = Rostering.objects.filter(pk=rostering, withdrawn_at=None, until_at__gt=now).first()
    if found is None:
        return refuse_field(
            "not-rostered", "person", "此后没有这一值班", "nobody is rostered so from now on"
        )
    Rostering.objects.filter(pk=found.pk).update(withdrawn_at=now)
    if found.from_at < now:
        Rostering.objects.create(
            person_id=found.person_id, post=found.post, unit=found.unit, from_at=found.from_at,
            until_at=now, known_at=now,
        )  # fmt: skip
    return found


@changing
def copy_month(place: Seat, first: date, *, now: int) -> int | Refusal:
    """Roster the month that begins on `first` as the one before, weekday by weekday; how many duties.

    A day somebody is rostered on already stays as it is; so does what is past.
    """
    calendar = calendar_of(post_of(place), now)
    if calendar is None:
        return _no_post(post_of(place))
    end = _next_month(first)
    before = _believed(calendar.at(first - timedelta(days=COPIED_FROM[-1])), calendar.at(first))
    model = [row for row in before if seat(row.post, row.unit) == place]
    taken = {
        calendar.day_of(row.from_at)
        for row in _believed(calendar.at(first), calendar.at(end))
        if seat(row.post, row.unit) == place
    }
    made = 0
    for row in model:
        began = calendar.day_of(row.from_at)
        for days in COPIED_FROM:
            on = began + timedelta(days=days)
            in_turn = days == COPIED_FROM[0] or on - timedelta(days=COPIED_FROM[0]) >= first
            if not (first <= on < end and in_turn) or on in taken:
                continue
            move = calendar.at(on) - calendar.at(began)
            from_at, until_at = row.from_at + move, row.until_at + move
            if until_at > now and row.person.active:
                made += _put(row.person_id, row.post, row.unit, max(from_at, now), until_at, now)[1]
    if not made:
        return refuse_field(
            "nothing-to-copy",
            "month",
            "上个月没有可照搬的值班，或本月已经排好",
            "the month before has no duties to copy, or this one is rostered already",
        )
    return made


@changing
def take_table(table: Table, *, now: int) -> Filled | Refusal:
    """Roster what a table says, row by row: day (or from and until), post, unit, person by name or id.

    A row that cannot be is refused with its line and taken no notice of; the others are taken.
    """
    columns = {_NAMED.get(name.strip().lower(), ""): name for name in table.columns}
    lacking = [name for name in ("post", "person") if name not in columns]
    if lacking or not ({"day"} & columns.keys() or {"from", "until"} <= columns.keys()):
        return refuse_field(
            "missing-column",
            "file",
            "表中要有：日期(或自、至)、岗位、人员，可有单位",
            "the table needs the columns day (or from and until), post and person; unit if wanted",
        )
    done = Filled(rejected=list(table.rejected))
    for record in table.records:
        cells = {name: record.cells.get(column, "") for name, column in columns.items() if name}
        made = _one(cells, now)
        if isinstance(made, Refusal):
            line = ",".join(record.cells.values())[:200]
            done.rejected.append(Rejected(record.line, made.text, line))
        elif made:
            done.added += 1
        else:
            done.repeated += 1
    done.rejected.sort(key=lambda item: item.line)
    return done


def seats(now: int) -> tuple[Seat, ...]:
    """Every seat of the policies in force that a roster can be made for; those to be kept come first."""
    people = worlds.organisation(now)
    found = {
        place: None
        for version in policies_in_force(now).values()
        for place in possible_seats(worlds.policy_of(version.pk), people)
    }
    kept = _kept(found, now)
    return tuple(sorted(found, key=lambda place: place not in kept))


def gaps(first: date, now: int) -> tuple[Gap, ...]:
    """The rest days of the month from today on with nobody rostered, for the seats to be kept then:
    a post that owes something on holidays, or one that was ever rostered.
    """
    found = []
    for place in sorted(_kept(seats(now), now)):
        calendar = calendar_of(post_of(place), now)
        if calendar is None:
            continue
        rows = [
            row
            for row in _believed(calendar.at(first), calendar.at(_next_month(first)))
            if seat(row.post, row.unit) == place
        ]
        on = max(first, calendar.day_of(now))
        while on < _next_month(first):
            begins, ends = calendar.at(on), calendar.end_of_day(on)
            kept = any(row.from_at < ends and row.until_at > begins for row in rows)
            if not calendar.works(on) and not kept:
                found.append(Gap(place, on))
            on += timedelta(days=1)
    return tuple(found)


def calendar_of(post: str, now: int) -> Calendar | None:
    """The usual calendar of the first policy in force that knows the post."""
    for version in policies_in_force(now).values():
        if post in worlds.policy_of(version.pk).posts:
            return worlds.ruling(version.pk, now).world.calendars["usual"]
    return None


def _kept(places: Iterable[Seat], now: int) -> set[Seat]:
    """The seats somebody is expected in on rest days."""
    owing = {
        row.owes.post
        for version in policies_in_force(now).values()
        for row in worlds.policy_of(version.pk).rhythm
        if row.owes and row.written.startswith("holiday")
    }
    rostered = {
        seat(post, unit)
        for post, unit in Rostering.objects.filter(withdrawn_at=None)
        .values_list("post", "unit")
        .distinct()
    }
    return {place for place in places if post_of(place) in owing or place in rostered}


def _believed(from_at: int, until_at: int) -> Sequence[Rostering]:
    rows = Rostering.objects.filter(withdrawn_at=None, from_at__lt=until_at, until_at__gt=from_at)
    return list(rows.select_related("person").order_by("from_at", "id"))


def _put(
    person: int, post: str, unit: str, from_at: int, until_at: int, now: int
) -> tuple[Rostering, bool]:
    """The duty, and whether it is new."""
    row = {"person_id": person, "post": post, "unit": unit, "until_at": until_at}
    same = Rostering.objects.filter(**row, from_at__lte=from_at, withdrawn_at=None)
    if already := same.first():
        return already, False
    return Rostering.objects.create(**row, from_at=from_at, known_at=now), True


def _cannot(
    person: int, post: str, unit: str, from_at: int, until_at: int, now: int
) -> Refusal | None:
    if refusal := nobody_active(person):
        return refusal
    if not any(post in policy.posts for policy in adopted_policies()):
        return _no_post(post)
    if unit and unit not in worlds.organisation(now).units:
        return no_unit(unit, "unit")
    if until_at <= from_at:
        return refuse_field(
            "ends-before", "until", "结束须晚于开始", "it must end later than it begins"
        )
    return None


def _one(cells: dict[str, Any], now: int) -> bool | Refusal:
    """One row of a table; whether it was new."""
    place = _seat_named(cells.get("post", ""), cells.get("unit", ""), now)
    if isinstance(place, Refusal):
        return place
    person = _person_named(cells.get("person", ""))
    if isinstance(person, Refusal):
        return person
    span = _span(cells, post_of(place), now)
    if isinstance(span, Refusal):
        return span
    from_at, until_at = span
    if until_at <= now:
        return refuse_field("in-the-past", "day", "已经过去", "this is past; a roster looks ahead")
    from_at = max(from_at, now)
    wrong = _cannot(person, post_of(place), unit_of(place), from_at, until_at, now)
    return wrong or _put(person, post_of(place), unit_of(place), from_at, until_at, now)[1]


def _seat_named(post: str, unit: str, now: int) -> Seat | Refusal:
    """The seat of a post by its name or words, in a unit by its code or name."""
    people = worlds.organisation(now)
    codes = [code for code, one in people.units.items() if unit in (code, one.name)]
    if unit and len(codes) != 1:
        return no_unit(unit, "unit")
    named = {
        name
        for version in policies_in_force(now).values()
        for name, one in worlds.policy_of(version.pk).posts.items()
        if post in (name, *one.text)
    }
    places = [
        place
        for place in seats(now)
        if post_of(place) in named and (not unit or unit_of(place) in (codes[0], ""))
    ]
    if len(places) == 1:
        return places[0]
    if not named or not places:
        return _no_post(post)
    return refuse_field(
        "which-unit",
        "unit",
        f"有 {len(places)} 个单位设“{post}”，请写明单位",
        f"{len(places)} units have a '{post}'; say which unit",
    )


def _person_named(name: str) -> int | Refusal:
    rows = Person.objects.filter(active=True).values_list("pk", flat=True)
    found = list(rows.filter(name=name)) or (
        list(rows.filter(pk=int(name))) if name.isdecimal() and len(name) < 10 else []
    )
    if len(found) == 1:
        return found[0]
    if found:
        return refuse_field(
            "which-person",
            "person",
            f"有 {len(found)} 人叫“{name}”，请写编号",
            f"{len(found)} people are called '{name}'; write the number",
        )
    return refuse_field(
        "unknown-person",
        "person",
        f"没有名叫“{name}”的在职人员",
        f"nobody active is called '{name}'",
    )


def _span(cells: dict[str, str], post: str, now: int) -> tuple[int, int] | Refusal:
    """From when until when: a whole day, a day from hour to hour (past midnight), or two instants."""
    calendar = calendar_of(post, now)
    if calendar is None:
        return _no_post(post)
    since, until = cells.get("from", "").strip(), cells.get("until", "").strip()
    try:
        if not cells.get("day"):
            return parse_instant(since), parse_instant(until)
        on = _date(cells["day"])
        if not since and not until:
            return calendar.at(on), calendar.end_of_day(on)
        first, last = _minutes(since or "0:00"), _minutes(until or "24:00")
        return calendar.at(on, first), calendar.at(on, last if last > first else last + 24 * 60)
    except (BadTime, ValueError):
        return refuse_field(
            "bad-time",
            "day",
            "日期应写成 2026-10-01，时间应写成 08:30",
            "a day is written 2026-10-01, an hour 08:30",
        )


def _date(text: str) -> date:
    found = _DAY.fullmatch(" ".join(text.split()))
    if found is None:
        raise ValueError(text)
    return date(*map(int, found.groups()))


def _minutes(text: str) -> int:
    found = _HOUR.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[1]) > 24:
        raise ValueError(text)
    return int(found[1]) * 60 + int(found[2])


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _no_post(post: str) -> Refusal:
    return Refusal(
        "unknown-post",
        Text(f"现行制度都没有岗位“{post}”", f"no policy that was adopted has a post '{post}'"),
        field="post",
    )
