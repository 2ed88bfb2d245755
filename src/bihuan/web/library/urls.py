"""Addresses of the library."""

from django.urls import path

from bihuan.web.library import views

urlpatterns = [
    path("library/", views.shelf, name="library"),
    path("library/publish/", views.publish, name="document-publish"),
    path("library/documents/<str:code>/", views.document, name="document"),
    path("library/documents/<str:code>/change/", views.change, name="document-change"),
    path("library/documents/<str:code>/<str:version>/file/", views.attached, name="document-file"),
]
