"""To follow a case: number and query code open it, then what comes next, the story, and one's word."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.desk import delivering, perform, query_codes, worlds
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import catch_up, possible
from bihuan.engine.words import SCORES, Text
from bihuan.records.queries.cases import CasePage, portal_case, survivor
from bihuan.web import outside
from bihuan.web.portal import consent, uploads
from bihuan.web.portal.asking import plain
from bihuan.web.portal.words import Telling
from bihuan.web.rate import Limit, address
from bihuan.web.shell import now
from bihuan.web.words import Clock

Json = Any
WRONG = Limit(query_codes.TRIED, query_codes.TRIES, query_codes.WITHIN)
ADDITIONS = Limit("portal additions", 40, 3600)
OPEN_FOR = 3600  # seconds a case stays open in a browser after its code was typed
SHOWN_FOR = 900  # seconds a code stays readable in the browser it was made in
LONGEST = 5000


def open_case(request: HttpRequest, number: str, code_hash: str, at: int) -> None:
    """Let this browser read and act on the case for an hour."""
    cases = dict(request.session.get("portal_cases", {}))
    cases[number] = [code_hash, at + OPEN_FOR]
    request.session["portal_cases"] = dict(list(cases.items())[-5:])


def unlocked(request: HttpRequest, number: str, at: int) -> CasePage | None:
    """The case, if its code was typed in this browser within the hour."""
    code_hash, until = request.session.get("portal_cases", {}).get(number, ("", 0))
    return portal_case(number, code_hash) if code_hash and at < until else None


def is_complaint(page: CasePage) -> bool:
    """Whether the matter is called a complaint; a request for a return is not."""
    return bool(page.state.facts.get("kind", "complaint") == "complaint")


def telling(page: CasePage, at: int) -> Telling:
    """The customer's words for a case, as it stands at `at` even where no sweep has run."""
    world = worlds.ruling(page.policy_id, at).world
    zone = ZoneInfo(world.calendars["usual"].zone)
    case = catch_up(page.state, world, at).case or page.state
    return Telling(case, world, Clock(zone, at, translation.get_language() or "zh"))


