"""The pane of one owed act: its countdown, what it rests on, its form, why then and what if not."""

from typing import Any

from django.utils.translation import gettext as _

from bihuan.desk.permissions import sees_contact
from bihuan.engine.case import Debt
from bihuan.engine.manner import money as yuan
from bihuan.engine.why_due import what_else
from bihuan.web.addresses import address
from bihuan.web.cases import acting, story
from bihuan.web.cases.evidence import at_most, evidence
from bihuan.web.desk import Desk
from bihuan.web.shell import Reader, management
from bihuan.web.todo.rows import Row, desk_behind, drawn, todo_url

Json = Any
ANSWERED = frozenset({"receipt", "reply", "find_cause", "take_action"})
DONE_AT = {
    "fill_posts": "organisation",
    "see_to_notices": "ways",
}  # routine duties with a page for them


def pane(
    reader: Reader, row: Row, wait: str, form: dict[str, Json] | None
) -> dict[str, Json] | None:
    """Everything beside the list about the chosen row; None where it is owed no longer."""
    desk = desk_behind(reader, row)
    debt = desk.page.state.debts.get(row.owed.number)
    if debt is None:
        return None
    names, clock = desk.names, reader.clock
    offer = desk.offer(debt.act, debt.sheet)
    if form is None and offer is not None:
        form = acting.form_of(desk, offer, refusal=offer.refusal, item=debt.item)
    seen = evidence(desk, debt.act, debt.sheet)
    if form is not None:
        form = {**form, "evidence": seen}
        if not form["overtaken"]:  # what was typed too late is a remark on the case
            form["url"] = todo_url(wait, row.key)
        _suggest(desk, debt.act, form)
    line_drawn = drawn(reader, row, wait)
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
    page = opened(line_drawn["case_url"], form)
    return {
        "o": {
            **line_drawn,
            "case_url": page["url"],
            "line": line,
            "due_phrase": _("by %(time)s") % {"time": clock.phrase(debt.due)},
            "why": story.why(desk, debt),
            "else_text": story.else_text(desk, debt, follows),
            "else_clause": names.clause(follows.clauses),
            "contact": contact(desk, debt.sheet),
        },
        "form": form,
        "folded": bool(seen),
        "open": page,
        "way_out": way_out(desk, debt),
        "done_at": done_at(reader, debt.act),
    }


def opened(case_url: str, form: dict[str, Json] | None) -> dict[str, str]:
    """The page of what the row is about: a report's own, else the case's."""
    if form and form["report"]:
        return {"label": _("Open the report"), "url": form["report"]["url"]}
    return {"label": _("Open the case"), "url": case_url}


def _suggest(desk: Desk, act: str, form: dict[str, Json]) -> None:
    """Offer the whole of what may be paid, to be taken with one key; it is never filled in by itself."""
    most = at_most(desk, act)
    for field in form["fields"]:
        if most and field["name"] == "amount":
            text = yuan(most)
            reason = _("all that was approved and is not paid")
            field["suggestion"] = {"value": text[1:], "label": text, "reason": reason}


def way_out(desk: Desk, debt: Debt) -> dict[str, str] | None:
    """What somebody does who cannot do what a note asks: hand it back, or say so on the case."""
    if debt.act not in ANSWERED or not debt.sheet:
        return None
    for act, sheet, label in (
        ("refuse_sheet", debt.sheet, _("Cannot be done: hand it back")),
        ("remark", 0, _("Cannot be done: say why")),
    ):
        offer = desk.offer(act, sheet)
        if offer and offer.refusal is None:
            query = f"?sheet={sheet}" if sheet else ""
            url = address("case-act", args=[desk.page.number, act]) + query
            return {"label": label, "url": url}
    return None


def done_at(reader: Reader, act: str) -> dict[str, Json] | None:
    """The page on which a routine duty is done, where there is one and the reader may open it."""
    url = address(DONE_AT[act]) if act in DONE_AT else ""
    return next((entry for entry in management(reader, "") if entry["url"] == url), None)


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
            "note": desk.names.contact(str(case.facts.get("contact", ""))),
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
