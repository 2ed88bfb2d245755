"""The addresses of the API."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from bihuan.channels.api.problems import missing, said
from bihuan.channels.api.site import api


def nowhere(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001  (whatever it is)
    """An address the API does not have."""
    return api.create_response(request, said(missing()), status=404)


urlpatterns = [path("v1/", api.urls), path("<path:rest>", nowhere)]
