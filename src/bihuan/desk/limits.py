"""How often something was tried, counted in the database: all processes count together."""

from django.db import connection


def tried(what: str) -> int:
    """How often it was tried in the stretch of time that `what` names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT times FROM records_attempt WHERE what = %s", (what,))
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def count(what: str, *, until: int, now: int, times: int = 1) -> int:
    """Count a try (or so many at once) and say how many there were; what is past its time is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (what, times, until))
        tries = int(cursor.fetchone()[0])
        if tries == times:
            cursor.execute("DELETE FROM records_attempt WHERE until_at < %s", (now,))
    return tries


def give_back(what: str) -> None:
    """One try less: it turned out to be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_attempt SET times = times - 1 WHERE what = %s AND times > 0", (what,)
        )


def forget(what: str) -> None:
    """None of the tries counts any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_attempt WHERE what = %s", (what,))


_COUNT = """
    INSERT INTO records_attempt (what, times, until_at) VALUES (%s, %s, %s)
    ON CONFLICT (what) DO UPDATE SET times = records_attempt.times + excluded.times RETURNING times
"""
