"""Where an act fits in a case now, who may do it there, and what must be there before."""

from dataclasses import dataclass, replace

from bihuan.engine.acts import ACTS, AFTER_CLOSING, SAVES, WRITES
from bihuan.engine.apart import done_already, handled_already
from bihuan.engine.approvals import not_the_asker
from bihuan.engine.case import Debt, Sheet
from bihuan.engine.chasing import chasers
from bihuan.engine.chasing import choices as chase_choices
from bihuan.engine.chasing import owed as chaseable
from bihuan.engine.compensation import unpayable
from bihuan.engine.forms import Form, form_of
from bihuan.engine.leading import lead_choices, notes_out
from bihuan.engine.links import cannot_join, owed_to_merged
from bihuan.engine.money import closed_off
from bihuan.engine.needs import NEEDS
from bihuan.engine.organisation import Seat
from bihuan.engine.policy import Allowed, Duty, Periodic, Step
from bihuan.engine.posts import above_owner, acting_seat, is_clean, is_outside, resolve
from bihuan.engine.refusal import Owing, Refusal, refuse
from bihuan.engine.triaging import SET_ASIDE, TRIAGE, may_judge, unfit_to_judge
from bihuan.engine.words import ENDINGS, Text
from bihuan.engine.work import Work

ON_A_LEDGER = frozenset(
    {"remark", "attach", "hold", "release", "review_hold", "not_told"}
)  # beside what it owes
ON_A_LEDGER_ALONE = frozenset({"not_told"})  # it concerns the house, not a complaint
ON_A_MESSAGE = frozenset({TRIAGE, SET_ASIDE})


@dataclass(slots=True)
class Slot:
    """Where an act fits: a step of a line, an owed debt, an allowed act, or the engine's own."""

    kind: str
    act: str
    step: Step | None = None
    sheet: Sheet | None = None
    duty: Duty | Periodic | None = None
    allowed: Allowed | None = None
    debts: tuple[Debt, ...] = ()
    of: str = ""  # the kind of the case
    seat: Seat = ""  # in which whoever does it acts, once that is judged

    @property
    def needs(self) -> tuple[str, ...]:
        row = self.step or self.allowed
        return row.needs if row else ()

    @property
    def clauses(self) -> tuple[str, ...]:
        row = self.step or self.duty or self.allowed
        return row.at.cited(self.of) if row else ()


def find_slot(work: Work, name: str, number: int, item: str = "") -> Slot | Refusal:
    """Where an act fits now, or why it does not."""
    slot = _fitting(work, name, number, item)
    if isinstance(slot, Slot):
        slot.of = work.kind
    return slot


def _fitting(work: Work, name: str, number: int, item: str) -> Slot | Refusal:
    if work.case.ended == "purged":
        return refuse("purged")
    if name == "purge":  # comes by itself, when its time does
        return refuse("not-allowed")
    if number:
        return sheet_slot(work, name, number, item)
    debts = work.open_debts(name, 0, item)
    if work.case.ended and not debts and name not in AFTER_CLOSING - {"reopen"}:
        return refuse("final", ending=ENDINGS[work.case.ended])
    step = work.current()
    if step is not None and step.act == name:
        return Slot("step", name, step=step, debts=work.open_debts(name, 0))
    if refusal := unfit_to_hold(work, name):
        return refusal
    if debts:
        row = work.row(debts[0].row)
        return Slot("owed", name, duty=row if not isinstance(row, Step) else None, debts=debts)
    if work.case.is_message and name in ON_A_MESSAGE:
        return unfit_to_judge(work.case, name) or Slot("engine", name)
    if work.case.ledger or name in ON_A_MESSAGE:
        return Slot("engine", name) if name in ON_A_LEDGER else refuse("not-allowed")
    if name in ON_A_LEDGER_ALONE:
        return refuse("not-allowed")
    if name in work.policy.may:
        return allowed_slot(work, work.policy.may[name])
    if ACTS[name].engine:
        if work.case.stage == "closed" and name not in AFTER_CLOSING:
            return refuse("closed")
        return Slot("engine", name)
    return why_not(work, name, step)


