"""The dashboard: a period at a glance, every figure leading to its cases; it reads itself again every minute."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from bihuan.desk import columns, figures, packs, worlds
from bihuan.desk.figures import Book
from bihuan.desk.reports import calendar_of, within
from bihuan.engine.measure import Is, Key, Span, Value
from bihuan.engine.measures import MEASURES
from bihuan.engine.organisation import Organisation
from bihuan.engine.periods import UNITS, Period, before, named, parts, period_of
from bihuan.engine.policy import Policy
from bihuan.engine.words import STAGES
from bihuan.web.addresses import address
from bihuan.web.reports.saying import Words, figure, written
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names

Json = Any
HEADLINE = ("received", "closed", "open", "resolved late", "resolved in time", "satisfied")
ASKED = ("satisfied", "satisfaction", "response rate")
PART_OF = {"day": "day", "week": "day", "month": "week", "quarter": "month", "year": "month"}
MOST = 10
KEPT = 64  # dashboards remembered at once


@staff
@require_safe
def insight(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Figures of a period over the cases the reader may see, of all units or of one and those below it."""
    if not (reader.oversees or reader.account.is_auditor) or not reader.policies:
        raise Http404
    look = _look(request, reader)
    return show(request, reader, "insight/insight.jinja", _panels(look) | look.form(), at="insight")


_kept: dict[Any, dict[str, Json]] = {}


