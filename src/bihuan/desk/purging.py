"""A purge, within the transaction of the event that says so: what was personal goes, a certificate stays."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from django.db import connection

from bihuan.desk import fates, files, rebuild, worlds
from bihuan.engine.case import Event
from bihuan.records.models import Call, Obligation, PurgeCertificate
from bihuan.records.models import Event as EventRow
from bihuan.records.models.json_text import canonical

Json = Any
Counts = dict[str, int]


def carry_out(case_id: int, number: str, events: Iterable[tuple[int, Event]], now: int) -> None:
    """Erase what the purges among these events, each with its place in the history, are about.

    All of it happens in the caller's transaction, with the event that says so, or nothing does.
    """
    purges = [(place, event) for place, event in events if event.kind == "purge"]
    if not purges:
        return
    erased = []
    for place, event in purges:
        counts, digests = _erase(case_id, event)
        erased.append((place, event, counts, digests))
    rows = list(EventRow.objects.filter(case_id=case_id).order_by("sequence"))
    rebuild.write({case_id: rebuild.projection(rows)})
    heads = {row.sequence: row.hash for row in rows}
    for place, event, counts, digests in erased:
        _certify(case_id, number, place, event, counts, digests, heads[place], now)


def _erase(case_id: int, event: Event) -> tuple[Counts, list[str]]:
    rows = list(concerned(case_id, event))
    counts = {"entries": len(rows), "values": 0}
    digests: set[str] = set()
    for _, private in rows:
        counts["values"] += len(private)
        for _, value in private.values():
            digests |= set(_digests(value))
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE records_event SET private = '{}' WHERE id = %s", [(pk,) for pk, _ in rows]
        )
        if _whole_case(event):
            counts |= _beside(cursor, case_id, digests)
    counts["files"] = len(digests)
    return counts, sorted(digests)


def _whole_case(event: Event) -> bool:
    return any(kind == "over" for kind, _ in event.effects)


def concerned(case_id: int, event: Event) -> Iterator[tuple[int, dict[str, list[Json]]]]:
    """The entries whose personal values go: of the kinds of record named, until the instant named."""
    what, until = event.data["records"].split(" and "), event.data["until"]
    rows = EventRow.objects.filter(case_id=case_id).exclude(private={}).order_by("sequence")
    if _whole_case(event):
        for row in rows:
            if ("sheets" if row.sheet else "case records") in what:
                yield row.pk, row.private
        return
    ends = _ends_of_sheets(case_id)
    for row in rows.filter(at__lt=until):
        if not row.sheet or ends.get(row.sheet, until) < until:
            yield row.pk, row.private


def _ends_of_sheets(case_id: int) -> dict[int, int]:
    rows = EventRow.objects.filter(case_id=case_id, effects__contains='"sheet ended"')
    return {
        data["number"]: row.at
        for row in rows.order_by("sequence")
        for kind, data in row.effects
        if kind == "sheet ended"
    }


def _digests(value: Json) -> Iterator[str]:
    """The files a value names."""
    if isinstance(value, str):
        if found := files.VALUE.fullmatch(value):
            yield found[1]
    elif isinstance(value, list):
        for item in value:
            yield from _digests(item)


def _beside(cursor: Any, case_id: int, left: set[str]) -> Counts:
    """What tables beside the history hold of the case: messages in and out, notices, refusals, the complainant.

    The files that are to go are added to `left`.
    """

    def changed(statement: str) -> int:
        cursor.execute(statement, (case_id,))
        return max(int(cursor.rowcount), 0)

    counts = {
        "messages": changed("DELETE FROM records_outbox WHERE case_id = %s")
        + changed("DELETE FROM records_webhookdelivery WHERE case_id = %s"),
        "notices": changed("DELETE FROM records_notice WHERE case_id = %s"),
    }
    counts["calls"] = _erase_calls(case_id)
    erased, digests = fates.erase(case_id)
    counts["received"] = erased
    left |= digests
    counts["messages"] += changed("DELETE FROM records_delivery WHERE case_id = %s")
    changed("DELETE FROM records_actreceipt WHERE case_id = %s AND outcome LIKE '%%\"refusal\"%%'")
    changed("UPDATE records_disclosure SET reason = '' WHERE case_id = %s")
    changed("DELETE FROM records_sweepfailure WHERE case_id = %s")
    counts["complainants"] = changed(
        "UPDATE records_party SET name = '', phone = '', phone_end = '', email = '', address = '' WHERE id = ("
        "SELECT complainant_id FROM records_case WHERE id = %s) AND NOT EXISTS ("
        "SELECT 1 FROM records_case c WHERE c.complainant_id = records_party.id "
        "AND c.ended <> 'purged')"
    )
    return counts


def _erase_calls(case_id: int) -> int:
    """Blank what is personal in the calls of a case, or of the message a ledger is of."""
    rows = Call.objects.filter(case=case_id) | Call.objects.filter(message__ledger=case_id)
    return rows.exclude(number="", recording="").update(number="", recording="")


def _certify(
    case_id: int, number: str, place: int, event: Event, counts: Counts, digests: list[str],
    head: str, now: int,
) -> None:  # fmt: skip
    debt = Obligation.objects.get(
        case_id=case_id, number=next(d["id"] for kind, d in event.effects if kind == "kept")
    )
    policy_id, code = _policy_of(case_id)
    ruling = worlds.ruling(policy_id, now)
    keep = ruling.world.policy.keep[int(debt.row.removeprefix("keep."))]
    said: dict[str, Json] = {
        "case_id": case_id,
        "sequence": place,
        "number": number,
        "policy_code": code,
        "policy_version": ruling.number,
        "rule": keep.at.place,
        "what": list(keep.what),
        "clauses": list(keep.at.clauses),
        "kept_for": ruling.world.policy.numbers[keep.number].written,
        "kept_from": event.data["since"],
        "due_at": debt.due_at,
        "purged_at": now,
        "counts": counts,
        "head": head,
        "files_left": digests,
    }
    made = PurgeCertificate(**said)
    made.hash = hash_of(made)
    made.save(force_insert=True)


def _policy_of(case_id: int) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT policy_id, policy_code FROM records_case WHERE id = %s", (case_id,))
        row = cursor.fetchone()
    return row[0], row[1]


_BOUND = (
    "case_id", "sequence", "number", "policy_code", "policy_version", "rule", "what", "clauses",
    "kept_for", "kept_from", "due_at", "purged_at", "counts", "head",
)  # fmt: skip


def hash_of(certificate: PurgeCertificate) -> str:
    """What a certificate binds: everything it says, and through `head` the history it is about."""
    said = canonical({name: getattr(certificate, name) for name in _BOUND})
    return sha256(said.encode()).hexdigest()
