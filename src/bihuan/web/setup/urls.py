"""Addresses of the first run."""

from django.urls import path

from bihuan.web.setup import views

urlpatterns = [path("setup/", views.first_run, name="setup")]
