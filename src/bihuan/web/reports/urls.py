"""Addresses of reports and of the cases behind figures."""

from django.urls import path

from bihuan.web.reports import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/any/", views.any_period, name="report-any"),
    path("reports/any.<str:ending>", views.any_file, name="report-any-file"),
    path("figures/cases/", views.behind, name="figures-behind"),
]
