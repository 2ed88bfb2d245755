"""Addresses of the reply templates."""

from django.urls import path

from bihuan.web.replies import views

urlpatterns = [
    path("templates/", views.replies, name="replies"),
    path("templates/change/", views.change, name="replies_change"),
]
