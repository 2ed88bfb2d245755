"""Calendar files: what is read, and what is refused with line and field."""

import json
from datetime import date

import pytest

from bihuan.desk.calendars import LARGEST_FILE, BadCalendarFile, china, read_calendar

YEAR = {
    "year": 2027,
    "notices": ["https://www.example.org/notice"],
    "off": {"2026-12-31": "元旦", "2027-01-01": "元旦", "2027-02-05": "春节"},
    "work": {"2027-01-30": "春节"},
}

ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270104
SUMMARY:元旦 休
URL:https://www.example.org/notice
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270130
SUMMARY:春节
CATEGORIES:班
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270205
DTEND;VALUE=DATE:20270206
SUMMARY;LANGUAGE=zh_CN:春节
 (休)
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270501
SUMMARY:劳动节
X-APPLE-SPECIAL-DAY:WORK-HOLIDAY
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270508
SUMMARY:Labour Day (working day)
END:VEVENT
END:VCALENDAR
"""


def written(**changes):
    return json.dumps(YEAR | changes, ensure_ascii=False, indent=1).encode()


def refused(data, filename="2027.json"):
    with pytest.raises(BadCalendarFile) as caught:
        read_calendar(data if isinstance(data, bytes) else data.encode(), filename)
    for trouble in caught.value.troubles:
        assert trouble.zh
        assert trouble.en
        assert trouble.zh != trouble.en or "2027-01-01" in trouble.en
    return caught.value


def test_an_administrators_year_continues_the_shipped_ones():
    year = read_calendar(written(), "2027.json")
    assert year.through == 2027
    assert year.notices == {2027: ("https://www.example.org/notice",)}
    whole = china().followed_by(year)
    assert whole.through == 2027
    assert whole.off[date(2026, 12, 31)] == "元旦"
    assert whole.work[date(2027, 1, 30)] == "春节"
    assert whole.english["春节"] == "Spring Festival"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_files_of_chinese_offices_are_read(encoding):
    data = written().decode().encode(encoding)
    assert read_calendar(data, "2027.json").off[date(2027, 2, 5)] == "春节"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_all_day_events_of_an_ics_file_are_read(newline):
    year = read_calendar(ICS.replace("\n", newline).encode(), "2027.ics")
    assert year.through == 2027
    assert year.notices == {2027: ("https://www.example.org/notice",)}
    assert year.off == {
        date(2027, 1, 1): "元旦",
        date(2027, 1, 2): "元旦",
        date(2027, 1, 3): "元旦",
        date(2027, 2, 5): "春节",
        date(2027, 5, 1): "劳动节",
    }
    assert year.work == {date(2027, 1, 30): "春节", date(2027, 5, 8): "Labour Day (working day)"}


def test_a_day_both_off_and_working_is_refused_with_its_line():
    bad = refused(written(work={"2027-01-30": "春节", "2027-01-01": "元旦"}))
    (trouble,) = bad.troubles
    assert trouble.field == "work.2027-01-01"
    assert trouble.line == 13
    assert "both off and working (see line 8)" in trouble.en
    assert "2027.json:13: work.2027-01-01: 2027-01-01 既是放假又是上班(另见第 8 行)" in bad.say(
        "zh"
    )


def test_a_day_given_twice_is_refused_with_its_line():
    text = written().decode().replace('"2027-02-05": "春节"', '"2027-01-01": "除夕"')
    (trouble,) = refused(text).troubles
    assert (trouble.line, trouble.field) == (9, "off.2027-01-01")
    assert "given twice (see line 8)" in trouble.en


def test_a_year_that_is_not_published_is_no_year_without_holidays():
    (trouble,) = refused(written(off={}, work={})).troubles
    assert "before it is published" in trouble.en


@pytest.mark.parametrize(
    ("data", "field", "says"),
    [
        (b"\xff\xfe\xff\xff", "file", "UTF-8"),
        (b"x" * (LARGEST_FILE + 1), "file", "too large"),
        ("hello", "file", "neither whole JSON nor ICS"),
        ("[1, 2]", "file", "it should be"),
        ("3", "file", "it should be"),
        ("[" * 100_000, "file", "it should be"),
        (written(year="2027"), "year", "like 2027"),
        (written(year=True), "year", "like 2027"),
        (written(notices="x"), "notices", "list"),
        (written(days=[]), "days", "no such field"),
        (written(off=["2027-01-01"]), "off", "should be"),
        (written(off={"2027-1-1": "元旦"}), "off.2027-1-1", "a date like"),
        (written(off={"2027-02-30": "元旦"}), "off.2027-02-30", "a date like"),
        (written(off={"2027-01-01": 1}), "off.2027-01-01", "name"),
        (written(off={"2027-01-01": " "}), "off.2027-01-01", "has no name"),
        (written(work={"2028-05-01": "x"}), "work.2028-05-01", "not of 2027"),
    ],
)
def test_a_wrong_file_is_refused_with_what_would_be_right(data, field, says):
    troubles = refused(data).troubles
    assert any(trouble.field == field and says in trouble.en for trouble in troubles), troubles


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("元旦 休", "元旦", 6, "SUMMARY", "put 休 or 班"),
        ("元旦 休", "元旦 休 班", 6, "SUMMARY", "one of them"),
        ("VALUE=DATE:20270130", "TZID=X:20270130T090000", 10, "DTSTART", "all-day"),
        ("DTEND;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270101", 4, "DTEND", "after DTSTART"),
        ("CATEGORIES:班", "CATEGORIES:班\nRRULE:FREQ=YEARLY", 13, "RRULE", "write out"),
        ("20270130", "20270103", 11, "SUMMARY", "both off and working (see line 6)"),
        ("VERSION:2.0", "VERSION 2.0", 2, "VERSION 2.0", "NAME:value"),
        ("20270508", "20290508", 27, "SUMMARY", "not of 2027"),
        ("END:VEVENT\nEND:VCALENDAR", "END:VCALENDAR", 25, "VEVENT", "END:VEVENT"),
    ],
)
def test_a_wrong_event_is_refused_with_its_line(old, new, line, field, says):
    troubles = refused(ICS.replace(old, new, 1), "2027.ics").troubles
    found = [(t.line, t.field) for t in troubles if says in t.en]
    assert (line, field) in found, troubles


def test_an_ics_file_without_events_is_refused():
    (trouble,) = refused("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "x.ics").troubles
    assert "no all-day events" in trouble.en
