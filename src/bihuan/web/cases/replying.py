"""The reply templates that fit an act of a case, filled with what the case knows."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from bihuan.desk import reply_templates
from bihuan.engine.step import Possible
from bihuan.records.queries.administration import templates
from bihuan.records.queries.visibility import Reach
from bihuan.web import forms
from bihuan.web.desk import Desk, desk_or_404
from bihuan.web.shell import Reader, staff

Json = Any


def offered(desk: Desk, offer: Possible) -> dict[str, Json] | None:
    """What ui/form.jinja template_choice draws: the field they go into, and each text; None for no text field."""
    into = next((one.name for one in offer.fields if one.kind == "long"), "")
    if desk.page.reach is not Reach.WHOLE:
        return None  # who sees only their own sheet does not write to the customer
    if not into or offer.act not in reply_templates.acts_with_text():
        return None
    return {"into": forms.control(into), "texts": texts_of(desk, offer.act)}


def texts_of(desk: Desk, act: str) -> list[dict[str, str]]:
    """Name and filled text of each template for this act, in the reader's language where it is written."""
    values = known(desk)
    kind = str(desk.page.state.facts.get("kind", ""))
    english = desk.reader.language == "en"
    return [
        {
            "name": one.name,
            "text": reply_templates.filled(
                (one.en or one.zh) if english else (one.zh or one.en), values
            ),
        }
        for one in templates(act, kind)
    ]


def known(desk: Desk) -> Mapping[str, str]:
    """What the names in a template stand for in this case."""
    case, clock = desk.page.state, desk.reader.clock
    answer = [debt.due for debt in case.debts.values() if debt.act == "respond"]
    due = min(answer, default=case.next_due)
    return {
        "customer": str(case.facts.get("name") or ""),
        "number": desk.page.number,
        "agreed_time": clock.full_until(case.agreed) if case.agreed else "",
        "due": clock.full_until(due) if due else "",
        "company": desk.reader.house.name,
        "agent": desk.reader.account.name,
        "received": clock.day(case.received or case.registered),
        "today": clock.day(desk.reader.now),
        "content": str(case.facts.get("content") or ""),
        "demand": str(case.facts.get("demand") or ""),
    }


@require_safe
@staff
def texts(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """`?act=respond`: the templates for an act of a case as JSON, `[{name, text}]`."""
    desk = desk_or_404(reader, number)
    if desk.page.reach is not Reach.WHOLE:
        raise Http404
    return JsonResponse({"templates": texts_of(desk, request.GET.get("act", ""))})
