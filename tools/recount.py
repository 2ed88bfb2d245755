"""Counts the reports of a period again from the events alone, slowly and by its own reading.

    python -m tools.recount [POLICY] [PERIOD]

Knows nothing of engine.measures, engine.figures or the columns: it walks the effects of each case, counts every
figure of every report of the policy, and compares each with what the product says. Exits 1 where one differs.
It borrows from the product which clauses a row of the policy cites, and does not count the ways of sheets
(`LEFT`), which have tests of their own.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

CHINA = timedelta(hours=8)
OVER = ("closed", "archived")
NOBODY = ("system", "customer")
LEFT = {"leg time", "late legs"}
Row = dict[str, Any]
Found = dict[
    tuple[Any, ...], list[int | None]
]  # (part, figure, group) -> what is said and of how many


def days_of(period: str) -> tuple[int, int]:
    """The first second of a month (2026-11) or an ISO week (2026-W48) in China, and the one after its last."""
    if "W" in period:
        year, week = period.split("-W")
        first = datetime.fromisocalendar(int(year), int(week), 1)
        last = first + timedelta(days=7)
    else:
        first = datetime.fromisoformat(f"{period}-01")
        last = (first + timedelta(days=31)).replace(day=1)
    return tuple(int((day.replace(tzinfo=UTC) - CHINA).timestamp()) for day in (first, last))  # type: ignore[return-value]


# -- What the events say ---------------------------------------------------------------------------


def histories(policy: str, as_of: int) -> dict[str, list[Any]]:
    """By case: kind, instant, doer, form and effects of what was recorded by then."""
    from django.db import connection

    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT c.number, e.kind, e.at, e."by", e.data, e.effects FROM records_event e '
            "JOIN records_case c ON c.id = e.case_id WHERE c.policy_code = %s AND e.recorded_at <= %s "
            "ORDER BY e.case_id, e.sequence",
            [policy, as_of],
        )
        for number, kind, at, by, data, effects in cursor.fetchall():
            found.setdefault(number, []).append(
                (kind, at, by, json.loads(data), json.loads(effects))
            )
    return found


def calls() -> Iterator[Row]:
    """The calls that telephone systems told of."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rang_at, answered_at FROM records_call")
        for rang, answered in cursor.fetchall():
            yield {"rang": rang, "answered": answered}


def case_of(events: list[Any]) -> Row:
    """One case or ledger as its events tell it."""
    made: Row = {
        "ledger": False, "registered": 0, "intake": "", "registrar": "", "facts": {}, "severity": "",
        "corrected": 0, "closed": 0, "ended": "", "first": {}, "last": {}, "agreed": 0, "outside": 0,
        "links": {}, "notes": {}, "debts": {}, "visits": [], "answered_by": "", "version": 0,
        "reopened": sum(one[0] == "reopen" for one in events),
        "postponed": sum(one[0] == "postpone" for one in events),
    }  # fmt: skip
    is_over = False
    for kind, at, by, data, effects in events:
        for effect, told in effects:
            if effect == "stage":
                is_over = told["is"] in OVER
            elif effect == "over" and told["how"] != "purged":
                is_over, made["ended"] = bool(told["how"]), told["how"]
            else:
                _told(made, (kind, at, by, data, effects), effect, told)
        if kind == "rate" and data.get("score"):
            made["visits"].append(
                {"at": at, "outcome": "rated", "score": data["score"], "act": "rate"}
            )
        if kind in ("refer", "appeal_received"):
            made["outside"] = made["outside"] or at
        if not is_over:
            made["closed"] = 0
    return made