def unfit_to_hold(work: Work, name: str) -> Refusal | None:
    if name == "hold" and work.case.held:
        return refuse("held-already")
    if name in ("release", "review_hold") and not work.case.held:
        return refuse("not-held")
    return None


def sheet_slot(work: Work, name: str, number: int, item: str = "") -> Slot | Refusal:
    sheet = work.case.sheets.get(number)
    if sheet is None:
        return refuse("no-such-sheet", at="sheet", sheet=number)
    if sheet.ended:
        rows = [row for row in work.policy.sheets[sheet.kind].steps if row.act == name]
        clauses = (rows or list(work.policy.sheets[sheet.kind].steps))[0].at.cited(work.kind)
        return refuse(f"sheet-{sheet.ended}", at="sheet", clauses=clauses, sheet=number)
    step = work.current(sheet)
    if step is not None and step.act == name:
        debts = work.open_debts(name, number, item)
        if item and not debts:
            return refuse("done-already", clauses=step.at.cited(work.kind))
        return Slot("step", name, step=step, sheet=sheet, debts=debts)
    if name == SAVES and step is not None and step.act == WRITES:
        return Slot("draft", name, sheet=sheet)
    debts = work.open_debts(step.act, number) if step is not None else ()
    at_addressee = any(sheet.to in (debt.seat, *debt.was) for debt in debts)
    if name == "refuse_sheet" and name in work.policy.may and sheet.step and at_addressee:
        return Slot("may", name, sheet=sheet, allowed=work.policy.may[name])
    waits = ACTS[step.act].text if step else Text("", "")
    return refuse("wrong-sheet-step", at="sheet", step=waits, owing=work.owing_of(number))


def one_of_plan(slot: Slot) -> tuple[Debt, ...]:
    """The debts an act keeps: of several actions planned on a sheet the first that is its doer's own."""
    if slot.sheet is None or len(slot.debts) < 2:
        return slot.debts
    own = [debt for debt in slot.debts if slot.seat in (debt.seat, *debt.was)]
    return tuple((own or list(slot.debts))[:1])


def allowed_slot(work: Work, allowed: Allowed) -> Slot | Refusal:
    if allowed.act == "reopen":
        return (
            Slot("may", "reopen", allowed=allowed)
            if work.case.stage == "closed"
            else refuse("not-closed", clauses=allowed.at.cited(work.kind))
        )
    if work.case.stage == "closed":
        return refuse("closed", clauses=allowed.at.cited(work.kind))
    if allowed.act == "withdraw_request" and (refusal := not_the_asker(work, "")):
        return refusal
    if allowed.act == "pause" and work.case.paused:
        return refuse("paused-already", clauses=allowed.at.cited(work.kind))
    if allowed.act == "resume" and not work.case.paused:
        return refuse("not-paused", clauses=allowed.at.cited(work.kind))
    if allowed.act == "refuse_sheet":
        return refuse("no-such-sheet", at="sheet", sheet=0)
    if allowed.act == "dispatch" and before(work, "dispatch"):
        return why_not(work, "dispatch", work.current())
    return Slot("may", allowed.act, allowed=allowed)


def before(work: Work, act: str) -> bool:
    """Whether the line has not yet come to the step of that act."""
    names = [step.name for step in work.policy.steps]
    step = work.current()
    at = next((i for i, candidate in enumerate(work.policy.steps) if candidate.act == act), -1)
    return step is not None and at >= 0 and names.index(step.name) < at


def why_not(work: Work, name: str, step: Step | None) -> Refusal:
    on_line = [candidate for candidate in work.policy.steps if candidate.act == name]
    if not on_line:
        return refuse("not-allowed")
    clauses = on_line[0].at.cited(work.kind)
    if step is None or all(candidate.name in work.case.marks for candidate in on_line):
        return refuse("done-already", clauses=clauses)
    return refuse(
        "not-yet", clauses=clauses, step=ACTS[step.act].text, owing=work.owing_of(0, "steps.")
    )


