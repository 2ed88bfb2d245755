"""The ways of telling: which are open, how each is set up, what did not arrive; by administrators."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bihuan.channels.registry import ways_out
from bihuan.desk import ways as desk
from bihuan.desk.news import NEWS
from bihuan.engine.refusal import Refusal
from bihuan.records.queries import deliveries
from bihuan.records.queries.administration import last_change
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
from bihuan.web.words import Clock

Json = Any
CHAT = ("way", "name", "unit", "address", "secret")


@require_safe
@administrator
def everything(request: HttpRequest, reader: Reader) -> HttpResponse:
    """All ways with how they stand, the groups, and what did not arrive."""
    return _list(request, reader)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def one(request: HttpRequest, reader: Reader, way: str) -> HttpResponse:
    """One way: read, set up, opened and closed."""
    found = ways_out().get(way)
    if found is None:
        raise Http404
    refusal, status = None, 200
    last = last_change("ways", of=desk.WAYS[way].en)
    if request.method == "POST" and (refusal := overtaken(request, reader, last)):
        status = 409
    elif request.method == "POST":
        told = {item.name: request.POST.get(item.name, "") for item in found.settings}
        is_open = request.POST.get("open") == "yes"
        made = desk.set_gateway(found, told, is_open=is_open, now=reader.now)
        if not isinstance(made, Refusal):
            label = desk.WAYS[way].in_(reader.language)
            words = _("Open: %(way)s") if is_open else _("Kept, and closed: %(way)s")
            return done(request, words % {"way": label}, address("ways"))
        refusal, status = made, 422
    kept = deliveries.ways_out().get(way)
    fields = [_field(item, kept, request, reader) for item in found.settings]
    context = {
        "way": way,
        "label": desk.WAYS[way].in_(reader.language),
        "fields": fields,
        "is_open": request.POST.get("open") == "yes" if refusal else bool(kept and kept.is_open),
        "to_groups": way in desk.TO_GROUPS,
        "version": version_of(last),
        "errors": errors_of(refusal, reader.language),
    }
    return show(request, reader, "ways/way.jinja", context, at="ways", status=status)


@require_POST
@administrator
def chat(request: HttpRequest, reader: Reader) -> HttpResponse:
    """A group is added, or hears no more."""
    number = request.POST.get("chat", "")
    if number.isdecimal() and len(number) < 16:
        made = desk.withdraw_chat(int(number), now=reader.now)
        words = _("The group hears no more.")
    else:
        told = typed(request, *CHAT)
        made = desk.add_chat(**told, now=reader.now)
        words = _("The group is added.")
    if isinstance(made, Refusal):
        return _list(request, reader, made, 422)
    return done(request, words, address("ways"))


def _field(
    item: desk.Setting, kept: deliveries.WayOut | None, request: HttpRequest, reader: Reader
) -> dict[str, Json]:
    secret = item.kind == "secret"
    value = "" if secret or kept is None else kept.settings.get(item.name, "")
    there = secret and kept is not None and kept.has_secrets
    hint = _("Kept sealed; empty leaves it as it is.") if there else item.hint.in_(reader.language)
    return {
        "name": item.name,
        "label": item.text.in_(reader.language),
        "kind": {"secret": "password", "choice": "select", "long": "textarea", "url": "text"}.get(
            item.kind, item.kind
        ),
        "choices": [
            {"value": name, "label": text.in_(reader.language)} for name, text in item.choices
        ],
        "required": item.required and not there,
        "hint": hint,
        "value": request.POST.get(item.name, "" if secret else value),
    }


def _list(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    kept, clock, language = deliveries.ways_out(), reader.clock, reader.language
    units = {unit.code: unit.name for unit in reader.organisation.units.values()}
    context = {
        "rows": [_standing(way, kept.get(way), reader) for way in desk.WAYS if way != desk.HERE],
        "chats": [
            {
                "id": one.id,
                "name": one.name,
                "way": desk.WAYS[one.way].in_(language),
                "unit": units.get(one.unit, one.unit),
            }
            for one in deliveries.chats()
        ],
        "group_ways": [
            {"value": way, "label": desk.WAYS[way].in_(language)} for way in desk.TO_GROUPS
        ],
        "units": [{"value": code, "label": name} for code, name in units.items()],
        "typed": {name: request.POST.get(name, "") for name in CHAT},
        "lost": [_lost(one, clock, reader) for one in deliveries.gone_wrong()],
        "errors": errors_of(refusal, language),
        "said": said(request) if status == 200 else "",
    }
    return show(request, reader, "ways/list.jinja", context, at="ways", status=status)


def _standing(way: str, kept: deliveries.WayOut | None, reader: Reader) -> dict[str, Json]:
    clock = reader.clock
    if kept is None or not kept.is_open:
        state, tone = pgettext("way", "closed"), ""
    elif kept.down_since:
        since = {"time": clock.at(kept.down_since)}
        state, tone = _("does not answer since %(time)s") % since, "late"
    else:
        state, tone = pgettext("way", "open"), "done"
    return {
        "label": desk.WAYS[way].in_(reader.language),
        "url": address("way", args=[way]),
        "state": state,
        "tone": tone,
        "waiting": kept.waiting if kept else 0,
        "error": kept.error if kept and kept.down_since else "",
        "next": clock.at(kept.next_at) if kept and kept.down_since else "",
    }


def _lost(one: deliveries.Outgoing, clock: Clock, reader: Reader) -> dict[str, Json]:
    names = reader.organisation.names
    to_customer = one.to == deliveries.CUSTOMER
    kind = NEWS.get(one.kind)
    return {
        "at": clock.at(one.ended_at),
        "to": _("The customer") if to_customer else names.get(one.to, one.address),
        "way": desk.WAYS[one.way].in_(reader.language),
        "what": kind.text.in_(reader.language) if kind else one.kind,
        "error": one.error,
        "number": one.case_number,
        "came_back": one.state == "bounced",
        "owed": to_customer,
    }
