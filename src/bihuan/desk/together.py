"""What is done on the cases that belong together: an act of the command case on all its members."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bihuan.desk import worlds
from bihuan.desk.perform import Performed, perform
from bihuan.desk.stored import load
from bihuan.engine.acts import FOR_MEMBERS
from bihuan.engine.case import Act
from bihuan.engine.links import members_of
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.together import Peer, for_member
from bihuan.records.models import ActReceipt
from bihuan.records.queries.entries import Entry, history
from bihuan.records.queries.visibility import Viewer, visible_cases


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of an act on one member: done now, done before (`repeated`), or why not."""

    number: str
    performed: Performed


def applicable(case_id: int) -> Entry | None:
    """The last act done on a command case that may be done on its members too; None where there is none."""
    found = None
    for entry in history(case_id):
        if _is_for_members(entry):
            found = entry
    return found


def _is_for_members(entry: Entry) -> bool:
    done_by_staff = entry.by not in ("system", "customer")
    return done_by_staff and entry.kind in FOR_MEMBERS and not entry.sheet


def done_on_command(number: str, done: Performed) -> int:
    """The place in the command case's history of the act that came of `done`; 0 where members take none such."""
    stored = load(number)
    events = history(stored.id) if stored else ()
    places = (
        entry.sequence
        for entry in events
        if done.first <= entry.sequence <= done.last and _is_for_members(entry)
    )
    return next(places, 0)


def apply_to_members(
    command: str, sequence: int, *, by: str, now: int, viewer: Viewer | None = None
) -> list[Applied] | Refusal:
    """Do an act of the command case's history on every member, each in a transaction of its own.

    What was done on a member once is not done again, whoever repeats it; what was refused is tried
    anew. With a `viewer` only the members they may see are reached, and named.
    """
    stored = load(command)
    entry = next(
        (one for one in history(stored.id) if one.sequence == sequence) if stored else iter(()),
        None,
    )
    if stored is None or entry is None or not _is_for_members(entry):
        return refuse("not-for-members")
    act = Act(entry.kind, by, now, entry.data)
    return [
        Applied(number, _on_member(act, f"{command}/{sequence}/{number}", number))
        for number in _seen(members_of(stored.case), viewer)
    ]


def _seen(numbers: tuple[str, ...], viewer: Viewer | None) -> Iterator[str]:
    if viewer is None:
        yield from numbers
        return
    rows = visible_cases(viewer).filter(number__in=numbers)
    seen = set(rows.values_list("number", flat=True))
    yield from (number for number in numbers if number in seen)


def _on_member(act: Act, what: str, number: str) -> Performed:
    stored = load(number)
    if stored is None:
        return Performed(number, refusal=refuse("no-case"))
    act_id = _free_id(what)
    receipt = ActReceipt.objects.filter(act_id=act_id).first()
    if receipt is not None:  # accepted, by whomever
        return Performed(number, receipt.first, receipt.last, repeated=True)
    world = worlds.ruling(stored.policy_id, act.at).world
    done = for_member(act, Peer(number, stored.case, world), act.at)
    if isinstance(done, Refusal):
        return Performed(number, refusal=done)
    return perform(done, case_number=number, act_id=act_id, now=act.at)


def _free_id(what: str) -> str:
    """The act id derived from the first act: that of the attempt which was accepted, else an unused one."""
    base = sha256(what.encode()).hexdigest()[:48]
    tries = ActReceipt.objects.filter(act_id__startswith=f"{base}/").order_by("id")
    for receipt in tries:
        if "refusal" not in receipt.outcome:
            return receipt.act_id
    return f"{base}/{len(tries)}"
