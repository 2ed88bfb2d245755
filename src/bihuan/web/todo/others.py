"""What is not the reader's turn: notes that wait for others, who below could use help, how it stands."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bihuan.desk.permissions import mask_contact
from bihuan.engine.organisation import post_of
from bihuan.records.queries import board
from bihuan.records.queries.todo import cases_behind, sheets_of
from bihuan.web.addresses import address
from bihuan.web.board.views import cases_url
from bihuan.web.shell import Reader
from bihuan.web.words import Names

Json = Any


def waiting(reader: Reader) -> list[dict[str, Json]]:
    """Open notes to the reader on which their part is done: whose turn it is now."""
    seats = reader.viewer.seats
    known = sheets_of(seats)
    behind = cases_behind(reader.viewer, {case for case, _sheet in known})
    found = []
    for case_id, number in known:
        case = behind.get(case_id)
        sheet = case.state.sheets.get(number) if case else None
        if case is None or sheet is None or sheet.ended or sheet.to not in seats:
            continue
        owed = [debt for debt in case.state.debts.values() if debt.sheet == number]
        if not owed or not sheet.marks or any(debt.seat in seats for debt in owed):
            continue
        nearest = min(owed, key=lambda debt: debt.due)
        policy = reader.policies.get(case.state.policy)
        if policy is None:
            continue
        names = Names(policy, reader.organisation, reader.language)
        found.append({
            "key": f"{case_id}-{number}",
            "title": mask_contact(case.title),
            "note": names.sheet(sheet.kind, case.number, number),
            "act": names.act(nearest.act),
            "who": names.post(nearest.seat),
            "due_text": reader.clock.by(nearest.due),
            "url": address("case", args=[case.number]),
        })  # fmt: skip
    return found


def figures(reader: Reader) -> list[dict[str, Json]]:
    """For who has a line below them and takes nothing in: how it stands, each figure leading to its cases."""
    if not reader.manages or reader.takes_in:
        return []
    units = board.standing(reader.viewer, "unit", reader.now)
    late = sum(one.late for one in units)
    return [
        {"label": pgettext("board", "Cases"), "value": board.cases_in_hand(reader.viewer),
         "url": address("cases")},
        {"label": _("Owed"), "value": sum(one.owed for one in units), "url": address("board")},
        {"label": _("Overdue"), "value": late, "tone": "late" if late else "",
         "url": cases_url(late=1)},
    ]  # fmt: skip


def who_needs_help(reader: Reader) -> dict[str, str] | None:
    """The seat below the reader, or beside them, with the most overdue; None where all is in time."""
    if not reader.oversees:
        return None
    own = reader.viewer.seats
    standing = board.standing(reader.viewer, "seat", reader.now)
    worst = next((one for one in standing if one.late and one.name not in own), None)
    if worst is None:
        return None
    posts = (one for one in reader.policies.values() if post_of(worst.name) in one.posts)
    policy = next(posts, None)
    if policy is None:
        return None
    text = ngettext(
        "%(who)s has %(num)s act overdue.", "%(who)s has %(num)s acts overdue.", worst.late
    )
    who = Names(policy, reader.organisation, reader.language).seat(worst.name)
    return {
        "text": text % {"who": who, "num": worst.late},
        "url": cases_url(owes=worst.name, owes_late=1),
    }
