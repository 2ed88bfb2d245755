"""What stands beside the register page: what follows, who calls, what is alike, what to say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.desk import addresses, worlds
from bihuan.desk.permissions import mask_phone
from bihuan.engine.alike import Likeness
from bihuan.engine.case import Case
from bihuan.engine.forms import fact_field
from bihuan.engine.handles import handles
from bihuan.engine.policy import Who
from bihuan.engine.posts import resolve
from bihuan.engine.rules import facts_of
from bihuan.engine.step import Decision
from bihuan.records.queries.alike import alike as alike_cases
from bihuan.records.queries.alike import told_of
from bihuan.records.queries.answer_times import answer_times
from bihuan.records.queries.cases import Customer, Listed, find_party_by_phone
from bihuan.records.queries.customers import customers_by, customers_called
from bihuan.web.addresses import address
from bihuan.web.cases import citing
from bihuan.web.cases.together import why
from bihuan.web.register.counter import Counter, decide, latest
from bihuan.web.register.offers import came_before
from bihuan.web.shell import Reader
from bihuan.web.words import DAY, HOUR, Names, length, tone_of_stage

Json = Any
MOST_EARLIER = 5
MOST_ALIKE = 4
JOINS = ("link", "merge")  # what may be done with a case alike, on the new case's page
ANSWERS = ("respond", "resolve")  # the first of them the policy has is what a customer waits for


def quick(at: Counter, decision: Decision) -> list[dict[str, Json]]:
    """Times to offer at once: soon, this evening, tomorrow noon and evening, the last allowed one."""
    clock, now = at.reader.clock, at.reader.now
    last = latest(at, decision) or now + 3 * DAY
    soon = -(-(now + 2 * HOUR) // HOUR) * HOUR
    offered = [soon, *(clock.midnight(day) + hour * HOUR for day, hour in
                       ((0, 18), (1, 12), (1, 18), (2, 12), (2, 18)))]  # fmt: skip
    fitting = sorted({at for at in offered if now + HOUR < at <= last})[:4]
    return [{"value": str(at), "label": clock.phrase(at)} for at in fitting]


def tell_by(at: Counter) -> str:
    """By when the customer must have been told, if not now; and under which clause."""
    decision = decide(at, {})
    first = at.policy.steps[0].act if at.policy.steps else ""
    if decision.case is None:
        return ""
    due = [debt.due for debt in decision.case.debts.values() if debt.act == first]
    return at.reader.clock.phrase(min(due)) if due else ""


def guidance(at: Counter) -> list[dict[str, Json]]:
    """The policy's own words on how to talk with the customer."""
    cited = [element.clauses for what, element in at.policy.elements if what == "guidance"]
    return [
        {"text": at.names.text(text), "clause": at.names.clause(clauses)}
        for (where, text), clauses in zip(at.policy.guidance, cited, strict=False)
        if where in ("register", "")
    ]


def consequences(at: Counter, decision: Decision) -> list[dict[str, Json]]:
    """Severity, owner, who is told, what the reader owes next."""
    case, names, clock = decision.case, at.names, at.reader.clock
    if case is None:
        return []
    made = []
    if severity := case.derived.get("severity", ""):
        made.append({"label": _("Severity"), "value": names.severity(severity)})
    owner = case.owner or _future_owner(at, case)
    if owner:
        made.append({"label": _("Goes to"), "value": names.seat(owner)})
    others = {
        debt.seat: debt for debt in case.debts.values() if debt.seat not in at.reader.viewer.seats
    }
    if others:
        seat, debt = next(iter(others.items()))
        made.append({"label": _("Also owes"),
                     "value": f"{names.seat(seat)} · {names.act(debt.act)}"})  # fmt: skip
    debts = sorted(case.debts.values(), key=lambda debt: debt.due)
    ruling = worlds.ruling(at.version, at.reader.now)
    mine = [debt for debt in debts if debt.seat in at.reader.viewer.seats]
    for debt in (mine or debts)[:1]:
        what = f"{names.act(debt.act)} · {clock.phrase(debt.due)}"
        made.append({
            "label": _("You owe next") if mine else _("Owed next"),
            "value": what if mine else f"{names.seat(debt.seat)} · {what}",
            "clause": names.clause(ruling.clauses(debt.row, str(case.facts.get("kind", "")))),
        })  # fmt: skip
    return made


def _future_owner(at: Counter, case: Case) -> str:
    """The owner the table would name, where it is named only later."""
    if "owner" not in at.policy.tables:
        return ""
    return resolve(Who("table", "owner"), case, at.world, facts_of(case))


def missing(at: Counter, data: Mapping[str, Json]) -> list[str]:
    """What the policy asks for at registration and that is not typed yet; nothing of it blocks."""
    return [
        at.names.text(fact_field(fact).text)
        for fact in at.policy.facts.values()
        if fact.asked == "registration"
        and fact.concerns(data.get("kind"))
        and not data.get(fact.name)
        and not (fact.name == "contact" and data.get("phone"))
    ]


