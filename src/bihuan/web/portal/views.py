"""To complain or apply: one question a screen, kept on the server until it is sent, then the receipt."""

import secrets
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.desk import (
    addresses,
    intake,
    organisation,
    packs,
    perform,
    permissions,
    presentation,
    query_codes,
    staging,
    worlds,
)
from bihuan.engine.case import Act
from bihuan.engine.forms import registration_form
from bihuan.engine.organisation import Organisation, seat, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.accounts import doors
from bihuan.web import forms, outside
from bihuan.web.portal import consent, follow, robots, uploads
from bihuan.web.portal.answers import public
from bihuan.web.portal.asking import Screen, conditions, plain, screens, way_in
from bihuan.web.portal.follow import SHOWN_FOR, open_case, telling, unlocked
from bihuan.web.rate import address
from bihuan.web.shell import now
from bihuan.web.words import Clock, Names

Json = Any
FIELDS = {
    "story": ("content", "about_unit", "kind"),
    "wish": ("demand",),
    "reach": ("name", "contact", "consent"),
}
LONGEST = {"content": 5000, "demand": 1000, "name": 60, "contact": 200}


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Complain, apply, or follow what was said; `?unit=CODE` says about whom (from a notice in a shop)."""
    at = now()
    code = request.GET.get("unit", "")[:60]
    unit = worlds.organisation(at).units.get(code)
    draft = dict(request.session.get("portal", {}))
    about = code if unit else str(draft.get("about_unit", ""))
    if _policy(at, about) is None:
        return outside.show(request, "portal/closed.jinja", {"ways": _ways(at)}, status=503)
    if unit:
        draft["about_unit"] = code if unit.parent else ""
    named = worlds.organisation(at).units.get(str(draft.get("about_unit", "")))
    draft.setdefault("began", at)
    draft.setdefault("act_id", f"portal {secrets.token_hex(16)}")
    request.session["portal"] = draft
    _plain, applied_for = _kinds(at, about, translation.get_language() or "zh")
    context = {
        "unit": named.name if named else "",
        "unknown": bool(code) and unit is None,
        "begun": "content" in draft,
        "applied_for": applied_for,
        "answers": bool(public(at)),
        "ways": _ways(at),
    }
    return outside.show(request, "portal/begin.jinja", context)


@require_http_methods(["GET", "POST"])
def conditions_of(request: HttpRequest, kind: str) -> HttpResponse:
    """The conditions of what is applied for, before the first question; read, they are not shown again."""
    at = now()
    language = translation.get_language() or "zh"
    draft = dict(request.session.get("portal", {}))
    policy = _policy(at, str(draft.get("about_unit", "")), kind)
    rows = conditions(policy, kind, language) if policy else ()
    if policy is None or not rows:
        raise Http404
    if not draft:
        return HttpResponseRedirect(reverse("portal"))
    if request.method == "POST":
        request.session["portal"] = draft | {"kind": kind, "conditions_read": kind}
        return HttpResponseRedirect(reverse("portal_step", args=[1]))
    context = {"kind": kind, "title": policy.kinds[kind].in_(language), "rows": rows}
    return outside.show(request, "portal/conditions.jinja", context)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: int) -> HttpResponse:
    """One of the questions. What was said so far is kept in this browser's session."""
    draft = dict(request.session.get("portal", {}))
    if not draft:  # sent already, where the answer was lost on the way
        known = "portal_receipt" in request.session
        return HttpResponseRedirect(reverse("portal_receipt" if known else "portal"))
    at = now()
    if request.method == "GET" and step == 1 and "plain" in request.GET:
        draft.pop("kind", None)
        request.session["portal"] = draft
    asked = _screens(at, draft)
    if not 1 <= step <= len(asked):
        raise Http404
    if step > 1 and not draft.get("content"):
        return HttpResponseRedirect(reverse("portal_step", args=[1]))
    if request.method == "GET":
        return _ask(request, step, draft)
    errors = _take(request, asked[step - 1], draft, at)
    request.session["portal"] = draft
    if "back" in request.POST and step > 1:
        return HttpResponseRedirect(reverse("portal_step", args=[step - 1]))
    if errors := errors | _missing(asked[step - 1].name, draft, at):
        return _ask(request, step, draft, errors, 422)
    if unread := _unread(at, draft):
        return HttpResponseRedirect(reverse("portal_conditions", args=[unread]))
    if step < len(_screens(at, draft)):
        return HttpResponseRedirect(reverse("portal_step", args=[step + 1]))
    return _send(request, draft)


