"""How SCIM is spoken: who may ask, what is read, how answers and errors look."""

import json
import re
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from bihuan.desk import changes, tokens
from bihuan.engine.refusal import Refusal

Json = Any
TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
LARGEST = 1_000_000
MOST = 200
_FILTER = re.compile(r'\s*(\w+)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)


class Wrong(Exception):  # noqa: N818  (an answer, not an accident)
    """What is answered instead: a status, SCIM's word for it, a sentence."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


View = Callable[..., HttpResponse]


def provider(view: View) -> View:
    """An address for an identity provider: `view(request, now, …)`, with an administrator's token of scope admin."""

    @csrf_exempt
    @wraps(view)
    def asked(request: HttpRequest, *args: Json, **kwargs: Json) -> HttpResponse:
        now = int(time.time())
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        holder = tokens.holder(token.strip(), now) if scheme.casefold() == "bearer" else None
        if holder is None:
            answer = error(Wrong(401, "a bearer token is needed"))
            answer.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
            return answer
        if "admin" not in holder.scopes or not holder.is_administrator:
            return error(Wrong(403, "this token may not administer"))
        try:
            with changes.by(holder.person):
                return view(request, now, *args, **kwargs)
        except Wrong as wrong:
            return error(wrong)

    return asked


def body(request: HttpRequest) -> dict[str, Json]:
    """What was sent, as an object."""
    if len(request.body) > LARGEST:
        raise Wrong(413, "at most 1 MB")
    try:
        found = json.loads(request.body)
    except (ValueError, UnicodeDecodeError) as wrong:
        raise Wrong(400, "the body is no JSON", "invalidSyntax") from wrong
    if not isinstance(found, dict):
        raise Wrong(400, "the body is no JSON object", "invalidSyntax")
    return found


def asked_for(request: HttpRequest) -> tuple[str, str]:
    """The one kind of filter there is, `userName eq "zhou"`: attribute and value; empty where nothing is asked."""
    text = request.GET.get("filter", "")
    if not text:
        return "", ""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise Wrong(400, 'filters are written: userName eq "…"', "invalidFilter")
    return found[1].casefold(), found[2].replace('\\"', '"').replace("\\\\", "\\")


def paged(request: HttpRequest, resources: Sequence[Json]) -> HttpResponse:
    """A page of a list, as startIndex (from 1) and count ask."""
    start, count = _number(request, "startIndex", 1), _number(request, "count", MOST)
    start, count = max(start, 1), min(max(count, 0), MOST)
    page = list(resources[start - 1 : start - 1 + count])
    return said(
        {"schemas": [LIST], "totalResults": len(resources), "startIndex": start,
         "itemsPerPage": len(page), "Resources": page}
    )  # fmt: skip


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise Wrong(400, f"{name} is a number", "invalidValue")
    return int(text)


def said(found: Json, status: int = 200) -> HttpResponse:
    """An answer."""
    return JsonResponse(found, status=status, content_type=TYPE)


def error(wrong: Wrong) -> HttpResponse:
    """An answer that says what is wrong."""
    found = {"schemas": [ERROR], "status": str(wrong.status), "detail": wrong.detail}
    return said(found | ({"scimType": wrong.kind} if wrong.kind else {}), wrong.status)


def refused(refusal: Refusal) -> Wrong:
    """A refusal of the desk as SCIM says it."""
    taken = refusal.code.endswith("-taken")
    kind = "uniqueness" if taken else "invalidValue"
    return Wrong(409 if taken else 400, f"{refusal.field}: {refusal.text.en}", kind)
