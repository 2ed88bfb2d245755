"""Carrying an accepted act out: its facts, the debts it keeps, its step and what follows."""

from bihuan.engine.acts import ACTS, PAYING_APART, event_of
from bihuan.engine.apart import NOBODY
from bihuan.engine.case import Act
from bihuan.engine.chasing import chase
from bihuan.engine.compensation import unpaid
from bihuan.engine.consequences import (
    finish,
    follow,
    from_step,
    go_back,
    hands_on,
    mark,
    open_sheet,
    renew_evidence,
    trigger,
    trigger_counted,
    trigger_each,
)
from bihuan.engine.granting import keep_conditions
from bihuan.engine.keeping import hold
from bihuan.engine.leading import told_of_others
from bihuan.engine.links import command_of, grown_as, merge_into
from bihuan.engine.money import follows
from bihuan.engine.needs import DOCUMENT_FIELDS
from bihuan.engine.outside import followed, referred
from bihuan.engine.pausing import pause, resume
from bihuan.engine.policy import Consequence, Duty, Periodic, Step, Who
from bihuan.engine.posts import SYSTEM, acting_seat, resolve
from bihuan.engine.preventing import keep_action, noted
from bihuan.engine.refusal import Refusal
from bihuan.engine.rules import answering_row
from bihuan.engine.settling import recompute, settle, severity_rows
from bihuan.engine.slots import ON_A_MESSAGE, Slot, find_slot, form_for, one_of_plan
from bihuan.engine.spans import window_of
from bihuan.engine.telling import owe_notices
from bihuan.engine.triaging import judge
from bihuan.engine.visiting import is_attempt, outcome_of
from bihuan.engine.words import COMPENSATION
from bihuan.engine.work import Work


def register(work: Work, act: Act) -> None:
    data = dict(act.data)
    work.begin()
    work.emit(
        "registered",
        policy=work.policy.code,
        version=work.policy.version,
        unit=str(data.get("unit", "")),
        registered=act.at,
        received=int(data.get("received") or act.at),
        registrar=act.by,
    )
    told = {
        name: value
        for name, value in data.items()
        if name not in ("unit", "received", "linked_to", "conditions_told")
        and value not in (None, "", [])
        and not work.policy.is_counted(name)
    }
    told |= arrival(work)
    told["written"] = "yes" if work.policy.channels[told["channel"]].written else "no"
    if not told.get("name") and not told.get("contact"):
        told["anonymous"] = "yes"
    work.emit("facts", **told)
    keep_conditions(work, data.get("conditions_told"), act.at)
    if data.get("linked_to"):
        work.emit("linked", case=data["linked_to"], **{"as": grown_as(str(data.get("kind", "")))})
    trigger(work, "registered", act.at)
    if work.missing_facts() and work.case.facts.get("anonymous") != "yes":
        trigger(work, "asked missing", act.at)
    if act.by not in ("customer", "system") and not takes_in(work, act.by):
        trigger(work, "told to a member of staff", act.at)
    trigger_counted(work, act)
    settle(work, act.at)
    work.end("register", act.at, act.by, "", 0, data)


def takes_in(work: Work, person: str) -> bool:
    """Whether somebody's post takes complaints in: one that may owe the first step, or one above it."""
    asked, seats = [work.policy.steps[0].owes], []
    while asked:
        who = asked.pop()
        if who.kind == "table":
            rows = work.policy.tables[who.post].rows
            asked += [row.then for row in rows if isinstance(row.then, Who)]
        else:
            seats.append(resolve(who, work.case, work.world, work.facts()))
    return acting_seat(person, tuple(seats), work.world) is not None


def arrival(work: Work) -> dict[str, str]:
    """The facts found by the calendar: in which window the message arrived (HOME-7.3)."""
    window = window_of(work.case.received, work.world.calendars["usual"])
    return {fact.name: window for fact in work.policy.facts.values() if fact.by_calendar}


