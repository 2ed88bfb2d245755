"""Inner clocks inside outer promises: over a whole year, bend by bend, against reckoning each instant."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from bihuan.desk import calendars as holidays
from bihuan.engine.calendar import Calendar, instant_text, parse_calendar
from bihuan.engine.check import check, clocks
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.pieces import FOREVER, Piece, due_piece
from bihuan.engine.check.promises import Path, Promise, Year, promises
from bihuan.engine.clock import parse_span
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy

from .mutating import calendars_of, mutated, pack

PACKS = ("general", "mall", "home", "auto", "returns")
HOTLINE = {"pack": "auto", "edits": [{"at": ["numbers", "promise_enquiry", "on"], "set": "usual"}]}


def compiled(mutation: dict[str, Any]) -> Policy:
    policy, findings = compile_policy(mutated(mutation))
    assert policy is not None, findings
    return policy


def clock_findings(policy: Policy) -> dict[str, Finding]:
    found = check(policy, calendars=calendars_of(policy))
    return {each.place: each for each in found if each.code.startswith("clocks-")}


def promises_of(policy: Policy) -> list[Promise]:
    return list(promises(policy, Cells(policy)))


def spare_at(path: Path, arrival: int, calendars: Mapping[str, Calendar]) -> int:
    inner, outer = path.courses(Year(arrival, arrival + 1, dict(calendars)))
    return outer[0].value - inner[0].value


@pytest.mark.parametrize(
    "written",
    [
        "2 h",
        "3 working h",
        "0 working h",
        "2 working days",
        "3 days",
        "1 month",
        "end of day",
        "end of next working day",
        "end of week",
        "next opening + 1 h",
        "next opening + 90 working min",
        {"in hours": "1 h", "off hours": "next opening + 1 h", "holiday": "end of day"},
    ],
    ids=str,
)
@pytest.mark.parametrize("lunch", [False, True])
def test_a_due_instant_runs_straight_until_the_bend_that_is_foretold(
    written: Any, lunch: bool
) -> None:
    hours = "08:30-12:00, 13:30-17:30" if lunch else "09:00-18:00"
    calendar = parse_calendar({"open": {"mon-fri": hours}, "holidays": "china"}, holidays.shipped())
    span, dice = parse_span(written), random.Random(7)
    at, end = calendar.at(date(2026, 1, 30)), calendar.at(date(2026, 3, 4))
    while at < end:
        piece = due_piece(span, Piece(at, 1, FOREVER), {"usual": calendar}, "usual")
        lasts = min(piece.lasts, end - at)
        assert lasts > 0
        for later in {0, lasts - 1, dice.randrange(lasts), dice.randrange(lasts)}:
            due = span.due(at + later, {"usual": calendar}, "usual", ())
            assert due == piece.value + piece.slope * later, instant_text(at + later, calendar)
        at += lasts


@pytest.mark.parametrize("name", PACKS)
def test_no_instant_of_the_year_is_worse_than_the_one_named(name: str) -> None:
    policy = compiled({"pack": name, "edits": []})
    calendars, dice = calendars_of(policy), random.Random(11)
    year = clocks.published_year(policy, calendars)
    paths = [path for promise in promises_of(policy) for path in promise.paths]
    assert paths
    for path in paths:
        seen = clocks.spare_of(path, year, calendars)
        assert seen is not None
        assert spare_at(path, seen.arrival, calendars) == seen.least
        for _ in range(12_000 // len(paths)):
            arrival = seen.first + dice.randrange(seen.looked_at)
            spare = spare_at(path, arrival, calendars)
            assert spare >= seen.least
            assert (spare >= 0) == any(start <= arrival < end for start, end in seen.good)
            assert (spare < 0) == any(start <= arrival < end for start, end in seen.late())


def test_three_hours_on_the_hotline_do_not_hold_two_working_hours_of_a_department() -> None:
    finding = clock_findings(compiled(HOTLINE))["sheets.enquiry_sheet.inside.respond"]
    assert finding.level is Level.WARNING
    assert finding.code == "clocks-do-not-fit"
    assert "AUTO-5.2.1b" in finding.clauses
    # The make-up Saturday before Spring Festival, whose last minutes are worked off ten days later.
    assert "14 Feb 2026 17:" in finding.text.en or "14 Feb 2026 15:" in finding.text.en
    assert any("24 Feb 2026" in line.en for line in finding.story)
    assert "on all working days: 0" in finding.text.en
    assert "on all days of rest: never" in finding.text.en


def test_the_windows_named_hold_on_every_working_day_and_not_a_minute_longer() -> None:
    policy = compiled(HOTLINE)
    calendars = calendars_of(policy)
    place = "sheets.enquiry_sheet.inside.respond"
    (promise,) = (each for each in promises_of(policy) if each.place == place)
    (path,) = promise.paths
    seen = clocks.spare_of(path, clocks.published_year(policy, calendars), calendars)
    assert seen is not None
    said = clocks.windows(path, seen, calendars).en
    window = said.removeprefix("on all working days: ").split(";")[0]
    opens, closes = (
        int(clock[:2]) * 60 + int(clock[3:]) for clock in window.split(", ")[0].split("–")
    )
    days = [date(2026, 2, 14), date(2026, 3, 4), date(2026, 9, 30)]
    for day in days:
        start = calendars["usual"].at(day)
        assert spare_at(path, start + opens * 60, calendars) >= 0
        assert spare_at(path, start + closes * 60 - 60, calendars) >= 0
    plain = calendars["usual"].at(days[0])
    assert spare_at(path, plain + opens * 60 - 60, calendars) < 0
    assert spare_at(path, plain + closes * 60 + 60, calendars) < 0


def test_all_three_clocks_on_one_calendar_leave_time_to_call_back() -> None:
    finding = clock_findings(compiled({"pack": "auto", "edits": []}))[
        "sheets.enquiry_sheet.inside.respond"
    ]
    assert finding.level is Level.NOTE
    assert "20 min" in finding.text.en


def test_a_finding_that_is_settled_is_a_note_with_who_and_why() -> None:
    place = "sheets.enquiry_sheet.inside.respond"
    row = f'[{{finding: "clocks-do-not-fit:{place}", by: 主任 / head, because: 试行 / on trial}}]'
    settled = {"pack": "auto", "edits": [*HOTLINE["edits"], {"at": ["settled"], "set": row}]}
    finding = clock_findings(compiled(settled))[place]
    assert finding.level is Level.NOTE
    assert "settled by head: on trial" in finding.text.en


def test_without_calendars_nothing_is_said_of_clocks() -> None:
    policy = compiled(HOTLINE)
    assert not [each for each in check(policy) if each.code.startswith("clocks-")]


@pytest.mark.parametrize("name", PACKS)
def test_every_warning_of_a_pack_on_its_calendars_is_settled(name: str) -> None:
    policy, findings = compile_policy(pack(name))
    assert policy is not None, findings
    found = check(policy, calendars=calendars_of(policy))
    assert [each.say("en") for each in found if each.level is not Level.NOTE] == []


def test_a_promise_that_runs_from_nowhere_is_an_error() -> None:
    path = ["sheets", "enquiry_sheet", "inside"]
    edit = {"at": path, "set": "{step: respond, from: register}"}
    found = check(compiled({"pack": "auto", "edits": [edit]}))
    assert [each.place for each in found if each.level is Level.ERROR] == [
        "sheets.enquiry_sheet.inside.from"
    ]


def test_dates_say_when_a_promise_does_not_hold() -> None:
    finding = clock_findings(compiled(HOTLINE))["sheets.enquiry_sheet.inside.respond"]
    said = finding.story[-1]
    assert said.en.startswith(
        "it does not hold for what comes in 14 Feb 2026 1"
    )  # into the Spring Festival
    assert said.zh.startswith("不能保证的收到时段：2026-")


def test_a_manager_without_a_window_of_their_own_keeps_the_hour_from_being_held() -> None:
    half_an_hour = "{in hours: 30 min, off hours: next opening + 30 min, holiday: end of day}"
    edits = [
        {"at": ["numbers", "gm_decides", "is"], "set": half_an_hour},
        {"at": ["numbers", "gm_decides", "from"], "delete": True},
    ]
    finding = clock_findings(compiled({"pack": "home", "edits": edits}))["steps.dispatch"]
    assert finding.level is Level.WARNING
    assert "HOME-7.3a" in finding.clauses
    assert [line.en for line in finding.story[:6]] == [
        "comes in at 14 Feb 2026 17:40",
        "whom 'receiver' names: Tell the customer it is taken in hand, at the latest at 14 Feb 2026 17:50",
        "whom 'receiver' names: Classify, at the latest at 14 Feb 2026 17:55",
        "whom 'receiver' names: Report, at the latest at 14 Feb 2026 18:00",
        "City general manager: Decide how to handle it, at the latest at 24 Feb 2026 09:30",
        "whom 'receiver' names: Draw up a note, promised for 14 Feb 2026 18:40",
    ]


@pytest.mark.parametrize(
    ("name", "number", "value", "place", "clause"),
    [
        ("general", "findings_time", "6 working days", "steps.respond", "GEN-4.3"),
        ("mall", "trace_time", "96 h", "owed.trace_call", "MALL-11"),
        (
            "mall",
            "department_time",
            "4 working days",
            "may.dispatch.handling_sheet.resolve",
            "MALL-5.2",
        ),
        ("auto", "issue_enquiry", "4 min", "steps.dispatch", "AUTO-5.2.1b"),
        ("returns", "complex_inquiry", "6 working days", "steps.respond", "RET-1.3"),
    ],
)
def test_clocks_of_the_main_line_and_beside_it_are_looked_at_too(
    name: str, number: str, value: str, place: str, clause: str
) -> None:
    edit = {"at": ["numbers", number, "is"], "set": value}
    assert place not in {
        where
        for where, each in clock_findings(compiled({"pack": name, "edits": []})).items()
        if each.level is Level.WARNING
    }
    finding = clock_findings(compiled({"pack": name, "edits": [edit]}))[place]
    assert finding.level is Level.WARNING
    assert clause in finding.clauses


def test_a_note_must_be_issued_and_be_back_as_early_as_the_policy_says() -> None:
    edits = [
        {
            "at": ["numbers", "to_issue"],
            "set": "{is: 45 min, word: 经科长签发, mark: vague, clause: AUTO-5.2.1b}",
        },
        {
            "at": ["numbers", "to_call"],
            "set": "{is: 15 min, word: 再致电, mark: vague, clause: AUTO-5.2.1b}",
        },
        {
            "at": ["sheets", "enquiry_sheet", "inside"],
            "set": "{step: respond, from: registered, issued: to_issue, leaving: to_call}",
        },
    ]
    found = clock_findings(compiled({"pack": "auto", "edits": edits}))
    assert "5 min" in found["sheets.enquiry_sheet.inside.issued"].text.en
    assert "5 min" in found["sheets.enquiry_sheet.inside.respond"].text.en
    edits[0]["at"] = ["numbers", "to_issue", "is"]
    for number, place in (("to_issue", "issued"), ("to_call", "respond")):
        longer = "39 min" if number == "to_issue" else "30 min"
        late = [
            *edits[1:],
            {
                "at": ["numbers", "to_issue"],
                "set": "{is: 45 min, word: 签发, mark: vague, clause: AUTO-5.2.1b}",
            },
        ]
        late.append({"at": ["numbers", number, "is"], "set": longer})
        found = clock_findings(compiled({"pack": "auto", "edits": late}))
        assert found[f"sheets.enquiry_sheet.inside.{place}"].level is Level.WARNING


def test_an_inspection_in_working_days_reaches_past_a_refund_in_days_before_the_long_holidays() -> (
    None
):
    edits = [{"at": ["settled"], "delete": True}]
    finding = clock_findings(compiled({"pack": "returns", "edits": edits}))["steps.refund"]
    assert finding.level is Level.WARNING
    assert "98 %" in finding.text.en
    assert "26 Jan 2026 16:00:01 – 28 Jan 2026 16:00:01" in finding.text.en
    assert "Inspector: Inspect, at the latest at 25 Feb 2026 18:00" in [
        line.en for line in finding.story
    ]
    edits.append({"at": ["numbers", "inspect_time", "is"], "set": "1 working day"})
    fits = clock_findings(compiled({"pack": "returns", "edits": edits}))["steps.refund"]
    assert "6 h" in fits.text.en
