"""Addresses of notices."""

from django.urls import path

from bihuan.web.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read, name="notices_read"),
]
