"""Keeps what cases have in common with others: written with the row, made anew where its facts change."""

from typing import Any

from django.db import connection

from bihuan.engine.alike import THINGS, Traits, keys_of
from bihuan.engine.case import Case
from bihuan.records.queries.alike import told_of

_FACTS = ("content", "about_person", *THINGS)
_WRITE = "INSERT INTO records_trait (key, case_id) VALUES {} ON CONFLICT (key, case_id) DO NOTHING"


def keys(case: Case) -> frozenset[int]:
    """By what a case in this state is found alike."""
    if case.ledger or case.is_message or case.ended == "purged":
        return frozenset()
    return keys_of(Traits(told_of(0, case.facts, case.registered, "", case.unit)))


def changed(before: Case | None, after: Case) -> tuple[frozenset[int], frozenset[int]]:
    """The keys that a change of a case takes away, and those it brings."""
    same = before is not None and all(before.facts.get(n) == after.facts.get(n) for n in _FACTS)
    if same and after.ended != "purged":
        return frozenset(), frozenset()
    had, has = keys(before) if before else frozenset[int](), keys(after)
    return had - has, has - had


def write(cursor: Any, gone: list[tuple[int, int]], come: list[tuple[int, int]]) -> None:
    """Take pairs of key and case away, and put pairs in."""
    if gone:
        cursor.executemany("DELETE FROM records_trait WHERE key = %s AND case_id = %s", gone)
    if not come:
        return
    if connection.vendor == "postgresql":
        values = [value for pair in come for value in pair]
        cursor.execute(_WRITE.format(", ".join(["(%s, %s)"] * len(come))), values)
    else:
        cursor.executemany(_WRITE.format("(%s, %s)"), come)


def begin_anew() -> None:
    """Forget those of all cases, before they are made anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_trait")


def missing(case_id: int, case: Case) -> bool:
    """Whether the table lacks what the case is to be found by."""
    wanted = sorted(keys(case))
    if not wanted:
        return False
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM records_trait WHERE key IN ({places}) AND case_id = %s",  # noqa: S608
            (*wanted, case_id),
        )
        return bool(cursor.fetchone()[0] != len(wanted))
