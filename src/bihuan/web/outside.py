"""The frame of pages that are also for people who are not signed in: portal, sign-in, first run."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control

from bihuan.records.queries.accounts import house_of
from bihuan.web.addresses import address
from bihuan.web.shell import now, theme_of

Json = Any


def frame(request: HttpRequest) -> dict[str, Json]:
    """What portal_layout.jinja needs (see there)."""
    house = house_of()
    return {
        "language": "en" if translation.get_language() == "en" else "zh-hans",
        "theme": theme_of(request),
        "organisation": house.name,
        "look": house.look,
        "now": now(),
        "zone": settings.TIME_ZONE,
        "path": request.get_full_path(),
        "language_url": address("language"),
    }


def frames(request: HttpRequest) -> dict[str, Callable[[], dict[str, Json]]]:
    """The context processor by which the sign-in library's pages get their frame: `outside()`."""
    return {"outside": partial(frame, request)}


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Json] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page outside the desk; never kept by a cache, since it may hold what a customer wrote."""
    page = render(request, template, {"shell": frame(request), **(context or {})}, status=status)
    patch_cache_control(page, private=True, no_store=True)
    return page
