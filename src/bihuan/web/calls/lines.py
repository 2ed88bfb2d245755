"""Telephone lines: which telephone systems may tell of calls, and by which names; for administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import calls as desk
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.calls import lines as all_lines
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, opening, typed
from bihuan.web.shell import Reader, show

Json = Any
MADE = "line_secret"
TOLD = ("code", "name", "unit", "names")


@require_safe
@administrator
def lines(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every line, with the form for a new one."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Open a line, or end one."""
    if request.POST.get("change") == "end":
        desk.end_line(request.POST.get("line", ""), now=reader.now)
        return done(request, _("No more calls are taken from it."), address("lines"))
    told = typed(request, *TOLD)
    made = desk.open_line(
        told["code"], told["name"], told["unit"], names=names_of(told["names"]), now=reader.now
    )
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    request.session[MADE] = made
    return done(request, "", address("lines"))


def names_of(text: str) -> dict[str, str]:
    """Names as they are typed: `call=CallID event=State started=Ring`."""
    return {
        ours.strip(): theirs
        for ours, sign, theirs in (part.partition("=") for part in text.split())
        if sign
    }


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    units = reader.organisation.units
    context = opening(request, reader, TOLD, MADE, refusal) | {
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "unit": units[row.unit].name if row.unit in units else row.unit,
                "names": " ".join(f"{ours}={theirs}" for ours, theirs in row.names.items()),
                "address": request.build_absolute_uri(address("calls-told", args=[row.code])),
                "ended": reader.clock.day(row.ended_at) if row.ended_at else "",
            }
            for row in all_lines()
        ],
    }
    return show(request, reader, "calls/lines.jinja", context, at="lines", status=status)
