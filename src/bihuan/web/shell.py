"""What surrounds every page of the desk: who reads it, in which language, menu, counts and clock."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.desk import calls, changes, packs, permissions, setup, worlds
from bihuan.engine.organisation import Organisation, post_of, unit_of
from bihuan.engine.policy import Policy
from bihuan.records.queries.accounts import Account, House, signed_in_as
from bihuan.records.queries.obligations import unread_count
from bihuan.records.queries.todo import owed_count
from bihuan.records.queries.visibility import Viewer
from bihuan.web import words
from bihuan.web.addresses import address

THEMES = ("", "light", "dark")
YEAR = 365 * 86400
Json = Any


@dataclass(frozen=True)
class Reader:
    """Who asks for a page, at which instant, in which language."""

    account: Account
    viewer: Viewer
    now: int
    language: str
    zone: str
    organisation: Organisation = field(repr=False)
    policies: Mapping[str, Policy] = field(repr=False)  # in force, by code
    house: House = field(repr=False)

    @property
    def person(self) -> str:
        """The person's id as text: the `by` of acts."""
        return self.account.person_id

    @property
    def clock(self) -> words.Clock:
        """Instants as this reader reads them."""
        return words.Clock(ZoneInfo(self.zone), self.now, self.language)

    @property
    def post(self) -> str:
        """What the reader is in the organisation, in words."""
        names = []
        for place in self.organisation.own_seats(self.person):
            unit = self.organisation.units.get(unit_of(place))
            for policy in self.policies.values():
                if post := policy.posts.get(post_of(place)):
                    name = post.text.in_(self.language)
                    names.append(f"{unit.name} {name}" if unit and unit.parent else name)
                    break
        if self.account.is_administrator:
            names.append(_("Administrator"))
        if self.account.is_auditor:
            names.append(_("Auditor"))
        return " · ".join(dict.fromkeys(names))

    @property
    def units(self) -> list[dict[str, str]]:
        """The units as a form offers them."""
        return [
            {"value": code, "label": unit.name} for code, unit in self.organisation.units.items()
        ]

    @property
    def may_register(self) -> bool:
        """Whether the reader takes complaints in, stands above who does, or works where everybody may."""
        return permissions.may_register(self.viewer, self.policies)

    @property
    def takes_in(self) -> bool:
        """Whether registering is the reader's own work, not only something they may do."""
        posts = {post_of(place) for place in self.organisation.own_seats(self.person)}
        return any(posts & permissions.intake_posts(one) for one in self.policies.values())

    @property
    def takes_calls(self) -> bool:
        """Whether a telephone system tells of calls that are the reader's to take."""
        return bool(calls.units_with_lines(self.organisation)) and self.takes_in

    @property
    def manages(self) -> bool:
        """Whether others stand below the reader."""
        return permissions.manages(self.viewer)

    @property
    def is_outside(self) -> bool:
        """Whether the reader works for somebody else: a merchant, a dealer."""
        return not self.account.is_administrator and permissions.is_outside(
            self.person, self.organisation, self.policies
        )

    @property
    def oversees(self) -> bool:
        """Whether the reader sees more than what they owe themselves: intake, or a line below them."""
        return permissions.oversees(self.viewer, self.policies)


def now() -> int:
    """The instant at which this request is judged; the one place of the web that reads the clock."""
    return int(time.time())


def reader_of(request: HttpRequest) -> Reader | None:
    """Who sent the request, with their language switched on; None for strangers."""
    if not request.user.is_authenticated:
        return None
    known = signed_in_as(request.user)
    if known is None or known.account is None:
        return None
    account = known.account
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(account.language)
    at = now()
    versions = packs.policies_in_force(at)
    policies = {code: worlds.policy_of(version.pk) for code, version in versions.items()}
    zone = next(
        (str(policy.calendars["usual"].get("zone", "")) for policy in policies.values()), ""
    )
    return Reader(
        account,
        permissions.viewer(account.person_id, at),
        at,
        translation.get_language() or settings.LANGUAGE_CODE,
        zone or settings.TIME_ZONE,
        worlds.organisation(at),
        policies,
        known.house,
    )


def _changes_seen(request: HttpRequest) -> worlds.Changes | None:
    known = signed_in_as(request.user) if request.user.is_authenticated else None
    return worlds.Changes(*known.changes) if known and known.changes else None


View = Callable[..., HttpResponseBase]


def staff(view: View) -> View:
    """A page for people of the organisation: `view(request, reader, …)`; others are asked to sign in."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        only_shown = request.method in ("GET", "HEAD")
        with worlds.looked_at_once(_changes_seen(request)) if only_shown else nullcontext():
            return answered(request, *args, **kwargs)

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reader = reader_of(request)
        if reader is None:
            if request.user.is_authenticated:
                raise Http404
            if not setup.is_set_up():
                try:
                    return HttpResponseRedirect(address("setup"))
                except NoReverseMatch:
                    pass
            if request.headers.get("HX-Request"):  # the page stays, with what was written on it
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        with changes.by(reader.person):
            response = view(request, reader, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return asked


def show(
    request: HttpRequest,
    reader: Reader,
    template: str,
    context: Mapping[str, Json] | None = None,
    *,
    at: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page of the desk in its shell; `at` names the menu entry it belongs to."""
    response = render(
        request,
        template,
        {
            "shell": shell_of(request, reader, at),
            "reader": reader,
            "now": reader.now,
            **(context or {}),
        },
        status=status,
    )
    response.headers["X-Server-Now"] = str(reader.now)
    return response


