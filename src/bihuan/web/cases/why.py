"""Why something is due when it is, in the reader's words."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine.case import Case, Debt
from bihuan.engine.say_time import render_lines, say_span
from bihuan.engine.why_due import WhyDue, why_due
from bihuan.engine.words import INSTANTS
from bihuan.engine.world import World
from bihuan.web.words import Clock, Names, quoted

Json = Any
MOST_LINES = 8


def explained(
    debt: Debt, case: Case, world: World, names: Names, clock: Clock, clauses: Iterable[str]
) -> dict[str, Json]:
    """Step by step from where counting began to the instant, as ui/clause.jinja wants it."""
    clause = names.clause(clauses)
    made: dict[str, Json] = {
        "title": _("Why %(time)s") % {"time": clock.by(debt.due)},
        "steps": list(_steps(debt, case, why_due(debt, case, world), names, clock)),
        "provisional": debt.provisional,
    }
    if clause:
        made["source"] = quoted(clause["text"])
    return made


def _steps(
    debt: Debt, case: Case, found: WhyDue, names: Names, clock: Clock
) -> Iterator[dict[str, str]]:
    end = {"at": clock.by(debt.due), "what": _("due")}
    if found.how == "agreed":
        yield {"at": clock.by(debt.due), "what": _("agreed with the customer")}
    elif found.how == "promised":
        yield {"at": clock.by(debt.due), "what": _("promised")}
    elif found.how == "theirs":
        yield {"at": clock.by(debt.due), "what": _("the outside body’s own date")}
    elif found.how == "month after":
        yield {"at": clock.at(found.start), "what": _("registered")}
        yield {"at": clock.by(debt.due), "what": _("the end of the month after")}
    elif found.explanation:
        start = _("it was missed") if found.how == "again" else _since(case, found.start, names)
        yield {"at": clock.at(found.start), "what": start}
        yield {
            "at": "+ "
            + say_span(found.explanation.span, clock.language, names.policy.calendar_words),
            "what": "",
        }
        for when, what in render_lines(found.explanation, clock.language)[:MOST_LINES]:
            yield {"at": when, "what": what}
        yield end
    else:
        yield {"at": clock.at(debt.since), "what": _("owed from then on")}
        yield end


def _since(case: Case, start: int, names: Names) -> str:
    for name, word in INSTANTS.items():
        if case.instants.get(name) == start:
            return names.text(word)
    return _("owed from then on")
