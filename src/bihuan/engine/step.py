"""One step of a case: catch up, refuse, append, decide again, settle, floor; always in this order.

`decide` and `catch_up` are pure: the same history, act, world and `now` give the same events. A lapse
is dated when the debt was due, so a history does not depend on when a sweep ran.
"""

from dataclasses import dataclass

from bihuan.engine import lapsing
from bihuan.engine.acts import ACTS
from bihuan.engine.case import MESSAGE, Act, Case, Event
from bihuan.engine.doing import carry_out, register, spend
from bihuan.engine.forms import CONSENT_FIELDS, check_form, registration_form, what_is_right
from bihuan.engine.keeping import settle_keeping
from bihuan.engine.offering import Possible, consider, offers
from bihuan.engine.pausing import PAUSE_ENDS, stands
from bihuan.engine.posts import (
    SYSTEM,
    acting_seat,
    resolve,
)
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.refusing import judged
from bihuan.engine.settling import silence
from bihuan.engine.triaging import owe_triage
from bihuan.engine.words import BUILT_IN_FACTS, Text
from bihuan.engine.work import Work
from bihuan.engine.world import World


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of an act: the events to append (a refusal may have some too), the state, the refusal."""

    events: tuple[Event, ...]
    case: Case | None
    refusal: Refusal | None = None

    @property
    def accepted(self) -> bool:
        """Whether the act was done."""
        return self.refusal is None


def decide(case: Case | None, act: Act, world: World, now: int) -> Decision:
    """Judge an act at ``now``: accepted or refused, and in either case the events that follow."""
    if case is None:
        return _open(act, world, now)
    work = Work(case.copy(), world)
    lapsing.catch_up(work, now)
    found = judged(work, act, now)
    if isinstance(found, Refusal):
        if found.code == "changes-spent":
            spend(work, act, found)
        return Decision(tuple(work.events), work.case, found)
    carry_out(work, act, found)
    lapsing.catch_up(work, now)
    return Decision(tuple(work.events), work.case)


def catch_up(case: Case, world: World, now: int) -> Decision:
    """Work off what happened by itself before ``now``: lapses and the openings of periodic duties."""
    work = Work(case.copy(), world)
    lapsing.catch_up(work, now)
    return Decision(tuple(work.events), work.case)


def wake_at(case: Case, world: World) -> int:
    """The first instant after which catching up would do something; 0 where it never will."""
    work = Work(case, world)
    debts = (debt for debt in case.debts.values() if not stands(work, debt))
    instants = [max(debt.due, debt.since) for debt in debts]
    if case.paused:
        instants.append(case.instants[PAUSE_ENDS])
    if case.is_routine:
        instants += [at for at, _ in lapsing.openings(work)]
    return min(instants) + 1 if instants else 0


def possible(case: Case, person: str, world: World, now: int) -> tuple[Possible, ...]:
    """Every act a person may think of in this case, the expected ones first, each with why not."""
    work = Work(case.copy(), world)
    lapsing.catch_up(work, now)
    return tuple(offers(work, person, now))


def offered(case: Case, act: str, sheet: int, person: str, world: World, now: int) -> Possible:
    """One act a person may think of in this case, with why not."""
    work = Work(case.copy(), world)
    lapsing.catch_up(work, now)
    return consider(work, act, sheet, person, now)


def _open(act: Act, world: World, now: int) -> Decision:
    if act.name == "open ledger":
        return _open_ledger(act, world, now)
    if act.name != "register":
        return Decision(
            (), None, refuse("no-case") if act.name in ACTS else refuse("unknown-act", act=act.name)
        )
    policy = world.policy
    draft = Case(
        policy=policy.code,
        version=policy.version,
        unit=str(act.data.get("unit", "")),
        registrar=act.by,
        registered=act.at,
    )
    if refusal := _registration_refusal(act, draft, world, now):
        return Decision((), None, refusal)
    work = Work(Case(), world)
    register(work, act)
    lapsing.catch_up(work, now)
    return Decision(tuple(work.events), work.case)


def _open_ledger(act: Act, world: World, now: int) -> Decision:
    unit = str(act.data.get("unit", ""))
    if act.by != "system":
        return Decision((), None, refuse("not-allowed"))
    if act.at > now:
        return Decision((), None, refuse("in-the-future", at="at"))
    if unit and unit not in world.organisation.units:
        return Decision((), None, refuse("unknown-unit", at="unit", field=unit))
    work = Work(Case(), world)
    with_rows = {"policy": world.policy.code, "version": world.policy.version, "unit": unit}
    received = int(act.data.get("received") or act.at)
    work.begin()
    work.emit(
        "registered",
        **with_rows,
        ledger=True,
        registered=act.at,
        received=received,
        registrar=act.by,
    )
    if act.data.get(MESSAGE):
        told = {"kind": MESSAGE, MESSAGE: act.data[MESSAGE], "channel": act.data["channel"]}
        work.emit("facts", **told)
        owe_triage(work, act.at)
    until, provisional = silence(work, act.at)
    for duty in act.data.get("owed", ()):
        seat = resolve(world.policy.usual.floor, work.case, world, {})
        work.open_debt(f"ledger.{duty}", duty, seat, act.at, until, provisional=provisional)
    settle_keeping(work, act.at)
    work.end("opened", act.at, act.by, SYSTEM, 0, act.data)
    lapsing.catch_up(work, now)
    return Decision(tuple(work.events), work.case)


def _registration_refusal(act: Act, draft: Case, world: World, now: int) -> Refusal | None:
    policy, data = world.policy, dict(act.data)
    unit = data.pop("unit", "")
    if act.at > now:
        return refuse("in-the-future", at="at")
    if str(data.get("kind", "")) not in policy.kinds:
        return refuse("unknown-kind", at="kind", field=str(data.get("kind", "")))
    if str(data.get("channel", "")) not in policy.channels:
        return refuse("unknown-channel", at="channel", field=str(data.get("channel", "")))
    if unit and str(unit) not in world.organisation.units:
        return refuse("unknown-unit", at="unit", field=str(unit))
    if (
        act.by not in ("customer", "system")
        and not policy.registered_by_staff
        and not _takes_in(act.by, draft, world)
    ):
        return refuse("not-staff")
    if (
        act.by not in ("customer", "system")
        and not world.organisation.seats_of(act.by)
        and act.by != world.organisation.administrator
    ):
        return refuse("not-staff")
    if data.pop("anonymous", "no") not in ("yes", "no"):
        right = Text("是或否", "yes or no")
        what = BUILT_IN_FACTS["anonymous"]
        return refuse("bad-value", at="anonymous", field=what, right=right)
    for field in CONSENT_FIELDS:
        value = data.pop(field.name, None)
        fits = None if value is None else what_is_right(field, value, world)
        if fits:
            return refuse("bad-value", at=field.name, field=field.text, right=fits)
    if wrong := check_form(registration_form(policy), data, {}, world):
        return wrong
    received = data.get("received")
    if isinstance(received, int) and received > act.at:
        return refuse("in-the-future", at="received")
    return None


def _takes_in(person: str, draft: Case, world: World) -> bool:
    """Whether somebody's post takes complaints in: it owes the first step, or stands above it."""
    first = world.policy.steps[0]
    return acting_seat(person, (resolve(first.owes, draft, world, {}),), world) is not None
