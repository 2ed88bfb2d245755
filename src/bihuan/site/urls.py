"""Every address: ours, and the account pages of the sign-in library."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("bihuan.web.urls")),
]
