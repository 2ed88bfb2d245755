"""Who else has a case open: a word in its head, put anew while the page is in sight."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bihuan.desk import looking
from bihuan.records.queries.cases import case_page
from bihuan.web.shell import Reader, staff

NAMED = 3


@staff
@require_POST
def look(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """Say that the reader looks on, or no longer (`gone`); the answer is the word about the others."""
    page = case_page(number, reader.viewer)
    if page is None:
        raise Http404
    if request.POST.get("gone"):
        looking.leave(reader.viewer, page.id, reader.now)
        return HttpResponse(status=204)
    return HttpResponse(watching(reader, page.id), content_type="text/plain; charset=utf-8")


def watching(reader: Reader, case_id: int) -> str:
    """The word about who else looks at the case, the reader's own look noted; empty for nobody."""
    others = looking.look(reader.viewer, case_id, reader.now)
    if not others:
        return ""
    names = [reader.organisation.names.get(one, one) for one in others]
    told = _(", ").join(names[:NAMED])
    if len(names) > NAMED:
        return _("%(names)s and others are looking too") % {"names": told}
    return ngettext("%(names)s is looking too", "%(names)s are looking too", len(names)) % {
        "names": told
    }