def seats_for(work: Work, slot: Slot) -> tuple[Seat, ...]:
    """The seats that may do it: who owes it, who owed it before, or whom the policy allows."""
    if slot.debts:
        return tuple(seat for debt in slot.debts for seat in (debt.seat, *debt.was))
    facts = work.facts()
    if slot.allowed is not None:
        return tuple(
            resolve(who, work.case, work.world, facts, sheet=slot.sheet) for who in slot.allowed.who
        )
    if slot.act == "decline":
        step = work.current()
        return (resolve(step.owes, work.case, work.world, facts),) if step else (work.case.owner,)
    if slot.act == "merge":
        step = work.current()
        owes = (resolve(step.owes, work.case, work.world, facts),) if step else ()
        return (*owes, work.case.owner)
    if slot.act == "name_lead":
        return (work.case.owner,)
    if slot.act in ON_A_MESSAGE:
        return may_judge(work)
    if slot.sheet is not None and slot.act == SAVES:
        return tuple(
            seat
            for debt in work.open_debts(WRITES, slot.sheet.number)
            for seat in (debt.seat, *debt.was)
        )
    if slot.act in ("chase", "renew_code"):
        return chasers(work)
    if slot.act == "release":
        return tuple(debt.seat for debt in work.open_debts("review_hold", 0))
    return (above_owner(work.case, work.world),) if slot.act == "lower_severity" else ()


def not_theirs(work: Work, slot: Slot, by: str) -> Refusal | None:
    if by == "system":
        return None
    other = done_already(by, slot.act, work.case, work.policy) if slot.sheet is None else ""
    if slot.step is not None and slot.step.not_by and not nobody_else(work, slot):
        other = other or handled_already(by, slot.act, work.case, work.policy)
    if other:
        seats = seats_for(work, slot)
        left = any(is_clean(place, work.case, work.world, slot.act) for place in seats)
        return refuse(
            "kept-apart" if left or not seats else "nobody-left",
            clauses=slot.clauses,
            done=ACTS[other].text,
            act=ACTS[slot.act].text,
            who=work.posts_of(seats),
        )
    if slot.act == "rate":
        return _rated(work, slot, by)
    if slot.act == "withdraw_request" and (refusal := not_the_asker(work, by)):
        return refusal
    if by == "customer":
        asked = slot.allowed is not None and any(who.kind == "customer" for who in slot.allowed.who)
        return (
            None
            if ACTS[slot.act].customer or asked
            else refuse("not-yours", clauses=slot.clauses, who=Text("工作人员", "the staff"))
        )
    targets = seats_for(work, slot)
    if slot.kind == "engine" and not targets:
        known = work.world.organisation.seats_of(by) or by == work.world.organisation.administrator
        return None if known else refuse("not-yours", who=Text("本单位员工", "the staff"))
    if slot.act == "chase" and slot.kind == "engine" and not chaseable(work, by):
        return refuse("nobody-to-chase")
    if seat := acting(work, slot, by):
        slot.seat = seat
        return None
    return refuse(
        "not-yours",
        clauses=slot.clauses,
        who=work.posts_of(targets),
        owing=tuple(Owing(d.act, d.seat, d.due, d.sheet) for d in slot.debts)
        or tuple(Owing(slot.act, seat, 0) for seat in targets),
    )


def _rated(work: Work, slot: Slot, by: str) -> Refusal | None:
    """Only the customer rates, and only what was answered."""
    if by != "customer":
        return refuse("not-yours", who=Text("客户", "the customer"))
    if "answered" in work.case.instants:
        return None
    return refuse("not-yet", clauses=slot.clauses, step=ACTS["respond"].text)


def nobody_else(work: Work, slot: Slot) -> bool:
    """Whether the debt found nobody up the ranks who did not handle the case: then who owes it does it."""
    case, world = work.case, work.world
    return any(not is_clean(debt.seat, case, world, slot.act) for debt in slot.debts)


def acting(work: Work, slot: Slot, by: str) -> Seat | None:
    targets = seats_for(work, slot)
    if slot.allowed is not None and any(who.kind == "customer" for who in slot.allowed.who):
        step = work.current()
        targets += (
            (resolve(step.owes, work.case, work.world, work.facts()), work.case.owner)
            if step
            else (work.case.owner,)
        )
    clean = is_outside if slot.step and slot.step.not_by and nobody_else(work, slot) else is_clean
    return acting_seat(by, targets, work.world, work.case, slot.act, clean=clean)


