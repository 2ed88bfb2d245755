"""What somebody sees beside the form of an act: what was asked, said, found and paid before it."""

from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine import compensation, money
from bihuan.engine.assessing import REPORTED
from bihuan.engine.manner import money as yuan
from bihuan.engine.policy import Step
from bihuan.engine.work import Work
from bihuan.records.queries.entries import Entry, on_sheet
from bihuan.records.queries.visibility import Reach
from bihuan.web.cases import head
from bihuan.web.cases.acting import acts_of
from bihuan.web.cases.details import attached, details
from bihuan.web.cases.recurrence import recurrence_lines
from bihuan.web.desk import Desk

Json = Any
MOST_WORDS = 600
# Which of the acts done before an act rests on, beside what is written on its own sheet.
RESTS_ON = {
    "approve": ("investigate", "resolve", "propose", "draft", "respond"),
    "countersign": ("resolve", "respond", "confirm"),
    "decide": ("investigate", "report"),
    "resolve": ("investigate", "contact"),
    "respond": ("investigate", "resolve"),
    "confirm": ("respond",),
    "close": ("respond", "confirm"),
    "follow_up": ("respond", "confirm"),
    "compensate": ("propose", "approve"),
    "review_return": ("confirm_return",),
    "receive_goods": ("review_return",),
    "inspect": ("review_return", "receive_goods"),
    "refund": ("review_return", "inspect"),
    "exchange": ("review_return", "inspect"),
    "repair": ("review_return", "inspect"),
    "dispose": ("inspect",),
}
GOODS = frozenset({"receive_goods", "inspect", "refund", "exchange", "repair", "dispose"})
# Of a return: what it is, how much of it and what was paid.
OF_GOODS = ("product", "order", "goods", "return_reason", "bought", "returned", "paid", "remedy")


def evidence(desk: Desk, act: str, sheet: int) -> list[dict[str, Json]]:
    """The blocks before the form: {title, words: [{label, value}], prose, files}; empty ones left out."""
    whole = desk.page.reach is Reach.WHOLE
    blocks = [_on_sheet(desk, sheet), _asked_for(desk, act), _figures(desk, act)]
    if whole:
        blocks += [_goods(desk, act), _done_before(desk, act), _said(desk)]
    blocks.append(_files(desk, sheet))
    return [one for one in blocks if one]


def _block(title: str, words: list[dict[str, Json]]) -> dict[str, Json]:
    return {"title": title, "words": words} if words else {}


def _on_sheet(desk: Desk, number: int) -> dict[str, Json]:
    """The words that leave with the sheet, and what was filled in on it so far."""
    sheet = desk.page.state.sheets.get(number)
    if sheet is None:
        return {}
    acts = acts_of(desk, sheet.kind)
    words = [
        {
            "label": desk.names.fact(name, *acts),
            "value": desk.names.value(name, value, desk.reader.clock),
        }
        for name, value in sheet.data.items()
        if value not in (None, "", []) and name not in REPORTED and name != "files"
    ]
    words += [{"label": _("Evidence"), "value": line} for line in head.evidence_lines(desk, sheet)]
    words += [{"label": _("Recurrence"), "value": line} for line in recurrence_lines(desk, sheet)]
    called = desk.names.policy.sheets[sheet.kind].called(desk.page.number, number)
    block = _block(_("Written on it"), words)
    if block:
        block["note"] = called
    return block


def _asked_for(desk: Desk, act: str) -> dict[str, Json]:
    """What exactly waits for approval: the facts an approval stands for, and who asked."""
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    if act not in ("approve", "countersign"):
        return {}
    words: list[dict[str, Json]] = []
    for debt in case.debts.values():
        row = desk.world.policy.rows.get(debt.row)
        if debt.act == act and not debt.sheet and isinstance(row, Step):
            words += [
                {"label": names.fact(name), "value": names.value(name, case.facts[name], clock)}
                for name in row.approves
                if name in case.facts
            ]
    return _block(_("Waits for approval"), words)


