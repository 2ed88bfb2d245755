"""The way of an issued report: who wrote and passed it, whose turn it is by when, who comes after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.engine.acts import SAVES
from bihuan.engine.case import Debt
from bihuan.engine.policy import Policy
from bihuan.engine.posts import resolve
from bihuan.engine.rules import facts_of
from bihuan.records.queries.cases import case_page
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.reports import Issued, done_on, newest_of_row
from bihuan.web.addresses import address
from bihuan.web.cases import acting
from bihuan.web.cases.attempting import Attempt, attempt, gone
from bihuan.web.desk import Desk, desk_of
from bihuan.web.reports.drafting import BEGUN_IN
from bihuan.web.shell import Reader
from bihuan.web.words import Names

Json = Any


@dataclass(frozen=True, slots=True)
class Written:
    """What people added to a report's figures, and who signed for it."""

    text: str
    signed: tuple[str, ...]


def desk_of_report(reader: Reader, report: Issued) -> Desk | None:
    """The ledger of a whole report before the reader; None for a unit's part, or who may not see it."""
    page = None if report.unit else case_page(report.ledger, reader.viewer)
    return desk_of(reader, page) if page else None


def came_of(request: HttpRequest, desk: Desk, report: Issued, act: str) -> Attempt:
    """What came of an act that was posted on the report's page."""
    offer = desk.offer(act, report.sheet)
    return attempt(request, desk, offer) if offer else gone(request, desk, act)


def written_of(report: Issued, policy: Policy, names: Names, reader: Reader) -> Written:
    """The text of a whole report as it was handed in last, and who wrote and passed it."""
    row = next((row for row in policy.rhythm if row.name == report.name), None)
    lines: dict[tuple[str, str], str] = {}
    text: list[str] = []
    for done in [] if report.unit else done_on(report, row.act if row else ""):
        if done.kind == SAVES:
            continue
        if done.kind in BEGUN_IN:
            text = [_paragraph(names, done, name, reader) for name in done.data if name != "item"]
        outcome = str(done.data.get("outcome", ""))
        what = names.act(done.kind)
        if outcome:
            what = f"{what}({names.value('outcome', outcome, reader.clock, done.kind)})"
        lines.pop((done.kind, done.seat), None)
        lines[done.kind, done.seat] = _("%(what)s: %(who)s, %(when)s") % {
            "what": what, "who": names.person(done.by), "when": reader.clock.full(done.at),
        }  # fmt: skip
    return Written("\n".join(text), tuple(lines.values()))


def _paragraph(names: Names, done: Entry, name: str, reader: Reader) -> str:
    value = names.value(name, done.data[name], reader.clock, done.kind)
    if name == BEGUN_IN[done.kind]:
        return value
    return _("%(label)s: %(value)s") % {"label": names.fact(name, done.kind), "value": value}


def course(desk: Desk, report: Issued, came: Attempt | None = None) -> dict[str, Json] | None:
    """What is still ahead of a report, and the form of what the reader may do on it; None once it is through."""
    debt = _owed_on(desk, report)
    form = came.form if came else None
    offer = desk.offer(debt.act, debt.sheet) if debt else None
    if form is None and offer is not None and offer.refusal is None:
        form = acting.form_of(desk, offer)
    if form is not None:  # figures and text stand beside it
        form = {**form, "report": None, "words": []}
        if not form["overtaken"]:  # what was typed too late is a remark on the ledger
            here = address("report", args=[report.id])
            form["url"] = f"{here}?act={form['act']}&sheet={report.sheet}"
    return {"ahead": list(_ahead(desk, debt)), "form": form} if debt or form else None


def _owed_on(desk: Desk, report: Issued) -> Debt | None:
    """What is owed on the report now; None where it is through, or a later one took its place."""
    debts = desk.page.state.debts.values()
    if report.sheet:
        found = [debt for debt in debts if debt.sheet == report.sheet]
    else:
        found = [debt for debt in debts if debt.row == f"rhythm.{report.name}"]
        if found and newest_of_row(report.ledger, report.name) != report.id:
            return None
    return min(found, key=lambda debt: debt.due, default=None)


def _ahead(desk: Desk, debt: Debt | None) -> Iterator[dict[str, str]]:
    """Whose turn it is by when, and whose after that."""
    if debt is None:
        return
    names, clock, case = desk.names, desk.reader.clock, desk.page.state
    late = debt.due < desk.reader.now
    yield {
        "text": _("%(act)s: %(who)s, %(due)s") % {
            "act": names.act(debt.act), "who": names.seat(debt.seat), "due": clock.by(debt.due),
        },
        "tone": "late" if late else "near",
        "icon": "alert-triangle" if late else "clock",
    }  # fmt: skip
    sheet = case.sheets.get(debt.sheet)
    steps = desk.world.policy.steps_of(sheet.kind) if sheet else ()
    place = next((at for at, one in enumerate(steps) if debt.row.endswith(f".{one.name}")), 0)
    for step in steps[place + 1 :]:
        seat = resolve(step.owes, case, desk.world, facts_of(case), sheet=sheet)
        yield {
            "text": _("then %(act)s: %(who)s") % {
                "act": names.act(step.act), "who": names.seat(seat),
            },
            "tone": "", "icon": "chevron-right",
        }  # fmt: skip
