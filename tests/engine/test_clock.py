"""Time expressions: examples from the policies, from the law, and from comparable programs."""

from datetime import date

import pytest

from bihuan.desk.calendars import china
from bihuan.engine.calendar import BadTime, Calendar, Published
from bihuan.engine.clock import (
    At,
    Elapsed,
    WorkingTime,
    due,
    end_of_month_after,
    is_provisional,
    parse_instant,
    parse_span,
    span_text,
)
from bihuan.engine.explain_time import explain
from bihuan.engine.rhythm import next_occurrence, parse_rhythm
from bihuan.engine.say_time import render, render_heading, render_lines, say_span

CALENDARS = {
    "usual": Calendar.build(week={"mon-fri": "09:00-18:00"}, published=china()),
    "home": Calendar.build(week={"mon-fri": "09:00-12:00 13:30-18:00"}, published=china()),
    "long": Calendar.build(week={"mon-fri": "08:00-18:00"}, published=china()),
    "mall": Calendar.build(week={"daily": "10:00-22:00"}),
    "hotline": Calendar.build(week={"always": "00:00-24:00"}),
    "returns": Calendar.build(week={"mon-sat": "09:00-18:00"}, published=china()),
}
PASS_ON = {"in hours": "1 h", "off hours": "next opening + 1 h", "holiday": "end of day"}


def at(text):
    return parse_instant(f"{text}+08:00")


def reckoned(span, start, breaks=(), usual="usual"):
    pauses = [(at(begin), at(end)) for begin, end in breaks]
    return due(parse_span(span), at(start), CALENDARS, usual, pauses)


@pytest.mark.parametrize(
    ("span", "start", "expected"),
    [
        # 2026-02-14 is a Saturday on which China works.
        ("1 working h", "2026-02-13T18:30", "2026-02-14T10:00"),
        ("9 working h", "2026-02-13T17:00", "2026-02-14T17:00"),
        ("10 working h", "2026-02-13T17:00", "2026-02-14T18:00"),
        ("601 working min", "2026-02-13T17:00", "2026-02-24T09:01"),
        ("1 working h on mall", "2026-02-13T21:30", "2026-02-14T10:30"),
        ("2 working h on hotline", "2026-02-17T23:00", "2026-02-18T01:00"),
        ("30 min", "2026-02-17T23:45", "2026-02-18T00:15"),
        ("45 s", "2026-02-17T23:59:30", "2026-02-18T00:00:15"),
        ("24 h", "2026-02-17T23:45", "2026-02-18T23:45"),
        ("0 min", "2026-02-17T23:45", "2026-02-17T23:45"),
        ("0 working days", "2026-02-17T23:45", "2026-02-17T23:45"),
        # Working days: the first does not count, the last ends at closing.
        ("7 working days", "2026-09-29T10:00", "2026-10-14T18:00"),
        ("1 working day", "2026-02-13T08:00", "2026-02-14T18:00"),
        ("1 working day", "2026-02-14T18:00", "2026-02-24T18:00"),
        ("2 working days on returns", "2026-03-06T10:00", "2026-03-09T18:00"),
        # Natural days, Civil Code art. 201 and 203: 24:00, moved on past days of rest.
        ("3 days", "2026-09-29T10:00", "2026-10-09T00:00"),
        ("1 day", "2026-02-13T23:59", "2026-02-15T00:00"),
        ("1 day", "2026-02-14T00:00", "2026-02-25T00:00"),
        ("3 days on mall", "2026-09-29T10:00", "2026-10-03T00:00"),
        # Months, art. 202: the corresponding day, else the month's last.
        ("1 month", "2026-01-31T10:00", "2026-03-01T00:00"),
        ("1 month", "2026-03-31T10:00", "2026-05-01T00:00"),
        ("12 months", "2025-03-03T10:00", "2026-03-04T00:00"),
        ("2 years", "2024-02-29T10:00", "2026-03-01T00:00"),
        ("1 year on mall", "2024-02-29T10:00", "2025-03-01T00:00"),
        # Ends of things.
        ("end of day", "2026-02-17T10:00", "2026-02-18T00:00"),
        ("end of next working day", "2026-02-14T10:00", "2026-02-25T00:00"),
        ("end of week", "2026-02-15T10:00", "2026-02-16T00:00"),
        ("end of next week", "2026-02-09T00:00", "2026-02-23T00:00"),
        ("end of month", "2026-02-09T00:00", "2026-03-01T00:00"),
        ("end of next month", "2026-12-31T23:59:59", "2027-02-01T00:00"),
        ("next opening", "2026-02-13T18:00", "2026-02-14T09:00"),
        ("next opening", "2026-02-13T09:00", "2026-02-14T09:00"),
        ("next opening + 2 working h on home", "2026-02-14T11:00", "2026-02-14T15:30"),
        ("next opening on hotline", "2026-02-14T11:00", "2026-02-15T00:00"),
        ("at 2026-02-20T10:00:00+08:00", "2026-02-14T11:00", "2026-02-20T10:00"),
    ],
)
def test_a_span_is_due(span, start, expected):
    assert reckoned(span, start) == at(expected)


