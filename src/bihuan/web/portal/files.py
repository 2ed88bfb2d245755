"""The files a customer sent, for that customer; staff read files on the case page."""

from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control

from bihuan.desk import files
from bihuan.records.queries.cases import CasePage
from bihuan.web.portal.follow import unlocked
from bihuan.web.portal.uploads import kind_of
from bihuan.web.shell import now

SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")


def for_customer(request: HttpRequest, number: str, digest: str) -> FileResponse:
    """A file of the customer's own case: those the customer sent."""
    page = unlocked(request, number, now())
    if page is None:
        raise Http404
    return _answer(page, digest)


def _answer(page: CasePage, digest: str) -> FileResponse:
    for entry in page.history:
        if entry.by != "customer":
            continue
        for item in entry.data.get("files") or ():
            found, _, name = str(item).partition(":")
            if found == digest and (content := files.read(digest)) is not None:
                kind = kind_of(content[:16]) or "application/octet-stream"
                response = FileResponse(
                    BytesIO(content),
                    as_attachment=kind not in SHOWN,
                    filename=name,
                    content_type=kind,
                )
                patch_cache_control(response, private=True, no_store=True)
                return response
    raise Http404