def _told(made: Row, event: Any, effect: str, told: Row) -> None:
    if effect == "registered":
        made |= {"registered": told["registered"], "ledger": bool(told.get("ledger"))}
        made |= {"intake": told.get("unit", ""), "registrar": told.get("registrar", "")}
        made["version"] = told.get("version", 0)
    elif effect == "version":
        made["version"] = told["is"]
    elif effect == "facts":
        made["facts"] |= told
    elif effect == "severity" or (effect == "derived" and told["table"] == "severity"):
        value = told["is"] if effect == "severity" else told["answer"]
        was_classified = "classified" in made["first"] and value != made["severity"]
        made["corrected"] += effect == "severity" or (event[0] == "correct" and was_classified)
        made["severity"] = value
    elif effect == "instant":
        made["first"].setdefault(told["name"], told["at"])
        made["last"][told["name"]] = told["at"]
        if told["name"] == "closed":
            made["closed"] = told["at"]
    elif effect == "agreed":
        made["agreed"] = told["at"]
    elif effect == "linked":
        made["links"][told["case"]] = told["as"]
    elif effect == "sheet opened" and told["step"]:
        made["notes"][told["number"]] = "out"
    elif effect == "sheet ended" and told["number"] in made["notes"]:
        made["notes"][told["number"]] = "back"
    elif effect == "opened":
        made["debts"][told["id"]] = {
            "act": told["act"], "seat": told["seat"], "row": told["row"], "sheet": told["sheet"],
            "since": told["since"], "due": told["first_due"], "done": 0,
            "version": made["version"], "kind": str(made["facts"].get("kind", "")),
        }  # fmt: skip
    elif effect == "moved":
        debt = made["debts"][told["id"]]
        debt |= {
            "seat": told.get("seat") or debt["seat"],
            "due": told.get("first_due", debt["due"]),
        }
    elif effect == "void":
        made["debts"].pop(told["id"], None)
    elif effect == "kept":
        _kept(made, made["debts"][told["id"]], event)


def _kept(made: Row, debt: Row, event: Any) -> None:
    _kind, at, by, data, effects = event
    debt["done"] = at
    if debt["act"] in ("acknowledge", "confirm_return"):
        made["first"].setdefault("acknowledged", at)
    if debt["act"] == "respond" and not debt["sheet"]:
        made["answered_by"] = by
    if debt["act"] in ("follow_up", "visit_shopper", "rate"):
        judged = [told["outcome"] for effect, told in effects if effect == "judged"]
        outcome = (judged or [data.get("outcome", "")])[0]
        made["visits"].append(
            {"at": at, "outcome": outcome, "score": data.get("score") or 0, "act": debt["act"]}
        )


# -- What they come to -----------------------------------------------------------------------------


