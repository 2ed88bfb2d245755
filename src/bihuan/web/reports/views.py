"""Reports: a list of those issued, any of them for any period as of any instant, and the cases behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from bihuan.desk import figures, packs, worlds
from bihuan.desk.assessments import assessments
from bihuan.desk.reports import calendar_of, produce, within
from bihuan.desk.worlds import Ruling
from bihuan.engine.measure import Is, Measure, Span
from bihuan.engine.measures import MEASURES, dimensions_of
from bihuan.engine.periods import UNITS, Period, before, covered, named, period_of
from bihuan.engine.policy import Policy, Report
from bihuan.engine.reporting import ASSESSMENT, ISO, OF_ALL, report_named
from bihuan.records.queries.cases import listed_by_number
from bihuan.records.queries.reports import reports_for
from bihuan.web.addresses import address
from bihuan.web.reports import files
from bihuan.web.reports.assessed import assessed_table
from bihuan.web.reports.saying import Said, Table, figure, said
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Names, tone_of_stage

Json = Any
SIZE = 50
FILES = (("PDF", "pdf"), ("Word", "docx"), ("Excel", "xlsx"))


# -- Issued ----------------------------------------------------------------------------------------


@staff
@require_safe
def reports(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The reports the reader may have, the newest first, and a form for any other."""
    rows = []
    for one in reports_for(reader.viewer):
        policy = worlds.policy_of(one.policy_id)
        rows.append({
            "title": _title(policy, one.name, reader),
            "url": address("report", args=[one.id]),
            "part": one.names.get(one.unit, one.unit) or _("The whole"),
            "period": one.period,
            "at": reader.clock.at(one.as_of),
            "files": files_at(address("report-file", args=[one.id, "pdf"])),
        })  # fmt: skip
    return show(
        request, reader, "reports/list.jinja",
        {"rows": rows, "offered": _offered(reader) if reader.oversees else []}, at="reports",
    )  # fmt: skip


def _title(policy: Policy, name: str, reader: Reader) -> str:
    report = report_named(policy, name)
    return report.text.in_(reader.language) if report else name


def files_at(url: str) -> list[dict[str, str]]:
    """Links to a report's files, given the address of the first."""
    return [{"label": label, "url": url.replace(".pdf", f".{end}")} for label, end in FILES]


def as_file(words: Said, ending: str) -> HttpResponse:
    """A report as a file of that ending."""
    made = files.MAKERS.get(ending)
    if made is None:
        raise Http404
    kind, make = made
    answer = HttpResponse(make(words), kind)
    place = "inline" if ending == "pdf" else "attachment"
    name = quote(
        " ".join(part for part in (words.title, words.part, words.period.split(" ")[0]) if part)
    )
    answer.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{name}.{ending}"
    return answer


# -- Any period, as of any instant -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A report of a policy, the period and the instant it is asked for; `wrong` says what is not right."""

    ruling: Ruling
    report: Report
    period: Period
    as_of: int | None
    unit: str  # whose own part it is; "" the whole
    wrong: Mapping[str, str]


@staff
@require_safe
def any_period(request: HttpRequest, reader: Reader) -> HttpResponse:
    """A report of any period, over the cases the reader may see."""
    asked = _asked(request, reader)
    words = None if asked.wrong else _produced(asked, reader)
    query = "?" + urlencode({name: value for name, value in request.GET.items() if value})
    return show(
        request, reader, "reports/report.jinja",
        {
            "said": words,
            "files": files_at(address("report-any-file", args=["pdf"]) + query) if words else [],
            "form": _form(request, asked, reader),
            "own": True,
        },
        at="reports",
        status=422 if asked.wrong else 200,
    )  # fmt: skip


@staff
@require_safe
def any_file(request: HttpRequest, reader: Reader, ending: str) -> HttpResponse:
    """The same as a file."""
    asked = _asked(request, reader)
    if asked.wrong:
        raise Http404
    return as_file(_produced(asked, reader), ending)


