"""The addresses of our own pages."""

from django.urls import URLPattern, URLResolver, include, path

from bihuan.web import absence, account

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("bihuan.web.todo.urls")),
    path("", include("bihuan.web.papers.urls")),
    path("", include("bihuan.web.board.urls")),
    path("", include("bihuan.web.returns.urls")),
    path("", include("bihuan.web.issued.urls")),
    path("", include("bihuan.web.reports.urls")),
    path("", include("bihuan.web.insight.urls")),
    path("", include("bihuan.web.problems.urls")),
    path("cases/", include("bihuan.web.register.urls")),
    path("cases/", include("bihuan.web.assistance.urls")),  # before the acts of a case
    path("cases/", include("bihuan.web.cases.urls")),
    path("find/", include("bihuan.web.search.urls")),
    path("", include("bihuan.web.setup.urls")),
    path("", include("bihuan.web.accounts.urls")),
    path("", include("bihuan.web.portal.urls")),
    path("", include("bihuan.web.organisation.urls")),
    path("", include("bihuan.web.rosters.urls")),
    path("", include("bihuan.web.audit.urls")),
    path("", include("bihuan.web.presentation.urls")),
    path("", include("bihuan.web.replies.urls")),
    path("", include("bihuan.web.people.urls")),
    path("", include("bihuan.web.policy.urls")),
    path("", include("bihuan.web.library.urls")),
    path("", include("bihuan.web.calendar.urls")),
    path("", include("bihuan.web.records.urls")),
    path("", include("bihuan.web.notices.urls")),
    path("", include("bihuan.web.programs.urls")),
    path("", include("bihuan.web.calls.urls")),
    path("", include("bihuan.web.mailboxes.urls")),
    path("received/", include("bihuan.web.received.urls")),
    path("", include("bihuan.web.telling.urls")),
    path("", include("bihuan.web.ways.urls")),
    path("visits/", include("bihuan.web.visits.urls")),
    path("me/away/", absence.away, name="away"),
    path("me/", account.me, name="account"),
    path("language/", account.language, name="language"),
    path("theme/", account.theme, name="theme"),
    path("styleguide/", account.parts, name="styleguide"),
    path("healthz", account.health, name="health"),
]
