"""How often the problem of a corrective action came before it and since, and what would be few enough."""

from django.utils.translation import gettext as _

from bihuan.desk.counting import recurrence
from bihuan.engine.case import Act, Sheet
from bihuan.engine.preventing import JUDGES, judging_step, most_allowed, watch_of
from bihuan.web.desk import Desk


def recurrence_lines(desk: Desk, sheet: Sheet) -> list[str]:
    """For a sheet that waits to be judged; nothing for any other."""
    case, world, now = desk.page.state, desk.world, desk.reader.now
    watch, step = watch_of(case, world, sheet.number), judging_step(world.policy, sheet.kind)
    if sheet.ended or watch is None or step is None or step.effective is None:
        return []
    act = Act(JUDGES, "system", now, {}, sheet.number)
    counted = recurrence(act, case, desk.page.id, world, now)
    before, after = max(counted["cases_before"], 1), counted["cases_after"]
    margin = world.count(step.effective.fallen, case)
    days, since = watch.length // 86_400, max(0, now - watch.since) // 86_400
    most = most_allowed(watch, before, margin, max(now, watch.earliest))
    said = _(
        "%(before)s cases of the problem in the %(days)s days before, %(after)s in the %(since)s days "
        "since; effective with at most %(most)s, to be judged from %(when)s"
    )
    return [said % {
        "before": before, "days": days, "after": after, "since": since, "most": most,
        "when": desk.reader.clock.at(watch.earliest),
    }]  # fmt: skip
