"""What a report brings to the act that writes, checks or sends it: its figures, and words to begin with."""

from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine.acts import ACTS
from bihuan.records.queries.reports import Issued, newest_of_row, report_for, report_of_sheet
from bihuan.web.addresses import address
from bihuan.web.desk import Desk
from bihuan.web.reports.saying import Table, said

Json = Any
# The field of an act that a report's words may begin in.
BEGUN_IN = {"draft": "content", "monthly_statistics": "result", "daily_review": "findings"}


def report_at(desk: Desk, act: str, sheet: int) -> Issued | None:
    """The report that an act of a ledger is about; None where it is about none."""
    if not desk.page.state.ledger:
        return None
    number = desk.page.number
    found = report_of_sheet(number, sheet) if sheet else None
    if not sheet:
        row = next(
            (row for row in desk.world.policy.rhythm
             if row.act == act and row.name in desk.world.policy.reports), None,
        )  # fmt: skip
        found = newest_of_row(number, row.name) if row else None
    return report_for(desk.reader.viewer, found) if found else None


def shown(desk: Desk, report: Issued) -> dict[str, Json]:
    """The figures as the form shows them: none of them can be written over."""
    words = _said(desk, report)
    return {
        "title": f"{words.title} {report.period}",
        "url": address("report", args=[report.id]),
        "table": words.tables[0] if words.tables else None,
    }


def beginning(desk: Desk, report: Issued, act: str) -> dict[str, str]:
    """The words that an act may begin with, by its field; empty where it has none for them."""
    name = BEGUN_IN.get(act, "")
    if name not in {field.name for field in ACTS[act].fields}:
        return {}
    words = _said(desk, report)
    lines = [_line(table) for table in words.tables if not table.first]
    return {name: "\n".join([f"{words.title} {words.period}{_(': ')}".strip(), *lines])}


def _line(table: Table) -> str:
    parts = []
    for line in table.lines:
        now, earlier, *_whole = line.figures
        if earlier.number is None:
            parts.append(f"{line.label} {now.text}")
        else:
            parts.append(_("%(figure)s %(now)s (before: %(earlier)s)") % {
                "figure": line.label, "now": now.text, "earlier": earlier.text,
            })  # fmt: skip
    return _("; ").join(parts)


def _said(desk: Desk, report: Issued) -> Any:
    found = desk.world.policy.reports[report.name]
    return said(report.figures, found, desk.names, desk.reader, units=report.names)
