"""What came on paper: scans taken in with their cover sheet, and the numbered receipt for it."""

import logging
from typing import Any
from urllib.parse import quote

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.channels import registry
from bihuan.channels.letter.scans import BY_HAND, MOST_BYTES, Cover, Scan, take
from bihuan.desk import permissions
from bihuan.desk import received as desk
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.obligations import owed_by
from bihuan.records.queries.received import ReceivedRow, received_page
from bihuan.web.addresses import address
from bihuan.web.administration import done, errors_of, said, typed
from bihuan.web.papers.receipt import receipt
from bihuan.web.papers.typeset import typeset
from bihuan.web.shell import Reader, show, staff

Json = Any
TOLD = ("channel", "unit", "received", "opened_at", "opened_by", "sender", "contact", "subject",
        "reference")  # fmt: skip
EMPTY_BOX = "empty_box"
log = logging.getLogger(__name__)
_NOT_STORED = Refusal(
    "not-stored",
    Text("未能保存，什么都没有收下；请联系管理员（磁盘可能已满），再选一次扫描件",
         "it could not be stored, and nothing was taken in; tell the administrator (the disk may be full) "
         "and choose the scans again"),
    field="scans",
)  # fmt: skip


@staff
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The cover sheet to fill in, with the scans; posted, it is kept and somebody owes a look at it."""
    if reader.is_outside or not reader.may_register:
        raise Http404
    if request.method == "GET":
        return _page(request, reader)
    told = typed(request, *TOLD)
    cover = _cover(told, reader)
    unit = told["unit"] or permissions.receiving_unit(reader.person, reader.organisation)
    if isinstance(cover, Refusal):
        return _page(request, reader, cover)
    if unit not in reader.organisation.units:
        text = Text("请选择收到它的部门", "choose the unit that received it")
        return _page(request, reader, Refusal("bad-unit", text, field="unit"))
    try:
        kept = take(_scans(request), cover, unit, reader.now)
    except (OSError, DatabaseError):
        log.exception("something on paper could not be stored")
        return _page(request, reader, _NOT_STORED, 503)
    if isinstance(kept, Refusal):
        return _page(request, reader, kept)
    row = received_page(reader.viewer, kept.id)
    number = row.ledger if row else str(kept.id)
    words = _("Kept as %(number)s.") if kept.fresh else _("These scans were kept before, as %(number)s.")  # fmt: skip
    url = address("message", args=[kept.id]) if row else address("paper-in")
    return done(request, words % {"number": number}, url)


@staff
@require_safe
def receipt_of(_request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """The receipt for something on paper, to be handed to who brought it; always the same bytes."""
    row = received_page(reader.viewer, number)
    if row is None or not offers_receipt(row):
        raise Http404
    printed = receipt(
        row, desk.raw_of(row.digest), registry.name_of(row.channel, reader.language), reader
    )
    answer = HttpResponse(typeset(printed), "application/pdf")
    name = quote(f"{printed.title} {row.ledger}")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}.pdf"
    return answer


def offers_receipt(row: ReceivedRow) -> bool:
    """Whether there is something on paper to give a receipt for."""
    return row.channel in BY_HAND and bool(row.digest and row.ledger)


# -- Inside ------------------------------------------------------------------------------------------


def _cover(told: Any, reader: Reader) -> Cover | Refusal:
    instants = {}
    for name in ("received", "opened_at"):
        found = reader.clock.read_field(told[name]) if told[name] else 0
        if found is None:
            text = Text(
                "不是时间，应如 2026-03-02 18:00", "no time; right would be 2026-03-02 18:00"
            )
            return Refusal("bad-time", text, field=name)
        instants[name] = found
    if told["channel"] not in BY_HAND:
        text = Text("请选择来件方式", "choose how it came")
        return Refusal("bad-channel", text, field="channel")
    written = {name: told[name] for name in ("sender", "contact", "subject", "reference", "opened_by")}  # fmt: skip
    return Cover(
        told["channel"],
        instants["received"] or reader.now,
        instants["opened_at"],
        taken_by=reader.account.name,
        **written,
    )


def _scans(request: HttpRequest) -> list[Scan]:
    """What was uploaded, in its order; no more is read than may be kept."""
    found, size = [], 0
    for file in request.FILES.getlist("scans"):
        content = file.read(MOST_BYTES + 1 - size)
        size += len(content)
        found.append(Scan(file.name or "scan", content))
        if size > MOST_BYTES:
            break
    return found


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 422
) -> HttpResponse:
    told = dict(typed(request, *TOLD)) if request.method == "POST" else _begun(reader)
    context = {
        "told": told,
        "ways": [{"value": code, "label": text.in_(reader.language)} for code, text in BY_HAND.items()],
        "units": reader.units,
        "boxes": _boxes(reader),
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if request.method == "GET" else "",
    }  # fmt: skip
    status = status if refusal else 200
    return show(request, reader, "received/paper.jinja", context, at="received", status=status)


def _begun(reader: Reader) -> dict[str, str]:
    return dict.fromkeys(TOLD, "") | {
        "unit": permissions.receiving_unit(reader.person, reader.organisation),
        "received": reader.clock.field(reader.now),
        "opened_by": reader.account.name,
    }


def _boxes(reader: Reader) -> list[dict[str, Json]]:
    """The boxes that the reader's seats owe to empty, where the policy says so: by when, and where."""
    rows, _more = owed_by(reader.viewer.seats, acts=(EMPTY_BOX,), limit=5)
    return [
        {"due": row.due_at, "url": address("case-act", args=[row.case_number, EMPTY_BOX])}
        for row in rows
    ]