@pytest.mark.parametrize(
    ("start", "expected", "window"),
    [
        ("2026-02-13T09:00", "2026-02-13T10:00", "in hours"),
        ("2026-02-13T17:59", "2026-02-13T18:59", "in hours"),
        ("2026-02-13T12:00", "2026-02-13T14:30", "off hours"),
        ("2026-02-13T18:00", "2026-02-14T10:00", "off hours"),
        ("2026-02-14T03:00", "2026-02-14T10:00", "off hours"),
        ("2026-02-24T08:59:59", "2026-02-24T10:00", "off hours"),
        ("2026-02-15T00:00", "2026-02-16T00:00", "holiday"),
        ("2026-02-17T10:00", "2026-02-18T00:00", "holiday"),
        ("2026-03-01T23:59", "2026-03-02T00:00", "holiday"),
    ],
)
def test_a_complaint_is_passed_on_by_the_window_of_its_arrival(start, expected, window):
    # HOME-7.3a-d
    assert reckoned(PASS_ON, start, usual="home") == at(expected)
    assert reckoned(PASS_ON | {"on": "home"}, start) == at(expected)
    told = explain(parse_span(PASS_ON), at(start), CALENDARS, "home")
    assert told.lines[0][1]["window"] == window


def test_three_targets_run_from_one_start():
    # 60, 120 and 180 working minutes, Monday to Friday 8 to 18, created on a Thursday at 09:30.
    for minutes, expected in ((60, "10:30"), (120, "11:30"), (180, "12:30")):
        span = f"{minutes} working min on long"
        assert reckoned(span, "2026-03-05T09:30") == at(f"2026-03-05T{expected}")
    long = CALENDARS["long"]
    assert long.working_between(at("2026-03-05T09:30"), at("2026-03-05T10:00")) == 30 * 60
    assert long.working_between(at("2026-03-05T09:30"), at("2026-03-05T14:00")) == 270 * 60


def test_what_is_created_on_a_day_off_starts_at_the_next_opening():
    assert reckoned("60 working min", "2026-03-07T11:00") == at("2026-03-09T10:00")


@pytest.mark.parametrize(
    ("resumed", "expected"),
    [("16:00:00", "2026-03-05T18:00"), ("16:00:01", "2026-03-06T10:00:01")],
)
def test_a_hold_may_end_at_closing_time_and_no_second_later(resumed, expected):
    calendars = {"usual": Calendar.build(week={"mon-fri": "10:00-18:00"})}
    breaks = [(at("2026-03-05T15:00"), at(f"2026-03-05T{resumed}"))]
    span = parse_span("2 working h")
    assert due(span, at("2026-03-05T15:00"), calendars, breaks=breaks) == at(expected)


def test_two_waits_move_the_due_by_both():
    waits = [("2026-03-05T10:00", "2026-03-05T10:15"), ("2026-03-05T11:00", "2026-03-05T11:30")]
    assert reckoned("120 working min", "2026-03-05T09:30", waits) == at("2026-03-05T12:15")
    assert reckoned("120 min", "2026-03-05T09:30", waits) == at("2026-03-05T12:15")
    assert reckoned("120 min", "2026-03-05T09:30", waits[::-1] + waits) == at("2026-03-05T12:15")


