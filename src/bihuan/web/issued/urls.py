"""Addresses of issued reports."""

from django.urls import path

from bihuan.web.issued import views

urlpatterns = [
    path("reports/<int:pk>/", views.issued, name="report"),
    path("reports/<int:pk>.<str:ending>", views.issued_file, name="report-file"),
]
