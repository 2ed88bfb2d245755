"""Where telephone systems tell of calls: one address a line, JSON or a form, proven by the line's secret."""

import hmac
import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bihuan.desk import calls
from bihuan.desk.calls import EVENTS, TOLD, Line, Told
from bihuan.engine.refusal import Refusal

Json = Any
log = logging.getLogger(__name__)
LARGEST = 64 * 1024
_ZONE = ZoneInfo("Asia/Shanghai")  # of a wall time that names none


@csrf_exempt
@require_POST
def told(request: HttpRequest, code: str) -> JsonResponse:
    """Keep what is told of a call; it is committed before it is answered."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _no(413, "too-large", "")
    line = calls.line(code)
    if line is None or not proven(line, request.headers, request.body):
        return _no(401, "not-proven", "")
    values = fields_of(request.content_type or "", request.body)
    if values is None:
        return _no(400, "unreadable", "")
    try:
        kept = calls.note(line, told_of(line, values), int(time.time()))
    except (OSError, DatabaseError):
        log.exception("line %s: not stored", code)
        return _no(503, "not-stored", "")
    if isinstance(kept, Refusal):
        return _no(422, kept.code, kept.field, kept.text.in_(request.LANGUAGE_CODE))
    return JsonResponse({"call": kept})


def proven(line: Line, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the secret of the line stands behind a request: as a signature of the body, or as such."""
    secret = line.secret.encode()
    signature = headers.get("X-Bihuan-Signature", "").removeprefix("sha256=")
    if signature:
        made = hmac.digest(secret, body, "sha256").hex()
        return hmac.compare_digest(signature.encode(errors="replace"), made.encode())
    kind, _space, key = headers.get("Authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(key.encode(errors="replace"), secret)


def fields_of(kind: str, body: bytes) -> dict[str, str] | None:
    """The values of a JSON object or a form by their names; None where it is neither."""
    try:
        text = body.decode()
        found = json.loads(text) if "json" in kind else dict(parse_qsl(text, max_num_fields=200))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {str(name): str(value) for name, value in found.items() if value is not None}


def told_of(line: Line, values: Mapping[str, str]) -> Told:
    """What the values say, by the names of the line's telephone system."""
    said = {name: values.get(line.names.get(name, name), "") for name in TOLD}
    events = {line.names.get(event, event).lower(): event for event in EVENTS}
    event = events.get(said["event"].strip().lower(), said["event"])
    return Told(
        said["call"], event, instant_of(said["at"]), said["number"], said["agent"],
        said["recording"],
    )  # fmt: skip


def instant_of(text: str) -> int:
    """Seconds or milliseconds since 1970, or a date and time; 0 where it is none of these."""
    text = text.strip()
    if text.isascii() and text.replace(".", "", 1).isdecimal():
        number = float(text[:20])
        return int(number / 1000 if number > 10**11 else number)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((read if read.tzinfo else read.replace(tzinfo=_ZONE)).timestamp())


def _no(status: int, code: str, field: str, text: str = "") -> JsonResponse:
    return JsonResponse({"code": code, "field": field, "text": text}, status=status)


urlpatterns = [path("calls/<slug:code>", told, name="calls-told")]
