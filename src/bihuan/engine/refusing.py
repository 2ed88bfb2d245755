"""Why an act is not possible now: forbidden first, then not theirs, then what is missing."""

from dataclasses import replace

from bihuan.engine.acts import ACTS
from bihuan.engine.addressing import not_addressable
from bihuan.engine.case import Act, Json
from bihuan.engine.compensation import overpaid
from bihuan.engine.forms import Form, check_counts, check_form, check_times, counts
from bihuan.engine.granting import not_granted
from bihuan.engine.library import citing
from bihuan.engine.links import unfit_to_join
from bihuan.engine.money import forbidden
from bihuan.engine.needs import NEEDS, SHEET_FIELDS
from bihuan.engine.policy import Duty
from bihuan.engine.posts import is_walled
from bihuan.engine.preventing import BROUGHT, JUDGES, not_effective, unfit_plan
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import questions_on
from bihuan.engine.slots import Slot, blocked, find_slot, form_for, not_theirs, overspent
from bihuan.engine.triaging import without_case
from bihuan.engine.words import Text
from bihuan.engine.work import Work

# What the system does to a case of itself: posts, a calendar or how often its problem came have changed.
BY_ITSELF = frozenset({"resettle", "recompute", "recount"})
# What an act carries beside its form: the debt it is about, the case it opens, what was counted for it.
HIDDEN = {"appeal_received": {"case"}, JUDGES: BROUGHT}


def judged(work: Work, act: Act, now: int) -> Refusal | Slot | None:
    """Why this act is not possible now, or the slot it fits in; None for acts that need none."""
    if act.name not in ACTS and act.name not in BY_ITSELF:
        return refuse("unknown-act", act=act.name)
    if act.at > now:
        return refuse("in-the-future", at="at")
    if act.at < work.case.registered and act.by != "system":
        return refuse("before-registration", at="at")
    if act.name in BY_ITSELF:
        return check_counts(act.data, work.world) if act.by == "system" else refuse("not-allowed")
    slot = find_slot(work, act.name, act.sheet, str(act.data.get("item", "")))
    if act.by not in ("customer", "system") and is_walled(act.by, work.case, work.world):
        return refuse("walled", clauses=slot.clauses if isinstance(slot, Slot) else ())
    if isinstance(slot, Refusal):
        return slot
    return not_theirs(work, slot, act.by) or unmet(work, slot, act, now) or slot


def unmet(work: Work, slot: Slot, act: Act, now: int) -> Refusal | None:
    if refusal := blocked(work, slot):
        return refusal
    if slot.allowed is not None and (refusal := overspent(work, slot.allowed)):
        return refusal
    form = form_for(work, slot, act.by)
    hidden = HIDDEN.get(act.name, {"item"})
    data = {name: value for name, value in act.data.items() if name not in hidden}
    facts = work.facts()
    return (
        unstocked(work, form, data)
        or incomplete(slot, check_form(form, data, facts, work.world))
        or check_times(form, data, work.case, work.world, facts, now)
        or not_addressable(work, slot, data)
        or not_granted(work, slot.step, data)
        or unfit_plan(work, slot.sheet, data, now)
        or not_effective(work, slot.step, act)
        or ruled_out(work, slot, data)
        or forbidden(work.case, act.name, data, slot.clauses)
        or overpaid(work, act.name, act.by, data, slot.clauses)
        or unfit(work, slot, data)
        or uncitable(work, slot, form, data, act.at)
        or unfit_to_join(work, act)
    )


def unstocked(work: Work, form: Form, data: dict[str, Json]) -> Refusal | None:
    """A document is to be cited and the organisation has not published any."""
    if work.world.library.documents:
        return None
    keeper = work.policy.posts.get(work.policy.library)
    who = keeper.text if keeper else Text("管理员", "administrator")
    for field in form.fields:
        wanted = field.required and counts(field, work.facts(), data)
        if field.kind == "document" and (wanted or data.get(field.name)):
            return refuse("no-library", at=field.name, clauses=form.clauses, who=who)
    return None


