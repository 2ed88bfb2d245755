"""Which printed forms a case has, for whoever looks at it."""

from dataclasses import dataclass
from functools import partial

from bihuan.engine.case import Sheet
from bihuan.engine.policy import Policy, PrintedForm
from bihuan.engine.rules import applies, facts_of
from bihuan.engine.words import Text
from bihuan.records.queries.visibility import Reach
from bihuan.web.desk import Desk

LETTER, RECORD = "letter", "record"
LETTER_TEXT = Text("书面答复函", "Letter of answer")
RECORD_TEXT = Text("案件记录", "Case record")


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that can be printed of a case: `sheet` is a sheet's number or, of a letter, its entry.

    `mark` tells it from others of its title: the number of the sheet, the day of the letter.
    """

    code: str
    sheet: int
    title: str
    mark: str = ""


def forms_of(policy: Policy, of: str) -> dict[str, PrintedForm]:
    """The policy's printed forms of a case, a sheet or a visit, in its order."""
    return {name: form for name, form in policy.forms.items() if form.of == of}


def forms_of_case(desk: Desk) -> dict[str, PrintedForm]:
    """The forms of a case that record something of this one, in the policy's order; else its plain record.

    One that only steps of another kind or outcome fill in would stand empty: it is not among them.
    """
    policy, state = desk.world.policy, desk.page.state
    own, facts = forms_of(policy, "case"), facts_of(state)
    limit = partial(desk.world.count, case=state)
    for name in tuple(own) if state.registered else ():
        steps = [step for step in policy.steps if step.form == name]
        if steps and not any(
            step.name in state.marks or applies(step, facts, limit) for step in steps
        ):
            del own[name]
    return own or {RECORD: PrintedForm(RECORD_TEXT, "case")}


def form_of_sheet(policy: Policy, kind: str) -> str:
    """The form a kind of sheet is printed on: one its steps name, else one of its own name."""
    sheets = forms_of(policy, "sheet")
    named = (step.form for step in policy.sheets[kind].steps if step.form in sheets)
    return next(named, kind)


def offers(desk: Desk) -> list[Offer]:
    """Every form the reader may print of the case, the case's own first."""
    policy, lang = desk.world.policy, desk.reader.language
    found = []
    if desk.page.reach is Reach.WHOLE and not desk.page.state.ledger:
        own = forms_of_case(desk).items()
        found += [Offer(name, 0, form.text.in_(lang)) for name, form in own]
        visits = forms_of(policy, "visit")
        if desk.page.state.registered:  # a shopper's visit belongs to no case
            named = {step.form for step in policy.steps}
            visits = {name: form for name, form in visits.items() if name in named}
        found += [Offer(name, 0, form.text.in_(lang)) for name, form in visits.items()]
        found += [
            Offer(LETTER, entry.sequence, LETTER_TEXT.in_(lang), desk.reader.clock.day(entry.at))
            for entry in desk.page.history
            if entry.kind == "respond" and entry.data.get("form") == "written"
        ]
    for number in sorted(desk.page.sheets):
        sheet = desk.page.state.sheets[number]
        code = form_of_sheet(policy, sheet.kind)
        found.append(Offer(code, number, sheet_title(policy, sheet, lang), str(number)))
    return found


def sheet_title(policy: Policy, sheet: Sheet, lang: str) -> str:
    form = policy.forms.get(form_of_sheet(policy, sheet.kind))
    return (form.text if form else policy.sheets[sheet.kind].text).in_(lang)
