"""Takes units and people over from the organisation's directory: a table, LDAP or SCIM, again and again.

Whoever is taken over is known by the id the directory calls them by, so that the same list a second
time changes nothing. What a directory does not say stays as it is. Nobody is deleted: who left has
their posts and account ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bihuan.desk import addresses, changes, organisation, people
from bihuan.desk.tables import Record, Table
from bihuan.engine.organisation import seat
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import Holding, Person, Telling, Unit

# By our name, what a column may be called.
COLUMNS = {
    "id": "id directory_id uid employeenumber 编号 工号",  # zh: data
    "name": "name displayname cn 姓名",  # zh: data
    "username": "username login samaccountname 用户名 账号",  # zh: data
    "phone": "phone mobile telephone 手机 电话",  # zh: data
    "email": "email mail 邮箱 电子邮件",  # zh: data
    "language": "language 语言",  # zh: data
    "posts": "posts 岗位",  # zh: data
    "active": "active 在职",  # zh: data
}
UNIT_COLUMNS = {
    "code": "code 代码",  # zh: data
    "name": "name 名称",  # zh: data
    "kind": "kind 种类",  # zh: data
    "parent": "parent 上级",  # zh: data
}
_NO = frozenset({"no", "false", "0", "否", "离职"})  # zh: data
ADDED, CHANGED, SAME, ENDED, REFUSED = "added", "changed", "same", "ended", "refused"
SAID = {
    ADDED: Text("新增", "added"),
    CHANGED: Text("已更新", "changed"),
    SAME: Text("无变化", "unchanged"),
    ENDED: Text("已停用", "ended"),
    REFUSED: Text("未采用", "refused"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one row: its line in the file (0: not from one), whom it is about, why not."""

    line: int
    what: str
    about: str
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as a directory lists them; None: it does not say.

    `back`: it says in so many words that they are active, which brings somebody who left back.
    """

    id: str
    name: str
    username: str = ""
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    posts: frozenset[str] | None = None  # POST@UNIT
    active: bool = True
    back: bool = False


def take_table(
    table: Table, *, leave: bool = False, dry_run: bool = False, now: int
) -> tuple[Line, ...] | Refusal:
    """Take units or people over from a table; what came of each row. `dry_run`: nothing is kept of it.

    `leave`: people of the directory who are not in the list have left.
    """
    known = {name.casefold() for name in table.columns}
    units = bool(known & set(UNIT_COLUMNS["code"].split()))
    named = _named(table.columns, UNIT_COLUMNS if units else COLUMNS)
    missing = [
        name for name in (("code", "name") if units else ("id", "name")) if name not in named
    ]
    if missing:
        columns = UNIT_COLUMNS if units else COLUMNS
        return refuse_field(
            "no-column", missing[0],
            f"缺少一栏：{columns[missing[0]].replace(' ', '、')} 任一名称",
            f"a column is missing; it may be called {columns[missing[0]].replace(' ', ', ')}",
        )  # fmt: skip
    broken = tuple(Line(row.line, REFUSED, row.content, row.reason) for row in table.rejected)
    with transaction.atomic():
        if units:
            made = tuple(_row_of_unit(one, named, now) for one in table.records)
        else:
            made = take_people(
                ((one.line, _person_in(one, named)) for one in table.records), leave=leave, now=now
            )
        if dry_run:
            transaction.set_rollback(True)
    return tuple(sorted((*broken, *made), key=lambda one: one.line or 1 << 30))


def take_people(
    listed: Iterable[tuple[int, Listed | Refusal]], *, leave: bool = False, now: int
) -> tuple[Line, ...]:
    """Take people over, each for themselves; with `leave`, end who is of the directory and not listed."""
    found: list[Line] = []
    seen: set[str] = set()
    for line, one in listed:
        if isinstance(one, Refusal):
            found.append(Line(line, REFUSED, one.field, one.text))
            continue
        done = take_person(one, now=now)
        seen.add(one.id)
        if isinstance(done, Refusal):
            found.append(Line(line, REFUSED, one.name or one.id, done.text))
        else:
            found.append(Line(line, done[0], one.name))
    if leave:
        gone = Person.objects.filter(active=True).exclude(directory_id="")
        for person in gone.exclude(directory_id__in=seen).order_by("id"):
            ended = people.deactivate(person.pk, now=now)
            why = ended.text if isinstance(ended, Refusal) else None
            found.append(Line(0, REFUSED if why else ENDED, person.name, why))
    return tuple(found)


def take_person(one: Listed, *, now: int) -> tuple[str, int] | Refusal:
    """Bring one person to what the directory says: what was done, and their number; all of it or nothing."""
    with transaction.atomic():
        done = _taken(one, now)
        if isinstance(done, Refusal):
            transaction.set_rollback(True)
    return done


def _taken(one: Listed, now: int) -> tuple[str, int] | Refusal:
    if not 0 < len(one.id) <= 120 or not one.id.isprintable():
        return refuse_field(
            "no-id", "id", "缺少编号，至多 120 字", "the id is missing, at most 120 characters"
        )
    if one.email and addresses.email_in(one.email) != one.email:
        return refuse_field(
            "bad-email", "email", "应写成 name@example.com", "written as name@example.com"
        )
    person = _known(one)
    if person is None and not one.active:
        return SAME, 0
    if person is None:
        made = people.create_person(
            one.name, username=one.username, phone=one.phone or "",
            language=one.language or "zh-hans", now=now,
        )  # fmt: skip
        if isinstance(made, Refusal):
            return made
        person, what = made[0], ADDED
    else:
        what = SAME
    if person.directory_id != one.id:
        Person.objects.filter(pk=person.pk).update(directory_id=one.id)
        what = what if what == ADDED else CHANGED
    if not one.active:
        return _ended(person, now)
    done = _corrected(person, one, now)
    if isinstance(done, Refusal):
        return done
    return (what if what == ADDED or not done else CHANGED), person.pk


def _known(one: Listed) -> Person | None:
    found = Person.objects.filter(directory_id=one.id).order_by("-active", "id").first()
    if found is None and one.username:
        same = Person.objects.filter(user__username__iexact=one.username, directory_id="")
        found = same.first()
    return found


def _ended(person: Person, now: int) -> tuple[str, int] | Refusal:
    if not person.active:
        return SAME, person.pk
    done = people.deactivate(person.pk, now=now)
    return done if isinstance(done, Refusal) else (ENDED, person.pk)


def _corrected(person: Person, one: Listed, now: int) -> bool | Refusal:
    """Whether anything of an active person had to be brought to what the directory says."""
    back = not person.active
    if back and not one.back:
        return refuse_field(
            "left", "id", "此人已离职；如返回，请注明在职，或在人员页重新启用",
            "this person left; say that they are active, or let them come back on their page",
        )  # fmt: skip
    if back:
        people.reactivate(person.pk, now=now)
        person.refresh_from_db()
    told = {
        "name": one.name.strip(),
        "phone": person.phone if one.phone is None else one.phone.strip()[:40],
        "language": one.language or person.language,
    }
    changed = told != {name: getattr(person, name) for name in told}
    if changed:
        made = people.change_person(person.pk, **told, now=now)
        if isinstance(made, Refusal):
            return made
    changed |= _mailed(person, one.email, now)
    posts = _posted(person, one.posts, now)
    return posts if isinstance(posts, Refusal) else back or changed or posts


def _mailed(person: Person, email: str | None, now: int) -> bool:
    row = Telling.objects.filter(person=person).first()
    had = row.addresses.get("email", "") if row else ""
    if email is None or email == had:
        return False
    told: Any = {**(row.addresses if row else {}), "email": email}
    Telling.objects.update_or_create(person=person, defaults={"addresses": told})
    changes.note(
        "people", "email", person.name, now, before=[{"email": had}], after=[{"email": email}]
    )
    return True


def _posted(person: Person, posts: frozenset[str] | None, now: int) -> bool | Refusal:
    if posts is None:
        return False
    held = posts_of(person.pk, now)
    for place in sorted(posts - held):
        post, _at, unit = place.partition("@")
        made = organisation.hold(person.pk, post, unit, now=now)
        if isinstance(made, Refusal):
            return made
    for place in sorted(held - posts):
        post, _at, unit = place.partition("@")
        ended = organisation.end_holding(person.pk, post, unit, now=now)
        if isinstance(ended, Refusal):
            return ended
    return posts != held


def posts_of(person: int, now: int) -> frozenset[str]:
    """The posts a person holds, not as deputy, as POST@UNIT."""
    rows = Holding.objects.filter(
        person_id=person, deputy=False, withdrawn_at=None, from_at__lte=now
    )
    found = rows.values_list("post", "unit", "until_at")
    return frozenset(
        seat(post, unit) for post, unit, until in found if until is None or now < until
    )


# -- Rows ------------------------------------------------------------------------------------------


def _named(columns: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """By our name, the column of the table."""
    there = {column.strip().casefold(): column for column in columns}
    return {
        name: there[called]
        for name, words in known.items()
        for called in words.split()
        if called in there
    }


def _person_in(row: Record, named: Mapping[str, str]) -> Listed | Refusal:
    cells = {name: row.cells.get(column, "").strip() for name, column in named.items()}
    language = cells.get("language", "").casefold()
    if language and language not in people.LANGUAGES:
        return refuse_field("bad-language", "language", "语言应为 zh-hans 或 en", "zh-hans or en")
    posts = cells.get("posts")
    return Listed(
        id=cells.get("id", ""),
        name=cells.get("name", ""),
        username=cells.get("username", ""),
        phone=cells.get("phone"),
        email=cells.get("email"),
        language=language or None,
        posts=None if posts is None else seats_in(posts),
        active=cells.get("active", "").casefold() not in _NO,
        back=cells.get("active", "").casefold() not in {"", *_NO},
    )


def seats_in(text: str) -> frozenset[str]:
    """`service_desk; floor_manager@f2` as POST@UNIT each."""
    parts = text.replace("；", ";").replace(",", ";").split(";")
    return frozenset(seat(*_halves(part)) for part in parts if part.strip())


def _halves(place: str) -> tuple[str, str]:
    post, _at, unit = place.strip().partition("@")
    return post.strip(), unit.strip()


def _row_of_unit(row: Record, named: Mapping[str, str], now: int) -> Line:
    cells = {name: row.cells.get(column, "").strip() for name, column in named.items()}
    code, name = cells.get("code", ""), cells.get("name", "")
    done = _unit(code, name, cells.get("kind", ""), cells.get("parent"), now)
    if isinstance(done, Refusal):
        return Line(row.line, REFUSED, name or code, done.text)
    return Line(row.line, done, name)


def _unit(code: str, name: str, kind: str, parent: str | None, now: int) -> str | Refusal:
    row = Unit.objects.filter(code=code, withdrawn_at=None, until_at=None).order_by("-id").first()
    if row is None:
        made = organisation.add_unit(code, name, kind, parent or "", now=now)
        return made if isinstance(made, Refusal) else ADDED
    what = SAME
    if name and name != row.name:
        renamed = organisation.rename(code, name, now=now)
        if isinstance(renamed, Refusal):
            return renamed
        what = CHANGED
    if parent and parent != row.parent:
        moved = organisation.move(code, parent, now=now)
        if isinstance(moved, Refusal):
            return moved
        what = CHANGED
    return what
