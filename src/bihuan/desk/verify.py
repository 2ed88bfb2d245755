"""Proves the records against themselves: chains, projections, invariants, anchors."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from bihuan.desk import chain, passages, rebuild, received, retention, traits, worlds
from bihuan.desk.library import content_hash
from bihuan.engine.assessing import recomputed
from bihuan.engine.calendar import Calendar
from bihuan.engine.case import Case, evolve
from bihuan.engine.invariants import broken
from bihuan.engine.legs import course_of, unsound
from bihuan.engine.links import broken_links
from bihuan.engine.step import catch_up
from bihuan.engine.together import Peer, awaited
from bihuan.engine.words import Text
from bihuan.records.models import Anchor, Document, Event
from bihuan.records.models import Case as CaseRow
from bihuan.records.models.json_text import as_text, canonical
from bihuan.records.queries.prepared import Row, prepared

Json = Any
_CALENDAR = Calendar.build(week={"mon-sun": "00:00-24:00"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: a code, the case's number (empty: not of one case), what."""

    # chain, replay, projection, legs, assessment, link, library, received, anchor, guard, certificate, wake,
    # K1 …
    code: str
    number: str
    text: Text


def _found(code: str, number: str, zh: str, en: str) -> Finding:
    return Finding(code, number, Text(zh, en))


def verify(now: int, *, number: str | None = None) -> list[Finding]:
    """Everything that is wrong with one case, or with all of them and what binds them."""
    found = [finding for pk in _ids(number) for finding in verify_case(pk, now)]
    if number is None:
        found += [
            *_received(),
            *_without_case(),
            *_guards(),
            *_library(),
            *verify_anchors(),
            *_certificates(),
        ]
    return found


def verify_case(case_id: int, now: int) -> Iterator[Finding]:
    """What is wrong with the chain, the projections or the invariants of one case."""
    row = CaseRow.objects.get(pk=case_id)
    events = list(Event.objects.filter(case_id=case_id).order_by("sequence"))
    yield from verify_chain(case_id)
    try:
        made = rebuild.projection(events)
    except Exception as error:  # noqa: BLE001  (a history that cannot be folded is what we look for)
        yield _found(
            "replay",
            row.number,
            f"历史无法重演：{error!r}",
            f"the history cannot be replayed: {error!r}",
        )
        return
    yield from _projections(row, made)
    yield from _cited(row, events)
    yield from _invariants(row, made.case, now)
    yield from _legs(row, events, now)
    yield from _links(row, made.case, events)


def _projections(row: CaseRow, made: rebuild.Projection) -> Iterator[Finding]:
    """What stands in the tables and is not what the events say."""
    case_id = row.pk
    stands = {
        (name, name): getattr(row, name) == (json.loads(str(value)) if name == "state" else value)
        for name, value in made.row.items()
    } | {
        ("待办", "obligations"): rebuild.stored_obligations(case_id) == made.obligations,
        ("可见范围", "who may see it"): rebuild.stored_access(case_id) == made.access,
        ("引用的文件", "documents cited"): rebuild.stored_citations(case_id) == made.citations,
        ("可查找的文字", "words it is found by"): passages.stored(case_id) == made.passages,
        ("相似案件的特征", "what it is found alike by"): not traits.missing(case_id, made.case),
        ("据以找到客户的编号", "what its customer is found by"): rebuild.stored_handles(case_id)
        == made.handles,
    }
    for (zh, en), as_told in stands.items():
        if not as_told:
            yield _found(
                "projection", row.number, f"{zh}与记录不符", f"{en}: not what the events say"
            )


def verify_chain(case_id: int) -> list[Finding]:
    """What is wrong with the chain of one case alone: quick enough to ask with every look at it."""
    rows = _linked(case_id)
    number, count, head = rows[0][-3:] if rows else _row(case_id)[0]
    return list(_chain(number, count, head, [_Link(*row[:-3]) for row in rows]))


class _Link(NamedTuple):
    """An event as it stands in the chain; data and effects as the text they are kept in."""

    sequence: int
    kind: str
    act_id: str
    by: str
    seat: str
    sheet: int
    at: int
    recorded_at: int
    data: str
    effects: str
    private: dict[str, Any]
    previous: str
    hash: str


@prepared
def _row(case_id: int) -> "QuerySet[CaseRow, Row]":
    return CaseRow.objects.filter(pk=case_id).values_list("number", "events", "head")


@prepared
def _linked(case_id: int) -> "QuerySet[Event, Row]":
    names = [as_text(name) if name in ("data", "effects") else name for name in _Link._fields]
    rows = Event.objects.filter(case_id=case_id).order_by("sequence")
    return rows.values_list(*names, "case__number", "case__events", "case__head")  # of one instant


