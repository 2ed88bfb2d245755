"""Everybody of the organisation: accounts by invitation, posts, absences, the end of an account."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import organisation
from bihuan.desk import people as desk
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.administration import Change, last_change
from bihuan.records.queries.organisation import HeldPost, PersonRow
from bihuan.records.queries.organisation import people as people_there
from bihuan.web.addresses import address
from bihuan.web.administration import (
    administrator,
    done,
    errors_of,
    overtaken,
    said,
    typed,
    version_of,
)
from bihuan.web.shell import Reader, show
from bihuan.web.words import Names

Json = Any
ADD = ("name", "username", "phone")


@require_safe
@administrator
def everybody(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The list, with the form to add somebody beside it."""
    return _list(request, reader)


@require_POST
@administrator
def add(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Somebody new; with a name to sign in with, the invitation is shown once."""
    told = typed(request, *ADD)
    made = desk.create_person(
        told["name"],
        username=told["username"],
        phone=told["phone"],
        language=request.POST.get("language") or "zh-hans",
        is_auditor=request.POST.get("is_auditor") == "yes",
        is_administrator=request.POST.get("is_administrator") == "yes",
        now=reader.now,
    )
    if isinstance(made, Refusal):
        return _list(request, reader, made, 422)
    person, token = made
    _keep_invitation(request, person.pk, token)
    return done(request, _("%(name)s is added.") % told, address("person", args=[person.pk]))


@require_safe
@administrator
def one(request: HttpRequest, reader: Reader, person: int) -> HttpResponse:
    """One person, with what can be changed."""
    return _person(request, reader, person)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader, person: int) -> HttpResponse:
    """One change of a person; refused at its field, or done and said."""
    row = _row(reader, person)
    change = request.POST.get("change", "")
    if change == "rename" and (refusal := overtaken(request, reader, _last(row))):
        return _person(request, reader, person, refusal, 409)
    does = CHANGES.get(change)
    outcome: Json = does(request, reader, person) if does else ""
    if isinstance(outcome, Refusal):
        return _person(request, reader, person, outcome, 422)
    return done(request, str(outcome), address("person", args=[person]))


def _last(row: PersonRow) -> Change | None:
    """The last change of what somebody is called and how they are reached."""
    return last_change("people", ("change_person",), of=row.name)


def _rename(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    told = typed(request, "name", "phone", "language")
    made = desk.change_person(
        person, name=told["name"], phone=told["phone"], language=told["language"], now=reader.now
    )
    return made if isinstance(made, Refusal) else _("Changed.")


def _account(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    made = desk.give_account(person, typed(request, "username")["username"], now=reader.now)
    if isinstance(made, Refusal):
        return made
    _keep_invitation(request, person, made)
    return _("The account is there.")


def _invite(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    _keep_invitation(request, person, desk.invite(person, now=reader.now))
    return _("A new invitation is made; the one before no longer works.")


def _hold(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    post, _at, unit = request.POST.get("seat", "").partition("@")
    if not post:
        return Refusal("no-post", Text("请选择岗位", "choose a post"), (), "seat")
    deputy = request.POST.get("deputy") == "yes"
    made = organisation.hold(person, post, unit, deputy=deputy, now=reader.now)
    if isinstance(made, Refusal):
        return Refusal(made.code, made.text, made.clauses, "seat")
    return _("Done. What the post owes is theirs from now on.")


def _end(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    post, _at, unit = request.POST.get("seat", "").partition("@")
    deputy = request.POST.get("deputy") == "yes"
    made = organisation.end_holding(person, post, unit, deputy=deputy, now=reader.now)
    return made if isinstance(made, Refusal) else _("Ended. What is owed stays with the post.")


def _away(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:
    since = reader.clock.read_field(request.POST.get("from", "")) or reader.now
    written = request.POST.get("until", "").strip()
    until = reader.clock.read_field(written) if written else None
    if written and until is None:
        return Refusal("bad-time", Text("应为日期和时间", "a date and a time"), (), "until")
    made = organisation.absence(person, since, until, now=reader.now)
    return made if isinstance(made, Refusal) else _("Noted. Meanwhile the deputies act.")


def _back(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:  # noqa: ARG001
    made = organisation.end_absence(person, now=reader.now)
    return made if isinstance(made, Refusal) else _("Back. What their posts owe is theirs again.")


def _deactivate(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:  # noqa: ARG001
    made = desk.deactivate(person, now=reader.now)
    return (
        made
        if isinstance(made, Refusal)
        else _("Posts and account are ended; what was done stays.")
    )


def _reactivate(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:  # noqa: ARG001
    desk.reactivate(person, now=reader.now)
    return _("Is there again, with the account of before; give them their posts.")


def _appoint(request: HttpRequest, reader: Reader, person: int) -> Refusal | str:  # noqa: ARG001
    made = desk.appoint_administrator(person, now=reader.now)
    return made if isinstance(made, Refusal) else _("Acts for every vacant post from now on.")


CHANGES: dict[str, Callable[[HttpRequest, Reader, int], Refusal | str]] = {
    "rename": _rename,
    "account": _account,
    "invite": _invite,
    "hold": _hold,
    "end": _end,
    "away": _away,
    "back": _back,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "appoint": _appoint,
}


def _keep_invitation(request: HttpRequest, person: int, token: str) -> None:
    if token:
        url = request.build_absolute_uri(address("invitation", args=[token]))
        request.session["invitation"] = {"person": person, "url": url}


def _list(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    left = request.GET.get("left") == "yes"
    everyone = people_there(reader.now, also_left=left)
    context = {
        "rows": [_shown(row, reader) for row in everyone],
        "left": left,
        "typed": {name: request.POST.get(name, "") for name in (*ADD, "language")},
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if status == 200 else "",
    }
    return show(request, reader, "people/list.jinja", context, at="people", status=status)


def _row(reader: Reader, person: int) -> PersonRow:
    everyone = people_there(reader.now, also_left=True)
    row = next((row for row in everyone if row.person_id == str(person)), None)
    if row is None:
        raise Http404
    return row


def _person(
    request: HttpRequest,
    reader: Reader,
    person: int,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    row = _row(reader, person)
    invitation = request.session.get("invitation")
    if invitation and invitation["person"] == person:
        request.session.pop("invitation")
    else:
        invitation = None
    found = reader.organisation
    seats: dict[str, str] = {}
    for policy in reader.policies.values():
        names = Names(policy, found, reader.language)
        for place in organisation.possible_seats(policy, found):
            seats.setdefault(place, names.post(place))
    context = {
        "row": _shown(row, reader),
        "invitation": invitation["url"] if invitation else "",
        "seats": [{"value": place, "label": name} for place, name in sorted(seats.items())],
        "is_stand_in": found.administrator == str(person),
        "errors": errors_of(refusal, reader.language),
        "typed": {
            name: request.POST.get(name, default)
            for name, default in (
                ("name", row.name),
                ("phone", row.phone),
                ("language", row.language),
                ("username", ""),
                ("from", reader.clock.field(reader.now)),
                ("until", ""),
            )
        },
        "change": request.POST.get("change", ""),
        "version": version_of(_last(row)),
        "said": said(request) if status == 200 else "",
    }
    return show(request, reader, "people/person.jinja", context, at="people", status=status)


def _shown(row: PersonRow, reader: Reader) -> dict[str, Json]:
    return {
        "id": row.person_id,
        "name": row.name,
        "url": address("person", args=[row.person_id]),
        "phone": row.phone,
        "username": row.username,
        "active": row.active,
        "away": row.away,
        "invited": row.invited,
        "rights": [
            text
            for text, has in (
                (_("Administrator"), row.is_administrator),
                (_("Auditor"), row.is_auditor),
            )
            if has
        ],
        "posts": [_held(held, reader) for held in row.posts],
    }


def _held(held: HeldPost, reader: Reader) -> dict[str, Json]:
    place = f"{held.post}@{held.unit}"
    name = held.post
    for policy in reader.policies.values():
        if held.post in policy.posts:
            name = Names(policy, reader.organisation, reader.language).post(place)
            break
    return {
        "seat": place,
        "name": name,
        "deputy": held.deputy,
        "since": reader.clock.day(held.from_at),
        "ahead": held.from_at > reader.now,
    }