def _produced(asked: Asked, reader: Reader) -> Said:
    organisation = worlds.organisation(asked.as_of or reader.now)
    within_unit = within(organisation, asked.unit) if asked.unit else ()
    seen = figures.seen_by(reader.viewer)
    found = produce(
        asked.ruling,
        asked.report,
        asked.period,
        asked.as_of,
        reader.now,
        units=within_unit,
        seen=seen,
    )
    units = {code: unit.name for code, unit in organisation.units.items()}
    names = Names(asked.ruling.world.policy, reader.organisation, reader.language)
    beside: tuple[Table, ...] = ()
    if asked.report is ASSESSMENT:
        listed = assessments(
            asked.ruling, asked.period, asked.as_of, reader.now, units=within_unit, seen=seen
        )
        beside = (assessed_table(listed, names, units, reader),)
    return said(
        found, asked.report, names, reader, units=units,
        part=asked.unit, beside=beside,
        foot=_("Over the cases that %(name)s may see") % {"name": reader.account.name},
    )  # fmt: skip


def _asked(request: HttpRequest, reader: Reader) -> Asked:
    if not reader.oversees and not reader.account.is_auditor:
        raise Http404
    code, name = _chosen(request.GET.get("report", ""), reader)
    ruling = worlds.ruling(packs.policies_in_force(reader.now)[code].pk, reader.now)
    report = report_named(ruling.world.policy, name)
    if report is None:
        raise Http404
    calendar = calendar_of(ruling)
    written = request.GET.get("period", "").strip()
    wrong = {}
    usual = _usual_period(ruling, name, reader.now)
    period = named(written, calendar) if written else usual
    if period is None:
        wrong["period"] = _(
            "Write a day, week, month, quarter or year: 2026-11-28, 2026-W48, 2026-11, 2026-Q4, 2026."
        )
    as_of = (
        reader.clock.read_field(request.GET.get("as_of", "")) if request.GET.get("as_of") else None
    )
    if request.GET.get("as_of") and as_of is None:
        wrong["as_of"] = _("Write a day and a time: 2026-11-28 12:00.")
    if as_of is not None and as_of >= reader.now:
        as_of = None
    unit = request.GET.get("unit", "")
    if unit and unit not in reader.organisation.units:
        raise Http404
    return Asked(ruling, report, period or usual, as_of, unit, wrong)


def _chosen(written: str, reader: Reader) -> tuple[str, str]:
    """The policy's code and the report's name; the first there is where none was asked for."""
    code, _slash, name = written.partition("/")
    if code in reader.policies and report_named(reader.policies[code], name) is not None:
        return code, name
    if written or not reader.policies:
        raise Http404
    return next(iter(reader.policies)), ISO.name


def _usual_period(ruling: Ruling, name: str, now: int) -> Period:
    row = next((row for row in ruling.world.policy.rhythm if row.name == name), None)
    calendar = calendar_of(ruling)
    if row is not None and row.covering:
        return covered(row.covering, now, calendar)
    return period_of("month", calendar.day_of(now), calendar)


def _offered(reader: Reader) -> list[dict[str, str]]:
    found = []
    for code, policy in reader.policies.items():
        for report in (*policy.reports.values(), *OF_ALL.values()):
            label = report.text.in_(reader.language)
            if len(reader.policies) > 1:
                label = f"{label} · {policy.title.in_(reader.language)}"
            query = urlencode({"report": f"{code}/{report.name}"})
            found.append({"value": f"{code}/{report.name}", "label": label,
                          "url": f"{address('report-any')}?{query}"})  # fmt: skip
    return found


def _form(request: HttpRequest, asked: Asked, reader: Reader) -> dict[str, Json]:
    calendar = calendar_of(asked.ruling)
    earlier = before(asked.period, calendar)
    following = period_of(asked.period.unit, calendar.day_of(asked.period.until), calendar)

    def url(**changed: str) -> str:
        given = {
            name: request.GET.get(name, "") for name in ("report", "period", "unit", "as_of")
        } | changed
        return "?" + urlencode({name: value for name, value in given.items() if value})

    chosen = f"{asked.ruling.code}/{asked.report.name}"
    return {
        "fields": [
            {"name": "report", "label": _("Report"), "kind": "select", "value": chosen,
             "choices": _offered(reader)},
            {"name": "period", "label": _("Period"), "kind": "text",
             "value": request.GET.get("period", "") or asked.period.name,
             "error": asked.wrong.get("period", "")},
            {"name": "unit", "label": _("Unit"), "kind": "select", "value": asked.unit,
             "choices": [{"value": "", "label": _("The whole")}, *reader.units]},
            {"name": "as_of", "label": _("As known on (empty: now)"), "kind": "datetime",
             "value": request.GET.get("as_of", ""), "error": asked.wrong.get("as_of", "")},
        ],
        "earlier": {"url": url(period=earlier.name), "label": earlier.name},
        "following": {"url": url(period=following.name), "label": following.name}
        if following.since < reader.now else None,
        "units": [
            {"label": label, "url": url(period=period_of(unit, asked.period.first, calendar).name),
             "current": unit == asked.period.unit}
            for unit, label in zip(UNITS, _lengths(), strict=True)
        ],
    }  # fmt: skip


