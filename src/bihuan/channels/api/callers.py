"""Who sends a request: by a token with scopes, or signed in; and how often they may."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.security import APIKeyCookie, HttpBearer

from bihuan.channels.api.problems import Refused
from bihuan.desk import in_force, limits, permissions, tokens, worlds
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.accounts import signed_in_as
from bihuan.records.queries.visibility import Viewer

MINUTE = 60
HANDFUL = 50  # requests a process takes from the common count at once
WRONG_TOKENS = 30  # a minute, from one address


@dataclass(frozen=True)
class Caller:
    """The person a request acts for, at which instant, and what of theirs it may do."""

    person: str
    name: str
    is_administrator: bool
    is_auditor: bool
    scopes: frozenset[str]
    now: int

    @cached_property
    def viewer(self) -> Viewer:
        """The caller as a reader."""
        return permissions.viewer(self.person, self.now)

    @cached_property
    def organisation(self) -> Organisation:
        """Who there is now."""
        return worlds.organisation(self.now)

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """The policies in force, by code."""
        versions = in_force.policies_in_force(self.now)
        return {code: worlds.policy_of(version.pk) for code, version in versions.items()}


class Request(HttpRequest):
    """A request whose sender is known."""

    auth: Caller


def now() -> int:
    """The instant at which this request is judged; the one place of the API that reads the clock."""
    return int(time.time())


class Token(HttpBearer):
    """`Authorization: Bearer bihuan_…`, of a token with this scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller; None for a token that is not in force."""
        at = now()
        found = tokens.holder(token, at)
        if found is None:
            allow(request, f"wrong:{get_client_ip_address(request)}", WRONG_TOKENS, at, handful=1)
            return None
        allow(request, f"token:{found.token}", settings.API_RATE, at)
        caller = Caller(
            found.person, found.name, found.is_administrator, found.is_auditor, found.scopes, at
        )
        if self.scope not in caller.scopes:
            raise Refused(
                Refusal(
                    "no-scope",
                    Text(f"此令牌不含“{self.scope}”", f"this token lacks the scope '{self.scope}'"),
                    field=self.scope,
                )
            )
        return _administering(caller, self.scope)


class Session(APIKeyCookie):
    """Signed in on the pages: for the page that shows the operations. Writing needs its CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, scope: str) -> None:
        super().__init__(csrf=True)
        self.scope = scope

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """The caller; None for strangers."""
        known = signed_in_as(request.user) if key and request.user.is_authenticated else None
        account = known.account if known else None
        if account is None:
            return None
        at = now()
        allow(request, f"person:{account.person_id}", settings.API_RATE, at)
        caller = Caller(
            account.person_id,
            account.name,
            account.is_administrator,
            account.is_auditor,
            frozenset(tokens.SCOPES),
            at,
        )
        return _administering(caller, self.scope)


def may(scope: str) -> list[Any]:
    """Who may call an operation: a token with this scope, or whoever is signed in."""
    return [Token(scope), Session(scope)]


def _administering(caller: Caller, scope: str) -> Caller:
    if scope == "admin" and not caller.is_administrator:
        raise Refused(
            Refusal("not-yours", Text("只有管理员可以", "this is for administrators to do")), 403
        )
    return caller


# -- How often -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Taken:
    """What a process took of a minute's requests and has not used yet."""

    minute: int
    left: int = 0
    used: int = 0  # by all processes, when this one last asked


_lock = Lock()
_taken: dict[str, _Taken] = {}
MOST_KEPT = 5000


def allow(request: HttpRequest, who: str, most: int, at: int, *, handful: int = HANDFUL) -> None:
    """Count a request against the minute's `most`; raises Refused where they are used up.

    Counted in the database, so that all processes hold together, but taken by the handful, so that
    few requests have to write. What a process took and did not use is lost at the end of the minute.
    """
    minute = at // MINUTE
    with _lock:
        taken = _taken.get(who)
        if taken is None or taken.minute != minute:
            taken = _taken[who] = _Taken(minute)
        if taken.left <= 0 and taken.used < most:
            size = min(handful, most)
            until = (minute + 1) * MINUTE
            taken.used = limits.count(f"api:{who}:{minute}", until=until, now=at, times=size)
            taken.left = max(0, size - max(0, taken.used - most))
        taken.left -= 1
        left, remaining = taken.left, max(0, most - taken.used + max(0, taken.left))
        if len(_taken) > MOST_KEPT:
            _taken.clear()
    reset = MINUTE - at % MINUTE
    headers = {
        "RateLimit-Limit": str(most),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset),
    }
    request.allowance = headers  # type: ignore[attr-defined]  (the middleware puts it on the answer)
    if left < 0:
        text = Text(
            f"请求过于频繁，请在 {reset} 秒后再试",
            f"too many requests; try again in {reset} seconds",
        )
        raise Refused(Refusal("too-often", text), headers={"Retry-After": str(reset)})


def tell_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Put on every answer of the API how many requests are left; and keep it out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in getattr(request, "allowance", {}).items():
            response.headers[name] = value
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def forget() -> None:
    """Drop what this process took, for one that turns to another database."""
    _taken.clear()
