"""Addresses of the sign-in library that are not offered: accounts are given, not taken."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path

from bihuan.web.accounts import views


def not_offered(_request: HttpRequest) -> HttpResponse:
    """There is no signing up, no mail address to confirm and no reset by mail."""
    raise Http404


urlpatterns = [
    re_path(
        r"^accounts/(?:signup|email|confirm-email|password/reset|password/set|login/code|3rdparty|social)/",
        not_offered,
    ),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