class Book:
    """What happened under a policy, as known at an instant."""

    def __init__(self, policy: str, as_of: int) -> None:
        every = [case_of(events) for events in histories(policy, as_of).values()]
        self.as_of = as_of
        self.cases = [_about(case) for case in every if not case["ledger"]]
        self.owed = [
            debt | {"post": debt["seat"].partition("@")[0], "unit": debt["seat"].partition("@")[2]}
            for case in every for debt in case["debts"].values()
        ]  # fmt: skip
        self.visits = [
            visit | {"unit": case["facts"].get("about_unit") or case["intake"]}
            for case in every for visit in case["visits"]
        ]  # fmt: skip
        self.calls = list(calls())

    def count(
        self, name: str, since: int, until: int
    ) -> tuple[list[Row], Callable[[list[Row]], Any]]:
        """The rows a figure stands on in a period, and what is made of them."""
        end, as_of = min(until, self.as_of), self.as_of

        def within(rows: Iterable[Row], at: str) -> list[Row]:
            return [row for row in rows if row[at] and since <= row[at] < until]

        def judged(rows: Iterable[Row], due: str, done: str) -> list[Row]:
            return [row for row in within(rows, due) if row[done] or row[due] < as_of]

        came, over = within(self.cases, "registered"), within(self.cases, "closed")
        people = [debt for debt in self.owed if debt["post"] not in NOBODY]
        owed_at_end = [
            d for d in people if d["since"] < end and (not d["done"] or d["done"] >= end)
        ]
        asked = [v for v in within(self.visits, "at") if v["act"] != "rate"]
        reached = [v for v in asked if v["outcome"] in ("satisfied", "unsatisfied")]
        first, _space, per_cent = name.rpartition(" ")
        if per_cent in ("median", "p90"):
            at = {"hand-over": "dispatched", "reply": "replied", "answer": "answered",
                  "closing": "closed"}[first]  # fmt: skip
            since_when = "dispatched" if first == "reply" else "registered"
            rows = [row | {"took": max(0, row[at] - row[since_when])}
                    for row in within(self.cases, at) if row[since_when]]  # fmt: skip
            return rows, _not_exceeded(50 if per_cent == "median" else 90)
        late, kept = _late("answer_due", "answered"), _late("due", "done")
        told = _late("acknowledge_due", "acknowledged")
        owed_answers = judged(self.cases, "answer_due", "answered")
        owed_words = judged(self.cases, "acknowledge_due", "acknowledged")
        plain: dict[str, list[Row]] = {
            "received": came, "closed": over, "returned items": came,
            "open": [c for c in self.cases
                     if c["registered"] < end and (not c["closed"] or c["closed"] >= end)],
            "acknowledged late": [row for row in owed_words if told(row)],
            "resolved late": [row for row in owed_answers if late(row)],
            "wrongly prioritised": [row for row in came if row["corrected"]],
            "repeat": [row for row in came if "repeat" in row["links"].values()],
            "reopened": [row for row in came if row["reopened"]],
            "postponed": [row for row in came if row["postponed"]],
            "referred outside": within(self.cases, "outside"),
            "improvements": within([d for d in self.owed if d["act"] == "take_action"], "done"),
            "assessments": within([d for d in self.owed if d["act"] == "execute"], "done"),
            "missed": [row for row in judged(people, "due", "done") if kept(row)],
            "done": within(people, "done"), "load": owed_at_end,
            "overdue": [row for row in owed_at_end if row["due"] < end],
            "calls": [call for call in within(self.calls, "rang") if call["rang"] < end],
        }  # fmt: skip
        if name == "returned items":
            return came, lambda rows: [sum(row["returned"] for row in rows), len(rows)]
        if name in plain:
            return plain[name], lambda rows: [len(rows), len(rows)]
        if name == "satisfaction":
            scored = [v for v in within(self.visits, "at") if v["score"]]
            return scored, lambda rows: [sum(v["score"] for v in rows) if rows else None, len(rows)]
        if name == "time to answer":
            rang = [call | {"took": call["answered"] - call["rang"]}
                    for call in plain["calls"] if call["answered"]]  # fmt: skip
            return rang, _not_exceeded(90)
        done = [row for row in over if row["ended"] in ("", "closed", "archived")]
        shares: dict[str, tuple[list[Row], Callable[[Row], bool]]] = {
            "acknowledged in time": (owed_words, lambda row: not told(row)),
            "resolved in time": (owed_answers, lambda row: not late(row)),
            "resolved at first contact": (done, lambda row: row["alone"]),
            "compliance": (judged(people, "due", "done"), lambda row: not kept(row)),
            "satisfied": (reached, lambda row: row["outcome"] == "satisfied"),
            "response rate": (asked, lambda row: row in reached),
            "answer rate": (plain["calls"], lambda row: bool(row["answered"])),
        }
        rows, good = shares[name]
        return rows, lambda some: [sum(map(good, some)) if some else None, len(some)]


def _about(case: Row) -> Row:
    """A case with what figures are broken down by, and the instants they are taken of."""
    facts, first, last = case["facts"], case["first"], case["last"]
    answers = [d for d in case["debts"].values() if d["act"] == "respond" and not d["sheet"]]
    words = [d for d in case["debts"].values() if d["act"] in ("acknowledge", "confirm_return")]
    told = {name: facts.get(name) or "" for name in (
        "kind", "channel", "category", "about", "product", "batch",
    )}  # fmt: skip
    answered = last.get("answered", 0)  # what was answered anew counts by its last answer
    by_registrar = bool(answered) and case["answered_by"] == case["registrar"]
    brought = case["registered"] if facts.get("kind") == "appeal" else 0
    return case | told | {
        "unit": facts.get("about_unit") or case["intake"], "reason": facts.get("return_reason") or "",
        "returned": facts.get("returned") or 0, "answered": answered,
        "acknowledged": first.get("acknowledged", 0), "dispatched": first.get("dispatched", 0),
        "replied": 0 if "out" in case["notes"].values() else last.get("replied", 0),
        "acknowledge_due": words[0]["due"] if words else 0,
        "answer_due": answers[-1]["due"] if answers else case["agreed"],
        "outside": case["outside"] or brought,
        "alone": by_registrar and not case["notes"] and not case["reopened"],
    }  # fmt: skip


