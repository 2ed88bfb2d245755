"""Calls for whoever takes complaints in: what rings now, the newest calls, registering from one."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.desk import permissions
from bihuan.records.queries.calls import CallRow, call_list, call_page, ringing
from bihuan.records.queries.cases import Key, find_party_by_phone
from bihuan.web.addresses import address
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import length

Json = Any


@require_safe
@staff
def calls(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The calls to the reader's lines, newest first, by key."""
    _may(reader)
    at, _dash, pk = request.GET.get("after", "").partition("-")
    after = Key(int(at), int(pk)) if at.isdecimal() and pk.isdecimal() and len(at) < 16 else None
    rows, following = call_list(reader.viewer, units_of(reader), after)
    context = {
        "rows": [_row(row, reader) for row in rows],
        "ringing": now_ringing(reader),
        "next_url": f"?after={following.at}-{following.id}" if following else "",
    }
    return show(request, reader, "calls/list.jinja", context, at="calls")


@require_safe
@staff
def ringing_now(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What rings now, to be put on the page that asks; the same answer until it changes."""
    _may(reader)
    return show(request, reader, "calls/ringing.jinja", {"ringing": now_ringing(reader)})


def now_ringing(reader: Reader) -> list[dict[str, Json]]:
    """The calls that ring or are spoken now, with who calls where that is known, and where to register."""
    if not reader.takes_calls:
        return []
    found = ringing(units_of(reader), reader.person, reader.now)
    return [_row(row, reader) | {"name": _name(row, reader)} for row in found]


def call_of(reader: Reader, asked: str) -> CallRow | None:
    """The call that a complaint is registered from, where the reader may take it."""
    if not asked.isdecimal() or len(asked) > 18 or not reader.takes_calls:
        return None
    return call_page(units_of(reader), int(asked))


def units_of(reader: Reader) -> list[str]:
    """The units whose calls the reader takes: the one they take complaints in for, and all below it."""
    unit = permissions.receiving_unit(reader.person, reader.organisation)
    return [code for code in reader.organisation.units if reader.organisation.within(code, unit)]


def _may(reader: Reader) -> None:
    if not reader.takes_calls:
        raise Http404


def _name(row: CallRow, reader: Reader) -> str:
    found = find_party_by_phone(row.number, reader.viewer) if row.number else []
    return found[0].name if found else ""


def _row(row: CallRow, reader: Reader) -> dict[str, Json]:
    clock = reader.clock
    spoken = row.ended_at - row.answered_at if row.answered_at and row.ended_at else 0
    waited = (row.answered_at or row.ended_at) - row.rang_at
    if row.answered_at:
        state = (_("on the line"), "near") if not row.ended_at else (_("answered"), "done")
    else:
        state = (_("ringing"), "near") if not row.ended_at else (_("not answered"), "late")
    asked = {"call": str(row.id), "channel": "phone"}
    return {
        "id": row.id,
        "at": clock.at(row.rang_at),
        "line": row.line,
        "number": permissions.mask_phone(row.number) if row.number else _("hidden number"),
        "agent": row.agent,
        "state": {"text": state[0], "tone": state[1]},
        "waited": length(max(0, waited)) if row.answered_at or row.ended_at else "",
        "spoken": length(spoken) if spoken else "",
        "recording": row.recording if row.recording.startswith(("https://", "http://")) else "",
        "case": row.case,
        "case_url": address("case", args=[row.case]) if row.case else "",
        "register_url": "" if row.case else f"{address('register')}?{urlencode(asked)}",
    }
