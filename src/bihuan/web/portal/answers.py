"""Common questions: the public documents in force, for anybody."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from bihuan.desk import library
from bihuan.records.queries.library import VersionRow, versions
from bihuan.web import outside
from bihuan.web.library.reading import blocks
from bihuan.web.shell import now

EVERYBODY = ("public",)


def public(at: int) -> list[VersionRow]:
    """The public versions in force now that have a text to read."""
    return [one for one in versions(EVERYBODY) if one.state(at) == "in force" and one.text]


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The public documents in force, folded by their titles."""
    language = translation.get_language() or "zh"
    topics = library.topics()
    rows = [
        {
            "title": one.title,
            "topics": [topics[name].in_(language) for name in one.topics if name in topics],
            "blocks": blocks(one.text),
        }
        for one in public(now())
    ]
    return outside.show(request, "portal/answers.jinja", {"rows": rows})
