"""What reaches the organisation: stored before anything else, owed a look from then on, judged once.

Whatever a channel brings goes through `receive`, which keeps the raw form and opens the ledger in
which somebody owes to judge it; `judge` says what it is and does what follows, in one transaction.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from bihuan.desk import files, in_force, worlds
from bihuan.desk.intake import register
from bihuan.desk.perform import Performed, perform
from bihuan.desk.setup import ROOT
from bihuan.engine.case import MESSAGE, Act
from bihuan.engine.case import Case as State
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.triaging import QUARANTINED, SET_ASIDE, TRIAGE, fate_of
from bihuan.engine.words import Text
from bihuan.records.models import Case, PolicyVersion, Received

Json = Any
EARLIEST = 946_684_800  # 2000-01-01: a clock that says less is wrong
TRIES = 5
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as a channel brings it. `raw` is what came, byte for byte; the rest is read from it.

    `external_id` is what the source calls it; without one its hash serves. `unit` receives it, and
    with `kind` chooses the policy. `received_at`: when the source says it came, 0 where it does not.
    """

    channel: str
    raw: bytes
    source: str = ""
    external_id: str = ""
    unit: str = ROOT
    kind: str = ""
    received_at: int = 0
    sender: str = ""
    contact: str = ""  # where the sender is reached
    message_id: str = ""  # what answers to it name
    subject: str = ""
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was received, by its id; `fresh` where it was not known before."""

    id: int
    channel: str
    source: str
    unit: str
    kind: str
    digest: str
    received_at: int
    recorded_at: int
    fate: str = ""
    case: str = ""  # number
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is. `facts` register a case; `case` is the one it belongs to; `reason` says why else.

    `text` and `files` are what an addition adds; a message added without any says itself.
    """

    fate: str  # quarantined, case, addition, merged, rejected
    reason: str = ""
    case: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    unit: str = ""  # that takes the case in; empty: the one that received the message
    text: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging: the number of the case it belongs to now, or why it was refused."""

    number: str = ""
    refusal: Refusal | None = None
    query_code: str = ""


def receive(arrival: Arrival, now: int) -> Message:
    """Keep a message: committed when this returns, whatever becomes of it later.

    The same id of the same source is recognised and not kept twice. From here on somebody owes a
    look at it (settled for everything that is received). Raises OSError where it cannot be stored:
    then nothing was received and the source is not to be told so.
    """
    digest = files.keep_raw(arrival.raw)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                row, fresh = _row(arrival, digest, now)
                if row.ledger_id is None:
                    _open_ledger(row, now)
            return _message(row, fresh=fresh)
        except (IntegrityError, OperationalError):  # another worker has the same message
            if attempt == TRIES:
                raise
    raise AssertionError  # the loop returns or raises


def waiting(channels: Iterable[str], limit: int = 200) -> list[Message]:
    """What was received by these channels and not judged yet, the oldest first."""
    rows = Received.objects.filter(fate="", channel__in=list(channels)).order_by("id")
    return [_message(row) for row in rows[:limit]]


def raw_of(digest: str) -> bytes:
    """A message as it came; empty where it was purged."""
    return files.read(digest) or b""


def policy_of(message: Message, now: int) -> Policy | None:
    """The policy that rules over what this message would become."""
    version = _version(message.unit, message.kind, now)
    return worlds.policy_of(version.pk) if version else None


def judge(
    message: int, verdict: Verdict, *, now: int, by: str = "system", act_id: str = ""
) -> Judged:
    """Say what a message is and do what follows from it: both are written or neither.

    Repeating it, or two who judge at once, does nothing more. `by` is a person's id, or "system".
    """
    row = Received.objects.select_related("ledger", "case").filter(pk=message).first()
    if row is None:
        return Judged(refusal=_NO_MESSAGE)
    if row.ledger is None:
        with transaction.atomic():
            _open_ledger(row, now)
        if row.ledger is None:
            return Judged(refusal=_NOBODY)
    act_id = act_id or f"received-{message}-{verdict.fate}"
    with transaction.atomic():
        done = _follow_verdict(row, verdict, by, act_id, now)
        if done.refusal:
            transaction.set_rollback(True)
        return done


def describe(message: int, *, sender: str, subject: str, preview: str) -> None:
    """Say who sent a message and what it begins with, where that was not known as it came."""
    Received.objects.filter(pk=message).exclude(digest="").update(
        sender=plain(sender, 320), subject=plain(subject, 300), preview=plain(preview, 500)
    )


def plain(text: str, width: int) -> str:
    """A line as it may be kept and shown: without controls or what turns the direction of reading."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:width]


def honest(instant: int, now: int) -> int:
    """When a source says something came, where that can be; else now."""
    return instant if EARLIEST <= instant <= now else now


# -- What does not add up --------------------------------------------------------------------


