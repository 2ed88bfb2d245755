"""What a person owes as an iCalendar file: one entry for each act, at its due."""

from datetime import UTC, datetime, timedelta

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from bihuan.desk import permissions
from bihuan.engine.acts import ACTS
from bihuan.records.queries.accounts import organisation_name
from bihuan.records.queries.obligations import Owed, owed_by

MOST = 500
LENGTH = timedelta(minutes=15)
BEFORE = timedelta(minutes=-30)


def calendar(person: str, now: int, address: str) -> bytes:
    """The feed. What an act is about stays behind the sign-in: the calendar says act, case number and time."""
    viewer = permissions.viewer(person, now)
    owed, _more = owed_by(viewer.seats, limit=MOST)
    made = Calendar()
    made.add("prodid", "-//Bihuan//Obligations//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add(
        "x-wr-calname", _("What I owe · %(organisation)s") % {"organisation": organisation_name()}
    )
    made.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
    for one in owed:
        made.add_component(_entry(one, now, address))
    return made.to_ical()


def _entry(one: Owed, now: int, address: str) -> Event:
    language = translation.get_language() or "zh-hans"
    act = ACTS[one.act].text.in_(language) if one.act in ACTS else one.act
    due = datetime.fromtimestamp(one.due_at, UTC)
    entry = Event()
    entry.add("uid", f"{one.case_id}.{one.number}@bihuan")
    entry.add("dtstamp", datetime.fromtimestamp(now, UTC))
    entry.add("dtstart", due - LENGTH)
    entry.add("dtend", due)
    late = _("overdue: ") if one.due_at < now else ""
    entry.add("summary", f"{late}{act} {one.case_number}")
    entry.add("url", address + reverse("case", args=[one.case_number]))
    if one.due_at > now:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{act} {one.case_number}")
        alarm.add("trigger", BEFORE)
        entry.add_component(alarm)
    return entry
