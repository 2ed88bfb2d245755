"""Takes a complaint in from plain fields: the customer found or made, a query code, the register."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bihuan.desk import packs, worlds
from bihuan.desk.addresses import email_in, normal_phone
from bihuan.desk.perform import Performed, Registration, perform
from bihuan.desk.query_codes import code_for, find_by_code, hash_of
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models.json_text import canonical

Json = Any


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of taking a complaint in. `query_code` is shown to the customer now, and never kept."""

    performed: Performed
    query_code: str = ""

    @property
    def number(self) -> str:
        """The number of the case; empty where it was refused."""
        return self.performed.number

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing was registered, or None."""
        return self.performed.refusal


def register(
    facts: Mapping[str, Json],
    *,
    by: str,
    unit: str,
    now: int,
    policy: int | None = None,
    act_id: str | None = None,
    at: int | None = None,
) -> Registered:
    """Register a complaint received by `unit`; `facts` by the policy's names, and `phone`, `address`.

    Without `policy` (a version's id) the receiving unit and the kind choose. Repeating `act_id`
    returns the first number and the same query code. `at`: when it was said, at latest `now`.
    """
    facts = {name: value for name, value in facts.items() if value not in (None, "")}
    kind = str(facts.get("kind", "complaint"))
    if policy is None:
        policy = _policy_for(unit, kind, now)
        if policy is None:
            return Registered(Performed("", refusal=NO_POLICY))
    act_id = act_id or secrets.token_hex(16)
    said = {name: value for name, value in facts.items() if name not in STAMPED}
    code = code_for(by, act_id, canonical(said))
    data = {name: value for name, value in facts.items() if name not in ("phone", "address")}
    contact = " ".join(str(facts[name]) for name in ("phone", "address") if facts.get(name))
    if contact and not data.get("contact") and "contact" in worlds.policy_of(policy).facts:
        data["contact"] = contact
    act = Act("register", by, now if at is None else at, {"kind": kind, **data, "unit": unit})
    done = perform(
        act,
        policy=policy,
        act_id=act_id,
        registration=lambda: Registration(_party(facts, now), hash_of(code)),
        now=now,
    )
    if done.refusal or (done.repeated and find_by_code(done.number, code) is None):
        code = ""
    return Registered(done, code)


STAMPED = frozenset({"consented_at"})  # by the server at each sending: no part of what was said

_chosen: dict[tuple[worlds.Changes, int, str, str], int | None] = {}


def _policy_for(unit: str, kind: str, now: int) -> int | None:
    """The version that rules; asked for once in a quarter of an hour, and after each change."""
    key = (worlds.changes(), now // 900, unit, kind)
    if key not in _chosen:
        if len(_chosen) > 1000:
            _chosen.clear()
        version = packs.policy_for(unit, kind, now)
        _chosen[key] = version.pk if version else None
    return _chosen[key]


NO_POLICY = Refusal(
    "no-policy", Text("没有适用于此部门和类型的制度", "no policy rules over this unit and kind")
)


_FIND = "SELECT id, email FROM records_party WHERE phone = %s AND phone <> '' AND name = %s LIMIT 1"
_FIND_BY_EMAIL = (
    "SELECT id, email FROM records_party WHERE email = %s AND email <> '' ORDER BY id LIMIT 1"
)
_MAKE = (
    "INSERT INTO records_party (name, phone, phone_end, email, address, caller, since_at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id, email"
)
_LEARN_EMAIL = "UPDATE records_party SET email = %s WHERE id = %s"


def _party(facts: Mapping[str, Json], now: int) -> int | None:
    """The complainant: known by number and name, else, where no number is told, by e-mail address; else new."""
    name = str(facts.get("name", "")).strip()[:200]
    phone = normal_phone(str(facts.get("phone", "")))
    email = email_in(f"{facts.get('contact') or ''} {facts.get('email') or ''}").lower()
    if not name and not phone and not email:
        return None
    with connection.cursor() as cursor:
        cursor.execute(*((_FIND, (phone, name)) if phone else (_FIND_BY_EMAIL, (email,))))
        row = cursor.fetchone()
        if row is None:
            address, caller = str(facts.get("address", ""))[:500], str(facts.get("caller", ""))[:60]
            made = (name, phone, phone[-4:], email, address, caller, now)
            cursor.execute(_MAKE, made)
            row = cursor.fetchone()
        if email and not row[1]:
            cursor.execute(_LEARN_EMAIL, (email, row[0]))
    return int(row[0])