def carry_out(work: Work, act: Act, slot: Slot | None = None) -> None:
    work.begin()
    work.by = act.by
    if act.name in ("resettle", "recompute", "recount"):
        if act.name == "recompute":
            recompute(work)
        trigger_counted(work, act)
        settle(work, act.at)
        work.end(act.name, act.at, act.by, SYSTEM, 0, act.data)
        return
    found = slot or find_slot(work, act.name, act.sheet, str(act.data.get("item", "")))
    assert isinstance(found, Slot), found
    slot = found
    slot.debts = one_of_plan(slot)
    seat = SYSTEM if act.by == "system" else slot.seat
    take_facts(work, act, slot)
    keep_conditions(work, act.data.get("conditions_told"), act.at)
    cite(work, act, slot)
    keep_debts(work, slot, act)
    remember(work, slot, act)
    if slot.sheet is None and act.name == "respond" and (command := command_of(work.case)):
        work.emit("followed", case=command)
    if slot.step is not None:
        do_step(work, slot, act)
    elif isinstance(slot.duty, Duty) and slot.duty.when == "referred":
        followed(work, act, slot.duty, slot.debts[0].item)
    elif isinstance(slot.duty, Duty) and slot.duty.tries:
        do_tried(work, slot, slot.duty, act)
    elif slot.allowed is not None:
        do_allowed(work, slot, act)
    elif ACTS[act.name].engine or act.name in ON_A_MESSAGE:  # owed or not
        do_engine(work, act)
    if act.name == "refer" and not act.sheet:
        referred(work, act)
    event = event_of(act.name)
    if event and not act.sheet and act.data.get("outcome") != "not arrived":
        work.emit("instant", name=event, at=act.at)
        trigger_each(work, event, act)
    trigger_counted(work, act)
    settle(work, act.at)
    work.end(act.name, act.at, act.by, seat, act.sheet, act.data)


def remember(work: Work, slot: Slot, act: Act) -> None:
    """Goods and money counted, the score a visit brought, and who did what different people must do."""
    apart = any(act.name in acts for acts in work.policy.avoided.values())
    if slot.sheet is None:
        if changed := follows(work.case, act.name, act.data):
            work.emit("goods", **changed)
        if act.data.get("score") and not work.case.ledger:
            name = "rating" if act.name == "rate" else "satisfaction"
            work.emit("facts", **{name: act.data["score"]})
        apart = apart or is_apart(work, act, slot.step)
    if apart and act.by not in NOBODY:
        work.emit("did", act=act.name, by=act.by)
    if act.name == "appoint_command":
        named = (act.data["commander"], *act.data.get("members", ()))
        seats = [seat for who in named for seat in work.world.organisation.own_seats(who)[:1]]
        work.emit("commanded", seats=seats)
    if act.name == "new_case":
        work.emit("linked", case=act.data["case"], **{"as": "related"})
    if act.name == "appeal_received" and act.data.get("case"):
        work.emit("linked", case=act.data["case"], **{"as": "appealed"})


def is_apart(work: Work, act: Act, step: Step | None) -> bool:
    """Whether an act is one of those that different people must do (K7).

    Whoever names the amount of compensation proposes it, by whatever act (take_facts); an approval
    counts where it stands for that amount.
    """
    if act.name == "propose":
        return False
    if act.name == "approve" and work.policy.apart.get("approve") == PAYING_APART["approve"]:
        return step is not None and COMPENSATION in step.approves
    return act.name in work.policy.apart


def do_tried(work: Work, slot: Slot, duty: Duty, act: Act) -> None:
    """One of a list was called: not reached, or what their answers come to."""
    key = attempts_of(slot)
    if is_attempt(work, duty, key, act):
        work.emit("attempted", step=key, day=work.day(act.at))
        return
    work.emit("attempted", step=key, day="")
    if outcome_of(work, duty, act) == "unsatisfied":
        trigger(work, "visit not satisfied", act.at, slot.debts[0].item)


def take_facts(work: Work, act: Act, slot: Slot) -> None:
    told = {}
    own = {field.name for field in ACTS[act.name].fields}
    for name, value in act.data.items():
        is_fact = name in work.policy.facts or name in ("about_unit", "about_person")
        if (
            is_fact
            and not work.policy.is_counted(name)
            and name not in own
            and value not in (None, "", [])
            and value != work.case.facts.get(name)
        ):
            told[name] = value
    if told:
        work.emit("facts", **told)
    proposes = COMPENSATION in work.policy.facts and act.data.get(COMPENSATION) is not None
    if proposes and "propose" in work.policy.apart and act.by not in NOBODY:
        work.emit("did", act="propose", by=act.by, anew=1)  # what counts is the proposal as it is
    if slot.sheet is not None:
        filled = {
            name: value
            for name, value in act.data.items()
            if name != "outcome" and value not in (None, "", [])
        }
        item = slot.debts[0].item if slot.debts else ""
        if filled := noted(slot.sheet, act.name, item, filled):
            work.emit("sheet filled", number=slot.sheet.number, data=filled)