def test_a_wait_outside_opening_hours_consumes_nothing_and_gives_nothing():
    night = [("2026-03-05T18:00", "2026-03-06T09:00")]
    assert reckoned("9 working h", "2026-03-05T17:00", night) == at("2026-03-06T17:00")


@pytest.mark.parametrize(
    ("span", "begin", "end", "expected"),
    [
        ("2 working days", "2026-03-05T10:00", "2026-03-06T10:00", "2026-03-09T18:00"),
        ("2 working days", "2026-03-06T10:00", "2026-03-06T18:00", "2026-03-10T18:00"),
        ("2 working days", "2026-03-06T10:00", "2026-03-06T17:00", "2026-03-09T18:00"),
        # Paused from the very end of a day or span on, it is over all the same.
        ("2 working days", "2026-03-09T18:00", "2026-03-10T10:00", "2026-03-09T18:00"),
        ("60 min", "2026-03-05T10:30", "2026-03-05T12:00", "2026-03-05T10:30"),
        ("60 working min", "2026-03-05T10:30", "2026-03-05T12:00", "2026-03-05T10:30"),
        ("1050 working min", "2026-03-06T18:00", "2026-03-07T12:00", "2026-03-06T18:00"),
        ("end of day", "2026-03-05T20:00", "2026-03-06T00:00", "2026-03-07T00:00"),
        ("end of day", "2026-03-06T00:00", "2026-03-06T09:00", "2026-03-06T00:00"),
        ("next opening", "2026-03-06T08:00", "2026-03-06T09:00", "2026-03-06T09:00"),
        ("next opening", "2026-03-06T08:00", "2026-03-09T09:00", "2026-03-09T09:00"),
        ("3 days on mall", "2026-03-06T10:00", "2026-03-08T10:00", "2026-03-11T00:00"),
        ("1 month on mall", "2026-03-06T10:00", "2026-03-08T10:00", "2026-04-08T00:00"),
        ("end of day", "2026-03-05T20:00", "2026-03-06T10:00", "2026-03-07T00:00"),
        ("next opening", "2026-03-06T08:00", "2026-03-06T10:00", "2026-03-09T09:00"),
        ("next opening + 1 h", "2026-03-06T09:30", "2026-03-06T11:00", "2026-03-06T11:30"),
        ("at 2026-03-06T10:00:00+08:00", "2026-03-06T09:00", "2026-03-06T12:00",
         "2026-03-06T13:00"),
        ("at 2026-03-06T10:00:00+08:00", "2026-03-06T11:00", "2026-03-06T12:00",
         "2026-03-06T10:00"),
    ],
)  # fmt: skip
def test_a_pause_moves_what_is_counted_in_days(span, begin, end, expected):
    assert reckoned(span, "2026-03-05T09:30", [(begin, end)]) == at(expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 hours", "did you mean “2 h”"),
        ("30 minutes", "did you mean “30 min”"),
        ("2 working hours", "did you mean “2 working h”"),
        ("2小时", "right are"),
        ("", "right are"),
        ("1.5 h", "right are"),
        ("-1 h", "right are"),
        ("h", "right are"),
        ("end of year", "right are"),
        ("soon", "right are"),
        ("2 h on hotline", "on a calendar it is 2 working h on hotline"),
        ("2 working months", "working h, working min or working days"),
        ("next opening + 2 days", "like next opening + 1 h"),
        ("next opening + soon", "right are"),
        ("99999999 h", "at most 1000000"),
        ("at 2026-02-13T18:30:00", "has no zone"),
        ("at noon", "is no instant"),
        ({"in hours": "1 h", "holiday": "1 h"}, "off hours"),
        (PASS_ON | {"night": "1 h"}, "night"),
        (PASS_ON | {"holiday": "soon"}, "“soon” is no time span"),
    ],
)
def test_a_wrong_span_is_refused_with_what_would_be_right(text, says):
    with pytest.raises(BadTime, match=says.replace("+", "\\+")) as refused:
        parse_span(text)
    assert any("一" <= letter <= "鿿" for letter in refused.value.zh)


def test_an_unknown_calendar_is_refused_with_the_known_ones():
    with pytest.raises(BadTime, match="no calendar “moon”; there are: home, hotline"):
        reckoned("2 working h on moon", "2026-02-13T10:00")


