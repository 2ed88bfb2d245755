"""Addresses of the organisation."""

from django.urls import path

from bihuan.web.organisation import codes, views

urlpatterns = [
    path("organisation/", views.tree, name="organisation"),
    path("organisation/codes/", codes.codes, name="portal_codes"),
    path("organisation/change/", views.change, name="organisation_change"),
]
