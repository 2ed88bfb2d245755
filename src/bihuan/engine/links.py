"""What binds a case to others, on its own side: relations, being merged, and what a survivor still owes."""

from collections.abc import Iterator, Mapping

from bihuan.engine.case import Act, Case, Debt
from bihuan.engine.pausing import resume
from bihuan.engine.refusal import Owing, Refusal, refuse
from bihuan.engine.words import MERGED_HERE, MERGED_INTO, MERGING, RELATIONS, Text
from bihuan.engine.work import Work


def command_of(case: Case) -> str:
    """The number of the command case a member belongs to; empty where it belongs to none."""
    return next((number for number, how in case.links.items() if how == "collective"), "")


def members_of(case: Case) -> tuple[str, ...]:
    """The numbers of the members of a command case, in the order in which they were linked."""
    return tuple(number for number, how in case.links.items() if how == "member")


def survivor_of(case: Case) -> str:
    """The number of the case this one was merged into; empty where it was not."""
    return next((number for number, how in case.links.items() if how == MERGED_INTO), "")


def grown_as(kind: str) -> str:
    """What the case that a new one of this kind names at its registration is to it."""
    return "appeal" if kind == "appeal" else "grown"


def is_answered(work: Work) -> bool:
    """Whether the customer has been answered in this round."""
    answers = (step.name for step in work.policy.steps if step.act == "respond")
    return any(name in work.case.marks for name in answers)


def has_decided(work: Work) -> bool:
    """Whether all that comes before the answer is done: then a command case has decided for its members."""
    step = work.current()
    return step is None or step.act == "respond" or is_answered(work)


def owed_to_merged(work: Work) -> tuple[Owing, ...]:
    """What a case owes somebody who was merged into it: their answer, and what moved over with them."""
    if MERGED_HERE not in work.case.links.values():
        return ()
    moved = tuple(debt for debt in work.case.debts.values() if debt.row.startswith("merged."))
    if not is_answered(work):
        moved += tuple(debt for debt in work.case.debts.values() if debt.row.startswith("steps."))
    return tuple(Owing(debt.act, debt.seat, debt.due, debt.sheet) for debt in moved)


def cannot_join(work: Work, act: str) -> Refusal | None:
    """Why a case cannot be merged, or unlinked from anything, whatever other case is named."""
    links = work.case.links
    if act == "unlink" and all(how in MERGING for how in links.values()):
        return refuse("merged-stays" if links else "not-linked", at="case")
    if act == "merge" and members_of(work.case):
        return refuse("has-members")
    if act == "merge" and is_answered(work):
        return refuse("answered-already")
    return None


def unfit_to_join(work: Work, act: Act) -> Refusal | None:
    """Why this side cannot be linked with, or unlinked from, the case the act names; None where it can."""
    case, other = work.case, str(act.data.get("case", ""))
    known = case.links.get(other, "")
    if act.name == "link":
        if known:
            text = MERGING[known] if known in MERGING else RELATIONS[known][0]
            return refuse("linked-already", at="case", how=text)
        wanted = act.data["as"]
        bars = {"collective": ("collective", "member"), "member": ("collective",)}.get(wanted, ())
        if any(how in bars for how in case.links.values()):
            return refuse("one-command", at="as")
        if wanted in ("collective", "member") and case.ended:
            return refuse("not-living", at="case")
    if act.name == "unlink":
        if not known:
            return refuse("not-linked", at="case")
        if known in MERGING:
            return refuse("merged-stays", at="case")
    return None


def broken_links(number: str, case: Case, others: Mapping[str, Case]) -> Iterator[Text]:
    """What is wrong with how a case is linked; `others` holds every case it is linked with that there is."""
    for other, how in case.links.items():
        if other not in others:
            yield Text(f"关联的案件 {other} 不存在", f"the linked case {other} is not there")
        elif others[other].links.get(number) != mirrored(how):
            yield Text(f"与 {other} 的关联只有一方", f"the link with {other} is not on its side")
    survivor = survivor_of(case)
    if (case.ended == "merged" and not survivor) or (
        survivor and case.ended not in ("merged", "purged")
    ):
        yield Text("并案与存续案不符", "merged, and into no case, or the other way round")
    if survivor in others and others[survivor].ended in ("withdrawn", "declined"):
        yield Text("存续案未答复即终结", "the case it was merged into ended without an answer")
    if command_of(case) and members_of(case):
        yield Text("指挥案又是成员", "a command case that is a member itself")


def mirrored(how: str) -> str:
    """What a case is to the one that says this of it."""
    merging = {MERGED_INTO: MERGED_HERE, MERGED_HERE: MERGED_INTO}
    return merging[how] if how in merging else RELATIONS[how][1]


def merge_into(work: Work, survivor: str, at: int) -> None:
    """Void what the case owes, naming where it goes on; sheets that live on keep theirs."""
    if work.case.paused:
        resume(work, at)
    for debt in tuple(work.case.debts.values()):
        if not lives_on(work, debt):
            work.emit("void", id=debt.id, at=at, why="merged", to=survivor)
    work.emit("linked", case=survivor, **{"as": MERGED_INTO})


def lives_on(work: Work, debt: Debt) -> bool:
    """Whether a debt is of a sheet that no step of the main line waits for."""
    return bool(debt.sheet) and not work.case.sheets[debt.sheet].step
