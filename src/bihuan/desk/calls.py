"""Calls: what a telephone system tells of them, kept as it comes, in whatever order and however often.

A call that is over goes into the ledger of what was received, so that somebody owes a look at it;
where a case was registered from it meanwhile, that is its fate.
"""

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bihuan.desk import changes, organisation, received, secrets, worlds
from bihuan.desk.addresses import normal_phone
from bihuan.desk.received import Arrival, honest, plain
from bihuan.engine.organisation import Organisation
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.records.models import Call, Case, Person, PhoneLine
from bihuan.records.models.json_text import canonical

Json = Any
CHANNEL = "phone"
# What is told of a call, by our names; a line says what its telephone system calls them.
TOLD = ("call", "event", "at", "number", "agent", "recording")
EVENTS = ("started", "answered", "ended")
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told of a call. `at` is 0 where the telephone system does not say when."""

    call: str
    event: str  # started, answered, ended
    at: int = 0
    number: str = ""
    agent: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a channel needs it: who may tell of its calls, and by which names."""

    id: int
    code: str
    unit: str
    secret: str
    names: Mapping[str, str]


# -- Lines -----------------------------------------------------------------------------------------


@transaction.atomic
def open_line(
    code: str, name: str, unit: str, *, names: Mapping[str, str] | None = None, now: int
) -> str | Refusal:
    """A new line; the answer is the secret its telephone system proves itself by, shown this once.

    ``names``: what that system calls `call`, `event`, `at`, `number`, `agent` and `recording`, and
    the events `started`, `answered` and `ended`, where it is not by these names.
    """
    code, name = code.strip().lower(), " ".join(name.split())
    names = {key: value.strip() for key, value in (names or {}).items() if value.strip()}
    if refusal := _unfit(code, name, unit, names, now):
        return refusal
    secret = random.token_urlsafe(32)
    kept: dict[str, Json] = {"secret": secrets.seal({"secret": secret}), "names": names}
    PhoneLine.objects.create(code=code, name=name, unit=unit, made_at=now, **kept)
    changes.note("lines", "open", code, now, after=[{"name": name, "unit": unit} | names])
    organisation.stamp()
    return secret


@transaction.atomic
def end_line(code: str, *, now: int) -> bool:
    """Take no more calls from a line; what was told stays. Whether there was one in use."""
    found = PhoneLine.objects.filter(code=code, ended_at=0).first()
    if found is None:
        return False
    PhoneLine.objects.filter(pk=found.pk).update(ended_at=now)
    changes.note("lines", "end", code, now, before=[{"name": found.name, "unit": found.unit}])
    organisation.stamp()
    return True


def line(code: str) -> Line | None:
    """A line in use, or None."""
    found = PhoneLine.objects.filter(code=code, ended_at=0).first()
    if found is None:
        return None
    secret = secrets.unseal(found.secret).get("secret", "")
    return Line(found.pk, found.code, found.unit, secret, found.names)


_kept: list[tuple[Organisation, frozenset[str]]] = []


def units_with_lines(people: Organisation) -> frozenset[str]:
    """The units that take the calls of a line; kept per process until the organisation changes."""
    if not _kept or _kept[0][0] is not people:
        units = PhoneLine.objects.filter(ended_at=0).values_list("unit", flat=True)
        _kept[:] = [(people, frozenset(units))]
    return _kept[0][1]


def _unfit(code: str, name: str, unit: str, names: Mapping[str, str], now: int) -> Refusal | None:
    plain_code = code.replace("-", "").replace("_", "")
    if not plain_code.isascii() or not plain_code.isalnum() or len(code) > LONGEST_CODE:
        return refuse_field("bad-code", "code", "线路代码用字母、数字和短横线，至多 40 个",
                        "letters, digits and dashes would be right, at most 40")  # fmt: skip
    if PhoneLine.objects.filter(code=code).exists():
        return refuse_field("code-taken", "code", f"已有线路“{code}”，请换一个代码",
                        f"there is a line '{code}'; take another code")  # fmt: skip
    if not 0 < len(name) <= 60 or not name.isprintable():
        return refuse_field("no-name", "name", "请起一个名称，至多 60 字",
                        "give it a name of at most 60 characters")  # fmt: skip
    if unit not in worlds.organisation(now).units:
        return refuse_field("bad-unit", "unit", f"没有部门“{unit}”", f"there is no unit '{unit}'")
    unknown = [key for key in names if key not in (*TOLD, *EVENTS)]
    if unknown or any(len(value) > 60 for value in names.values()):
        return refuse_field("bad-names", "names", f"可对应的名称：{'、'.join((*TOLD, *EVENTS))}",
                        f"these can be named: {', '.join((*TOLD, *EVENTS))}")  # fmt: skip
    return None


