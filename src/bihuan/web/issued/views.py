"""An issued report: its page, where its text is written and reviewed, and its files."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.desk import worlds
from bihuan.engine.acts import ACTS
from bihuan.engine.reporting import report_named
from bihuan.records.queries.reports import Issued, report_for
from bihuan.web.addresses import address
from bihuan.web.cases.views import remember_done, was_done
from bihuan.web.issued.course import came_of, course, desk_of_report, written_of
from bihuan.web.reports.saying import Said, said
from bihuan.web.reports.views import as_file, files_at
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def issued(request: HttpRequest, reader: Reader, pk: int) -> HttpResponse:
    """A report with the figures it was issued with, and its text; posted, an act on it is done."""
    found, words = _issued(reader, pk)
    desk = desk_of_report(reader, found)
    came = None
    if request.method == "POST":
        act = request.GET.get("act", "")
        if desk is None or act not in ACTS:
            raise Http404
        came = None if was_done(request, desk, act) else came_of(request, desk, found, act)
        if came is None or came.status == 200:
            if came:
                remember_done(request, desk, act, found.sheet, did=came.act)
            return HttpResponseRedirect(address("report", args=[pk]))
    return show(
        request, reader, "reports/report.jinja",
        {
            "said": words,
            "files": files_at(address("report-file", args=[pk, "pdf"])),
            "course": course(desk, found, came) if desk else None,
            "ledger_url": desk.url if desk else "",
            "done": request.session.pop("done", None),
        },
        at="reports",
        status=came.status if came else 200,
    )  # fmt: skip


@staff
@require_safe
def issued_file(_request: HttpRequest, reader: Reader, pk: int, ending: str) -> HttpResponse:
    """An issued report as a file; the same bytes each time."""
    _found, words = _issued(reader, pk)
    return as_file(words, ending)


def _issued(reader: Reader, pk: int) -> tuple[Issued, Said]:
    found = report_for(reader.viewer, pk)
    if found is None:
        raise Http404
    policy = worlds.policy_of(found.policy_id)
    report, names = (
        report_named(policy, found.name),
        Names(policy, reader.organisation, reader.language),
    )
    if report is None:
        raise Http404
    written = written_of(found, policy, names, reader)
    return found, said(
        found.figures,
        report,
        names,
        reader,
        units=found.names,
        part=found.unit,
        foot=_("Issued figures, hash %(hash)s") % {"hash": found.hash[:16]},
        text=written.text,
        signed=written.signed,
    )
