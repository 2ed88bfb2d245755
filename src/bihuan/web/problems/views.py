"""Common problems of a period, and one of them: over the cases the reader may see."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.desk import packs, worlds
from bihuan.desk.reports import calendar_of
from bihuan.engine import manner
from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import Calendar
from bihuan.engine.periods import Period, before, named, parts, period_of
from bihuan.engine.preventing import JUDGES, judging_step
from bihuan.records.queries.cases import Listed
from bihuan.records.queries.problems import Found, OneProblem, common_problems, one_problem
from bihuan.web.addresses import address
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names, tone_of_stage

Json = Any
UNITS = ("week", "month", "quarter", "year")
PART_OF = {"week": "day", "month": "week", "quarter": "month", "year": "month"}
MOST = 50
MOST_UNITS = 3
MONTHS = 13  # of a trend: this month, and the same one a year ago


@staff
@require_safe
def problems(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The problems that came in a period: how often, whether they are new or surge, and whom they concern."""
    if not (reader.oversees or reader.account.is_auditor) or not reader.policies:
        raise Http404
    code = request.GET.get("policy", "")
    code = code if code in reader.policies else next(iter(reader.policies))
    calendar = _calendar(code, reader)
    today = calendar.day_of(reader.now)
    asked = named(request.GET.get("period", ""), calendar)
    period = asked if asked and asked.unit in UNITS else period_of("month", today, calendar)
    earlier = before(period, calendar)
    slices = parts(period, PART_OF[period.unit], calendar)
    found = common_problems(
        reader.viewer, code, (period.since, period.until), (earlier.since, earlier.until),
        [(max(one.since, period.since), min(one.until, period.until)) for one in slices],
    )  # fmt: skip
    names = Names(reader.policies[code], reader.organisation, reader.language)
    following = period_of(period.unit, calendar.day_of(period.until), calendar)
    return show(
        request, reader, "problems/list.jinja",
        {
            "period": period.name,
            "earlier": {"url": _url(code, earlier), "label": earlier.name},
            "following": {"url": _url(code, following), "label": following.name}
            if following.since < reader.now else None,
            "lengths": [
                {"label": label, "current": unit == period.unit,
                 "url": _url(code, period_of(unit, today, calendar))}
                for unit, label in zip(UNITS, (_("Week"), _("Month"), _("Quarter"), _("Year")), strict=True)
            ],
            "policies": [
                {"label": policy.title.in_(reader.language), "url": _url(name, period),
                 "current": name == code}
                for name, policy in reader.policies.items()
            ] if len(reader.policies) > 1 else [],
            "heads": [_short(one) for one in slices],
            "rows": _rows(found[:MOST], names, reader),
            "more": max(0, len(found) - MOST),
        },
        at="problems",
    )  # fmt: skip


def _calendar(code: str, reader: Reader) -> Calendar:
    return calendar_of(worlds.ruling(packs.policies_in_force(reader.now)[code].pk, reader.now))


def _url(code: str, period: Period) -> str:
    return "?" + urlencode({"policy": code, "period": period.name})


def _short(period: Period) -> str:
    return period.name[5:] if period.unit != "month" else period.name


def _rows(found: list[Found], names: Names, reader: Reader) -> list[dict[str, Json]]:
    most = max((count for one in found for count in one.over_time), default=0)
    return [
        {
            "url": address("problem", args=[one.id]),
            "name": one.name or names.value("category", one.category, reader.clock) or _("without common words"),
            "category": names.value("category", one.category, reader.clock),
            "count": one.seen.count,
            "usual": "—" if one.seen.expected is None else manner.number(one.seen.expected, 1),
            "marks": [
                *([{"words": _("new"), "tone": ""}] if one.is_new else []),
                *([{"words": _("surge"), "tone": "late"}] if one.is_surge else []),
            ],
            "units": [f"{names.unit(code)} {count}" for code, count in one.units[:MOST_UNITS]],
            "more_units": max(0, len(one.units) - MOST_UNITS),
            "actions": len(one.actions),
            "cells": [
                {"count": count, "height": round(100 * count / most) if most else 0}
                for count in one.over_time
            ],
        }
        for one in found
    ]  # fmt: skip


@staff
@require_safe
def problem(request: HttpRequest, reader: Reader, key: int) -> HttpResponse:
    """One problem: how often it came each month, what it concerns, its cases, and what is done about it."""
    if not (reader.oversees or reader.account.is_auditor):
        raise Http404
    found = one_problem(reader.viewer, key)
    if found is None or found.policy not in reader.policies:
        raise Http404
    policy = reader.policies[found.policy]
    names = Names(policy, reader.organisation, reader.language)
    return show(
        request, reader, "problems/problem.jinja",
        {
            "name": found.name or names.value("category", found.category, reader.clock),
            "category": names.value("category", found.category, reader.clock),
            "total": found.total,
            "trend": _trend(found, _calendar(found.policy, reader), reader.now),
            "affected": [
                {"label": names.fact(name) if name != "about_unit" else _("Unit concerned"),
                 "rows": [{"label": names.value(name, value, reader.clock), "count": count}
                          for value, count in values]}
                for name, values in found.affected.items()
            ],
            "actions": _actions(found, names),
            "rows": [_case(row, names, reader) for row in found.cases],
        },
        at="problems",
    )  # fmt: skip


def _trend(found: OneProblem, calendar: Calendar, now: int) -> dict[str, Json]:
    months = [period_of("month", calendar.day_of(now), calendar)]
    while len(months) < MONTHS:
        months.insert(0, before(months[0], calendar))
    counts = [sum(month.since <= at < month.until for at in found.instants) for month in months]
    most = max(counts) or 1
    return {
        "heads": [month.name for month in months],
        "cells": [{"count": count, "height": round(100 * count / most)} for count in counts],
    }


def _actions(found: OneProblem, names: Names) -> list[dict[str, Json]]:
    """The corrective actions opened in its cases, and how each came out."""
    rows = []
    for number, sheet in found.sheets:
        step = (
            judging_step(names.policy, sheet["kind"])
            if sheet["kind"] in names.policy.sheets
            else None
        )
        if step is None:
            continue
        outcome = sheet.get("marks", {}).get(step.name, "")
        said = next((one.text for one in ACTS[JUDGES].outcomes if one.name == outcome), None)
        rows.append({
            "url": address("case", args=[number]),
            "number": names.sheet(sheet["kind"], number, sheet["number"]),
            "state": names.text(said) if said else _("in hand"),
            "tone": "done" if outcome == "effective" else "",
        })  # fmt: skip
    return rows


def _case(row: Listed, names: Names, reader: Reader) -> dict[str, Json]:
    return {
        "url": address("case", args=[row.number]),
        "number": row.number,
        "title": row.title,
        "unit": names.unit(row.about_unit) if row.about_unit else "",
        "stage": names.stage(row.stage, row.ended),
        "tone": tone_of_stage(row.stage, row.ended),
        "registered": reader.clock.day(row.registered_at),
    }
