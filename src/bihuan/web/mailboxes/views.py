"""The mailboxes that are read: how each is, set up, changed, closed and removed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import mailboxes as desk
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.administration import Change, last_change
from bihuan.web.administration import administrator, done, errors_of, overtaken, said, version_of
from bihuan.web.shell import Reader, show

Json = Any
PLAIN = (
    "address",
    "host",
    "port",
    "security",
    "user",
    "auth",
    "folder",
    "done_folder",
    "unit",
    "kind",
)
FIRST = {"port": "993", "security": "tls", "auth": "password", "folder": "INBOX"}


@require_safe
@administrator
def boxes(request: HttpRequest, reader: Reader) -> HttpResponse:
    """All boxes with how they are; `?box=ID` has one in the form."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Set a box up, change it, or read it no more."""
    number = request.POST.get("box", "")
    box = int(number) if number.isdecimal() and len(number) < 16 else 0
    if refusal := overtaken(request, reader, _last(box)):
        return _page(request, reader, refusal, 409)
    if request.POST.get("change") == "remove":
        made = desk.remove(box, reader.now)
        words = _("%(address)s is read no more; what it brought stays.")
    else:
        names = (*PLAIN, *desk.OAUTH, *desk.SECRETS)
        told = {name: request.POST.get(name, "")[: desk.LONGEST + 1] for name in names}
        opens, is_open = (request.POST.get(name) == "yes" for name in ("opens", "open"))
        made = desk.save(told, opens=opens, is_open=is_open, now=reader.now, box=box)
        words = (
            _("%(address)s is read from now on.")
            if is_open
            else _("%(address)s is kept, and not read.")
        )
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    return done(request, words % {"address": made.address}, reverse("mailboxes"))


def _last(box: int) -> Change | None:
    """The last change of a box that is there; a new one has none."""
    address = next((row.address for row in desk.states() if row.id == box), "")
    return last_change("boxes", ("add", "change"), of=address) if address else None


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    rows = desk.states()
    number = request.POST.get("box", "") or request.GET.get("box", "")
    chosen = next((row for row in rows if str(row.id) == number), None)
    units = [(unit.code, unit.name) for unit in reader.organisation.units.values()]
    kinds = {
        name: text.in_(reader.language)
        for policy in reader.policies.values()
        for name, text in policy.kinds.items()
    }
    context = {
        "rows": [_row(row, reader, dict(units), number) for row in rows],
        "chosen": chosen.id if chosen else "",
        "version": version_of(_last(chosen.id)) if chosen else "",
        "told": _told(request, chosen, units),
        "checked": {
            "opens": request.POST.get("opens") == "yes"
            if refusal
            else chosen is None or chosen.opens,
            "open": request.POST.get("open") == "yes" if refusal else chosen is None or chosen.open,
        },
        "units": [{"value": code, "label": name} for code, name in units],
        "kinds": [{"value": name, "label": label} for name, label in kinds.items()],
        "security": [
            {"value": "tls", "label": "TLS"},
            {"value": "starttls", "label": "STARTTLS"},
            {"value": "none", "label": _("none (this machine or an inner network)")},
        ],
        "ways_in": [
            {"value": "password", "label": _("password, or the code the provider gives for it")},
            {"value": "oauth2", "label": "OAuth2"},
        ],
        "received_url": reverse("received") if reader.oversees else "",
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if request.method == "GET" else "",
    }
    return show(request, reader, "mailboxes/list.jinja", context, at="mailboxes", status=status)


def _told(
    request: HttpRequest, chosen: desk.State | None, units: list[tuple[str, str]]
) -> dict[str, str]:
    names = (*PLAIN, *desk.OAUTH)
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in names}
    if chosen is None:
        return dict.fromkeys(names, "") | FIRST | {"unit": units[0][0] if units else ""}
    told = {name: str(getattr(chosen, name)) for name in PLAIN}
    return told | {name: chosen.settings.get(name, "") for name in desk.OAUTH}


def _row(row: desk.State, reader: Reader, units: dict[str, str], number: str) -> dict[str, Json]:
    if not row.open:
        state, tone = _("closed"), ""
    elif row.error:
        state, tone = _("does not answer"), "late"
    else:
        state, tone = (_("read"), "done") if row.contact_at else (_("not read yet"), "near")
    return {
        "address": row.address,
        "url": f"{reverse('mailboxes')}?box={row.id}#pane",
        "current": str(row.id) == number,
        "unit": units.get(row.unit, row.unit),
        "state": state,
        "tone": tone,
        "error": row.error,
        "contact": reader.clock.at(row.contact_at) if row.contact_at else "—",
        "opens": _("opens cases") if row.opens else _("a person judges what is new"),
    }
