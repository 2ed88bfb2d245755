"""A form with nothing filled in: for the counter and the pen, and to make a template of."""

from bihuan.desk import worlds
from bihuan.engine.case import Case, Sheet
from bihuan.engine.policy import Policy
from bihuan.records.queries.cases import CasePage
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.visibility import Reach
from bihuan.web.desk import Desk
from bihuan.web.papers.offered import LETTER, form_of_sheet, forms_of
from bihuan.web.shell import Reader
from bihuan.web.words import Names


def empty_desk(reader: Reader, policy: Policy, version_id: int, code: str) -> tuple[Desk, int]:
    """A case of which nothing is known, and the number of the sheet or entry the form is of."""
    state = Case(policy=policy.code, version=policy.version, stage="registered")
    history: tuple[Entry, ...] = ()
    number = 0
    if code == LETTER:
        answer = {"form": "written", "answer": ""}
        history = (Entry(0, "respond", "system", "", 0, 0, 0, answer, (), erased=False),)
    else:
        kinds = [kind for kind in policy.sheets if form_of_sheet(policy, kind) == code]
        if kinds:
            number = 1
            state.sheets[1] = Sheet(1, kinds[0], "", 0, "")
    page = CasePage(
        0, "", version_id, None, Reach.WHOLE, frozenset(state.sheets), state, 0, (), history
    )
    world = worlds.ruling(version_id, reader.now).world
    return Desk(reader, page, world, Names(policy, world.organisation, reader.language)), number


def codes(policy: Policy) -> dict[str, str]:
    """Every form the policy's cases can be printed on, with what it is of."""
    found = {name: form.of for name, form in policy.forms.items() if form.of != "sheet"}
    if not forms_of(policy, "case"):
        found = {"record": "case"} | found
    found |= {form_of_sheet(policy, kind): "sheet" for kind in policy.sheets}
    return found | {LETTER: "case"}
