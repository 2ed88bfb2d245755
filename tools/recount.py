"""Counts a period again from the events alone, slowly and by its own reading: python -m tools.recount [POLICY] [PERIOD]

Knows nothing of engine.measures, engine.figures or the columns: it walks the effects of each case and
compares every figure it can name with what the product says. Exits 1 where one differs.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Any

CHINA = timedelta(hours=8)


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


def histories(
    policy: str, as_of: int
) -> dict[str, list[tuple[str, int, str, dict[str, Any], list[Any]]]]:
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


def recount(policy: str, since: int, until: int, as_of: int) -> dict[str, Any]:
    """What the period comes to: counts, shares as (part, whole), lengths in seconds, scores as (sum, number)."""
    cases = [_case(events) for events in histories(policy, as_of).values()]
    matters = [case for case in cases if not case["ledger"]]
    debts = [debt for case in cases for debt in case["debts"].values() if not debt["void"]]
    visits = [visit for case in cases for visit in case["visits"] if since <= visit[0] < until]
    came = [case for case in matters if since <= case["registered"] < until]
    over = [case for case in matters if case["closed"] and since <= case["closed"] < until]
    end = min(until, as_of)
    took = sorted(case["closed"] - case["registered"] for case in over)
    due = [
        debt for debt in debts
        if since <= debt["due"] < until and (debt["done"] or debt["due"] < as_of)
        and debt["seat"].partition("@")[0] not in ("system", "customer")
    ]  # fmt: skip
    reached = [
        visit for visit in visits if visit[1] in ("satisfied", "unsatisfied") and visit[3] != "rate"
    ]
    categories: dict[str, int] = {}
    for case in came:
        name = str(case["facts"].get("category") or "")
        categories[name] = categories.get(name, 0) + 1
    return {
        "received": len(came),
        "closed": len(over),
        "open": sum(
            c["registered"] < end and (not c["closed"] or c["closed"] >= end) for c in matters
        ),
        "closing median": median_low(took) if took else None,
        "compliance": (sum(0 < d["done"] <= d["due"] for d in due), len(due)),
        "missed": sum(d["done"] > d["due"] or not d["done"] for d in due),
        "reopened": sum(any(e[0] == "reopen" for e in c["events"]) for c in came),
        "postponed": sum(any(e[0] == "postpone" for e in c["events"]) for c in came),
        "satisfied": (sum(v[1] == "satisfied" for v in reached), len(reached)),
        "satisfaction": (sum(v[2] for v in visits if v[2]), sum(1 for v in visits if v[2])),
        "received by category": categories,
    }


def _case(events: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "events": events, "facts": {}, "debts": {}, "visits": [], "closed": 0, "ledger": False,
        "registered": 0,
    }  # fmt: skip
    is_over = False
    for kind, at, _by, data, effects in events:
        for effect, told in effects:
            if effect == "registered":
                made |= {"registered": told["registered"], "ledger": bool(told.get("ledger"))}
            elif effect == "facts":
                made["facts"] |= told
            elif effect == "opened":
                made["debts"][told["id"]] = {
                    "act": told["act"], "seat": told["seat"], "due": told["first_due"], "done": 0,
                    "void": False,
                }  # fmt: skip
            elif effect == "moved":
                debt = made["debts"][told["id"]]
                debt["seat"] = told.get("seat", debt["seat"])
                debt["due"] = told.get("first_due", debt["due"])
            elif effect == "void":
                made["debts"][told["id"]]["void"] = True
            elif effect == "kept":
                debt = made["debts"][told["id"]]
                debt["done"] = at
                if debt["act"] in ("follow_up", "visit_shopper"):
                    judged = [t["outcome"] for e, t in effects if e == "judged"]
                    outcome = (judged or [data.get("outcome", "")])[0]
                    made["visits"].append((at, outcome, data.get("score") or 0, debt["act"]))
            elif effect == "instant" and told["name"] == "closed":
                made["closed"] = told["at"]
            elif effect == "stage":
                is_over = told["is"] in ("closed", "archived")
            elif effect == "over":
                is_over = bool(told["how"])
        if kind == "rate" and data.get("score"):
            made["visits"].append((at, "rated", data["score"], "rate"))
        if not is_over:
            made["closed"] = 0
    return made


def said(policy: str, since: int, until: int, as_of: int, now: int) -> dict[str, Any]:
    """The same figures as the product takes them."""
    from bihuan.desk import figures
    from bihuan.engine.measure import Is, Span
    from bihuan.engine.measures import MEASURES

    span, only = Span(since, until, as_of), [Is("policy", (policy,))]
    found: dict[str, Any] = {}
    with figures.book(now, as_of) as book:
        for name in ("received", "closed", "open", "closing median", "compliance", "missed",
                     "reopened", "postponed", "satisfied", "satisfaction"):  # fmt: skip
            part, of = book.take(MEASURES[name], span, only=only)[()]
            pair = MEASURES[name].unit in ("share", "score")
            found[name] = (part or 0, of) if pair else part
        by = book.take(MEASURES["received"], span, by=["category"], only=only)
        found["received by category"] = {str(key[0]): value.of for key, value in by.items()}
    return found


def main() -> None:
    """Compare, and print both."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
    django.setup()
    now = int(time.time())
    policy = sys.argv[1] if len(sys.argv) > 1 else "mall"
    today = datetime.fromtimestamp(now, UTC) + CHINA
    period = sys.argv[2] if len(sys.argv) > 2 else f"{today - timedelta(days=today.day):%Y-%m}"
    since, until = days_of(period)
    ours, theirs = recount(policy, since, until, now), said(policy, since, until, now, now)
    wrong = [name for name in ours if ours[name] != theirs[name]]
    for name in ours:
        print(
            f"{'DIFFERS' if name in wrong else 'same':8} {name:24} {ours[name]!s:24} {theirs[name]}"
        )
    sys.exit(f"{period}: {', '.join(wrong)}" if wrong else 0)


if __name__ == "__main__":
    main()
