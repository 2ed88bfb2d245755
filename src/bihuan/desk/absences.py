"""Somebody notes that they are away, and who stands in for them meanwhile."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from bihuan.desk import organisation as desk
from bihuan.desk import worlds
from bihuan.engine.organisation import Organisation, Seat, post_of, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Absence


def may_stand_in(
    place: Seat, person: str, organisation: Organisation, policies: Iterable[Policy]
) -> tuple[str, ...]:
    """Whom the holder of a seat may ask: people of the same unit; at the top, peers and the superior.

    Nobody outside is asked for an inside post, nor the other way round.
    """
    policy = next((one for one in policies if post_of(place) in one.posts), None)
    if policy is None:
        return ()
    post, unit = policy.posts[post_of(place)], unit_of(place)
    above = organisation.seat_for(post.up, unit) if post.up and not post.outside else ""
    found: dict[str, None] = {}
    for other, people in organisation.holders.items():
        held = policy.posts.get(post_of(other))
        if held is None or held.outside != post.outside:
            continue
        peer = unit_of(other) == unit and (bool(unit) or held.up == post.up)
        if peer or other == above:
            found |= dict.fromkeys(people)
    found.pop(person, None)
    return tuple(found)


@transaction.atomic
def leave(
    person: int, since: int, until: int | None, stand_ins: Mapping[Seat, str], *, now: int
) -> Absence | Refusal:
    """Note that a person is away from `since` (not before now) until `until`, with who stands in for which seat."""
    organisation, policies = worlds.organisation(now), desk.adopted_policies()
    since = max(since, now)
    if noted(person, now):
        return Refusal(
            "away-already",
            Text("已记了请假，请先取消", "an absence is noted already; take it back first"),
            field="from",
        )
    own = organisation.own_seats(str(person))
    for place, who in stand_ins.items():
        allowed = may_stand_in(place, str(person), organisation, policies)
        if place not in own or who not in allowed:
            return Refusal(
                "not-of-the-list",
                Text("请从名单中选人", "choose somebody of the list"),
                field=f"for-{place}",
            )
    made = desk.absence(person, since, until, now=now)
    if isinstance(made, Refusal):
        return made
    for place, who in stand_ins.items():
        named = desk.hold(
            int(who), post_of(place), unit_of(place), deputy=True, at=since, until=until, now=now
        )
        if isinstance(named, Refusal):
            transaction.set_rollback(True)
            return named
    return made


def come_back(person: int, *, now: int) -> Absence | Refusal:
    """End a person's absence; one that has not begun never was."""
    found = noted(person, now)
    at = max(now, found.from_at) if found else now
    return desk.end_absence(person, at=at, now=now)


def noted(person: int, now: int) -> Absence | None:
    """The absence of a person that lasts now or is ahead."""
    rows = Absence.objects.filter(person_id=person, withdrawn_at=None).exclude(until_at__lte=now)
    return rows.order_by("from_at", "id").first()
