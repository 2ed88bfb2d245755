"""P4: every note comes to its end, each of its steps owned and timed, and somebody waits for it."""

from collections.abc import Iterator

from bihuan.engine.check.cells import Cells
from bihuan.engine.check.rows import check_step, openers, sheets_of, too_many_states, why_stuck
from bihuan.engine.check.story import found
from bihuan.engine.check.walk import Walk
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy, SheetKind
from bihuan.engine.words import ACTS, INSTANTS, Text


def check_sheets(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """The line of every sheet: it ends, and each of its steps has somebody and a time."""
    for kind in policy.sheets.values():
        if not kind.steps:
            yield found(
                Level.ERROR,
                "no-steps",
                kind.at,
                "单据没有步骤，无人办理",
                "the sheet has no steps, so nobody owes it",
            )
            continue
        stuck = {step.name: why_stuck(step, policy, kind) for step in kind.steps}
        walk = Walk(policy, cells, kind, frozenset(name for name, why in stuck.items() if why))
        for step in kind.steps:
            yield from check_step(step, policy, walk, stuck[step.name])
        yield from too_many_states(walk, kind.at)
        addressed = [step for step in kind.steps if step.owes.kind == "sheet"]
        if addressed and kind.to is None:
            first = addressed[0]
            yield found(
                Level.ERROR,
                "no-addressee",
                first.at,
                "由接收单位办理，但单据没有写 to(发给谁)",
                "is owed by the addressee, but the sheet has no 'to'",
                story=walk.story_to(first.name, Text("无人可办", "nobody owes the next step")),
            )
        yield from _opened_in_ledger(kind, policy)
        yield from _inside(kind, policy)


def _inside(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """The step that a sheet must come back for does wait for it."""
    if not kind.inside:
        return
    if kind.since and kind.since not in INSTANTS and policy.step("", kind.since) is None:
        yield found(
            Level.ERROR,
            "unknown-name",
            kind.at,
            f"inside.from：没有名为“{kind.since}”的时刻或步骤",
            f"inside.from: '{kind.since}' is neither an instant nor a step of the main line",
            place=f"sheets.{kind.name}.inside.from",
        )
    step = policy.step("", kind.inside)
    if step is None:
        yield found(
            Level.ERROR,
            "unknown-name",
            kind.at,
            f"inside:主线没有名为“{kind.inside}”的步骤",
            f"inside: no step of the main line is called '{kind.inside}'",
        )
    elif "sheets returned" not in step.needs and kind.name in openers(policy):
        said = ACTS[step.act].text
        yield found(
            Level.ERROR,
            "nobody-waits",
            step.at,
            f"{kind.text.zh}应在此步之前交回(inside)，但此步不以 sheets returned 为前提",
            f"'{kind.name}' must be back for this step (inside), but it does not need 'sheets returned'",
            story=(
                Text(f"{kind.text.zh}已开出、未交回", f"{kind.text.en} is drawn up and not back"),
                Text(f"照样{said.zh}", f"all the same: {said.en}"),
            ),
        )


def _opened_in_ledger(kind: SheetKind, policy: Policy) -> Iterator[Finding]:
    """A sheet drawn up without a case: nobody of a case can owe its steps."""
    rows = [row for row in policy.rhythm if kind.name in sheets_of(row.opens, policy)]
    if not rows:
        return
    for step in kind.steps:
        if step.owes.kind in ("owner", "superior", "registrar") or step.owes.of == "about":
            yield found(
                Level.ERROR,
                "no-case-here",
                step.at,
                f"{rows[0].at.place} 定期开出此单据，没有案件，也就没有这样的人",
                f"{rows[0].at.place} opens this sheet without a case, so there is no such person",
            )
