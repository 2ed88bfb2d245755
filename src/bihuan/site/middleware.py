"""What every answer carries and how it travels; what no form may bring."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let pages load only what this server serves: no inline script, no inline style, no frame."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response

    return middleware


class CompressText(GZipMiddleware):
    """Sends pages and data compressed; files (PDF, Word, pictures) are so already and go as they are."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(("text/", "application/json")):
            return response
        return super().process_response(request, response)


class WithoutNul:
    """Takes NUL characters out of what a form sends: nobody types them, and PostgreSQL keeps no text with one.

    No page has one in its address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _without_nul(request.GET)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, _args: object, named: Mapping[str, Any]
    ) -> None:
        """Before a page reads its form; programs, which carry no token of a form, read the body themselves."""
        if any("\0" in value for value in named.values() if isinstance(value, str)):
            raise Http404
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = _without_nul(request.POST)


def _without_nul(sent: QueryDict) -> QueryDict:
    if not any("\0" in text for name, values in sent.lists() for text in (name, *values)):
        return sent
    kept = QueryDict(mutable=True)
    for name, values in sent.lists():
        kept.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    kept._mutable = False  # noqa: SLF001  (as Django closes its own)
    return kept
