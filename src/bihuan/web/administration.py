"""Pages on which the administrator changes something: who may, what is refused, what is said after."""

from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from bihuan.engine.refusal import Refusal
from bihuan.web.shell import Reader, View, show, staff

Json = Any


def administrator(view: View) -> View:
    """A page for administrators; others of the organisation read why not."""

    @wraps(view)
    def asked(request: HttpRequest, reader: Reader, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reader.account.is_administrator:
            return show(request, reader, "organisation/refused.jinja", status=403)
        return view(request, reader, *args, **kwargs)

    return staff(asked)


def errors_of(refusal: Refusal | None, language: str) -> dict[str, str]:
    """The refusal at its field, as forms want it; empty where there is none."""
    return {refusal.field: refusal.text.in_(language)} if refusal else {}


def done(request: HttpRequest, said: str, url: str) -> HttpResponse:
    """Go on to a page that says what is now true."""
    request.session["administration_said"] = said
    return HttpResponseRedirect(url)


def said(request: HttpRequest) -> str:
    """What the page before said is now true; once."""
    return str(request.session.pop("administration_said", ""))


def typed(request: HttpRequest, *names: str) -> Mapping[str, str]:
    """What was typed into these fields."""
    return {name: request.POST.get(name, "").strip()[:500] for name in names}
