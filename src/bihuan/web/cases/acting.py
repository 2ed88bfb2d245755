"""Doing an act from a page: its form, what will follow, and what came of it."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bihuan.desk.foresight import what_follows
from bihuan.engine.acts import SAVES, WRITES
from bihuan.engine.assessing import REPORTED
from bihuan.engine.case import Act, Debt
from bihuan.engine.fields import Field
from bihuan.engine.library import Version
from bihuan.engine.organisation import post_of
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import Possible
from bihuan.records.queries.entries import doers
from bihuan.records.queries.reports import Issued
from bihuan.web import forms, signing
from bihuan.web.addresses import address
from bihuan.web.cases import citing, replying
from bihuan.web.desk import Desk
from bihuan.web.reports import drafting

Json = Any
LETTERS = {
    "trace_call": "T",
    "contact": "C",
    "postpone": "P",
    "respond": "R",
    "remark": "M",
    "chase": "U",
}
SPENT = "changes-spent"  # refused, and handed on in the same step: the one refusal worth asking for
# Papers are decided by one of two buttons; what a customer said is a field of its own.
BUTTONS = frozenset({"issue", "countersign", "approve", "check_reply", "review", "review_return"})


def form_of(
    desk: Desk,
    offer: Possible,
    *,
    posted: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    conflict: str = "",
    act_id: str = "",
    item: str = "",
) -> dict[str, Json]:
    """What cases/act.jinja draws; with `posted` what was typed is kept."""
    names, clock = desk.names, desk.reader.clock
    errors = dict(errors or {})
    boxed = refusal
    if refusal and refusal.field in {one.name for one in offer.fields} | {"outcome"}:
        errors.setdefault(refusal.field, names.text(refusal.text))
        boxed = None
    fields = []
    report = drafting.report_at(desk, offer.act, offer.sheet)
    begun = begun_with(desk, offer, report) if posted is None else {}
    documents: tuple[Version, ...] = ()
    for wanted in offer.fields:
        value: Json = (posted or {}).get(forms.control(wanted.name), "")
        if posted is None and wanted.name in desk.page.state.facts and _is_fact(offer.act):
            value = desk.page.state.facts[wanted.name]
        elif wanted.name in begun:
            value = begun[wanted.name]
        error = errors.get(wanted.name, "")
        if wanted.kind == "document":
            facts, now = desk.page.state.facts, desk.reader.now
            documents = citing.citable(desk.world, facts, offer.sheet, now)
            fields.append(citing.draw(wanted, documents, names, clock, value, error))
            continue
        more = _signing(desk, offer.act, wanted, posted) if wanted.kind == "signature" else {}
        if report and wanted.name == drafting.BEGUN_IN.get(offer.act):
            more["tall"] = True
        fields.append(
            forms.draw(
                wanted,
                names,
                clock,
                value,
                error,
                form=offer.fields,
                outcomes=offer.outcomes,
                **more,
            )
        )
    as_buttons = offer.act in BUTTONS
    outcomes = [{"value": one.name, "label": names.text(one.text)} for one in offer.outcomes]
    if outcomes and not as_buttons:
        chosen = (posted or {}).get("outcome", "")
        fields.insert(0, {
            "name": "outcome", "label": _("Outcome"), "kind": "choice", "value": chosen,
            "choices": outcomes, "required": True, "error": errors.get("outcome", ""),
        })  # fmt: skip
    query = f"?sheet={offer.sheet}" if offer.sheet else ""
    verb = _("Hand it in") if offer.act == WRITES else names.act(offer.act)
    spent = offer.refusal is not None and offer.refusal.code == SPENT
    if spent:
        fields, verb = [], _("Ask for it: it goes up")
    return {
        "act": offer.act,
        "sheet": offer.sheet,
        "item": item,
        "title": names.act(offer.act),
        "verb": verb,
        "blocked": offer.refusal is not None and not spent,
        "url": address("case-act", args=[desk.page.number, offer.act]) + query,
        "clause": names.clause(offer.clauses),
        "fields": fields,
        "lists": forms.offered({one.kind for one in offer.fields}, names),
        "files": any(one.kind == "file" for one in offer.fields),
        "lacking": not as_buttons and sum(1 for one in fields if one["required"]) > 1,
        "buttons": outcomes if as_buttons else [],
        "saves": offer.act == WRITES and desk.offer(SAVES, offer.sheet) is not None,
        "errors": [{"text": text, "field": forms.control(name)} for name, text in errors.items()],
        "refusal": refused(desk, boxed) if boxed else None,
        "conflict": conflict,
        "overtaken": False,
        "act_id": act_id or secrets.token_hex(16),
        "version": desk.page.state.events,
        "draft": f"{desk.page.number}/{offer.act}/{offer.sheet}/{item}",
        "after": after_this(desk, offer),
        "words": words_of(desk, offer.sheet),
        "checks": checks(desk, offer),
        "documents": citing.at_hand(documents),
        "templates": replying.offered(desk, offer),
        "hints": hints(desk, offer.act),
        "letter": letter(desk, offer),
        "report": drafting.shown(desk, report) if report else None,
    }


def begun_with(desk: Desk, offer: Possible, report: Issued | None) -> dict[str, Json]:
    """What stands in the form before anybody writes: what was saved or sent back, else a report's words."""
    sheet = desk.page.state.sheets.get(offer.sheet)
    kept = dict(sheet.data) if sheet is not None and offer.act == WRITES else {}
    return (drafting.beginning(desk, report, offer.act) if report else {}) | kept


