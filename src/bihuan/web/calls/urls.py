"""Addresses of calls and telephone lines."""

from django.urls import path

from bihuan.web.calls import lines, views

urlpatterns = [
    path("calls/", views.calls, name="calls"),
    path("calls/ringing/", views.ringing_now, name="calls-ringing"),
    path("calls/lines/", lines.lines, name="lines"),
    path("calls/lines/change/", lines.change, name="lines-change"),
]
