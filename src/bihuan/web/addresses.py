"""Addresses of pages, found once: a page names some dozens, and the same ones as the page before."""

from collections.abc import Sequence
from functools import lru_cache

from django.urls import get_script_prefix, reverse

Part = str | int


def address(name: str, args: Sequence[Part] = ()) -> str:
    """The address of the page of that name, as `reverse` finds it."""
    return _found(get_script_prefix(), name, tuple(args))


@lru_cache(maxsize=4096)
def _found(_prefix: str, name: str, args: tuple[Part, ...]) -> str:
    return reverse(name, args=args)