def hints(desk: Desk, act: str) -> list[dict[str, Json]]:
    """The policy's own words on how to talk with the customer during an act."""
    policy, names = desk.world.policy, desk.names
    cited = [element.clauses for what, element in policy.elements if what == "guidance"]
    return [
        {"text": names.text(text), "clause": names.clause(clauses)}
        for (where, text), clauses in zip(policy.guidance, cited, strict=False)
        if where == act
    ]


def letter(desk: Desk, offer: Possible) -> dict[str, str] | None:
    """Where an answer can be looked at as a letter before it goes out, in whose name, and what to say."""
    if offer.act != "respond" or offer.refusal is not None:
        return None
    facts, clock = desk.page.state.facts, desk.reader.clock
    said = {
        "name": str(facts.get("name") or ""),
        "company": desk.reader.house.name,
        "me": desk.reader.account.name,
        "day": clock.day(desk.page.state.received or desk.page.state.registered),
    }
    script = _(
        "Hello %(name)s, this is %(me)s of %(company)s. You complained on %(day)s, and I am calling "
        "with our answer: … Does that settle it for you?"
    ) if said["name"] else _(
        "Hello, this is %(me)s of %(company)s. You complained on %(day)s, and I am calling with our "
        "answer: … Does that settle it for you?"
    )  # fmt: skip
    return {
        "url": address("letter-preview", args=[desk.page.number]),
        "way": forms.control("form"),
        "company": said["company"],
        "me": f"{said['me']} {desk.reader.post}".strip(),
        "script": script % said,
    }


def _signing(
    desk: Desk, act: str, wanted: Field, posted: Mapping[str, str] | None
) -> dict[str, Json]:
    """The drawing that was posted, and who is likely to sign: the customer an answer, else the reader."""
    facts = desk.page.state.facts
    name = str(facts.get("name") or "") if act == "respond" else desk.reader.account.name
    drawn = (posted or {}).get(signing.control(forms.control(wanted.name)), "")
    made: dict[str, Json] = {"drawn": drawn if drawn.startswith(signing.STARTS) else ""}
    return made | ({"suggestion": {"value": name, "label": name}} if name else {})


def _is_fact(act: str) -> bool:
    return act in ("classify", "correct")


