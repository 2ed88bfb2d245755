"""First run: name the organisation, choose its policy, make the first administrator."""

from dataclasses import dataclass
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bihuan.desk import packs, setup, worlds
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.web import outside
from bihuan.web.rate import Limit, address
from bihuan.web.shell import now

FIELDS = ("organisation_name", "pack", "admin_name", "admin_username")
GUESSES = Limit("setup", 20, 600)


@dataclass(frozen=True, slots=True)
class Pack:
    """A shipped policy as it is offered."""

    code: str
    title: str
    clauses: int
    about: str


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """The set-up page, for whoever holds the console's token; it is gone once set up."""
    if setup.is_set_up():
        raise Http404
    token = request.POST.get("token") or request.GET.get("token") or ""
    if not token:
        return outside.show(request, "setup/token.jinja", {"wrong": False, "spent": False})
    if GUESSES.spent(address(request)):
        context = {"wrong": True, "spent": True}
        return outside.show(request, "setup/token.jinja", context, status=429)
    if not setup.is_right_token(token, now()):
        GUESSES.count(address(request))
        context = {"wrong": True, "spent": False}
        return outside.show(request, "setup/token.jinja", context, status=403)
    if request.method == "POST" and "organisation_name" in request.POST:
        return _set_up(request, token)
    return _form(request, token)


def _set_up(request: HttpRequest, token: str) -> HttpResponse:
    password = request.POST.get("password", "")
    if password != request.POST.get("password_again", ""):
        return _form(request, token, {"password_again": _("This is not the same password.")})
    told = {name: request.POST.get(name, "").strip() for name in FIELDS}
    done = setup.set_up(
        token,
        **told,
        password=password,
        language="en" if translation.get_language() == "en" else "zh-hans",
        now=now(),
    )
    if isinstance(done, Refusal):
        text = done.text.in_(translation.get_language() or "zh")
        return _form(request, token, {done.field: text})
    request.session["said"] = _("%(name)s is set up. Sign in as its administrator.") % {
        "name": told["organisation_name"]
    }
    return HttpResponseRedirect(reverse("account_login"))


def _form(request: HttpRequest, token: str, errors: dict[str, str] | None = None) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    context = {"token": token, "packs": _packs(), "typed": typed, "errors": errors or {}}
    return outside.show(request, "setup/form.jinja", context, status=422 if errors else 200)


def _packs() -> list[Pack]:
    language = translation.get_language() or "zh"
    return [
        Pack(code, policy.title.in_(language), len(policy.clauses), packs.about(code).in_(language))
        for code, policy in _shipped().items()
    ]


@cache
def _shipped() -> dict[str, Policy]:
    return {code: worlds.compiled(packs.shipped_text(code), code) for code in packs.shipped()}
