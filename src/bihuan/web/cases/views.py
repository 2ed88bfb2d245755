"""The list of cases, one case, an act in it, its contact data and its files."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.desk import files, permissions, worlds
from bihuan.desk import together as members
from bihuan.desk.perform import first_result
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import ACTS, ENDINGS, STAGES
from bihuan.records.queries.cases import Filters, Key, Listed, case_page
from bihuan.records.queries.find import complainants, found_cases, found_sheet, seen_whole
from bihuan.records.queries.visibility import Reach
from bihuan.web.cases import acting, head, story, together
from bihuan.web.cases.acting import Desk, desk_of
from bihuan.web.cases.panels import panels
from bihuan.web.cases.time_spent import time_spent
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names, tone_of_severity

Json = Any
SIZE = 50
MOST_EVENTS, MOST_OWED = 60, 20
# Shown without being asked for, so that a browser may draw it: everything else is downloaded.
DRAWABLE = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
            "webp": "image/webp"}  # fmt: skip


# -- The list --------------------------------------------------------------------------------------

NARROWED = ("stage", "kind", "category", "channel", "severity", "unit", "owner")
OWING = ("owes", "owes_late")  # somebody owes on the case: a seat, or "@" and a unit


@staff
@require_GET
def cases(request: HttpRequest, reader: Reader) -> HttpResponse:
    """All cases the reader may see: open ones nearest due first, or all of them newest first."""
    asked = {
        name: request.GET.get(name, "")[:100] for name in (*NARROWED, *OWING, "late", "all", "q")
    }
    words = asked["q"].strip()
    by_due = not asked["all"] and not words and asked["stage"] not in ("closed", "archived")
    filters = Filters(
        **{name: asked[name] for name in NARROWED if asked[name] not in ENDINGS or name != "stage"},
        ended=asked["stage"] if asked["stage"] in ENDINGS else "",
        late_at=reader.now if asked["late"] else 0,
        owes=asked["owes"],
        owes_late_at=reader.now if asked["owes_late"] else 0,
    )
    rows, after = found_cases(
        reader.viewer,
        words,
        filters,
        by_due=by_due and not filters.ended,
        after=_key(request.GET.get("after", "")),
        limit=SIZE,
    )
    if words and not rows and (note := found_sheet(reader.viewer, words)):
        return HttpResponseRedirect(reverse("case", args=[note[0]]) + f"#sheet-{note[1]}")
    if words and len(rows) == 1 and rows[0].number.upper() == words.upper():
        return HttpResponseRedirect(reverse("case", args=[rows[0].number]))
    kept = {name: value for name, value in asked.items() if value}
    more = urlencode({**kept, "after": f"{after.at}-{after.id}"}) if after else ""
    return show(
        request,
        reader,
        "cases/list.jinja",
        {
            "rows": _list_rows(rows, reader, late=bool(filters.late_at)),
            "groups": _chips(reader, kept),
            "next_url": f"?{more}" if more else "",
            "size": SIZE,
            "words": words,
            "narrowed": bool(kept),
            "scopes": _scopes(kept),
        },
        at="cases",
    )


def _key(text: str) -> Key | None:
    at, _dash, number = text.partition("-")
    return Key(int(at), int(number)) if at.isdecimal() and number.isdecimal() else None


def _scopes(kept: Mapping[str, str]) -> list[dict[str, Json]]:
    rest = {name: value for name, value in kept.items() if name not in ("all", "late")}
    return [
        {"label": _("Open, nearest due first"), "url": "?" + urlencode(rest),
         "current": not kept.get("all") and not kept.get("late")},
        {"label": _("Overdue"), "url": "?" + urlencode({**rest, "late": "1"}),
         "current": bool(kept.get("late"))},
        {"label": _("All, newest first"), "url": "?" + urlencode({**rest, "all": "1"}),
         "current": bool(kept.get("all")) and not kept.get("late")},
    ]  # fmt: skip


def _chips(reader: Reader, kept: Mapping[str, str]) -> list[dict[str, Json]]:
    lang = reader.language
    offered: dict[str, dict[str, str]] = {
        "stage": {name: text.in_(lang) for name, text in STAGES.items()}
        | {name: text.in_(lang) for name, text in ENDINGS.items() if name not in STAGES},
    }
    for policy in reader.policies.values():
        for name, words in (
            ("kind", policy.kinds),
            ("category", policy.categories),
            ("channel", {key: channel.text for key, channel in policy.channels.items()}),
        ):
            offered.setdefault(name, {}).update(
                {key: text.in_(lang) for key, text in words.items()}
            )
        names = Names(policy, reader.organisation, lang)
        offered.setdefault("severity", {}).update(
            {level: names.severity(level) for level in policy.levels}
        )
        mine = {seat: names.post(seat) for seat in sorted(reader.viewer.seats)}
        offered.setdefault("owner", {}).update(mine)
    labels = {
        "stage": _("Stage"), "kind": _("Kind"), "category": _("Category"),
        "channel": _("Channel"), "severity": _("Severity"), "owner": _("Owned by me as"),
    }  # fmt: skip
    groups = []
    for name, label in labels.items():
        values = offered.get(name, {})
        if len(values) < 2 and not kept.get(name):
            continue
        chips = []
        for value, text in values.items():
            rest = {key: given for key, given in kept.items() if key != name}
            current = kept.get(name) == value
            query = urlencode(rest if current else {**rest, name: value})
            chips.append({"label": text, "url": f"?{query}", "current": current})
        groups.append({"label": label, "chips": chips, "current": bool(kept.get(name))})
    return groups


def _list_rows(rows: list[Listed], reader: Reader, *, late: bool = False) -> list[dict[str, Json]]:
    whole = seen_whole(reader.viewer, [row.id for row in rows])
    people = complainants(whole)
    made = []
    for row in rows:
        policy = worlds.policy_of(row.policy_id)
        names = Names(policy, reader.organisation, reader.language)
        name, phone = people.get(row.id, ("", ""))
        is_whole = row.id in whole
        due = (row.first_due_at if late else row.next_due_at) or None
        if not (row.is_open and is_whole):
            due = None
        made.append(
            {
                "key": row.id,
                "number": row.number,
                "url": reverse("case", args=[row.number]),
                "title": (row.title if is_whole else permissions.mask_contact(row.title))
                or row.number,
                "complainant": name,
                "phone": permissions.mask_phone(phone) if phone else "",
                "state": names.stage(row.stage, row.ended),
                "tone": head.tone(row.stage, row.ended),
                "severity": names.severity(row.severity),
                "severity_tone": tone_of_severity(policy, row.severity),
                "owner": names.seat(row.owner) if row.owner else "",
                "due": due,
                "due_text": reader.clock.at(due) if due else "",
                "registered": reader.clock.day(row.registered_at),
            }
        )
    return made


# -- One case --------------------------------------------------------------------------------------


def desk_or_404(reader: Reader, number: str) -> Desk:
    """The case of that number before the reader; a missing permission is a missing page."""
    page = case_page(number, reader.viewer)
    if page is None:
        raise Http404
    return desk_of(reader, page)


@staff
@require_GET
def case(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """All of a case: head, story, what is owed, what can be done."""
    desk = desk_or_404(reader, number)
    permissions.log_look(reader.viewer, desk.page.id, reader.now)
    return show_case(request, desk)


def show_case(
    request: HttpRequest,
    desk: Desk,
    *,
    form: dict[str, Json] | None = None,
    status: int = 200,
    revealed: bool = False,
) -> HttpResponse:
    """The page of a case, with the form of an act open where one is given."""
    reader, page = desk.reader, desk.page
    clear = revealed or permissions.sees_contact(reader.viewer, page.state, page.reach)
    owed = story.owed(desk)
    most = 0 if request.GET.get("all") else MOST_EVENTS
    return show(
        request,
        reader,
        "cases/case.jinja",
        {
            "case": head.head(desk, clear=clear),
            "owed": owed[:MOST_OWED],
            "owed_more": max(len(owed) - MOST_OWED, 0),
            "events": story.told(desk, clear=clear, most=most),
            "event_count": len(page.history),
            "earlier": max(len(page.history) - most, 0) if most else 0,
            "now_text": reader.clock.at(reader.now),
            "track": head.track(desk),
            "sheets": head.sheets(desk),
            "time_spent": time_spent(desk),
            "files": head.attached(desk),
            "together": together.panel(desk, request),
            "panels": panels(desk),
            "papers": head.papers(desk),
            "doable": head.doable(desk, owed),
            "refused": head.not_possible(desk),
            "form": form,
            "done": request.session.pop("done", None),
        },
        at="cases",
        status=status,
    )


@staff
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, reader: Reader, number: str, act: str) -> HttpResponse:
    """The form of one act; posted, the act is done and the case shown as it then is."""
    desk = desk_or_404(reader, number)
    asked = request.GET.get("sheet", "")
    sheet = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    if request.method == "POST" and _was_done(request, desk, act):
        return HttpResponseRedirect(desk.url)
    offer = desk.offer(act, sheet)
    if offer is None or act not in ACTS:
        raise Http404
    if request.method == "GET":
        refusal = offer.refusal
        other = request.GET.get("case", "")[:80]
        form = acting.form_of(
            desk, offer, refusal=refusal, item=request.GET.get("item", ""),
            posted={"case": other} if other else None,
        )  # fmt: skip
        return show_case(request, desk, form=form)
    came = acting.attempt(request, desk, offer)
    if came.status == 200:
        remember_done(request, desk, act)
        return HttpResponseRedirect(desk.url)
    if came.performed and came.performed.events:  # refused, and the case went on all the same
        desk = desk_or_404(reader, number)
    return show_case(request, desk, form=came.form, status=came.status)


def _was_done(request: HttpRequest, desk: Desk, act: str) -> bool:
    """Whether this very form was sent before and its act done: no answer came, or a second click."""
    act_id = request.POST.get("act_id", "")[:80]
    done = first_result(act_id, by=desk.reader.person, act=act) if act_id else None
    return bool(done and done.accepted and done.number == desk.page.number)


def remember_done(request: HttpRequest, desk: Desk, act: str, sheet: int = 0) -> None:
    """Keep for the next page what is now true and what is owed next."""
    after = case_page(desk.page.number, desk.reader.viewer)
    text = _("%(number)s: you %(did)s.") % {
        "number": desk.page.number,
        "did": desk.names.text(ACTS[act].past),
    }
    following = ""
    if after is not None:
        following = story.summary(desk_of(desk.reader, after))
    item = request.POST.get("item", "")
    request.session["done"] = {
        "text": text,
        "next": following,
        "draft": f"{desk.page.number}/{act}/{request.GET.get('sheet', sheet) or 0}/{item}",
    }


@staff
@require_POST
def apply_to_members(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """Do an act of this command case on all its members that the reader may see; say what came of each."""
    desk = desk_or_404(reader, number)
    sequence = request.POST.get("sequence", "")
    place = int(sequence) if sequence.isdecimal() and len(sequence) < 9 else 0
    found = members.apply_to_members(
        desk.page.number, place, by=reader.person, now=reader.now, viewer=reader.viewer
    )
    if isinstance(found, Refusal) or desk.page.reach is not Reach.WHOLE:
        raise Http404
    request.session[together.CAME] = together.came(desk, found)
    return HttpResponseRedirect(f"{desk.url}#together")


@staff
@require_POST
def contact(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """Show the contact data in clear, once, with a line in the log of looks."""
    desk = desk_or_404(reader, number)
    reason = request.POST.get("reason", "")
    found = permissions.reveal(reader.viewer, desk.page.id, reason, reader.now)
    if isinstance(found, Refusal):
        if found.code == "no-such-case":
            raise Http404
        request.session["done"] = {"text": desk.names.text(found.text), "next": "", "draft": ""}
        return show_case(request, desk, status=422)
    return show_case(request, desk, revealed=True)


@staff
@require_GET
def file(
    _request: HttpRequest, reader: Reader, number: str, digest: str, name: str
) -> HttpResponse:
    """A file attached to the case."""
    desk = desk_or_404(reader, number)
    known = {one["digest"]: one["name"] for one in head.attached(desk)}
    content = files.read(digest) if known.get(digest) == name else None
    if content is None:
        raise Http404
    ending = name.rpartition(".")[2].lower()
    answer = HttpResponse(content, DRAWABLE.get(ending, "application/octet-stream"))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if ending not in DRAWABLE:
        answer.headers["Content-Disposition"] = "attachment"
    return answer
