"""What is owed about one message that reached the organisation, until somebody has judged what it is."""

from collections.abc import Mapping

from bihuan.engine.acts import ACTS
from bihuan.engine.case import MESSAGE, Case, Json
from bihuan.engine.dues import due_of
from bihuan.engine.organisation import Seat
from bihuan.engine.posts import resolve
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.settling import silence
from bihuan.engine.work import Work

TRIAGE = "triage"
SET_ASIDE = "set_aside"
QUARANTINED, REJECTED = "quarantined", "rejected"


def owe_triage(work: Work, at: int) -> None:
    """Open what the policy owes with each message; where it has no row for it, the floor owes the look."""
    rows = [row for row in work.policy.rhythm if row.every.unit == MESSAGE and row.owes]
    for row in rows:
        assert row.owes is not None
        work.emit("rhythm", row=row.name, at=at)
        until, provisional = due_of(row.timing, at, work.case, work.world, {})
        seat = resolve(row.owes, work.case, work.world, {}, act=row.act)
        work.open_debt(f"rhythm.{row.name}", row.act, seat, at, until, provisional=provisional)
    if not any(row.act == TRIAGE for row in rows):
        seat = resolve(work.policy.usual.floor, work.case, work.world, {}, act=TRIAGE)
        until, provisional = silence(work, at)
        work.open_debt(f"ledger.{TRIAGE}", TRIAGE, seat, at, until, provisional=provisional)


def fate_of(case: Case) -> str:
    """What the message was judged to be so far; empty while it only waits."""
    return case.marks.get(TRIAGE, "")


def is_judged(case: Case) -> bool:
    """Whether somebody, or the system by a rule, said for good what the message is."""
    return fate_of(case) not in ("", QUARANTINED)


def unfit_to_judge(case: Case, act: str) -> Refusal | None:
    """A message is judged once; only what was rejected may be taken up again."""
    if act == SET_ASIDE and is_judged(case):
        return refuse("judged-already")
    if act == TRIAGE and is_judged(case) and fate_of(case) != REJECTED:
        return refuse("judged-already")
    return None


def may_judge(work: Work) -> tuple[Seat, ...]:
    """The seats that judge the message: who owes it, or would, were it not judged already."""
    debts = work.open_debts(TRIAGE, 0)
    if debts:
        return tuple(seat for debt in debts for seat in (debt.seat, *debt.was))
    rows = [row.owes for row in work.policy.rhythm if row.every.unit == MESSAGE and row.owes]
    return tuple(
        resolve(who, work.case, work.world, {}) for who in rows or [work.policy.usual.floor]
    )


def without_case(act: str, data: Mapping[str, Json]) -> Refusal | None:
    """Whatever is not rejected belongs to a case, and says to which."""
    if act != TRIAGE or data.get("fate") == REJECTED or data.get("case"):
        return None
    field = next(field for field in ACTS[TRIAGE].fields if field.name == "case")
    return refuse("missing-field", at="case", field=field.text)


def judge(work: Work, name: str, data: Mapping[str, Json]) -> None:
    """What the message is from now on."""
    fate = QUARANTINED if name == SET_ASIDE else str(data["fate"])
    work.emit("marked", sheet=0, step=TRIAGE, outcome=fate)