@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Number and code; a wrong pair is refused in the same words and time whatever is wrong with it."""
    typed = {name: request.POST.get(name, "")[:80] for name in ("number", "code")}
    typed["number"] = typed["number"] or request.GET.get("number", "")[:80]
    if request.method == "GET":
        return outside.show(request, "portal/unlock.jinja", {"typed": typed, "refused": ""})
    if not WRONG.take(address(request)):
        words = _("Too many tries from here. In a quarter of an hour you can try again.")
        context = {"typed": typed, "refused": words}
        return outside.show(request, "portal/unlock.jinja", context, status=429)
    number, code_hash = typed["number"].strip().upper(), query_codes.hash_of(typed["code"])
    if not query_codes.find_by_code(number, typed["code"]):
        words = _("This number and this code do not belong together.")
        context = {"typed": typed, "refused": words}
        return outside.show(request, "portal/unlock.jinja", context, status=403)
    WRONG.give_back(address(request))
    open_case(request, number, code_hash, now())
    return HttpResponseRedirect(reverse("portal_case", args=[number]))


def _with_code(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def asked(request: HttpRequest, number: str) -> HttpResponse:
        at = now()
        page = unlocked(request, number, at)
        if page is None:
            return HttpResponseRedirect(f"{reverse('portal_follow')}?number={number}")
        if goes_on := survivor(page.id):
            open_case(request, *goes_on, at)
            return HttpResponseRedirect(reverse("portal_case", args=[goes_on[0]]))
        return view(request, page, at)

    return asked


@_with_code
def case(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """What comes next, the story so far, and what the customer can do; what they were sent is then known."""
    delivering.mark_seen(page.number, at)
    return _page(request, page, at)


def _page(
    request: HttpRequest,
    page: CasePage,
    at: int,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    told = telling(page, at)
    offered = {
        item.act: item
        for item in possible(told.case, "customer", told.world, at)
        if item.refusal is None
    }
    kept = next(
        (
            item.refusal.text.in_(translation.get_language() or "zh")
            for item in possible(told.case, "customer", told.world, at)
            if item.act == "withdraw" and item.refusal is not None
        ),
        "",
    )
    content = " ".join(str(told.case.facts.get("content", "")).split())

    def url(digest: str) -> str:
        return reverse("portal_file", args=[page.number, digest])

    context = {
        "number": page.number,
        "act_id": secrets.token_hex(16),
        "title": content[:24] + ("…" if len(content) > 24 else ""),
        "promise": told.promise(),
        "events": list(told.story(page.history, url)),
        "ended": told.case.ended,
        "answering": "confirm" in offered and offered["confirm"].expected,
        "scores": [{"value": score, "label": str(score)} for score in SCORES]
        if "rate" in offered
        else [],
        "rating": told.case.facts.get("rating", ""),
        "may_add": "remark" in offered,
        "may_withdraw": "withdraw" in offered,
        "withdraw_refused": kept if told.case.goods.get("here") and not told.case.ended else "",
        "complaint": is_complaint(page),
        "consented": "consented_at" in told.case.facts,
        "refused": refused,
        "typed": request.POST.get("opinion", ""),
        "said": request.session.pop("portal_said", ""),
        "draft_done": request.session.pop("portal_draft", ""),
    }
    return outside.show(request, "portal/case.jinja", context, status=status)


def _act(request: HttpRequest, page: CasePage, at: int, name: str, data: dict[str, Json]) -> str:
    """Do an act as the customer, once however often it is sent; why not, or empty."""
    given = request.POST.get("act_id", "")[:36]
    act_id = f"portal {page.number} {given}"[:80] if given else None
    act = Act(name, "customer", at, data)
    refusal = perform.perform(act, case_number=page.number, act_id=act_id, now=at).refusal
    return refusal.text.in_(translation.get_language() or "zh") if refusal else ""


def _back(request: HttpRequest, page: CasePage, said: str, draft: str = "") -> HttpResponse:
    """Go on to the case, which says what is now true and drops the draft kept on this machine."""
    request.session["portal_said"] = said
    request.session["portal_draft"] = f"{draft}-{page.number}" if draft else ""
    return HttpResponseRedirect(reverse("portal_case", args=[page.number]))


@require_POST
@_with_code
def answer(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """Satisfied or not, in the customer's own words."""
    outcome = request.POST.get("outcome", "")
    opinion = plain(request.POST.get("opinion", ""))[:LONGEST]
    if outcome not in ("satisfied", "disputed") or (outcome == "disputed" and not opinion):
        words = _(
            "Say in a few words what is still wrong; whoever looks at it again needs to know."
        )
        return _page(request, page, at, words, 422)
    data = {"outcome": outcome, **({"opinion": opinion} if opinion else {})}
    if refusal := _act(request, page, at, "confirm", data):
        return _page(request, page, at, refusal, 409)
    return _back(
        request,
        page,
        _("Noted: satisfied. What follows stands below.")
        if outcome == "satisfied"
        else _(
            "Noted: not good enough. It is looked at again, one rank higher where the rules say so."
        ),
        draft="portal-opinion",
    )


