"""Addresses about programs."""

from django.urls import path

from bihuan.web.programs import operations, tokens

urlpatterns = [
    path("programs/", tokens.own, name="programs"),
    path("programs/change/", tokens.change, name="programs-change"),
    path("programs/operations/", operations.operations, name="operations"),
]