def _panels(look: "_Look") -> dict[str, Json]:
    """What the page shows; taken once a minute for each reader and look, until something is known anew."""
    reader = look.reader
    with figures.book(reader.now) as book:
        key = (columns.manifest().head, worlds.changes(), reader.person, reader.language,
               look.url(), reader.now // 60)  # fmt: skip
        if key not in _kept:
            if len(_kept) >= KEPT:
                _kept.clear()
            taking = _Taking(look, book, figures.seen_by(reader.viewer))
            _kept[key] = {
                "figures": taking.headline(), "funnel": taking.funnel(), "late": taking.late(),
                "heat": taking.heat(), "over_time": taking.over_time(), "units": taking.units(),
                "asked": taking.asked(), "load": taking.load(),
            }  # fmt: skip
        return _kept[key]


class _Look:
    """What is looked at: a policy, a period, a unit."""

    def __init__(self, reader: Reader, code: str, period: Period, unit: str) -> None:
        self.reader, self.code, self.period, self.unit = reader, code, period, unit
        ruling = worlds.ruling(packs.policies_in_force(reader.now)[code].pk, reader.now)
        self.calendar = calendar_of(ruling)
        self.policy: Policy = ruling.world.policy
        self.organisation: Organisation = reader.organisation
        self.names = Names(self.policy, self.organisation, reader.language)
        self.words = Words(self.names, {})

    def url(self, **changed: str) -> str:
        """This page with something else looked at."""
        given = {"policy": self.code, "period": self.period.name, "unit": self.unit} | changed
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def behind(self, name: str, period: Period | None = None, **only: Json) -> str:
        """The cases behind a figure."""
        asked: dict[str, Json] = {
            "figure": name, "policy": self.code, "period": (period or self.period).name,
        }  # fmt: skip
        if self.unit and "unit" not in only:
            asked["within"] = self.unit
        return f"{address('figures-behind')}?{urlencode(asked | only, doseq=True)}"

    def form(self) -> dict[str, Json]:
        """Where else one can look from here."""
        earlier = before(self.period, self.calendar)
        following = period_of(
            self.period.unit, self.calendar.day_of(self.period.until), self.calendar
        )
        labels = (
            pgettext("length of a period", "Day"),
            _("Week"),
            _("Month"),
            _("Quarter"),
            _("Year"),
        )
        today = self.calendar.day_of(self.reader.now)
        return {
            "here": self.url(),
            "period": self.period.name,
            "unit": self.names.unit(self.unit) if self.unit else "",
            "whole_url": self.url(unit="") if self.unit else "",
            "earlier": {"url": self.url(period=earlier.name), "label": earlier.name},
            "following": {"url": self.url(period=following.name), "label": following.name}
            if following.since < self.reader.now else None,
            "lengths": [
                {"label": label, "current": unit == self.period.unit,
                 "url": self.url(period=period_of(unit, today, self.calendar).name)}
                for unit, label in zip(UNITS, labels, strict=True)
            ],
            "policies": [
                {"label": policy.title.in_(self.reader.language), "url": self.url(policy=code),
                 "current": code == self.code}
                for code, policy in self.reader.policies.items()
            ] if len(self.reader.policies) > 1 else [],
        }  # fmt: skip


def _look(request: HttpRequest, reader: Reader) -> _Look:
    code = request.GET.get("policy", "")
    code = code if code in reader.policies else next(iter(reader.policies))
    unit = request.GET.get("unit", "")
    unit = unit if unit in reader.organisation.units else ""
    ruling = worlds.ruling(packs.policies_in_force(reader.now)[code].pk, reader.now)
    calendar = calendar_of(ruling)
    period = named(request.GET.get("period", ""), calendar) or period_of(
        "month", calendar.day_of(reader.now), calendar
    )
    return _Look(reader, code, period, unit)


class _Taking:
    """The panels, taken from the columns."""

    def __init__(self, look: _Look, book: Book, seen: figures.Seen) -> None:
        self.look, self.book, self.seen = look, book, seen
        self.only = [Is("policy", (look.code,))]
        if look.unit:
            self.only.append(Is("unit", within(look.organisation, look.unit)))

    def take(self, name: str, *by: str, period: Period | None = None) -> Mapping[Key, Value]:
        """A figure of the period, or of another."""
        when = period or self.look.period
        span = Span(when.since, when.until, self.look.reader.now)
        return self.book.take(MEASURES[name], span, by=by, only=self.only, seen=self.seen)

    def headline(self) -> list[dict[str, Json]]:
        """The figures at the top, those of the period before beside them."""
        earlier = before(self.look.period, self.look.calendar)
        found = []
        for name in HEADLINE:
            value, then = self.take(name)[()], self.take(name, period=earlier)[()]
            late = name == "resolved late" and value.of
            found.append({
                "label": MEASURES[name].text.in_(self.look.reader.language),
                "value": written(name, *value), "url": self.look.behind(name),
                "tone": "late" if late else "",
                "before": _("%(period)s: %(value)s") % {
                    "period": earlier.name, "value": written(name, *then),
                },
            })  # fmt: skip
        return found

    def funnel(self) -> dict[str, Json]:
        """How many of the cases registered in the period came how far."""
        standing = {str(key[0]): value.of for key, value in self.take("received", "stage").items()}
        order = list(STAGES)
        rows = []
        for place, stage in enumerate(order):
            beyond = order[place:]
            count = sum(standing.get(one, 0) for one in beyond)
            rows.append({
                "label": self.look.names.text(STAGES[stage]), "count": count,
                "url": self.look.behind("received", stage=beyond),
                "here": standing.get(stage, 0),
            })  # fmt: skip
        return _bars(rows)

    def late(self) -> dict[str, Json]:
        """Each step: how many of those over were late, and how long half of them took."""
        shares, times = self.take("late legs", "act"), self.take("leg time", "act")
        rows = [
            {
                "label": self.look.words.value("act", key[0]),
                "count": value.part or 0,
                "share": figure("late legs", *value),
                "time": figure("leg time", *times[key]),
                "url": self.look.behind("late legs", act=key[0]),
            }
            for key, value in shares.items()
        ]
        rows.sort(key=lambda row: (-row["count"], row["label"]))
        return _bars(rows[: MOST + 2])

    def heat(self) -> dict[str, Json]:
        """When cases were registered: weekday by hour."""
        found = {key: value.of for key, value in self.take("received", "weekday", "hour").items()}
        most = max(found.values(), default=0)
        rows = []
        for day in range(1, 8):
            cells = [
                {"count": count, "x": hour * 4, "y": (day - 1) * 4, "shade": round(count / most, 2),
                 "words": _("%(day)s %(hour)s: %(count)s") % {
                     "day": self.look.words.value("weekday", day),
                     "hour": self.look.words.value("hour", hour), "count": count},
                 "url": self.look.behind("received", weekday=day, hour=hour)}
                for hour in range(24) if (count := found.get((day, hour), 0))
            ]  # fmt: skip
            rows.append({
                "label": self.look.words.value("weekday", day), "cells": cells,
                "total": sum(cell["count"] for cell in cells),
                "url": self.look.behind("received", weekday=day),
            })  # fmt: skip
        return {"rows": rows, "most": most, "hours": [f"{hour:02}" for hour in range(0, 24, 3)]}

    def over_time(self) -> dict[str, Json]:
        """What people complained about in each part of the period."""
        by = "category" if self.look.policy.categories else "kind"
        columns = self._parts()
        taken = [self.take("received", by, period=period) for period in columns]
        totals: dict[Key, int] = {}
        for found in taken:
            for key, value in found.items():
                totals[key] = totals.get(key, 0) + value.of
        most = max((value.of for found in taken for value in found.values()), default=0)
        rows = [
            {
                "label": self.look.words.value(by, key[0]),
                "cells": [
                    {"count": count, "height": round(100 * count / most) if most else 0,
                     "url": self.look.behind("received", period, **{by: key[0]})}
                    for period, found in zip(columns, taken, strict=True)
                    for count in (found[key].of if key in found else 0,)
                ],
                "total": totals[key],
            }
            for key in sorted(totals, key=lambda key: (-totals[key], key))[:MOST]
        ]  # fmt: skip
        return {"heads": [_short(period) for period in columns], "rows": rows}

    def units(self) -> dict[str, Json]:
        """The tree of units with what each received and answered late, those below it included."""
        received = {str(key[0]): value.of for key, value in self.take("received", "unit").items()}
        late = {str(key[0]): value.of for key, value in self.take("resolved late", "unit").items()}
        rows = []
        for code, depth in _tree(self.look.organisation, self.look.unit):
            below = within(self.look.organisation, code)
            count = sum(received.get(one, 0) for one in below)
            if count:
                rows.append({
                    "label": self.look.names.unit(code), "depth": min(depth, 5), "count": count,
                    "late": sum(late.get(one, 0) for one in below),
                    "url": self.look.url(unit=code),
                    "behind": self.look.behind("received", within=code),
                    "late_url": self.look.behind("resolved late", within=code),
                })  # fmt: skip
        return _bars(rows[:40])

    def asked(self) -> dict[str, Json]:
        """What customers said, in each part of the period."""
        columns = self._parts()
        return {
            "heads": [_short(period) for period in columns],
            "rows": [
                {
                    "label": MEASURES[name].text.in_(self.look.reader.language),
                    "cells": [
                        figure(name, *self.take(name, period=period)[()],
                               url=self.look.behind(name, period))
                        for period in columns
                    ],
                    "total": figure(name, *self.take(name)[()], url=self.look.behind(name)),
                }
                for name in ASKED
            ],
        }  # fmt: skip

    def load(self) -> dict[str, Json]:
        """What each post owed at the end of the period, and how much of it was overdue."""
        owed, late = self.take("load", "post"), self.take("overdue", "post")
        rows = [
            {
                "label": self.look.words.value("post", key[0]), "count": value.of,
                "late": late[key].of if key in late else 0,
                "url": self.look.behind("load", post=key[0]),
                "late_url": self.look.behind("overdue", post=key[0]),
            }
            for key, value in owed.items()
        ]  # fmt: skip
        rows.sort(key=lambda row: (-row["count"], row["label"]))
        return _bars(rows[: MOST + 2])

    def _parts(self) -> tuple[Period, ...]:
        period = self.look.period
        return parts(period, PART_OF[period.unit], self.look.calendar)


def _bars(rows: list[dict[str, Json]]) -> dict[str, Json]:
    most = max((row["count"] for row in rows), default=0)
    for row in rows:
        row["width"] = round(100 * row["count"] / most) if most else 0
    return {"rows": rows, "most": most}


def _short(period: Period) -> str:
    return period.name[5:] if period.unit in ("day", "month") else period.name.partition("-")[2]


def _tree(organisation: Organisation, top: str) -> Sequence[tuple[str, int]]:
    """The units from the top (or one unit) down, each with its depth."""
    below: dict[str, list[str]] = {}
    for code, unit in organisation.units.items():
        below.setdefault(unit.parent or "", []).append(code)
    found: list[tuple[str, int]] = []

    def walk(code: str, depth: int) -> None:
        found.append((code, depth))
        for one in below.get(code, ()):
            walk(one, depth + 1)

    for root in [top] if top else below.get("", ()):
        walk(root, 0)
    return found
