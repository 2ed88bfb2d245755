"""One act on the chosen rows of a list: its form, and what came of it on each of them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.desk.many import id_for, perform_on_many
from bihuan.desk.perform import Performed, first_result
from bihuan.engine.acts import ACTS, FOR_MANY, OF_ONE_CASE
from bihuan.engine.case import Act
from bihuan.engine.fields import Field
from bihuan.engine.step import Possible
from bihuan.records.queries.cases import case_page
from bihuan.web import forms
from bihuan.web.addresses import address
from bihuan.web.cases import acting, asking, head
from bihuan.web.cases.attempting import done_since
from bihuan.web.desk import Desk, desk_of
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names

Json = Any
MOST = 100  # cases at once


@dataclass
class Chosen:
    """A row that was chosen; `desk` is None where the reader has no such case."""

    number: str
    desk: Desk | None
    result: dict[str, Json] = field(default_factory=dict)

    def offer(self, act: str) -> Possible | None:
        """The act as it is offered on this case."""
        return self.desk.offer(act, 0) if self.desk else None

    def can(self, act: str) -> bool:
        """Whether the act can be done on it now."""
        offer = self.offer(act)
        return offer is not None and offer.refusal is None


def acts(reader: Reader) -> list[dict[str, str]]:
    """The acts that may be begun from a list: those that the policies in force know."""
    known = {name for name, word in ACTS.items() if word.engine}
    for policy in reader.policies.values():
        known |= {step.act for step in policy.steps} | set(policy.may)
    return [
        {"value": name, "label": ACTS[name].text.in_(reader.language)}
        for name in FOR_MANY
        if name in known
    ]


@staff
@require_http_methods(["GET", "POST"])
def on_many(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The form of one act for the chosen cases; posted, what came of it on each."""
    asked = request.GET if request.method == "GET" else request.POST
    act = asked.get("act", "")
    if act not in FOR_MANY:
        raise Http404
    numbers = list(dict.fromkeys(number[:140] for number in asked.getlist("row")))
    chosen = [Chosen(number, _desk(reader, number)) for number in numbers[:MOST]]
    back = f"{address('cases')}?{asking.of_query(asked.get('back', ''), reader).query()}"
    page = _Page(request, reader, act, chosen, back, len(numbers) - len(chosen))
    if request.method == "GET" or not chosen:
        return page.form()
    wanted, names = page.fields(), page.names()
    typed = forms.read(request, wanted, names, reader.clock)
    for one in wanted:
        if one.required and not one.when and one.name not in typed.data:
            typed.errors.setdefault(one.name, _("This is needed."))
    if typed.errors:
        return page.form(errors=typed.errors, status=422)
    page.perform(typed.data)
    return page.results()


def _desk(reader: Reader, number: str) -> Desk | None:
    page = case_page(number, reader.viewer)
    return desk_of(reader, page) if page else None


