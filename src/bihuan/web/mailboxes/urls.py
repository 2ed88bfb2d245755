"""Addresses of the mailboxes that are read."""

from django.urls import path

from bihuan.web.mailboxes import views

urlpatterns = [
    path("mailboxes/", views.boxes, name="mailboxes"),
    path("mailboxes/change/", views.change, name="mailboxes_change"),
]
