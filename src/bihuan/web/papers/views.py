"""Printed forms: of a case, empty ones, and the organisation's own templates for them."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from bihuan.desk import files, packs, paper_templates, permissions, worlds
from bihuan.engine.case import Case, apply
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import PRINTED
from bihuan.records.queries.cases import CasePage, case_page
from bihuan.records.queries.papers import template_of, templates
from bihuan.records.queries.visibility import Reach
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, said
from bihuan.web.desk import desk_of
from bihuan.web.papers import content, offered, word
from bihuan.web.papers.empty import codes, empty_desk
from bihuan.web.papers.paper import Paper
from bihuan.web.papers.typeset import typeset
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import file_name

Json = Any
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST, LONGEST = 5_000_000, 200_000
LETTER_FIELDS = ("answer", "outside_path")


@staff
@require_safe
def of_case(
    request: HttpRequest, reader: Reader, number: str, code: str, sheet: int, ending: str
) -> HttpResponse:
    """A form of a case; `?entry=12` as it stood after its twelfth entry."""
    page = case_page(number, reader.viewer)
    if page is None:
        raise Http404
    asked = request.GET.get("entry", "")
    if asked.isdecimal() and len(asked) < 8:
        page = as_of(page, int(asked))
    permissions.log_look(reader.viewer, page.id, reader.now)
    desk = desk_of(reader, page)
    clear = permissions.sees_contact(reader.viewer, page.state, page.reach)
    paper = content.paper(desk, code, sheet, clear=clear)
    if paper is None:
        raise Http404
    return _file(paper, desk.world.policy.code, ending, f"{paper.title} {number}")


@staff
@require_POST
def preview(request: HttpRequest, reader: Reader, number: str) -> HttpResponse:
    """A written answer as the letter it would become, from what is typed; nothing is kept of it.

    As part of the page for the form of the act, else as PDF.
    """
    page = case_page(number, reader.viewer)
    desk = desk_of(reader, page) if page else None
    offer = desk.offer("respond", 0) if desk else None
    if desk is None or offer is None or offer.refusal is not None:
        raise Http404
    data = {name: request.POST.get(name, "") for name in LETTER_FIELDS}
    paper = content.letter_of(desk, {name: value[:LONGEST] for name, value in data.items()})
    if request.headers.get("HX-Request"):
        return render(
            request,
            "papers/letter.jinja",
            {"paper": paper, "letter": paper.letter, "data": data, "url": request.path,
             "empty": not data["answer"].strip()},
        )  # fmt: skip
    return _file(paper, desk.world.policy.code, "pdf", f"{paper.title} {number}")


def as_of(page: CasePage, entry: int) -> CasePage:
    """The case as it stood after that entry; what one sees only in part is always as it is now."""
    if page.reach is not Reach.WHOLE or not 0 < entry < page.history[-1].sequence:
        return page
    state, history = Case(), tuple(one for one in page.history if one.sequence <= entry)
    for one in history:
        for effect in one.effects:
            apply(state, effect)
    return replace(page, state=state, history=history, sheets=frozenset(state.sheets))


def _file(paper: Paper, policy: str, ending: str, name: str) -> HttpResponse:
    if ending == "pdf":
        answer = HttpResponse(typeset(paper), PDF)
    elif ending == "docx":
        own = files.read(template_of(policy, paper.code).partition(":")[0])
        answer = HttpResponse(word.filled(own, paper) if own else word.word(paper), DOCX)
    else:
        raise Http404
    place = "inline" if ending == "pdf" else "attachment"
    answer.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(name)}.{ending}"
    return answer


# -- Empty forms and templates ---------------------------------------------------------------------


def _policy(reader: Reader, code: str) -> tuple[Policy, int]:
    version = packs.policies_in_force(reader.now).get(code)
    if version is None:
        raise Http404
    return worlds.policy_of(version.pk), version.pk


def _empty(reader: Reader, policy: str, code: str) -> Paper:
    compiled, version_id = _policy(reader, policy)
    if code not in codes(compiled):
        raise Http404
    desk, sheet = empty_desk(reader, compiled, version_id, code)
    paper = content.paper(desk, code, sheet, clear=True)
    if paper is None:
        raise Http404
    return replace(paper, note="", as_of="", qr="")


@staff
@require_safe
def blank(
    _request: HttpRequest, reader: Reader, policy: str, code: str, ending: str
) -> HttpResponse:
    """The form with nothing filled in."""
    paper = _empty(reader, policy, code)
    return _file(paper, policy if ending == "pdf" else "", ending, paper.title)


@administrator
@require_GET
def template(_request: HttpRequest, reader: Reader, policy: str, code: str) -> HttpResponse:
    """A Word file to begin one's own template from: the names of the values stand in their places."""
    paper = _empty(reader, policy, code)
    answer = HttpResponse(word.starting_template(paper), DOCX)
    name = quote(f"{paper.title} {_('template')}")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.docx"
    return answer


