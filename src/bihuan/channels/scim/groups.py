"""Posts in units as SCIM groups: who is a member holds the post. Which posts there are, the policies say."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bihuan.channels.scim.speech import Wrong, asked_for, body, paged, provider, refused, said
from bihuan.desk import organisation, rosters, worlds
from bihuan.engine.organisation import post_of, unit_of
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.directory import entries, holders

Json = Any
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
_MEMBER = re.compile(r'members\[value eq "(\d{1,12})"\]')


@provider
def groups(request: HttpRequest, now: int) -> HttpResponse:
    """Every post that can be held."""
    if request.method != "GET":
        raise Wrong(405, "groups are the posts of the policies; none can be added here")
    attribute, value = asked_for(request)
    if attribute and attribute not in ("displayname", "id"):
        raise Wrong(400, "filter by displayName or id", "invalidFilter")
    found = [resource(place, now) for place in rosters.seats(now)]
    name = "id" if attribute == "id" else "displayName"
    return paged(request, [one for one in found if not attribute or one[name] == value])


@provider
def group(request: HttpRequest, now: int, place: str) -> HttpResponse:
    """One post: who holds it, and who is to."""
    if place not in rosters.seats(now):
        raise Wrong(404, "there is no such group")
    if request.method in ("PUT", "PATCH"):
        held = set(holders(place, now))
        wanted = _wanted(request, held)
        for person in sorted(wanted - held):
            if not any(one.active for one in entries(id=str(person))):
                raise Wrong(400, f"there is no active user {person}", "invalidValue")
            _done(organisation.hold(person, post_of(place), unit_of(place), now=now))
        for person in sorted(held - wanted):
            _done(organisation.end_holding(person, post_of(place), unit_of(place), now=now))
    elif request.method != "GET":
        raise Wrong(405, "GET, PUT or PATCH")
    return said(resource(place, now))


def resource(place: str, now: int) -> dict[str, Json]:
    """A post in a unit as a SCIM group."""
    people = worlds.organisation(now)
    unit = people.units.get(unit_of(place))
    text = next(
        (policy.posts[post_of(place)].text.zh for policy in organisation.adopted_policies()
         if post_of(place) in policy.posts), post_of(place),
    )  # fmt: skip
    return {
        "schemas": [SCHEMA],
        "id": place,
        "displayName": f"{unit.name} {text}" if unit else text,
        "members": [
            {"value": str(person), "display": people.names.get(str(person), "")}
            for person in holders(place, now)
        ],
        "meta": {"resourceType": "Group", "location": reverse("scim-group", args=[place])},
    }


def _done(made: Json) -> None:
    if isinstance(made, Refusal):
        raise refused(made)


def _wanted(request: HttpRequest, held: set[int]) -> set[int]:
    told = body(request)
    if request.method == "PUT":
        return _members(told.get("members", []))
    wanted = set(held)
    for one in told.get("Operations") or ():
        does, path = str(one.get("op", "")).casefold(), str(one.get("path") or "")
        value = one.get("value")
        if not path and isinstance(value, dict):
            path, value = "members", value.get("members", [])
        if named := _MEMBER.fullmatch(path):
            wanted -= {int(named[1])} if does == "remove" else set()
        elif path == "members" and does == "remove":
            wanted -= _members(value) if value else set(wanted)
        elif path == "members" and does in ("add", "replace"):
            wanted = _members(value) | (wanted if does == "add" else set())
    return wanted


def _members(value: Json) -> set[int]:
    given = value if isinstance(value, list) else [value]
    try:
        return {int(one["value"]) for one in given if isinstance(one, dict)}
    except (KeyError, TypeError, ValueError) as wrong:
        raise Wrong(400, "members are written [{value: id}]", "invalidValue") from wrong
