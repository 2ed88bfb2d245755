"""Tokens of programs: made by a person for themselves, shown once, revoked; administrators see all."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import tokens as desk
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.tokens import TokenRow, tokens
from bihuan.web.addresses import address
from bihuan.web.administration import done, errors_of, said
from bihuan.web.shell import Reader, show, staff

Json = Any
MADE = "token_made"


@require_safe
@staff
def own(request: HttpRequest, reader: Reader) -> HttpResponse:
    """One's own tokens, or for an administrator everybody's, with the form for a new one."""
    return _page(request, reader)


@require_POST
@staff
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Make a token, or end one."""
    if request.POST.get("change") == "revoke":
        number = request.POST.get("token", "")
        key = int(number) if number.isdecimal() and len(number) < 16 else 0
        administers = reader.account.is_administrator
        desk.revoke(key, by=int(reader.person), is_administrator=administers, now=reader.now)
        return done(request, _("The token is revoked and opens nothing more."), address("programs"))
    days = request.POST.get("days", "")
    made = desk.make(
        int(reader.person),
        request.POST.get("name", "")[:200],
        request.POST.getlist("scopes"),
        days=int(days) if days.isdecimal() and len(days) < 6 else 0,
        now=reader.now,
    )
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    request.session[MADE] = made
    return done(request, "", address("programs"))


def tabs(reader: Reader, at: str) -> list[dict[str, Json]]:
    """The pages about programs that the reader may open."""
    found = [("programs", _("Tokens")), ("operations", _("Operations of the API"))]
    if reader.account.is_administrator:
        found.append(("webhooks", _("Webhooks")))
    return [{"label": label, "url": address(name), "current": name == at} for name, label in found]


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    lang, posted = reader.language, request.POST if request.method == "POST" else {}
    administers = reader.account.is_administrator
    scopes = {name: text for name, text in desk.SCOPES.items() if name != "admin" or administers}
    context = {
        "tabs": tabs(reader, "programs"),
        "rows": [_row(one, reader) for one in tokens("" if administers else reader.person)],
        "everybody": administers,
        "made": request.session.pop(MADE, "") if request.method == "GET" else "",
        "told": {"name": posted.get("name", ""), "days": posted.get("days", str(desk.LASTS))},
        "chosen": request.POST.getlist("scopes") or ["read"],
        "scopes": [{"value": name, "label": text.in_(lang)} for name, text in scopes.items()],
        "errors": errors_of(refusal, lang),
        "said": said(request) if request.method == "GET" else "",
    }
    return show(request, reader, "programs/tokens.jinja", context, at="programs", status=status)


def _row(one: TokenRow, reader: Reader) -> dict[str, Json]:
    clock, state = reader.clock, one.state(reader.now)
    words = {"in use": _("in use"), "ended": _("ended"), "revoked": _("revoked")}
    return {
        "id": one.id,
        "name": one.name,
        "ending": f"…{one.ending}",
        "person": one.person,
        "scopes": " ".join(one.scopes),
        "made": clock.day(one.made_at),
        "until": clock.day(one.until_at),
        "used": clock.at(one.used_at) if one.used_at else _("never"),
        "state": words[state],
        "tone": "done" if state == "in use" else "",
        "may_revoke": state == "in use",
    }
