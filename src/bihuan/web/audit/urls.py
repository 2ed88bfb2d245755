"""Addresses of the trail of administration."""

from django.urls import path

from bihuan.web.audit import views

urlpatterns = [
    path("audit/", views.trail, name="audit"),
    path("audit.csv", views.export, name="audit-csv"),
]
