"""Changes of the organisation: units, who holds which post, deputies, absences; and what is vacant.

Every change is valid from an instant and known from another; nothing is edited, so that the
organisation as known then can be read again. What a change refuses is a value with code and field.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import models as django_models
from django.db import transaction
from django.db.models import Q

from bihuan.desk import changes, perform, worlds
from bihuan.desk.sweep import sweep
from bihuan.engine.case import Act
from bihuan.engine.findings import Finding, Level
from bihuan.engine.nearest import place_of
from bihuan.engine.organisation import Organisation, Seat, post_of, seat, unit_of
from bihuan.engine.organisation import Unit as UnitThen
from bihuan.engine.policy import Policy, Post
from bihuan.engine.posts import possible_seats
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import (
    Absence,
    Case,
    Holding,
    Obligation,
    Person,
    PolicyVersion,
    Rostering,
    Site,
    Unit,
)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
BATCH = 200

_P = ParamSpec("_P")
_R = TypeVar("_R")


def site() -> Site:
    """The row of this installation, made when it is not there yet."""
    return Site.objects.get_or_create(pk=1)[0]


def stamp(*, calendars: bool = False, library: bool = False) -> None:
    """Say that the organisation (or published calendars, or documents) changed: what is cached is stale."""
    site()
    drawn = secrets.randbits(62) + 1
    if calendars:
        Site.objects.filter(pk=1).update(calendar_changes=drawn)
    elif library:
        Site.objects.filter(pk=1).update(library_changes=drawn)
    else:
        Site.objects.filter(pk=1).update(organisation_changes=drawn)


def snapshot(at: int, *, as_known_at: int | None = None) -> Organisation:
    """Who there was at `at`, as known now, or as was known at another instant."""
    if as_known_at is None:
        return worlds.organisation(at)
    known = Q(known_at__lte=as_known_at) & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_known_at))
    rows = known & Q(from_at__lte=at) & (Q(until_at=None) | Q(until_at__gt=at))
    holders: dict[Seat, list[str]] = {}
    deputies: dict[Seat, list[str]] = {}
    for holding in Holding.objects.filter(rows).order_by("id"):
        kept = deputies if holding.deputy else holders
        kept.setdefault(seat(holding.post, holding.unit), []).append(str(holding.person_id))
    on_duty: dict[Seat, list[str]] = {}
    for one in Rostering.objects.filter(rows).order_by("id"):
        on_duty.setdefault(seat(one.post, one.unit), []).append(str(one.person_id))
    return Organisation(
        units={
            unit.code: UnitThen(
                unit.code, unit.name, unit.kind, unit.parent, unit.place, tuple(unit.can.split())
            )
            for unit in Unit.objects.filter(rows).order_by("id")
        },
        holders={place: tuple(people) for place, people in holders.items()},
        deputies={place: tuple(people) for place, people in deputies.items()},
        away=frozenset(str(away.person_id) for away in Absence.objects.filter(rows)),
        administrator=worlds.organisation(at).administrator,
        names={str(person.pk): person.name for person in Person.objects.all()},
        on_duty={place: tuple(people) for place, people in on_duty.items()},
    )


def root(organisation: Organisation) -> str:
    """The code of the unit at the top; empty before the first unit."""
    return next((unit.code for unit in organisation.units.values() if not unit.parent), "")


def adopted_policies() -> tuple[Policy, ...]:
    """The newest version of every policy that was adopted, whether in force already or not."""
    newest: dict[str, int] = {}
    states = (PolicyVersion.State.ADOPTED, PolicyVersion.State.APPROVED)
    for version in PolicyVersion.objects.filter(state__in=states).order_by("number"):
        newest[version.code] = version.pk
    return tuple(worlds.policy_of(pk) for pk in newest.values())


def unit_kinds() -> dict[str, tuple[Post, ...]]:
    """The kinds of unit the adopted policies know, each with the posts every such unit has one of."""
    found: dict[str, dict[str, Post]] = {}
    for policy in adopted_policies():
        for post in policy.posts.values():
            if post.of:
                found.setdefault(post.of, {})[post.name] = post
    return {kind: tuple(posts.values()) for kind, posts in found.items()}


# -- Changes ---------------------------------------------------------------------------------------


def changing(does: Callable[_P, _R]) -> Callable[_P, _R]:
    """All of it or nothing; what is cached goes stale; open cases it touches are settled again.

    A change takes `at`, when it is valid from, and `now`, when it became known. What fell due before
    it is worked off first, so that it lapses under the staff of its day.
    """

    @wraps(does)
    def changed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        now = int(str(kwargs["now"]))
        sweep(now)
        with transaction.atomic():
            Site.objects.select_for_update().get(pk=site().pk)
            before = worlds.organisation(now)
            known = changes.dated_rows(now)
            done = does(*args, **kwargs)
            if not isinstance(done, Refusal):
                changes.note_rows(does.__name__, known, now)
                stamp()
        if not isinstance(done, Refusal):
            settle_again(before, worlds.organisation(now), now)
        return done

    return changed


@changing
def add_unit(
    code: str, name: str, kind: str, parent: str = "", *, at: int | None = None, now: int
) -> Unit | Refusal:
    """Add a unit below `parent`; only the first unit stands at the top. `at`: valid from."""
    organisation = worlds.organisation(now)
    if not CODE.fullmatch(code):
        return refuse_field(
            "bad-code",
            "code",
            "代码由字母、数字、“-”和“_”组成，至多 60 个字符",
            "a code consists of letters, digits, '-' and '_', at most 60",
        )
    if Unit.objects.filter(code=code).exists():
        return refuse_field(
            "code-taken", "code", f"代码“{code}”已用过", f"the code '{code}' is taken"
        )
    if not name.strip():
        return refuse_field("no-name", "name", "缺少名称", "the name is missing")
    if not kind.strip():
        return refuse_field("no-kind", "kind", "缺少种类", "the kind is missing")
    if parent and parent not in organisation.units:
        return no_unit(parent, "parent")
    top = root(organisation)
    if not parent and top:
        return refuse_field(
            "second-root",
            "parent",
            f"须说明上级单位；最上级是“{organisation.units[top].name}”",
            f"say which unit it belongs to; '{organisation.units[top].name}' is at the top",
        )
    since = now if at is None else at
    return Unit.objects.create(
        code=code, name=name.strip(), kind=kind.strip(), parent=parent, from_at=since, known_at=now
    )


@changing
def rename(code: str, name: str, *, at: int | None = None, now: int) -> Unit | Refusal:
    """Give a unit another name from `at` on."""
    if not name.strip():
        return refuse_field("no-name", "name", "缺少名称", "the name is missing")
    return _succeeded(code, at, now, name=name.strip())


@changing
def locate(
    code: str, place: str, can: str = "", *, at: int | None = None, now: int
) -> Unit | Refusal:
    """Say where a unit is ("latitude, longitude") and which kinds of case it can do (names with
    spaces between, empty for all), from `at` on.
    """
    if place_of(place) is None:
        return refuse_field(
            "bad-place",
            "place",
            "位置应写成“纬度，经度”，如 31.23,121.47",
            "a place is written 'latitude,longitude', as 31.23,121.47",
        )
    known = {kind for policy in adopted_policies() for kind in policy.kinds}
    for kind in can.split():
        if kind not in known:
            return refuse_field(
                "unknown-kind",
                "can",
                f"现行制度没有叫“{kind}”的类别",
                f"no policy in force has a kind of case called '{kind}'",
            )
    return _succeeded(code, at, now, place=place, can=" ".join(can.split()))


@changing
def move(code: str, parent: str, *, at: int | None = None, now: int) -> Unit | Refusal:
    """Put a unit below another one from `at` on; never below itself."""
    organisation = worlds.organisation(now)
    if parent not in organisation.units:
        return no_unit(parent, "parent")
    if organisation.within(parent, code):
        return refuse_field(
            "cycle",
            "parent",
            f"“{organisation.units[parent].name}”就在其下，不能作其上级",
            f"'{organisation.units[parent].name}' is below it and cannot be above it too",
        )
    return _succeeded(code, at, now, parent=parent)


@changing
def close_unit(code: str, *, at: int | None = None, now: int) -> Unit | Refusal:
    """End a unit; it may have no units below it and no holders of posts any more."""
    organisation = worlds.organisation(now)
    if any(unit.parent == code for unit in organisation.units.values()):
        return refuse_field(
            "has-units",
            "code",
            "其下还有单位，请先移走",
            "there are units below it; move them first",
        )
    if any(unit_of(place) == code for place in organisation.known):
        return refuse_field(
            "has-posts",
            "code",
            "还有人任职于此，请先结束任职",
            "there are posts held in it; end these first",
        )
    return _succeeded(code, at, now, until_at=now if at is None else at)


@changing
def hold(
    person: int,
    post: str,
    unit: str = "",
    *,
    deputy: bool = False,
    at: int | None = None,
    until: int | None = None,
    now: int,
) -> Holding | Refusal:
    """Give a person a post in a unit from `at` on (until `until`), or make them deputy for it.

    A post that units of a kind have one each of needs a unit of that kind; any other held in the
    unit at the top counts as held at the top.
    """
    organisation = worlds.organisation(now)
    if refusal := nobody_active(person):
        return refusal
    posts = [found for policy in adopted_policies() if (found := policy.posts.get(post))]
    if not posts:
        return refuse_field(
            "unknown-post",
            "post",
            f"现行制度都没有岗位“{post}”",
            f"no policy that was adopted has a post '{post}'",
        )
    if unit and unit not in organisation.units:
        return no_unit(unit, "unit")
    kinds = {found.of for found in posts}
    kind = organisation.units[unit].kind if unit else ""
    if kind not in kinds and "" not in kinds:
        wanted = "、".join(sorted(kinds)), ", ".join(sorted(kinds))
        return refuse_field(
            "wrong-kind",
            "unit",
            f"“{posts[0].text.zh}”每个{wanted[0]}一名，应选种类为{wanted[0]}的单位",
            f"each {wanted[1]} has its '{posts[0].text.en}'; choose a unit of that kind",
        )
    if kind not in kinds and unit == root(organisation):
        unit = ""
    since = now if at is None else at
    if until is not None and until <= since:
        return refuse_field(
            "ends-before", "until", "结束须晚于开始", "it must end later than it begins"
        )
    same = _believed(Holding, since).filter(person_id=person, post=post, unit=unit, deputy=deputy)
    if already := same.first():
        return already
    return Holding.objects.create(
        person_id=person,
        post=post,
        unit=unit,
        deputy=deputy,
        from_at=since,
        until_at=until,
        known_at=now,
    )


def name_deputy(
    person: int, post: str, unit: str = "", *, at: int | None = None, now: int
) -> Holding | Refusal:
    """Name who stands in for a post while its holder is away or it is vacant."""
    return hold(person, post, unit, deputy=True, at=at, now=now)


@changing
def end_holding(
    person: int,
    post: str,
    unit: str = "",
    *,
    deputy: bool = False,
    at: int | None = None,
    now: int,
) -> Holding | Refusal:
    """End what `hold` began, at `at`."""
    since = now if at is None else at
    if unit and unit == root(worlds.organisation(now)):
        unit_codes: tuple[str, ...] = (unit, "")
    else:
        unit_codes = (unit,)
    held = _believed(Holding, since).filter(
        person_id=person, post=post, unit__in=unit_codes, deputy=deputy
    )
    found = held.order_by("id").first()
    if found is None:
        return refuse_field(
            "not-held",
            "post",
            "此人此时没有这一任职",
            "this person does not hold this post then",
        )
    return _ended(found, since, now)


@changing
def absence(
    person: int, from_at: int, until_at: int | None = None, *, now: int
) -> Absence | Refusal:
    """Note that a person is away; meanwhile the deputies of their posts act."""
    if refusal := nobody_active(person):
        return refusal
    if until_at is not None and until_at <= from_at:
        return refuse_field(
            "ends-before", "until", "结束须晚于开始", "it must end later than it begins"
        )
    return Absence.objects.create(
        person_id=person, from_at=from_at, until_at=until_at, known_at=now
    )


@changing
def end_absence(person: int, *, at: int | None = None, now: int) -> Absence | Refusal:
    """Note that a person is back from `at` on."""
    since = now if at is None else at
    found = _believed(Absence, since).filter(person_id=person).order_by("id").first()
    if found is None:
        return refuse_field(
            "not-away", "person", "此人此时没有缺勤", "this person is not away then"
        )
    return _ended(found, since, now)


@changing
def end_all_holdings(person: int, *, at: int | None = None, now: int) -> int:
    """End every post a person holds or is deputy for; how many there were."""
    since = now if at is None else at
    held = list(_believed(Holding, since).filter(person_id=person))
    for found in held:
        _ended(found, since, now)
    return len(held)


_Dated = TypeVar("_Dated", Unit, Holding, Absence)


def _believed(model: type[_Dated], at: int) -> "django_models.QuerySet[_Dated]":
    """The rows that hold at `at` or begin later, as believed now."""
    return model.objects.filter(Q(until_at=None) | Q(until_at__gt=at), withdrawn_at=None)


def _succeeded(code: str, at: int | None, now: int, **new: str | int) -> Unit | Refusal:
    """The unit as it is from `at` on; what was believed about the time after is withdrawn."""
    since = now if at is None else at
    found = _believed(Unit, since).filter(code=code).order_by("from_at", "id").last()
    if found is None:
        return no_unit(code, "code")
    if "until_at" in new:
        return _ended(found, since, now)
    first = found.from_at
    _ended(found, since, now)
    return Unit.objects.create(
        **{
            "code": found.code,
            "name": found.name,
            "kind": found.kind,
            "parent": found.parent,
            "place": found.place,
            "can": found.can,
            "from_at": max(since, first),
            "known_at": now,
            **new,
        }
    )


def _ended(found: _Dated, at: int, now: int) -> _Dated:
    """Believe from now on that the row ends at `at`; what began later never was."""
    model = type(found)
    model.objects.filter(pk=found.pk).update(withdrawn_at=now)
    found.withdrawn_at = now
    if found.from_at < at:
        kept = dict(model.objects.filter(pk=found.pk).values().get())
        kept |= {"id": None, "until_at": at, "known_at": now, "withdrawn_at": None}
        return model.objects.create(**kept)
    return found


def nobody_active(person: int) -> Refusal | None:
    """The refusal where nobody who is active has that number; None where somebody has."""
    if Person.objects.filter(pk=person, active=True).exists():
        return None
    return refuse_field(
        "unknown-person",
        "person",
        f"没有编号为“{person}”的在职人员",
        f"nobody active has the number '{person}'",
    )


def no_unit(code: str, field: str) -> Refusal:
    return refuse_field(
        "unknown-unit",
        field,
        f"没有代码为“{code}”的单位",
        f"there is no unit with the code '{code}'",
    )


# -- Open cases after a change ---------------------------------------------------------------------


def settle_again(before: Organisation, after: Organisation, now: int) -> int:
    """Settle the open cases whose bearers may have changed; how many there were.

    A seat passing from one holder to another moves nothing: debts are the seat's. What matters is a
    seat that came or went, a unit that moved, or a holder who is the person complained about.
    """
    posts = {post_of(place) for place in before.known ^ after.known}
    units = {
        code
        for code in before.units.keys() | after.units.keys()
        if code in before.units
        and (code not in after.units or before.units[code].parent != after.units[code].parent)
    }
    people = _moved_people(before, after)
    if not (posts or units or people):
        return 0
    touched = Q(pk__in=[])
    if posts:
        owing = Obligation.objects.filter(post__in=posts, state="open")
        touched |= Q(pk__in=owing.values("case"))
    if units:
        below = {
            code
            for organisation in (before, after)
            for code in organisation.units
            if units.intersection(organisation.ancestors(code))
        }
        touched |= Q(unit__in=below) | Q(about_unit__in=below)
    if people:
        # Who is below the person complained about may have changed with any holder.
        touched |= ~Q(about_person="")
    open_cases = Case.objects.filter(touched, is_open=True).order_by("pk")
    return _by_system("resettle", open_cases.values_list("pk", "number"), now)


def settle_what_came_true(now: int) -> int:
    """Settle open cases for every change dated ahead whose instant has come; how many there were.

    Known changes that begin or end between the last such look and `now` are taken in their order.
    """
    since = site().settled_until_at
    if since == 0:
        Site.objects.filter(pk=1).update(settled_until_at=now)
        return 0
    instants: set[int] = set()
    for model in (Unit, Holding, Absence, Rostering):
        for name in ("from_at", "until_at"):
            rows = model.objects.filter(
                withdrawn_at=None, **{f"{name}__gt": since, f"{name}__lte": now}
            )
            instants.update(rows.values_list(name, flat=True))
    settled = 0
    for at in sorted(instants):
        settled += settle_again(worlds.organisation(at - 1), worlds.organisation(at), now)
    Site.objects.filter(pk=1, settled_until_at=since).update(settled_until_at=now)
    return settled


def recompute_provisional(now: int) -> int:
    """Compute the provisional due times of open cases again, after a year was published."""
    owing = Obligation.objects.filter(provisional=True, state="open")
    open_cases = Case.objects.filter(pk__in=owing.values("case")).order_by("pk")
    return _by_system("recompute", open_cases.values_list("pk", "number"), now)


def _by_system(act: str, cases: "django_models.QuerySet[Case, tuple[int, str]]", now: int) -> int:
    """Do an act of the system on each of the cases, some at a time, each in its own transaction."""
    done, last = 0, 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        for key, number in batch:
            perform.perform(Act(act, "system", now), case_number=number, now=now)
            last = key
        done += len(batch)
    return done


def _moved_people(before: Organisation, after: Organisation) -> set[str]:
    return {
        person
        for place in before.known | after.known
        for person in {*before.holders.get(place, ())} ^ {*after.holders.get(place, ())}
    }


# -- What is vacant --------------------------------------------------------------------------------


def vacancies(policy: Policy, organisation: Organisation) -> tuple[Finding, ...]:
    """What the organisation lacks for the policy: holders, deputies, units, different people.

    A seat nobody holds or stands in for is a warning (the administrator acts for it), one without a
    deputy a note.
    """
    found: list[Finding] = []
    kinds = {unit.kind for unit in organisation.units.values()}
    found += [
        _finding(
            Level.WARNING,
            "no-unit-of-kind",
            post,
            f"还没有种类为“{post.of}”的单位，“{post.text.zh}”无处可设",
            f"there is no unit of the kind '{post.of}' yet, so there is no '{post.text.en}'",
        )
        for post in policy.posts.values()
        if post.of and post.of not in kinds
    ]
    for place in possible_seats(policy, organisation):
        post = policy.posts[post_of(place)]
        unit = organisation.units.get(unit_of(place))
        plain = Text(f"“{post.text.zh}”", f"'{post.text.en}'")
        zh, en = Text(f"{unit.name}的{plain.zh}", f"{plain.en} of {unit.name}") if unit else plain
        if organisation.is_vacant(place):
            found.append(
                _finding(
                    Level.WARNING,
                    "vacant-post",
                    post,
                    f"{zh}空缺，由管理员代理",
                    f"{en} is vacant; the administrator acts for it",
                )
            )
        elif not organisation.holders.get(place):
            found.append(
                _finding(
                    Level.WARNING,
                    "no-holder",
                    post,
                    f"{zh}只有代理人",
                    f"{en} has a deputy but no holder",
                )
            )
        elif not organisation.deputies.get(place) and len(organisation.holders[place]) == 1:
            found.append(
                _finding(Level.NOTE, "no-deputy", post, f"{zh}没有代理人", f"{en} has no deputy")
            )
    for pair in policy.never_the_same:
        found.extend(_too_few(pair, policy, organisation))
    return tuple(found)


def _too_few(pair: Iterable[str], policy: Policy, organisation: Organisation) -> Iterable[Finding]:
    """Posts whose duties must lie with different people, and that the same people hold."""
    posts = [policy.posts[name] for name in pair if name in policy.posts]
    people = [
        {
            person
            for place in possible_seats(policy, organisation)
            if post_of(place) == post.name
            for person in organisation.holders.get(place, ())
        }
        for post in posts
    ]
    if all(people) and len(set().union(*people)) < len(posts):
        yield _finding(
            Level.WARNING,
            "too-few-people",
            posts[0],
            f"{'、'.join(post.text.zh for post in posts)}应由不同的人担任，现在人手不够",
            f"{', '.join(post.text.en for post in posts)} must be different people; there are too few",
        )


def _finding(level: Level, code: str, post: Post, zh: str, en: str) -> Finding:
    return Finding(
        level, code, Text(zh, en), post.at.place, post.at.clauses, post.at.line, post.at.column
    )
