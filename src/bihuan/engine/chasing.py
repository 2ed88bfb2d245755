"""Chasing where no row of the policy asks for it: who may remind whom of what they owe.

The owner of the case, whoever takes complaints in (customers ask there how it goes), and the ranks above
whoever owes. What was said stands in the history, and who owes it is told.
"""

from collections.abc import Mapping
from dataclasses import replace

from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import instant_text
from bihuan.engine.case import Debt, Json
from bihuan.engine.forms import Form
from bihuan.engine.organisation import Seat, post_of, unit_of
from bihuan.engine.posts import resolve, superior
from bihuan.engine.words import Text
from bihuan.engine.work import Work


def chasers(work: Work) -> tuple[Seat, ...]:
    """The seats that may chase in this case without owing it; those above them may too."""
    first = resolve(work.policy.steps[0].owes, work.case, work.world, work.facts())
    above = (superior(debt.seat, work.policy, work.world.organisation) for debt in owed(work))
    found = (work.case.owner, first, *(seat for seat in above if seat))
    return tuple(dict.fromkeys(seat for seat in found if seat))


def owed(work: Work, by: str = "") -> tuple[Debt, ...]:
    """What somebody other than `by` owes now, nearest due first: what can be chased."""
    organisation = work.world.organisation
    return tuple(
        debt
        for debt in sorted(work.case.debts.values(), key=lambda debt: (debt.due, debt.id))
        if post_of(debt.seat) in work.policy.posts and by not in organisation.people(debt.seat)
    )


def choices(work: Work, form: Form, by: str) -> Form:
    """The form with what others owe to choose from; left open, the nearest due is meant."""
    options = tuple((str(debt.id), _told(work, debt)) for debt in owed(work, by))
    fields = (
        replace(item, choices=options) if item.name == "whom" else item for item in form.fields
    )
    return replace(form, fields=tuple(fields))


def chase(work: Work, data: Mapping[str, Json], by: str) -> None:
    """Tell who owes what was chosen, what the chasing duty was about, or what is due next."""
    others = owed(work, by)
    wanted = {"id": str(data.get("whom") or ""), "sheet": str(data.get("item") or "")}
    meant = [debt for debt in others if str(debt.id) == wanted["id"]] or [
        debt for debt in others if debt.sheet and str(debt.sheet) == wanted["sheet"]
    ]
    for debt in (meant or others)[:1]:
        about: dict[str, Json] = {"act": debt.act, "due": debt.due, "debt": debt.id}
        if debt.sheet:
            about |= {"sheet": debt.sheet, "kind": work.case.sheets[debt.sheet].kind}
        work.emit("told", seat=debt.seat, what="chased", **about)


def _told(work: Work, debt: Debt) -> Text:
    post, act = work.policy.posts[post_of(debt.seat)].text, ACTS[debt.act].text
    unit = work.world.organisation.units.get(unit_of(debt.seat))
    of = f"{unit.name} " if unit and work.policy.posts[post_of(debt.seat)].of else ""
    due = instant_text(debt.due, work.world.calendars["usual"])
    return Text(f"{of}{post.zh} · {act.zh} · {due.zh}", f"{of}{post.en} · {act.en} · {due.en}")
