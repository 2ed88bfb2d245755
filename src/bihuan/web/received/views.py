"""What was received: the two books day by day, what waits for a person, one message and its fate."""

import secrets
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from bihuan.channels import registry
from bihuan.channels.channel import Content, keep_enclosed
from bihuan.desk import files
from bihuan.desk import received as desk
from bihuan.desk.received import Verdict
from bihuan.engine import manner
from bihuan.engine.refusal import Refusal
from bihuan.engine.triaging import QUARANTINED, REJECTED
from bihuan.engine.words import FATES, REASONS, Text
from bihuan.records.queries.cases import Key, case_page
from bihuan.records.queries.received import (
    DAY,
    ReceivedRow,
    received_list,
    received_page,
    tallies,
)
from bihuan.web.addresses import address
from bihuan.web.administration import done, said
from bihuan.web.received.paper import offers_receipt
from bihuan.web.shell import Reader, show, staff

Json = Any
DAYS = 7
MOST_CONTENT = 1500  # characters that go into the register page by its address
TONES = {
    "": "near",
    "quarantined": "near",
    "case": "done",
    "addition": "done",
    "merged": "",
    "rejected": "",
}
DRAWABLE = ("image/jpeg", "image/png", "image/gif", "image/webp")


@require_safe
@staff
def received(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The days as they add up; what waits or is quarantined, or what had another fate; by key."""
    _may(reader)
    fate = request.GET.get("fate", "open")
    after = _key(request.GET.get("after", ""))
    if fate in FATES:
        rows, following = received_list(reader.viewer, (fate,), after)
    elif fate == "all":
        rows, following = received_list(reader.viewer, None, after)
    else:
        fate = "open"
        rows, following = received_list(reader.viewer, ("", QUARANTINED), after)
    days = tallies(reader.now - DAYS * DAY, reader.now + 1, reader.viewer)
    asked = "" if fate == "open" else f"fate={fate}&"
    context = {
        "days": [
            {
                "day": reader.clock.day(one.day * DAY),
                "channel": _channel(one.channel, reader),
                "received": one.received,
                "fates": [one.fates.get(name, 0) for name in ("", *FATES)],
                "balances": one.balances,
            }
            for one in days
        ],
        "fates": [pgettext("message", "Waiting"), *(text.in_(reader.language) for text in FATES.values())],
        "tabs": [
            {"label": label, "url": f"{address('received')}{query}", "current": name == fate}
            for name, label, query in (
                ("open", _("Waits for a person"), ""),
                *((name, text.in_(reader.language), f"?fate={name}") for name, text in FATES.items()
                  if name != QUARANTINED),
                ("all", _("All"), "?fate=all"),
            )
        ],
        "rows": [_row(row, reader) | {"url": address("message", args=[row.id])} for row in rows],
        "next_url": f"?{asked}after={following.at}-{following.id}" if following else "",
        "paper_url": address("paper-in") if reader.may_register else "",
        "said": said(request),
    }  # fmt: skip
    return show(request, reader, "received/list.jinja", context, at="received")


@require_safe
@staff
def message(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """One message as people read it, what is owed about it, and what it can be said to be."""
    return _message(request, reader, _find(reader, number))


@require_POST
@staff
def judge(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Say what a message is: added to a case, said already, rejected with a reason."""
    row = _find(reader, number)
    content = registry.read(row.channel, desk.raw_of(row.digest))
    fate, case = request.POST.get("fate", ""), request.POST.get("case", "").strip().upper()[:140]
    reason = request.POST.get("reason", "").strip()[:300]
    verdict = Verdict(fate, reason, case)
    if fate == "addition":
        kept = keep_enclosed(content)
        verdict = Verdict(fate, reason, case, text=content.fresh or content.text, files=kept)
    elif fate not in ("merged", REJECTED):
        return _message(request, reader, row, Refusal("bad-value", _CHOOSE, field="fate"))
    act_id = request.POST.get("act_id", "")[:60] or secrets.token_hex(16)
    came = desk.judge(row.id, verdict, by=reader.person, now=reader.now, act_id=act_id)
    if came.refusal:
        return _message(request, reader, row, came.refusal)
    words = {
        "addition": _("The message was added to %(number)s."),
        "merged": _("The message is kept with %(number)s."),
        REJECTED: _("The message was rejected; it can be taken up again."),
    }[fate]
    return done(request, words % {"number": came.number}, address("received"))


@require_safe
@staff
def raw(_request: HttpRequest, reader: Reader, number: int) -> FileResponse:
    """The message as it came, byte for byte."""
    row = _find(reader, number)
    content = desk.raw_of(row.digest)
    if not content:
        raise Http404
    channel = registry.find(row.channel)
    name = f"{row.ledger}{channel.ending if channel else '.bin'}"
    return _file(content, name, "application/octet-stream")


@require_safe
@staff
def part(_request: HttpRequest, reader: Reader, number: int, place: int) -> FileResponse:
    """Something enclosed in the message."""
    row = _find(reader, number)
    enclosed = registry.read(row.channel, desk.raw_of(row.digest)).enclosed
    if place >= len(enclosed):
        raise Http404
    one = enclosed[place]
    return _file(one.content, files.plain_name(one.name), one.kind)


# -- Inside ------------------------------------------------------------------------------------------


def _may(reader: Reader) -> None:
    if reader.is_outside or not (reader.oversees or reader.account.is_auditor):
        raise Http404


def _find(reader: Reader, number: int) -> ReceivedRow:
    _may(reader)
    row = received_page(reader.viewer, number)
    if row is None:
        raise Http404
    return row


def _key(text: str) -> Key | None:
    at, _dash, pk = text.partition("-")
    return Key(int(at), int(pk)) if at.isdecimal() and pk.isdecimal() and len(text) < 40 else None


def _channel(code: str, reader: Reader) -> str:
    return registry.name_of(code, reader.language)


def _reason(reason: str, reader: Reader) -> str:
    return REASONS[reason].in_(reader.language) if reason in REASONS else reason


def _row(row: ReceivedRow, reader: Reader) -> dict[str, Json]:
    fate = FATES[row.fate].in_(reader.language) if row.fate else pgettext("message", "Waiting")
    return {
        "at": reader.clock.at(row.received_at),
        "channel": _channel(row.channel, reader),
        "sender": row.sender or _("unknown"),
        "subject": row.subject or row.preview[:60] or row.ledger or "—",
        "fate": {"text": fate, "tone": TONES.get(row.fate, "")},
        "case": row.case,
        "case_url": address("case", args=[row.case]) if row.case else "",
        "reason": _reason(row.reason, reader),
    }


def _message(
    request: HttpRequest, reader: Reader, row: ReceivedRow, refusal: Refusal | None = None
) -> HttpResponse:
    content = registry.read(row.channel, desk.raw_of(row.digest)) if row.digest else Content()
    page = case_page(row.ledger, reader.viewer) if row.ledger else None
    owed = next((one for one in page.obligations if one.act == "triage"), None) if page else None
    judged = row.fate not in ("", QUARANTINED)
    posted = request.POST.dict() if refusal else {}
    context = {
        **_row(row, reader),
        "number": row.ledger,
        "about": _about(row, content, reader),
        "text": content.fresh or content.text,
        "rest": content.text if content.fresh and content.fresh != content.text else "",
        "html": content.html,
        "gone": not row.digest,
        "enclosed": [
            {
                "name": files.plain_name(one.name),
                "size": manner.size(len(one.content)),
                "url": address("message-part", args=[row.id, place]),
                "drawn": one.kind in DRAWABLE,
            }
            for place, one in enumerate(content.enclosed)
        ],
        "receipt_url": address("message-receipt", args=[row.id]) if offers_receipt(row) else "",
        "said": said(request) if request.method == "GET" else "",
        "raw_url": address("message-raw", args=[row.id]) if row.digest else "",
        "owed": {"due": owed.due_at, "clause": ""} if owed and owed.state == "open" else None,
        "history_url": address("case", args=[row.ledger]) if row.ledger else "",
        "judge_url": address("message-judge", args=[row.id]),
        "register_url": _register_url(row, content),
        "may_judge": not judged or row.fate == REJECTED,
        "act_id": secrets.token_hex(16),
        "typed": {name: posted.get(name, "") for name in ("fate", "case", "reason")},
        "errors": {refusal.field: refusal.text.in_(reader.language)} if refusal else {},
        "refusal": refusal.say(reader.language) if refusal and not refusal.field else "",
    }
    status = 422 if refusal else 200
    return show(request, reader, "received/message.jinja", context, at="received", status=status)


def _about(row: ReceivedRow, content: Content, reader: Reader) -> list[dict[str, str]]:
    clock = reader.clock
    pairs = [
        (_("Sender"), f"{content.sender} {content.contact}".strip() or row.sender),
        (_("Channel"), f"{_channel(row.channel, reader)} {row.source}".strip()),
        (_("Received"), clock.at(row.received_at)),
        (_("Recorded"), clock.at(row.recorded_at) if row.recorded_at != row.received_at else ""),
        (_("Size"), manner.size(row.size)),
        *((_("To") if label == "To" else label, value) for label, value in content.about.items()),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _register_url(row: ReceivedRow, content: Content) -> str:
    """The register page with what the message says filled in."""
    told = {
        "message": str(row.id),
        "kind": row.kind,
        "channel": row.channel,
        "name": content.sender,
        "contact": content.contact,
        "content": "\n".join((content.subject, content.fresh or content.text)).strip()[
            :MOST_CONTENT
        ],
    }
    return (
        f"{address('register')}?{urlencode({name: value for name, value in told.items() if value})}"
    )


def _file(content: bytes, name: str, kind: str) -> FileResponse:
    drawn = kind in DRAWABLE
    answer = FileResponse(
        BytesIO(content),
        as_attachment=not drawn,
        filename=name,
        content_type=kind if drawn else "application/octet-stream",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


_CHOOSE = Text("请选择如何办理这件来件", "choose what the message is")