def _take(request: HttpRequest, screen: Screen, draft: dict[str, Json], at: int) -> dict[str, str]:
    """Put what was typed on a screen into the draft; what could not be read, by field."""
    for name in FIELDS.get(screen.name, ()):
        if name == "kind" and "kind" not in request.POST:
            continue  # chosen by the conditions that were read
        draft[name] = plain(request.POST.get(name, ""))[: LONGEST.get(name, 80)]
    if request.POST.get("website"):
        draft["filled_by"] = "robot"
    if screen.name == "story":
        return _take_files(request, draft, at)
    if not screen.fields:
        return {}
    names, clock = _reading(at, draft)
    read = forms.read(request, screen.fields, names, clock)
    told, typed = dict(draft.get("told", {})), dict(draft.get("typed", {}))
    for field in screen.fields:
        told.pop(field.name, None)
        typed[field.name] = request.POST.get(forms.control(field.name), "").strip()[:500]
        value = read.data.get(field.name)
        if isinstance(value, str):
            value = plain(value)[:500]
            if field.choices and value not in dict(field.choices):
                value = None
        if value is not None:
            told[field.name] = value
    draft["told"], draft["typed"] = told, typed
    return read.errors


def _take_files(request: HttpRequest, draft: dict[str, Json], at: int) -> dict[str, str]:
    """Put files chosen beside the story aside, and drop those no longer wanted."""
    staged = list(draft.get("files", []))
    if unwanted := request.POST.getlist("drop"):
        for one in staged:
            if one["place"] in unwanted:
                staging.drop(one["place"])
        staged = [one for one in staged if one["place"] not in unwanted]
    draft["files"] = staged
    sent = request.FILES.getlist("files")
    if not sent:
        return {}
    if not follow.ADDITIONS.take(address(request)):
        return {"files": _("Too much from here within an hour. Try again later.")}
    found = uploads.stage(sent, staged, at)
    if isinstance(found, Refusal):
        return {"files": found.text.in_(translation.get_language() or "zh")}
    draft["files"] = staged + found
    return {}


def _attach(draft: dict[str, Json], number: str, at: int) -> None:
    """What was put aside goes to the case, once however often it is sent."""
    if kept := uploads.keep_staged(draft.get("files", [])):
        act = Act("attach", "customer", at, {"files": kept})
        perform.perform(act, case_number=number, act_id=f"{draft['act_id']} files", now=at)


def _missing(screen: str, draft: dict[str, Json], at: int) -> dict[str, str]:
    if screen == "story" and not draft["content"]:
        return {"content": _("Tell us in a few words what happened.")}
    known = worlds.organisation(at).units
    if screen == "story" and draft["about_unit"] and draft["about_unit"] not in known:
        draft["about_unit"] = ""
        return {"about_unit": _("Choose one of the list, or leave it open.")}
    if screen == "reach" and draft["consent"] != "yes":
        return {
            "consent": _(
                "Without your consent we may not keep what you wrote, and cannot act on it."
            )
        }
    return {}


def _unread(at: int, draft: dict[str, Json]) -> str:
    """The kind whose conditions have to be shown first and were not; empty where all is well."""
    kind = str(draft.get("kind", ""))
    policy = _policy(at, str(draft.get("about_unit", "")), kind)
    if policy is None or draft.get("conditions_read") == kind:
        return ""
    return kind if conditions(policy, kind, "en") else ""


