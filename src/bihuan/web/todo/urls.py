"""Addresses of my page."""

from django.urls import path

from bihuan.web.todo import views

urlpatterns = [path("", views.todo, name="todo")]
