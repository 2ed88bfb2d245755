"""The caller's page: the next visit with its number, its history, what to say, and its answers in one form."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.desk import shoppers, worlds
from bihuan.desk.perform import perform
from bihuan.desk.permissions import sees_contact
from bihuan.desk.tables import BadTable, Rejected
from bihuan.engine.apart import handled_already
from bihuan.engine.case import Act, Case
from bihuan.engine.refusal import Refusal
from bihuan.engine.world import World
from bihuan.records.queries.cases import CasePage, Filters, case_list, case_page
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.obligations import Owed, owed_by
from bihuan.records.queries.todo import cases_behind
from bihuan.web.addresses import address
from bihuan.web.cases import acting
from bihuan.web.cases.attempting import attempt
from bihuan.web.cases.views import remember_done
from bihuan.web.desk import Desk, desk_of
from bihuan.web.shell import Reader, show, staff
from bihuan.web.todo.pane import contact
from bihuan.web.todo.rows import short_number
from bihuan.web.words import Names

Json = Any
VISITS = ("follow_up", "visit_shopper")
MOST = 300  # what is read; a page draws fewer
DRAWN = 40
MOST_LEDGERS = 10
LARGEST = 20_000_000  # bytes of a list
LONGEST = 160  # characters of a line of the history


@dataclass(frozen=True)
class Call:
    """One owed visit, or the registration that one led to."""

    owed: Owed
    case: Case
    names: Names
    world: World

    @property
    def key(self) -> str:
        """What the call is named in the address."""
        return f"{self.owed.case_id}-{self.owed.number}"

    @property
    def tried(self) -> tuple[str, ...]:
        """The days on which nobody was reached."""
        debt = self.case.debts.get(self.owed.number)
        if debt is None:
            return ()
        name = debt.row.removeprefix("steps.") if not debt.item else f"{debt.row}#{debt.item}"
        return self.case.attempts.get(name, ())


@staff
@require_http_methods(["GET", "POST"])
def visits(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The visits I owe, the next one first; posted, the chosen one is recorded and the next shown."""
    calls = _calls(reader, VISITS)
    chosen = next((call for call in calls if call.key == request.GET.get("row")), None)
    if request.method == "GET":
        return _page(request, reader, calls, chosen)
    if chosen is None:
        raise Http404
    desk = _desk(reader, chosen)
    offer = desk.offer(chosen.owed.act, 0)
    if offer is None:
        raise Http404
    came = attempt(request, desk, offer)
    if came.status == 200:
        remember_done(request, desk, offer.act, did=came.act)
        return HttpResponseRedirect(address("visits"))
    return _page(request, reader, calls, chosen, form=came.form, status=came.status)


def _calls(reader: Reader, acts: tuple[str, ...]) -> list[Call]:
    """What can be called now first; tried today last; nothing the reader handled."""
    owed, _more = owed_by(reader.viewer.seats, limit=MOST, acts=acts)
    behind = cases_behind(reader.viewer, [item.case_id for item in owed])
    found = []
    for item in owed:
        if item.case_id not in behind:
            continue
        world = worlds.ruling(item.policy_id, reader.now).world
        names = Names(world.policy, reader.organisation, reader.language)
        found.append(Call(item, behind[item.case_id].state, names, world))
    today = _today(reader)
    return sorted(
        (call for call in found if not _handled(reader, call)),
        key=lambda call: (today in call.tried, call.owed.due_at),
    )


def _today(reader: Reader) -> str:
    return reader.clock.day_field(reader.now)


def _handled(reader: Reader, call: Call) -> str:
    return handled_already(reader.person, call.owed.act, call.case, call.world.policy)


def _desk(reader: Reader, call: Call) -> Desk:
    page = case_page(call.owed.case_number, reader.viewer)
    if page is None:
        raise Http404
    return desk_of(reader, page)


def _page(
    request: HttpRequest,
    reader: Reader,
    calls: list[Call],
    chosen: Call | None,
    *,
    form: dict[str, Json] | None = None,
    status: int = 200,
    listed: dict[str, Json] | None = None,
) -> HttpResponse:
    picked = chosen or (calls[0] if calls else None)
    pages: dict[str, CasePage] = {}
    today = _today(reader)
    return show(
        request,
        reader,
        "visits/visits.jinja",
        {
            "rows": [_row(reader, call, pages, today) for call in calls[:DRAWN]],
            "total": len(calls),
            "waiting": sum(1 for call in calls if today not in call.tried),
            "selected": picked.key if picked else "",
            "chosen": chosen is not None,
            "call": _call(reader, picked, form) if picked else None,
            "lists": _lists(reader, pages),
            "new": _new(reader, pages),
            "listed": listed,
            "done": request.session.pop("done", None),
        },
        at="visits",
        status=status,
    )


def _ledger(reader: Reader, number: str, pages: dict[str, CasePage]) -> CasePage | None:
    if number not in pages and (page := case_page(number, reader.viewer)) is not None:
        pages[number] = page
    return pages.get(number)