def test_values_are_what_the_text_says():
    assert parse_span(" 2  working h on home ") == WorkingTime(7200, "home")
    assert parse_span("90 min") == Elapsed(5400)
    assert span_text(parse_span("90 min")) == "90 min"
    assert span_text(parse_span(PASS_ON | {"on": "home"})) == PASS_ON | {"on": "home"}
    assert parse_span(span_text(At(at("2026-02-13T10:00")))) == At(at("2026-02-13T10:00"))


@pytest.mark.parametrize(
    ("span", "start", "provisional"),
    [
        ("2 working h", "2026-12-31T10:00", False),
        ("9 working h", "2026-12-31T09:00", False),
        ("10 working h", "2026-12-31T10:00", True),
        ("1 working day", "2026-12-30T10:00", False),
        ("1 working day", "2026-12-31T10:00", True),
        ("1 day", "2026-12-30T10:00", False),
        ("1 day", "2026-12-31T10:00", True),
        ("12 months", "2026-03-03T10:00", True),
        ("12 months on mall", "2026-03-03T10:00", False),
        ("24 h", "2026-12-31T10:00", False),
        ("end of next month", "2026-12-31T10:00", False),
        ("end of next working day", "2026-12-31T10:00", True),
        ("next opening", "2026-12-31T10:00", True),
        ("0 working h", "2027-02-01T10:00", False),
        (PASS_ON, "2026-12-31T10:00", False),
        (PASS_ON, "2026-12-31T20:00", True),
        (PASS_ON, "2027-02-01T10:00", True),
    ],
)
def test_an_instant_is_provisional_when_unpublished_days_matter(span, start, provisional):
    parsed = parse_span(span)
    assert is_provisional(parsed, at(start), CALENDARS) is provisional
    told = explain(parsed, at(start), CALENDARS)
    assert told.provisional is provisional
    assert any(code == "provisional" for code, _ in told.lines) is provisional


def test_publishing_the_next_year_settles_what_was_provisional():
    start, span = at("2026-12-31T10:00"), parse_span("1 working day")
    assert due(span, start, CALENDARS) == at("2027-01-01T18:00")
    year = Published(2027, {date(2027, 1, 1): "元旦"}, {date(2027, 1, 2): "元旦"}, {2027: ()})
    settled = {"usual": CALENDARS["usual"].with_published(china().followed_by(year))}
    assert due(span, start, settled) == at("2027-01-02T18:00")
    assert not is_provisional(span, start, settled)


def test_seven_working_days_explain_themselves():
    told = explain(parse_span("7 working days"), at("2026-09-29T10:00"), CALENDARS)
    assert render_heading(told, "zh") == "7 个工作日 = 10-14 周三 18:00"
    assert render_lines(told, "zh") == (
        ("09-29 周二", "起算，当日不计"),
        ("09-30 周三", "第 1 日"),
        ("10-01—10-07", "国庆节放假，不计"),
        ("10-08、10-09", "第 2、3 日"),
        ("10-10 周六", "调休上班，第 4 日"),
        ("10-11 周日", "休息，不计"),
        ("10-12—10-14", "第 5、6、7 日"),
    )
    assert render(told, "en").splitlines() == [
        "7 working days = Wed 14 Oct 18:00",
        "  Tue 29 Sep  start, not counted",
        "  Wed 30 Sep  day 1",
        "  1 Oct – 7 Oct  National Day, not counted",
        "  8 Oct – 9 Oct  days 2, 3",
        "  Sat 10 Oct  make-up working day, day 4",
        "  Sun 11 Oct  day of rest, not counted",
        "  12 Oct – 14 Oct  days 5, 6, 7",
    ]


def test_one_working_hour_over_a_make_up_day_explains_itself():
    told = explain(parse_span("1 working h"), at("2026-02-13T18:30"), CALENDARS)
    assert render(told, "zh").splitlines() == [
        "1 个工作小时 = 02-14 周六 10:00",
        "  02-13 周五  18:30 已下班，不计",
        "  02-14 周六  调休上班，09:00—10:00，计 1 小时",
    ]


