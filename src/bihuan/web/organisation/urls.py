"""Addresses of the organisation."""

from django.urls import path

from bihuan.web.organisation import views

urlpatterns = [
    path("organisation/", views.tree, name="organisation"),
    path("organisation/change/", views.change, name="organisation_change"),
]
