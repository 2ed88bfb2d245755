"""The addresses of the dashboards."""

from django.urls import path

from bihuan.web.insight import suggestions, views

urlpatterns = [
    path("insight/", views.insight, name="insight"),
    path("insight/suggestions/", suggestions.suggestions, name="suggestions"),
]