def _late(due: str, done: str) -> Callable[[Row], bool]:
    return lambda row: not row[done] or row[done] > row[due]


def _not_exceeded(per_cent: int) -> Callable[[list[Row]], list[int | None]]:
    """The smallest length that so many in a hundred do not exceed."""

    def made(rows: list[Row]) -> list[int | None]:
        took = sorted(row["took"] for row in rows)
        enough = [one for n, one in enumerate(took, 1) if n * 100 >= per_cent * len(took)]
        return [enough[0] if enough else None, len(took)]

    return made


# -- Reports, by both ------------------------------------------------------------------------------


def recount(policy: Any, since: int, until: int, as_of: int, now: int) -> Found:
    """Every figure of every report of the version in force, counted from the events."""
    book, found = Book(policy.code, as_of), {}
    for report, place, part, name in _figures(policy, now):
        rows, made = book.count(name, since, until)
        for test in part.only:
            rows = [row for row in rows if row[test.column] in test.values]
        groups: dict[Any, list[Row]] = {} if part.by else {(): []}
        for row in rows:
            for key in _keys(row, part.by, policy, now):
                groups.setdefault(key, []).append(row)
        for key, some in groups.items():
            found[report.name, place, name, key] = made(some)
    return found


def said(policy: Any, since: int, until: int, as_of: int, now: int) -> Found:
    """The same figures as the product takes them."""
    from bihuan.desk import figures
    from bihuan.engine.measure import Is, Span
    from bihuan.engine.measures import MEASURES

    found: Found = {}
    with figures.book(now, as_of) as book:
        for report, place, part, name in _figures(policy, now):
            only = [Is("policy", (policy.code,)), *part.only]
            span = Span(since, until, as_of)
            taken = book.take(MEASURES[name], span, by=part.by, only=only)
            for key, value in taken.items():
                found[report.name, place, name, key] = list(value)
    return found


def _figures(policy: Any, now: int) -> Iterator[tuple[Any, int, Any, str]]:
    from bihuan.engine.reporting import OF_ALL

    for report in (*_ruling(policy, now).world.policy.reports.values(), *OF_ALL.values()):
        for place, part in enumerate(report.parts):
            for name in part.figures:
                if name not in LEFT:
                    yield report, place, part, name


def _keys(row: Row, by: Iterable[str], policy: Any, now: int) -> list[tuple[Any, ...]]:
    keys: list[tuple[Any, ...]] = [()]
    for column in by:
        values = [row.get(column, "")]
        if column == "clause":
            values = _ruling(policy, now).clauses(row["row"], row["kind"])
        keys = [(*key, value) for key in keys for value in values]
    return keys


def _ruling(policy: Any, now: int) -> Any:
    from bihuan.desk import worlds

    return worlds.ruling(policy.pk, now)


def main() -> None:
    """Compare, and print what was compared and what differs."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
    django.setup()
    from bihuan.desk import packs

    now = int(time.time())
    policy = packs.policies_in_force(now)[sys.argv[1] if len(sys.argv) > 1 else "mall"]
    today = datetime.fromtimestamp(now, UTC) + CHINA
    period = sys.argv[2] if len(sys.argv) > 2 else f"{today - timedelta(days=today.day):%Y-%m}"
    since, until = days_of(period)
    ours, theirs = (count(policy, since, until, now, now) for count in (recount, said))
    wrong = [key for key in ours | theirs if ours.get(key) != theirs.get(key)]
    for key in wrong:
        print("DIFFERS", *key, ours.get(key), theirs.get(key))
    print(f"{period}: {len(ours)} figures counted again, {len(wrong)} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