@dataclass
class _Page:
    request: HttpRequest
    reader: Reader
    act: str
    chosen: list[Chosen]
    back: str
    beyond: int  # chosen beyond what is done at once

    def names(self) -> Names:
        return next(
            (one.desk.names for one in self.chosen if one.desk),
            Names(next(iter(self.reader.policies.values())), self.reader.organisation,
                  self.reader.language),
        )  # fmt: skip

    def fields(self) -> list[Field]:
        """What the forms of the act ask for on those it can be done on, each once."""
        found: dict[str, Field] = {}
        for one in self.chosen:
            if one.can(self.act) and (offer := one.offer(self.act)):
                for wanted in offer.fields:
                    found.setdefault(wanted.name, wanted)
        return [
            wanted
            for wanted in found.values()
            if wanted.kind not in ("file", "document") and wanted.name not in OF_ONE_CASE
        ]

    def perform(self, data: dict[str, Json]) -> None:
        """Do the act on each, and write down what came of it."""
        form_id = self.request.POST.get("act_id", "")[:80] or secrets.token_hex(16)
        todo: list[tuple[str, Act]] = []
        for one in self.chosen:
            quicker = "" if self._done_before(form_id, one) else self._quicker(one)
            if one.desk is None:
                one.result = {"done": False, "text": _("There is no such case for you.")}
            elif quicker:
                one.result = {"done": False, "text": _("Not done: %(what)s") % {"what": quicker}}
            else:
                todo.append((one.number, self._act(one, data)))
        came = dict(perform_on_many(todo, form_id, self.reader.now))
        for one in self.chosen:
            if one.desk and one.number in came:
                one.result = _result(one.desk, came[one.number])

    def _done_before(self, form_id: str, one: Chosen) -> bool:
        act_id = id_for(form_id, one.number)
        return first_result(act_id, by=self.reader.person, act=self.act) is not None

    def _quicker(self, one: Chosen) -> str:
        if one.desk is None or self.act == "remark":
            return ""
        return done_since(one.desk, self.request.POST.get(f"seen-{one.number}", ""))

    def _act(self, one: Chosen, data: dict[str, Json]) -> Act:
        offer = one.offer(self.act)
        asked = {wanted.name for wanted in offer.fields} if offer else set(data)
        own = {name: value for name, value in data.items() if name in asked or not asked}
        return Act(self.act, self.reader.person, self.reader.now, own)

    def form(self, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
        names, errors = self.names(), errors or {}
        posted = self.request.POST
        drawn = [
            forms.draw(wanted, names, self.reader.clock, posted.get(forms.control(wanted.name), ""),
                       errors.get(wanted.name, ""))
            for wanted in self.fields()
        ]  # fmt: skip
        told = [{"text": text, "field": forms.control(name)} for name, text in errors.items()]
        kinds: Iterable[str] = {wanted.kind for wanted in self.fields()}
        return self._show({
            "form": {"fields": drawn, "errors": told, "act_id": secrets.token_hex(16),
                     "lists": forms.offered(kinds, names)},
            "able": sum(one.can(self.act) for one in self.chosen),
        }, status)  # fmt: skip

    def results(self) -> HttpResponse:
        done = sum(bool(one.result.get("done")) for one in self.chosen)
        return self._show({"came": {"done": done, "refused": len(self.chosen) - done}})

    def _show(self, context: dict[str, Json], status: int = 200) -> HttpResponse:
        rows = [_row(one, self.act) for one in self.chosen]
        others = [
            {"label": ACTS[name].text.in_(self.reader.language), "value": name,
             "count": sum(one.can(name) for one in self.chosen), "current": name == self.act}
            for name in FOR_MANY
        ]  # fmt: skip
        return show(
            self.request, self.reader, "cases/many.jinja",
            {"act": self.act, "verb": ACTS[self.act].text.in_(self.reader.language), "rows": rows,
             "others": others, "back": self.back, "beyond": self.beyond, "most": MOST,
             "form": None, "came": None, **context},
            at="cases", status=status,
        )  # fmt: skip


def _row(one: Chosen, act: str) -> dict[str, Json]:
    if one.desk is None:
        why = _("There is no such case for you.")
        return {"number": one.number, "url": "", "title": "", "can": False, "why": why,
                "clause": None, "result": one.result}  # fmt: skip
    offer = one.offer(act)
    refusal = offer.refusal if offer else None
    boxed = acting.refused(one.desk, refusal) if refusal else {"reason": "", "clause": None}
    return {
        "number": one.number,
        "url": one.desk.url,
        "title": head.title_of(one.desk),
        "version": one.desk.page.state.events,
        "can": one.can(act),
        "why": boxed["reason"] or ("" if one.can(act) else _("It is not among the acts here.")),
        "clause": boxed["clause"],
        "result": one.result,
    }


def _result(desk: Desk, performed: Performed) -> dict[str, Json]:
    if performed.refusal:
        return {"done": False, "text": desk.names.text(performed.refusal.text),
                "clause": desk.names.clause(performed.refusal.clauses)}  # fmt: skip
    return {
        "done": True,
        "text": _("It was done before.") if performed.repeated else _("It is done."),
    }
