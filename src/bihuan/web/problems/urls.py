"""The addresses of common problems."""

from django.urls import path

from bihuan.web.problems import views

urlpatterns = [
    path("problems/", views.problems, name="problems"),
    path("problems/<int:key>/", views.problem, name="problem"),
]
