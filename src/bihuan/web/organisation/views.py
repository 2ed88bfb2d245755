"""The tree of units with its posts, what is vacant, and the administrator's changes."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import organisation
from bihuan.engine.findings import Finding, Level
from bihuan.engine.organisation import Seat, Unit, post_of, unit_of
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.administration import Change, last_change
from bihuan.records.queries.organisation import people
from bihuan.web.addresses import address
from bihuan.web.administration import (
    administrator,
    done,
    errors_of,
    overtaken,
    said,
    typed,
    version_of,
)
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names

Json = Any
OVER = ("rename", "move", "locate")  # what is put over what stood there
LEVELS = {Level.ERROR: "must", Level.WARNING: "warning", Level.NOTE: "note"}


@require_safe
@staff
def tree(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every unit with its posts; the chosen one beside it, with what can be changed."""
    return _page(request, reader, request.GET.get("unit", ""))


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """One change; refused at its field, or done and said."""
    unit, change = request.POST.get("unit", ""), request.POST.get("change", "")
    if change in OVER and (refusal := overtaken(request, reader, _last(unit, change))):
        return _page(request, reader, unit, refusal, 409)
    does = CHANGES.get(change)
    outcome: Json = does(request, reader, unit) if does else ""
    if isinstance(outcome, Refusal):
        return _page(request, reader, unit, outcome, 422)
    return done(request, str(outcome), f"{address('organisation')}?unit={unit}#pane")


def _last(unit: str, change: str) -> Change | None:
    """The last change of that sort of a unit."""
    return last_change("organisation", (change,), holds=f"({unit})")


