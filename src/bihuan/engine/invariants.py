"""What must hold of every case at every moment, whatever a policy says; proved by tests, asked by verify.

K1 somebody owes the next act · K2 debts end for a reason · K3 a pause is covered · K4 the wall ·
K5 severity, ranks and counters only rise within a round · K6 budgets · K7 money · K8 closed stays closed ·
K10 nothing moves a due later but postponing, pausing and the next rung.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bihuan.engine.acts import ACTS, AFTER_CLOSING, JUDGING
from bihuan.engine.apart import NOBODY
from bihuan.engine.case import KEEPING, Case, Debt, Event, Sheet, apply
from bihuan.engine.compensation import approved, paid, proposed
from bihuan.engine.money import payable
from bihuan.engine.organisation import Organisation, Seat, post_of, unit_of
from bihuan.engine.pausing import stands
from bihuan.engine.posts import CUSTOMER, SYSTEM, is_walled, ladder, outranks
from bihuan.engine.rules import rank
from bihuan.engine.settling import outlasts
from bihuan.engine.triaging import TRIAGE, is_judged
from bihuan.engine.words import ENDINGS, STAGES, Text
from bihuan.engine.work import Work
from bihuan.engine.world import World

_BY_ITSELF = frozenset(
    {"lapsed", "opened", "resume", "resettle", "recompute", "recount", "take over", "purge"}
)
_VOID_BECAUSE = frozenset(
    {
        "displaced",
        "moot",
        "resumed",
        "merged",
        "replaced",
        "request withdrawn",
        "held",
        "not in this version",
    }
)
_OF_THE_ENGINE = ("floor.", "ledger.", "merged.", *KEEPING)  # debts that no row of a policy opens
CLOSED_ENOUGH = frozenset({"closed", *ENDINGS})


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold: its code (K1 …), what is wrong, and the debt it is about (0: none)."""

    code: str
    text: Text
    debt: int = 0


def broken(case: Case, world: World, now: int) -> tuple[Broken, ...]:
    """What is wrong with a state that was caught up to ``now`` (an instant); empty where all holds."""
    work = Work(case, world)
    return (
        *_owes_the_next_act(work),
        *_debts_are_sound(work, now),
        *_pause_is_covered(case),
        *_wall_stands(case, world),
        *_budgets_hold(work),
        *_money_is_covered(case),
    )


def broken_between(
    before: Case | None, events: Iterable[Event], after: Case, world: World
) -> tuple[Broken, ...]:
    """What is wrong with a step: the events from one state to the next must explain every difference."""
    found: list[Broken] = []
    case = Case() if before is None else before.copy()
    for event in events:
        found += _event_is_lawful(case, event, world)
    if case != after:
        found.append(
            _broken("fold", "事件折叠所得与状态不符", "the events do not fold to the state")
        )
    return tuple(found)


def _broken(code: str, zh: str, en: str, debt: int = 0) -> Broken:
    return Broken(code, Text(zh, en), debt)


# K1: one debt of each live line, an owner, an instant ahead


def _owes_the_next_act(work: Work) -> Iterator[Broken]:
    case = work.case
    if not case.ledger:
        yield from _line_owes_once(work, None)
        step = work.current()
        if not case.ended and step is None:
            yield _broken("K1", "主线已完而案件未终结", "the line is over and the case is not")
        if case.stage not in STAGES and case.stage not in ENDINGS:
            yield _broken("K1", f"没有阶段“{case.stage}”", f"there is no stage '{case.stage}'")
        if bool(case.ended) != (case.stage == case.ended):
            yield _broken("K1", "阶段与终结不符", "stage and ending disagree")
        if not case.ended and not _exists(case.owner, work.world):
            yield _broken("K1", "案件没有负责岗位", "the case has no owner that exists")
    if case.is_message and not is_judged(case) and not work.open_debts(TRIAGE, 0):
        yield _broken("K1", "来件未分拣，也无人负责分拣", "nobody owes a look at the message")
    for sheet in case.sheets.values():
        yield from _line_owes_once(work, sheet)


def _line_owes_once(work: Work, sheet: Sheet | None) -> Iterator[Broken]:
    """A live line owes its current step, once or for each action planned; a line that is over owes nothing."""
    number = sheet.number if sheet else 0
    name = f"第 {number} 张单据" if sheet else "主线"
    name_en = f"sheet {number}" if sheet else "the main line"
    prefixes = (f"sheets.{sheet.kind}.",) if sheet else ("steps.", "floor.")
    debts = [
        debt
        for debt in work.case.debts.values()
        if debt.sheet == number and debt.row.startswith(prefixes)
    ]
    over = sheet.ended if sheet else work.case.ended
    if over:
        for debt in debts:
            yield _broken("K1", f"{name}已终结仍有待办", f"{name_en} is over and owes", debt.id)
        return
    planned = bool(debts) and all(debt.item for debt in debts)  # each action of a plan is owed
    if len(debts) != 1 and not (sheet and planned):
        yield _broken("K1", f"{name}有 {len(debts)} 项待办", f"{name_en} owes {len(debts)} acts")
    step = work.current(sheet)
    for debt in debts:
        if step is not None and debt.row not in (f"{prefixes[0]}{step.name}", "floor.contact"):
            yield _broken(
                "K1",
                f"{name}停在{step.name}，待办却是{debt.row}",
                f"{name_en} stands on {step.name} and owes {debt.row}",
                debt.id,
            )


