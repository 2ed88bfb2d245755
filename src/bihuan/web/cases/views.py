"""One case, an act in it, its contact data and its files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.desk import files, permissions, query_codes, verify
from bihuan.desk import together as members
from bihuan.desk.perform import first_result
from bihuan.engine.acts import ACTS
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.cases import case_page
from bihuan.records.queries.visibility import Reach
from bihuan.web.addresses import address
from bihuan.web.cases import acting, head, story, together
from bihuan.web.cases.attempting import attempt, gone
from bihuan.web.cases.details import DRAWABLE, attached
from bihuan.web.cases.looking import watching
from bihuan.web.cases.panels import panels
from bihuan.web.cases.sent import sent_of
from bihuan.web.cases.time_spent import time_spent
from bihuan.web.desk import Desk, desk_of, desk_or_404
from bihuan.web.shell import Reader, show, staff

Json = Any
MOST_EVENTS, MOST_OWED = 60, 20


# -- One case --------------------------------------------------------------------------------------


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
    with_alike: bool = False,
) -> HttpResponse:
    """The page of a case, with the form of an act open where one is given."""
    reader, page = desk.reader, desk.page
    clear = revealed or permissions.sees_contact(reader.viewer, page.state, page.reach)
    owed = story.owed(desk)
    sent = sent_of(desk, clear=clear)
    view = request.GET.get("view", "")
    view = view if view in story.VIEWS else story.ALL
    most = 0 if request.GET.get("all") or view != story.ALL else MOST_EVENTS
    return show(
        request,
        reader,
        "cases/case.jinja",
        {
            "case": head.head(desk, clear=clear),
            "watching": watching(reader, page.id),
            "looking_url": address("case-looking", args=[page.number]),
            "owed": owed[:MOST_OWED],
            "owed_more": max(len(owed) - MOST_OWED, 0),
            "events": story.told(desk, sent, clear=clear, view=view, most=most),
            "views": story.tabs(desk, sent, view, whole=bool(request.GET.get("all"))),
            "chain": chain_of(desk),
            "earlier": max(len(page.history) - most, 0) if most else 0,
            "now_text": reader.clock.at(reader.now),
            "track": head.track(desk),
            "sheets": head.sheets(desk),
            "time_spent": time_spent(desk),
            "files": attached(desk),
            "together": together.panel(desk, request, with_alike=with_alike),
            "panels": panels(desk),
            "papers": head.papers(desk),
            "assist_url": head.assist_url(desk),
            "doable": head.doable(desk, owed),
            "refused": head.not_possible(desk),
            "form": form,
            "done": request.session.pop("done", None),
        },
        at="cases",
        status=status,
    )


def chain_of(desk: Desk) -> dict[str, Json]:
    """Whether each entry of the case still binds the one before it, found out anew."""
    broken = verify.verify_chain(desk.page.id)
    return {
        "ok": not broken,
        "broken": [desk.names.text(finding.text) for finding in broken[:3]],
        "entries": desk.page.state.events,
    }


@staff
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, reader: Reader, number: str, act: str) -> HttpResponse:
    """The form of one act; posted, the act is done and the case shown as it then is."""
    desk = desk_or_404(reader, number)
    asked = request.GET.get("sheet", "")
    sheet = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    if request.method == "POST" and was_done(request, desk, act):
        return HttpResponseRedirect(desk.url)
    offer = desk.offer(act, sheet)
    if request.method == "POST" and offer is None:
        return show_overtaken(request, desk, act)
    if offer is None or act not in ACTS:
        raise Http404
    if request.method == "GET":
        refusal = offer.refusal
        told = {name: request.GET[name][:80] for name in ("case", "as") if request.GET.get(name)}
        form = acting.form_of(
            desk, offer, refusal=refusal, item=request.GET.get("item", ""),
            posted=told or None,
        )  # fmt: skip
        return show_case(request, desk, form=form)
    came = attempt(request, desk, offer)
    if came.status == 200:
        remember_done(request, desk, act, did=came.act)
        return HttpResponseRedirect(desk.url)
    if came.performed and came.performed.events:  # refused, and the case went on all the same
        desk = desk_or_404(reader, number)
    return show_case(request, desk, form=came.form, status=came.status)


def was_done(request: HttpRequest, desk: Desk, act: str) -> bool:
    """Whether this very form was sent before and its act done: no answer came, or a second click."""
    act_id = request.POST.get("act_id", "")[:80]
    done = first_result(act_id, by=desk.reader.person, act=act) if act_id else None
    return bool(done and done.accepted and done.number == desk.page.number)


def show_overtaken(request: HttpRequest, desk: Desk, act: str) -> HttpResponse:
    """The case, for an act that is no longer there: who was quicker, and what was typed kept as a remark."""
    if act not in ACTS or "version" not in request.POST:
        raise Http404
    came = gone(request, desk, act)
    if came.status == 200:
        remember_done(request, desk, act, did=came.act)
        return HttpResponseRedirect(desk.url)
    return show_case(request, desk, form=came.form, status=came.status)


def remember_done(
    request: HttpRequest, desk: Desk, act: str, sheet: int = 0, *, did: str = ""
) -> None:
    """Keep for the next page what is now true and what is owed next; `did`, where a remark took its place."""
    after = case_page(desk.page.number, desk.reader.viewer)
    text = _("%(number)s: you %(did)s.") % {
        "number": desk.page.number,
        "did": desk.names.text(ACTS[did or act].past),
    }
    if (did or act) == query_codes.RENEW:
        act_id = request.POST.get("act_id", "")[:80]
        if code := query_codes.renewed(desk.page.number, desk.reader.person, act_id):
            text += " " + _("Query code for the customer: %(code)s") % {"code": code}
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
@require_GET
def alike(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """The cases that may be one matter with it: for the page that asks once it is seen, or the page with them."""
    desk = desk_or_404(reader, number)
    if not request.headers.get("HX-Request"):
        permissions.log_look(reader.viewer, desk.page.id, reader.now)
        return show_case(request, desk, with_alike=True)
    found = together.alike(desk)
    if found is None:
        raise Http404
    return render(request, "cases/alike.jinja", {"found": found})


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
    known = {one["digest"]: one["name"] for one in attached(desk)}
    content = files.read(digest) if known.get(digest) == name else None
    if content is None:
        raise Http404
    ending = name.rpartition(".")[2].lower()
    answer = HttpResponse(content, DRAWABLE.get(ending, "application/octet-stream"))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if ending not in DRAWABLE:
        answer.headers["Content-Disposition"] = "attachment"
    return answer
