"""What one was told: newest first, read or not."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import delivering
from bihuan.desk.ways import WAYS
from bihuan.engine.acts import ACTS
from bihuan.records.queries.deliveries import held_up
from bihuan.records.queries.obligations import Told, unread_count
from bihuan.records.queries.obligations import notices as told_to
from bihuan.web.addresses import address
from bihuan.web.shell import Reader, show, staff

Json = Any
SIZE = 30


@require_safe
@staff
def notices(request: HttpRequest, reader: Reader) -> HttpResponse:
    """A page of notices; `?after=ID` goes on behind that one."""
    after = request.GET.get("after", "")
    found = told_to(reader.person, after=int(after) if after.isdecimal() else None, limit=SIZE + 1)
    rows = [_row(item, reader) for item in found[:SIZE]]
    context = {
        "rows": rows,
        "unread": unread_count(reader.person),
        "held_up": len(held_up(reader.person, reader.now)),
        "next_url": f"{address('notices')}?after={found[SIZE - 1].id}" if len(found) > SIZE else "",
    }
    return show(request, reader, "notices/list.jinja", context, at="notices")


@require_POST
@staff
def read(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Mark one's own notices as read; those of others are not touched."""
    ids = [int(value) for value in request.POST.getlist("notice")[:500] if value.isdecimal()]
    delivering.mark_read(reader.person, ids, reader.now)
    return HttpResponseRedirect(address("notices"))


def _row(item: Told, reader: Reader) -> dict[str, Json]:
    body = item.body
    act = ACTS[body["act"]].text.in_(reader.language) if body.get("act") in ACTS else ""
    if act and body.get("note"):
        act = f"{act} {body['note']}"
    due = reader.clock.phrase(int(body["due"])) if body.get("due") else ""
    what = {
        "owed": _("You owe: %(act)s, by %(due)s"),
        "handed": _("Passed to you: %(act)s, by %(due)s"),
        "due moved": _("The time moved: %(act)s, now by %(due)s"),
        "late": _("Overdue: %(act)s; now due %(due)s"),
    }.get(item.kind)
    if item.kind in ("undelivered", "way down"):
        text = _about_sending(item, reader)
    elif what and act:
        text = what % {"act": act, "due": due or "—"}
    elif item.kind == "report":
        text = _("A report was drawn up: %(name)s %(period)s") % {
            "name": _report_name(body, reader), "period": body.get("period", ""),
        }  # fmt: skip
    elif body.get("what") == "chased" and act:
        text = _("You are reminded: %(act)s, due %(due)s") % {"act": act, "due": due or "—"}
    elif body.get("what") == "note answered":
        text = _("Note %(note)s was answered") % {"note": body.get("note", "")}
    elif body.get("what") == "webhook dead":
        text = _("The webhook “%(name)s” does not answer; what it was to be told is given up") % {
            "name": body.get("webhook", "")
        }
    elif act:
        text = _("For you to know: %(act)s") % {"act": act}
    else:
        text = _("For you to know: something changed in this case")
    return {
        "id": item.id,
        "text": text,
        "late": item.kind == "late",
        "number": item.case_number or "",
        "url": _url(item),
        "more": address("ways") if item.kind in ("undelivered", "way down") else "",
        "at_text": reader.clock.at(item.at),
        "unread": not item.read_at,
    }


def _about_sending(item: Told, reader: Reader) -> str:
    """What administrators hear of messages that do not arrive."""
    body = item.body
    way = WAYS[body["way"]].in_(reader.language) if body.get("way") in WAYS else ""
    if item.kind == "way down":
        said = {"way": way, "time": reader.clock.at(int(body["since"])), "error": body["error"]}
        return _("Nothing goes %(way)s since %(time)s: %(error)s") % said
    name = reader.organisation.names.get(str(body.get("to")), str(body.get("to")))
    return _("%(name)s was not reached %(way)s: %(error)s") % {
        "name": name, "way": way, "error": body.get("error", ""),
    }  # fmt: skip


def _url(item: Told) -> str:
    if item.kind == "report":
        return address("report", args=[int(item.body["report"])])
    return address("case", args=[item.case_number]) if item.case_number else ""


def _report_name(body: dict[str, Json], reader: Reader) -> str:
    name = str(body.get("name", ""))
    for policy in reader.policies.values():
        if name in policy.reports:
            return policy.reports[name].text.in_(reader.language)
    return name
