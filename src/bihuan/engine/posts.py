"""Who owes it: an expression of posts becomes a seat, in three moves: find, step aside, fill.

The wall stands here (nobody handles a complaint about themselves, nor does anyone below them):
a seat is clean when somebody who acts for it is neither the person complained about nor below.
"""

from collections.abc import Callable
from itertools import chain

from bihuan.engine.acts import JUDGING
from bihuan.engine.apart import is_barred
from bihuan.engine.case import Case, Json, Sheet
from bihuan.engine.organisation import Organisation, Seat, post_of, seat, unit_of
from bihuan.engine.policy import Policy, Who
from bihuan.engine.rules import answering_row
from bihuan.engine.world import World

SYSTEM: Seat = "system@"
CUSTOMER: Seat = "customer@"


def superior(place: Seat, policy: Policy, organisation: Organisation) -> Seat | None:
    """The seat above, by the policy's `up`; None at the top."""
    post = policy.posts.get(post_of(place))
    if post is None or not post.up:
        return None
    return _seat_of(post.up, unit_of(place), policy, organisation)


def ladder(place: Seat, policy: Policy, organisation: Organisation) -> tuple[Seat, ...]:
    """The seats above, nearest first."""
    found: list[Seat] = []
    above = superior(place, policy, organisation)
    while above is not None and above not in found:
        found.append(above)
        above = superior(above, policy, organisation)
    return tuple(found)


def is_walled(person: str, case: Case, world: World) -> bool:
    """Whether a person may not touch or read the case: complained about, or below that person."""
    subject = case.facts.get("about_person")
    if not subject:
        return False
    if person == subject:
        return True
    organisation = world.organisation
    return any(_is_below(place, subject, world) for place in organisation.own_seats(person))


def is_clean(place: Seat, case: Case, world: World, act: str = "") -> bool:
    """Whether somebody may act for the seat in this case; judging acts stay outside the unit complained about."""
    policy = world.policy
    kept_apart = act in policy.apart or act in policy.avoided
    if not kept_apart and act not in JUDGING and not case.facts.get("about_person"):
        return True
    people = world.organisation.people(place)
    if kept_apart:
        people = tuple(one for one in people if not is_barred(one, act, case, policy))
        if not people:
            return False
    return _is_outside(place, people, case, world, act)


def is_outside(place: Seat, case: Case, world: World, act: str = "") -> bool:
    """Whether the seat lies on the clean side of the wall, whatever its people did in the case before."""
    return _is_outside(place, world.organisation.people(place), case, world, act)


def _is_outside(place: Seat, people: tuple[str, ...], case: Case, world: World, act: str) -> bool:
    subject = case.facts.get("about_person")
    if not subject and act not in JUDGING:
        return True
    if subject:
        if _is_below(place, subject, world):
            return False
        if all(is_walled(person, case, world) for person in people):
            return False
    unit = case.facts.get("about_unit")
    return not (unit and act in JUDGING and world.organisation.within(unit_of(place), unit))


def _is_below(place: Seat, subject: str, world: World) -> bool:
    return any(
        subject in world.organisation.holders.get(above, ())
        for above in ladder(place, world.policy, world.organisation)
    )


def resolve(
    who: Who,
    case: Case,
    world: World,
    facts: dict[str, Json],
    *,
    sheet: Sheet | None = None,
    act: str = "",
) -> Seat:
    """The seat that an expression of posts means for this case now; always one that may act."""
    found = _find(who, case, world, facts, sheet)
    if found is None:
        found = _find(world.policy.usual.floor, case, world, facts, sheet)
    return step_aside(found or seat(""), case, world, act)


def step_aside(place: Seat, case: Case, world: World, act: str = "") -> Seat:
    """The seat itself, or the nearest one above it that is clean, or at the top who stands in for it."""
    policy, organisation = world.policy, world.organisation
    if place in (SYSTEM, CUSTOMER):
        return place
    seen: list[Seat] = []
    while place not in seen and not is_clean(place, case, world, act):
        seen.append(place)
        above = superior(place, policy, organisation)
        if above is None:
            stand_in = (
                policy.posts[post_of(place)].recused_by if post_of(place) in policy.posts else ""
            )
            if not stand_in:
                return place
            above = _seat_of(stand_in, unit_of(place), policy, organisation)
        place = above
    return place


def above_owner(case: Case, world: World) -> Seat:
    """The rank above the owner; above the top, who stands in for it."""
    above = superior(case.owner, world.policy, world.organisation)
    if above is None:
        post = world.policy.posts.get(post_of(case.owner))
        above = (
            _seat_of(post.recused_by, unit_of(case.owner), world.policy, world.organisation)
            if post and post.recused_by
            else case.owner
        )
    return step_aside(above, case, world)


