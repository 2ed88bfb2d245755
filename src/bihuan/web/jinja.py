"""What every one of our templates may use."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from bihuan.engine import manner
from bihuan.web.addresses import address

_METHODS = frozenset(dir(dict))


class Pages(Environment):
    """Jinja2 that finds `row.title` of a dict at once: most of what a page draws are dicts."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute not in _METHODS and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """Jinja2 as our pages use it: strict about names, escaping everything, in two languages."""
    env = Pages(
        **options | {"undefined": StrictUndefined, "autoescape": True},
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        once(translation.gettext),
        translation.ngettext,
        newstyle=True,
        pgettext=once(translation.pgettext),
        npgettext=translation.npgettext,
    )
    env.filters.update(number=manner.number, hours=manner.hours)
    env.globals.update(
        static=lru_cache(static), url=address, language=translation.get_language,
        _=env.globals["gettext"],
    )  # fmt: skip
    return env


def once(look_up: Callable[..., str]) -> Callable[..., str]:
    """The same words, looked up once in each language."""

    @lru_cache(maxsize=8192)
    def known(_language: str | None, *words: str) -> str:
        return look_up(*words)

    return lambda *words: known(translation.get_language(), *words)
