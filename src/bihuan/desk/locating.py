"""The nearest unit as a fact of a case: found from its place, and entering the act that tells it."""

from typing import Any

from bihuan.desk.worlds import Ruling
from bihuan.engine.case import Act, Case
from bihuan.engine.nearest import Candidate, nearest, place_of
from bihuan.engine.organisation import Organisation, seat
from bihuan.engine.policy import Policy, Who

KILOMETRE = 1000
LOCATING_ACTS = frozenset({"register", "acknowledge", "ask_missing", "classify", "correct"})


def located_facts(act: Act, case: Case | None, ruling: Ruling) -> dict[str, str]:
    """The facts `counted: nearest unit in …` that an act brings; empty where it tells no place anew.

    Empty text where nobody is in reach or two are equally near, so that the table's `otherwise`
    answers (AUTO-5.2.2); never guessed from an address.
    """
    policy = ruling.world.policy
    names = [name for name, fact in policy.facts.items() if fact.counts == "nearest unit"]
    if not names or act.name not in LOCATING_ACTS:
        return {}
    told: dict[str, Any] = {**(case.facts if case else {}), **act.data}
    places = [name for name, fact in policy.facts.items() if fact.type == "place"]
    text = next((str(told[name]) for name in places if told.get(name)), "")
    if not any(name in act.data for name in places):
        return {}
    found: dict[str, str] = {}
    place = place_of(text)
    candidates = _candidates(policy, ruling.world.organisation)
    for name in names:
        reach = policy.numbers[policy.facts[name].counted].value()
        assert isinstance(reach, int), "a reach is a plain number of kilometres"
        kind = str(told.get("kind", ""))
        unit = nearest(place, kind, candidates, reach * KILOMETRE) if place else None
        found[name] = unit or ""
    return found


def _candidates(policy: Policy, organisation: Organisation) -> tuple[Candidate, ...]:
    """The units with a place that have a post the policy sends to the nearest; on duty is who is there."""
    rows = [row.then for table in policy.tables.values() for row in table.rows]
    posts = {who.post for who in rows if isinstance(who, Who) and who.kind == "nearest"}
    found = []
    for unit in organisation.units.values():
        place = place_of(unit.place)
        held = [seat(post, unit.code) for post in posts if policy.posts[post].of == unit.kind]
        if place is None or not held:
            continue
        there = any(
            person not in organisation.away
            for each in held
            for person in (
                *organisation.on_duty.get(each, ()),
                *organisation.holders.get(each, ()),
                *organisation.deputies.get(each, ()),
            )
        )
        found.append(Candidate(unit.code, place, frozenset(unit.can), there))
    return tuple(found)
