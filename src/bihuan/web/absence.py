"""The page on which somebody says that they are away and who stands in; with what follows of it."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.desk import absences
from bihuan.engine.organisation import Seat, post_of
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.obligations import open_of
from bihuan.web.addresses import address
from bihuan.web.administration import done, errors_of, said
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names

Json = Any


@staff
@require_http_methods(["GET", "POST"])
def away(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Who owes my open obligations while I am away, and the form to say so."""
    if request.method == "POST":
        outcome = _change(request, reader)
        if isinstance(outcome, Refusal):
            return _page(request, reader, outcome, 422)
        return done(request, outcome, address("away"))
    return _page(request, reader)


def _change(request: HttpRequest, reader: Reader) -> Refusal | str:
    person, clock = int(reader.person), reader.clock
    if request.POST.get("change") == "back":
        ended = absences.come_back(person, now=reader.now)
        if isinstance(ended, Refusal):
            return ended
        return _("You are back; what your posts owe is yours again.")
    instants: dict[str, int | None] = {}
    for name in ("from", "until"):
        written = request.POST.get(name, "").strip()
        instants[name] = clock.read_field(written) if written else None
        if written and instants[name] is None:
            wrong = Text(
                "应为日期和时间，如 2026-03-02 18:00", "a date and a time, such as 2026-03-02 18:00"
            )
            return Refusal("bad-time", wrong, field=name)
    chosen = {
        place: who
        for place in reader.organisation.own_seats(reader.person)
        if (who := request.POST.get(f"for-{place}", ""))
    }
    since, until = instants["from"] or reader.now, instants["until"]
    made = absences.leave(person, since, until, chosen, now=reader.now)
    if isinstance(made, Refusal):
        return made
    if until is None:
        return _("Noted: away from %(from)s until you are back.") % {"from": clock.at(made.from_at)}
    return _("Noted: away %(from)s to %(until)s.") % {
        "from": clock.at(made.from_at), "until": clock.at(until),
    }  # fmt: skip


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    noted = absences.noted(int(reader.person), reader.now)
    clock = reader.clock
    context = {
        "seats": _seats(request, reader),
        "noted": noted and {
            "from": clock.at(noted.from_at),
            "until": clock.at(noted.until_at) if noted.until_at else _("until further notice"),
            "now": noted.from_at <= reader.now,
        },
        "stands_in": _stands_in(reader),
        "typed": {
            "from": request.POST.get("from", clock.field(reader.now)),
            "until": request.POST.get("until", ""),
        },
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if status == 200 else "",
    }  # fmt: skip
    return show(request, reader, "me_away.jinja", context, at="account", status=status)


def _seats(request: HttpRequest, reader: Reader) -> list[dict[str, Json]]:
    """The seats the reader holds: what each owes, who owes it meanwhile, who may be asked."""
    found = reader.organisation
    without = replace(found, away=found.away | {reader.person})
    own = found.own_seats(reader.person)
    owed = open_of(own)
    made = []
    for place in own:
        names = _names(reader, place)
        people = without.people(place)
        nobody = people == (found.administrator,) and reader.person != found.administrator
        who = _(", ").join(found.names.get(one, one) for one in people)
        asked = absences.may_stand_in(place, reader.person, found, reader.policies.values())
        made.append({
            "seat": place,
            "name": names.post(place) if names else place,
            "owed": owed.get(place, 0),
            "who": _("%(name)s (administrator; nobody else is named)") % {"name": who}
            if nobody else who,
            "choices": [{"value": one, "label": found.names.get(one, one)} for one in asked],
            "chosen": request.POST.get(f"for-{place}", ""),
        })  # fmt: skip
    return made


def _stands_in(reader: Reader) -> list[dict[str, Json]]:
    found = reader.organisation
    made = []
    for place, people in found.deputies.items():
        if reader.person not in people:
            continue
        names = _names(reader, place)
        acts = place in found.seats_of(reader.person)
        made.append({"name": names.post(place) if names else place, "now": acts})
    return made


def _names(reader: Reader, place: Seat) -> Names | None:
    for policy in reader.policies.values():
        if post_of(place) in policy.posts:
            return Names(policy, reader.organisation, reader.language)
    return None
