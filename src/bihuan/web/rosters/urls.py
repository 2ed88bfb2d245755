"""Addresses of the roster."""

from django.urls import path

from bihuan.web.rosters import views

urlpatterns = [
    path("organisation/roster/", views.roster, name="roster"),
    path("organisation/roster/change/", views.change, name="roster_change"),
]