def _debts_are_sound(work: Work, now: int) -> Iterator[Broken]:
    rows: set[tuple[str, int, str]] = set()
    for debt in work.case.debts.values():
        row = work.row(debt.row)
        if row is None and not debt.row.startswith(_OF_THE_ENGINE):
            yield _broken("K1", f"制度没有{debt.row}", f"the policy has no {debt.row}", debt.id)
        if debt.act not in ACTS:
            yield _broken("K1", f"没有动作{debt.act}", f"there is no act {debt.act}", debt.id)
        if not _exists(debt.seat, work.world):
            yield _broken("K1", "待办无人承担", "nobody who exists owes it", debt.id)
        if not stands(work, debt) and max(debt.due, debt.since) < now:
            yield _broken("K1", "待办的期限已过而未处理", "its due was not caught up with", debt.id)
        if debt.first_due > debt.due:
            yield _broken("K10", "期限早于最初期限", "it is due before it first was", debt.id)
        key = (debt.row, debt.sheet, debt.item)
        if key in rows and not debt.row.startswith("rhythm."):
            yield _broken("K1", f"{debt.row}重复待办", f"{debt.row} is owed twice", debt.id)
        rows.add(key)
        lives = debt.row.startswith(KEEPING) or outlasts(work, debt)
        if work.case.ended and not debt.sheet and not work.case.ledger and not lives:
            yield _broken("K1", "案件已终结仍有待办", "the case is over and owes", debt.id)


def _exists(place: Seat, world: World) -> bool:
    if place in (SYSTEM, CUSTOMER):
        return True
    unit = unit_of(place)
    return (
        post_of(place) in world.policy.posts
        and (not unit or unit in world.organisation.units)
        and bool(world.organisation.people(place))
    )


# K3


def _pause_is_covered(case: Case) -> Iterator[Broken]:
    if case.paused and not any(debt.row.startswith("pause.") for debt in case.debts.values()):
        yield _broken("K3", "计时暂停而无人负责恢复", "paused, and nobody owes what resumes it")


# K4


def _wall_stands(case: Case, world: World) -> Iterator[Broken]:
    """Nobody owes in a case about themselves, or about those above; nobody judges their own unit."""
    for debt in case.debts.values():
        if debt.seat in (SYSTEM, CUSTOMER):
            continue
        if _all_walled(debt.seat, case, world):
            yield _broken("K4", "被投诉人或其下属负有待办", "owed by whom it is about", debt.id)
        unit = case.facts.get("about_unit")
        inside = unit and world.organisation.within(unit_of(debt.seat), str(unit))
        if inside and debt.act in JUDGING:
            yield _broken("K4", "被投诉部门评判自己", "the unit judges itself", debt.id)
    if case.owner and not case.ended and _all_walled(case.owner, case, world):
        yield _broken("K4", "被投诉人或其下属为负责人", "owned by whom it is about")


def _all_walled(place: Seat, case: Case, world: World) -> bool:
    subject = case.facts.get("about_person")
    if not subject:
        return False
    organisation: Organisation = world.organisation
    above = ladder(place, world.policy, organisation)
    if any(subject in organisation.holders.get(seat, ()) for seat in above):
        return True
    return all(is_walled(person, case, world) for person in organisation.people(place))


# K6


def _budgets_hold(work: Work) -> Iterator[Broken]:
    for allowed in work.policy.may.values():
        spent = work.case.rounds.get(allowed.act, 0)
        if allowed.at_most and spent > work.limit(allowed.at_most):
            yield _broken("K6", f"{allowed.act}次数超限", f"{allowed.act} was done too often")
    for name in ("", *work.policy.sheets):
        lines = [work.case] if not name else work.case.sheets.values()
        for step in work.policy.steps_of(name):
            for outcome, then in step.outcomes.items():
                if not then.at_most:
                    continue
                spent = max(
                    (line.rounds.get(f"{step.name}.{outcome}", 0) for line in lines), default=0
                )
                if spent > work.limit(then.at_most):
                    yield _broken(
                        "K6", f"{step.name}退回次数超限", f"{step.name} led back too often"
                    )


# K7


