"""Instants, seats, clauses and stages in the reader's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bihuan.engine import manner
from bihuan.engine.acts import ACTS
from bihuan.engine.fields import CONDITIONS_KEPT, RECURRENCE, Field
from bihuan.engine.forms import ABOUT_FIELDS, CONSENT_FIELDS, OPENED_BY
from bihuan.engine.needs import NEEDS, SHEET_FIELDS
from bihuan.engine.organisation import Organisation, Seat, post_of, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.triaging import SET_ASIDE
from bihuan.engine.words import BUILT_IN_FACTS, ENDINGS, KEPT_SCORES, REASONS, STAGES, Text

Json = Any
DAY = 86400
HOUR = 3600
HALF_A_YEAR = 180  # days from now within which a day needs no year to be understood


@dataclass(frozen=True, slots=True)
class Clock:
    """Instants on the wall clock of the organisation, as seen from `now`."""

    zone: ZoneInfo
    now: int
    language: str

    def wall(self, instant: int) -> datetime:
        """The wall time of an instant."""
        return datetime.fromtimestamp(instant, self.zone)

    def midnight(self, days: int = 0) -> int:
        """The beginning of today, or of the day so many days from today."""
        on = self.wall(self.now).date() + timedelta(days=days)
        return int(datetime(on.year, on.month, on.day, tzinfo=self.zone).timestamp())

    def bar(self) -> str:
        """`11-20 周五 14:32`, `Fri 20 Nov 14:32`, for the bar at the top."""  # zh: data
        at = self.wall(self.now)
        return f"{manner.day_of_week(at, self.language)} {manner.minute(at)}"

    def short(self, end: int) -> str:
        """`15:10` today, `11-21` on other days near, else `2027-01-03`: for the due column."""
        on, time = manner.ending(self.wall(end))
        if self._is_today(on):
            return time
        far = abs(self.days_to(end)) > HALF_A_YEAR and not self._is_this_year(on)
        return manner.day(on, self.language, year=far)

    def at(self, instant: int) -> str:
        """`15:10` today, `11-21 15:10`, else with the year."""
        at = self.wall(instant)
        return manner.minute(at) if self._is_today(at) else self.dated(instant)

    def dated(self, instant: int) -> str:
        """`11-20 14:32`, else with the year: a day always stands before the time, so that lines may share it."""
        at = self.wall(instant)
        return manner.moment(at, self.language, year=not self._is_this_year(at))

    def full(self, instant: int) -> str:
        """`2026-11-20 14:32`: with the year whatever it is."""
        return manner.moment(self.wall(instant), self.language)

    def time(self, instant: int) -> str:
        """`14:32`."""
        return manner.minute(self.wall(instant))

    def by(self, end: int) -> str:
        """An end: `15:10` or `24:00` today, `11-21 24:00`, else with the year."""
        on, time = manner.ending(self.wall(end))
        return time if self._is_today(on) else self.until(end)

    def until(self, end: int) -> str:
        """An end with its day: `11-21 24:00`, else with the year."""
        wall = self.wall(end)
        return manner.until(
            wall, self.language, year=not self._is_this_year(manner.ending(wall)[0])
        )

    def full_until(self, end: int) -> str:
        """An end with the year whatever it is."""
        return manner.until(self.wall(end), self.language)

    def days_to(self, end: int) -> int:
        """How many days from today an end lies; 0 for today's 24:00."""
        return (manner.ending(self.wall(end))[0].date() - self.wall(self.now).date()).days

    def phrase(self, end: int) -> str:
        """An end: `today 15:10`, `tomorrow 24:00`, `11-24 18:00`."""
        days, time = self.days_to(end), {"time": manner.ending(self.wall(end))[1]}
        if days == 0:
            return _("today %(time)s") % time
        if days == 1:
            return _("tomorrow %(time)s") % time
        if days == -1:
            return _("yesterday %(time)s") % time
        return self.until(end)

    def day(self, instant: int) -> str:
        """`2026-11-20`, `20 Nov 2026`."""
        return manner.day(self.wall(instant), self.language)

    def day_field(self, instant: int) -> str:
        """The value of a date field."""
        return manner.machine_day(self.wall(instant))

    def stamp(self) -> str:
        """Now, as it stands in the name of a file."""
        return manner.stamp(self.wall(self.now))

    def field(self, instant: int) -> str:
        """The value of a datetime field; empty for 0."""
        return manner.field_time(self.wall(instant)) if instant else ""

    def read_field(self, value: str) -> int | None:
        """The instant that was typed into a datetime field; None where it is no time."""
        try:
            typed = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        if typed.tzinfo is None:
            typed = typed.replace(tzinfo=self.zone)
        return int(typed.timestamp())

    def _is_today(self, at: datetime) -> bool:
        return at.date() == self.wall(self.now).date()

    def _is_this_year(self, at: datetime) -> bool:
        return at.year == self.wall(self.now).year


