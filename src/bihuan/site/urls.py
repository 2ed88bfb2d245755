"""Every address: ours, and the account pages of the sign-in library."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("bihuan.channels.api.urls")),
    path("hooks/", include("bihuan.channels.phone.hook")),
    path("hooks/", include("bihuan.channels.social.hook")),
    path("scim/v2/", include("bihuan.channels.scim.urls")),
    path("", include("bihuan.web.urls")),  # first: it closes what of the library is not offered
    path("accounts/", include("allauth.urls")),
]
