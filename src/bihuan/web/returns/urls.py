"""Addresses of the tracing of goods."""

from django.urls import path

from bihuan.web.returns import views

urlpatterns = [
    path("returns/", views.tracing, name="tracing"),
    path("returns/traced.csv", views.export, {"ending": "csv"}, name="tracing-csv"),
    path("returns/traced.xlsx", views.export, {"ending": "xlsx"}, name="tracing-xlsx"),
]
