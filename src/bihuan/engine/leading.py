"""Which of several notes of one case leads: the one chosen, else the oldest that is out."""

from dataclasses import replace

from bihuan.engine.case import Case, Sheet
from bihuan.engine.forms import Form
from bihuan.engine.organisation import post_of
from bihuan.engine.policy import Policy
from bihuan.engine.words import Text
from bihuan.engine.work import Work


def notes_out(case: Case) -> tuple[Sheet, ...]:
    """The live sheets that steps of the main line opened, the oldest first."""
    return tuple(sheet for sheet in case.sheets.values() if sheet.step and not sheet.ended)


def lead_of(case: Case) -> int:
    """The number of the note that leads; 0 where none is out. There is never more than one."""
    numbers = [sheet.number for sheet in notes_out(case)]
    if case.lead in numbers:
        return case.lead
    return numbers[0] if numbers else 0


def told_of_others(case: Case, policy: Policy, answered: int) -> Sheet | None:
    """The leading note whose addressee is told that another was answered: only inside the company."""
    lead = case.sheets.get(lead_of(case))
    if lead is None or lead.number == answered or not case.sheets[answered].step:
        return None
    post = policy.posts.get(post_of(lead.to))
    return lead if post is not None and not post.outside else None


def lead_choices(work: Work, form: Form) -> Form:
    """The form that names a lead, with the notes that are out to choose from."""
    choices = tuple((str(note.number), _told(work, note)) for note in notes_out(work.case))
    fields = (
        replace(item, choices=choices) if item.name == "lead_sheet" else item
        for item in form.fields
    )
    return replace(form, fields=tuple(fields))


def _told(work: Work, note: Sheet) -> Text:
    """A note by its number in the case, its title and its addressee."""
    title, to = work.policy.sheets[note.kind].text, work.posts_of((note.to,))
    return Text(
        f"第 {note.number} 张 {title.zh} → {to.zh}", f"note {note.number}, {title.en} → {to.en}"
    )
