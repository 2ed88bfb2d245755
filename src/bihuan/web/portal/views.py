"""To complain: one question a screen, kept on the server until it is sent, then the receipt."""

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.desk import intake, organisation, packs, permissions, worlds
from bihuan.engine.forms import registration_form
from bihuan.engine.organisation import Organisation, seat, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.say_time import say_span
from bihuan.web import outside
from bihuan.web.portal.follow import open_case, telling, unlocked
from bihuan.web.rate import Limit, address
from bihuan.web.shell import now

Json = Any
STEPS = 3
FIELDS = {
    1: ("content", "about_unit", "kind"),
    2: ("demand",),
    3: ("name", "contact", "consent"),
}
LONGEST = {"content": 5000, "demand": 1000, "name": 60, "contact": 200}
QUICKEST = 3  # seconds nobody needs less than for three screens
SENT = Limit("portal complaints", 30, 3600)
SHOWN_FOR = 900  # seconds the receipt stays readable in the browser it was made in
WAYS_IN = ("web", "website", "online", "portal", "email")


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Complain, or follow what was said; `?unit=CODE` says about whom (from a notice in a shop)."""
    at = now()
    code = request.GET.get("unit", "")
    unit = worlds.organisation(at).units.get(code)
    if _policy(at, code if unit else "") is None:
        return outside.show(request, "portal/closed.jinja", status=503)
    draft = dict(request.session.get("portal", {}))
    if unit:
        draft["about_unit"] = code
    draft.setdefault("began", at)
    draft.setdefault("act_id", f"portal {secrets.token_hex(16)}")
    request.session["portal"] = draft
    context = {"unit": unit.name if unit and unit.parent else "", "begun": "content" in draft}
    return outside.show(request, "portal/begin.jinja", context)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: int) -> HttpResponse:
    """One of the three questions. What was said so far is kept in this browser's session."""
    if step not in FIELDS:
        raise Http404
    draft = dict(request.session.get("portal", {}))
    if not draft:
        return HttpResponseRedirect(reverse("portal"))
    if step > 1 and not draft.get("content"):
        return HttpResponseRedirect(reverse("portal_step", args=[1]))
    if request.method == "GET":
        return _ask(request, step, draft)
    for name in FIELDS[step]:
        draft[name] = request.POST.get(name, "").strip()[: LONGEST.get(name, 80)]
    if request.POST.get("website"):
        draft["filled_by"] = "robot"
    request.session["portal"] = draft
    if "back" in request.POST and step > 1:
        return HttpResponseRedirect(reverse("portal_step", args=[step - 1]))
    if errors := _missing(step, draft):
        return _ask(request, step, draft, errors, 422)
    if step < STEPS:
        return HttpResponseRedirect(reverse("portal_step", args=[step + 1]))
    return _send(request, draft)


def _missing(step: int, draft: dict[str, Json]) -> dict[str, str]:
    if step == 1 and not draft["content"]:
        return {"content": _("Tell us in a few words what happened.")}
    if step == STEPS and draft["consent"] != "yes":
        return {
            "consent": _(
                "Without your consent we may not keep what you wrote, and cannot act on it."
            )
        }
    return {}


