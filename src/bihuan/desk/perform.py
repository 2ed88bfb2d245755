"""The one door: an act is judged and what follows from it is written, in one transaction."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from bihuan.desk import numbering, worlds
from bihuan.desk.append import Change, Record, append
from bihuan.desk.counting import RECOUNT, counted_facts, drawn_fact, in_problem, recurrence
from bihuan.desk.in_force import policy_for
from bihuan.desk.locating import located_facts
from bihuan.desk.query_codes import RENEW, code_for, hash_of
from bihuan.desk.stored import Stored, load, load_both, reaches, standing, world_beside
from bihuan.engine.acts import JOINING
from bihuan.engine.case import Act, Case
from bihuan.engine.links import grown_as, mirrored
from bihuan.engine.manner import serial_day
from bihuan.engine.preventing import BROUGHT
from bihuan.engine.refusal import Owing, Refusal
from bihuan.engine.step import Decision, decide
from bihuan.engine.together import Peer, decide_appeal, decide_both, opened_by_appeal
from bihuan.engine.triaging import TRIAGE
from bihuan.engine.words import Text
from bihuan.records.models.json_text import canonical

Json = Any
ATTEMPTS = 5
LONGEST_ACT_ID = 80


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of an act. `first` to `last` are the places in the history of the events it left.

    `refusal` is None where it was accepted; a refused act may leave events too (lapses caught up, a
    hand-over). `repeated`: the act id was known, and this is what came of it the first time.
    """

    number: str
    first: int = 0
    last: int = 0
    refusal: Refusal | None = None
    repeated: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the act was done."""
        return self.refusal is None

    @property
    def events(self) -> int:
        """How many events the act left."""
        return self.last - self.first + 1 if self.first else 0


@dataclass(frozen=True, slots=True)
class Registration:
    """What the register holds of a new case beside what the policy knows."""

    party: int | None = None
    query_code: str = ""  # its hash


def perform(
    act: Act,
    *,
    case_number: str | None = None,
    act_id: str | None = None,
    policy: int | None = None,
    registration: Callable[[], Registration] | None = None,
    now: int,
) -> Performed:
    """Do an act on a case, or register one under the version `policy`; all of it or nothing.

    What was accepted is committed when this returns, unless the caller holds a transaction open.
    `registration` is asked once the act is accepted. Repeating `act_id` returns what came of it
    first and does nothing more. `now` in whole seconds.
    """
    refusal = _unreadable(act, act_id)
    if refusal:
        return Performed(case_number or "", refusal=refusal)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _Performing(act, act_id or "", now).run(case_number, policy, registration)
        except (IntegrityError, OperationalError):
            # Somebody else was first on this case or with this act id: judge again, on what is now.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError  # the loop returns or raises


@dataclass(slots=True)
class _Performing:
    act: Act
    act_id: str
    now: int

    def run(
        self,
        number: str | None,
        policy: int | None,
        registration: Callable[[], Registration] | None,
    ) -> Performed:
        seen, receipt = self._look_up()
        if receipt:
            return receipt
        if number is None:
            return self._register(policy, registration or Registration, seen)
        return self._on_case(number, seen)

    def _look_up(self) -> tuple[worlds.Changes, Performed | None]:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_UP, (self.act_id,))
            row = cursor.fetchone()
        seen = worlds.Changes(*row[:3])
        row = row[3:]
        if not self.act_id or row[0] is None:
            return seen, None
        found = _first_result(row, self.act.by, self.act.name)
        return seen, found or Performed("", refusal=_ID_TAKEN)

    def _register(
        self,
        policy: int | None,
        registration: Callable[[], Registration],
        seen: worlds.Changes,
    ) -> Performed:
        if policy is None:
            return self._refused("", _NO_POLICY)
        ruling = worlds.ruling(policy, self.now, seen)
        origin = self._origin(ruling, seen)
        if self.act.data.get("linked_to") and origin is None:
            return self._refused("", _NOT_GROWN)
        act = self._with_counted(self.act, None, 0, ruling)
        decision = decide(None, act, ruling.world, self.now)
        case = decision.case
        if case is None or not decision.events:
            return self._refused("", decision.refusal or _NO_POLICY)
        if case.is_routine:
            number = numbering.ledger_number(ruling.code, ruling.number, case.unit)
            if load(number):
                return Performed(number, repeated=True)
        else:
            number = self._next_number(case.facts.get("kind", ""), ruling)
        registered = registration()
        record = Record(number, registered.party, registered.query_code)
        change = Change(
            ruling, number, None, case, decision.events, act_id=self.act_id, act=act.name,
            record=record,
        )  # fmt: skip
        grown = self._grown(origin, number, seen) if origin else ()
        return self._write(change, decision.refusal, *grown)

    def _on_case(self, number: str, seen: worlds.Changes) -> Performed:
        other = self.act.data.get("case")
        if self.act.name in JOINING and isinstance(other, str) and other:
            return self._on_both(number, other, seen)
        stored = load(number, lock=True)
        if stored is None:
            return self._refused(number, _NO_CASE)
        ruling = worlds.ruling(stored.policy_id, self.now, seen)
        if not reaches(self.act.by, stored, ruling, self.now):
            return self._refused(number, _NO_CASE, stored.id)
        if self.act.name == RENEW and not self.act_id:
            return self._refused(number, _NO_ID, stored.id)
        if self.act.name == "appeal_received":
            return self._on_appeal(stored, ruling, seen)
        if self.act.name == TRIAGE and other and not self._may_go_to(str(other), seen):
            return self._refused(number, _NO_OTHER, stored.id)
        act = self._with_counted(self.act, stored.case, stored.id, ruling)
        world = world_beside(stored.case, ruling.world, self.now)
        decision: Decision = decide(stored.case, act, world, self.now)
        return self._decided(stored, ruling, decision)

    def _decided(
        self,
        stored: Stored,
        ruling: worlds.Ruling,
        decision: Decision,
        *others: Change,
    ) -> Performed:
        if not decision.events or decision.case is None:
            return self._refused(stored.number, decision.refusal, stored.id)
        change = change_of(stored, ruling, decision, self.act_id, self.act.name)
        if self.act.name == RENEW and decision.accepted:
            told = f"{RENEW} {stored.number}"
            change.query_code = hash_of(code_for(self.act.by, self.act_id, told))
        return self._write(change, decision.refusal, *others)

    def _on_both(self, number: str, named: str, seen: worlds.Changes) -> Performed:
        """An act that joins two cases: both rows are locked, and both written or neither."""
        stored, other = load_both(number, named)
        if stored is None:
            return self._refused(number, _NO_CASE)
        ruling = worlds.ruling(stored.policy_id, self.now, seen)
        if not reaches(self.act.by, stored, ruling, self.now, whole=True):
            return self._refused(number, _NO_CASE, stored.id)
        if other is None or other.case.ledger:
            return self._refused(number, _NO_OTHER, stored.id)
        theirs = worlds.ruling(other.policy_id, self.now, seen)
        if not reaches(self.act.by, other, theirs, self.now, whole=True):
            return self._refused(number, _NO_OTHER, stored.id)
        policies = (ruling.world.policy, theirs.world.policy)
        told = {
            name: value
            for name, value in self.act.data.items()
            if not any(policy.is_counted(name) for policy in policies)
        }
        act = replace(self.act, data=told)
        decision, beside = decide_both(
            _peer(stored, ruling), _peer(other, theirs), act, self.now,
            standing(stored, other, act),
        )  # fmt: skip
        others = (change_of(other, theirs, beside),) if beside and beside.events else ()
        return self._decided(stored, ruling, decision, *others)

    def _may_go_to(self, number: str, seen: worlds.Changes) -> bool:
        """Whether a message may be said to belong to that case: who says so sees it, or registered it."""
        other = load(number)
        if other is None or other.case.ledger:
            return False
        theirs = worlds.ruling(other.policy_id, self.now, seen)
        own = other.case.registrar == self.act.by
        return own or reaches(self.act.by, other, theirs, self.now, whole=True)

    def _origin(self, ruling: worlds.Ruling, seen: worlds.Changes) -> Stored | None:
        """The case a new one grew from, locked; None where there is none, of that kind, to be seen (AUTO-3.7)."""
        told = self.act.data.get("linked_to")
        stored = load(str(told), lock=True) if told else None
        kind = ruling.world.policy.linked.get(str(self.act.data.get("kind", "")))
        if stored is None or kind is None or stored.case.facts.get("kind") != kind:
            return None
        theirs = worlds.ruling(stored.policy_id, self.now, seen)
        return stored if reaches(self.act.by, stored, theirs, self.now) else None

    def _grown(self, origin: Stored, number: str, seen: worlds.Changes) -> tuple[Change, ...]:
        """What the case that a new one grew from is told: that it is linked, and how."""
        ruling = worlds.ruling(origin.policy_id, self.now, seen)
        relation = mirrored(grown_as(str(self.act.data.get("kind", ""))))
        act = Act("link", "system", self.now, {"case": number, "as": relation})
        decision = decide(origin.case, act, ruling.world, self.now)
        return (change_of(origin, ruling, decision),)

    def _on_appeal(self, stored: Stored, ruling: worlds.Ruling, seen: worlds.Changes) -> Performed:
        """An outside appeal about a case opens one linked with it; both are written or neither."""
        act = replace(self.act, data={**self.act.data, "case": ""})
        world = world_beside(stored.case, ruling.world, self.now)
        decision = decide(stored.case, act, world, self.now)
        if not decision.accepted:
            return self._decided(stored, ruling, decision)
        told = opened_by_appeal(act, stored.case, world.policy)
        version = policy_for(stored.case.unit, str(told.data["kind"]), self.now)
        theirs = worlds.ruling(version.pk if version else stored.policy_id, self.now, seen)
        told = opened_by_appeal(act, stored.case, theirs.world.policy)
        told = self._with_counted(told, None, 0, theirs)
        number = self._next_number(str(told.data["kind"]), theirs)
        own = Peer(stored.number, stored.case, world)
        decision, opened = decide_appeal(own, number, theirs.world, act, told, self.now)
        if opened is None or opened.case is None:
            return self._decided(stored, ruling, decision)
        record = Record(number, stored.complainant)
        change = Change(
            theirs, number, None, opened.case, opened.events, act=told.name, record=record
        )
        return self._decided(stored, ruling, decision, change)

    def _next_number(self, kind: str, ruling: worlds.Ruling) -> str:
        day = ruling.world.calendars["usual"].day_of(self.now)
        with connection.cursor() as cursor:
            return numbering.next_number(cursor, kind, serial_day(day))

    def _with_counted(
        self, act: Act, case: Case | None, case_id: int, ruling: worlds.Ruling
    ) -> Act:
        found: dict[str, int | str] = {
            **counted_facts(act, case, case_id, ruling, self.now),
            **located_facts(act, case, ruling),
            **drawn_fact(act, case, case_id, ruling, self.now),
            **(in_problem(case_id, ruling, self.now) if act.name == RECOUNT else {}),
            **recurrence(act, case, case_id, ruling.world, self.now),
        }
        is_counted = ruling.world.policy.is_counted
        told = {
            name: value
            for name, value in act.data.items()
            if name not in BROUGHT and not is_counted(name)
        }
        return replace(act, data={**told, **found})

    def _write(self, change: Change, refusal: Refusal | None, *others: Change) -> Performed:
        append((change, *others), self.now)
        first = change.sequence + 1
        done = Performed(change.number, first, change.sequence + len(change.events), refusal)
        self._keep_receipt(done, change.case_id)
        return done

    def _refused(
        self, number: str, refusal: Refusal | None, case_id: int | None = None
    ) -> Performed:
        done = Performed(number, refusal=refusal)
        if case_id or not number:
            self._keep_receipt(done, case_id)
        return done

    def _keep_receipt(self, done: Performed, case_id: int | None) -> None:
        if not self.act_id:
            return
        outcome: dict[str, Json] = {"act": self.act.name, "number": done.number}
        if done.refusal:
            outcome["refusal"] = refusal_to_json(done.refusal)
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP_RECEIPT,
                (self.act_id, self.act.by, case_id, done.first, done.last, canonical(outcome),
                 self.now),
            )  # fmt: skip


def change_of(
    stored: Stored, ruling: worlds.Ruling, decision: Decision, act_id: str = "", act: str = ""
) -> Change:
    """A decision on a stored case, ready to be written."""
    assert decision.case is not None
    return Change(
        ruling, stored.number, stored.case, decision.case, decision.events, stored.id,
        stored.events, stored.head, act_id, act,
    )  # fmt: skip


def _peer(stored: Stored, ruling: worlds.Ruling) -> Peer:
    return Peer(stored.number, stored.case, ruling.world, str(stored.complainant or ""))


_LOOK_UP = """
    SELECT COALESCE(s.organisation_changes, -1), COALESCE(s.calendar_changes, -1),
           COALESCE(s.library_changes, -1),
           r."by", r.first, r.last, r.outcome
    FROM (SELECT CAST(%s AS VARCHAR(80)) AS act_id) q
    LEFT JOIN records_site s ON s.id = 1
    LEFT JOIN records_actreceipt r ON r.act_id = q.act_id