def left_until(
    due: int | None,
    now: int,
    state: str = "open",
    near_from: int | None = None,
    text: str = "",
    *,
    big: bool = False,
) -> dict[str, Json]:
    """What is left until `due`, as ui/time.jinja's `left` draws it.

    `state`: open, paused, provisional, done, done_late. `near_from`: the instant from which it counts
    as near, an hour before by default. `text` stands in place of the words. `big`: without 剩.
    """  # zh: data
    due = due or 0
    near = due - HOUR if near_from is None else near_from
    runs, late = state in ("open", "provisional"), now > due
    if state == "done":
        tone = "done"
    elif state == "done_late" or (runs and late):
        tone = "late"
    else:
        tone = "near" if runs and now >= near else ""
    said = text or _left(due, now, state, big=big)
    return {"state": state, "tone": tone, "due": due, "near": near, "runs": runs, "text": said, "big": big}  # fmt: skip


def _left(due: int, now: int, state: str, *, big: bool) -> str:
    if state == "done":
        return _("on time")
    if state == "done_late":
        return _("done late")
    if state == "paused":
        return _("paused")
    if state == "provisional" and due - now >= DAY:
        return _("provisional")
    if now > due:
        return pgettext("time", "%(time)s over") % {"time": span(now - due, late=True)}
    left = span(due - now)
    return left if big or due - now >= DAY else pgettext("time", "%(time)s left") % {"time": left}