def cite(work: Work, act: Act, slot: Slot) -> None:
    """What was cited is kept with its hash: nobody has to look it up again."""
    if not DOCUMENT_FIELDS & act.data.keys():
        return
    for item in form_for(work, slot).fields:
        told = act.data.get(item.name) if item.kind == "document" else None
        found = work.world.library.find(str(told).strip(), act.at) if told else None
        if found is not None:
            work.emit("cited", document=found.document, version=found.label, hash=found.hash)


def keep_debts(work: Work, slot: Slot, act: Act) -> None:
    row = slot.step or (slot.duty if isinstance(slot.duty, Duty) else None)
    if row is not None and is_attempt(work, row, attempts_of(slot), act):
        return
    if is_part(work, act):
        return
    for debt in slot.debts:
        if (
            slot.duty is not None
            and not isinstance(slot.duty, Periodic)
            and (
                slot.duty.for_each
                or slot.duty.timing.by == "promised date"
                or slot.duty.when == "referred"
                or slot.duty.when.startswith("sheet overdue")  # one chase for each sheet
                or slot.duty.when == "visit not satisfied"
            )
            and debt is not slot.debts[0]
        ):
            continue
        work.emit("kept", id=debt.id, at=act.at, late=act.at > debt.first_due)
        if debt.passed:
            renew_evidence(work, debt, act.at)
        if debt.row.startswith("pause."):
            resume(work, act.at)
        if debt.row.startswith("owed."):
            work.emit("since", sheet=0, step=debt.row, at=act.at)
            if work.case.ended:
                work.emit("instant", name="outlived", at=act.at)


def attempts_of(slot: Slot) -> str:
    """What the attempts of a step, or of one item of a row of `owed`, are kept under."""
    if slot.step is not None:
        return slot.step.name
    return f"{slot.debts[0].row}#{slot.debts[0].item}" if slot.debts else ""


def is_part(work: Work, act: Act) -> bool:
    """Whether a payment leaves a rest of what was approved."""
    return act.name == "compensate" and int(act.data["amount"]) < unpaid(work)


def do_step(work: Work, slot: Slot, act: Act) -> None:
    step, sheet = slot.step, slot.sheet
    assert step is not None
    if act.data.get("outcome") == "unreachable" and step.tries:
        work.emit("attempted", step=step.name, day=work.day(act.at))
        if len(work.case.attempts[step.name]) < work.limit(step.tries):
            return
    if step.act == "compensate" and unpaid(work):
        return
    item = slot.debts[0].item if slot.debts else ""
    if sheet is not None and item and keep_action(work, sheet, step, item):
        return
    word = ACTS[step.act]
    outcome = outcome_of(work, step, act) or "done"
    good = not word.outcomes or outcome == word.outcomes[0].name
    if good:
        mark(work, step, sheet, outcome)
    else:
        follow(
            work, step.outcomes.get(outcome, Consequence(go_on=True)), step, sheet, outcome, act.at
        )
    if step.act == "acknowledge" and isinstance(act.data.get("agreed_time"), int):
        work.emit("agreed", at=act.data["agreed_time"])
    if step.opens and good and sheet is None:
        open_step_sheet(work, step, act)
    if sheet is not None and good and step.act in ("issue", "countersign"):
        trigger(work, f"sheet {sheet.kind} issued", act.at, str(sheet.number))
    if sheet is not None and step.act == "reply":
        work.emit("instant", name="replied", at=act.at)
        trigger(work, f"sheet {sheet.kind} replied", act.at, str(sheet.number))
        if (lead := told_of_others(work.case, work.policy, sheet.number)) is not None:
            about = {"what": "note answered", "sheet": sheet.number, "kind": sheet.kind}
            work.emit("told", seat=lead.to, **about)


def open_step_sheet(work: Work, step: Step, act: Act) -> None:
    name = step.opens
    if name in work.policy.tables:
        row = answering_row(work.policy.tables[name], work.facts(), work.limit)
        name = str(row.then) if row else ""
    if name in work.policy.sheets:
        open_sheet(work, work.policy.sheets[name], step.name, act.at, data=act.data)
        take_lead(work, act)


def take_lead(work: Work, act: Act) -> None:
    """A note drawn up to lead the others does so from now on."""
    if act.data.get("lead") == "yes":
        work.emit("lead", number=len(work.case.sheets))


