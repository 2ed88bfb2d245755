"""Tracing (RET-2.5): how often which product, batch, serial number and reason came up, down to the cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.desk import worlds
from bihuan.engine import manner
from bihuan.engine.policy import Policy
from bihuan.records.queries.tracing import MOST, Traced, traced
from bihuan.web.addresses import address
from bihuan.web.cases import asking
from bihuan.web.cases.export import Cell, as_file
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names, tone_of_stage

Json = Any
DAY = 86400
USUAL_DAYS = 90
# Facts that name goods, or say what is wrong with them, in the order of their tabs.
TRACED = ("product", "batch", "serial", "return_reason")
SHOWN = 100  # rows of the page; a file has all
GOODS = ("returned", "received", "accepted", "refunded")


def traced_by(policies: Mapping[str, Policy]) -> dict[str, Policy]:
    """What can be traced, each with a policy that has it; empty where no policy takes goods back."""
    taking = [one for one in policies.values() if any(s.act == "receive_goods" for s in one.steps)]
    return {
        name: policy
        for name in TRACED
        for policy in taking
        if name in policy.facts and not policy.facts[name].personal
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """One look: by which fact, over which time, of which value."""

    by: str
    value: str
    period: asking.Asked
    since: int
    until: int
    offered: Mapping[str, Policy]

    def query(self, **changed: str) -> str:
        given = {"by": self.by, "value": self.value}
        given |= {name: self.period.given.get(name, "") for name in asking.DAYS} | changed
        return "?" + urlencode({name: value for name, value in given.items() if value})


@staff
@require_safe
def tracing(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The counts by one fact, and the cases behind one of its values."""
    asked = _asked(request, reader)
    found, cut = traced(reader.viewer, _codes(asked), asked.since, asked.until)
    rows = _rows(found, asked, reader)
    return show(
        request,
        reader,
        "returns/tracing.jinja",
        {
            "tabs": [
                {"label": _label(asked, name, reader), "url": asked.query(by=name, value=""),
                 "current": name == asked.by}
                for name in asked.offered
            ],
            "label": _label(asked, asked.by, reader),
            "kinds": _kinds(asked, reader),
            "rows": [row | {"url": asked.query(value=row["key"])} for row in rows[:SHOWN]],
            "hidden": max(len(rows) - SHOWN, 0),
            "chosen": next((row["name"] for row in rows if row["key"] == asked.value), ""),
            "cases": _cases(found, asked, reader) if asked.value else [],
            "all_url": asked.query(value=""),
            "period": _period(asked, reader),
            "by": asked.by,
            "cut": MOST if cut else 0,
            "files": [{"label": label, "url": address(f"tracing-{ending}") + asked.query(value="")}
                      for label, ending in (("Excel (xlsx)", "xlsx"), ("CSV", "csv"))],
        },
        at="tracing",
        status=422 if asked.period.wrong else 200,
    )  # fmt: skip


@staff
@require_safe
def export(request: HttpRequest, reader: Reader, ending: str) -> HttpResponseBase:
    """The same counts, all of them, as a file that is harmless to open."""
    asked = _asked(request, reader)
    found, _cut = traced(reader.viewer, _codes(asked), asked.since, asked.until)
    name = f"{_('tracing')}-{reader.clock.stamp()}.{ending}"
    return as_file(_lines(asked, _rows(found, asked, reader), reader), name, ending)


def _asked(request: HttpRequest, reader: Reader) -> Asked:
    offered = traced_by(reader.policies)
    if not offered:
        raise Http404
    by = request.GET.get("by", "")
    period = asking.read(request.GET, reader)
    since = period.filters.registered_from or reader.clock.midnight(-USUAL_DAYS)
    until = period.filters.registered_until or reader.now + 1
    by = by if by in offered else next(iter(offered))
    return Asked(by, request.GET.get("value", "")[:200], period, since, until, offered)


def _codes(asked: Asked) -> list[str]:
    return [policy.code for policy in asked.offered.values()]


def _label(asked: Asked, name: str, reader: Reader) -> str:
    return asked.offered[name].facts[name].text.in_(reader.language)


def _kinds(asked: Asked, reader: Reader) -> list[tuple[str, str]]:
    policy = asked.offered[asked.by]
    fact = policy.facts[asked.by]
    return [
        (kind, text.in_(reader.language))
        for kind, text in policy.kinds.items()
        if fact.concerns(kind)
    ]


def _key(case: Traced, by: str) -> str:
    return " ".join(str(case.facts.get(by) or "").split())[:200]


def _rows(found: Sequence[Traced], asked: Asked, reader: Reader) -> list[dict[str, Json]]:
    """One row for each value, the most frequent first."""
    kinds = [kind for kind, _text in _kinds(asked, reader)]
    groups: dict[str, list[Traced]] = {}
    for case in found:
        if key := _key(case, asked.by):
            groups.setdefault(key, []).append(case)
    made = []
    for key, cases in groups.items():
        names = Names(worlds.policy_of(cases[0].policy_id), reader.organisation, reader.language)
        total = {name: sum(_count(case, name) for case in cases) for name in GOODS}
        made.append({
            "key": key, "name": names.value(asked.by, key, reader.clock), "cases": len(cases),
            "counts": [sum(case.kind == kind for case in cases) for kind in kinds],
            **total, "refunded": manner.money(total["refunded"]) if total["refunded"] else "",
        })  # fmt: skip
    return sorted(made, key=lambda row: (-int(row["cases"]), str(row["name"])))


def _count(case: Traced, name: str) -> int:
    value = case.facts.get(name) if name == "returned" else case.goods.get(name)
    return value if isinstance(value, int) else 0


def _cases(found: Sequence[Traced], asked: Asked, reader: Reader) -> list[dict[str, Json]]:
    made = []
    for case in [one for one in found if _key(one, asked.by) == asked.value][:SHOWN]:
        names = Names(worlds.policy_of(case.policy_id), reader.organisation, reader.language)
        words = [
            names.value(name, case.facts[name], reader.clock)
            for name in asked.offered
            if name != asked.by and case.facts.get(name)
        ]
        made.append({
            "number": case.number, "url": address("case", args=[case.number]),
            "title": case.title or case.number, "kind": names.value("kind", case.kind, reader.clock),
            "state": names.stage(case.stage, case.ended), "tone": tone_of_stage(case.stage, case.ended),
            "goods": " · ".join(words), "registered": reader.clock.day(case.registered_at),
        })  # fmt: skip
    return made


def _period(asked: Asked, reader: Reader) -> list[dict[str, Json]]:
    labels, wrong = asking.labels(), asked.period.wrong
    usual = {"from": reader.clock.day_field(asked.since), "until": ""}
    return [
        {"name": name, "label": labels[name], "kind": "date", "error": wrong.get(name, ""),
         "value": asked.period.given.get(name, usual[name])}
        for name in asking.DAYS
    ]  # fmt: skip


def _lines(asked: Asked, rows: Sequence[dict[str, Json]], reader: Reader) -> Iterator[list[Cell]]:
    yield [
        _label(asked, asked.by, reader), _("Cases"), *(text for _kind, text in _kinds(asked, reader)),
        _("Asked back"), _("Came in"), _("Accepted"), _("Paid back"),
    ]  # fmt: skip
    for row in rows:
        yield [
            row["name"], str(row["cases"]), *(str(count) for count in row["counts"]),
            *(str(row[name] or "") for name in GOODS),
        ]  # fmt: skip
