"""What is to be destroyed when, and the certificates of what was; for administrators and auditors."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bihuan.desk import retention
from bihuan.engine.words import KEPT
from bihuan.records.queries.certificates import (
    Certificate,
    certificates_of,
    newest_certificates,
)
from bihuan.web.addresses import address
from bihuan.web.shell import Reader, show, staff

Json = Any


@require_safe
@staff
def records(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The certificates made last, and the records whose time of keeping ends next."""
    _may(reader)
    context = {
        "certificates": [
            {"url": address("certificate", args=[made.number])} | _said(made, reader)
            for made in newest_certificates()
        ],
        "coming": [
            {"number": item.number, "due": _day(reader, item.due_at - 1)}
            for item in retention.coming(limit=50)
        ],
    }
    return show(request, reader, "records/list.jinja", context, at="records")


@require_safe
@staff
def certificate(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """What was destroyed of one record, under which rule, and the hashes that prove it."""
    _may(reader)
    found = certificates_of(number)
    if not found:
        raise Http404
    context = {"number": number, "certificates": [_said(made, reader) for made in found]}
    return show(request, reader, "records/certificate.jinja", context, at="records")


def _may(reader: Reader) -> None:
    if not (reader.account.is_administrator or reader.account.is_auditor):
        raise Http404


def _day(reader: Reader, instant: int) -> str:
    return reader.clock.wall(instant).date().isoformat()


def _said(made: Certificate, reader: Reader) -> dict[str, Json]:
    words = {
        "entries": _("Entries of the history"),
        "values": _("Personal values"),
        "files": _("Files"),
        "messages": _("Messages"),
        "notices": _("Notices"),
        "calls": _("Calls"),
        "complainants": _("Complainants"),
    }
    between = pgettext("between items", ", ")
    return {
        "number": made.number,
        "what": between.join(KEPT[name].in_(reader.language) for name in made.what),
        "policy": f"{made.policy_code} {made.policy_version}",
        "rule": made.rule,
        "clauses": between.join(made.clauses),
        "kept_for": made.kept_for,
        "kept_from": _day(reader, made.kept_from),
        "due": _day(reader, made.due_at - 1),
        "purged": _day(reader, made.purged_at),
        "counts": [
            {"label": words[name], "value": count}
            for name, count in made.counts.items()
            if name in words
        ],
        "values": made.counts.get("values", 0),
        "head": made.head,
        "hash": made.hash,
    }