def do_allowed(work: Work, slot: Slot, act: Act) -> None:
    allowed = slot.allowed
    assert allowed is not None
    if allowed.at_most:
        work.emit(
            "counted",
            sheet=0,
            what=allowed.act,
            **{"is": work.case.rounds.get(allowed.act, 0) + 1},
        )
    if allowed.act == "postpone":
        agree_again(work, int(act.data["new_time"]))
        return
    if allowed.act == "pause":
        pause(work, allowed, act.at, int(act.data["until"]))
        return
    if allowed.act == "resume":
        resume(work, act.at)
        return
    if allowed.act == "withdraw_request":
        take_back(work, allowed.back_to, act.at)
        return
    if allowed.act == "waive":
        for payment in (row for row in work.policy.steps if row.act == "compensate"):
            mark(work, payment, None, "waived")
    if allowed.act == "promise":
        work.emit("promised", date=int(act.data["date"]))
    if allowed.opens:
        step = next((step.name for step in work.policy.steps if step.act == "dispatch"), "dispatch")
        open_sheet(work, work.policy.sheets[allowed.opens], step, act.at, data=act.data)
        take_lead(work, act)
    if allowed.act == "withdraw":
        finish(work, "withdrawn", act.at)
    elif allowed.back_to:
        go_back(work, allowed.back_to, None, act.at)
        work.emit("over", how="")
    else:
        follow(work, allowed.then, None, slot.sheet, allowed.act if slot.sheet else "", act.at)


def take_back(work: Work, targets: tuple[str, ...], at: int) -> None:
    """The request is no longer asked, and the line is back at what asked it; no clock starts anew."""
    for debt in work.open_debts("approve", 0):
        work.emit("void", id=debt.id, at=at, why="request withdrawn")
    work.emit("unmarked", sheet=0, steps=from_step(work, targets, None))


def agree_again(work: Work, new_time: int) -> None:
    """A new agreed time: the debts owed by the agreed time, and only they, move to it (MALL-5.6)."""
    work.emit("agreed", at=new_time)
    for debt in tuple(work.case.debts.values()):
        row = work.row(debt.row)
        if row is not None and row.timing.by == "agreed time":
            judged = debt.first_due if debt.lapses else new_time  # a breach stays one
            work.emit("moved", id=debt.id, due=new_time, first_due=judged, why="postponed")
    for name in tuple(work.case.bounds):
        step = work.policy.step("", name)
        if step is not None and step.timing.by == "agreed time":
            work.emit("bound", step=name, due=0)  # the customer agreed to the new one


def spend(work: Work, act: Act, refusal: Refusal) -> None:
    """One change too many: refused, and the case handed on in the same step (MALL-5.6)."""
    then = work.policy.may[act.name].then
    if not hands_on(work, then):
        return
    work.begin()
    work.emit("refused", act=act.name, code=refusal.code)
    follow(work, then, None, None, "", act.at)
    settle(work, act.at)
    work.end("refused", act.at, act.by, "", act.sheet, {"act": act.name, "code": refusal.code})


def do_engine(work: Work, act: Act) -> None:
    name, data = act.name, act.data
    if name == "decline":
        finish(work, "declined", act.at)
    elif name == "link":
        work.emit("linked", case=data["case"], **{"as": data["as"]})
    elif name == "unlink":
        work.emit("linked", case=data["case"], **{"as": ""})
    elif name == "name_representative":
        work.emit("facts", **{field.name: data[field.name] for field in ACTS[name].fields})
    elif name == "merge":
        merge_into(work, str(data["case"]), act.at)
        finish(work, "merged", act.at)
    elif name == "name_lead":
        work.emit("lead", number=int(data["lead_sheet"]))
    elif name == "chase":
        chase(work, data, act.by)
    elif name in ("hold", "release", "review_hold"):
        hold(work, act)
    elif name == "attach" and work.case.stage == "closed":
        trigger(work, "late evidence", act.at)
    elif name in ON_A_MESSAGE:
        judge(work, name, data)
    elif name in ("remark", "attach") and act.by == "customer" and act.at > work.case.registered:
        trigger(work, "customer added", act.at)
    elif name == "not_reached":
        trigger(work, "not reached", act.at)
    elif name == "not_told":
        owe_notices(work, act.at)
    elif name == "lower_severity":
        work.emit("severity", answered=list(severity_rows(work)), **{"is": data["severity"]})
