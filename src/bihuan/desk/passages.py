"""Keeps what was said ready to be looked for: written with the events, erased by a purge, made anew."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from bihuan.engine.case import Event
from bihuan.records.models import Document
from bihuan.records.models.passage import ENTRIES, OWN, PARTS, STRETCHES, stretch
from bihuan.records.wording import LONGEST_WORD, MARKS, fold, indexed, placed

Json = Any
Row = tuple[int, str, str, str, str, str]  # id, who, contact, told, said, sheets

CONTACT = frozenset({"contact", "representative_contact"})
TOLD = frozenset({"content", "demand"})
LONGEST = 2_000  # characters of one part; PostgreSQL knows no places beyond 16,383 signs
_STEP = LONGEST - LONGEST_WORD  # parts overlap, so that a word across the seam is in one of them


def passages_of(
    case_id: int, number: str, events: Iterable[tuple[int, Event]], worded: frozenset[str]
) -> list[Row]:
    """The passages of these entries of a case's history, each with its place in it."""
    found: list[Row] = []
    for place, event in events:
        if place >= ENTRIES:
            break
        texts = {
            name: value
            for name, value in sorted(event.data.items())
            if name in worded and isinstance(value, str) and value
        }
        start = case_id << OWN | place * PARTS
        if place == 1:
            found += _parts(start, **_registered(number, texts))
        elif texts:
            found += _parts(start, _sheets(event), **_later(texts))
    return found


def _registered(number: str, texts: Mapping[str, str]) -> dict[str, str]:
    called = [number, number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    called += [text for name, text in texts.items() if name not in CONTACT | TOLD]
    return {
        "who": "\n".join(called),
        "contact": "\n".join(text for name, text in texts.items() if name in CONTACT),
        "told": "\n".join(text for name, text in texts.items() if name in TOLD),
    }


def _later(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        "contact": "\n".join(text for name, text in texts.items() if name in CONTACT),
        "said": "\n".join(text for name, text in texts.items() if name not in CONTACT),
    }


def _sheets(event: Event) -> str:
    """The sheets that an entry stands on: its own, and those it opened."""
    opened = {data["number"] for kind, data in event.effects if kind == "sheet opened"}
    numbers = sorted(opened | ({event.sheet} if event.sheet else set()))
    return "".join(f" {number}" for number in numbers) + " " if numbers else ""


def _parts(start: int, sheets: str = "", **texts: str) -> list[Row]:
    """A passage as rows: the first part of each text in the first, and so on."""
    cut = [_cut(fold(texts.get(name, ""))) for name in MARKS]
    rows: list[Row] = []
    for part in range(min(max(map(len, cut)), PARTS)):
        who, contact, told, said = ("".join(pieces[part : part + 1]) for pieces in cut)
        rows.append((start + part, who, contact, told, said, sheets))
    return rows


def _cut(folded: str) -> list[str]:
    return [folded[at : at + LONGEST] for at in range(0, max(len(folded) - LONGEST_WORD, 1), _STEP)]


def insert(cursor: Any, rows: Sequence[Row]) -> None:
    """Write passages, with their place in the index."""
    write(cursor, with_signs(rows))


def with_signs(rows: Iterable[Row]) -> list[tuple[Row, str]]:
    """Each passage with its signs, as the index of the database in use takes them."""
    if connection.vendor == "sqlite":
        return [(row, indexed(row[1:5])) for row in rows]
    return [
        (row, placed(row[1:5], [stretch(bits, row[0] >> OWN) for bits in STRETCHES]))
        for row in rows
    ]


def write(cursor: Any, rows: Sequence[tuple[Row, str]]) -> None:
    """Write passages whose signs are known."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        one = "(%s, %s, %s, %s, %s, %s, %s::tsvector)"
        values = [value for row, signs in rows for value in (*row, signs)]
        cursor.execute(_INSERT + ", signs) VALUES " + ", ".join([one] * len(rows)), values)
        return
    cursor.executemany(_INSERT + ") VALUES (%s, %s, %s, %s, %s, %s)", [row for row, _ in rows])
    cursor.executemany(_INDEX, [(row[0], signs) for row, signs in rows])


def erase(cursor: Any, first: int, last: int) -> None:
    """Take the passages of these ids, both included, out of the index and out of the table."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT id, who, contact, told, said, sheets FROM records_passage "
            "WHERE id BETWEEN %s AND %s",
            (first, last),
        )
        rows = [(row[0], signs) for row, signs in with_signs(cursor.fetchall())]
        cursor.executemany(_UNINDEX, rows)
    cursor.execute("DELETE FROM records_passage WHERE id BETWEEN %s AND %s", (first, last))


def rewrite(cursor: Any, first: int, last: int, rows: Sequence[Row]) -> None:
    """Put these passages in the place of what there is of these cases, both included and all between."""
    erase(cursor, first << OWN, (last + 1 << OWN) - 1)
    insert(cursor, rows)


def stored(case_id: int) -> list[Row]:
    """The passages there are of a case, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, who, contact, told, said, sheets FROM records_passage "
            "WHERE id BETWEEN %s AND %s ORDER BY id",
            (case_id << OWN, (case_id + 1 << OWN) - 1),
        )
        return [tuple(row) for row in cursor.fetchall()]


def write_document(document: Document) -> None:
    """A version of a document as it is looked for: its title first, then its text."""
    title, text = f"{document.code}\n{document.title}", document.text
    start = -document.pk << OWN
    with connection.cursor() as cursor:
        erase(cursor, start, start + PARTS - 1)
        insert(cursor, _parts(start, who=title, told=text))


def begin_anew() -> None:
    """Forget all passages, before those of the cases are made anew; those of the library are at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT INTO records_passagesigns(records_passagesigns) VALUES ('delete-all')"
            )
        cursor.execute("DELETE FROM records_passage")
    for document in Document.objects.order_by("id"):
        write_document(document)


_INSERT = "INSERT INTO records_passage (id, who, contact, told, said, sheets"
_INDEX = "INSERT INTO records_passagesigns (rowid, signs) VALUES (%s, %s)"
_UNINDEX = "INSERT INTO records_passagesigns (records_passagesigns, rowid, signs) VALUES ('delete', %s, %s)"
