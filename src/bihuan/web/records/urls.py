"""Addresses of what is kept, and of the certificates of what was purged."""

from django.urls import path

from bihuan.web.records import views

urlpatterns = [
    path("records/", views.records, name="records"),
    path("records/<str:number>/", views.certificate, name="certificate"),
]
