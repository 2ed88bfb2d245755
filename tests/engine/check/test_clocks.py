"""Inner clocks inside outer promises: over a whole year, bend by bend, against reckoning each instant."""

import random
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from bihuan.desk import calendars as holidays
from bihuan.engine.calendar import Calendar, instant_text, parse_calendar
from bihuan.engine.check import check, clocks
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.pieces import FOREVER, Piece, due_piece
from bihuan.engine.clock import parse_span
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy

from .mutating import mutated, pack

PACKS = ("general", "mall", "home", "auto", "returns")
HOTLINE = {"pack": "auto", "edits": [{"at": ["numbers", "promise_enquiry", "on"], "set": "usual"}]}


def calendars_of(policy: Policy) -> dict[str, Calendar]:
    return {
        name: parse_calendar(dict(words), holidays.shipped())
        for name, words in policy.calendars.items()
    }


def compiled(mutation: dict[str, Any]) -> Policy:
    policy, findings = compile_policy(mutated(mutation))
    assert policy is not None, findings
    return policy


def clock_findings(policy: Policy) -> dict[str, Finding]:
    found = check(policy, calendars=calendars_of(policy))
    return {each.place: each for each in found if each.code.startswith("clocks-")}


def paths_of(policy: Policy) -> list[clocks.Path]:
    cells = Cells(policy)
    return [
        path
        for opener in policy.steps
        if opener.opens
        for kind in clocks._kinds(opener, policy)
        for waiting in clocks._waiting(opener, kind, policy)
        for path in {
            path.clocks(): path for path in clocks._paths(opener, kind, waiting, policy, cells)
        }.values()
    ]


def spare_at(path: clocks.Path, arrival: int, calendars: Mapping[str, Calendar]) -> int:
    inner, outer = path.ends(arrival, calendars)
    return outer.value - inner.value


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


@pytest.mark.parametrize("name", ["mall", "home", "auto"])
def test_no_instant_of_the_year_is_worse_than_the_one_named(name: str) -> None:
    policy = compiled({"pack": name, "edits": []})
    calendars, dice = calendars_of(policy), random.Random(11)
    paths = paths_of(policy)
    assert paths
    for path in paths:
        seen = clocks.spare(path, policy, calendars)
        assert seen is not None
        assert spare_at(path, seen.arrival, calendars) == seen.least
        first = calendars["usual"].at(date(2026, 1, 1))
        for _ in range(1500):
            arrival = first + dice.randrange(seen.looked_at)
            spare = spare_at(path, arrival, calendars)
            assert spare >= seen.least
            assert (spare >= 0) == any(start <= arrival < end for start, end in seen.good)


def test_three_hours_on_the_hotline_do_not_hold_two_working_hours_of_a_department() -> None:
    finding = clock_findings(compiled(HOTLINE))["sheets.enquiry_sheet.inside.respond"]
    assert finding.level is Level.WARNING
    assert finding.code == "clocks-do-not-fit"
    assert "AUTO-5.2.1b" in finding.clauses
    # The make-up Saturday before Spring Festival, whose last minutes are worked off ten days later.
    assert "2026-02-14 17:" in finding.text.en or "2026-02-14 15:" in finding.text.en
    assert any("2026-02-24" in line.en for line in finding.story)
    assert "on all working days: 0" in finding.text.en
    assert "on all days of rest: never" in finding.text.en


def test_the_windows_named_hold_on_every_working_day_and_not_a_minute_longer() -> None:
    policy = compiled(HOTLINE)
    calendars = calendars_of(policy)
    (path,) = (each for each in paths_of(policy) if each.kind == "enquiry_sheet")
    seen = clocks.spare(path, policy, calendars)
    assert seen is not None
    said = clocks._windows(path, seen, calendars).en
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


def test_the_year_of_a_pack_is_looked_through_in_less_than_a_second() -> None:
    policy = compiled(HOTLINE)
    calendars = calendars_of(policy)
    start = time.perf_counter()
    check(policy, calendars=calendars)
    assert time.perf_counter() - start < 1


def test_a_promise_that_runs_from_nowhere_is_an_error() -> None:
    path = ["sheets", "enquiry_sheet", "inside"]
    edit = {"at": path, "set": "{step: respond, from: register}"}
    found = check(compiled({"pack": "auto", "edits": [edit]}))
    assert [each.place for each in found if each.level is Level.ERROR] == [
        "sheets.enquiry_sheet.inside.from"
    ]
