"""What stands on a case's printed forms: the same facts as on its page, as of its last entry."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.desk import files
from bihuan.desk.permissions import mask_contact
from bihuan.desk.presentation import logo
from bihuan.engine import manner
from bihuan.engine.acts import ACTS
from bihuan.engine.case import Sheet
from bihuan.engine.clock import Span
from bihuan.engine.fields import Field
from bihuan.engine.forms import form_of
from bihuan.engine.needs import NEEDS
from bihuan.engine.policy import Step
from bihuan.engine.posts import resolve
from bihuan.engine.rules import applies, facts_of
from bihuan.engine.say_time import say_span
from bihuan.engine.words import Text
from bihuan.records.queries.accounts import look, organisation_name
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.visibility import Reach
from bihuan.web.desk import Desk
from bihuan.web.papers.amounts import in_capitals
from bihuan.web.papers.offered import (
    LETTER,
    RECORD_TEXT,
    forms_of_case,
    offers,
    sheet_title,
)
from bihuan.web.papers.paper import LABEL, MOMENT, REST, VALUE, Cell, Letter, Paper, Row
from bihuan.web.words import signer

Json = Any
_HEAD = ("name", "contact", "content", "demand", "kind", "channel", "category", "written", "caller",
         "about", "about_unit", "about_person", "anonymous", "received")  # fmt: skip
_SHORT = frozenset({"text", "count", "money", "time", "choice", "yes/no", "unit", "person"})


def paper(desk: Desk, code: str, sheet: int, *, clear: bool) -> Paper | None:
    """The form as it stands; None where the reader is not offered it. `clear` shows the contact."""
    if not any((offer.code, offer.sheet) == (code, sheet) for offer in offers(desk)):
        return None
    made = _Form(desk, clear=clear)
    policy, lang = desk.world.policy, desk.reader.language
    if code == LETTER:
        return made.letter(sheet)
    form = policy.forms.get(code)
    if sheet:
        note = desk.page.state.sheets[sheet]
        title = sheet_title(policy, note, lang)
        called = policy.sheets[note.kind].called(desk.page.number, sheet)
        return made.paper(code, title, [*made.case(), *made.note(note)], number=called)
    title = (form.text if form else RECORD_TEXT).in_(lang)
    if form and form.of == "visit":
        return made.paper(code, title, [*made.case(), *made.visits()])
    return made.paper(code, title, [*made.case(), *made.facts(), *made.agreed(), *made.line(code)])


def letter_of(desk: Desk, data: Mapping[str, Json]) -> Paper:
    """What somebody is writing as the letter it would become if it were sent now; nothing is kept of it."""
    return replace(
        _Form(desk, clear=True).answer(data, desk.reader.now), note=_("Preview"), as_of=""
    )


class _Form:
    """The cells of one case, in the reader's language."""

    def __init__(self, desk: Desk, *, clear: bool) -> None:
        self.desk, self.names, self.clock = desk, desk.names, desk.reader.clock
        self.state, self.policy = desk.page.state, desk.world.policy
        self.limit = partial(desk.world.count, case=self.state)
        self.clear = clear
        self.whole = desk.page.reach is Reach.WHOLE
        self.empty = not self.state.registered
        self.named: dict[str, str] = {}  # what an own template may name beside the cells

    # -- Words -------------------------------------------------------------------------------------

    def day(self, instant: int) -> str:
        """A day and time in full, as forms write it."""
        return (
            manner.full_moment(self.clock.wall(instant), self.desk.reader.language)
            if instant
            else ""
        )

    def value(self, name: str, value: Json, act: str = "") -> str:
        """A value as forms write it: times in full, amounts in capitals too."""
        kind = self._kind(name, act)
        if kind == "time" and isinstance(value, int):
            return self.day(value)
        if kind == "money" and isinstance(value, int):
            written = manner.money(value)
            if self.desk.reader.language.startswith("zh"):
                return pgettext("amount", "%(figures)s (%(words)s)") % {
                    "figures": written, "words": in_capitals(value),
                }  # fmt: skip
            return written
        text = self.names.value(name, value, self.clock, act)
        if name not in ("contact", "phone"):
            return text
        return self.names.contact(text) if self.clear else mask_contact(text)

    def _kind(self, name: str, act: str) -> str:
        if fact := self.policy.facts.get(name):
            return fact.type
        own = ACTS[act].fields if act in ACTS else ()
        fields = (*own, *(field for need in NEEDS.values() for field in need.fields))
        return next((field.kind for field in fields if field.name == name), "")

    def signature(self, who: str, at: int = 0) -> str:
        """Who signed and when; without an instant a place for a pen."""
        if not at:
            return f"{who}{_(': ')}{'':12}{_('day        month        year')}"
        return _("%(who)s (signed electronically)  %(day)s") % {"who": who, "day": self.day(at)}

    # -- Parts of a grid ---------------------------------------------------------------------------

    def case(self) -> Iterator[Row]:
        """What every form says of the case first."""
        state, facts, names = self.state, self.state.facts, self.names
        registrar = names.person(state.registrar) if state.registrar else ""
        last = REST - LABEL - VALUE - LABEL - MOMENT
        yield (
            *pair("case_number", _("Case no."), self.desk.page.number),
            *pair("registered", _("Registered"), self.day(state.registered), MOMENT),
            *pair("registrar", _("Taken in by"), registrar, last),
        )
        if state.ledger:
            return
        if self.whole:
            severity = state.derived.get("severity", "")
            levels = tuple((names.severity(one), one == severity) for one in self.policy.levels)
            level = [
                Cell("label", _("Severity")),
                Cell("text", span=last, name="severity", boxes=levels),
            ]
            received = pair("received", _("Received"), self.day(state.received), MOMENT)
            person = str(facts.get("name") or "")
            contact = str(facts.get("contact") or "")
            yield (
                *pair("name", names.fact("name"), person or _("not given")),
                *pair(
                    "contact",
                    names.fact("contact"),
                    names.contact(contact) if self.clear else mask_contact(contact),
                    MOMENT if levels else last,
                ),
                *(level if levels else received),
            )
            yield from self.ticked("channel", {k: c.text for k, c in self.policy.channels.items()})
        about = [
            names.value(key, facts[key], self.clock)
            for key in ("about_unit", "about_person")
            if facts.get(key)
        ]
        yield (*pair("about", _("About"), " ".join(about), REST),)
        yield from self.ticked("category", self.policy.categories)
        if self.whole:
            if facts.get("demand") or (self.empty and "demand" in self.policy.facts):
                yield pair("demand", names.fact("demand"), str(facts.get("demand") or ""), REST)
            content = str(facts.get("content") or "")
            yield pair("content", names.fact("content"), content, REST, lines=2 if content else 4)

    def ticked(self, name: str, choices: Mapping[str, Text]) -> Iterator[Row]:
        """A fact with all its choices, the one that holds ticked."""
        if len(choices) > 1:
            told = self.state.facts.get(name)
            boxes = tuple((self.names.text(text), key == told) for key, text in choices.items())
            yield (
                Cell("label", self.names.fact(name)),
                Cell("text", span=REST, name=name, boxes=boxes),
            )

    def facts(self) -> Iterator[Row]:
        """What else is known, two to a row."""
        known = [
            (name, value)
            for name, value in self.state.facts.items()
            if name not in _HEAD and value not in (None, "", []) and self.was_told(name)
        ]
        for first in range(0, len(known), 2):
            two = known[first : first + 2]
            span = REST if len(two) == 1 else 9
            row: list[Cell] = []
            for name, value in two:
                row += pair(name, self.names.fact(name), self.value(name, value), span)
            yield tuple(row)

    def was_told(self, name: str) -> bool:
        """Whether it is a fact that somebody told; what the system counted stands on no form."""
        fact = self.policy.facts.get(name)
        return fact is not None and not (fact.counted or fact.by_calendar or fact.left_behind)

    def agreed(self) -> Iterator[Row]:
        """The times agreed with the customer: the first, and as many changes as the policy grants."""
        postpone = self.policy.may.get("postpone")
        if postpone is None and not self.state.agreed:
            return
        limit = self.policy.numbers[postpone.at_most].value() if postpone else 0
        times = [at for at in (*self.state.agreed_before, self.state.agreed) if at]
        count = max(1 + limit if isinstance(limit, int) else 1, len(times))
        for place in range(count):
            label = _("First agreed") if not place else _("Change %(number)s") % {"number": place}
            at = times[place] if place < len(times) else 0
            agreed = self.day(at) if at else _("day        month        year")
            consent = ((_("the customer agreed"), bool(at)),) if place else ()
            head = [Cell("label", _("Agreed feedback time"), rows=count)] if not place else []
            yield (
                *head,
                Cell("label", label),
                Cell("text", agreed, 9, name=f"agreed_{place + 1}"),
                Cell("text", span=9, boxes=consent),
            )

    def line(self, code: str) -> Iterator[Row]:
        """The case's own steps that this form records."""
        own = forms_of_case(self.desk)
        first = next(iter(own))
        for step in self.policy.steps:
            elsewhere = step.form if step.form in own else first
            if step.act in ("archive", "dispatch", "follow_up") or elsewhere != code:
                continue
            if entry := self.done(step, 0):
                yield from self.filled(step, entry)
            elif self.applies(step):
                yield from self.blank(step, None)

    def note(self, sheet: Sheet) -> Iterator[Row]:
        """A sheet: what is asked of whom, then each of its steps, done or still to be filled in."""
        addressee = self.names.seat(sheet.to) if sheet.to else ""
        yield (
            *pair("to", _("Addressed to"), addressee, REST - LABEL - MOMENT),
            *pair("drawn_up", _("Drawn up"), self.day(sheet.opened), MOMENT),
        )
        asked = str(sheet.data.get("instructions") or "")
        if asked or self.empty:
            yield pair("instructions", _("What is asked"), asked, REST, lines=3)
        for step in self.policy.sheets[sheet.kind].steps:
            if entry := self.done(step, sheet.number):
                yield from self.filled(step, entry)
            else:
                yield from self.blank(step, sheet)

    def visits(self) -> Iterator[Row]:
        """Every attempt at a visit, and what came of it; an empty one to fill in where none was made."""
        step = next(step for step in self.policy.steps if step.act == "follow_up")
        made = [entry for entry in self.desk.page.history if entry.kind == "follow_up"]
        for entry in made:
            yield from self.filled(step, entry)
        if not made:
            yield from self.blank(step, None)

    # -- One step ----------------------------------------------------------------------------------

    def done(self, step: Step, sheet: int) -> Entry | None:
        """The entry that did the step last, or None while it stands open."""
        line = self.state.sheets[sheet] if sheet else self.state
        if step.name not in line.marks:
            return None
        for entry in reversed(self.desk.page.history):
            for kind, data in entry.effects:
                if kind == "marked" and (data["step"], data.get("sheet", 0)) == (step.name, sheet):
                    return entry
        return None

    def applies(self, step: Step) -> bool:
        """Whether an open step is still to come, as far as is known."""
        return not self.state.ended and applies(step, facts_of(self.state), self.limit)

    def filled(self, step: Step, entry: Entry) -> Iterator[Row]:
        """The record of a step that was done, or passed over because its time ran out."""
        word = self.names.act(step.act)
        if entry.kind == "lapsed":
            missed = _("not done in time")
            yield (
                Cell("label", word),
                Cell("text", missed, REST, name=plain(step.name), signed=self.day(entry.at)),
            )
            return
        fields = self._fields(step, self.state.sheets.get(entry.sheet))
        outcome = entry.data.get("outcome")
        boxes = tuple((self.names.text(one.text), one.name == outcome) for one in fields.outcomes)
        places = {field.name: place for place, field in enumerate(fields.fields)}
        told = sorted(entry.data.items(), key=lambda each: places.get(each[0], len(places)))
        parts = [
            (self.names.fact(name, step.act), self.value(name, value, step.act))
            for name, value in told
            if name not in ("outcome", "instructions", "signature") and value not in (None, "", [])
        ]
        text = "\n".join(_("%(label)s: %(value)s") % {"label": a, "value": b} for a, b in parts)
        for name, value in entry.data.items():
            if value not in (None, "", []):
                self.named[plain(name)] = self.value(name, value, step.act)
        post = self.names.post(entry.seat) if entry.seat else ""
        who = " ".join(dict.fromkeys((post, self.names.person(entry.by))))
        signature = str(entry.data.get("signature") or "")
        if signature:
            who = f"{who} / {signer(signature)}"
        signed = self.signature(who.strip(), entry.at)
        self.named[f"{plain(step.name)}_signed"] = signed
        yield (
            Cell("label", word),
            Cell("text", text, REST, name=plain(step.name), boxes=boxes,
                 signed=signed, drawn=drawing(signature)),
        )  # fmt: skip

    def blank(self, step: Step, sheet: Sheet | None) -> Iterator[Row]:
        """A step that was not done yet: its fields with room to write, and a place to sign."""
        form = self._fields(step, sheet)
        word = self.names.act(step.act)
        boxes = tuple((self.names.text(one.text), False) for one in form.outcomes)
        fields = [field for field in form.fields if field.required and field.kind != "signature"]
        post = self._post(step, sheet)
        if not fields:
            signed = self.signature(post)
            yield (
                Cell("label", word),
                Cell("text", "", REST, name=plain(step.name), boxes=boxes, signed=signed),
            )
            return
        rows = len(fields) + 1
        for place, field in enumerate(fields):
            head = [Cell("label", word, rows=rows)] if not place else []
            yield (*head, Cell("label", self.names.text(field.text)), self._room(field))
        name = f"{plain(step.name)}_signed"
        yield (Cell("text", "", REST, name=name, boxes=boxes, signed=self.signature(post)),)

    def _room(self, field: Field) -> Cell:
        boxes = tuple((self.names.text(text), False) for _key, text in field.choices)
        if field.kind == "yes/no":
            boxes = ((_("Yes"), False), (_("No"), False))
        lines = 1 if field.kind in _SHORT else 3
        return Cell("text", "", REST - LABEL, lines=lines, name=plain(field.name), boxes=boxes)

    def _fields(self, step: Step, sheet: Sheet | None) -> Any:
        facts = facts_of(self.state)
        return form_of(
            step.act, step.needs, self.policy, sheet, step.at.clauses, facts, step.form, self.limit
        )

    def _post(self, step: Step, sheet: Sheet | None) -> str:
        world, facts = self.desk.world, facts_of(self.state)
        seat = resolve(step.owes, self.state, world, facts, sheet=sheet, act=step.act)
        return self.names.post(seat)

    # -- Whole papers ------------------------------------------------------------------------------

    def paper(self, code: str, title: str, rows: list[Row], *, number: str = "") -> Paper:
        """The grid with its head and foot; a sheet has a number of its own."""
        frame = self._frame(code, title)
        return Paper(
            rows=tuple(rows), named=self.named, **frame | ({"number": number} if number else {})
        )

    def letter(self, sequence: int) -> Paper:
        """The written answer as a letter in the company's name."""
        entry = next(one for one in self.desk.page.history if one.sequence == sequence)
        return self.answer(entry.data, entry.at)

    def answer(self, data: Mapping[str, Json], at: int) -> Paper:
        """A letter of what an answer says, dated `at`."""
        name = str(self.state.facts.get("name") or "")
        company = organisation_name()
        body = str(data.get("answer") or "")
        about = _("Your complaint of %(day)s (no. %(number)s) has been dealt with. Our answer:") % {
            "day": self._date(self.state.received or self.state.registered),
            "number": self.desk.page.number,
        }
        outside = ()
        if data.get("outside_path") == "yes":
            outside = (
                _(
                    "If you do not agree, the consumers' association or the authority in charge can help."
                ),
            )
        letter = Letter(
            _("Answer to your complaint no. %(number)s") % {"number": self.desk.page.number},
            _("Dear %(name)s,") % {"name": name} if name else _("To whom it concerns,"),
            (about, *(part for part in body.splitlines() if part.strip()), *outside),
            tuple(_("Yours faithfully").splitlines()),
            (company, self._date(at)),
        )
        return Paper(letter=letter, **self._frame(LETTER, _("Answer")))

    def _date(self, instant: int) -> str:
        return manner.full_day(self.clock.wall(instant), self.desk.reader.language)

    def _ground(self) -> str:
        """Under which policy a form is filled in, and how long it is kept; a customer's letter does without."""
        policy, lang = self.policy, self.desk.reader.language
        foot = _("Under %(title)s, version %(version)s.") % {
            "title": self.names.text(policy.title), "version": policy.version,
        }  # fmt: skip
        if not policy.keep:
            return foot
        kept = policy.numbers[policy.keep[0].number].value()
        assert isinstance(kept, Span)
        joint = "" if lang.startswith("zh") else " "
        return foot + joint + _("Kept for %(time)s.") % {"time": say_span(kept, lang)}

    def _frame(self, code: str, title: str) -> dict[str, Any]:
        last = self.desk.page.history[-1] if self.desk.page.history else None
        number = last.sequence if last else 0
        own = look()
        foot = "" if code == LETTER else self._ground()
        return {
            "code": code,
            "title": title,
            "number": self.desk.page.number,
            "company": own.head or organisation_name(),
            "note": _("Entry %(number)s") % {"number": number},
            "as_of": self.day(last.at if last else self.state.registered),
            "foot": "  ".join(filter(None, (own.foot, foot))),
            "language": self.desk.reader.language,
            "logo": (logo() or (b"",))[0],
            "qr": self.desk.page.number,
        }


def drawing(signature: str) -> bytes:
    """The picture of a signature that was drawn; empty where a name was typed, or it was destroyed."""
    found = files.VALUE.fullmatch(signature)
    return files.read(found[1]) or b"" if found else b""


def plain(name: str) -> str:
    """A name as a Word template can say it."""
    return name.replace(" ", "_").replace("-", "_")


def pair(name: str, label: str, value: str, span: int = VALUE, *, lines: int = 1) -> Row:
    """A label and its value."""
    return Cell("label", label), Cell("text", value, span, lines=lines, name=name)