# -- Calls -----------------------------------------------------------------------------------------


def note(line: Line, told: Told, now: int) -> int | Refusal:
    """Keep what is told of a call: committed when this returns; told again or late, nothing is lost.

    The answer is the call's id. Once it is over, somebody owes a look at it.
    """
    name = plain(told.call, 200)
    if not name:
        return refuse_field("no-call", "call", "缺少通话编号", "the id of the call is missing")
    if told.event not in EVENTS:
        return refuse_field("bad-event", "event", f"事件应为 {'、'.join(EVENTS)} 之一",
                        f"one of {', '.join(EVENTS)} would be right")  # fmt: skip
    at = honest(told.at, now)
    with transaction.atomic():
        row, _fresh = Call.objects.select_for_update().get_or_create(
            line_id=line.id, external_id=name, defaults={"rang_at": at, "changed_at": now}
        )
        _take(row, told, at)
        row.changed_at = now
        row.save()
    if row.ended_at and row.message_id is None:
        _hand_in(line, row, now)
    return row.pk


def _take(row: Call, told: Told, at: int) -> None:
    """Each instant is the earliest that was told of it; the other values the first that are not empty."""
    if told.event == "answered":
        row.answered_at = min(row.answered_at or at, at)
    elif told.event == "ended":
        row.ended_at = min(row.ended_at or at, at)
    row.rang_at = min(row.rang_at, at)
    row.number = row.number or normal_phone(told.number)
    row.recording = row.recording or plain(told.recording, 500)
    if told.agent and not row.agent:
        row.agent = plain(told.agent, 60)
        known = Person.objects.filter(user__username__iexact=row.agent, active=True).first()
        row.person = str(known.pk) if known else ""


def _hand_in(line: Line, row: Call, now: int) -> None:
    """Put a call that is over into the ledger of what was received; its case is its fate."""
    answered = row.answered_at or None
    raw = {"line": line.code, "call": row.external_id, "number": row.number, "agent": row.agent,
           "rang_at": row.rang_at, "answered_at": answered, "ended_at": row.ended_at,
           "recording": row.recording}  # fmt: skip
    message = received.receive(
        Arrival(
            CHANNEL, canonical(raw).encode(), source=line.code, external_id=row.external_id,
            unit=line.unit, received_at=row.ended_at, sender=row.number,
        ),
        now,
    )  # fmt: skip
    Call.objects.filter(pk=row.pk).update(message=message.id)
    settle(row.pk, now)


def hand_in_waiting(now: int) -> int:
    """Put into the ledger what is over and is not there: it could not be stored, or somebody died before; how many."""
    rows = Call.objects.filter(ended_at__gt=0, message=None).select_related("line").order_by("id")
    for row in rows:
        found = line(row.line.code) or Line(row.line_id, row.line.code, row.line.unit, "", {})
        _hand_in(found, row, now)
    return len(rows)


def connect(call: int, number: str, *, now: int) -> None:
    """Say that a case was registered from a call; a call knows one, the first."""
    case = Case.objects.filter(number=number, ledger=False).first()
    if case is None:
        return
    Call.objects.filter(pk=call, case=None).update(case=case, changed_at=now)
    settle(call, now)


def settle(call: int, now: int) -> None:
    """Judge a call that is over and has its case to be that case."""
    row = Call.objects.select_related("case").filter(pk=call).first()
    if row is None or row.case is None or row.message_id is None:
        return
    received.judge(
        row.message_id, received.Verdict("case", case=row.case.number), now=now,
        act_id=f"call-{row.pk}",
    )  # fmt: skip


def case_of(line: str, call: str) -> str:
    """The number of the case registered from a call; empty where there is none."""
    found = Call.objects.filter(line__code=line, external_id=call).exclude(case=None)
    return found.values_list("case__number", flat=True).first() or ""
