"""Periods of the working calendar: whole days, ISO weeks, months; named, read back, one after the other."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bihuan.engine.calendar import Calendar
from bihuan.engine.periods import (
    COVERING,
    UNITS,
    before,
    covered,
    named,
    parts,
    period_of,
    place_of,
)
from tests.engine.stories import instant

SHANGHAI = Calendar.build(week={"mon-fri": "09:00-18:00"})
DAYS = st.dates(date(2023, 1, 1), date(2033, 12, 31))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(UNITS), DAYS)
@example("week", date(2027, 1, 1))
def test_every_day_lies_in_one_period_and_the_one_before_ends_where_it_begins(unit, on):
    period = period_of(unit, on, SHANGHAI)
    assert period.since <= SHANGHAI.at(on) < period.until
    assert before(period, SHANGHAI).until == period.since
    assert period_of(unit, SHANGHAI.day_of(period.until), SHANGHAI).since == period.until
    assert named(period.name, SHANGHAI) == period


def test_weeks_begin_on_monday_and_belong_to_the_year_of_their_thursday():
    assert period_of("week", date(2026, 12, 31), SHANGHAI).name == "2026-W53"
    assert period_of("week", date(2027, 1, 3), SHANGHAI).name == "2026-W53"
    assert period_of("week", date(2027, 1, 4), SHANGHAI).name == "2027-W01"
    assert period_of("week", date(2024, 12, 30), SHANGHAI).name == "2025-W01"
    assert period_of("week", date(2027, 1, 3), SHANGHAI).since == instant("2026-12-28 00:00")


@pytest.mark.parametrize(
    ("covering", "at", "name"),
    [
        ("today", "2027-01-01 21:00", "2027-01-01"),
        ("yesterday", "2027-01-01 09:00", "2026-12-31"),
        ("last week", "2027-01-04 12:00", "2026-W53"),
        ("last month", "2027-01-03 12:00", "2026-12"),
        ("last quarter", "2027-01-03 12:00", "2026-Q4"),
        ("last year", "2027-01-03 12:00", "2026"),
    ],
)
def test_what_a_report_covers_reaches_over_the_turn_of_the_year(covering, at, name):
    assert covered(covering, instant(at), SHANGHAI).name == name
    assert covering in COVERING


@pytest.mark.parametrize(
    "text", ["", "2026-W54", "2026-13", "2026-Q5", "26", "last week", "2026-1", "0001"]
)
def test_what_is_no_period_is_none(text):
    assert named(text, SHANGHAI) is None


@settings(deadline=None, max_examples=15)
@given(DAYS, st.sampled_from(["day", "week", "month"]))
def test_the_parts_of_a_year_cover_it_without_gaps(on, unit):
    year = period_of("year", on, SHANGHAI)
    found = parts(year, unit, SHANGHAI)
    assert found[0].since <= year.since < found[0].until
    assert found[-1].since < year.until <= found[-1].until
    assert all(one.until == two.since for one, two in pairwise(found))
    assert place_of(SHANGHAI.at(on), found) in range(len(found))
    assert place_of(found[0].since - 1, found) == -1
    assert on - timedelta(days=366) < year.first