def _who(reader: Reader, call: Call, pages: dict[str, CasePage]) -> shoppers.Shopper:
    """Whom a call goes to; the contact of a shopper only for who may see it."""
    if not call.owed.ledger:
        return shoppers.Shopper(str(call.case.facts.get("name") or _("unnamed")))
    page = _ledger(reader, call.owed.case_number, pages)
    if page is None:
        return shoppers.Shopper(_("unnamed"))
    found = shoppers.shopper_in(
        shoppers.listings(page.history, shoppers.MOST_LISTS), call.owed.item
    )
    clear = sees_contact(reader.viewer, page.state, page.reach)
    return found if found.name and clear else shoppers.Shopper(found.name or _("unnamed"))


def _row(reader: Reader, call: Call, pages: dict[str, CasePage], today: str) -> dict[str, Json]:
    owed = call.owed
    tried = len(call.tried)
    note = (
        ngettext("tried on %(num)s day", "tried on %(num)s days", tried) % {"num": tried}
        if tried
        else _("not tried yet")
    )
    return {
        "key": call.key,
        "due": owed.due_at,
        "due_text": reader.clock.short(owed.due_at),
        "act": _who(reader, call, pages).name,
        "title": call.names.act(owed.act) if owed.ledger else owed.title,
        "number": "" if owed.ledger else short_number(owed.case_number),
        "who": _("not reached today") if today in call.tried else note,
        "case_url": address("case", args=[owed.case_number]),
        "select_url": _url(call.key),
        "clause": call.names.clause(owed.clauses),
    }


def _url(row: str = "") -> str:
    return address("visits") + (f"?row={row}" if row else "")


# -- One call --------------------------------------------------------------------------------------


def _call(reader: Reader, call: Call, form: dict[str, Json] | None) -> dict[str, Json] | None:
    desk = _desk(reader, call)
    debt = desk.page.state.debts.get(call.owed.number)
    offer = desk.offer(call.owed.act, 0)
    if debt is None or offer is None:
        return None
    if form is None:
        form = acting.form_of(desk, offer, refusal=offer.refusal, item=debt.item)
        for field in form["fields"]:
            if field["name"] == "way":
                field["value"] = "phone"  # what nearly every visit is
    form = {**form, "url": _url(call.key), "verb": _("Record, then the next")}
    pages = {desk.page.number: desk.page}
    row = _row(reader, call, pages, _today(reader))
    shopper = _who(reader, call, pages)
    reach = contact(desk, 0)[:1]
    if call.owed.ledger:
        reach = [
            {
                "label": _("Shopper"),
                "value": shopper.name,
                "note": desk.names.contact(shopper.contact),
            }
        ]
    return {
        "o": {
            **row,
            "line": "" if call.owed.ledger else desk.page.number,
            "title": row["title"],
            "act": desk.names.act(call.owed.act),
            "due_phrase": _("by %(time)s") % {"time": reader.clock.phrase(debt.due)},
            "contact": reach,
        },
        "history": list(_history(desk, debt.item, debt.act)),
        "form": form,
        "case_url": desk.url,
    }


def _history(desk: Desk, item: str, act: str) -> list[dict[str, str]]:
    """What they complained of, what we answered, what they said; and when nobody was reached."""
    names, clock = desk.names, desk.reader.clock
    told: dict[str, str] = {}
    lines: list[dict[str, str]] = []
    if act == "follow_up":
        content = str(desk.page.state.facts.get("content") or "")
        told[_("They complained")] = content
        for entry in desk.page.history:
            if entry.kind == "respond":
                told[_("We answered")] = str(entry.data.get("answer") or "")
            elif entry.kind == "confirm":
                said = names.value("outcome", entry.data.get("outcome", ""), clock, "confirm")
                opinion = str(entry.data.get("opinion") or "")
                told[_("They said")] = f"{said} {opinion}".strip()
            elif entry.kind == "rate":
                score = names.value("score", entry.data.get("score", ""), clock, "rate")
                told[_("Own rating")] = score
    lines += [{"label": name, "value": _cut(text)} for name, text in told.items() if text]
    missed = [entry for entry in desk.page.history if _is_missed(entry, act, item)]
    for entry in missed[-3:]:
        way = names.value("way", entry.data.get("way", ""), clock, act)
        lines.append({"label": _("Not reached"), "value": f"{clock.at(entry.at)} · {way}"})
    return lines


def _is_missed(entry: Entry, act: str, item: str) -> bool:
    return (
        entry.kind == act
        and entry.data.get("outcome") == "unreachable"
        and str(entry.data.get("item", "")) == item
    )


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "…"


# -- Lists -----------------------------------------------------------------------------------------