def span(seconds: int, *, late: bool = False) -> str:
    """`0:38`, counted like clock faces: what is left is rounded up to the minute, what is over down;
    days from 24 hours on.
    """
    if seconds >= DAY:
        days = seconds // DAY
        return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}
    return manner.hours((seconds if late else seconds + 59) // 60 * 60)


@dataclass(frozen=True, slots=True)
class Names:
    """What acts, seats, people, units and facts are called, under one policy."""

    policy: Policy
    organisation: Organisation
    language: str

    def text(self, text: Text) -> str:
        """Words of the vocabulary in the reader's language."""
        return text.in_(self.language)

    def act(self, name: str) -> str:
        """The name of an act."""
        return self.text(ACTS[name].text) if name in ACTS else name

    def sheet(self, kind: str, case_number: str, number: int) -> str:
        """A sheet as it is called on a page: 客户投诉处理单 CL-TS20261119-0007-1."""
        found = self.policy.sheets[kind]
        return f"{self.text(found.text)} {found.called(case_number, number)}"

    def contact(self, text: str) -> str:
        """Contact data in clear, with phone numbers as people read them."""
        return manner.phones(text, self.language)

    def person(self, who: str) -> str:
        """The name behind the `by` of an event."""
        if who == "customer":
            return _("The customer")
        if who == "system":
            return _("The system")
        return self.organisation.names.get(who, who)

    def post(self, place: Seat) -> str:
        """The post of a seat with its unit where there are several: 木棉里女装 商户负责人."""
        if place == "customer@":
            return _("The customer")
        if place in ("system@", ""):
            return _("The system")
        known = self.policy.posts.get(post_of(place))
        name = self.text(known.text) if known else post_of(place)
        unit = self.organisation.units.get(unit_of(place))
        return f"{unit.name} {name}" if unit and known and known.of else name

    def seat(self, place: Seat) -> str:
        """The post of a seat and who acts for it: 营运部经理 沈亦川."""
        if place in ("customer@", "system@", ""):
            return self.post(place)
        people = [self.organisation.names.get(who, "") for who in self.organisation.people(place)]
        names = _(", ").join(name for name in people[:2] if name)
        post = self.post(place)
        if not names:
            return post
        if self.organisation.is_vacant(place):
            return _("%(post)s (vacant, %(name)s acts)") % {"post": post, "name": names}
        return f"{post} {names}"

    def seats(self, places: Iterable[Seat]) -> str:
        """Several seats, each once."""
        return _(", ").join(dict.fromkeys(self.seat(place) for place in places))

    def unit(self, code: str) -> str:
        """The name of a unit."""
        found = self.organisation.units.get(code)
        return found.name if found else code

    def fact(self, name: str, *acts: str) -> str:
        """What a fact is called, or a field of the forms of these acts."""
        for act in acts:
            for field in self._form(act):
                if field.name == name:
                    return self.text(field.text)
        if found := self.policy.facts.get(name):
            return self.text(found.text)
        if question := self.policy.question(name):
            return self.text(question.text)
        if name in KEPT_SCORES:
            return self.text(KEPT_SCORES[name])
        if name in BUILT_IN_FACTS:
            return self.text(BUILT_IN_FACTS[name])
        if name in SHEET_FIELDS:
            return self.text(SHEET_FIELDS[name].text)
        for act in ACTS.values():
            for field in act.fields:
                if field.name == name:
                    return self.text(field.text)
        for need in NEEDS.values():
            for field in need.fields:
                if field.name == name:
                    return self.text(field.text)
        for field in (*ABOUT_FIELDS, *CONDITIONS_KEPT, *CONSENT_FIELDS, OPENED_BY, *RECURRENCE):
            if field.name == name:
                return self.text(field.text)
        return {
            "outcome": _("Outcome"),
            "unit": _("Received by"),
            "received": _("Received"),
        }.get(name, name)

    def value(self, name: str, value: Json, clock: Clock, act: str = "") -> str:
        """A value of a fact or a field, in words."""
        if name == "kind" and value in self.policy.kinds:
            return self.text(self.policy.kinds[value])
        if name == "channel" and value in self.policy.channels:
            return self.text(self.policy.channels[value].text)
        if name == "category" and value in self.policy.categories:
            return self.text(self.policy.categories[value])
        if name == "caller" and value in self.policy.callers:
            return self.text(self.policy.callers[value])
        if name in ("about_unit", "to_unit", "unit"):
            return self.unit(str(value))
        if name == "severity":
            return self.severity(str(value))
        if act == SET_ASIDE and name == "reason" and value in REASONS:
            return self.text(REASONS[value])
        if name == "outcome" and act in ACTS:
            found = next((o.text for o in ACTS[act].outcomes if o.name == value), None)
            return self.text(found) if found else str(value)
        fact = self.policy.facts.get(name)
        if fact and fact.counts == "nearest unit":
            return self.unit(str(value))
        if fact and value in fact.values:
            return self.text(fact.values[value])
        question = self.policy.question(name)
        if question and value in question.values:
            return self.text(question.values[value])
        field = next(
            (item for item in (*_fields(act), *CONSENT_FIELDS) if item.name == name),
            None,
        )
        if field:
            chosen = next((text for key, text in field.choices if key == value), None)
            if chosen:
                return self.text(chosen)
        if value in ("yes", "no"):
            return _("Yes") if value == "yes" else _("No")
        kind = field.kind if field else fact.type if fact else ""
        if kind == "person" or name in ("about_person", OPENED_BY.name):
            return self.person(str(value))
        if kind == "signature":
            return signer(str(value))
        if kind == "people" and isinstance(value, list):
            return _(", ").join(self.person(str(who)) for who in value)
        if kind == "time" and isinstance(value, int):
            return clock.at(value)
        if kind == "money" and isinstance(value, int):
            return manner.money(value)
        if name == "consent_text":
            return str(value)[:12]  # enough to tell two wordings apart
        if isinstance(value, list):
            return _(", ").join(file_name(str(item)) for item in value)
        return str(value)

    def in_order(self, told: Mapping[str, Json], *acts: str) -> list[tuple[str, Json]]:
        """What was told, in the order in which forms ask for it; JSON keeps none."""
        policy = self.policy
        asked = [field.name for act in acts for field in self._form(act)]
        asked += [name for kind in policy.sheets.values() for name in kind.filled]
        asked += [question.name for form in policy.questions.values() for question in form]
        asked.append("category")
        for name in policy.facts:
            asked += (name, "about_unit", "about_person") if name == "about" else (name,)
        place = {name: place for place, name in reversed(list(enumerate(asked)))}
        return sorted(told.items(), key=lambda item: place.get(item[0], len(asked)))

    def _form(self, act: str) -> list[Field]:
        """The fields an act may have under this policy: its rows' needs, then its own."""
        lines = [self.policy.steps, *(kind.steps for kind in self.policy.sheets.values())]
        rows = [step.needs for line in lines for step in line if step.act == act]
        if allowed := self.policy.may.get(act):
            rows.append(allowed.needs)
        fields = [field for needs in rows for need in needs for field in NEEDS[need].fields]
        return [*fields, *(ACTS[act].fields if act in ACTS else ())]

    def severity(self, level: str) -> str:
        """The words of a level of severity; empty for none."""
        table = self.policy.tables.get("severity")
        rows = table.rows if table else ()
        return next((self.text(row.text) for row in rows if row.then == level and row.text), level)

    def stage(self, stage: str, ended: str = "") -> str:
        """The words of a stage, or of how the case ended."""
        words = ENDINGS.get(ended) or ENDINGS.get(stage) or STAGES.get(stage)
        return self.text(words) if words else stage

    def clause(self, ids: Iterable[str]) -> dict[str, Json] | None:
        """The first clause with its sentence, as ui/clause.jinja wants it; None where there is none."""
        for name in ids:
            if name in self.policy.clauses:
                return {
                    "id": name,
                    "text": self.policy.clauses[name],
                    "version": _("%(title)s, version %(number)s")
                    % {"title": self.text(self.policy.title), "number": self.policy.version},
                }
        return None


def _fields(act: str) -> list[Any]:
    acts = [ACTS[act]] if act in ACTS else ACTS.values() if not act else ()
    found = [field for word in acts for field in word.fields]
    found += CONDITIONS_KEPT
    return found + [field for need in NEEDS.values() for field in need.fields]


def read_money(text: str) -> int | None:
    """The fen of what was typed: 1,280, 1280.5, ¥86; None where it is no amount."""
    bare = text.replace(",", "").replace("¥", "").replace("\uffe5", "").strip()
    whole, _dot, part = bare.partition(".")
    if not whole.isdecimal() or (part and not part.isdecimal()) or len(part) > 2:
        return None
    return int(whole) * 100 + int((part + "00")[:2])


def file_name(value: str) -> str:
    """What an attached file is called; its value is its hash, a colon and its name."""
    return value.partition(":")[2] or value


def signer(value: str) -> str:
    """Who signed: the name that was typed, which a drawn signature carries as its file's name."""
    digest, colon, name = value.partition(":")
    return name.removesuffix(".png") if colon and len(digest) == 64 else value


def tone_of_severity(policy: Policy, level: str) -> str:
    """Red for the highest level, nothing for the others."""
    return "late" if len(policy.levels) > 1 and level == policy.levels[-1] else ""


def tone_of_stage(stage: str, ended: str) -> str:
    """The tone of a stage's label."""
    if ended == "archived" or stage in ("closed", "archived"):
        return "done"
    return "" if ended else "current" if stage == "in hand" else ""


def length(seconds: int) -> str:
    """`2:10` or `3 days`: how long something took."""
    if seconds >= DAY:
        return ngettext("%(num)s day", "%(num)s days", seconds // DAY) % {"num": seconds // DAY}
    return manner.hours(seconds)


def quoted(text: str) -> str:
    """In the reader's quotation marks."""
    return pgettext("quotation", "“%(text)s”") % {"text": text}


def said(data: Mapping[str, Json], *names: str) -> str:
    """The first of these values that was filled in, as one line."""
    for name in names:
        if value := data.get(name):
            return " ".join(str(value).split())
    return ""
