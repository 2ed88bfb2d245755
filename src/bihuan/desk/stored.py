"""Cases as their rows hold them: read, locked alone or two at once, and who and what stands beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import connection

from bihuan.desk import worlds
from bihuan.desk.permissions import viewer
from bihuan.engine.case import Act, Case
from bihuan.engine.links import command_of, members_of
from bihuan.engine.together import Peer, awaited
from bihuan.engine.world import World
from bihuan.records.models import Case as CaseRow
from bihuan.records.queries.visibility import Reach, facts_of, reach


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as its row holds it."""

    id: int
    number: str
    policy_id: int
    complainant: int | None
    events: int
    head: str
    case: Case


_COLUMNS = "SELECT id, number, policy_id, complainant_id, events, head, state FROM records_case "
_LOAD = _COLUMNS + "WHERE number = %s"
_LOAD_BOTH = _COLUMNS + "WHERE number IN (%s, %s) ORDER BY id"
_LOCKED = " FOR UPDATE"
_PEOPLE = "SELECT COUNT(DISTINCT complainant_id) FROM records_case WHERE number IN ({})"


def load(number: str, *, lock: bool = False) -> Stored | None:
    """The case of that number, or None; locked until the transaction ends where that is asked."""
    return next(_rows(_LOAD, (number,), lock=lock), None)


def load_both(number: str, other: str) -> tuple[Stored | None, Stored | None]:
    """Both cases, locked until the transaction ends: always the older one first, so that two who want
    the same two never wait for each other.
    """
    found = {stored.number: stored for stored in _rows(_LOAD_BOTH, (number, other), lock=True)}
    return found.get(number), found.get(other)


def _rows(query: str, given: tuple[str, ...], *, lock: bool) -> Iterator[Stored]:
    locking = lock and connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(query + _LOCKED if locking else query, given)
        rows = cursor.fetchall()
    for pk, name, policy, party, events, head, state in rows:
        yield Stored(pk, name, policy, party, events, head, Case.from_json(json.loads(state)))


def reaches(
    by: str, stored: Stored, ruling: worlds.Ruling, now: int, *, whole: bool = False
) -> bool:
    """Whether the case exists for who acts (`whole`: all of it); who owns or owes need not be looked up."""
    if by in ("customer", "system"):
        return True
    case, seats = stored.case, ruling.world.organisation.seats_of(by)
    owes = case.owner in seats or any(debt.seat in seats for debt in case.debts.values())
    if owes and not whole:
        return True
    row = CaseRow.objects.get(pk=stored.id)
    return reach(viewer(by, now), facts_of(row)) >= (Reach.WHOLE if whole else Reach.OWN)


def world_beside(case: Case, world: World, now: int) -> World:
    """The world with what the command case of a collective complaint owes before its members are answered."""
    number = command_of(case)
    command = load(number) if number else None
    if command is None:
        return world
    ruling = worlds.ruling(command.policy_id, now)
    return replace(world, awaits=awaited(Peer(number, command.case, ruling.world), now))


def standing(own: Stored, other: Stored, act: Act) -> dict[str, int]:
    """How many people will stand together in the command case that the act links or unlinks (HOME-4)."""
    how = own.case.links.get(other.number) if act.name == "unlink" else act.data.get("as")
    if how not in ("member", "collective"):
        return {}
    command, member = (own, other) if how == "member" else (other, own)
    numbers = {command.number, *members_of(command.case), member.number}
    if act.name == "unlink":
        numbers.remove(member.number)
    places = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE.format(places), sorted(numbers))
        return {command.number: int(cursor.fetchone()[0])}