def _lists(reader: Reader, pages: dict[str, CasePage]) -> list[dict[str, Json]]:
    """The ledgers whose lists the reader calls: each list with how far it is, and whether one is owed."""
    found = []
    for row in case_list(reader.viewer, Filters(ledgers=True), limit=MOST_LEDGERS)[0]:
        policy = worlds.policy_of(row.policy_id)
        asks = any(duty.act == shoppers.LISTED for duty in policy.rhythm)
        page = _ledger(reader, row.number, pages) if asks else None
        offer = desk_of(reader, page).offer(shoppers.LISTED, 0) if page else None
        if page is None:
            continue
        debts = page.state.debts.values()
        due = min((debt.due for debt in debts if debt.act == shoppers.LISTED), default=0)
        asked = offer is not None and offer.expected and offer.refusal is None
        lists = shoppers.listings(page.history)
        if not asked and not lists:
            continue
        still = {debt.item for debt in debts if debt.act == "visit_shopper"}
        found.append({
            "number": page.number,
            "owed": asked,
            "due": reader.clock.phrase(due) if asked else "",
            "lists": [_progress(reader, each, still) for each in lists],
        })  # fmt: skip
    return found


def _progress(reader: Reader, listing: shoppers.Listing, still: set[str]) -> dict[str, Json]:
    drawn, called = len(listing.drawn), len(listing.drawn - still)
    text = _("%(called)s of %(drawn)s called") % {"called": called, "drawn": drawn}
    if drawn < len(listing.lines):
        chosen = [listing.shopper(item).name for item in sorted(listing.drawn, key=int)]
        text += " · " + _("%(drawn)s drawn of %(all)s: %(names)s") % {
            "drawn": drawn,
            "all": len(listing.lines),
            "names": _(", ").join(chosen[:12]) + ("…" if drawn > 12 else ""),
        }
    return {"label": reader.clock.at(listing.at), "value": text}


@staff
@require_POST
def upload(request: HttpRequest, reader: Reader) -> HttpResponse:
    """A list of shoppers as a file or typed, one a line; every row that is not taken is told."""
    lines = [line.strip() for line in request.POST.get("shoppers", "").splitlines() if line.strip()]
    rejected: list[Rejected] = []
    problem = ""
    sent = request.FILES.get("file")
    if sent is not None and (sent.size or 0) > LARGEST:
        problem = _("The file is too large; right would be at most 20 MB.")
    elif sent is not None:
        try:
            lines, rejected = shoppers.read_shoppers(sent.read(), sent.name or "")
        except BadTable as wrong:
            problem = wrong.text.in_(reader.language)
    number = request.POST.get("ledger", "")
    if not lines and not problem:
        problem = _("No row could be taken. Right would be a name and a phone number in each.")
    if not problem:
        if case_page(number, reader.viewer) is None:
            raise Http404
        act = Act(shoppers.LISTED, reader.person, reader.now, {"shoppers": "\n".join(lines)})
        act_id = request.POST.get("act_id", "")[:80] or None
        done = perform(act, case_number=number, act_id=act_id, now=reader.now)
        problem = done.refusal.say(reader.language) if done.refusal else ""
    listed = {
        "ledger": number,
        "typed": request.POST.get("shoppers", "") if problem else "",
        "problem": problem,
        "taken": 0 if problem else len(lines),
        "rejected": [
            {"line": row.line, "reason": row.reason.in_(reader.language), "content": row.content}
            for row in rejected[:100]
        ],
    }
    status = 422 if problem else 200
    return _page(request, reader, _calls(reader, VISITS), None, listed=listed, status=status)


# -- What a visit leads to -------------------------------------------------------------------------


def _new(reader: Reader, pages: dict[str, CasePage]) -> list[dict[str, Json]]:
    """What shoppers were not content with and nobody registered yet."""
    return [
        {
            "number": call.owed.case_number,
            "item": call.owed.item,
            "who": _who(reader, call, pages).name,
            "said": _said(_ledger(reader, call.owed.case_number, pages), call.owed.item),
            "due": reader.clock.phrase(call.owed.due_at),
        }
        for call in _calls(reader, ("new_case",))
    ]


def _said(page: CasePage | None, item: str) -> str:
    """What a shopper said at the visit that was not satisfied."""
    for entry in reversed(page.history if page else ()):
        if any(
            kind == "waiting" and str(data.get("row", "")).endswith(f"#{item}")
            for kind, data in entry.effects
            if entry.kind == "visit_shopper"
        ):
            words = (entry.data.get("opinion"), entry.data.get("suggestion"))
            return " ".join(str(word) for word in words if word)
    return ""


@staff
@require_POST
def new_case(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Register what a shopper was not content with as a case, in one click."""
    number, item = request.POST.get("ledger", ""), request.POST.get("item", "")
    calls = _calls(reader, ("new_case",))
    call = next(
        (one for one in calls if (one.owed.case_number, one.owed.item) == (number, item)), None
    )
    if call is None:
        raise Http404
    pages: dict[str, CasePage] = {}
    shopper = _who(reader, call, pages)
    said = _said(pages.get(number), item) or _("Not content when called on; to be asked.")
    made = shoppers.register_from_visit(
        number, call.case, call.world.policy, call.owed.policy_id, item, shopper, said,
        by=reader.person, now=reader.now,
    )  # fmt: skip
    if isinstance(made, Refusal):
        listed = {"problem": made.say(reader.language), "taken": 0, "rejected": []}
        return _page(request, reader, _calls(reader, VISITS), None, listed=listed, status=422)
    return HttpResponseRedirect(address("case", args=[made.number]))
