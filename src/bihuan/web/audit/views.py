"""Who changed what of organisation, people, policies and papers: read, narrowed, exported."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.desk.changes import AREAS
from bihuan.engine import manner
from bihuan.records.queries.administration import Change, administrative_changes
from bihuan.records.queries.organisation import people
from bihuan.web.addresses import address
from bihuan.web.cases.export import harmless
from bihuan.web.shell import Reader, show, staff

Json = Any
PAGE = 50
MOST = 50_000  # rows of an export
ASKED = ("area", "person", "q", "since", "until")


@require_safe
@staff
def trail(request: HttpRequest, reader: Reader) -> HttpResponse:
    """`?area=rosters&person=7&q=…&since=2026-10-01&until=…&before=ID`: newest first."""
    _may(reader)
    told = {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    before = request.GET.get("before", "")
    before = before if before.isdecimal() and len(before) < 16 else ""
    found = administrative_changes(
        **_narrowed(told, reader), before=int(before or 0), limit=PAGE + 1
    )
    shown = found[:PAGE]
    query = {name: value for name, value in told.items() if value}
    more = {**query, "before": str(shown[-1].id)} if len(found) > PAGE else None
    context = {
        "rows": [_row(change, reader) for change in shown],
        "told": told,
        "areas": [
            {"value": name, "label": text.in_(reader.language)} for name, text in AREAS.items()
        ],
        "people": [
            {"value": "console", "label": _("Command line")},
            *(
                {"value": person.person_id, "label": person.name}
                for person in people(reader.now, also_left=True)
            ),
        ],
        "more_url": f"{address('audit')}?{urlencode(more)}" if more else "",
        "export_url": f"{address('audit-csv')}?{urlencode(query)}",
    }
    return show(request, reader, "audit/trail.jinja", context, at="audit")


@require_safe
@staff
def export(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """The same, narrowed the same, as a table; no cell is a formula."""
    _may(reader)
    told = {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    found = administrative_changes(**_narrowed(told, reader), limit=MOST)
    answer = StreamingHttpResponse(_lines(found, reader), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _lines(found: tuple[Change, ...], reader: Reader) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    heads = (_("Time"), _("By"), _("Area"), _("What"), _("About"), _("Before"), _("After"))
    for line in (heads, *(_cells(change, reader) for change in found)):
        part = io.StringIO()
        csv.writer(part).writerow([harmless(cell) for cell in line])
        yield part.getvalue().encode()


def _cells(change: Change, reader: Reader) -> tuple[str, ...]:
    return (
        manner.machine_time(reader.clock.wall(change.at)),
        change.by or _("Command line"),
        AREAS[change.area].in_(reader.language),
        _deed(change.what),
        change.about,
        json.dumps(change.before, ensure_ascii=False) if change.before else "",
        json.dumps(change.after, ensure_ascii=False) if change.after else "",
    )


def _may(reader: Reader) -> None:
    if not (reader.account.is_administrator or reader.account.is_auditor):
        raise Http404


def _narrowed(told: dict[str, str], reader: Reader) -> dict[str, Json]:
    until = _instant(told["until"], reader, days=1)
    return {
        "area": told["area"] if told["area"] in AREAS else "",
        "person": told["person"],
        "words": told["q"],
        "since": _instant(told["since"], reader),
        "until": until,
    }


def _instant(text: str, reader: Reader, days: int = 0) -> int:
    """The beginning of the day written (or so many days later); 0 for none."""
    try:
        on = datetime.fromisoformat(text[:10]) + timedelta(days=days)
    except (ValueError, OverflowError):
        return 0
    return reader.clock.read_field(manner.field_time(on)) or 0


def _row(change: Change, reader: Reader) -> dict[str, Json]:
    return {
        "at": reader.clock.full(change.at),
        "by": change.by or _("Command line"),
        "area": AREAS[change.area].in_(reader.language),
        "what": _deed(change.what),
        "about": _about(change.about, reader),
        "before": [_values(row, reader) for row in change.before[:12]],
        "after": [_values(row, reader) for row in change.after[:12]],
        "left_off": max(0, len(change.before) - 12) + max(0, len(change.after) - 12),
    }


def _values(row: dict[str, Json], reader: Reader) -> list[dict[str, str]]:
    """Names and values of one row; instants as people read them."""
    return [
        {
            "name": _named(name),
            "value": reader.clock.full(value)
            if name.endswith("_at") and isinstance(value, int) and value
            else _value(name, value, reader),
        }
        for name, value in row.items()
        if value not in ("", None, False)
    ]


def _value(name: str, value: Json, reader: Reader) -> str:
    """A value in words: posts and units as they are called here, yes for what holds."""
    if name == "post":
        return _post(str(value), reader)
    if name in ("unit", "parent") and value in reader.organisation.units:
        return reader.organisation.units[value].name
    if name == "language":
        return dict(settings.LANGUAGES).get(str(value), str(value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items() if one)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _("yes") if value is True else str(value)


def _post(name: str, reader: Reader) -> str:
    found = (policy.posts[name] for policy in reader.policies.values() if name in policy.posts)
    post = next(found, None)
    return post.text.in_(reader.language) if post else name


def _about(about: str, reader: Reader) -> str:
    """A seat in words where it begins with one: "post@unit: name"."""
    place, colon, rest = about.partition(": ")
    post, at, unit = place.partition("@")
    if not (colon and at) or " " in post:
        return about
    there = reader.organisation.units.get(unit)
    called = f"{there.name} {_post(post, reader)}" if there else _post(post, reader)
    return _("%(name)s: %(value)s") % {"name": called, "value": rest}


def _named(name: str) -> str:
    return {
        "name": _("name"),
        "phone": _("phone"),
        "language": _("language"),
        "is_administrator": _("administrator"),
        "is_auditor": _("auditor"),
        "post": _("post"),
        "unit": _("unit"),
        "person": _("person"),
        "from_at": _("from"),
        "until_at": _("until"),
        "reason": _("reason"),
        "state": _("state"),
        "code": _("code"),
        "kind": _("kind"),
        "parent": _("below"),
        "deputy": _("deputy"),
        "place": _("place"),
        "file": _("file"),
        "act": _("act"),
        "role": _("role"),
        "hash": _("fingerprint"),
        "email": _("e-mail"),
        "level": _("disclosure"),
    }.get(name, name)


def _deed(what: str) -> str:
    return {
        "add_unit": _("unit added"),
        "rename": _("renamed"),
        "locate": _("placed"),
        "move": _("moved"),
        "close_unit": _("unit closed"),
        "hold": _("post given"),
        "end_holding": _("post ended"),
        "end_all_holdings": _("all posts ended"),
        "absence": _("absence noted"),
        "end_absence": _("absence ended"),
        "roster": _("rostered"),
        "fill": _("rostered"),
        "strike": _("taken off duty"),
        "copy_month": _("month copied"),
        "take_table": _("table taken"),
        "create_person": _("person added"),
        "change_person": _("person changed"),
        "change_rights": _("rights changed"),
        "give_account": _("account given"),
        "deactivate": _("person left"),
        "make": _("token made"),
        "subscribe": _("webhook subscribed"),
        "end": _("ended"),
        "revoke": _("token revoked"),
        "appoint_administrator": _("administrator appointed"),
        "adopt": _("adopted"),
        "draft": _("drafted"),
        "sign": _("signed"),
        "withdraw": _("withdrawn"),
        "publish": _("published"),
        "copied": _("copy noted"),
        "use": _("own file used"),
        "save": _("text saved"),
        "change": _("changed"),
        "open": _("opened"),
        "remove": _("removed"),
        "preferences": _("changed"),
        "save_text": _("text saved"),
        "withdraw_text": _("withdrawn"),
        "add_chat": _("group chat added"),
        "withdraw_chat": _("group chat taken away"),
        "reactivate": _("person came back"),
        "email": _("e-mail changed"),
        "summary": _("summary asked for"),
        "answer": _("draft of an answer asked for"),
        "translation": _("translation asked for"),
        "facts": _("facts asked for"),
        "take": _("proposal taken into a form"),
    }.get(what, what)
