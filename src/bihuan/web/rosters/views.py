"""A month of duties of one seat: rest days marked, filled day by day, copied, or taken from a table."""

from calendar import Calendar as Months
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import rosters
from bihuan.desk.rosters import Filled
from bihuan.desk.tables import BadTable, read_table
from bihuan.engine import manner
from bihuan.engine.calendar import Calendar, DayKind
from bihuan.engine.organisation import Seat, post_of, unit_of
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.organisation import people
from bihuan.records.queries.rosters import Duty, duties
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, errors_of, said
from bihuan.web.shell import Reader, show, staff

Json = Any
LARGEST_FILE = 2_000_000
MONTH = len("2026-10")
Outcome = Refusal | str | Filled


@require_safe
@staff
def roster(request: HttpRequest, reader: Reader) -> HttpResponse:
    """`?seat=duty_officer@city&month=2026-10`; everybody of the organisation reads it."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """One change; refused at its field, or done and said; a table shows what became of each row."""
    does = CHANGES.get(request.POST.get("change", ""))
    outcome: Outcome = does(request, reader) if does else ""
    if isinstance(outcome, Refusal | Filled):
        bad = isinstance(outcome, Refusal) or bool(outcome.rejected)
        return _page(request, reader, outcome, 422 if bad else 200)
    return done(request, outcome, _url(*_asked(request, reader)))


def _fill(request: HttpRequest, reader: Reader) -> Outcome:
    person = request.POST.get("person", "")
    if not person.isdecimal():
        return Refusal("no-person", Text("请选择人员", "choose a person"), (), "person")
    days = [day for text in request.POST.getlist("days") if (day := _day_of(text))]
    made = rosters.fill(int(person), _asked(request, reader)[0], days, now=reader.now)
    if isinstance(made, Refusal):
        return made
    return ngettext("%(num)s day rostered.", "%(num)s days rostered.", len(made)) % {
        "num": len(made)
    }


def _strike(request: HttpRequest, reader: Reader) -> Outcome:
    duty = request.POST.get("duty", "")
    made = rosters.strike(int(duty) if duty.isdecimal() else 0, now=reader.now)
    return made if isinstance(made, Refusal) else _("Taken off the roster; what is past stays.")


def _copy(request: HttpRequest, reader: Reader) -> Outcome:
    made = rosters.copy_month(*_asked(request, reader), now=reader.now)
    if isinstance(made, Refusal):
        return made
    return ngettext("%(num)s duty copied.", "%(num)s duties copied.", made) % {"num": made}


def _import(request: HttpRequest, reader: Reader) -> Outcome:
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > LARGEST_FILE:
        words = Text(
            "请选择不超过 2 MB 的 csv 或 xlsx 文件", "choose a csv or xlsx file of at most 2 MB"
        )
        return Refusal("no-file", words, (), "file")
    try:
        table = read_table(sent.read(), sent.name or "file")
    except BadTable as bad:
        return Refusal("bad-table", bad.text, (), "file")
    return rosters.take_table(table, now=reader.now)


CHANGES: dict[str, Callable[[HttpRequest, Reader], Outcome]] = {
    "fill": _fill,
    "strike": _strike,
    "copy": _copy,
    "import": _import,
}


def _asked(request: HttpRequest, reader: Reader) -> tuple[Seat, date]:
    """The seat and the first day of the month asked for; else the first seat to be kept, and this month."""
    told = request.POST if request.method == "POST" else request.GET
    places = rosters.seats(reader.now)
    place = told.get("seat", "")
    place = place if place in places else next(iter(places), "")
    month = told.get("month", "")
    first = _day_of(f"{month}-01") if len(month) == MONTH else None
    return place, first or reader.clock.wall(reader.now).date().replace(day=1)


def _page(
    request: HttpRequest, reader: Reader, outcome: Outcome = "", status: int = 200
) -> HttpResponse:
    place, first = _asked(request, reader)
    refusal = outcome if isinstance(outcome, Refusal) else None
    calendar = rosters.calendar_of(post_of(place), reader.now)
    after = (first + timedelta(days=31)).replace(day=1)
    found = (
        duties(calendar.at(first), calendar.at(after), post_of(place), unit_of(place))
        if calendar
        else ()
    )
    gaps = rosters.gaps(first, reader.now)
    context = {
        "seat": place,
        "seat_name": _name(place, reader),
        "month": manner.machine_month(first),
        "tabs": [{"value": one, "label": _name(one, reader)} for one in rosters.seats(reader.now)],
        "before_url": _url(place, (first - timedelta(days=1)).replace(day=1)),
        "after_url": _url(place, after),
        "weekdays": [manner.weekday(number, reader.language) for number in range(7)],
        "weeks": _weeks(calendar, first, found, reader, request) if calendar else [],
        "duties": [
            {
                "id": duty.id,
                "person": duty.person,
                "from": reader.clock.dated(duty.from_at),
                "until": reader.clock.until(duty.until_at),
                "ahead": duty.until_at > reader.now,
            }
            for duty in found
        ],
        "gaps": [
            {
                "day": manner.day(gap.on, reader.language, year=False),
                "weekday": manner.weekday(gap.on.weekday(), reader.language),
                "place": _name(gap.place, reader),
                "url": _url(gap.place, first),
            }
            for gap in gaps
        ],
        "people": [
            {"value": person.person_id, "label": person.name} for person in people(reader.now)
        ],
        "person": request.POST.get("person", ""),
        "errors": errors_of(refusal, reader.language),
        "filled": _filled(outcome, reader) if isinstance(outcome, Filled) else None,
        "may_change": reader.account.is_administrator,
        "said": said(request) if request.method == "GET" else "",
    }
    return show(request, reader, "rosters/month.jinja", context, at="roster", status=status)


def _weeks(
    calendar: Calendar, first: date, found: tuple[Duty, ...], reader: Reader, request: HttpRequest
) -> list[list[dict[str, Json] | None]]:
    today = calendar.day_of(reader.now)
    chosen = request.POST.getlist("days")
    return [
        [
            _cell(calendar, on, found, today, chosen=str(on) in chosen, reader=reader)
            if on.month == first.month
            else None
            for on in week
        ]
        for week in Months().monthdatescalendar(first.year, first.month)
    ]


def _cell(
    calendar: Calendar,
    on: date,
    found: tuple[Duty, ...],
    today: date,
    *,
    chosen: bool,
    reader: Reader,
) -> dict[str, Json]:
    day = calendar.day(on)
    begins, ends = calendar.at(on), calendar.end_of_day(on)
    name = day.name if reader.language.startswith("zh") else day.name_en or day.name
    who = [duty.person for duty in found if duty.from_at < ends and duty.until_at > begins]
    mark = {DayKind.HOLIDAY: _("H"), DayKind.CLOSED: _("H"), DayKind.MAKE_UP: _("W")}
    return {
        "day": str(on),
        "number": on.day,
        "kind": day.kind.value,
        "rest": not day.works,
        "mark": mark.get(day.kind, ""),
        "name": name or "",
        "who": list(dict.fromkeys(who)),
        "today": on == today,
        "past": on < today,
        "chosen": chosen,
        "label": f"{manner.day_of_week(on, reader.language)} {name or ''}".strip(),
    }


def _filled(outcome: Filled, reader: Reader) -> dict[str, Json]:
    return {
        "added": outcome.added,
        "repeated": outcome.repeated,
        "rejected": [
            {
                "line": row.line,
                "reason": row.reason.in_(reader.language),
                "content": row.content,
            }
            for row in outcome.rejected
        ],
    }


def _name(place: Seat, reader: Reader) -> str:
    unit = reader.organisation.units.get(unit_of(place))
    for policy in reader.policies.values():
        if post := policy.posts.get(post_of(place)):
            name = post.text.in_(reader.language)
            return f"{unit.name} {name}" if unit and unit.parent else name
    return place


def _url(place: Seat, first: date) -> str:
    return f"{address('roster')}?{urlencode({'seat': place, 'month': manner.machine_month(first)})}"


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