def known(at: Counter, data: Mapping[str, Json]) -> list[Customer]:
    """Customers by the phone number (whole, or its last four), by what the policy finds them by (a
    plate, an order, a house) or, without a number, by the name.
    """
    viewer = at.reader.viewer
    phone, name = str(data.get("phone", "")), str(data.get("name", ""))
    digits = addresses.normal_phone(phone)
    found: list[Customer] = []
    if "*" not in phone and (len(digits) >= 7 or len(digits) == 4):
        found = find_party_by_phone(digits, viewer, limit=5)
    found += customers_by(handles(data, at.policy), viewer)
    if not found and name and not digits:
        found = customers_called(name, viewer)
    return list({one.id: one for one in found}.values())


def history(reader: Reader, found: Sequence[Customer]) -> list[dict[str, Json]]:
    """These customers with their earlier cases, numbers masked."""
    return [
        {
            "id": one.id,
            "name": one.name or _("unnamed"),
            "phone": mask_phone(one.phone),
            "note": came_before(one),
            "cases": [_earlier(reader, case) for case in one.cases[:MOST_EARLIER]],
        }
        for one in found
    ]


def _earlier(reader: Reader, case: Listed) -> dict[str, Json]:
    names = Names(worlds.policy_of(case.policy_id), reader.organisation, reader.language)
    return {
        "on_text": reader.clock.day(case.registered_at),
        "title": case.title or case.number,
        "state": names.stage(case.stage, case.ended),
        "tone": tone_of_stage(case.stage, case.ended),
        "url": address("case", args=[case.number]),
    }


def to_say(at: Counter, typed: Mapping[str, Json]) -> str:
    """Words to close the call with: what was written down, and when the customer hears from us."""
    name, agreed = str(typed.get("name") or ""), typed.get("agreed_time")
    parts = []
    if name:
        parts.append(pgettext("said to a customer", "%(name)s,") % {"name": name})
    parts.append(_("I have written down all you said."))
    if isinstance(agreed, int):
        by = at.reader.clock.phrase(agreed)
        parts.append(
            _("We call you back by %(time)s, whether there is a result or not.") % {"time": by}
        )
    elif by := tell_by(at):
        parts.append(_("By %(time)s you will hear what happens next.") % {"time": by})
    return (" " if at.names.language == "en" else "").join(parts)


def odds(at: Counter, typed: Mapping[str, Json], times: Sequence[Mapping[str, Json]]) -> str:
    """How likely each offered time is to be kept, by how long answers took of late; empty where
    too little is known.
    """
    acts = [act for act in ANSWERS if any(step.act == act for step in at.policy.steps)][:1]
    now, category = at.reader.now, str(typed.get("category") or "")
    found = answer_times(at.policy.code, category, acts, now) if acts else None
    if found is None:
        return ""
    shares = [
        _("%(time)s: %(share)s %%") % {"time": one["label"], "share": share}
        for one in times
        if (share := found.share_within(int(one["value"]) - now)) is not None
    ]
    usual = _("half of the last %(count)s alike were answered within %(time)s") % {
        "count": len(found.took),
        "time": length(found.usual),
    }
    return _("; ").join([usual, *shares])


def documents(at: Counter, data: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The documents in force about the chosen category, at hand while the customer is on the phone."""
    category = str(data.get("category") or "")
    if not category:
        return []
    found = citing.citable(at.world, {"category": category}, 0, at.reader.now)
    return citing.at_hand(found)


def alike(at: Counter, data: Mapping[str, Json], known: Sequence[Customer]) -> dict[str, Json]:
    """Cases that may be one matter with this one, each with why; and all of them in one sentence."""
    reader = at.reader
    complainant = known[0].id if known else ""
    found = alike_cases(
        reader.viewer, told_of(0, data, reader.now, complainant, at.unit), limit=MOST_ALIKE
    )
    return {
        "why": at.names.text(found.group.text)
        if found.group and len(found.group.cases) > 1
        else "",
        "cases": [_alike(at, case, like) for case, like in found.found],
    }


def _alike(at: Counter, case: Listed, like: Likeness) -> dict[str, Json]:
    reader = at.reader
    names = Names(worlds.policy_of(case.policy_id), reader.organisation, reader.language)
    units = reader.organisation.units
    due = reader.clock.phrase(case.next_due_at) if case.next_due_at and case.is_open else ""
    unit = units[case.about_unit].name if case.about_unit in units else ""
    owner = names.seat(case.owner) if case.owner else ""
    state = names.stage(case.stage, case.ended)
    return {
        "title": case.title or case.number,
        "number": case.number,
        "url": address("case", args=[case.number]),
        "line": " · ".join(part for part in (unit, state, owner, due) if part),
        "joins": [
            {"value": f"{how}:{case.number}:{like.kind}", "label": at.names.act(how)}
            for how in JOINS
        ],
        "reason": f"{why(at.names, like)} · {reader.clock.day(case.registered_at)}",
    }