def _ask(
    request: HttpRequest,
    step: int,
    draft: dict[str, Json],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    at = now()
    about, kind = str(draft.get("about_unit", "")), str(draft.get("kind", ""))
    policy = _policy(at, about, kind)
    if policy is None:
        return outside.show(request, "portal/closed.jinja", status=503)
    language = translation.get_language() or "zh"
    plain, applied_for = _kinds(at, about, language)
    applied = next((item["label"] for item in applied_for if item["value"] == kind), "")
    asked = screens(policy, _kind(draft, policy))
    screen, before = asked[step - 1], asked[step - 2] if step > 1 else None
    names, clock = _reading(at, draft)
    wrong = errors or {}
    context = {
        "step": step,
        "steps": len(asked),
        "screen": screen.name,
        "before": before.name if before else "",
        "title": screen.title,
        "applied": applied,
        "complaint": _kind(draft, policy) == "complaint",
        "typed": {name: draft.get(name, "") for names in FIELDS.values() for name in names},
        "fields": [
            forms.draw(
                field, names, clock, draft.get("typed", {}).get(field.name, ""),
                wrong.get(field.name, ""),
            )
            for field in screen.fields
        ],
        "errors": wrong,
        "summary": [
            {"text": text, "field": forms.control(name)}
            for name, text in wrong.items()
            if name and text
        ],
        "staged": draft.get("files", []),
        "units": [] if applied else _units(worlds.organisation(at)),
        "kinds": [] if applied else plain,
        "consent": consent.words(policy, language, complaint=_kind(draft, policy) == "complaint"),
        "challenge": robots.challenge(str(draft.get("act_id", "")), at)
        if step == len(asked)
        else None,
    }  # fmt: skip
    return outside.show(request, "portal/step.jinja", context, status=status)


def _send(request: HttpRequest, draft: dict[str, Json]) -> HttpResponse:
    at = now()
    about = str(draft.get("about_unit", ""))
    policy = _policy(at, about, str(draft.get("kind", "")))
    last = len(_screens(at, draft))
    if policy is None:
        return outside.show(request, "portal/closed.jinja", status=503)
    began, who = int(draft.get("began", at)), address(request)
    trapped = bool(draft.pop("filled_by", None))
    judged = robots.judge(request, str(draft["act_id"]), began=began, trapped=trapped, at=at)
    if judged.wrong:
        request.session["portal"] = draft | {"began": min(began, at - robots.QUICKEST)}
        return _ask(request, last, draft, {"sum": ""} | {judged.field: judged.wrong}, 422)
    if not judged.limit.take(who):
        words = _("Too many complaints from here within an hour. Yours is kept; send it later.")
        return _ask(request, last, draft, {"": words}, 429)
    draft.setdefault("consented_at", at)  # the same whenever it is sent again
    request.session["portal"] = draft
    done = intake.register(
        _facts(draft, policy),
        by="customer",
        unit=_receiving(worlds.organisation(at), about, at),
        now=at,
        act_id=str(draft["act_id"]),
    )
    if done.refusal:
        judged.limit.give_back(who)
        words = done.refusal.text.in_(translation.get_language() or "zh")
        return _ask(request, last, draft, {"": words}, 422)
    _attach(draft, done.number, at)
    request.session.pop("portal", None)
    request.session["portal_receipt"] = {
        "number": done.number,
        "code": done.query_code,
        "until": at + SHOWN_FOR,
        "name": draft.get("name", ""),
    }
    open_case(request, done.number, query_codes.hash_of(done.query_code), at)
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


def _policy(at: int, about: str, kind: str = "") -> Policy | None:
    """The policy that rules over a matter of this kind from here; None before one is, or while the portal is closed."""
    unit = _receiving(worlds.organisation(at), about, at)
    version = packs.policy_for(unit, kind or "complaint", at) or packs.policy_for(unit, "", at)
    policy = worlds.policy_of(version.pk) if version else None
    return policy if policy and way_in(policy) not in presentation.closed_channels() else None


def _kind(draft: dict[str, Json], policy: Policy) -> str:
    """The kind chosen, else a complaint where the policy knows complaints."""
    kind = str(draft.get("kind", ""))
    if kind in policy.kinds:
        return kind
    return "complaint" if "complaint" in policy.kinds else next(iter(policy.kinds))


def _screens(at: int, draft: dict[str, Json]) -> tuple[Screen, ...]:
    policy = _policy(at, str(draft.get("about_unit", "")), str(draft.get("kind", "")))
    return screens(policy, _kind(draft, policy)) if policy else ()


def _kinds(at: int, about: str, language: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The kinds of the policies that rule from here: those asked plainly, and those with conditions."""
    unit = _receiving(worlds.organisation(at), about, at)
    plain: list[dict[str, str]] = []
    applied_for: list[dict[str, str]] = []
    offered: dict[str, Policy] = {}
    for version in packs.policies_in_force(at).values():
        for kind in worlds.policy_of(version.pk).kinds:
            if ruling := packs.policy_for(unit, kind, at):
                offered.setdefault(kind, worlds.policy_of(ruling.pk))
    for kind, policy in offered.items():
        item = {"value": kind, "label": policy.kinds[kind].in_(language)}
        (applied_for if conditions(policy, kind, language) else plain).append(item)
    return plain, applied_for


def _reading(at: int, draft: dict[str, Json]) -> tuple[Names, Clock]:
    """What things are called, and the clock times are read by, under the policy of the draft."""
    about, kind = str(draft.get("about_unit", "")), str(draft.get("kind", ""))
    found, language = worlds.organisation(at), translation.get_language() or "zh"
    policy = _policy(at, about, kind)
    if policy is None:
        raise Http404
    zone = ZoneInfo(str(policy.calendars["usual"].get("zone", "Asia/Shanghai")))
    return Names(policy, found, language), Clock(zone, at, language)


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
    facts = {
        "kind": _kind(draft, policy),
        "channel": way_in(policy),
        **{name: draft.get(name, "") for name in ("content", "demand", "name", "about_unit")},
        **{
            field.name: draft.get("told", {}).get(field.name, "")
            for screen in screens(policy, _kind(draft, policy))
            for field in screen.fields
        },
    }
    if draft.get("conditions_read") == facts["kind"]:
        facts["conditions_told"] = "yes"
    contact = str(draft.get("contact", ""))
    facts[
        "phone" if len(addresses.normal_phone(contact)) >= 7 and "@" not in contact else "contact"
    ] = contact
    for name in ("demand", "name"):
        if name not in known and facts[name]:
            facts["content"] += f"\n{facts.pop(name)}"
    told = {
        name: value
        for name, value in facts.items()
        if value not in ("", None) and (name in known or name in ("kind", "channel", "phone"))
    }
    complaint = facts["kind"] == "complaint"
    words = consent.words(policy, translation.get_language() or "zh", complaint=complaint)
    return told | {"consented_at": draft["consented_at"], "consent_text": consent.keep(words)}


def _units(found: Organisation) -> list[dict[str, str]]:
    """Whom a complaint can be about, below the top, under the names people know."""
    held = {unit_of(place) for place in found.known}
    units = [unit for unit in found.units.values() if unit.parent]
    return [
        {"value": unit.code, "label": unit.name}
        for unit in sorted(units, key=lambda unit: (unit.kind, unit.code not in held, unit.name))
    ]


def _ways(at: int) -> list[dict[str, str]]:
    """The open channels with the address the organisation gives for them."""
    language = "en" if translation.get_language() == "en" else "zh"
    told = doors()
    found = {}
    for version in packs.policies_in_force(at).values():
        for name, channel in worlds.policy_of(version.pk).channels.items():
            row = told.get(name, {})
            where = row.get(language) or row.get("zh") or row.get("en")
            if where and row.get("open") != "no":
                found[name] = {"name": channel.text.in_(language), "where": where}
    return list(found.values())
