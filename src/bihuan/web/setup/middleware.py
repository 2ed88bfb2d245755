"""Until Bihuan is set up, every page leads to the one that says how."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from bihuan.desk import setup
from bihuan.web.addresses import address

OPEN = ("/setup", "/static/", "/language", "/health", "/api/", "/hooks/")


def until_set_up(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Lead every address to the first run while there is no organisation.

    Whoever is signed in has an account, so that there is one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            not request.path.startswith(OPEN)
            and not request.user.is_authenticated
            and not setup.is_set_up()
        ):
            return HttpResponseRedirect(address("setup"))
        return get_response(request)

    return middleware
