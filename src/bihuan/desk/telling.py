"""Who is told what outside the house, by which way and when: planned with the notices, sent later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from bihuan.desk import addresses, news, quiet, stored, ways, worlds
from bihuan.desk.composing import CUSTOMER
from bihuan.desk.organisation import site
from bihuan.desk.preferences import default_ways, organisation_quiet, wanted_by
from bihuan.engine import manner
from bihuan.engine.acts import ACTS, AWAITED, WITH_GOODS
from bihuan.engine.calendar import Calendar
from bihuan.engine.case import Case
from bihuan.engine.organisation import Organisation, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.words import Text
from bihuan.records.models import Delivery, Event, GroupChat, Party, Person
from bihuan.records.queries.accounts import organisation_name
from bihuan.records.sealing import unseal

Json = Any
IN_GROUPS = frozenset({"owed", "handed", "late"})
_GROUP_LINE = Text("{act}，期限 {due}", "{act}, by {due}")
_GROUP_SUBJECT = Text("{unit}有待办的事，请登录查看", "{unit} owes something; sign in to see it")
_SAID = {"contact": "said", "respond": "answer", "decline": "reason"}  # what of an act is told


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message taken from the outbox; `dedupe` is the same however often it is delivered."""

    id: int
    kind: str
    to: str
    case_id: int | None
    body: dict[str, Json]
    dedupe: str
    attempts: int
    written_at: int


@dataclass(slots=True)
class _Of:
    """The policy of a case, with what its messages are reckoned by."""

    policy: Policy
    calendar: Calendar

    def wall(self, end: int, language: str) -> str:
        """By when, on the clock of the policy; empty for 0."""
        zone = ZoneInfo(str(self.policy.calendars["usual"].get("zone", settings.TIME_ZONE)))
        return manner.until(datetime.fromtimestamp(end, zone), language) if end else ""