def _money_is_covered(case: Case) -> Iterator[Broken]:
    """Nothing settled that was not accepted, nothing accepted that was not received, nothing paid twice."""
    goods = case.goods
    if not goods.get("settled", 0) <= goods.get("accepted", 0) <= goods.get("received", 0):
        yield _broken("K7", "办结的数量多于验收或收到的", "more was settled than came in")
    if (
        goods.get("refunded", 0)
        and payable(replace(case, goods={**goods, "refunded": 0})) < goods["refunded"]
    ):
        yield _broken("K7", "退款多于合格部分的实付金额", "more was refunded than was paid for it")
    for act in ("inspect", "refund"):
        barred = {case.registrar, *case.doers.get("refund" if act == "inspect" else "inspect", ())}
        if barred & set(case.doers.get(act, ())) - NOBODY:
            yield _broken("K7", "同一人办了须分开办的事", "one person did what two must do")
    if paid(case) > proposed(case):
        yield _broken("K7", "已付补偿多于拟定金额", "more compensation was paid than is proposed")
    payers = set(case.doers.get("compensate", ()))
    if payers & {*case.doers.get("propose", ()), *case.doers.get("approve", ())}:
        yield _broken(
            "K7", "付款人提出或批准了补偿", "who paid compensation proposed or approved it"
        )


# Steps from one state to the next


def _event_is_lawful(case: Case, event: Event, world: World) -> Iterator[Broken]:
    """Checks one event against the state before it, and leaves in `case` the state after it."""
    before = case.copy()
    limit = approved(Work(before, world)) if event.kind == "compensate" else 0
    yield from _debts_end_for_a_reason(before, event)
    for effect in event.effects:
        apply(case, effect)
    case.events += 1
    if event.kind == "compensate" and paid(case) > limit:
        yield _broken("K7", "已付补偿多于批准金额", "more compensation was paid than was approved")
    yield from _nothing_sinks(before, event, case, world)
    yield from _closed_stays_closed(before, event, case)
    yield from _no_due_moves_later(before, event, case)


def _debts_end_for_a_reason(before: Case, event: Event) -> Iterator[Broken]:
    """K2: a debt is kept by its act, or void for a cause that the event names."""
    opened: dict[int, str] = {
        data["id"]: data["act"] for kind, data in event.effects if kind == "opened"
    }
    acts = {debt.id: debt.act for debt in before.debts.values()} | opened
    for kind, data in event.effects:
        if kind == "kept" and acts.get(data["id"]) != event.kind:
            yield _broken("K2", "待办未经其动作而了结", "kept by another act", data["id"])
        if kind == "void" and data.get("why") not in _VOID_BECAUSE:
            yield _broken("K2", "待办作废而无原因", "void without a cause", data["id"])


def _nothing_sinks(before: Case, event: Event, after: Case, world: World) -> Iterator[Broken]:
    """K5: severity, ranks and counters only rise within a round."""
    policy = world.policy
    if after.round not in (before.round, before.round + 1):
        yield _broken("K5", "轮次跳动", "the round jumps")
    was, now = before.derived.get("severity", ""), after.derived.get("severity", "")
    if rank(policy, now) < rank(policy, was) and event.kind != "lower_severity":
        yield _broken("K5", "等级自行降低", "the severity fell by itself")
    for name, count in before.rounds.items():
        if after.rounds.get(name, 0) < count:
            yield _broken("K5", f"{name}计数变小", f"the counter of {name} fell")
    given = before.owner_given and after.owner_given and not after.ended
    if given and after.owner != before.owner and outranks(before.owner, after.owner, world):
        yield _broken("K5", "负责人降级", "the owner's rank fell")
    for debt in before.debts.values():
        later = after.debts.get(debt.id)
        if later and (later.rung < debt.rung or later.lapses < debt.lapses):
            yield _broken("K5", "待办的级别降低", "a debt stepped down", debt.id)


def _closed_stays_closed(before: Case, event: Event, after: Case) -> Iterator[Broken]:
    """K8: what is closed changes only by what a closed case accepts (settled question 3)."""
    if before.ledger or before.stage not in CLOSED_ENOUGH:
        return
    owed = {debt.act for debt in before.debts.values()}
    lawful = _BY_ITSELF | AFTER_CLOSING | owed | {"refused"}
    if event.kind not in lawful:
        yield _broken("K8", f"已办结仍做了{event.kind}", f"{event.kind} was done after closing")
    leaves = {"reopen", "follow_up", "archive", "purge"} | (owed & {"confirm"})
    if after.stage != before.stage and event.kind not in leaves:
        yield _broken("K8", f"{event.kind}使案件回到办理", f"{event.kind} moved a closed case")
    if before.ended and before.ended != after.ended and event.kind != "purge":
        yield _broken("K8", "终结的案件又变了", "a case that was over came back")


def _no_due_moves_later(before: Case, event: Event, after: Case) -> Iterator[Broken]:
    """K10: transfers, rounds and facts never give more time."""
    for debt in before.debts.values():
        later = after.debts.get(debt.id)
        resumed = before.paused and not after.paused
        if later is None or later.due <= debt.due or resumed or _may_move(debt, event):
            continue
        yield _broken("K10", f"{event.kind}推迟了期限", f"{event.kind} moved a due later", debt.id)


def _may_move(debt: Debt, event: Event) -> bool:
    if event.kind == "lapsed":
        return bool(event.data.get("debt") == debt.id)
    return event.kind in {"postpone", "recompute"}
