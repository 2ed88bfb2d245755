"""Name and look, channels, notices: read and changed by administrators; the colours and the logo as files."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import presentation as desk
from bihuan.desk.news import NEWS
from bihuan.desk.preferences import default_ways
from bihuan.desk.ways import HERE, TO_CUSTOMERS, TO_PEOPLE, WAYS
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.accounts import doors, look, notice_ways, organisation_name
from bihuan.records.queries.administration import last_change
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, errors_of, overtaken, said, version_of
from bihuan.web.papers.typeset import draws
from bihuan.web.shell import Reader, show

Json = Any
DAY = 86400


@require_safe
@administrator
def presentation(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Three forms, each kept for itself."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """One of the three; refused at its field, or done and said."""
    area = request.POST.get("change", "")
    does = CHANGES.get(area)
    if does and (refusal := overtaken(request, reader, last_change(area))):
        return _page(request, reader, refusal, 409)
    made: Json = does(request, reader) if does else None
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    return done(request, _("Kept. It holds from now on."), address("presentation"))


@require_safe
def colours(_request: HttpRequest) -> HttpResponse:
    """The organisation's colour as a style sheet, for both themes; empty where it has none."""
    chosen = look().colour
    text = ""
    if chosen:
        made = desk.colours(chosen)
        dark = f"--accent:{made['dark_accent']};--accent-weak:{made['dark_weak']}"
        text = (
            f":root{{--accent:{made['accent']};--accent-weak:{made['weak']}}}\n"
            f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}\n'
            f':root[data-theme="dark"]{{{dark}}}\n'
        )
    answer = HttpResponse(text, "text/css; charset=utf-8")
    patch_cache_control(answer, public=True, max_age=DAY)
    return answer


@require_safe
def logo(_request: HttpRequest) -> HttpResponse:
    """The organisation's logo; everybody sees it."""
    found = desk.logo()
    if found is None:
        raise Http404
    answer = HttpResponse(*found)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(answer, public=True, max_age=DAY)
    return answer


def _look(request: HttpRequest, reader: Reader) -> object:
    sent = request.FILES.get("logo")
    content = sent.read(desk.LARGEST_LOGO + 1) if sent else b""
    if sent and len(content) <= desk.LARGEST_LOGO and not draws(content):
        content = (
            b"?"  # empty, or begins like a picture and is none: refused as one of another kind
        )
    letters = {part: request.POST.get(part, "") for part in desk.LETTERS}
    name, colour = request.POST.get("organisation_name", ""), request.POST.get("colour", "")
    return desk.set_look(name, colour, letters, content, now=reader.now)


def _doors(request: HttpRequest, reader: Reader) -> object:
    told = {
        name: {
            "open": "yes" if request.POST.get(f"{name}.open") == "yes" else "no",
            "zh": request.POST.get(f"{name}.zh", ""),
            "en": request.POST.get(f"{name}.en", ""),
        }
        for name in desk.channels()
    }
    return desk.set_doors(told, now=reader.now)


def _notices(request: HttpRequest, reader: Reader) -> object:
    told_by = {kind: [HERE, *request.POST.getlist(f"way.{kind}")] for kind in NEWS}
    hours = [request.POST.get(name, "").strip() for name in ("quiet_from", "quiet_until")]
    resting = request.POST.get("quiet_on_rest_days") == "yes"
    return desk.set_notices(told_by, hours[0], hours[1], quiet_on_rest_days=resting, now=reader.now)


CHANGES: dict[str, Callable[[HttpRequest, Reader], object]] = {
    "look": _look,
    "doors": _doors,
    "notices": _notices,
}


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    language, now, told, ways = reader.language, look(), doors(), notice_ways()
    posted = request.POST if request.method == "POST" else {}
    changing = posted.get("change", "")

    def typed(form: str, name: str, kept: str) -> str:
        return str(posted.get(name, "")) if changing == form else kept

    context = {
        "told": {
            "organisation_name": typed("look", "organisation_name", organisation_name()),
            "colour": typed("look", "colour", now.colour),
            "head": typed("look", "head", now.head),
            "foot": typed("look", "foot", now.foot),
            "quiet_from": typed("notices", "quiet_from", ways.get("quiet_from", "")),
            "quiet_until": typed("notices", "quiet_until", ways.get("quiet_until", "")),
        },
        "logo_url": f"{address('logo')}?{now.mark}" if now.logo else "",
        "channels": [
            {
                "name": name,
                "label": text.in_(language),
                "open": typed("doors", f"{name}.open", told.get(name, {}).get("open", "yes"))
                == "yes",
                "zh": typed("doors", f"{name}.zh", told.get(name, {}).get("zh", "")),
                "en": typed("doors", f"{name}.en", told.get(name, {}).get("en", "")),
            }
            for name, text in desk.channels().items()
        ],
        "quiet_on_rest_days": typed(
            "notices", "quiet_on_rest_days", ways.get("quiet_on_rest_days", "")
        )
        == "yes",
        "news": [
            _news(_("To members of staff"), TO_PEOPLE, ways, reader, to_customer=False),
            _news(_("To customers"), TO_CUSTOMERS, ways, reader, to_customer=True),
        ],
        "versions": {area: version_of(last_change(area)) for area in CHANGES},
        "errors": errors_of(refusal, language),
        "said": said(request) if request.method == "GET" else "",
    }
    return show(
        request, reader, "presentation/forms.jinja", context, at="presentation", status=status
    )


def _news(
    label: str, offered: tuple[str, ...], told: Json, reader: Reader, *, to_customer: bool
) -> dict[str, Json]:
    """One table: the kinds of news for these readers, and which of the ways offered tell each."""
    return {
        "label": label,
        "ways": [{"value": way, "label": WAYS[way].in_(reader.language)} for way in offered],
        "kinds": [
            {
                "name": kind,
                "label": one.text.in_(reader.language),
                "ways": default_ways(kind, told),
            }
            for kind, one in NEWS.items()
            if one.to_customer is to_customer
        ],
    }
