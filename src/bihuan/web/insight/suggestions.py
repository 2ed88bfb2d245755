"""How suggestions fared since they were learned: how many stand in the cases now, how many were corrected."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.desk.learning import Fared, fared
from bihuan.engine.manner import percent
from bihuan.web.shell import Reader, show, staff

Json = Any


@staff
@require_safe
def suggestions(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Each fact of each policy: from how many cases it was learned, and accepted or corrected since."""
    if not (reader.oversees or reader.account.is_auditor) or not reader.policies:
        raise Http404
    rows = [_row(one, reader) for one in fared() if one.policy in reader.policies]
    return show(request, reader, "insight/suggestions.jinja", {"rows": rows}, at="insight")


def _row(one: Fared, reader: Reader) -> dict[str, Json]:
    names = {"kind": _("Kind"), "category": _("Category"), "severity": _("Severity")}
    return {
        "policy": reader.policies[one.policy].title.in_(reader.language),
        "fact": names.get(one.fact, one.fact),
        "learned": reader.clock.at(one.learned_at),
        "cases": one.cases,
        "expected": percent(100 * one.expected),
        "floor": percent(100 * one.floor),
        "used": one.expected > one.floor,
        "accepted": one.accepted,
        "corrected": one.judged - one.accepted,
        "share": percent(100 * one.accepted / one.judged) if one.judged else "—",
    }