def _figures(desk: Desk, act: str) -> dict[str, Json]:
    """Money: what was proposed, approved and paid, and what may go out at most."""
    if act not in ("compensate", "refund", "approve") or desk.page.reach is not Reach.WHOLE:
        return {}
    case = desk.page.state
    words: list[dict[str, Json]] = []
    if act == "refund":
        words = [{"label": _("Paid by the customer"), "value": _amount(case.facts.get("paid"))}]
        if out := case.goods.get("refunded"):
            words.append({"label": _("Refunded so far"), "value": yuan(out)})
    elif compensation.proposed(case):
        approved = compensation.approved(Work(case.copy(), desk.world))
        words = [
            {"label": _("Proposed"), "value": yuan(compensation.proposed(case))},
            {"label": _("Approved"), "value": yuan(approved) if approved else _("not yet")},
        ]
        if out := compensation.paid(case):
            words.append({"label": _("Paid"), "value": yuan(out)})
    if (most := at_most(desk, act)) is not None:
        words.append({"label": _("At most"), "value": yuan(most)})
    return _block(_("Money"), words)


def _amount(value: Json) -> str:
    return yuan(value) if isinstance(value, int) else _("not given")


def at_most(desk: Desk, act: str) -> int | None:
    """What the engine lets go out with this act, in fen; None where it pays nothing."""
    case = desk.page.state
    if act == "compensate":
        return compensation.unpaid(Work(case.copy(), desk.world))
    return money.payable(case) if act == "refund" else None


def _goods(desk: Desk, act: str) -> dict[str, Json]:
    if act not in GOODS:
        return {}
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    words = [
        {"label": names.fact(name, "review_return"),
         "value": names.value(name, case.facts[name], clock, "review_return")}
        for name in OF_GOODS
        if case.facts.get(name) not in (None, "") and not (name == "paid" and act == "refund")
    ]  # fmt: skip
    counts = (("received", _("Received")), ("accepted", _("Accepted")))
    words += [
        {"label": label, "value": str(case.goods[name])}
        for name, label in counts
        if case.goods.get(name)
    ]
    return _block(_("The goods"), words)


def _done_before(desk: Desk, act: str) -> dict[str, Json]:
    """What the acts it rests on brought, the newest of each."""
    rests_on = RESTS_ON.get(act, ())
    if not rests_on:
        return {}
    newest = {entry.kind: entry for entry in desk.page.history if entry.kind in rests_on}
    words = []
    for entry in sorted(newest.values(), key=lambda one: one.sequence):
        who = "" if entry.by == "customer" else f" · {desk.names.person(entry.by)}"
        words.append({
            "label": f"{desk.names.act(entry.kind)}{who}",
            "value": _brought(desk, entry),
            "note": desk.reader.clock.at(entry.at),
        })  # fmt: skip
    return _block(_("Done before"), [one for one in words if one["value"]])


def _brought(desk: Desk, entry: Entry) -> str:
    """What an act brought, in one line, contact data hidden."""
    found = details(desk, entry, clear=False)
    outcome = entry.data.get("outcome")
    word = desk.names.value("outcome", outcome, desk.reader.clock, entry.kind) if outcome else ""
    texts = [found.get("detail", ""), *(one["text"] for one in found.get("long", ()))]
    return " · ".join(text for text in (word, *texts) if text)


def _said(desk: Desk) -> dict[str, Json]:
    said = str(desk.page.state.facts.get("content", ""))
    if not said or desk.page.state.ledger:
        return {}
    short = said if len(said) <= MOST_WORDS else said[: MOST_WORDS - 1] + "…"
    return {"title": _("In the customer’s words"), "prose": short}


def _files(desk: Desk, sheet: int) -> dict[str, Json]:
    routine = desk.page.state.is_routine  # whose other files belong to duties done long ago
    entries = on_sheet(desk.page.id, sheet) if routine else desk.page.history
    files = [
        {"name": one["title"], "url": one["url"], "drawn": one["drawable"]}
        for one in attached(desk, entries)
        if not one["signed"]
    ]
    return {"title": _("Photos and papers"), "files": files} if files else {}
