"""What an act would lead to, decided without being done: for the bar before a button."""

from bihuan.desk import worlds
from bihuan.desk.counting import counted_facts, drawn_fact
from bihuan.desk.locating import located_facts
from bihuan.engine.case import Act, Case
from bihuan.engine.step import Decision, decide


def what_follows(
    act: Act, *, policy: int, case: Case | None = None, case_id: int = 0, now: int
) -> Decision:
    """What `perform` would decide on this act now; nothing is written.

    `policy` is a version's id; without a case the act registers one. `now` in whole seconds.
    """
    ruling = worlds.ruling(policy, now)
    found: dict[str, int | str] = {
        **counted_facts(act, case, case_id, ruling, now),
        **located_facts(act, case, ruling),
        **drawn_fact(act, case, case_id, ruling, now),
    }
    if found:
        act = Act(act.name, act.by, act.at, {**act.data, **found}, act.sheet)
    return decide(case, act, ruling.world, now)