"""
_KEEP_RECEIPT = (
    'INSERT INTO records_actreceipt (act_id, "by", case_id, first, last, outcome, at) '
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def first_result(act_id: str, *, by: str, act: str) -> Performed | None:
    """What came of this act id the first time; None where nobody sent it, or it was another's or another act."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, (act_id,))
        row = cursor.fetchone()
    return _first_result(row[3:], by, act) if act_id and row[3] is not None else None


def _first_result(row: tuple[Any, ...], by: str, act: str) -> Performed | None:
    whose, first, last, outcome = row[0], row[1], row[2], json.loads(row[3])
    if whose != by or outcome["act"] != act:
        return None
    refusal = refusal_from_json(outcome["refusal"]) if "refusal" in outcome else None
    return Performed(outcome["number"], first, last, refusal, repeated=True)


def refusal_to_json(refusal: Refusal) -> dict[str, Json]:
    """A refusal as plain JSON values."""
    return {
        "code": refusal.code,
        "text": list(refusal.text),
        "clauses": list(refusal.clauses),
        "field": refusal.field,
        "owing": [[owing.act, owing.seat, owing.due, owing.sheet] for owing in refusal.owing],
    }


def refusal_from_json(found: Mapping[str, Json]) -> Refusal:
    """The refusal that `refusal_to_json` wrote."""
    return Refusal(
        found["code"],
        Text(*found["text"]),
        tuple(found["clauses"]),
        found["field"],
        tuple(Owing(*item) for item in found["owing"]),
    )