def _links(row: CaseRow, case: Case, events: list[Event]) -> Iterator[Finding]:
    """What it is linked with knows of it, and no member was answered before its command case had decided."""
    rows = CaseRow.objects.filter(number__in=case.links)
    others = {other.number: Case.from_json(other.state) for other in rows}
    for text in broken_links(row.number, case, others):
        yield Finding("link", row.number, text)
    for event in events:
        for kind, data in event.effects:
            if kind == "followed" and not _had_decided(data["case"], event.recorded_at):
                yield _found(
                    "link",
                    row.number,
                    f"第 {event.sequence} 条:指挥案尚未决定即答复",
                    f"event {event.sequence}: answered before the command case had decided",
                )


def _had_decided(number: str, at: int) -> bool:
    """Whether a command case had decided by that instant, as it was known then."""
    rows = Event.objects.filter(case__number=number, recorded_at__lte=at).order_by("sequence")
    policy = CaseRow.objects.values_list("policy_id", flat=True).get(number=number)
    world = worlds.ruling(policy, at).world
    case: Case | None = None
    found = False
    for entry, event in zip(rows, rebuild.events_of(rows), strict=True):
        found = found and entry.recorded_at == at  # what was so in that second may have been seen
        case = evolve(case, event)
        found = found or not awaited(Peer(number, case, world), at)
    return found


def verify_anchors() -> Iterator[Finding]:
    """Anchors whose days do not hash to what was written then."""
    before, last = "", 0
    for anchor in Anchor.objects.order_by("last_event", "id").iterator():
        count, digest = anchored(before, last, anchor.last_event)
        if anchor.previous != before or (anchor.events, anchor.hash) != (count, digest):
            yield _found(
                "anchor",
                "",
                f"截至 {anchor.day} 的记录与当日锚点不符",
                f"the events up to {anchor.day} are not what was anchored",
            )
        before, last = anchor.hash, anchor.last_event


def anchor(day: str, now: int) -> Anchor | None:
    """Tie the day's knot over all events since the one before; None where it is tied already."""
    if Anchor.objects.filter(day=day).exists():
        return None
    with transaction.atomic():  # held no longer than it takes to see who writes
        last = _last_event()
    before = Anchor.objects.order_by("last_event", "id").last()
    previous, start = (before.hash, before.last_event) if before else ("", 0)
    count, digest = anchored(previous, start, last)
    try:
        with transaction.atomic():
            return Anchor.objects.create(
                day=day, at=now, last_event=last, events=count, previous=previous, hash=digest
            )
    except IntegrityError:  # another worker was first
        return None


def daily_anchor(now: int) -> Anchor | None:
    """Tie the knot of the day before `now` (Shanghai's days), once; None where there is nothing to do."""
    day = _CALENDAR.day_of(now) - timedelta(days=1)
    return anchor(day.isoformat(), now)


def anchored(previous: str, after: int, last: int) -> tuple[int, str]:
    """How many events lie after one id up to another, and the hash over theirs and `previous`."""
    total, count = sha256(previous.encode()), 0
    hashes = Event.objects.filter(id__gt=after, id__lte=last).order_by("id")
    for value in hashes.values_list("hash", flat=True).iterator(chunk_size=10_000):
        total.update(value.encode())
        count += 1
    return count, total.hexdigest()


def _last_event() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Ids are drawn before they are committed: wait for those who write, hold off the next.
            cursor.execute("LOCK TABLE records_event IN SHARE MODE")
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM records_event")
        return int(cursor.fetchone()[0])


def _ids(number: str | None) -> Iterator[int]:
    rows = CaseRow.objects.order_by("id")
    if number is not None:
        rows = rows.filter(number=number)
    yield from rows.values_list("id", flat=True).iterator(chunk_size=2000)


def _chain(number: str, count: int, head: str, events: list[_Link]) -> Iterator[Finding]:
    previous = ""
    for place, event in enumerate(events, 1):
        if event.sequence != place:
            yield _found("chain", number, f"缺第 {place} 条记录", f"event {place} is missing")
            return
        digest = chain.link(
            previous, number, place, event.kind, event.act_id, event.by, event.seat,
            event.sheet, event.at, event.recorded_at, event.data, event.effects,
        )  # fmt: skip
        if event.previous != previous or event.hash != digest:
            yield _found(
                "chain",
                number,
                f"第 {place} 条记录被改动",
                f"event {place} is not what was written",
            )
        for commitment, (salt, value) in event.private.items():
            if chain.commit(salt, value) != commitment:
                yield _found(
                    "chain",
                    number,
                    f"第 {place} 条记录的个人信息被改动",
                    f"a personal value of event {place} was changed",
                )
        previous = event.hash
    if (count, head) != (len(events), previous):
        yield _found(
            "chain",
            number,
            "案件行与记录的条数或散列不符",
            "the case row knows of other events",
        )


