"""A year of a working calendar, and the loading of the next year's holidays from a file."""

from calendar import Calendar as Months
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import calendars, packs, worlds
from bihuan.engine import manner
from bihuan.engine.calendar import Calendar, DayKind
from bihuan.records.queries.administration import Change, last_change
from bihuan.records.queries.organisation import published_years
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, overtaken, said, version_of
from bihuan.web.shell import Reader, show, staff

Json = Any
FIRST, LAST = 2007, 2100


@require_safe
@staff
def year(request: HttpRequest, reader: Reader) -> HttpResponse:
    """`?year=2027&calendar=mall:usual`: twelve months, every day said by colour, letter and words."""
    return _page(request, reader)


@require_POST
@administrator
def load(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Load a year's file; a wrong one is refused line by line, and nothing is changed."""
    if refusal := overtaken(request, reader, _last()):
        problem = refusal.text.in_(reader.language)
        return _page(request, reader, [{"where": "", "text": problem}], 409)
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > calendars.LARGEST_FILE:
        problem = (
            _("Choose a file.") if sent is None else _("The file is far too large for one year.")
        )
        return _page(request, reader, [{"where": "", "text": problem}], 422)
    source = request.POST.get("source") or "china"
    name = sent.name or "file"
    try:
        count = packs.publish_calendar(
            sent.read(), name, int(reader.person), reader.now, source=source
        )
    except calendars.BadCalendarFile as refused:
        chinese = reader.language.startswith("zh")
        troubles = [
            {
                "where": _("line %(line)s") % {"line": trouble.line} if trouble.line else "",
                "field": trouble.field,
                "text": trouble.zh if chinese else trouble.en,
            }
            for trouble in refused.troubles
        ]
        return _page(request, reader, troubles, 422)
    words = ngettext(
        "%(file)s is loaded. %(num)s open case was computed again.",
        "%(file)s is loaded. %(num)s open cases were computed again.",
        count,
    ) % {"file": name, "num": count}
    return done(request, words, address("calendar"))


def _last() -> Change | None:
    """The last year that was loaded."""
    return last_change("calendars", ("publish",))


def _page(
    request: HttpRequest,
    reader: Reader,
    troubles: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _calendars(reader)
    chosen = request.GET.get("calendar", "")
    chosen = chosen if chosen in found else next(iter(found), "")
    asked = request.GET.get("year", "")
    shown = (
        int(asked) if asked.isdecimal() and len(asked) == 4 else reader.clock.wall(reader.now).year
    )
    shown = min(max(shown, FIRST), LAST)
    title, calendar = found[chosen] if chosen else ("", None)
    published = calendar.published if calendar else None
    context = {
        "year": shown,
        "title": title,
        "months": _months(calendar, shown, reader) if calendar else [],
        "counts": _counts(calendar, shown) if calendar else {},
        "provisional": bool(published and shown > published.through),
        "through": published.through if published else 0,
        "follows": bool(published),
        "notices": list(published.notices.get(shown, ())) if published else [],
        "tabs": [
            {
                "label": name,
                "url": f"{address('calendar')}?year={shown}&calendar={key}",
                "current": key == chosen,
            }
            for key, (name, _found) in found.items()
        ],
        "before_url": f"{address('calendar')}?year={shown - 1}&calendar={chosen}",
        "after_url": f"{address('calendar')}?year={shown + 1}&calendar={chosen}",
        "loaded": [
            {
                "year": row.year,
                "source": row.source,
                "by": row.by,
                "at": reader.clock.day(row.loaded_at),
            }
            for row in published_years()
        ],
        "troubles": troubles or [],
        "version": version_of(_last()),
        "may_load": reader.account.is_administrator,
        "said": said(request) if status == 200 else "",
    }
    return show(request, reader, "calendar/year.jinja", context, at="calendar", status=status)


def _calendars(reader: Reader) -> dict[str, tuple[str, Calendar]]:
    """The calendars of the policies in force, by policy and name."""
    found: dict[str, tuple[str, Calendar]] = {}
    for code, version in packs.policies_in_force(reader.now).items():
        world = worlds.ruling(version.pk, reader.now).world
        for name, calendar in world.calendars.items():
            title = world.policy.title.in_(reader.language)
            label = title if name == "usual" else f"{title} · {name}"
            found[f"{code}:{name}"] = (label, calendar)
    return found


def _months(calendar: Calendar, shown: int, reader: Reader) -> list[dict[str, Json]]:
    today = calendar.day_of(reader.now)
    return [
        {
            "name": manner.month(shown, month, reader.language),
            "weeks": [
                [_day(calendar, on, today, reader) if on.month == month else None for on in week]
                for week in Months().monthdatescalendar(shown, month)
            ],
            "weekdays": [manner.weekday(number, reader.language) for number in range(7)],
        }
        for month in range(1, 13)
    ]


def _day(calendar: Calendar, on: date, today: date, reader: Reader) -> dict[str, Json]:
    day = calendar.day(on)
    name = day.name if reader.language.startswith("zh") else day.name_en or day.name
    words = {
        DayKind.ORDINARY: _("working day"),
        DayKind.MAKE_UP: _("make-up working day"),
        DayKind.EXTRA: _("open specially"),
        DayKind.REST: _("rest day"),
        DayKind.HOLIDAY: _("holiday"),
        DayKind.CLOSED: _("closed"),
    }[day.kind]
    mark = {
        DayKind.MAKE_UP: _("W"),
        DayKind.EXTRA: _("W"),
        DayKind.HOLIDAY: _("H"),
        DayKind.CLOSED: _("H"),
    }.get(day.kind, "")
    hours = " ".join(
        f"{manner.minute_of_day(opens)}–{manner.minute_of_day(closes)}"
        for opens, closes in day.hours
    )
    short = manner.day(on, reader.language, year=False)
    return {
        "number": on.day,
        "kind": day.kind.value,
        "works": day.works,
        "mark": mark,
        "today": on == today,
        "words": " · ".join(part for part in (short, name or words, hours) if part),
    }


def _counts(calendar: Calendar, shown: int) -> dict[str, int]:
    found: dict[str, int] = {"works": 0, "off": 0, "make_up": 0}
    for month in range(1, 13):
        for on in Months().itermonthdates(shown, month):
            if on.month != month:
                continue
            day = calendar.day(on)
            found["works" if day.works else "off"] += 1
            found["make_up"] += day.kind is DayKind.MAKE_UP
    return found