def _ask(
    request: HttpRequest,
    step: int,
    draft: dict[str, Json],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    at = now()
    policy = _policy(at, str(draft.get("about_unit", "")))
    if policy is None:
        return outside.show(request, "portal/closed.jinja", status=503)
    language = translation.get_language() or "zh"
    context = {
        "step": step,
        "steps": STEPS,
        "typed": {name: draft.get(name, "") for names in FIELDS.values() for name in names},
        "errors": errors or {},
        "units": _units(worlds.organisation(at)),
        "kinds": [
            {"value": name, "label": text.in_(language)} for name, text in policy.kinds.items()
        ],
        "kept_for": _kept_for(policy, language),
    }
    return outside.show(request, "portal/step.jinja", context, status=status)


def _send(request: HttpRequest, draft: dict[str, Json]) -> HttpResponse:
    at = now()
    about = str(draft.get("about_unit", ""))
    policy = _policy(at, about)
    if draft.get("filled_by") or at - int(draft.get("began", at)) < QUICKEST:
        draft.pop("filled_by", None)
        request.session["portal"] = draft | {"began": at - QUICKEST}
        words = _("That was quicker than anybody writes. If you are no robot, send it once more.")
        return _ask(request, STEPS, draft, {"": words}, 422)
    if SENT.spent(address(request)):
        words = _("Too many complaints from here within an hour. Yours is kept; send it later.")
        return _ask(request, STEPS, draft, {"": words}, 429)
    if policy is None:
        return outside.show(request, "portal/closed.jinja", status=503)
    done = intake.register(
        _facts(draft, policy),
        by="customer",
        unit=_receiving(worlds.organisation(at), about, at),
        now=at,
        act_id=str(draft["act_id"]),
    )
    if done.refusal:
        words = done.refusal.text.in_(translation.get_language() or "zh")
        return _ask(request, STEPS, draft, {"": words}, 422)
    SENT.count(address(request))
    request.session.pop("portal", None)
    request.session["portal_receipt"] = {
        "number": done.number,
        "code": done.query_code,
        "until": at + SHOWN_FOR,
        "name": draft.get("name", ""),
    }
    open_case(request, done.number, intake.hash_of(done.query_code), at)
    return HttpResponseRedirect(reverse("portal_receipt"))


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Number and query code, shown now and never again, and the first promise with its time."""
    at = now()
    found = request.session.get("portal_receipt")
    if not found or at >= found["until"]:
        request.session.pop("portal_receipt", None)
        return HttpResponseRedirect(reverse("portal_follow"))
    page = unlocked(request, found["number"], at)
    if page is None:
        return HttpResponseRedirect(reverse("portal_follow"))
    told = telling(page, at)
    code = found["code"]
    context = {
        "number": found["number"],
        "code": " ".join(code[start : start + 5] for start in range(0, len(code), 5)),
        "name": found["name"],
        "promise": told.promise(),
        "registered": told.when(page.state.registered),
        "without_contact": not page.state.facts.get("contact"),
    }
    return outside.show(request, "portal/receipt.jinja", context)


def _policy(at: int, about: str) -> Policy | None:
    """The policy that rules over a complaint from here; None before one is in force."""
    unit = _receiving(worlds.organisation(at), about, at)
    version = packs.policy_for(unit, "complaint", at) or packs.policy_for(unit, "", at)
    return worlds.policy_of(version.pk) if version else None


def _receiving(found: Organisation, about: str, at: int) -> str:
    """The unit that takes it in: the nearest above the one concerned that has an intake post of its own."""
    for unit in found.ancestors(about):
        version = packs.policy_for(unit, "", at)
        if version is None:
            continue
        posts = permissions.intake_posts(worlds.policy_of(version.pk))
        if any(seat(post, unit) in found.known for post in posts):
            return unit
    return organisation.root(found)


def _facts(draft: dict[str, Json], policy: Policy) -> dict[str, Json]:
    """What was said, by the policy's names; what the policy does not know is added to the story."""
    known = {field.name for field in registration_form(policy).fields}
    channel = next(
        (name for name in WAYS_IN if name in policy.channels), next(iter(policy.channels))
    )
    kind = draft.get("kind") or ("complaint" if "complaint" in policy.kinds else "")
    facts = {
        "kind": kind or next(iter(policy.kinds)),
        "channel": channel,
        **{name: draft.get(name, "") for name in ("content", "demand", "name", "about_unit")},
    }
    contact = str(draft.get("contact", ""))
    facts[
        "phone" if len(intake.normal_phone(contact)) >= 7 and "@" not in contact else "contact"
    ] = contact
    for name in ("demand", "name"):
        if name not in known and facts[name]:
            facts["content"] += f"\n{facts.pop(name)}"
    return {
        name: value
        for name, value in facts.items()
        if value and (name in known or name in ("kind", "channel", "phone"))
    }


def _units(found: Organisation) -> list[dict[str, str]]:
    """Whom a complaint can be about, below the top, under the names people know."""
    held = {unit_of(place) for place in found.known}
    units = [unit for unit in found.units.values() if unit.parent]
    return [
        {"value": unit.code, "label": unit.name}
        for unit in sorted(units, key=lambda unit: (unit.kind, unit.code not in held, unit.name))
    ]


def _kept_for(policy: Policy, language: str) -> str:
    """How long what was written is kept, in words; empty where the policy sets no time."""
    for _what, number, _after in policy.keep:
        value = policy.numbers[number].value() if number in policy.numbers else None
        if value is not None and not isinstance(value, int | str):
            return say_span(value, language)
    return ""
