"""What every one of our templates may use."""

import marshal
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment, StrictUndefined
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from bihuan.engine import manner
from bihuan.web.addresses import address
from bihuan.web.words import left_until

_METHODS = frozenset(dir(dict))


class Called(Context):
    """A context that calls macros and our own functions at once: a page calls some hundreds."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is Macro or called in self.environment.plain:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class Pages(Environment):
    """Jinja2 that finds `row.title` of a dict at once: most of what a page draws are dicts."""

    context_class = Called
    plain: frozenset[Callable[..., Any]] = frozenset()  # functions that want no context

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
        translation.gettext, translation.ngettext, newstyle=True, npgettext=translation.npgettext
    )
    env.filters.update(number=manner.number)
    gettext = said(translation.gettext)
    ours: dict[str, Callable[..., Any]] = {
        "_": gettext, "gettext": gettext, "pgettext": said(translation.pgettext), "url": address,
        "static": lru_cache(static), "language": translation.get_language, "kept": kept,
        "left_until": left_until,
    }  # fmt: skip
    env.globals.update(ours)
    env.plain = frozenset(ours.values())
    return env


def said(look_up: Callable[..., str]) -> Callable[..., Markup]:
    """Words of ours with what is filled into them, looked up once in each language."""

    @lru_cache(maxsize=8192)
    def known(_language: str | None, *words: str) -> tuple[Markup, Markup]:
        form = Markup(look_up(*words))  # noqa: S704  (our own words)
        return form, form.replace("%%", "%")

    def filled(*words: str, **values: Any) -> Markup:
        form, alone = known(translation.get_language(), *words)
        return form % values if values else alone

    return filled


def kept(macro: Macro, *values: Any) -> Markup:
    """What a macro draws of these values, drawn once in each language as long as they are the same.

    For macros that look at nothing but their arguments (imported without context): a menu, a row.
    Values that are not plain texts, numbers, lists or dicts of them are drawn anew each time.
    """
    try:
        written = marshal.dumps(values, 0)
    except ValueError:
        return macro(*values)
    return _drawn(macro, translation.get_language(), written)


@lru_cache(maxsize=4096)
def _drawn(macro: Macro, _language: str | None, values: bytes) -> Markup:
    return macro(*marshal.loads(values))  # noqa: S302  (written by `kept`)


def form_tokens(request: HttpRequest) -> dict[str, Any]:
    """The context processor that draws one token for all forms of a page."""
    drawn = SimpleLazyObject(lambda: csrf_input(request))
    return {"csrf_input": drawn}
