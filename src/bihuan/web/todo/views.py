"""My page: what I owe, nearest due first, and the act in place beside it."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.desk import worlds
from bihuan.desk.permissions import mask_contact, sees_contact
from bihuan.engine.why_due import what_else
from bihuan.engine.world import World
from bihuan.records.queries.cases import case_page
from bihuan.records.queries.obligations import Owed, owed_by
from bihuan.records.queries.todo import Behind, cases_behind
from bihuan.web.cases import acting, story
from bihuan.web.cases.acting import Desk, desk_of
from bihuan.web.cases.attempting import attempt
from bihuan.web.cases.views import remember_done, show_overtaken, was_done
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import HOUR, Names

Json = Any
MOST = 300  # what is read; a page draws fewer at first
DRAWN = 50
WAITS = ("", "customer", "colleague", "routine")
# What is done for a colleague's sake: papers on their way, and judging each other's work.
AMONG_US = frozenset({"countersign", "approve", "review", "report", "issue", "check_reply"})


@dataclass(frozen=True)
class Row:
    """One owed act with the case behind it."""

    owed: Owed
    behind: Behind
    names: Names
    world: World

    @property
    def key(self) -> str:
        """What the row is called in the address."""
        return f"{self.owed.case_id}-{self.owed.number}"

    @property
    def waits(self) -> str:
        """Who waits for it: customer, colleague, or nobody in person."""
        if self.owed.ledger:
            return "routine"
        return "colleague" if self.owed.sheet or self.owed.act in AMONG_US else "customer"


@staff
@require_http_methods(["GET", "POST"])
def todo(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What I owe; posted, the owed act of the chosen row is done."""
    wait = request.GET.get("wait", "")
    wait = wait if wait in WAITS else ""
    rows = _rows(reader)
    chosen = next((row for row in rows if row.key == request.GET.get("row")), None)
    if request.method == "POST":
        if chosen is None:
            return _gone(request, reader, _url(wait))
        desk = _desk(reader, chosen)
        offer = desk.offer(chosen.owed.act, chosen.owed.sheet)
        if offer is None:
            raise Http404
        came = attempt(request, desk, offer)
        if came.status == 200:
            remember_done(request, desk, offer.act, chosen.owed.sheet, did=came.act)
            return HttpResponseRedirect(_url(wait))
        return _page(request, reader, rows, wait, chosen, form=came.form, status=came.status)
    return _page(request, reader, rows, wait, chosen)


def _gone(request: HttpRequest, reader: Reader, after: str) -> HttpResponse:
    """The answer to an act that is owed no more: done by this very form before, or by somebody quicker."""
    number, _slash, rest = request.POST.get("draft", "").partition("/")
    act = rest.partition("/")[0]
    page = case_page(number[:140], reader.viewer)
    if page is None:
        raise Http404
    desk = desk_of(reader, page)
    if was_done(request, desk, act):
        return HttpResponseRedirect(after)
    return show_overtaken(request, desk, act)


def _rows(reader: Reader) -> list[Row]:
    owed, _more = owed_by(reader.viewer.seats, limit=MOST)
    behind = cases_behind(reader.viewer, [item.case_id for item in owed])
    ruling = {
        policy: worlds.ruling(policy, reader.now).world
        for policy in {item.policy_id for item in owed}
    }
    return [
        Row(
            item,
            behind[item.case_id],
            Names(ruling[item.policy_id].policy, reader.organisation, reader.language),
            ruling[item.policy_id],
        )
        for item in owed
        if item.case_id in behind
    ]


def _desk(reader: Reader, row: Row) -> Desk:
    page = case_page(row.owed.case_number, reader.viewer)
    if page is None:
        raise Http404
    return desk_of(reader, page)