def _lengths() -> tuple[str, ...]:
    day = pgettext("length of a period", "Day")
    return (day, _("Week"), _("Month"), _("Quarter"), _("Year"))


# -- The cases behind a figure ---------------------------------------------------------------------


@staff
@require_safe
def behind(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The cases a figure stands on, found by the figure's own filter; those the reader may see."""
    query = request.GET
    measure = MEASURES.get(query.get("figure", ""))
    policy = reader.policies.get(query.get("policy", ""))
    if measure is None or policy is None:
        raise Http404
    ruling = worlds.ruling(packs.policies_in_force(reader.now)[policy.code].pk, reader.now)
    period = named(query.get("period", ""), calendar_of(ruling))
    if period is None:
        raise Http404
    as_of = _number(query.get("as_of", ""))
    span = Span(period.since, period.until, as_of or reader.now)
    only = [Is("policy", (policy.code,)), *_narrowed(query, measure, as_of or reader.now)]
    first = _number(query.get("after", ""))
    seen = figures.seen_by(reader.viewer)
    with figures.book(reader.now, as_of if as_of and as_of < reader.now - 2 else None) as book:
        value = book.take(measure, span, only=only, seen=seen)[()]
        numbers = book.numbers(measure, span, only=only, seen=seen, first=first, limit=SIZE + 1)
    return show(
        request, reader, "reports/behind.jinja",
        {
            "title": measure.text.in_(reader.language),
            "says": measure.says.in_(reader.language),
            "value": figure(measure.name, *value),
            "period": period.name,
            "only": _only_words(query, measure, policy, reader),
            "rows": _cases(numbers[:SIZE], policy, reader),
            "count": ngettext("stands on %(num)s entry", "stands on %(num)s entries", value.of) % {"num": value.of},
            "next_url": f"?{_with(query, after=str(first + SIZE))}" if len(numbers) > SIZE else "",
        },
        at="reports",
    )  # fmt: skip


def _narrowed(query: Any, measure: Measure, at: int) -> list[Is]:
    organisation = worlds.organisation(at)
    found = []
    for name in dimensions_of(measure.of):
        if values := query.getlist(name):
            whole = name in ("weekday", "hour")
            found.append(Is(name, tuple(_number(v) if whole else v for v in values[:50])))
    for name, column in (("within", "unit"), ("received_by", "intake")):
        code = query.get(name, "")
        if code and column in dimensions_of(measure.of):
            found.append(Is(column, within(organisation, code) or (code,)))
    return found


def _only_words(query: Any, measure: Measure, policy: Policy, reader: Reader) -> list[str]:
    from bihuan.web.reports.saying import Words

    words = Words(Names(policy, reader.organisation, reader.language), {})
    found = [
        words.value(name, _number(value) if name in ("weekday", "hour") else value)
        for name in dimensions_of(measure.of)
        for value in query.getlist(name)[:50]
    ]
    return found + [words.value("unit", code) for code in query.getlist("within")]


def _cases(numbers: list[str], policy: Policy, reader: Reader) -> list[dict[str, str]]:
    names = Names(policy, reader.organisation, reader.language)
    return [
        {
            "number": case.number, "url": address("case", args=[case.number]),
            "title": case.title or case.number,
            "stage": names.stage(case.stage, case.ended),
            "tone": tone_of_stage(case.stage, case.ended),
            "registered": reader.clock.day(case.registered_at),
        }
        for case in listed_by_number(reader.viewer, numbers)
    ]  # fmt: skip


def _with(query: Any, **changed: str) -> str:
    given = query.copy()
    for name, value in changed.items():
        given[name] = value
    return str(given.urlencode())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
