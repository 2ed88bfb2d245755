"""Calendars: what their texts mean, what days are, and where they end."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from bihuan.desk.calendars import china
from bihuan.engine.calendar import (
    BadTime,
    Calendar,
    DayKind,
    Override,
    Published,
    parse_calendar,
    parse_overrides,
    parse_week,
)
from bihuan.engine.clock import parse_instant

NINE_TO_SIX = ((540, 1080),)
OFFICE = {"mon-fri": "09:00-18:00"}


def office(**more):
    return Calendar.build(week=OFFICE, published=china(), **more)


def test_a_week_is_read_as_it_is_written():
    week = parse_week({"mon-thu": "09:00-12:00 13:00-18:00", "fri": "13:00-16:00 09:00-12:00"})
    assert week[:4] == (((540, 720), (780, 1080)),) * 4
    assert week[4] == ((540, 720), (780, 960))
    assert week[5:] == ((), ())
    assert parse_week({"daily": "10:00-22:00"}) == (((600, 1320),),) * 7
    assert parse_week({"always": "00:00-24:00"}) == (((0, 1440),),) * 7
    assert parse_week({"sat-mon": "09:00-18:00"})[0] == NINE_TO_SIX
    assert parse_week({"mon-sun": "09:00-12:00 12:00-18:00"})[6] == NINE_TO_SIX


@pytest.mark.parametrize(
    ("week", "says"),
    [
        ({}, "never opens"),
        ({"mon": "closed"}, "never opens"),
        ({"mon-fri": ""}, "no hours"),
        ({"mon-fri": "09:00-12:00 11:00-18:00"}, "overlap"),
        ({"mon-fri": "18:00-09:00"}, "does not end after it starts"),
        ({"mon-fri": "22:00-06:00"}, "22:00-24:00 and 00:00-06:00"),
        ({"mon-fri": "9-18"}, "no time of day"),
        ({"mon-fri": "09:00-24:30"}, "no time of day"),
        ({"mon-fri": "09:00"}, "no interval"),
        ({"mo-fr": "09:00-18:00"}, "no day of the week"),
        ({"weekdays": "09:00-18:00"}, "no day of the week"),
        ({"mon-fri": "09:00-18:00", "wed": "09:00-12:00"}, "wed is given twice"),
        ({"always": "09:00-18:00"}, "always goes with 00:00-24:00"),
    ],
)
def test_a_wrong_week_is_refused_with_what_would_be_right(week, says):
    with pytest.raises(BadTime, match=says) as refused:
        parse_week(week)
    assert any("一" <= letter <= "鿿" for letter in refused.value.zh)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"open": OFFICE}, "holidays must be one of none, china"),
        ({"open": OFFICE, "holidays": "japan"}, "not “japan”"),
        ({"holidays": "none"}, "needs open"),
        ({"open": OFFICE, "holidays": "none", "shut": "x"}, "no “shut”"),
        ({"open": OFFICE, "holidays": "none", "zone": "Peking"}, "no time zone “Peking”"),
    ],
)
def test_a_wrong_calendar_is_refused(words, says):
    with pytest.raises(BadTime, match=says):
        parse_calendar(words, {"china": china()})


def test_the_calendars_of_the_policies_are_read():
    known = {"china": china()}
    mall = parse_calendar(
        {"zone": "Asia/Shanghai", "open": {"daily": "10:00-22:00"}, "holidays": "none"}, known
    )
    assert mall.works(date(2026, 10, 1))
    assert mall.provisional_from is None
    general = parse_calendar({"open": OFFICE, "holidays": "china"}, known)
    assert not general.works(date(2026, 10, 1))
    assert general.provisional_from == parse_instant("2027-01-01T00:00:00+08:00")


def test_china_works_when_the_state_council_says_so():
    calendar = office()
    on = date(2007, 1, 1)
    while on < date(2027, 1, 1):
        assert calendar.works(on) == chinese_calendar.is_workday(on), on
        on += timedelta(days=1)


def test_the_shipped_years_name_their_notices():
    assert china().through == 2026
    assert sorted(china().notices) == list(range(2007, 2027))
    for addresses in china().notices.values():
        assert addresses
        assert all("gov.cn/" in address for address in addresses)
    # A December day that stands only in the next year's notice.
    assert office().day(date(2018, 12, 29)).kind is DayKind.MAKE_UP
    assert office().day(date(2018, 12, 31)).kind is DayKind.HOLIDAY
    names = set(china().off.values()) | set(china().work.values())
    assert names == set(china().english)


def test_a_day_says_what_it_is():
    kinds = {
        date(2026, 2, 13): (DayKind.ORDINARY, "", ""),
        date(2026, 2, 14): (DayKind.MAKE_UP, "春节", "Spring Festival"),
        date(2026, 2, 17): (DayKind.HOLIDAY, "春节", "Spring Festival"),
        date(2026, 3, 1): (DayKind.REST, "", ""),
    }
    for on, expected in kinds.items():
        day = office().day(on)
        assert (day.kind, day.name, day.name_en) == expected
        assert day.works == bool(day.hours)


def test_a_make_up_day_has_the_hours_of_the_first_weekday_that_has_any():
    week = {"tue": "08:00-16:00", "wed-fri": "09:00-18:00", "sat": "09:00-12:00"}
    calendar = Calendar.build(week=week, published=china())
    assert calendar.day(date(2026, 2, 14)).hours == ((480, 960),)
    assert calendar.day(date(2026, 3, 7)).hours == ((540, 720),)


def test_a_site_lays_its_own_days_over_the_companys():
    company = office(overrides={date(2026, 2, 14): Override((), "年会")})
    site = company.with_overrides(parse_overrides({"2026-02-17": "10:00-12:00"}, "值班"))
    assert not company.works(date(2026, 2, 17))
    assert site.day(date(2026, 2, 17)).kind is DayKind.EXTRA
    assert site.day(date(2026, 2, 17)).hours == ((600, 720),)
    assert site.day(date(2026, 2, 14)).kind is DayKind.CLOSED
    assert site.day(date(2026, 2, 14)).name == "年会"
    start = parse_instant("2026-02-13T17:30:00+08:00")
    assert site.working_after(start, 3600) == parse_instant("2026-02-17T10:30:00+08:00")


@pytest.mark.parametrize("words", [{"2026-2-1": "closed"}, {"20260201": "closed"}, {"x": "closed"}])
def test_an_override_needs_a_date(words):
    with pytest.raises(BadTime, match="like 2026-10-01"):
        parse_overrides(words)


def test_a_publication_cannot_say_two_things_of_a_day():
    on = date(2027, 1, 1)
    with pytest.raises(BadTime, match="both a day off and a make-up working day"):
        Published(2027, {on: "元旦"}, {on: "元旦"})


def test_a_year_follows_the_year_before_it():
    # Published in 2026 for 2027: New Year's Eve, an ordinary Thursday until then, is off.
    year = Published(2027, {date(2026, 12, 31): "元旦"}, {date(2026, 10, 1): "x"}, {2027: ()})
    both = china().followed_by(year)
    assert both.through == 2027
    assert date(2026, 12, 31) in both.off
    assert date(2026, 10, 1) in both.work
    assert date(2026, 10, 1) not in both.off
    with pytest.raises(BadTime, match="load that year first"):
        china().followed_by(Published(2028, {}, {}, {2028: ()}))


def test_equal_calendars_are_equal_and_say_so_by_their_fingerprint():
    asked, fresh = office(), office()
    asked.working_after(parse_instant("2020-01-01T00:00:00Z"), 10**7)
    assert asked == fresh
    assert asked.fingerprint() == fresh.fingerprint()
    changed = fresh.with_overrides({date(2026, 2, 14): Override(())})
    assert changed != fresh
    assert changed.fingerprint() != fresh.fingerprint()


def test_the_order_of_questions_does_not_matter():
    late, early = parse_instant("2031-05-06T10:00:00Z"), parse_instant("1975-05-06T10:00:00Z")
    asked_late_first = office()
    first = asked_late_first.working_after(late, 3 * 10**6)
    second = asked_late_first.working_after(early, 3 * 10**6)
    asked_early_first = office()
    assert asked_early_first.working_after(early, 3 * 10**6) == second
    assert asked_early_first.working_after(late, 3 * 10**6) == first
    assert office().working_between(early, late) == asked_early_first.working_between(early, late)


@pytest.mark.parametrize("start", ["1970-01-01T00:00:00Z", "2199-12-30T00:00:00Z"])
def test_the_first_and_last_years_are_reckoned(start):
    assert office().working_after(parse_instant(start), 60) > parse_instant(start)


def test_beyond_the_last_year_is_refused():
    last = parse_instant("2200-12-30T00:00:00Z")
    calendar = office()
    for ask in (
        lambda: calendar.working_after(-1, 60),
        lambda: calendar.working_after(10**12, 60),
        lambda: calendar.working_after(last, 10**6),
        lambda: calendar.end_of_workdays(last, 10),
        lambda: calendar.end_of_days(last, 10),
        lambda: calendar.next_opening(last + 100000),
        lambda: calendar.end_on_or_after(date(2201, 1, 1)),
    ):
        with pytest.raises(ValueError, match="1970 to 2200"):
            ask()


def test_a_skipped_wall_time_is_the_moment_of_the_skip():
    berlin = Calendar.build(zone="Europe/Berlin", week={"daily": "02:30-06:00"})
    # On 29 March 2026 the clock goes from 02:00 to 03:00.
    assert berlin.at(date(2026, 3, 29), 150) == parse_instant("2026-03-29T03:00:00+02:00")
    start = parse_instant("2026-03-29T00:00:00+01:00")
    assert berlin.working_after(start, 3 * 3600) == parse_instant("2026-03-29T06:00:00+02:00")
    # On 25 October 02:30 comes twice: the first counts.
    assert berlin.at(date(2026, 10, 25), 150) == parse_instant("2026-10-25T02:30:00+02:00")
