"""Makes case rows, obligations and access anew from the events, to the same bytes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from bihuan.desk import chain, passages, traits, worlds
from bihuan.desk.obligations import changed_by
from bihuan.desk.query_codes import RENEW
from bihuan.desk.rows import (
    INSERT_ACCESS,
    INSERT_CITATION,
    INSERT_HANDLE,
    INSERT_OBLIGATION,
    Insert,
    Row,
    Value,
    citation_rows,
    columns,
    handle_rows,
    obligation_row,
)
from bihuan.engine.case import Case, Event, evolve
from bihuan.records.models import Case as CaseRow
from bihuan.records.models import Event as EventRow
from bihuan.records.queries.visibility import access_from

Json = Any
AT_ONCE = 200  # cases of one transaction


@dataclass(frozen=True, slots=True)
class Projection:
    """What the events of one case make of it: the folded state and the rows that follow from it."""

    case: Case
    row: dict[str, Value]
    obligations: list[Row]
    access: list[Row]
    citations: list[Row]
    passages: list[passages.Row]
    handles: list[Row]


class BrokenHistoryError(Exception):
    """A history that no act could have left."""


def rebuild(*, number: str | None = None) -> int:
    """Make the projections of one case, or of all cases there are events of; how many were made."""
    begun = EventRow.objects.filter(sequence=1).order_by("case_id")
    if number is not None:
        begun = begun.filter(case__number=number)
    else:
        with transaction.atomic():
            passages.begin_anew()
            traits.begin_anew()
    count, last = 0, 0
    cases = begun.values_list("case_id", flat=True)
    while some := list(cases.filter(case_id__gt=last)[:AT_ONCE]):
        _make(some)
        count, last = count + len(some), some[-1]
    return count


def _make(cases: Sequence[int]) -> None:
    """The projections of cases that follow each other, in one transaction."""
    with transaction.atomic():
        list(CaseRow.objects.select_for_update().filter(pk__in=cases).values_list("pk"))
        rulings = worlds.Rulings()
        events = EventRow.objects.filter(case_id__in=cases).order_by("case_id", "sequence")
        histories = groupby(events, attrgetter("case_id"))
        write({case: projection(list(rows), rulings) for case, rows in histories})


def projection(rows: Sequence[EventRow], rulings: worlds.Rulings | None = None) -> Projection:
    """The projections of a case from its whole history. Raises BrokenHistoryError."""
    if not rows:
        raise BrokenHistoryError("a case without events")
    record = rows[0].data.get("record")
    for later in rows[1:]:
        if record is not None and later.kind == RENEW:
            record = record | later.data.get("record", {})
    if record is None:
        raise BrokenHistoryError("the first event does not say which case it opened")
    events = events_of(rows)
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise BrokenHistoryError("a case without events")
    code, now, known = case.policy, rows[-1].recorded_at, rulings or worlds.Rulings()
    ruling = known.of(code, case.version, now)
    row: dict[str, Value] = columns(case, ruling) | {
        "events": len(rows),
        "head": rows[-1].hash,
        "number": record["number"],
        "policy_id": ruling.version_id,
        "policy_code": code,
        "complainant_id": record["party"],
        "query_code_hash": "" if case.ended == "purged" else record["query_code"],
    }
    case_id = rows[0].case_id
    owed = sorted(changed_by(events, {}).values(), key=lambda item: item.number)
    access: list[Row] = sorted({(case_id, *item) for item in access_from(events)})
    under = _opened_under(events)
    versions = _versions(events)
    rows_owed = [
        obligation_row(item, case_id, known.of(code, under[item.number], now)) for item in owed
    ]
    said = [
        row
        for place, (event, number) in enumerate(zip(events, versions, strict=True), 1)
        for row in passages.passages_of(
            case_id, record["number"], [(place, event)], known.of(code, number, now).worded
        )
    ]
    cited, found_by = citation_rows(case, case_id), handle_rows(case, case_id, ruling)
    return Projection(case, row, rows_owed, access, cited, [] if case.ledger else said, found_by)


def _opened_under(events: Iterable[Event]) -> dict[int, int]:
    """By the number of an obligation, the version of the policy that it was opened under."""
    found: dict[int, int] = {}
    number = 0
    for event in events:
        for kind, data in event.effects:
            if kind == "registered":
                number = data["version"]
            elif kind == "version":
                number = data["is"]
            elif kind == "opened":
                found[data["id"]] = number
    return found


def _versions(events: Iterable[Event]) -> list[int]:
    """The version of the policy that the case was under after each event."""
    found: list[int] = []
    number = 0
    for event in events:
        for kind, data in event.effects:
            if kind in ("registered", "version"):
                number = data["version" if kind == "registered" else "is"]
        found.append(number)
    return found


def events_of(rows: Iterable[EventRow]) -> list[Event]:
    """The engine's events as they were before their personal values were sealed."""
    found: list[Event] = []
    for row in rows:
        data, effects = chain.unseal(row.data, row.effects, row.private)
        data.pop("record", None)
        found.append(Event(row.kind, row.at, row.by, row.seat, row.sheet, data, effects))
    return found


