"""The one place that decides who sees what: viewers, masked contact data, and the log of looks."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from bihuan.desk import worlds
from bihuan.desk.in_force import policies_in_force
from bihuan.engine.case import Case as State
from bihuan.engine.organisation import Organisation, Seat, post_of, unit_of
from bihuan.engine.policy import Policy, Who
from bihuan.engine.posts import ladder, possible_seats
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Case, Disclosure, Obligation, Person
from bihuan.records.queries.visibility import Line, Reach, Viewer, facts_of, reach, visible_cases

# Whoever takes the complaint in: the posts that owe the first acts of a case.
INTAKE_ACTS = frozenset({"acknowledge", "classify", "confirm_return", "review_return"})
# Who now owes one of these needs to reach the customer.
CONTACT_ACTS = frozenset(
    {
        "acknowledge",
        "ask_missing",
        "confirm",
        "confirm_return",
        "contact",
        "follow_up",
        "make_appointment",
        "respond",
        "visit_shopper",
    }
)
EXPORTED = "exported"  # the reason in the log where contact data left in a file
_PHONE = re.compile(
    r"(?<!\d)(\+?86[- ]?)?(1\d{10}|0\d{2,3}[- ]?\d{7,8}|[48]00[- ]?\d{3}[- ]?\d{4})(?!\d)"
)
_MAIL = re.compile(r"([A-Za-z0-9._%+-]+)@([A-Za-z0-9.-]+)")
_DIGITS = re.compile(r"\d(?:[- ]?\d){5,}")
_DOUBLE_SURNAMES = frozenset(
    first + second
    for first, second in zip(
        "欧司上诸东皇尉公令慕司夏宇长端独南百",  # zh: data
        "阳马官葛方甫迟孙狐容徒侯文孙木孤宫里",  # zh: data
        strict=True,
    )
)


# -- Viewers ---------------------------------------------------------------------------------------


MOST_KEPT = 2000
_viewers: dict[str, tuple[Organisation, Viewer]] = {}


def viewer(person_id: str, now: int) -> Viewer:
    """Who this person is as a reader at `now`; somebody unknown or inactive sees nothing.

    Kept per process until the organisation changes; then one query.
    """
    seen = worlds.changes()
    organisation = worlds.organisation(now, seen)
    policies = {
        code: worlds.policy_of(version.pk) for code, version in policies_in_force(now, seen).items()
    }
    kept = _viewers.get(person_id)
    if kept and kept[0] is organisation and kept[1].lines.keys() == policies.keys():
        return kept[1]
    made = _viewer(person_id, organisation, policies)
    if len(_viewers) >= MOST_KEPT:
        _viewers.clear()
    _viewers[person_id] = (organisation, made)
    return made


def _viewer(person_id: str, organisation: Organisation, policies: Mapping[str, Policy]) -> Viewer:
    person = (
        Person.objects.filter(pk=int(person_id), active=True).first()
        if person_id.isdecimal() and len(person_id) < 19
        else None
    )
    if person is None:
        return Viewer(person_id)
    lines = {code: _line(person_id, policy, organisation) for code, policy in policies.items()}
    units = {unit_of(place) for place in organisation.own_seats(person_id)}
    return Viewer(
        person_id=person_id,
        seats=frozenset().union(*(found.held for found in lines.values())),
        is_auditor=person.is_auditor,
        is_admin=person.is_administrator,
        lines={code: found.line for code, found in lines.items()},
        inside=frozenset(above for unit in units for above in organisation.ancestors(unit)),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    held: frozenset[Seat]
    line: Line


@dataclass(frozen=True)
class _Ladders:
    """The seats of a policy in one organisation, each with those above it."""

    policy: Policy
    organisation: Organisation
    above: Mapping[Seat, tuple[Seat, ...]]
    intake: frozenset[str]


_kept: dict[str, _Ladders] = {}


def _ladders(policy: Policy, organisation: Organisation) -> _Ladders:
    """Kept per process and policy until policy or organisation are others."""
    kept = _kept.get(policy.code)
    if kept and kept.policy is policy and kept.organisation is organisation:
        return kept
    made = _Ladders(
        policy,
        organisation,
        {
            place: ladder(place, policy, organisation)
            for place in possible_seats(policy, organisation)
        },
        intake_posts(policy),
    )
    _kept[policy.code] = made
    return made


def _line(person: str, policy: Policy, organisation: Organisation) -> _Found:
    ladders = _ladders(policy, organisation)
    own = set(organisation.seats_of(person))
    if person == organisation.administrator:
        own |= {place for place in _named(ladders) if organisation.people(place) == (person,)}
    held = frozenset(place for place in own if post_of(place) in policy.posts)
    whole = {place for place in held if not policy.posts[post_of(place)].own_only}
    reached = held | {place for place, above in ladders.above.items() if whole.intersection(above)}
    inside = {place for place in reached if not policy.posts[post_of(place)].own_only}
    units: set[str] = set()
    everywhere = False
    for place in inside:
        if post_of(place) in ladders.intake:
            if unit_of(place):
                units.add(unit_of(place))
            else:
                everywhere = True
    below = frozenset(
        code for code in organisation.units if units.intersection(organisation.ancestors(code))
    )
    above = {
        superior
        for place in organisation.own_seats(person)
        if post_of(place) in policy.posts
        for higher in ladder(place, policy, organisation)
        for superior in organisation.holders.get(higher, ())
    }
    return _Found(
        held,
        Line(
            seats=frozenset(inside),
            own_only=frozenset(reached - inside),
            units=below,
            everywhere=everywhere or (bool(below) and below == organisation.units.keys()),
            above=frozenset(above),
        ),
    )


def _named(ladders: _Ladders) -> set[Seat]:
    """Every seat that a debt can lie with: the possible ones, and those their ladders lead to."""
    places = set(ladders.above)
    for above in ladders.above.values():
        places.update(above)
    places.update(f"{post}@" for post in ladders.policy.posts)
    return places


def intake_posts(policy: Policy) -> frozenset[str]:
    """The posts that owe the first acts of a case: they take complaints in."""
    found: set[str] = set()

    def add(who: Who) -> None:
        if who.kind in ("post", "of", "nearest"):
            found.add(who.post)
        elif who.kind == "table":
            for row in policy.tables[who.post].rows:
                if isinstance(row.then, Who):
                    add(row.then)

    for step in policy.steps:
        if step.act in INTAKE_ACTS:
            add(step.owes)
    return frozenset(found)


def may_register(viewer: Viewer, policies: Mapping[str, Policy]) -> bool:
    """Whether the viewer takes complaints in, stands above who does, or works where everybody may."""
    if any(line.units or line.everywhere for line in viewer.lines.values()):
        return True
    posts = {post_of(place) for place in viewer.seats}
    return any(
        not policy.posts[post].outside
        for policy in policies.values()
        if policy.registered_by_staff
        for post in posts & policy.posts.keys()
    )


def manages(viewer: Viewer) -> bool:
    """Whether others stand below the viewer."""
    return any(line.seats - viewer.seats for line in viewer.lines.values())


def oversees(viewer: Viewer, policies: Mapping[str, Policy]) -> bool:
    """Whether the viewer sees more than what they owe themselves: intake, or a line below them."""
    return may_register(viewer, policies) or manages(viewer)


def receiving_unit(person: str, organisation: Organisation) -> str:
    """The unit for which this person takes complaints in: their own, else the whole organisation."""
    own = (unit_of(place) for place in organisation.own_seats(person))
    root = (code for code, unit in organisation.units.items() if not unit.parent)
    return next((code for code in own if code), "") or next(root, "")


def is_outside(person: str, organisation: Organisation, policies: Mapping[str, Policy]) -> bool:
    """Whether somebody only works for a merchant, a dealer: every post they hold is outside."""
    posts = {post_of(place) for place in organisation.own_seats(person)}
    known = [
        policy.posts[post].outside
        for policy in policies.values()
        for post in posts & policy.posts.keys()
    ]
    return bool(known) and all(known)


def posts_below(viewer: Viewer, now: int) -> frozenset[str]:
    """The posts of which every seat, in every policy that has them, stands below the viewer."""
    organisation = worlds.organisation(now)
    below: set[str] = set()
    beside: set[str] = set()
    for code, version in policies_in_force(now).items():
        line = viewer.lines.get(code, Line())
        under = (line.seats | line.own_only) - viewer.seats
        for place in _ladders(worlds.policy_of(version.pk), organisation).above:
            (below if place in under else beside).add(post_of(place))
    return frozenset(below - beside)


# -- Contact data ----------------------------------------------------------------------------------


def mask_phone(phone: str) -> str:
    """The number with its middle hidden: 138****5678; a short one is hidden whole."""
    digits = [place for place, sign in enumerate(phone) if sign.isdigit()]
    if len(digits) < 7:
        return "*" * len(phone)
    shown = 3 if len(digits) >= 10 else 1
    hidden = set(digits[shown:-4])
    return "".join("*" if place in hidden else sign for place, sign in enumerate(phone))


def mask_name(name: str) -> str:
    """The name with all but the surname and, from three characters on, the last hidden: 王*明."""
    name = name.strip()
    if len(name) < 2:
        return "*" * len(name)
    if not name.isascii():
        surname = 2 if name[:2] in _DOUBLE_SURNAMES and len(name) > 2 else 1
        if len(name) == 2 or surname == 2:
            return name[:surname] + "*" * (len(name) - surname)
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return " ".join(part[0] + "***" for part in name.split())


def mask_contact(text: str) -> str:
    """A contact written freely with every phone number, address line and mail address hidden."""
    text = _MAIL.sub(lambda found: f"{found[1][0]}***@{found[2]}", text)
    text = _PHONE.sub(lambda found: mask_phone(found[0]), text)
    return _DIGITS.sub(lambda found: found[0] if "*" in found[0] else mask_phone(found[0]), text)


def sees_contact(viewer: Viewer, case: State, seen: Reach) -> bool:
    """Whether contact data stand in clear: for who now owes the customer a word, and sees the case."""
    return seen is Reach.WHOLE and any(
        debt.act in CONTACT_ACTS and not debt.sheet and debt.seat in viewer.seats
        for debt in case.debts.values()
    )


def contact_seen(viewer: Viewer, ids: Collection[int]) -> frozenset[int]:
    """Those of these cases whose contact data stand in clear for the viewer: `sees_contact` for many."""
    owed = Obligation.objects.filter(
        state="open", sheet=0, act__in=CONTACT_ACTS, seat__in=viewer.seats, case__in=ids
    )
    return frozenset(
        visible_cases(viewer).filter(pk__in=owed.values("case")).values_list("pk", flat=True)
    )


def log_export(viewer: Viewer, ids: Iterable[int], now: int) -> None:
    """Log that these cases' contact data leave in a file, in clear."""
    person = int(viewer.person_id)
    Disclosure.objects.bulk_create(
        Disclosure(
            case_id=one, person_id=person, what=Disclosure.What.CONTACT, reason=EXPORTED, at=now
        )
        for one in ids
    )


@transaction.atomic
def reveal(viewer: Viewer, case_id: int, reason: str, now: int) -> Disclosure | Refusal:
    """Log that the viewer is shown a case's contact data in clear; only then may they be shown.

    A reason must be given; who may not see the whole case is refused.
    """
    case = Case.objects.filter(pk=case_id).first()
    if case is None or reach(viewer, facts_of(case)) is not Reach.WHOLE:
        return Refusal("no-such-case", Text("没有这个案件", "there is no such case"))
    if not reason.strip():
        return Refusal(
            "missing-field",
            Text("请说明查看联系方式的原因", "say why the contact data are needed"),
            field="reason",
        )
    return Disclosure.objects.create(
        case=case,
        person_id=int(viewer.person_id),
        what=Disclosure.What.CONTACT,
        reason=reason.strip()[:500],
        at=now,
    )


def log_look(viewer: Viewer, case_id: int, now: int) -> Disclosure | None:
    """Log that an auditor opened a case; others read what is theirs and leave no line."""
    if not viewer.is_auditor:
        return None
    return Disclosure.objects.create(
        case_id=case_id, person_id=int(viewer.person_id), what=Disclosure.What.CASE, at=now
    )
