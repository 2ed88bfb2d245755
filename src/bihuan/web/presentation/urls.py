"""Addresses of name, look, channels and notices."""

from django.urls import path

from bihuan.web.presentation import views

urlpatterns = [
    path("presentation/", views.presentation, name="presentation"),
    path("presentation/change/", views.change, name="presentation_change"),
    path("look.css", views.colours, name="look"),
    path("logo", views.logo, name="logo"),
]
