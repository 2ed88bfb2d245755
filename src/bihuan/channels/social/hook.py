"""Where services post to us: one address a source; what is answered was kept before."""

import logging
import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bihuan.channels.social import dingtalk, feishu, program, wechat
from bihuan.channels.social.hearing import Asked, Hearing, NotProvenError, NotReadableError
from bihuan.desk import sources

log = logging.getLogger(__name__)
LARGEST = 16 * 1024 * 1024
HEARING: dict[str, Hearing] = {
    "posts": program.hear,
    "wechat": wechat.hear,
    "wecom": wechat.hear,
    "dingtalk": dingtalk.hear,
    "feishu": feishu.hear,
}


@csrf_exempt
@require_http_methods(["GET", "POST"])
def told(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what a service says; anything that is not proven is answered alike and kept nowhere."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _no(413, "too-large")
    source = sources.source(code)
    hear = HEARING.get(source.kind) if source else None
    if source is None or hear is None:
        return _no(401, "not-proven")
    now = int(time.time())
    asked = Asked(request.method or "", request.GET.dict(), request.headers, request.body)
    try:
        heard = hear(source, asked, now)
    except NotProvenError:
        return _no(401, "not-proven")
    except NotReadableError as error:
        return _no(422, "unreadable", str(error))
    try:
        for post in heard.posts:
            sources.take(source, post, now)
        sources.heard(source, now)
    except (OSError, DatabaseError):  # what was kept of it is recognised when it is told again
        log.exception("source %s: not stored", code)
        return _no(503, "not-stored")
    return HttpResponse(heard.answer, content_type=heard.kind)


def _no(status: int, code: str, field: str = "") -> JsonResponse:
    return JsonResponse({"code": code, "field": field}, status=status)


urlpatterns = [path("posts/<slug:code>", told, name="posts-told")]
