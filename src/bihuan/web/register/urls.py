"""Addresses of the register page."""

from django.urls import path

from bihuan.web.register import views

urlpatterns = [
    path("new/", views.register, name="register"),
    path("new/follows/", views.follows, name="register-follows"),
]
