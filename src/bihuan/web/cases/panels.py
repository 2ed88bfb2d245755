"""Small panels of a case page: what waits for approval, compensation, matters before outside bodies."""

from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine import approvals, compensation, manner
from bihuan.engine.policy import Step
from bihuan.engine.work import Work
from bihuan.records.queries.visibility import Reach
from bihuan.web.desk import Desk

Json = Any


def panels(desk: Desk) -> list[dict[str, Json]]:
    """The panels that have something to say, each a title and its lines; none for who sees a part."""
    if desk.page.reach is not Reach.WHOLE or desk.page.state.ledger:
        return []
    found = [*_approvals(desk), *_compensation(desk)]
    if lines := outside(desk):
        found.append({"title": _("Before outside bodies"), "rows": lines})
    return found


def _approvals(desk: Desk) -> list[dict[str, Json]]:
    """What is asked of whom by when, exactly, and who asked."""
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    found = []
    for debt in case.debts.values():
        row = desk.world.policy.rows.get(debt.row)
        if debt.sheet or not isinstance(row, Step) or row.act not in ("approve", "countersign"):
            continue
        rows: list[dict[str, Json]] = [
            {"label": names.fact(name), "value": names.value(name, case.facts[name], clock)}
            for name in row.approves
            if name in case.facts
        ]
        asker = _asker(desk, debt.id)
        if asker:
            rows.append({"label": _("Asked by"), "value": asker})
        rows.append({
            "label": _("To be decided by"), "value": names.seat(debt.seat),
            "note": clock.by(debt.due),
        })  # fmt: skip
        found.append({"title": _("Waits for approval"), "rows": rows})
    return found


def _asker(desk: Desk, debt: int) -> str:
    """Whose act brought a debt about; empty where the system did."""
    for entry in desk.page.history:
        opened = any(kind == "opened" and data["id"] == debt for kind, data in entry.effects)
        if opened and entry.by != "system":
            return desk.names.person(entry.by)
    return ""


def _compensation(desk: Desk) -> list[dict[str, Json]]:
    """The proposal with its figures, what was approved, paid and is still owed."""
    case = desk.page.state
    proposed, paid = compensation.proposed(case), compensation.paid(case)
    if not proposed or not approvals.payments(desk.world.policy):
        return []
    work = Work(case.copy(), desk.world)
    approved, unpaid = compensation.approved(work), compensation.unpaid(work)
    rows = [
        {"label": _("Proposed"), "value": manner.money(proposed)},
        {"label": _("Approved"), "value": manner.money(approved) if approved else _("not yet")},
        {"label": _("Paid"), "value": manner.money(paid)},
    ]
    if compensation.is_waived(case, desk.world.policy):
        rows.append({"label": _("Still to pay"), "value": _("waived by the customer")})
    elif approved:
        rows.append({"label": _("Still to pay"), "value": manner.money(unpaid)})
    return [{"title": _("Compensation"), "rows": rows}]


def outside(desk: Desk) -> list[dict[str, Json]]:
    """The matters before outside bodies: their number, their date or how they came out."""
    clock, found = desk.reader.clock, []
    for matter in desk.page.state.outside.values():
        if matter.get("how"):
            note = desk.names.value("outcome", matter["how"], clock, "await_outside")
        else:
            until = matter.get("until")
            note = _("answers by %(time)s") % {"time": clock.by(until)} if until else ""
        value = matter.get("their_number") or _("no number yet")
        found.append({"label": matter["body"], "value": value, "note": note})
    return found