def _page(
    request: HttpRequest,
    reader: Reader,
    rows: list[Row],
    wait: str,
    chosen: Row | None,
    form: dict[str, Json] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = [row for row in rows if not wait or row.waits == wait]
    picked = chosen or (shown[0] if shown else None)
    first = shown if "all" in request.GET else shown[:DRAWN]
    if picked and picked not in first:
        first = [*first, picked]
    drawn = [_row(reader, row, wait) for row in first]
    return show(
        request,
        reader,
        "todo/todo.jinja",
        {
            "groups": _groups(reader, drawn),
            "counts": _counts(reader, rows),
            "total": len(rows),
            "beyond": len(shown) - len(first),
            "beyond_url": _url(wait, every=True),
            "tabs": _tabs(rows, wait),
            "strip": _strip(reader, drawn),
            "selected": picked.key if picked else "",
            "pane": _pane(reader, picked, wait, form) if picked else None,
            "chosen": chosen is not None,
            "live_url": _url(wait),
            "next": drawn[0] if drawn else None,
            "done": request.session.pop("done", None),
        },
        at="todo",
        status=status,
    )


def _url(wait: str, row: str = "", *, every: bool = False) -> str:
    asked = (("wait", wait), ("row", row), ("all", "1" if every else ""))
    query = "&".join(f"{name}={value}" for name, value in asked if value)
    return reverse("todo") + (f"?{query}" if query else "")


def _tabs(rows: list[Row], wait: str) -> list[dict[str, Json]]:
    labels = {
        "": _("All"),
        "customer": _("Customers wait"),
        "colleague": _("Colleagues wait"),
        "routine": _("Routine"),
    }
    return [
        {
            "label": label,
            "url": _url(name),
            "count": sum(1 for row in rows if not name or row.waits == name),
            "current": name == wait,
        }
        for name, label in labels.items()
    ]


def _row(reader: Reader, row: Row, wait: str) -> dict[str, Json]:
    owed, names, clock = row.owed, row.names, reader.clock
    url = reverse("case", args=[owed.case_number])
    sheet = row.behind.state.sheets.get(owed.sheet)
    kind = names.sheet(sheet.kind, owed.case_number, sheet.number) if sheet else ""
    made: dict[str, Json] = {
        "key": row.key,
        "due": owed.due_at,
        "due_text": clock.short(owed.due_at),
        "act": names.act(owed.act),
        "title": _title(row) or kind or names.text(names.policy.title),
        "number": "" if owed.ledger else short_number(owed.case_number),
        "who": _who(reader, row),
        "case_url": url,
        "select_url": _url(wait, row.key),
        "state": "paused" if row.behind.state.paused else
        "provisional" if owed.provisional else "open",
        "clause": names.clause(owed.clauses),
    }  # fmt: skip
    if kind and made["title"] != kind:
        made["title"] = f"{kind} · {made['title']}"
    return made


def short_number(number: str) -> str:
    """TS20261118-0007 as 1118-0007: the year and the prefix are the same all over the page."""
    day, dash, serial = number.rpartition("-")
    return f"{day[-4:]}-{serial}" if dash and day[-8:].isdecimal() else number


def _title(row: Row) -> str:
    return mask_contact(row.owed.title) if row.owed.sheet else row.owed.title


def _who(reader: Reader, row: Row) -> str:
    names, case = row.names, row.behind.state
    if row.waits == "routine":
        return _("routine")
    if row.waits == "colleague":
        if case.owner and case.owner not in reader.viewer.seats:
            return _("colleague %(who)s") % {"who": names.seat(case.owner)}
        return _("colleagues")
    return _("customer %(name)s") % {"name": row.behind.complainant or _("unnamed")}


def _groups(reader: Reader, rows: list[dict[str, Json]]) -> list[dict[str, Json]]:
    now, clock = reader.now, reader.clock
    bounds = (
        ("late", _("Overdue"), now),
        ("hour", _("Within the hour"), now + HOUR + 1),
        ("today", _("Today"), clock.midnight(1)),
        ("tomorrow", _("Tomorrow"), clock.midnight(2)),
        ("later", _("Later"), 1 << 62),
    )
    groups, start = [], -1
    for name, label, end in bounds:
        inside = [row for row in rows if start <= row["due"] < end]
        start = max(end, start)
        if inside:
            groups.append({
                "name": label, "rows": inside, "tone": "late" if name == "late" else "",
                "note": _("goes up by the policy’s ladder") if name == "late" else "",
            })  # fmt: skip
    return groups


def _counts(reader: Reader, rows: list[Row]) -> dict[str, int]:
    now, midnight = reader.now, reader.clock.midnight(1)
    dues = [row.owed.due_at for row in rows]
    return {
        "late": sum(1 for due in dues if due < now),
        "hour": sum(1 for due in dues if now <= due <= now + HOUR),
        "today": sum(1 for due in dues if now + HOUR < due < midnight),
        "later": sum(1 for due in dues if due >= midnight),
    }


def _strip(reader: Reader, rows: list[dict[str, Json]]) -> dict[str, Json] | None:
    """The marks of today between the first and the last hour that matter."""
    clock, now = reader.clock, reader.now
    start, end = clock.midnight(), clock.midnight(1)
    dues = [row for row in rows if start <= row["due"] < end]
    if not dues:
        return None
    first = min([now, *(row["due"] for row in dues)])
    last = max([now, *(row["due"] for row in dues)])
    opens = start + max((first - start) // HOUR - 1, 0) * HOUR
    closes = min(start + ((last - start) // HOUR + 2) * HOUR, end)
    return {
        "dues": [
            {"due": row["due"], "text": row["act"],
             "tone": "late" if row["due"] < now else "near" if row["due"] <= now + HOUR else ""}
            for row in dues
        ],
        "opens": opens,
        "closes": closes,
        "ticks": [
            {"at": at, "text": f"{clock.wall(at):%H:%M}"}
            for at in range(opens, closes + 1, HOUR * max(1, (closes - opens) // (12 * HOUR)))
        ],
        "now_text": _("Now %(time)s") % {"time": clock.at(now)},
    }  # fmt: skip


def _pane(
    reader: Reader, row: Row, wait: str, form: dict[str, Json] | None
) -> dict[str, Json] | None:
    desk = _desk(reader, row)
    debt = desk.page.state.debts.get(row.owed.number)
    if debt is None:
        return None
    names, clock = desk.names, reader.clock
    offer = desk.offer(debt.act, debt.sheet)
    if form is None and offer is not None:
        form = acting.form_of(desk, offer, refusal=offer.refusal, item=debt.item)
    if form is not None:
        form = {**form, "url": _url(wait, row.key)}
    drawn = _row(reader, row, wait)
    case = desk.page.state
    line = " · ".join(
        part
        for part in (
            "" if case.ledger else desk.page.number,
            names.value("channel", case.facts.get("channel", ""), clock),
            names.severity(case.derived.get("severity", "")) if not case.ledger else "",
        )
        if part
    )
    follows = what_else(debt, case, desk.world)
    return {
        "o": {
            **drawn,
            "line": line,
            "due_phrase": _("by %(time)s") % {"time": clock.phrase(debt.due)},
            "why": story.why(desk, debt),
            "else_text": story.else_text(desk, debt, follows),
            "else_clause": names.clause(follows.clauses),
            "contact": contact(desk, debt.sheet),
        },
        "form": form,
        "case_url": desk.url,
    }


def contact(desk: Desk, sheet: int) -> list[dict[str, str]]:
    """Whom this act is about: the customer with their number, or whom a note went to."""
    case = desk.page.state
    found: list[dict[str, str]] = []
    if case.ledger:
        return found
    notes = [one for one in case.sheets.values() if not one.ended and one.to]
    if sheet == 0 and sees_contact(desk.reader.viewer, case, desk.page.reach):
        found.append({
            "label": _("Customer"), "value": str(case.facts.get("name", "")) or _("unnamed"),
            "note": str(case.facts.get("contact", "")),
        })  # fmt: skip
    seen = [note for note in notes if note.number in desk.page.sheets][:2]
    return found + [
        {
            "label": _("Note went to"),
            "value": desk.names.seat(note.to),
            "note": desk.names.policy.sheets[note.kind].called(desk.page.number, note.number),
        }
        for note in seen
        if note.to not in desk.reader.viewer.seats
    ]
