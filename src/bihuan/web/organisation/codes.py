"""QR codes to hang up: each opens the customer's page with its unit filled in."""

from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe
from markupsafe import Markup

from bihuan.engine.organisation import Unit
from bihuan.web.organisation.views import kind_of
from bihuan.web.shell import Reader, show, staff

MOST = 200  # codes on one sheet
INVITATION = gettext_noop("Something wrong? Say it here, and see who does what by when.")


@require_safe
@staff
def codes(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Choose units (`?unit=CODE…` or `?kind=KIND`) and print their codes; for managers and administrators."""
    if not (reader.account.is_administrator or reader.oversees):
        raise Http404
    units = sorted(reader.organisation.units.values(), key=lambda one: (one.kind, one.name))
    kind, chosen = request.GET.get("kind", ""), request.GET.getlist("unit")
    wanted = [one for one in units if one.code in chosen or (kind and one.kind == kind)]
    door = request.build_absolute_uri(reverse("portal"))
    context = {
        "units": [{"value": one.code, "label": one.name, "chosen": one in wanted} for one in units],
        "kinds": [
            {"label": kind_of(name), "url": f"?kind={name}", "current": name == kind}
            for name in dict.fromkeys(one.kind for one in units)
        ],
        "sheet": [_label(one, door) for one in wanted[:MOST]],
        "left_off": max(len(wanted) - MOST, 0),
        "most": MOST,
        "door": door,
        "invitations": [_in(language, INVITATION) for language in ("zh-hans", "en")],
    }
    return show(request, reader, "organisation/codes.jinja", context, at="organisation")


def _label(unit: Unit, door: str) -> dict[str, Any]:
    """A unit's name under its code; the code holds the plain address, so it never runs out."""
    address = f"{door}?unit={unit.code}" if unit.parent else door
    drawn = segno.make(address, error="q", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr-code", lineclass="dark"
    )
    return {"name": unit.name, "address": address, "svg": Markup(drawn)}  # noqa: S704


def _in(language: str, words: str) -> dict[str, str]:
    with translation.override(language):
        return {"lang": "en" if language == "en" else "zh-Hans", "words": _(words)}
