"""What a person sets about how they are told, and their calendar feed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bihuan.desk import preferences, ways
from bihuan.desk.news import NEWS
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.accounts import notice_ways
from bihuan.records.queries.deliveries import held_up, preferences_of
from bihuan.web.administration import done, errors_of, said
from bihuan.web.shell import Reader, now, show, staff
from bihuan.web.telling import calendar_feed

Json = Any
REACHED = ("email", "wecom")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def mine(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Read and kept by the person themselves; refused at its field."""
    refusal = None
    if request.method == "POST":
        posted = request.POST
        made = preferences.set_preferences(
            int(reader.person),
            reached={name: posted.get(name, "") for name in REACHED},
            chosen={kind: posted.getlist(f"way.{kind}") for kind in preferences.staff_news()},
            quiet_from=posted.get("quiet_from", "").strip(),
            quiet_until=posted.get("quiet_until", "").strip(),
            quiet_on_rest_days=posted.get("quiet_on_rest_days") == "yes",
            digest=posted.get("digest", "")[:200],
            now=reader.now,
        )
        if not isinstance(made, Refusal):
            return done(request, _("Kept. It holds from now on."), reverse("telling"))
        refusal = made
    return show(
        request, reader, "telling/mine.jinja", _context(request, reader, refusal),
        at="account", status=422 if refusal else 200,
    )  # fmt: skip


def _context(request: HttpRequest, reader: Reader, refusal: Refusal | None) -> dict[str, Json]:
    kept, told, language = preferences_of(reader.person), notice_ways(), reader.language
    posted = request.POST if refusal else None
    there = [way for way in ways.TO_PEOPLE if way in ways.open_ways()]
    texts = {name: kept.addresses.get(name, "") for name in REACHED}
    texts |= {name: getattr(kept, name) for name in ("quiet_from", "quiet_until", "digest")}
    chosen = {
        kind: posted.getlist(f"way.{kind}")
        if posted
        else kept.ways.get(kind, preferences.default_ways(kind, told))
        for kind in preferences.staff_news()
    }
    resting = posted.get("quiet_on_rest_days") if posted else kept.quiet_on_rest_days
    return {
        "typed": {name: posted.get(name, "") if posted else text for name, text in texts.items()},
        "resting": bool(resting),
        "phone": reader.account.phone,
        "ways": [{"value": way, "label": ways.WAYS[way].in_(language)} for way in there],
        "kinds": [
            {"name": kind, "label": NEWS[kind].text.in_(language), "ways": chosen[kind]}
            for kind in chosen
        ],
        "usual": " – ".join(filter(None, (told.get("quiet_from"), told.get("quiet_until")))),
        "held_up": [
            {
                "way": ways.WAYS[one.way].in_(language),
                "subject": one.subject,
                "error": one.error,
                "down": reader.clock.at(one.down_since) if one.down_since else "",
            }
            for one in held_up(reader.person, reader.now)
        ],
        "has_feed": kept.has_feed,
        "feed_url": request.session.pop("feed_url", ""),
        "errors": errors_of(refusal, language),
        "said": said(request) if request.method == "GET" else "",
    }


@require_POST
@staff
def feed_address(request: HttpRequest, reader: Reader) -> HttpResponse:
    """A new secret address for the feed, shown once; or none any more."""
    if request.POST.get("change") == "end":
        preferences.end_feed(int(reader.person), now=reader.now)
        return done(request, _("The address no longer works."), reverse("telling"))
    token = preferences.new_feed(int(reader.person), now=reader.now)
    request.session["feed_url"] = request.build_absolute_uri(reverse("feed", args=[token]))
    return done(request, _("The address is made; one before no longer works."), reverse("telling"))


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody owes, as a calendar; whoever has the address reads it."""
    found = preferences.reader_of_feed(token)
    if found is None:
        raise Http404
    person, language = found
    with translation.override(language):
        address = request.build_absolute_uri("/").rstrip("/")
        content = calendar_feed.calendar(person, now(), address)
    answer = HttpResponse(content, "text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="bihuan.ics"'
    patch_cache_control(answer, private=True, max_age=300)
    return answer