def refused(desk: Desk, refusal: Refusal) -> dict[str, Json]:
    """A refusal as ui/say.jinja wants it."""
    return {
        "reason": desk.names.text(refusal.text),
        "clause": desk.names.clause(refusal.clauses),
        "detail": owing_text(desk, refusal),
    }


def owing_text(desk: Desk, refusal: Refusal) -> str:
    """Who owes what is missing, and by when."""
    parts = [
        _("%(who)s owes %(act)s, %(due)s")
        % {
            "who": desk.names.seat(item.seat),
            "act": desk.names.act(item.act),
            "due": desk.reader.clock.by(item.due),
        }
        if item.due
        else desk.names.act(item.act)
        for item in refusal.owing[:3]
    ]
    return _("; ").join(parts)


# -- What will follow ------------------------------------------------------------------------------


def after_this(desk: Desk, offer: Possible) -> list[dict[str, Json]]:
    """What will be owed by whom once the act is done with its good outcome; empty where it depends."""
    if offer.act not in BUTTONS or offer.refusal:
        return []
    data = {"outcome": offer.outcomes[0].name} if offer.outcomes else {}
    act = Act(offer.act, desk.reader.person, desk.reader.now, data, offer.sheet)
    decision = what_follows(
        act,
        policy=desk.page.policy_id,
        case=desk.page.state,
        case_id=desk.page.id,
        now=desk.reader.now,
    )
    if decision.refusal or decision.case is None:
        return []
    before = desk.page.state.debts.keys()
    lines: list[dict[str, Json]] = []
    sheet = decision.case.sheets.get(offer.sheet)
    if offer.act == "issue" and sheet and sheet.to:
        lines.append({
            "at": _("at once"), "who": desk.names.seat(sheet.to), "text": _("receives it"),
        })  # fmt: skip
    new = [debt for key, debt in decision.case.debts.items() if key not in before]
    return lines + debt_lines(desk, sorted(new, key=lambda debt: debt.due))


def debt_lines(desk: Desk, debts: list[Debt]) -> list[dict[str, Json]]:
    """Debts as lines: by when, who, owes what."""
    return [
        {
            "at": desk.reader.clock.phrase(debt.due),
            "who": desk.names.seat(debt.seat),
            "text": _("owes %(act)s") % {"act": desk.names.act(debt.act)},
        }
        for debt in debts
    ]


def words_of(desk: Desk, number: int) -> list[dict[str, str]]:
    """The words on a sheet, as they were filled in so far."""
    sheet = desk.page.state.sheets.get(number)
    if sheet is None:
        return []
    return [
        {
            "label": desk.names.fact(name, *acts_of(desk, sheet.kind)),
            "value": desk.names.value(name, value, desk.reader.clock),
        }
        for name, value in sheet.data.items()
        if value not in (None, "", []) and name not in REPORTED
    ]


def acts_of(desk: Desk, kind: str) -> list[str]:
    """The acts of a sheet's line: whose forms its fields came from."""
    return [step.act for step in desk.world.policy.steps_of(kind)]


def checks(desk: Desk, offer: Possible) -> list[dict[str, Json]]:
    """What separates this decision from the work it judges, each with whether it holds."""
    if offer.act not in BUTTONS:
        return []
    case, me = desk.page.state, desk.reader.person
    about = case.facts.get("about_person")
    handled = doers(desk.page.id, ("dispatch", "resolve", "reply", "draft"), offer.sheet)
    found = [
        {"ok": me not in handled, "text": _("You did not do the work you decide on")
         if me not in handled else _("You did part of the work you decide on yourself")},
        {"ok": about != me, "text": _("You are not the one complained about")},
    ]  # fmt: skip
    sheet = case.sheets.get(offer.sheet)
    post = desk.names.policy.posts.get(post_of(sheet.to)) if sheet and sheet.to else None
    if offer.act == "issue" and post and (post.own_only or post.outside):
        found.append({"ok": True, "text": _("The customer’s phone number is not passed on")})
    return found