def unsound() -> Iterator[tuple[str, Text]]:
    """What does not add up between the messages, their ledgers and the files: number and what."""
    rows = Received.objects.select_related("ledger", "case").order_by("id")
    for row in rows.iterator(chunk_size=500):
        number = row.ledger.number if row.ledger else ""
        if row.ledger is None:
            yield (
                number,
                Text(
                    f"第 {row.pk} 件来件没有人负责分拣", f"nobody owes a look at message {row.pk}"
                ),
            )
        else:
            state = State.from_json(row.ledger.state)
            if fate_of(state) != row.fate:
                yield (
                    number,
                    Text("来件的去向与记录不符", "its fate differs from what the events say"),
                )
        if (row.fate in ("case", "addition", "merged")) != (row.case_id is not None):
            yield number, Text("来件的去向没有案件", "its fate names no case there is")
        if row.digest and not files.is_kept(row.digest):
            yield number, Text("来件的原文不在", "its raw form is not there")
    known = set(Received.objects.exclude(ledger=None).values_list("ledger", flat=True))
    for pk, number in Case.objects.filter(kind=MESSAGE, ledger=True).values_list("pk", "number"):
        if pk not in known:
            yield number, Text("来件不见了", "its message is gone")


# -- Inside ------------------------------------------------------------------------------------------


def _row(arrival: Arrival, digest: str, now: int) -> tuple[Received, bool]:
    external = plain(arrival.external_id, 200) or digest
    row, fresh = Received.objects.select_related("ledger", "case").get_or_create(
        channel=arrival.channel[:40],
        source=plain(arrival.source, 200),
        external_id=external,
        defaults={
            "digest": digest,
            "size": len(arrival.raw),
            "unit": arrival.unit[:60],
            "kind": arrival.kind[:60],
            "received_at": honest(arrival.received_at, now),
            "recorded_at": now,
            "sender": plain(arrival.sender, 320),
            "contact": plain(arrival.contact, 320).lower(),
            "message_id": plain(arrival.message_id, 300),
            "subject": plain(arrival.subject, 300),
            "preview": plain(arrival.preview, 500),
        },
    )
    return row, fresh


def _open_ledger(row: Received, now: int) -> None:
    """Somebody owes a look at the message from now on; where no policy rules yet, once one does."""
    units = worlds.organisation(now).units
    for unit in dict.fromkeys((row.unit, ROOT, "")):
        version = _version(unit, row.kind, now)
        if version is None or (unit and unit not in units):
            continue
        told = {
            "unit": unit,
            MESSAGE: str(row.pk),
            "channel": row.channel,
            "received": row.received_at,
        }
        act = Act("open ledger", "system", now, told)
        done = perform(act, policy=version.pk, act_id=f"received-{row.pk}", now=now)
        if done.accepted:
            row.ledger = Case.objects.get(number=done.number)
            row.save(update_fields=["ledger"])
            return


def _version(unit: str, kind: str, now: int) -> PolicyVersion | None:
    """The version that rules over the kind in the unit, else over anything there."""
    return in_force.policy_for(unit, kind, now) or in_force.policy_for(unit, "", now)


def _follow_verdict(row: Received, verdict: Verdict, by: str, act_id: str, now: int) -> Judged:
    number, code = verdict.case, ""
    if verdict.fate == "case" and not number:
        made = register(
            verdict.facts,
            by="customer" if by == "system" else by,
            unit=verdict.unit or (row.ledger.unit if row.ledger else row.unit),
            now=now,
            act_id=f"{act_id}-register",
        )
        if made.refusal:
            return Judged(refusal=made.refusal)
        number, code = made.number, made.query_code
        if verdict.files and not made.performed.repeated:
            added = _add(number, verdict, f"{act_id}-files", now)
            if added.refusal:
                return Judged(refusal=added.refusal)
    if verdict.fate == "addition":
        added = _add(number, verdict, f"{act_id}-add", now)
        if added.refusal:
            return Judged(refusal=replace(added.refusal, field=added.refusal.field or "case"))
    told: dict[str, Json] = {"reason": verdict.reason} if verdict.reason else {}
    if verdict.fate == QUARANTINED:
        act = Act(SET_ASIDE, by, now, told)
    else:
        act = Act(
            TRIAGE, by, now, told | {"fate": verdict.fate} | ({"case": number} if number else {})
        )
    assert row.ledger is not None
    done = perform(act, case_number=row.ledger.number, act_id=act_id, now=now)
    return Judged(number, done.refusal, code)


def _add(number: str, verdict: Verdict, act_id: str, now: int) -> Performed:
    """What the customer adds to their case: evidence where there are files, else a remark."""
    text = verdict.text.strip()
    if verdict.files:
        told: dict[str, Json] = {"files": list(verdict.files)} | ({"text": text} if text else {})
        act = Act("attach", "customer", now, told)
    else:
        act = Act("remark", "customer", now, {"text": text or "…"})
    return perform(act, case_number=number, act_id=act_id, now=now)


def _message(row: Received, *, fresh: bool = False) -> Message:
    number = row.case.number if row.case else ""
    return Message(
        row.pk, row.channel, row.source, row.unit, row.kind, row.digest, row.received_at,
        row.recorded_at, row.fate, number, fresh,
    )  # fmt: skip


_NO_MESSAGE = Refusal("no-such-message", Text("没有这件来件", "there is no such message"))
_NOBODY = Refusal(
    "no-policy",
    Text("还没有制度适用于收到它的部门", "no policy rules yet over the unit that received it"),
)
