"""Addresses of working calendars."""

from django.urls import path

from bihuan.web.calendar import views

urlpatterns = [
    path("calendar/", views.year, name="calendar"),
    path("calendar/load/", views.load, name="calendar_load"),
]
