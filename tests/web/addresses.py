"""Every address of the site with something in its blanks: what is added to the URLs is walked by itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

Blanks = Mapping[str, Sequence[object]]
_BLANK = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_EITHER = re.compile(r"\(\?:([^()|]*)[^()]*\)")


def addresses(blanks: Blanks, otherwise: Callable[[str], Sequence[object]]) -> list[str]:
    """All addresses, each blank filled with every value given for its name, else with `otherwise`."""
    found: dict[str, None] = {}
    for route in _routes(get_resolver().url_patterns, ""):
        names = _BLANK.findall(route)
        for values in product(*(blanks.get(name) or otherwise(name) for name in names)):
            given = iter(values)
            found["/" + _BLANK.sub(lambda _: str(next(given)), route)] = None  # noqa: B023
    return list(found)


def _routes(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for each in patterns:
        here = before + _text(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, here)
        else:
            yield here


def _text(pattern: object) -> str:
    if isinstance(pattern, RoutePattern):
        return str(pattern._route)
    assert isinstance(pattern, RegexPattern), pattern
    plain = _EITHER.sub(r"\1", _GROUP.sub(r"<\1>", str(pattern._regex)))
    return plain.strip("^$").replace("\\", "")
