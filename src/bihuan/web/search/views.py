"""What the find box found: cases with the words that fit, customers, documents."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bihuan.desk import library
from bihuan.desk.permissions import mask_contact, mask_phone
from bihuan.engine.acts import ACTS
from bihuan.records.queries.cases import Filters, Key, Listed
from bihuan.records.queries.customers import customer_seen
from bihuan.records.queries.excerpts import Holding, holding
from bihuan.records.queries.find import found_cases, found_customers, found_sheet
from bihuan.records.queries.library import versions
from bihuan.records.wording import excerpt
from bihuan.web.addresses import address
from bihuan.web.cases import asking
from bihuan.web.cases.asking import Asked
from bihuan.web.cases.columns import Row, drawn, read_rows
from bihuan.web.register.offers import came_before
from bihuan.web.shell import Reader, show, staff

Json = Any
SIZE = 20
MOST_DOCUMENTS = 5
SHOWN = ("left", "due", "title", "complainant", "owner", "registered", "state")


@staff
@require_GET
def find(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Everything that holds the words, as far as the reader may see it; narrowed as a list is."""
    asked = asking.read(request.GET, reader)
    after = _key(request.GET.get("after", ""))
    listed, following = (
        found_cases(reader.viewer, asked.words, asked.filters, after=after, limit=SIZE)
        if asked.words
        else ([], None)
    )
    typing = bool(request.headers.get("HX-Request"))  # a number half typed may be another's
    if asked.words and not after and not typing and (found := _named(reader, asked.words, listed)):
        return HttpResponseRedirect(found)
    rows = read_rows(listed, reader)
    held = holding([row.case.id for row in rows if row.is_whole], asked.words)
    first = bool(asked.words) and not after
    context = {
        "asked": asked,
        "words": asked.words,
        "chips": [chip for chip in asking.chips(asked, reader) if chip["url"] != _without(asked)],
        "fields": asking.fields(asked, reader),
        "names": asking.names_offered(reader),
        "hidden": asking.hidden,
        "cases": [_case(row, held.get(row.case.id), asked.words) for row in rows],
        "customers": _customers(reader, asked, listed) if first else [],
        "documents": _documents(reader, asked.words) if first else [],
        "list_url": f"{address('cases')}?{asked.query()}",
        "next_url": f"?{asked.query(after=f'{following.at}-{following.id}')}" if following else "",
        "size": SIZE,
    }
    return show(request, reader, "search/found.jinja", context, at="find")


def _key(text: str) -> Key | None:
    tier, _dash, case = text.partition("-")
    plain = tier.isdecimal() and case.isdecimal() and len(text) < 24
    return Key(int(tier), int(case)) if plain else None


def _without(asked: Asked) -> str:
    return f"?{asked.query(q='')}"


def _named(reader: Reader, words: str, listed: list[Any]) -> str:
    """Where the number of a case or of a note leads, if that was typed."""
    if any(case.number.upper() == words.upper() for case in listed):
        return address("case", args=[words.upper()])
    if not listed and (note := found_sheet(reader.viewer, words)):
        return address("case", args=[note[0]]) + f"#sheet-{note[1]}"
    return ""


def _case(row: Row, held: Holding | None, words: str) -> dict[str, Json]:
    made = drawn(row, SHOWN) | {"excerpt": ()}
    if held is None:
        return made
    act = ACTS.get(held.kind)
    return made | {
        "excerpt": excerpt(mask_contact(held.text), words),
        "where": row.names.text(act.past if act and act.past.zh else act.text) if act else "",
        "on": row.clock.day(held.at),
        "sheet": held.sheet,
    }


def _customers(reader: Reader, asked: Asked, listed: list[Listed]) -> list[dict[str, Json]]:
    alone = listed if asked.filters == Filters() else None
    found = found_customers(reader.viewer, asked.words, alone)
    seen = (customer_seen(party, reader.viewer) for party in found)
    return [
        {
            "name": one.name or _("unnamed"),
            "phone": mask_phone(one.phone),
            "note": came_before(one),
            "cases": [
                {"number": case.number, "url": address("case", args=[case.number]),
                 "title": case.title or case.number}
                for case in one.cases
            ],
        }
        for one in seen
        if one
    ]  # fmt: skip


def _documents(reader: Reader, words: str) -> list[dict[str, Json]]:
    found = versions(library.levels_for(reader.person, reader.now), search=words)
    latest = {one.code: one for one in found}
    return [
        {
            "title": one.title,
            "code": one.code,
            "version": one.version,
            "url": address("document", args=[one.code]),
            "excerpt": excerpt(one.text, words) or excerpt(one.title, words),
        }
        for one in list(latest.values())[:MOST_DOCUMENTS]
    ]
