"""Asking the model about a case, and taking what it proposes into a form that a person sends."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.channels.model import asking
from bihuan.desk import assistance, permissions
from bihuan.desk.assistance import TASKS, NonsenseError, Prepared, Proposal
from bihuan.web.addresses import address
from bihuan.web.cases import acting, head
from bihuan.web.cases.views import show_case
from bihuan.web.desk import Desk, desk_or_404
from bihuan.web.forms import control
from bihuan.web.shell import Reader, show, staff

Json = Any
MOST_TAKEN = 20_000


@staff
@require_http_methods(["GET", "POST"])
def assist(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """What can be asked; posted, what the model proposes, or that proposal in the form of an act."""
    desk = desk_or_404(reader, number)
    if not head.assist_url(desk):
        raise Http404
    permissions.log_look(reader.viewer, desk.page.id, reader.now)
    task = request.POST.get("task", "")
    if request.method == "GET":
        return _page(request, desk)
    if task not in TASKS:
        raise Http404
    if request.POST.get("take"):
        return _taken(request, desk, task)
    prepared = assistance.prepare(task, desk.page, desk.world, reader.language)
    proposal, problem = _asked(desk, prepared)
    return _page(request, desk, task, proposal, problem)


def _asked(desk: Desk, prepared: Prepared) -> tuple[Proposal | None, str]:
    """The proposal, or why there is none; either way it is noted who asked."""
    answer, came, proposal, problem = "", "answered", None, ""
    try:
        answer = asking.complete(prepared.messages)
        proposal = assistance.judge(prepared, answer)
    except asking.ModelError as error:
        came, problem = error.came, desk.names.text(error.why)
    except NonsenseError as error:
        came, problem = "nonsense", desk.names.text(error.why)
    assistance.note_asked(
        prepared, desk.page.number, asking.model_name(), came, answer, proposal, desk.reader.now
    )
    return proposal, problem


def _taken(request: HttpRequest, desk: Desk, task: str) -> HttpResponse:
    """The form of the act, begun with the proposal; nothing is done until a person sends it."""
    offer = desk.offer(TASKS[task].act, 0)
    if offer is None or offer.refusal:
        problem = _("This cannot be recorded now: %(why)s") % {
            "why": desk.names.text(offer.refusal.text) if offer and offer.refusal else "—"
        }
        kept = Proposal(request.POST.get("text", "")[:MOST_TAKEN]) if TASKS[task].field else None
        return _page(request, desk, task, kept, problem)
    known = {one.name for one in offer.fields}
    if TASKS[task].field:
        told = {TASKS[task].field: request.POST.get("text", "")[:MOST_TAKEN]}
    else:
        names = [name for name in request.POST.getlist("fact") if name in known]
        told = {name: request.POST.get(f"value-{name}", "")[:MOST_TAKEN] for name in names}
    assistance.note_taken(task, desk.page.number, repr(sorted(told.items())), desk.reader.now)
    known_facts = {} if TASKS[task].field else desk.page.state.facts
    begun = {name: str(value) for name, value in known_facts.items() if name in known}
    posted = {control(name): value for name, value in {**begun, **told}.items()}
    form = acting.form_of(desk, offer, posted=posted)
    return show_case(request, desk, form=form)


def _page(
    request: HttpRequest,
    desk: Desk,
    task: str = "",
    proposal: Proposal | None = None,
    problem: str = "",
) -> HttpResponse:
    names = desk.names
    offer = desk.offer(TASKS[task].act, 0) if task and TASKS[task].act else None
    return show(
        request, desk.reader, "assistance/assist.jinja",
        {
            "number": desk.page.number,
            "case_url": desk.url,
            "here": address("case-assist", args=[desk.page.number]),
            "tasks": [
                {"name": name, "label": names.text(one.text), "says": names.text(one.says), "current": name == task}
                for name, one in TASKS.items()
            ],
            "task": task,
            "title": names.text(TASKS[task].text) if task else "",
            "proposal": proposal,
            "values": [
                {"name": name, "label": names.fact(name), "value": value, "words": words,
                 "shown": names.value(name, value, desk.reader.clock)}
                for name, value, words in (proposal.values if proposal else ())
            ],
            "doubts": [names.fact(one) for one in proposal.doubts] if proposal else [],
            "problem": problem,
            "takes": names.act(TASKS[task].act) if offer and not offer.refusal else "",
            "model": asking.model_name(),
        },
        at="cases",
        status=200 if not problem else 422,  # a page to read, which the browser shows
    )  # fmt: skip
