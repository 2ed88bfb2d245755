"""The reply templates: listed, written with a preview, withdrawn."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import reply_templates
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.administration import Change, last_change, templates
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, errors_of, overtaken, said, version_of
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import HOUR

Json = Any
FIELDS = ("name", "act", "kind", "zh", "en")


@require_safe
@staff
def replies(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Everybody of the organisation reads them; `?template=ID` has one in the form."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Save, withdraw, or only look how it would read."""
    does, told = request.POST.get("change", ""), _told(request)
    number = request.POST.get("template", "")
    key = int(number) if number.isdecimal() and len(number) < 16 else 0
    if does != "preview" and (
        refusal := overtaken(request, reader, _last(request.POST.get("was", "")))
    ):
        return _page(request, reader, refusal, 409)
    made: Json = None
    if does == "save":
        made = reply_templates.save(**told, instead_of=key, now=reader.now)
    elif does == "withdraw":
        made = reply_templates.withdraw(key, now=reader.now)
    if made is None or isinstance(made, Refusal):
        return _page(request, reader, made, 422 if made else 200)
    words = _("%(name)s is kept.") if does == "save" else _("%(name)s is offered no more.")
    return done(request, words % {"name": made.name}, address("replies"))


def _last(name: str) -> Change | None:
    """The last change of the template called so; a new one has none."""
    return last_change("templates", ("save", "withdraw"), of=name) if name else None


def _called_now(was: str) -> str:
    """The name of a template after its last change."""
    last = _last(was)
    return str(last.after[0]["name"]) if last and last.after else was


def _told(request: HttpRequest) -> dict[str, str]:
    most = reply_templates.LONGEST + 1
    return {name: request.POST.get(name, "")[:most].replace("\r\n", "\n") for name in FIELDS}


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    rows = templates()
    number = request.POST.get("template", "") or request.GET.get("template", "")
    was = _called_now(request.POST.get("was", ""))  # another text has another id
    chosen = next((row for row in rows if str(row.id) == number or row.name == was), None)
    told = dict.fromkeys(FIELDS, "")
    if request.method == "POST":
        told = _told(request)
    elif chosen:
        told = {name: getattr(chosen, name) for name in FIELDS}
    acts = _labels(reply_templates.acts_with_text(), reader)
    kinds = _labels(reply_templates.kinds(), reader)
    context = {
        "rows": [
            {
                "name": row.name,
                "act": _label(acts, row.act),
                "kind": _label(kinds, row.kind),
                "text": (row.en or row.zh) if reader.language == "en" else (row.zh or row.en),
                "url": f"{address('replies')}?template={row.id}#pane",
                "current": bool(chosen and row.id == chosen.id),
            }
            for row in rows
        ],
        "chosen": chosen.id if chosen else "",
        "was": chosen.name if chosen else "",
        "version": version_of(_last(chosen.name)) if chosen else "",
        "told": told,
        "acts": acts,
        "kinds": kinds,
        "variables": [
            {"name": f"{{{name}}}", "text": text.in_(reader.language)}
            for name, text in reply_templates.VARIABLES.items()
        ],
        "preview": [
            {"lang": language, "text": reply_templates.filled(told[name], _sample(reader))}
            for name, language in (("zh", "zh-Hans"), ("en", "en"))
            if told[name]
        ],
        "errors": errors_of(refusal, reader.language),
        "may_change": reader.account.is_administrator,
        "said": said(request) if request.method == "GET" else "",
    }
    return show(request, reader, "replies/list.jinja", context, at="replies", status=status)


def _labels(found: Json, reader: Reader) -> list[dict[str, str]]:
    return [{"value": name, "label": text.in_(reader.language)} for name, text in found.items()]


def _label(choices: list[dict[str, str]], value: str) -> str:
    return next((one["label"] for one in choices if one["value"] == value), value)


def _sample(reader: Reader) -> dict[str, str]:
    clock = reader.clock
    soon = clock.full(clock.midnight(2) + 10 * HOUR)
    return {
        "customer": _("Ms Example"),
        "number": "TS-20260101-001",
        "agreed_time": soon,
        "due": soon,
        "company": reader.house.name,
        "agent": reader.account.name,
        "received": clock.day(reader.now),
        "today": clock.day(reader.now),
        "content": _("the seam of the coat came open"),
        "demand": _("an exchange"),
    }