def shell_of(request: HttpRequest, reader: Reader, at: str = "") -> dict[str, Json]:
    """What layout.jinja needs (see there)."""
    owed, house = owed_count(reader.viewer), reader.house
    todo = entry("todo", _("To do"), "inbox", at, count=owed)
    cases = entry("cases", _("All cases"), "layout-list", at)
    register = entry("register", _("Register"), "phone-plus", at) if reader.may_register else None
    board = entry("board", _("Board"), "chart-bar", at) if reader.oversees else None
    traces = reader.oversees and any(
        step.act == "receive_goods" for one in reader.policies.values() for step in one.steps
    )
    tracing = entry("tracing", _("Tracing"), "tag", at) if traces else None
    received = (
        entry("received", pgettext("what came in", "Received"), "mail", at)
        if reader.oversees
        else None
    )
    insight = entry("insight", _("Insight"), "bulb", at) if reader.oversees else None
    problems = (
        entry("problems", _("Common problems"), "users-group", at) if reader.oversees else None
    )
    reports = (
        entry("reports", _("Reports"), "clipboard-data", at) if not reader.is_outside else None
    )
    phone = entry("calls", _("Calls"), "phone", at) if reader.takes_calls else None
    unread = unread_count(reader.person)
    visits = entry("visits", _("Visits"), "phone-check", at) if reader.may_register else None
    notices = entry("notices", _("Notices"), "at", at, count=unread or None)
    me = entry("account", _("Me"), "user", at)
    others = entry("todo", _("Waiting"), "clock-hour-4", "") | {
        "url": f"{address('todo')}?wait=others"
    }
    if at == "waiting":
        others["current"] = True
    outside = reader.is_outside
    if outside:  # sees only their own notes
        cases = entry("cases", _("Notes to us"), "clipboard-list", at)
        groups = [
            {"label": _("Mine"), "entries": [todo, others, cases, notices]},
            {"label": _("Organisation"), "entries": [
                item for item in management(reader, at)
                if item["url"] in (address("policies"), address("calendar"))
            ]},
        ]  # fmt: skip
    else:
        groups = [
            {"label": _("Mine"), "entries": [item for item in (todo, visits, notices) if item]},
            {
                "label": _("Cases"),
                "entries": [
                    item
                    for item in (
                        cases,
                        register,
                        phone,
                        received,
                        board,
                        insight,
                        problems,
                        reports,
                        tracing,
                    )
                    if item
                ],
            },
            {"label": _("Organisation"), "entries": management(reader, at)},
        ]
    intake = register if reader.takes_in else None
    second = others if outside else intake or board or register or notices
    return {
        "language": "en" if reader.language == "en" else "zh-hans",
        "theme": theme_of(request),
        "letters": True,
        "organisation": house.name,
        "look": house.look,
        "now": reader.now,
        "now_text": reader.clock.bar(),
        "zone": reader.zone,
        "path": request.get_full_path(),
        "person": {"id": reader.person, "name": reader.account.name, "post": reader.post},
        "menu": [group for group in groups if group["entries"]],
        "bottom": [
            item | {"small": True}
            for item in (
                todo,
                second,
                cases if outside else entry("cases", _("Cases"), "layout-list", at),
                me,
            )
            if item
        ],
        "todo_url": address("todo"),
        "register_url": address("register") if reader.may_register else "",
        "search_url": address("find"),
        "board_url": address("board"),
        "language_url": address("language"),
        "theme_url": address("theme"),
        "sign_out_url": address("account_logout"),
    }


def entry(name: str, label: str, icon: str, at: str, count: int | None = None) -> dict[str, Json]:
    """One entry of the menu, leading to the address called `name`."""
    made: dict[str, Json] = {"label": label, "url": address(name), "icon": icon}
    if count is not None:
        made["count"] = count if count < 1000 else "1000+"
    return made | ({"current": True} if name == at else {})


def management(reader: Reader, at: str) -> list[dict[str, Json]]:
    """The entries below "Organisation" that exist and that the reader may open."""
    offered = (
        ("organisation", _("Units and posts"), "sitemap", True),
        ("roster", _("Roster"), "calendar-time", True),
        ("people", _("People"), "users", reader.account.is_administrator),
        ("policies", _("Policy and clauses"), "gavel", True),
        ("library", _("Library"), "books", True),
        ("calendar", _("Working calendar"), "calendar", True),
        ("ledger", _("Routine duties"), "repeat", True),
        ("papers", _("Printed forms"), "printer", True),
        (
            "presentation",
            _("Name, channels, notices"),
            "settings",
            reader.account.is_administrator,
        ),
        ("ways", _("Ways of telling"), "send", reader.account.is_administrator),
        ("mailboxes", _("Mailboxes"), "server-2", reader.account.is_administrator),
        ("replies", _("Reply templates"), "message", True),
        ("programs", _("Access for programs"), "key", reader.account.is_administrator),
        ("lines", _("Telephone lines"), "phone", reader.account.is_administrator),
        ("sources", _("Sources of posts"), "world", reader.account.is_administrator),
        (
            "records",
            _("Keeping and destroying"),
            "checks",
            reader.account.is_administrator or reader.account.is_auditor,
        ),
        (
            "audit",
            _("Changes of administration"),
            "history",
            reader.account.is_administrator or reader.account.is_auditor,
        ),
    )
    found = []
    for name, label, icon, allowed in offered:
        if not allowed:
            continue
        try:
            found.append(entry(name, label, icon, at))
        except NoReverseMatch:
            continue
    return found


def theme_of(request: HttpRequest) -> str:
    """Light, dark, or empty: as the system."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""