def _find(
    who: Who, case: Case, world: World, facts: dict[str, Json], sheet: Sheet | None
) -> Seat | None:
    policy, organisation = world.policy, world.organisation
    match who.kind:
        case "post":
            return _seat_of(who.post, case.unit, policy, organisation)
        case "owner":
            return case.owner or None
        case "system":
            return SYSTEM
        case "customer":
            return CUSTOMER
        case "commander":
            return case.command[0] if case.command else case.owner or None
        case "registrar":
            return next(iter(organisation.own_seats(case.registrar)), None)
        case "sheet":
            return sheet.to if sheet else None
        case "table":
            return _find_in_table(who.post, case, world, facts, sheet)
        case "superior" if who.of == "owner":
            return above_owner(case, world)
        case "superior":
            person = case.facts.get("about_person")
            places = organisation.own_seats(person) if person else ()
            return superior(places[0], policy, organisation) if places else None
        case "of":
            unit = (
                unit_of(sheet.to)
                if who.of == "sheet" and sheet
                else _unit_about(who.of, case, organisation)
            )
            return _seat_in(who.post, unit, policy, organisation) if unit else None
    return _nearest(who.post, case, policy, organisation)


def _find_in_table(
    name: str, case: Case, world: World, facts: dict[str, Json], sheet: Sheet | None
) -> Seat | None:
    table = world.policy.tables[name]
    row = answering_row(table, facts, lambda number: world.count(number, case))
    found = (
        _find(row.then, case, world, facts, sheet) if row and isinstance(row.then, Who) else None
    )
    if found is None and table.rows and row is not table.rows[-1]:
        last = table.rows[-1].then
        found = _find(last, case, world, facts, sheet) if isinstance(last, Who) else None
    return found


def _unit_about(of: str, case: Case, organisation: Organisation) -> str:
    if of == "category":
        return str(case.facts.get("category_unit") or case.facts.get("about_unit") or "")
    unit = case.facts.get("about_unit")
    if unit:
        return str(unit)
    person = case.facts.get("about_person")
    return organisation.unit_of_person(person) if person else ""


def _seat_of(post: str, unit: str, policy: Policy, organisation: Organisation) -> Seat:
    kind = policy.posts[post].of if post in policy.posts else ""
    if kind:  # one in each such unit: another unit's holder does not stand in
        found = organisation.seat_of_kind(post, kind, unit)
        return found or organisation.seat_for(post, unit, anywhere=False)
    return organisation.seat_for(post, unit)


def _seat_in(post: str, unit: str, policy: Policy, organisation: Organisation) -> Seat | None:
    kind = policy.posts[post].of
    return (
        organisation.seat_of_kind(post, kind, unit) if kind else organisation.seat_for(post, unit)
    )


def _nearest(post: str, case: Case, policy: Policy, organisation: Organisation) -> Seat | None:
    """The seat in the unit found nearest to the place; finding it by distance is the desk's."""
    unit = case.facts.get("nearest_unit")
    return _seat_in(post, str(unit), policy, organisation) if unit else None


def outranks(place: Seat, other: Seat, world: World) -> bool:
    """Whether a seat stands above another: in its ladder, or standing in for the ladder's top."""
    above = ladder(other, world.policy, world.organisation)
    if place in above:
        return True
    top = above[-1] if above else other
    post = world.policy.posts.get(post_of(top))
    if post is None or not post.recused_by or place == other:
        return False
    return place == _seat_of(post.recused_by, unit_of(top), world.policy, world.organisation)


def acting_seat(
    person: str,
    targets: tuple[Seat, ...],
    world: World,
    case: Case | None = None,
    act: str = "",
    *,
    clean: Callable[[Seat, Case, World, str], bool] = is_clean,
) -> Seat | None:
    """The seat in which a person may do what these seats owe: one of them, or one above in their ladder.

    With a case, only seats that are clean for the act count: who owed it before the wall closed no
    longer may.
    """
    organisation = world.organisation
    ladders = (ladder(target, world.policy, organisation) for target in targets)
    for place in chain(targets, chain.from_iterable(ladders)):
        if person in organisation.people(place) and (
            case is None or clean(place, case, world, act)
        ):
            return place
    return None


def possible_seats(policy: Policy, organisation: Organisation) -> tuple[Seat, ...]:
    """Every seat the policy can name: one in each unit of the post's kind, or at the top, and any held."""
    found: dict[Seat, None] = {}
    held: dict[str, list[Seat]] = {}
    for place in sorted(organisation.known):
        held.setdefault(post_of(place), []).append(place)
    by_kind: dict[str, list[str]] = {}
    for unit in organisation.units.values():
        by_kind.setdefault(unit.kind, []).append(unit.code)
    for post in policy.posts.values():
        if post.of:
            found.update(dict.fromkeys(seat(post.name, code) for code in by_kind.get(post.of, ())))
        elif not held.get(post.name):
            found[seat(post.name)] = None
        found.update(dict.fromkeys(held.get(post.name, ())))
    return tuple(found)
