"""OAuth2 for mailboxes: an access token for the refresh token that was entered, kept until it expires."""

import json

from bihuan.desk import mailboxes
from bihuan.desk.mailboxes import Box

SECONDS = 20
EARLY = 120  # seconds before its end at which a token counts as expired
_kept: dict[tuple[int, str], tuple[str, int]] = {}


class NoTokenError(Exception):
    """The server of the tokens gave none; what it said."""


def access_token(box: Box, now: int) -> str:
    """A token that lets us into the box now; a refresh token that was renewed with it is kept."""
    refresh = box.hidden.get("refresh_token", "")
    token, until = _kept.get((box.id, refresh), ("", 0))
    if token and now < until - EARLY:
        return token
    told = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": box.settings.get("client_id", ""),
        "client_secret": box.hidden.get("client_secret", ""),
        "scope": box.settings.get("scope", ""),
    }
    answer = _ask(box.settings["token_url"], {name: value for name, value in told.items() if value})
    token = str(answer.get("access_token", ""))
    if not token:
        raise NoTokenError(
            str(answer.get("error_description") or answer.get("error") or "no token")[:200]
        )
    renewed = str(answer.get("refresh_token") or refresh)
    if renewed != refresh:
        mailboxes.renew_token(box.id, {**box.hidden, "refresh_token": renewed})
    lasts = answer.get("expires_in", 0)
    _kept[box.id, renewed] = (token, now + (int(lasts) if str(lasts).isdecimal() else 0))
    return token


def _ask(url: str, told: dict[str, str]) -> dict[str, object]:
    import httpx2 as httpx

    try:
        answer = httpx.post(url, data=told, timeout=SECONDS, headers={"Accept": "application/json"})
        found = answer.json()
    except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise NoTokenError(f"{type(error).__name__}: {error}"[:200]) from error
    return found if isinstance(found, dict) else {}