_NOT_GROWN = Refusal(
    "bad-value",
    Text(
        "“由此案引起”应填已有案件的编号，且种类相符",
        "'Grew from case' should be the number of a case there is, of the fitting kind",
    ),
    field="linked_to",
)
_NO_CASE = Refusal("no-such-case", Text("没有这个案件", "there is no such case"), ())
_NO_OTHER = replace(_NO_CASE, field="case")
_NO_POLICY = Refusal(
    "no-policy", Text("没有适用的制度", "no policy rules over what is registered here"), ()
)
_NO_ID = Refusal(
    "bad-act-id",
    Text("换发查询码须带动作编号", "renewing a query code needs an act id"),
    (),
    "act_id",
)
_ID_TAKEN = Refusal(
    "act-id-taken",
    Text(
        "此动作编号已用于另一动作，请换一个新的",
        "this act id was used for another act; take a new one",
    ),
    (),
)


def _unreadable(act: Act, act_id: str | None) -> Refusal | None:
    if act_id and (len(act_id) > LONGEST_ACT_ID or not act_id.isprintable()):
        return Refusal(
            "bad-act-id",
            Text("动作编号至多 80 个可见字符", "an act id has at most 80 visible characters"),
            (),
            "act_id",
        )
    for name, value in act.data.items():
        if not _readable(value):
            return Refusal(
                "unreadable-text",
                Text(
                    f"“{name}”含有无法保存的字符", f"'{name}' holds characters that cannot be kept"
                ),
                (),
                name,
            )
    return None


def _readable(value: Json) -> bool:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:  # half a character
            return False
        return "\0" not in value
    if isinstance(value, Mapping):
        return all(_readable(key) and _readable(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(_readable(item) for item in value)
    return value is None or isinstance(value, bool | int)
