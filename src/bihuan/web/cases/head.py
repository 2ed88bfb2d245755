"""The parts of a case page beside its story: head, agreed times, sheets, acts, files, links."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.channels.model.asking import is_on
from bihuan.desk.permissions import mask_contact
from bihuan.engine import manner
from bihuan.engine.acts import ACTS
from bihuan.engine.assessing import REPORTED
from bihuan.engine.case import Sheet
from bihuan.engine.leading import lead_of, notes_out
from bihuan.engine.posts import resolve
from bihuan.engine.refusal import Refusal
from bihuan.engine.rules import facts_of
from bihuan.engine.say_time import say_length
from bihuan.engine.step import Possible
from bihuan.engine.words import STAGES
from bihuan.records.queries.visibility import Reach
from bihuan.web.addresses import address
from bihuan.web.cases.acting import LETTERS, SPENT, acts_of, owing_text
from bihuan.web.cases.recurrence import recurrence_lines
from bihuan.web.desk import Desk
from bihuan.web.papers import offered
from bihuan.web.words import quoted, tone_of_severity

Json = Any
# What stands in the head or the story; the rest of the facts is listed.
HEADED = frozenset({"name", "contact", "content", "kind", "channel", "category", "demand", "written",
                    "about", "about_unit", "about_person", "anonymous"})  # fmt: skip
NOT_OFFERED = frozenset({"unknown-act", "not-allowed", "done-already", "not-closed", "closed",
                         "no-such-sheet", "wrong-sheet-step", "one-note", "not-linked", "not-held",
                         "not-paused", "nothing-unpaid", "nothing-asked"})  # fmt: skip
MOST_REFUSED, MOST_NAMED = 6, 2
MOST_ACTS = 5


def title_of(desk: Desk) -> str:
    """What a case is about, in one line."""
    case, names = desk.page.state, desk.names
    if case.is_message:
        return _("A message that was received")
    if case.ledger:
        return _("Routine duties")
    content = " ".join(str(case.facts.get("content", "")).split())
    if desk.page.reach is not Reach.WHOLE:
        content = mask_contact(content)
    if not content:
        kind = case.facts.get("kind", "")
        content = names.value("kind", kind, desk.reader.clock)
    return content if len(content) <= 40 else content[:39] + "…"


def head(desk: Desk, *, clear: bool) -> dict[str, Json]:
    """Title, number, severity, facts and stages."""
    page, case, names = desk.page, desk.page.state, desk.names
    severity = case.derived.get("severity", "")
    category = case.facts.get("category")
    trail = [{"label": _("All cases"), "url": address("cases")}]
    if category:
        label = names.value("category", category, desk.reader.clock)
        trail.append({"label": label, "url": address("cases") + f"?category={category}"})
    whole = page.reach is Reach.WHOLE
    hidden = bool(whole and not clear and case.facts.get("contact"))
    return {
        "number": page.number,
        "url": desk.url,
        "title": title_of(desk),
        "trail": trail,
        "severity": names.severity(severity) if severity and not case.ledger else "",
        "severity_tone": tone_of_severity(desk.world.policy, severity),
        "facts": [] if case.ledger else _facts(desk, clear=clear),
        "stages": [] if case.ledger else stages(desk),
        "ended": names.stage(case.stage, case.ended) if case.ended else "",
        "contact_hidden": hidden,
        "contact_url": address("case-contact", args=[page.number]),
        "more": _more_facts(desk) if whole else [],
        "policy": _("%(title)s, version %(number)s")
        % {"title": names.text(desk.world.policy.title), "number": desk.world.policy.version},
        "is_ledger": case.ledger,
        "content": str(case.facts.get("content", "")) if whole else "",
        "limited": not whole,
    }


def _facts(desk: Desk, *, clear: bool) -> list[dict[str, Json]]:
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    facts = case.facts
    found: list[dict[str, Json]] = []
    if desk.page.reach is Reach.WHOLE:
        contact = str(facts.get("contact", ""))
        name = str(facts.get("name", "")) or (_("not given") if not contact else "")
        found.append({
            "label": _("Complainant"), "value": name,
            "note": names.contact(contact) if clear else mask_contact(contact),
        })  # fmt: skip
    about = [
        names.value(key, facts[key], clock)
        for key in ("about_unit", "about_person", "about")
        if facts.get(key)
    ]
    if about:
        found.append({"label": _("About"), "value": about[0], "note": " ".join(about[1:])})
    for key in ("demand", "channel"):
        if facts.get(key):
            value = names.value(key, facts[key], clock)
            found.append({"label": names.fact(key), "value": value})
    if desk.page.reach is Reach.WHOLE:
        for matter in case.outside.values():
            if not matter.get("how"):
                until = matter.get("until")
                note = [matter["their_number"], clock.by(until) if until else ""]
                found.append({
                    "label": _("Outside"), "value": matter["body"], "note": " ".join(note).strip(),
                })  # fmt: skip
    if case.owner:
        found.append({"label": _("Owner"), "value": names.seat(case.owner)})
    return found


def _more_facts(desk: Desk) -> list[dict[str, Json]]:
    case, names = desk.page.state, desk.names
    return [
        {
            "label": names.fact(name),
            "value": mask_contact(str(value))
            if name == "representative_contact"
            else names.value(name, value, desk.reader.clock),
        }
        for name, value in case.facts.items()
        if name not in HEADED and value not in (None, "", [])
    ]


def stages(desk: Desk) -> list[dict[str, Json]]:
    """The seven stages, with the instant each was reached."""
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    reached: dict[str, int] = {"registered": case.registered}
    for entry in desk.page.history:
        for kind, data in entry.effects:
            if kind == "stage":
                reached[data["is"]] = entry.at
    order = list(STAGES)
    stage = case.stage if case.stage in order else ""
    at = order.index(stage) if stage else len(order)
    found = []
    for index, name in enumerate(order):
        state = "past" if index < at else "now" if index == at else "ahead"
        if not stage:
            state = "past" if name in reached else "ahead"
        if name == "archived" and case.ended == "archived":
            state = "now"
        line: dict[str, Json] = {"name": names.stage(name), "state": state}
        if state == "past" and name in reached:
            line["at_text"] = clock.at(reached[name])
        found.append(line)
    return found


def track(desk: Desk) -> dict[str, Json] | None:
    """The agreed feedback time: where it was, is, may go, and where it ends; None without one."""
    case, names, clock, world = desk.page.state, desk.names, desk.reader.clock, desk.world
    if not case.agreed or case.ledger or desk.page.reach is not Reach.WHOLE:
        return None
    allowed = world.policy.may.get("postpone")
    used = case.rounds.get("postpone", 0)
    limit = world.count(allowed.at_most, case) if allowed and allowed.at_most else 0
    before = case.agreed_before[len(case.agreed_before) - used :] if used else ()
    times = [
        {"label": _("First") if index == 0 else _("Change %(number)s") % {"number": index},
         "at_text": clock.until(instant), "state": "past"}
        for index, instant in enumerate(before)
    ]  # fmt: skip
    label = _("Change %(number)s") % {"number": used} if used else _("First")
    times.append({"label": label, "at_text": clock.until(case.agreed), "state": "now"})
    if allowed and limit > used:
        left = ngettext("%(num)s change left", "%(num)s changes left", limit - used)
        times.append({"label": left % {"num": limit - used}, "at_text": _("if the customer agrees"),
                      "state": "ahead"})  # fmt: skip
    if allowed and allowed.then.hand_to is not None:
        seat = resolve(allowed.then.hand_to, case, world, facts_of(case))
        times.append({"label": _("Still unsolved"),
                      "at_text": _("to %(who)s") % {"who": names.post(seat)},
                      "state": "end"})  # fmt: skip
    return {
        "times": times,
        "used": used,
        "limit": limit,
        "clause": names.clause(allowed.at.cited(str(case.facts.get("kind", ""))))
        if allowed
        else None,
    }


def sheets(desk: Desk) -> list[dict[str, Json]]:
    """The sheets of the case that the reader may see, the newest first."""
    case = desk.page.state
    seen = [sheet for sheet in case.sheets.values() if sheet.number in desk.page.sheets]
    return [_sheet(desk, sheet) for sheet in reversed(seen)]


def _sheet(desk: Desk, sheet: Sheet) -> dict[str, Json]:
    case, names, clock = desk.page.state, desk.names, desk.reader.clock
    kind = desk.world.policy.sheets[sheet.kind]
    debts = [debt for debt in case.debts.values() if debt.sheet == sheet.number]
    waits = min(debts, key=lambda debt: debt.due, default=None)
    if sheet.ended:
        state = _("done") if sheet.ended == "done" else _("void")
    else:
        state = _("waits: %(act)s") % {"act": names.act(waits.act)} if waits else _("open")
    steps = [_("drawn up %(time)s") % {"time": clock.at(sheet.opened)}]
    steps += [
        f"{names.act(entry.kind)} {clock.at(entry.at)}"
        for entry in desk.page.history
        if entry.sheet == sheet.number and entry.kind in ACTS
    ]
    lines = [" · ".join(steps)]
    acts = acts_of(desk, sheet.kind)
    lines += evidence_lines(desk, sheet) + recurrence_lines(desk, sheet)
    for name, value in names.in_order(sheet.data, "dispatch", *acts):
        if value not in (None, "", []) and name not in REPORTED:
            text = names.value(name, value, clock)
            lines.append(
                _("%(label)s: %(value)s") % {"label": names.fact(name, *acts), "value": text}
            )
    made: dict[str, Json] = {
        "number": names.sheet(sheet.kind, desk.page.number, sheet.number),
        "to": names.seat(sheet.to) if sheet.to else "",
        "state": state,
        "tone": "done" if sheet.ended == "done" else "",
        "lines": lines,
        "key": sheet.number,
    }
    if len(notes_out(case)) > 1 and sheet.number == lead_of(case):
        made["leads"] = True
    if waits and not sheet.ended:
        made["due"] = waits.due
    if kind.filled and not sheet.ended:
        made["must"] = _(", ").join(names.fact(name) for name in kind.filled)
    return made


def evidence_lines(desk: Desk, sheet: Sheet) -> list[str]:
    """What an assessment says by itself: each act that was late, and the shares of blame."""
    names, clock = desk.names, desk.reader.clock
    found = []
    for item in sheet.data.get("evidence", ()):
        done = clock.at(item["done"]) if item["done"] else _("not yet")
        found.append(_("%(act)s: due %(due)s, done %(done)s, late %(late)s") % {
            "act": names.act(item["act"]), "due": clock.by(item["due"]), "done": done,
            "late": names.text(say_length(item["late"])),
        })  # fmt: skip
    parts = _(", ").join(
        f"{names.post(seat)} {manner.percent(share)}"
        for seat, share in sheet.data.get("shares", {}).items()
    )
    return [*found, _("Shares: %(who)s") % {"who": parts}] if parts else found


def assist_url(desk: Desk) -> str:
    """Where a language model can be asked about the case; empty where none is set up."""
    whole = desk.page.reach is Reach.WHOLE and not desk.reader.is_outside
    return address("case-assist", args=[desk.page.number]) if whole and is_on() else ""


# -- Acts ------------------------------------------------------------------------------------------


def doable(desk: Desk, owed: list[dict[str, Json]]) -> dict[str, Json]:
    """The acts possible now: the first few, the expected one, and the others."""
    seats = desk.reader.viewer.seats
    mine = {
        (debt.act, debt.sheet): debt.due
        for debt in desk.page.state.debts.values()
        if debt.seat in seats
    }
    offers = [one for one in desk.offers if one.refusal is None and one.act in ACTS]
    offers.sort(key=lambda one: (
        (one.act, one.sheet) not in mine, mine.get((one.act, one.sheet), 0), not one.expected,
        one.act not in LETTERS, bool(ACTS[one.act].engine),
    ))  # fmt: skip
    taken: set[str] = set()
    acts = [_act(desk, one, taken) for one in offers]
    first = [one for one, offer in zip(acts, offers, strict=True) if _is_near(offer, mine)]
    first = first[:MOST_ACTS]
    beyond = [one for one in acts if one not in first]
    if len(beyond) == 1:
        first, beyond = first + beyond, []
    expected = offers and (offers[0].act, offers[0].sheet) in mine
    return {
        "acts": first,
        "beyond": beyond,
        "primary": acts[0]["id"] if expected else "",
        "first": acts[0] if expected else None,
        "mine": bool([one for one in owed if one["mine"]]),
    }


def _is_near(offer: Possible, mine: dict[tuple[str, int], int]) -> bool:
    return (offer.act, offer.sheet) in mine or offer.expected or offer.act in LETTERS


def _act(desk: Desk, offer: Possible, taken: set[str]) -> dict[str, Json]:
    names, case = desk.names, desk.page.state
    label = names.act(offer.act)
    several = sum(1 for one in desk.offers if one.act == offer.act and one.refusal is None) > 1
    if offer.sheet and several:
        kind = desk.world.policy.sheets[case.sheets[offer.sheet].kind]
        label = f"{label} {kind.called(desk.page.number, offer.sheet)}"
    letter = LETTERS.get(offer.act, "")
    made = {
        "id": f"{offer.act}-{offer.sheet}",
        "label": label,
        "url": address("case-act", args=[desk.page.number, offer.act])
        + (f"?sheet={offer.sheet}" if offer.sheet else ""),
        "letter": "" if letter in taken else letter,
    }
    taken.add(letter)
    allowed = desk.world.policy.may.get(offer.act)
    if allowed and allowed.at_most:
        limit = desk.world.count(allowed.at_most, case)
        made["label"] = f"{label} {case.rounds.get(offer.act, 0) + 1}/{limit}"
    return made


def not_possible(desk: Desk) -> list[dict[str, Json]]:
    """What can't be done now, what is missing and who owes it; the nearest first."""
    names = desk.names
    found: list[dict[str, Json]] = []
    for offer in desk.offers:
        refusal = offer.refusal
        if refusal is None or refusal.code in NOT_OFFERED or offer.act not in ACTS:
            continue
        if ACTS[offer.act].engine and refusal.code == "not-yours":
            continue
        made: dict[str, Json] = {
            "act": names.act(offer.act), "why": _why_not(desk, refusal),
            "clause": names.clause(refusal.clauses), "ways": _ways_out(desk, refusal),
        }  # fmt: skip
        if refusal.code == SPENT:
            url = address("case-act", args=[desk.page.number, offer.act])
            made["ways"] = [{"label": _("hand it on"), "url": url}]
            found.insert(0, made)
        else:
            found.append(made)
    return found[:MOST_REFUSED]