@administrator
@require_POST
def use(request: HttpRequest, reader: Reader, policy: str, code: str) -> HttpResponse:
    """Take a Word file as the form's template; one that does not fit is refused with the reason."""
    paper = _empty(reader, policy, code)
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        return _page(request, reader, code, _("Choose a file."))
    if sent.size > LARGEST:
        return _page(request, reader, code, _("A template may have at most 5 MB."))
    problem = word.wrong_with(sent.read(), paper)
    if problem:
        return _page(request, reader, code, problem)
    sent.seek(0)
    kept = files.keep(sent.chunks(), sent.name or "template.docx")
    if isinstance(kept, Refusal):
        return _page(request, reader, code, kept.text.in_(reader.language))
    paper_templates.use(policy, code, kept, int(reader.person), reader.now)
    words = _("“%(form)s” is now filled into %(file)s.") % {
        "form": paper.title, "file": file_name(kept),
    }  # fmt: skip
    return done(request, words, address("papers"))


@administrator
@require_POST
def withdraw(request: HttpRequest, reader: Reader, policy: str, code: str) -> HttpResponse:
    """Print the form as shipped again."""
    paper_templates.withdraw(policy, code, int(reader.person), reader.now)
    return done(request, _("The form is printed as shipped again."), address("papers"))


@staff
@require_safe
def papers(request: HttpRequest, reader: Reader) -> HttpResponse:
    """All forms of the policies in force: empty ones to print, and the templates in use."""
    return _page(request, reader)


def _page(request: HttpRequest, reader: Reader, wrong: str = "", problem: str = "") -> HttpResponse:
    own = {(one.policy, one.form): one for one in templates()}
    lang, groups = reader.language, []
    for code, policy in reader.policies.items():
        rows = []
        for form, of in codes(policy).items():
            used = own.get((code, form))
            rows.append({
                "code": form,
                "title": title_of(policy, form).in_(lang),
                "of": PRINTED[of].in_(lang),
                "pdf": address("paper-blank", args=[code, form, "pdf"]),
                "docx": address("paper-blank", args=[code, form, "docx"]),
                "template": address("paper-template", args=[code, form]),
                "use": address("paper-use", args=[code, form]),
                "withdraw": address("paper-withdraw", args=[code, form]) if used else "",
                "own": file_name(used.file) if used else "",
                "own_note": _("%(name)s, %(day)s") % {
                    "name": used.by, "day": reader.clock.day(used.from_at),
                } if used else "",
                "problem": problem if form == wrong else "",
            })  # fmt: skip
        groups.append({"title": policy.title.in_(lang), "rows": rows})
    return show(
        request,
        reader,
        "papers/list.jinja",
        {"groups": groups, "may_change": reader.account.is_administrator, "said": said(request)},
        at="papers",
        status=422 if problem else 200,
    )


def title_of(policy: Policy, code: str) -> Any:
    """What a form is called."""
    if code == offered.LETTER:
        return offered.LETTER_TEXT
    if code == offered.RECORD:
        return offered.RECORD_TEXT
    if code in policy.forms:
        return policy.forms[code].text
    return policy.sheets[code].text
