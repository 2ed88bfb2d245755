"""Asks another system over HTTP for one thing: what goes wrong is told apart into what a sender can act on."""

from collections.abc import Mapping
from typing import Any

import httpx2

from bihuan.desk.ways import GatewayDownError, NotAcceptedError

Json = Any
SECONDS = 10.0
_NOT_LET_IN = (401, 403, 407)


def ask(
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Json = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Json:
    """The answer as JSON (or {} where it is none); raises `GatewayDownError` where nobody answers as they should."""
    try:
        answer = httpx2.request(
            method, httpx2.URL(url).copy_merge_params(params or {}), json=json, content=content,
            headers=headers, timeout=SECONDS, follow_redirects=False,
        )  # fmt: skip
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        raise GatewayDownError(f"{type(error).__name__}: {error}") from error
    if answer.status_code in _NOT_LET_IN or answer.status_code >= 500 or answer.is_redirect:
        raise GatewayDownError(f"HTTP {answer.status_code}")
    if answer.status_code == 429:
        raise GatewayDownError("HTTP 429: too many at once")
    if answer.status_code >= 400:
        raise NotAcceptedError(f"HTTP {answer.status_code}: {answer.text[:200]}")
    try:
        return answer.json()
    except ValueError:
        return {}
