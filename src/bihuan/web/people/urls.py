"""Addresses of people."""

from django.urls import path

from bihuan.web.people import views

urlpatterns = [
    path("people/", views.everybody, name="people"),
    path("people/add/", views.add, name="people_add"),
    path("people/<int:person>/", views.one, name="person"),
    path("people/<int:person>/change/", views.change, name="person_change"),
]
