"""Sources of posts: feeds that are read, services that post to us; for administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import sources as desk
from bihuan.desk.sources import CREDENTIALS, KINDS
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.received import sources as all_sources
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, opening, typed
from bihuan.web.shell import Reader, show

Json = Any
MADE = "source_secret"
TOLD = ("code", "name", "kind", "unit", "url", *CREDENTIALS)


@require_safe
@administrator
def sources(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every source, with the form for a new one."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Open a source, or end one."""
    if request.POST.get("change") == "end":
        desk.end_source(request.POST.get("source", ""), now=reader.now)
        return done(request, _("Nothing more is taken from it."), address("sources"))
    told = typed(request, *TOLD)
    made = desk.open_source(
        told["code"], told["name"], told["kind"], told["unit"], told, now=reader.now
    )
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    request.session[MADE] = made
    return done(request, _("The source is in use."), address("sources"))


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    units, language = reader.organisation.units, reader.language
    context = opening(request, reader, TOLD, MADE, refusal) | {
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "kind": KINDS[row.kind].text.in_(language),
                "unit": units[row.unit].name if row.unit in units else row.unit,
                "address": row.url
                if KINDS[row.kind].reads
                else request.build_absolute_uri(address("posts-told", args=[row.code])),
                "contact": reader.clock.at(row.contact_at) if row.contact_at else "",
                "error": row.error,
                "ended": reader.clock.day(row.ended_at) if row.ended_at else "",
            }
            for row in all_sources()
        ],
        "kinds": [{"value": name, "label": kind.text.in_(language)} for name, kind in KINDS.items()],
        "credentials": [
            {
                "name": name,
                "label": word.in_(language),
                "hint": _("for: %(kinds)s") % {"kinds": _("; ").join(
                    kind.text.in_(language) for kind in KINDS.values()
                    if name in (*kind.needs, *kind.may)
                )},
            }
            for name, word in CREDENTIALS.items()
        ],
    }  # fmt: skip
    return show(request, reader, "received/sources.jinja", context, at="sources", status=status)