def _invariants(row: CaseRow, case: Case, now: int) -> Iterator[Finding]:
    """What the engine says must hold always, of the case as it is once all that fell due is done."""
    world = worlds.ruling(row.policy_id, now).world
    for wrong in broken(catch_up(case, world, now).case or case, world, now):
        yield Finding(wrong.code, row.number, wrong.text)
    if (case.debts or case.is_routine) and not row.wake_at:
        yield _found(
            "wake", row.number, "有待办而无人唤醒", "something is owed and nothing wakes it"
        )


def _legs(row: CaseRow, events: list[Event], now: int) -> Iterator[Finding]:
    """The time of the case adds up: its steps, its notes' legs, its waiting, its shares of blame."""
    policy = worlds.policy_of(row.policy_id)
    history = rebuild.events_of(events)
    for wrong in unsound(course_of(history, policy, now)):
        yield Finding("legs", row.number, wrong)
    for sheet in recomputed(history):
        if not sheet.agrees:
            yield _found(
                "assessment",
                row.number,
                f"第 {sheet.sheet} 张单据的考核证据与记录不符",
                f"the evidence on sheet {sheet.sheet} differs from what the events say",
            )


def _cited(row: CaseRow, events: list[Event]) -> Iterator[Finding]:
    """Each version cited was in force then, as was known then, and says today what it said."""
    for event in events:
        for kind, data in event.effects if "cited" in canonical(event.effects) else ():
            if kind != "cited":
                continue
            cited = f"{data['document']} {data['version']}"
            # Known then: at the end of the second before, or (published within it) of this one.
            known = (
                worlds.library_known(then, data["document"]).find(cited, event.at)
                for then in (event.recorded_at - 1, event.recorded_at)
            )
            if not any(
                one and one.hash == data["hash"] and one.in_force(event.at) for one in known
            ):
                yield _found(
                    "library",
                    row.number,
                    f"所引用的“{cited}”当时不是现行版本，或内容已被改动",
                    f"'{cited}' was not in force when it was cited, or is not what it was",
                )


def _library() -> Iterator[Finding]:
    """No document has two versions in force at once, and each says what it was published with."""
    for versions in worlds.library_known().documents.values():
        terms = [one for one in versions if not one.until or one.until > one.since]
        for one, following in pairwise(terms):
            if not one.until or one.until > following.since:
                yield _found(
                    "library",
                    "",
                    f"“{one.citation}”与“{following.citation}”的有效期重叠",
                    f"'{one.citation}' and '{following.citation}' are in force at once",
                )
    for document in Document.objects.order_by("id").iterator():
        if content_hash(document) != document.hash:
            yield _found(
                "library",
                "",
                f"“{document}”的内容被改动",
                f"'{document}' is not what was published",
            )


def _received() -> Iterator[Finding]:
    """Every message is there, as it came, is owed a look or has the fate its history says."""
    for number, wrong in received.unsound():
        yield Finding("received", number, wrong)


def _without_case() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        for table in ("event", "obligation"):
            cursor.execute(
                f"SELECT COUNT(*) FROM records_{table} e "  # noqa: S608
                "WHERE NOT EXISTS (SELECT 1 FROM records_case c WHERE c.id = e.case_id)"
            )
            if count := cursor.fetchone()[0]:
                yield _found(
                    "projection",
                    "",
                    f"{table} 有 {count} 行不属于任何案件",
                    f"{count} rows of {table} belong to no case",
                )


def _certificates() -> Iterator[Finding]:
    """Every purge has its certificate as it was made, and left nothing of what it was about."""
    words = {
        "missing": Text("销毁没有证明", "a purge without its certificate"),
        "altered": Text("销毁证明被改动", "the certificate of a purge was changed"),
        "values": Text("销毁后仍有个人信息", "personal values are left after a purge"),
    }
    for number, wrong in retention.broken_certificates():
        yield Finding("certificate", number, words[wrong])


def _guards() -> Iterator[Finding]:
    """The triggers that keep the history from being changed stand."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        standing = {row[0] for row in cursor.fetchall()}
    for name in ("records_event_never_changes", "records_event_never_leaves"):
        if name not in standing:
            yield _found("guard", "", f"触发器 {name} 不在", f"the trigger {name} is missing")