@dataclass
class Planner:
    """Plans what a few messages of the outbox send out of the house, in the transaction that takes them."""

    now: int
    _policies: dict[int, _Of] = field(default_factory=dict)

    @cached_property
    def _open(self) -> frozenset[str]:
        return ways.open_ways()

    @cached_property
    def _told(self) -> Mapping[str, Json]:
        told: Mapping[str, Json] = site().notices
        return told

    @cached_property
    def _chats(self) -> tuple[GroupChat, ...]:
        rows = GroupChat.objects.filter(withdrawn_at=None, way__in=self._open)
        return tuple(rows.order_by("id"))

    def plan(self, message: "Waiting", people: Iterable[str], organisation: Organisation) -> None:
        """Write a row for each way on which somebody is told of this message; none where no way is open."""
        kind = news.NEWS.get(message.kind)
        if not self._open or kind is None:
            return
        if kind.to_customer:
            found = self._for_customer(message)
        else:
            found = [*self._for_people(message, people), *self._for_groups(message, organisation)]
        Delivery.objects.bulk_create(found, ignore_conflicts=True)

    # -- Members of staff --------------------------------------------------------------------------

    def _for_people(self, message: "Waiting", people: Iterable[str]) -> list[Delivery]:
        ids = [int(person) for person in people if person.isdecimal()]
        rows = Person.objects.filter(pk__in=ids, active=True).select_related("telling")
        return [row for person in rows for row in self._for_person(message, person)]

    def _for_person(self, message: "Waiting", person: Person) -> list[Delivery]:
        wanted = wanted_by(person)
        reached = addresses.of_person(wanted.addresses, person.phone)
        chosen = [
            way
            for way in wanted.chosen(message.kind, self._told)
            if way in self._open and way in reached
        ]
        if not chosen:
            return []
        of = self._of_case(message.case_id)
        values = self._staff_values(message.body, of, person.language)
        said = news.written(of.policy.code if of else "", message.kind, person.language, values)
        due = int(message.body.get("due") or 0)
        at = self.now
        if of is not None:
            calm = wanted.quiet(self._told)
            at = quiet.goes_at(self.now, calm, wanted.together, of.calendar, due=due)
        return [
            self._row(message, str(person.pk), way, reached[way], person.language, said, values, at)
            for way in chosen
        ]

    def _staff_values(
        self, body: Mapping[str, Json], of: _Of | None, language: str
    ) -> dict[str, str]:
        if "report" in body:
            return {
                "act": Text(*body["title"]).in_(language),
                "case": str(body["period"]),
                "due": "",
                "link": link("report", str(body["report"])),
                "company": organisation_name(),
            }
        act = ACTS[body["act"]].text.in_(language) if body.get("act") in ACTS else ""
        number = str(body.get("case") or "")
        return {
            "act": f"{act} {body.get('note') or ''}".strip(),
            "case": number,
            "due": of.wall(int(body.get("due") or 0), language) if of else "",
            "link": link("case", number) if number else "",
            "company": organisation_name(),
        }

    def _for_groups(self, message: "Waiting", organisation: Organisation) -> list[Delivery]:
        """A group hears that something is owed and by when, never in which case: somebody it is about may read it."""
        if message.kind not in IN_GROUPS or not message.to.startswith("seat:"):
            return []
        code = unit_of(message.to.removeprefix("seat:"))
        unit = organisation.units.get(code)
        of = self._of_case(message.case_id)
        language = settings.LANGUAGE_CODE
        values = self._staff_values(message.body, of, language)
        values = {"act": values["act"], "due": values["due"], "unit": unit.name if unit else code}
        said = news.filled(_GROUP_SUBJECT.in_(language), _GROUP_LINE.in_(language), values)
        return [
            self._row(message, f"chat:{chat.pk}", chat.way, chat.name, language, said, {}, self.now)
            for chat in self._chats
            if chat.unit == code
        ]

    # -- Customers ---------------------------------------------------------------------------------

    def _for_customer(self, message: "Waiting") -> list[Delivery]:
        """One row: by the way they came where we know it, else by another; none where only the portal is left."""
        found = stored.load(str(message.body.get("case") or ""))
        of = self._of_case(message.case_id)
        if found is None or of is None or found.case.ended == "purged":
            return []
        facts = found.case.facts
        phone = (
            Party.objects.filter(pk=found.complainant or 0).values_list("phone", flat=True).first()
        )
        reached = addresses.of_customer(facts, phone or "")
        by = default_ways(message.kind, self._told)
        way = next(
            (one for one in _order(found.case, of.policy)
             if one in reached and one in by and one in self._open), "",
        )  # fmt: skip
        if not way:
            return []
        language = language_of(facts)
        entry = self._entry(message)
        values = self._customer_values(found.number, found.case, of, entry, language)
        said = news.written(of.policy.code, message.kind, language, values)
        calm = organisation_quiet(self._told)
        wait = message.kind != "registered"  # who has just called is awake
        at = quiet.ends_at(self.now, calm, of.calendar) if wait else self.now
        row = self._row(message, CUSTOMER, way, reached[way], language, said, values, at)
        row.entry = int(message.body["entry"])
        row.letter = way == "email" and entry.get("form") == "written"
        return [row]

    def _entry(self, message: "Waiting") -> dict[str, Json]:
        """What the act said that this message is about, from the history."""
        place = int(message.body.get("entry") or 0)
        row = Event.objects.filter(case_id=message.case_id or 0, sequence=place).first()
        if row is None:
            return {}
        data, _effects = unseal(row.data, (), row.private)
        return {**data, "kind": row.kind}

    def _customer_values(
        self, number: str, case: Case, of: _Of, entry: Mapping[str, Json], language: str
    ) -> dict[str, str]:
        awaited = [
            debt.due
            for debt in case.debts.values()
            if debt.act in (*AWAITED, *WITH_GOODS) and not debt.sheet
        ]
        next_at = min(awaited, default=0) or case.next_due
        kind = of.policy.kinds.get(str(case.facts.get("kind", "")))
        return {
            "case": number,
            "customer": str(case.facts.get("name") or ""),
            "matter": kind.in_(language) if kind else "",
            "due": of.wall(next_at, language),
            "agreed_time": of.wall(case.agreed, language),
            "said": str(entry.get(_SAID.get(str(entry.get("kind")), "")) or ""),
            "link": link("portal_follow"),
            "company": organisation_name(),
        }

    # -- Rows --------------------------------------------------------------------------------------

    def _row(
        self, message: "Waiting", to: str, way: str, address: str, language: str,
        said: news.Written, values: Json, at: int,
    ) -> Delivery:  # fmt: skip
        return Delivery(
            message_id=message_id(message.dedupe, to, way),
            origin=message.dedupe, case_id=message.case_id, kind=message.kind, to=to, way=way,
            address=address, language=language, subject=said.subject, text=said.text,
            values=values, written_at=message.written_at, next_at=at,
        )  # fmt: skip

    def _of_case(self, case_id: int | None) -> _Of | None:
        from bihuan.records.models import Case as CaseRow

        version = (
            CaseRow.objects.filter(pk=case_id or 0).values_list("policy_id", flat=True).first()
        )
        if version is None:
            return None
        if version not in self._policies:
            world = worlds.ruling(version, self.now).world
            self._policies[version] = _Of(world.policy, world.calendars["usual"])
        return self._policies[version]


def message_id(origin: str, to: str, way: str) -> str:
    """The id a receiver knows a message by: reckoned from where it comes from, so always the same."""
    return sha256(f"{origin}\n{to}\n{way}".encode()).hexdigest()[:32]


def link(name: str, *given: str) -> str:
    """The whole address of a page; empty where nobody said how this server is reached."""
    return settings.PUBLIC_URL + reverse(name, args=given) if settings.PUBLIC_URL else ""


def language_of(facts: Mapping[str, Json]) -> str:
    """The language to write to a customer in: Chinese, unless all they told us is without a Chinese character."""
    told = f"{facts.get('content') or ''}{facts.get('demand') or ''}"
    english = told and not any(0x4E00 <= ord(char) <= 0x9FFF for char in told)
    return "en" if english else settings.LANGUAGE_CODE


def _order(case: Case, policy: Policy) -> tuple[str, ...]:
    channel = policy.channels.get(str(case.facts.get("channel", "")))
    return ("email", "sms") if channel is None or channel.written else ("sms", "email")
