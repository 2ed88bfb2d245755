"""People as SCIM users. Nobody is deleted: who is, or is no longer active, has posts and account ended."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bihuan.channels.scim.speech import Wrong, asked_for, body, paged, provider, refused, said
from bihuan.desk import directory
from bihuan.desk.directory import Listed
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.directory import Entry, entries

Json = Any
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
_ATTRIBUTES = {"username": "username", "externalid": "directory_id", "id": "id"}
_ONE_VALUE = {"emails": "emails", "phonenumbers": "phoneNumbers"}


@provider
def configuration(request: HttpRequest, now: int) -> HttpResponse:  # noqa: ARG001
    """What this side can do."""
    no = {"supported": False}
    return said({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": 200},
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [
            {"type": "oauthbearertoken", "name": "Bearer token", "description": "A token of Bihuan"}
        ],
    })  # fmt: skip


@provider
def users(request: HttpRequest, now: int) -> HttpResponse:
    """The people, or one more."""
    if request.method == "POST":
        told = body(request)
        name = str(told.get("userName") or "")
        if not name:
            raise Wrong(400, "userName is missing", "invalidValue")
        if entries(username=name):
            raise Wrong(409, f"userName '{name}' is taken", "uniqueness")
        found = _kept(told, str(told.get("externalId") or name), now)
        return said(resource(found), 201)
    if request.method != "GET":
        raise Wrong(405, "GET or POST")
    attribute, value = asked_for(request)
    if attribute and attribute not in _ATTRIBUTES:
        raise Wrong(400, "filter by userName, externalId or id", "invalidFilter")
    narrowed = {_ATTRIBUTES[attribute]: value} if attribute else {}
    return paged(request, [resource(one) for one in entries(**narrowed)])


@provider
def user(request: HttpRequest, now: int, person: int) -> HttpResponse:
    """One person: read, put in the place of what there was, patched, ended."""
    found = next(iter(entries(id=str(person))), None)
    if found is None:
        raise Wrong(404, "there is no such user")
    if request.method == "GET":
        return said(resource(found))
    key = found.directory_id or found.username or f"person-{found.id}"
    if request.method == "DELETE":
        _kept({**resource(found), "active": False}, key, now)
        return HttpResponse(status=204)
    if request.method == "PUT":
        return said(resource(_kept(body(request), key, now, found)))
    if request.method == "PATCH":
        return said(resource(_kept(patched(resource(found), body(request)), key, now, found)))
    raise Wrong(405, "GET, PUT, PATCH or DELETE")


def resource(one: Entry) -> dict[str, Json]:
    """A person as a SCIM user."""
    made = {
        "schemas": [SCHEMA],
        "id": str(one.id),
        "externalId": one.directory_id,
        "userName": one.username,
        "displayName": one.name,
        "name": {"formatted": one.name},
        "active": one.active,
        "preferredLanguage": "en" if one.language == "en" else "zh-CN",
        "emails": [{"value": one.email, "primary": True}] if one.email else [],
        "phoneNumbers": [{"value": one.phone, "type": "mobile"}] if one.phone else [],
        "meta": {"resourceType": "User", "location": reverse("scim-user", args=[one.id])},
    }
    return {name: value for name, value in made.items() if value not in ("", None)}


def patched(told: dict[str, Json], sent: dict[str, Json]) -> dict[str, Json]:
    """A user after the operations of a PATCH; those on what we do not keep change nothing."""
    operations = sent.get("Operations")
    if not isinstance(operations, list) or not operations:
        raise Wrong(400, "Operations are missing", "invalidSyntax")
    made = dict(told)
    for one in operations:
        if not isinstance(one, dict) or str(one.get("op", "")).casefold() not in (
            "add", "replace", "remove",
        ):  # fmt: skip
            raise Wrong(400, "op is add, replace or remove", "invalidSyntax")
        path, value = str(one.get("path") or ""), one.get("value")
        if str(one["op"]).casefold() == "remove":
            value = [] if _attribute(path) in _ONE_VALUE.values() else ""
        if path:
            made[_attribute(path)] = value
        elif isinstance(value, dict):
            made |= {_attribute(name): inner for name, inner in value.items()}
    return made


def _attribute(path: str) -> str:
    """`emails[type eq "work"].value` is about emails; `name.formatted` about the name."""
    head = path.rpartition(":")[2].partition("[")[0].partition(".")[0]
    return _ONE_VALUE.get(head.casefold(), "displayName" if head == "name" else head)


def _kept(told: dict[str, Json], key: str, now: int, before: Entry | None = None) -> Entry:
    name = told.get("name")
    formatted = name.get("formatted") if isinstance(name, dict) else name
    shown = told.get("displayName") or formatted or (before.name if before else "")
    listed = Listed(
        id=key,
        name=str(shown or told.get("userName") or ""),
        username=str(told.get("userName") or ""),
        phone=_value(told, "phoneNumbers"),
        email=_value(told, "emails"),
        language=_language(told.get("preferredLanguage")),
        active=_is_active(told.get("active", True)),
        back="active" in told and _is_active(told["active"]),
    )
    made = directory.take_person(listed, now=now)
    if isinstance(made, Refusal):
        raise refused(made)
    found = next(iter(entries(directory_id=key)), None)
    if found is None:
        raise Wrong(400, "an inactive user is not taken over", "invalidValue")
    return found


def _is_active(said: Json) -> bool:
    return str(said).casefold() not in ("false", "0")


def _value(told: dict[str, Json], name: str) -> str | None:
    """The first of several values; None where none of it was said."""
    if name not in told:
        return None
    given = told[name]
    if isinstance(given, list):
        given = next(iter(given), "")
    return str((given.get("value") if isinstance(given, dict) else given) or "")


def _language(text: Json) -> str | None:
    said_ = str(text or "").casefold()
    return None if not said_ else "en" if said_.startswith("en") else "zh-hans"
