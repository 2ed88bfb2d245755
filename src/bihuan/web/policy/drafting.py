"""The next version of a policy in the browser: its numbers and words as a draft, signed by three, taken back."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.desk import packs, policy_life
from bihuan.engine.refusal import Refusal
from bihuan.engine.say_rules import MARKS
from bihuan.engine.words import Text
from bihuan.records.queries.administration import Change, last_change
from bihuan.web.addresses import address
from bihuan.web.administration import done, errors_of, overtaken, version_of
from bihuan.web.policy.views import frame, policy_asked, versions_page
from bihuan.web.shell import Reader, show, staff

Json = Any


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def draft(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Every number and every word that can change without the file; saved as the next version's draft."""
    version, policy = policy_asked(reader, code, request)
    if not policy_life.may_draft(reader.person, code, reader.now):
        return show(request, reader, "organisation/refused.jinja", status=403)
    text = policy_life.draft_text(code, reader.now)
    known = policy_life.editable(text)
    refusal, status = None, 200
    if request.method == "POST" and (refusal := overtaken(request, reader, _last(code))):
        status = 409
    elif request.method == "POST":
        values = {place: request.POST[place][:500] for place in known if place in request.POST}
        begins = _day(request.POST.get("begins", ""))
        made: Json = begins
        if not isinstance(begins, Refusal):
            made = policy_life.draft(
                code,
                values,
                begins,
                moves=request.POST.get("cases_in_hand") == "move",
                by=reader.person,
                now=reader.now,
            )
        if not isinstance(made, Refusal):
            words = _("The draft of version %(number)s is kept; a reviewer signs it next.")
            url = f"{address('policy_versions', args=[code])}?version={made.number}"
            return done(request, words % {"number": made.number}, url)
        refusal, status = made, 422
    drafted, _findings = packs.read_policy(text)
    shown = drafted or policy
    context = frame(request, reader, version, policy, "policy_draft") | {
        "numbers": [
            _number(name, number, known, request, reader)
            for name, number in shown.numbers.items()
            if f"numbers.{name}.is" in known
        ],
        "groups": _groups(known, request),
        "begins": request.POST.get("begins", ""),
        "moves": request.POST.get("cases_in_hand") == "move"
        if request.method == "POST"
        else shown.moves_cases,
        "version": version_of(_last(code)),
        "errors": errors_of(refusal, reader.language),
        "draft_number": shown.version if shown.version != version.number else 0,
    }
    return show(request, reader, "policy/draft.jinja", context, at="policies", status=status)


def _last(code: str) -> Change | None:
    """The last draft of the policy; the number behind its code is the version's."""
    return last_change("policy", ("draft",), begins=f"{code} ")


@require_POST
@staff
def sign(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """The reader puts their own name to a draft, as its reviewer or its approver."""
    told = request.POST.get("id", "")
    made = policy_life.sign(
        int(told) if told.isdecimal() else 0,
        request.POST.get("role", ""),
        reader.person,
        request.POST.get("hash", ""),
        reader.now,
    )
    if isinstance(made, Refusal):
        return versions_page(request, reader, code, made, 422)
    words = _("Signed. It waits for the next signature.")
    if made.state == "approved":
        words = _("Signed by three; in force from %(day)s.") % {"day": made.in_force_on}
    return done(request, words, f"{address('policy_versions', args=[code])}?version={made.number}")


@require_POST
@staff
def withdraw(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Take back a version that is not in force yet."""
    number = request.POST.get("number", "")
    made = policy_life.withdraw(
        code,
        int(number) if number.isdecimal() else 0,
        request.POST.get("reason", ""),
        by=reader.person,
        now=reader.now,
    )
    if isinstance(made, Refusal):
        return versions_page(request, reader, code, made, 422)
    words = _("Version %(number)s is withdrawn.") % {"number": made.number}
    return done(request, words, address("policy_versions", args=[code]))


def _day(text: str) -> date | Refusal | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = Text("日期应写成 2026-10-01", "a day is written 2026-10-01")
        return Refusal("bad-day", words, (), "begins")


def _number(
    name: str, number: Any, known: dict[str, str], request: HttpRequest, reader: Reader
) -> dict[str, Json]:
    place = f"numbers.{name}.is"
    mark = MARKS.get(number.mark)
    return {
        "place": place,
        "name": name,
        "word": number.word,
        "mark": mark.in_(reader.language) if mark else number.mark,
        "clauses": " ".join(number.at.clauses),
        "value": request.POST.get(place, known[place]),
        "was": known[place],
    }


def _groups(known: dict[str, str], request: HttpRequest) -> list[dict[str, Json]]:
    titles = {
        "what.kinds": _("Kinds of contact"),
        "what.callers": _("Complainants"),
        "what.categories": _("Categories"),
        "who": _("Posts"),
    }
    found = []
    for section, title in titles.items():
        places = [place for place in known if place.startswith(f"{section}.")]
        if places:
            rows: dict[str, dict[str, Json]] = {}
            for place in places:
                name, language = place.removeprefix(f"{section}.").rsplit(".", 1)
                field = {"place": place, "value": request.POST.get(place, known[place])}
                rows.setdefault(name, {"name": name})[language] = field
            found.append({"title": title, "rows": list(rows.values())})
    return found
