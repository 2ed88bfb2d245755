"""Webhooks: who subscribed to which events, the log of what was sent, sending it again; for administrators."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import webhooks as desk
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.organisation import people
from bihuan.records.queries.webhooks import DeliveryRow, WebhookRow, deliveries, webhooks
from bihuan.web.administration import administrator, done, opening, said, typed
from bihuan.web.programs.tokens import tabs
from bihuan.web.shell import Reader, show

Json = Any
MADE = "webhook_secret"
PAGE = 50
TOLD = ("name", "url", "kinds", "unit", "person")


@require_safe
@administrator
def subscriptions(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every subscription, with the form for a new one."""
    return _page(request, reader)


@require_safe
@administrator
def log(request: HttpRequest, reader: Reader, webhook: int) -> HttpResponse:
    """What one subscription was sent and what came back, newest first; `?before=ID` goes on."""
    found = next((one for one in webhooks() if one.id == webhook), None)
    if found is None:
        raise Http404
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 16 else 0
    rows = deliveries(webhook, before=before, limit=PAGE + 1)
    address = reverse("webhook", args=[webhook])
    context = {
        "tabs": tabs(reader, "webhooks"),
        "webhook": _subscription(found, reader),
        "rows": [_delivery(one, reader) for one in rows[:PAGE]],
        "next_url": f"{address}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
        "said": said(request),
    }
    return show(request, reader, "programs/webhook.jinja", context, at="programs")


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Subscribe, end a subscription, send a delivery again."""
    does = request.POST.get("change", "")
    key = _number(request.POST.get("webhook", ""))
    if does == "end":
        desk.end(key, now=reader.now)
        return done(request, _("It is told nothing more."), reverse("webhooks"))
    if does == "replay":
        desk.replay(_number(request.POST.get("delivery", "")), now=reader.now)
        words = _("It is sent again within seconds.")
        return done(request, words, reverse("webhook", args=[key]))
    told = typed(request, *TOLD)
    made = desk.subscribe(
        told["name"],
        told["url"],
        person=_number(told["person"]) or int(reader.person),
        kinds=told["kinds"].split(),
        unit=told["unit"],
        now=reader.now,
    )
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    request.session[MADE] = made[1]
    return done(request, "", reverse("webhooks"))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context = opening(request, reader, TOLD, MADE, refusal) | {
        "tabs": tabs(reader, "webhooks"),
        "rows": [_subscription(one, reader) for one in webhooks()],
        "people": [{"value": one.person_id, "label": one.name} for one in people(reader.now)],
        "me": reader.person,
    }
    return show(request, reader, "programs/webhooks.jinja", context, at="programs", status=status)


def _subscription(one: WebhookRow, reader: Reader) -> dict[str, Json]:
    unit = reader.organisation.units.get(one.unit)
    return {
        "id": one.id,
        "name": one.name,
        "address": one.url,
        "url": reverse("webhook", args=[one.id]),
        "kinds": " ".join(one.kinds),
        "unit": unit.name if unit else one.unit,
        "person": one.person,
        "ended": reader.clock.day(one.ended_at) if one.ended_at else "",
    }


def _delivery(one: DeliveryRow, reader: Reader) -> dict[str, Json]:
    clock = reader.clock
    words = {
        "waiting": _("waits"),
        "sent": _("arrived"),
        "dead": _("given up"),
        "withheld": _("withheld"),
    }
    tones = {"sent": "done", "dead": "late"}
    return {
        "id": one.id,
        "number": one.case_number,
        "kind": one.kind,
        "at": clock.at(one.written_at),
        "state": words[one.state],
        "tone": tones.get(one.state, "near" if one.attempts else ""),
        "tries": one.attempts + (one.state == "sent"),
        "next": clock.at(one.next_at) if one.state == "waiting" else "",
        "status": one.status or "",
        "response": one.response,
    }