def write(made: Mapping[int, Projection]) -> None:
    """Put the projections of one case, or of cases that follow each other, in the place of what was kept."""
    ids = list(made)
    stored = CaseRow.objects.filter(pk__in=ids).only("state")
    had = {row.pk: traits.keys(Case.from_json(row.state)) for row in stored}
    has = {case: traits.keys(one.case) for case, one in made.items()}
    names = list(made[ids[0]].row)
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    into = Insert(
        f"records_case (id, {', '.join(names)})", f" ON CONFLICT (id) DO UPDATE SET {updates}"
    )
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        into.run(cursor, [(case, *one.row.values()) for case, one in made.items()])
        for table in ("obligation", "caseaccess", "citation", "handle"):
            cursor.execute(f"DELETE FROM records_{table} WHERE case_id IN ({marks})", ids)  # noqa: S608
        INSERT_OBLIGATION.run(cursor, _all(one.obligations for one in made.values()))
        INSERT_ACCESS.run(cursor, _all(one.access for one in made.values()))
        INSERT_CITATION.run(cursor, _all(one.citations for one in made.values()))
        passages.rewrite(cursor, ids[0], ids[-1], _all(one.passages for one in made.values()))
        gone = [(key, case) for case, keys in had.items() for key in sorted(keys - has[case])]
        traits.write(cursor, gone, [(key, case) for case in ids for key in sorted(has[case])])
        INSERT_HANDLE.run(cursor, _all(one.handles for one in made.values()))


def _all(rows: "Iterable[list[passages.Row]] | Iterable[list[Row]]") -> list[Any]:
    return [row for some in rows for row in some]


def stored_obligations(case_id: int) -> list[Row]:
    """The rows of the obligations table of a case, in the form of `Projection.obligations`."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT case_id, number, "row", act, sheet, seat, post, unit, since_at, due_at, '
            "first_due_at, rung, lapses, state, ended_at, clauses, provisional, item "
            "FROM records_obligation WHERE case_id = %s ORDER BY number",
            (case_id,),
        )
        return [(*row[:16], bool(row[16]), row[17]) for row in cursor.fetchall()]


def stored_citations(case_id: int) -> list[Row]:
    """The rows of the citations table of a case, in the form of `Projection.citations`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, code, version FROM records_citation WHERE case_id = %s", (case_id,)
        )
        return sorted((tuple(row) for row in cursor.fetchall()), key=lambda row: " ".join(row[1:]))


def stored_handles(case_id: int) -> list[Row]:
    """The rows of the handles table of a case, in the form of `Projection.handles`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, value FROM records_handle WHERE case_id = %s", (case_id,))
        return sorted((tuple(row) for row in cursor.fetchall()), key=lambda row: str(row[1]))


def stored_access(case_id: int) -> list[Row]:
    """The rows of the access table of a case, in the form of `Projection.access`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, seat, way, sheet FROM records_caseaccess WHERE case_id = %s",
            (case_id,),
        )
        return sorted(tuple(row) for row in cursor.fetchall())


def dump() -> list[str]:
    """Every row of the projections as text, in one order: equal dumps are the same bytes."""
    lines: list[str] = []
    for table, order in (
        ("case", "id"),
        ("obligation", "case_id, number"),
        ("caseaccess", "case_id, seat, way, sheet"),
        ("citation", "case_id, code, version"),
        ("passage", "id"),
        ("trait", "case_id, key"),
        ("handle", "case_id, value"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM records_{table} ORDER BY {order}")  # noqa: S608
            names = [column[0] for column in cursor.description]
            lines += [
                table + json.dumps(
                    {n: v for n, v in zip(names, row, strict=True)
                     if table not in ("caseaccess", "citation", "handle") or n != "id"},
                    ensure_ascii=False, sort_keys=True,
                )
                for row in cursor.fetchall()
            ]  # fmt: skip
    return lines