def uncitable(work: Work, slot: Slot, form: Form, data: dict[str, Json], at: int) -> Refusal | None:
    """A document cited that could not answer at the instant of the act (AUTO-5.2.1a)."""
    for field in form.fields:
        if field.kind != "document" or not (cited := data.get(field.name)):
            continue
        copied = any(NEEDS[need].state == "document in force" for need in slot.needs)
        topic = str(work.facts().get("category") or "")
        library, calendar = work.world.library, work.world.calendars["usual"]
        found = citing(library, cited, at=at, topic=topic, copied=copied, calendar=calendar)
        if found is not None:
            return replace(found, field=field.name, clauses=slot.clauses)
    return None


def incomplete(slot: Slot, refusal: Refusal | None) -> Refusal | None:
    """What a note asks its addressee to fill in is missing as a part of the note (MALL-5.3)."""
    if refusal is None or refusal.code != "missing-field" or slot.sheet is None:
        return refusal
    if "all fields filled" not in slot.needs or refusal.field not in SHEET_FIELDS:
        return refusal
    field = SHEET_FIELDS[refusal.field]
    return refuse("sheet-incomplete", at=field.name, clauses=refusal.clauses, field=field.text)


def ruled_out(work: Work, slot: Slot, data: dict[str, Json]) -> Refusal | None:
    """The first answer with which the act cannot end well; None where it does not, or none stands against it."""
    row = slot.step or (slot.duty if isinstance(slot.duty, Duty) else None)
    good = ACTS[slot.act].outcomes[0] if ACTS[slot.act].outcomes else None
    if row is None or (good is not None and data.get("outcome") != good.name):
        return None
    for question in questions_on(work.policy, row.form, work.facts(), work.limit):
        answer = data.get(question.name)
        if answer in question.fails:
            return refuse(
                "item-failed",
                at=question.name,
                clauses=question.at.cited(work.kind) or slot.clauses,
                item=question.text,
                answer=question.values[answer],
                outcome=good.text if good else ACTS[slot.act].text,
            )
    return None


def unfit(work: Work, slot: Slot, data: dict[str, Json]) -> Refusal | None:
    """Values that are of their type but do not meet the need they stand for."""
    clauses, facts = slot.clauses, work.facts()
    if refusal := without_case(slot.act, data):
        return refusal
    for state in (NEEDS[need].state for need in slot.needs):
        if state == "consent" and data.get("consent") != "yes":
            return refuse("no-consent", clauses=clauses, at="consent")
        if state == "disclosure" and data.get("disclosure_checked") != "yes":
            return refuse("undisclosed", clauses=clauses, at="disclosure_checked")
        told = data.get("conditions_told") or facts.get("conditions_told")
        if state == "conditions told" and told != "yes":
            return refuse("conditions-not-told", clauses=clauses, at="conditions_told")
        if state == "outside path" and data.get("outside_path") != "yes":
            return refuse("path-not-told", clauses=clauses, at="outside_path")
        if (
            state == "written answer"
            and facts.get("written") == "yes"
            and not (is_written_answer(data, facts) and data.get("company_name") == "yes")
        ):
            return refuse("not-written", clauses=clauses, at="form")
        if state == "same channel" and not told_well(str(data.get("told_by")), facts):
            return refuse("other-channel", clauses=clauses, at="told_by")
    if data.get("answered_to") == "representative" and facts.get("authorised") != "yes":
        return refuse("not-authorised", clauses=clauses, at="answered_to")
    if slot.act == "approve_adoption":
        signed = [data.get(name) for name in ("author", "reviewer", "approver")]
        if len(set(signed)) < len(signed):
            return refuse("same-person", clauses=clauses, at="approver")
    if slot.act == "review_hold" and data["outcome"] == "needed" and not data.get("review"):
        field = next(field for field in ACTS[slot.act].fields if field.name == "review")
        return refuse("missing-field", at="review", field=field.text)
    if slot.act == "lower_severity":
        levels = work.policy.levels
        if data.get("severity") not in levels or levels.index(
            str(data["severity"])
        ) >= levels.index(work.case.derived.get("severity", levels[0])):
            return refuse("level-too-high", at="severity")
    return None


def told_well(told_by: str, facts: dict[str, Json]) -> bool:
    if told_by == "phone":
        return facts.get("channel") == "phone"
    return told_by == "same channel" or not facts.get("contact")


def is_written_answer(data: dict[str, Json], facts: dict[str, Json]) -> bool:
    """In writing; whoever left no address is answered at the query code, which is writing too."""
    return data.get("form") == "written" or (
        data.get("form") == "query code" and not facts.get("contact")
    )
