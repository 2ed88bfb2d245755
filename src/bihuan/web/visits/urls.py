"""Addresses of the visits."""

from django.urls import path

from bihuan.web.visits import views

urlpatterns = [
    path("", views.visits, name="visits"),
    path("list/", views.upload, name="visits_list"),
    path("new/", views.new_case, name="visits_new_case"),
]
