"""A macro file imported under the name of something a page is given hides it, silently: a page that does so fails.

`tests/conftest.py` looks at every page that any test draws; `tests/web/test_hiding.py` shows that it is seen.
"""

from functools import cache
from typing import Any

from jinja2 import Environment, Template, nodes


@cache
def imported(env: Environment, name: str) -> frozenset[str]:
    """The names that a template and those it extends give to what they import."""
    assert env.loader is not None
    tree = env.parse(env.loader.get_source(env, name)[0])
    own = {one.target for one in tree.find_all(nodes.Import)}
    for one in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in one.names}
    above = [one.template.value for one in tree.find_all(nodes.Extends)]
    return frozenset(own).union(*(imported(env, parent) for parent in above))


def hidden(template: Template, given: Any) -> set[str]:
    """What a page is given and cannot see."""
    if not template.name:
        return set()
    return imported(template.environment, template.name) & {*dict(given), *template.globals}
