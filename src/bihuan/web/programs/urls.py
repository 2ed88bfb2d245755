"""Addresses about programs."""

from django.urls import path

from bihuan.web.programs import operations, tokens, webhooks

urlpatterns = [
    path("programs/", tokens.own, name="programs"),
    path("programs/change/", tokens.change, name="programs-change"),
    path("programs/webhooks/", webhooks.subscriptions, name="webhooks"),
    path("programs/webhooks/change/", webhooks.change, name="webhooks-change"),
    path("programs/webhooks/<int:webhook>/", webhooks.log, name="webhook"),
    path("programs/operations/", operations.operations, name="operations"),
]