@require_POST
@_with_code
def rate(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """A score from 1 to 5 for the answer; the visit that is owed stays owed."""
    score = request.POST.get("score", "")
    opinion = plain(request.POST.get("rating_opinion", ""))[:LONGEST]
    data: dict[str, Json] = {"score": int(score) if score.isdecimal() and len(score) < 3 else score}
    if opinion:
        data["opinion"] = opinion
    if refusal := _act(request, page, at, "rate", data):
        return _page(request, page, at, refusal, 422)
    return _back(request, page, _("Noted: %(score)s of 5. Thank you.") % {"score": score})


@require_http_methods(["GET", "POST"])
@_with_code
def add(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """Something more: words, photos, films, sound, PDF."""
    context = {"number": page.number, "typed": request.POST.get("text", ""), "errors": {}}
    if request.method == "GET":
        return outside.show(request, "portal/add.jinja", context)
    text = plain(request.POST.get("text", ""))[:LONGEST]
    sent = request.FILES.getlist("files")
    context["errors"] = _added(request, page, at, text, sent)
    if context["errors"]:
        return outside.show(request, "portal/add.jinja", context, status=422)
    return _back(
        request, page, _("Added. Whoever handles your matter sees it."), draft="portal-add"
    )


def _added(
    request: HttpRequest, page: CasePage, at: int, text: str, sent: list[Json]
) -> dict[str, str]:
    """What was wrong with it, at its field; empty where it was added."""
    if not text and not sent:
        return {"text": _("Write something, or choose a file.")}
    if not ADDITIONS.take(address(request)):
        return {"text": _("Too much from here within an hour. Try again later.")}
    if not sent:
        refused = _act(request, page, at, "remark", {"text": text})
        return {"text": refused} if refused else {}
    kept = uploads.keep(sent)
    if isinstance(kept, Refusal):
        return {"files": kept.text.in_(translation.get_language() or "zh")}
    told = {"text": text} if text else {}
    refused = _act(request, page, at, "attach", {"files": kept, **told})
    return {"files": refused} if refused else {}


@require_http_methods(["GET", "POST"])
@_with_code
def withdraw(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """Withdraw the complaint: what that means stands on the screen; it cannot be taken back."""
    context = {
        "number": page.number,
        "typed": request.POST.get("reason", ""),
        "error": "",
        "complaint": is_complaint(page),
    }
    if request.method == "GET":
        return outside.show(request, "portal/withdraw.jinja", context)
    reason = plain(request.POST.get("reason", ""))[:LONGEST]
    context["error"] = _act(request, page, at, "withdraw", {"reason": reason} if reason else {})
    if context["error"]:
        return outside.show(request, "portal/withdraw.jinja", context, status=409)
    said = (
        _("You withdrew the complaint. Nobody owes anything more on it.")
        if is_complaint(page)
        else _("You withdrew the request. Nobody owes anything more on it.")
    )
    return _back(request, page, said)


@require_http_methods(["GET", "POST"])
@_with_code
def take_back(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """The consent that was given, and what follows if it is taken back; then it does."""
    told = telling(page, at)
    facts = told.case.facts
    offered = possible(told.case, "customer", told.world, at)
    ending = next((item for item in offered if item.act == "withdraw"), None)
    ends = ending is not None and ending.refusal is None
    kept_open = ending.refusal.text if ending and ending.refusal else Text("", "")
    context = {
        "number": page.number,
        "given": told.when(int(facts.get("consented_at", 0))) if "consented_at" in facts else "",
        "words": consent.read(str(facts.get("consent_text", ""))),
        "ends": ends,
        "over": bool(told.case.ended),
        "kept_open": kept_open.in_(translation.get_language() or "zh"),
        "kept_for": consent.kept_for(told.world.policy, translation.get_language() or "zh"),
        "error": "",
    }
    if request.method == "GET":
        return outside.show(request, "portal/consent.jinja", context)
    words = _("I take back my consent to the use of what I told you.")
    act, data = ("withdraw", {"reason": words}) if ends else ("remark", {"text": words})
    context["error"] = _act(request, page, at, act, data)
    if context["error"]:
        return outside.show(request, "portal/consent.jinja", context, status=409)
    said = (
        _("You took your consent back. It is closed, and nobody works on it any more.")
        if ends
        else _("Noted that you took your consent back.")
    )
    return _back(request, page, said)


@require_POST
@_with_code
def renew(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:
    """A new query code, shown now and never again; the one before opens nothing from now on."""
    given = request.POST.get("act_id", "")[:36]
    act_id = f"portal {page.number} {given}"[:80]
    refusal = _act(request, page, at, query_codes.RENEW, {"checked": _("by the code before")})
    code = "" if refusal else query_codes.renewed(page.number, "customer", act_id)
    if not code:
        return _page(request, page, at, refusal or _("Press it once more."), 409)
    request.session["portal_receipt"] = {
        "number": page.number, "code": code, "until": at + SHOWN_FOR, "name": "",
    }  # fmt: skip
    open_case(request, page.number, query_codes.hash_of(code), at)
    return HttpResponseRedirect(reverse("portal_receipt"))


@require_POST
@_with_code
def leave(request: HttpRequest, page: CasePage, at: int) -> HttpResponse:  # noqa: ARG001
    """Close the case in this browser, for machines that several people use."""
    cases = dict(request.session.get("portal_cases", {}))
    cases.pop(page.number, None)
    request.session["portal_cases"] = cases
    return HttpResponseRedirect(reverse("portal"))