def blocked(work: Work, slot: Slot) -> Refusal | None:
    """What must be there before the act, provided by somebody else (needs that are states; open duties)."""
    if slot.sheet is None and (
        refusal := closed_off(work.case, work.policy, slot.act, slot.clauses)
        or unpayable(work, slot.act, slot.clauses)
    ):
        return refusal
    if refusal := cannot_join(work, slot.act):
        return refusal
    if slot.act in ("withdraw", "decline") and (owing := owed_to_merged(work)):
        return refuse("owes-merged", clauses=slot.clauses, owing=owing)
    if slot.act == "respond" and slot.sheet is None and work.world.awaits:
        return refuse("command-undecided", clauses=slot.clauses, owing=work.world.awaits)
    states = {NEEDS[need].state for need in slot.needs}
    if "sheets returned" in states and any(sheet.step for sheet in work.live_sheets()):
        numbers = [sheet.number for sheet in work.live_sheets() if sheet.step]
        return refuse(
            "sheets-out",
            clauses=slot.clauses,
            owing=tuple(owing for number in numbers for owing in work.owing_of(number)),
        )
    if slot.act == "name_lead" and len(notes_out(work.case)) <= 1:
        return refuse("one-note")
    if "promises kept" in states and (owing := work.owing_of(0, "owed.keep_promise")):
        return refuse("promises-open", clauses=slot.clauses, owing=owing)
    if slot.kind == "step" and slot.act == "close":
        open_rows = tuple(
            debt
            for debt in work.case.debts.values()
            if debt.row.startswith(("owed.", "merged.")) and not debt.sheet
        )
        if open_rows:
            return refuse(
                "open-duty",
                clauses=slot.clauses,
                owing=tuple(Owing(d.act, d.seat, d.due) for d in open_rows),
            )
    return None


def overspent(work: Work, allowed: Allowed) -> Refusal | None:
    count = work.case.rounds.get(allowed.act, 0)
    if not allowed.at_most or count < work.limit(allowed.at_most):
        return None
    if allowed.act == "postpone":
        seat = (
            resolve(allowed.then.hand_to, work.case, work.world, work.facts())
            if allowed.then.hand_to
            else work.case.owner
        )
        return refuse(
            "changes-spent",
            clauses=allowed.at.cited(work.kind),
            count=count,
            who=work.posts_of((seat,)),
        )
    return refuse("budget-spent", clauses=allowed.at.cited(work.kind), count=count)


def form_for(work: Work, slot: Slot, by: str = "") -> Form:
    row = slot.step or (slot.duty if isinstance(slot.duty, Duty) else None)
    on = row.form if row else ""
    facts, limit = work.facts(), work.limit
    if slot.sheet is not None and slot.act == SAVES:
        return unfinished(work, slot.sheet)
    form = form_of(slot.act, slot.needs, work.policy, slot.sheet, slot.clauses, facts, on, limit)
    if slot.act == "name_lead":
        return lead_choices(work, form)
    if slot.act == "chase":
        form = chase_choices(work, form, by)
    if not any(item.kind == "document" for item in form.fields) or not replied(work):
        return form
    fields = tuple(
        replace(item, required=False) if item.kind == "document" else item for item in form.fields
    )
    return replace(form, fields=fields)


def unfinished(work: Work, sheet: Sheet) -> Form:
    """The form of a paper that is being written, of which anything may still be missing."""
    step = work.current(sheet)
    needs = step.needs if step else ()
    form = form_of(WRITES, needs, work.policy, sheet, (), work.facts(), "", work.limit)
    return replace(form, fields=tuple(replace(item, required=False) for item in form.fields))


def replied(work: Work) -> bool:
    """Whether a note drawn up on the main line came back: then the answer stands on that reply."""
    return any(sheet.step and sheet.ended == "done" for sheet in work.case.sheets.values())
