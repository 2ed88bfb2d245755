"""Whose address a request comes from, when proxies stand before us."""

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address the outermost of our own proxies saw; what clients claim themselves is not read.

    ``settings.TRUSTED_PROXIES`` says how many proxies of ours append to X-Forwarded-For.
    """
    if settings.TRUSTED_PROXIES:
        passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(passed) >= settings.TRUSTED_PROXIES and passed[-settings.TRUSTED_PROXIES]:
            return passed[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