def _why_not(desk: Desk, refusal: Refusal) -> str:
    """The reason, with the name of who can do it or owes what is missing."""
    names, owing = desk.names, refusal.owing
    if refusal.code == "not-yours" and owing:
        who = names.seats(item.seat for item in owing[:MOST_NAMED])
        dues = [item.due for item in owing if item.due]
        if dues:
            time = desk.reader.clock.by(min(dues))
            return _("for %(who)s to do, by %(time)s") % {"who": who, "time": time}
        return _("for %(who)s to do") % {"who": who}
    why, missing = names.text(refusal.text), owing_text(desk, refusal)
    return _("%(why)s (%(missing)s)") % {"why": why, "missing": missing} if missing else why


def _ways_out(desk: Desk, refusal: Refusal) -> list[dict[str, str]]:
    """What the reader can do about it now: the missing act itself, or to chase who owes it."""
    found: dict[str, str] = {}
    for item in refusal.owing:
        for act in (item.act, "chase"):
            offer = desk.offer(act, item.sheet)
            if offer is not None and offer.refusal is None:
                found.setdefault(_act(desk, offer, set())["url"], desk.names.act(act))
                break
    return [{"label": label, "url": url} for url, label in found.items()][:2]


# -- What belongs to it ----------------------------------------------------------------------------


def papers(desk: Desk) -> list[dict[str, str]]:
    """The forms of the case that the reader may print."""
    found = []
    for offer in offered.offers(desk):
        place = (desk.page.number, offer.code, offer.sheet)
        found.append({
            "title": f"{offer.title} {offer.mark}".rstrip(),
            "pdf": address("paper", args=[*place, "pdf"]),
            "docx": address("paper", args=[*place, "docx"]),
        })  # fmt: skip
    return found


__all__ = ["doable", "head", "not_possible", "quoted", "sheets", "track"]
