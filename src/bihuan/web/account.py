"""What a person sets for themselves: language, theme; and the page about oneself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bihuan.desk import changes, people
from bihuan.web.shell import THEMES, YEAR, Reader, reader_of, show, staff


def _back(request: HttpRequest) -> HttpResponseRedirect:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(asked if safe else resolve_url("todo"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read on in the chosen language; whoever is signed in keeps it."""
    chosen = request.POST.get("language", "")
    answer = _back(request)
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        reader = reader_of(request)
        if reader and reader.account.language != chosen:
            account = reader.account
            told = {"name": account.name, "phone": account.phone, "language": chosen}
            with changes.by(account.person_id):
                people.change_person(int(account.person_id), **told, now=reader.now)
    return answer


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Read on in the chosen theme."""
    chosen = request.POST.get("theme", "")
    answer = _back(request)
    if chosen in THEMES:
        answer.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


@staff
def me(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Who one is here, and what one can set; on the phone also the way out."""
    return show(request, reader, "me.jinja", at="account")


def health(_request: HttpRequest) -> HttpResponse:
    """For whoever watches the server: that it answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@staff
def parts(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every component once."""
    return show(request, reader, "styleguide.jinja")