def _add(request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    told = typed(request, "code", "name", "kind")
    made = organisation.add_unit(told["code"], told["name"], told["kind"], unit, now=reader.now)
    return made if isinstance(made, Refusal) else _("%(name)s is added.") % told


def _rename(request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    told = typed(request, "new_name")
    made = organisation.rename(unit, told["new_name"], now=reader.now)
    if isinstance(made, Refusal):
        return Refusal(made.code, made.text, made.clauses, "new_name")
    return _("It is called %(new_name)s from now on.") % told


def _move(request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    made = organisation.move(unit, request.POST.get("parent", ""), now=reader.now)
    return made if isinstance(made, Refusal) else _("Moved. Open cases go by the new order.")


def _locate(request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    told = typed(request, "place")
    kinds = " ".join(request.POST.getlist("can"))
    made = organisation.locate(unit, told["place"].replace("，", ","), kinds, now=reader.now)
    return made if isinstance(made, Refusal) else _("Its place is set.")


def _close(_request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    made = organisation.close_unit(unit, now=reader.now)
    return made if isinstance(made, Refusal) else _("Closed. Its history stays.")


def _hold(request: HttpRequest, reader: Reader, unit: str) -> Refusal | str:
    told = typed(request, "post", "person", "deputy")
    if not told["person"].isdecimal():
        return Refusal("no-person", Text("请选择人员", "choose a person"), (), "person")
    made = organisation.hold(
        int(told["person"]), told["post"], unit, deputy=told["deputy"] == "yes", now=reader.now
    )
    if isinstance(made, Refusal):
        return made
    return _("Done. What the post owes is theirs from now on.")


def _end(request: HttpRequest, reader: Reader, _unit: str) -> Refusal | str:
    told = typed(request, "post", "person", "deputy", "place")
    if not told["person"].isdecimal():
        return Refusal("no-person", Text("请选择人员", "choose a person"), (), "person")
    made = organisation.end_holding(
        int(told["person"]),
        told["post"],
        told["place"],
        deputy=told["deputy"] == "yes",
        now=reader.now,
    )
    return made if isinstance(made, Refusal) else _("Ended. What is owed stays with the post.")


CHANGES: dict[str, Callable[[HttpRequest, Reader, str], Refusal | str]] = {
    "add": _add,
    "rename": _rename,
    "move": _move,
    "locate": _locate,
    "close": _close,
    "hold": _hold,
    "end": _end,
}


def _page(
    request: HttpRequest,
    reader: Reader,
    chosen: str,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    found = reader.organisation
    if status == 200 and chosen not in found.units:
        chosen = ""
    top = organisation.root(found)
    chosen = chosen if chosen in found.units else top
    places = _places(reader, top)
    rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "kind": kind_of(unit.kind),
            "depth": min(depth, 6),
            "url": f"{address('organisation')}?unit={unit.code}",
            "current": unit.code == chosen,
            "posts": places.get(unit.code, []),
        }
        for unit, depth in _walk(found.units, top, 0)
    ]
    unit = found.units.get(chosen)
    context = {
        "rows": rows,
        "unit": unit,
        "kind": kind_of(unit.kind) if unit else "",
        "posts": places.get(chosen, []),
        "findings": _findings(reader),
        "may_print_codes": reader.account.is_administrator or reader.oversees,
        "kinds": [
            {"value": kind, "label": kind_of(kind)}
            for kind in dict.fromkeys((*organisation.unit_kinds(), "department", "branch"))
        ],
        "parents": [
            {"value": other.code, "label": other.name}
            for other in found.units.values()
            if not found.within(other.code, chosen)
        ],
        "people": [
            {"value": person.person_id, "label": person.name} for person in people(reader.now)
        ],
        "case_kinds": [
            {"value": name, "label": text} for name, text in _case_kinds(reader).items()
        ],
        "can": request.POST.getlist("can")
        if request.POST.get("change") == "locate"
        else list(unit.can)
        if unit
        else [],
        "possible_posts": [
            {"value": name, "label": text} for name, text in _posts_in(reader, unit).items()
        ],
        "may_change": reader.account.is_administrator,
        "typed": {
            name: request.POST.get(name, "")
            for name in ("code", "name", "kind", "new_name", "place", "parent")
        },
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if status == 200 else "",
        "change": request.POST.get("change", ""),
        "versions": {change: version_of(_last(chosen, change)) for change in OVER},
    }
    return show(
        request, reader, "organisation/tree.jinja", context, at="organisation", status=status
    )


def _walk(units: Any, code: str, depth: int) -> list[tuple[Unit, int]]:
    if code not in units:
        return []
    below = sorted((unit for unit in units.values() if unit.parent == code), key=lambda u: u.code)
    return [(units[code], depth)] + [
        item for unit in below for item in _walk(units, unit.code, depth + 1)
    ]


def _places(reader: Reader, top: str) -> dict[str, list[dict[str, Json]]]:
    """The seats of every policy in force by unit, each with its holders and deputies."""
    found = reader.organisation
    seats: dict[Seat, Names] = {}
    for policy in reader.policies.values():
        for place in organisation.possible_seats(policy, found):
            seats.setdefault(place, Names(policy, found, reader.language))

    def named(ids: tuple[str, ...]) -> list[dict[str, Json]]:
        return [
            {"id": who, "name": found.names.get(who, who), "away": who in found.away} for who in ids
        ]

    places: dict[str, list[dict[str, Json]]] = {}
    for place, names in seats.items():
        post = names.policy.posts[post_of(place)]
        places.setdefault(unit_of(place) or top, []).append(
            {
                "post": post.name,
                "place": unit_of(place),
                "name": names.text(post.text),
                "outside": post.outside,
                "up": names.text(names.policy.posts[post.up].text)
                if post.up in names.policy.posts
                else "",
                "holders": named(found.holders.get(place, ())),
                "deputies": named(found.deputies.get(place, ())),
                "vacant": found.is_vacant(place),
            }
        )
    return places


def _posts_in(reader: Reader, unit: Unit | None) -> dict[str, str]:
    """The posts that somebody can hold in this unit: those of its kind, and those of no kind."""
    return {
        post.name: post.text.in_(reader.language)
        for policy in reader.policies.values()
        for post in policy.posts.values()
        if unit and post.of in ("", unit.kind)
    }


def _case_kinds(reader: Reader) -> dict[str, str]:
    """The kinds of case of every policy in force."""
    return {
        name: text.in_(reader.language)
        for policy in reader.policies.values()
        for name, text in policy.kinds.items()
    }


def _findings(reader: Reader) -> list[dict[str, Json]]:
    found: dict[str, tuple[Finding, Names]] = {}
    for policy in reader.policies.values():
        names = Names(policy, reader.organisation, reader.language)
        for finding in organisation.vacancies(policy, reader.organisation):
            found.setdefault(finding.text.en, (finding, names))
    order = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
    ranked = sorted(found.values(), key=lambda pair: order[pair[0].level])
    return [
        {
            "level": LEVELS[finding.level],
            "title": finding.text.in_(reader.language),
            "text": "",
            "clause": names.clause(finding.clauses),
            "ground": names.text(names.policy.title),
        }
        for finding, names in ranked
    ]


def kind_of(kind: str) -> str:
    """A kind of unit in words; one of a policy's own stays as it is written."""
    return {
        "company": _("company"),
        "branch": _("branch"),
        "department": _("department"),
        "floor": _("floor"),
        "merchant": _("merchant"),
        "dealer": _("dealer"),
        "store": _("store"),
        "city": _("city"),
    }.get(kind, kind)