def test_natural_days_are_told_to_end_at_24_00():
    told = explain(parse_span("3 days"), at("2026-09-29T10:00"), CALENDARS)
    assert render(told, "zh").splitlines() == [
        "3 日 = 10-08 周四 24:00",
        "  09-29 周二  起算，当日不计",
        "  09-30—10-02  第 1、2、3 日",
        "  10-02—10-07  国庆节放假，顺延",
        "  10-08 周四  顺延至此，24:00 届满",
    ]


def test_a_year_ahead_is_told_to_be_provisional():
    told = explain(parse_span("12 months"), at("2026-02-28T10:00"), CALENDARS)
    assert render_heading(told, "zh") == "1 年 = 2027-03-01 周一 24:00(预估)"
    assert told.lines[-1] == ("provisional", {"year": 2027})


def test_a_long_explanation_leaves_lines_out():
    told = explain(parse_span("2500 working days"), at("2016-02-28T10:00"), CALENDARS)
    assert len(told.lines) == 61
    assert "行从略" in render(told, "zh")


def test_spans_are_said_in_both_languages():
    assert say_span(parse_span("2 working h"), "zh-hans") == "2 个工作小时"
    assert say_span(parse_span("1 working day on departments"), "en") == (
        "1 working day on departments"
    )
    assert say_span(parse_span(PASS_ON), "zh") == (
        "上班时间：1 小时；工作日非上班时间：下次上班后 1 小时；休息日：当日 24:00"
    )


def test_visits_are_owed_by_the_end_of_the_month_after():
    # MALL-6.2
    mall = CALENDARS["mall"]
    assert end_of_month_after(at("2026-01-31T23:59"), mall, 1) == at("2026-03-01T00:00")
    assert end_of_month_after(at("2026-12-01T00:00"), mall, 1) == at("2027-02-01T00:00")


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        ("day at 21:00 on mall", "2026-10-01T10:00", "2026-10-01T21:00"),
        ("day at 21:00 on mall", "2026-10-01T21:00", "2026-10-02T21:00"),
        ("day at 17:00", "2026-09-30T17:00", "2026-10-08T17:00"),
        ("day at 17:00 exactly", "2026-09-30T17:00", "2026-10-01T17:00"),
        ("week on monday at 12:00", "2026-02-09T12:00", "2026-02-24T12:00"),
        ("week on monday at 12:00 exactly", "2026-02-09T12:00", "2026-02-16T12:00"),
        ("week on monday at 12:00", "2026-02-24T11:00", "2026-02-24T12:00"),
        ("month on day 3 at 12:00", "2026-09-30T10:00", "2026-10-08T12:00"),
        ("month on day 5", "2026-02-01T10:00", "2026-02-05T00:00"),
        ("month on day 31 on mall", "2026-02-01T10:00", "2026-02-28T00:00"),
        ("holiday at 17:00", "2026-09-30T10:00", "2026-10-01T17:00"),
        ("holiday at 17:00", "2026-10-10T10:00", "2026-10-11T17:00"),
        ("12 months", "2026-03-03T10:00", "2027-03-03T00:00"),
    ],
)
def test_a_rhythm_comes_round(rhythm, after, expected):
    assert next_occurrence(parse_rhythm(rhythm), at(after), CALENDARS) == at(expected)


def test_a_counted_rhythm_keeps_to_its_anchor():
    # 2026-08-03 is a Monday; 2025-08-03 was a Sunday and moved to the 4th.
    rhythm, anchor = parse_rhythm("12 months"), at("2024-08-03T15:00")
    first = next_occurrence(rhythm, anchor, CALENDARS, anchor=anchor)
    assert first == at("2025-08-04T00:00")
    assert next_occurrence(rhythm, first, CALENDARS, anchor=anchor) == at("2026-08-03T00:00")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("daily", "right are"),
        ("week on freitag at 12:00", "no day of the week"),
        ("month on day 32", "1 to 31"),
        ("month on day 0", "1 to 31"),
        ("0 months", "at least 1"),
        ("day at 25:00", "no time of day"),
        ("day at 9", "no time of day"),
    ],
)
def test_a_wrong_rhythm_is_refused_with_what_would_be_right(text, says):
    with pytest.raises(BadTime, match=says):
        parse_rhythm(text)
