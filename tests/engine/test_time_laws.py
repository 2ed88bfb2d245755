# ruff: noqa: DTZ001, RUF005  (wall time without a zone is what the slow clock walks in)
"""Laws of working time, against a slow clock that walks minute by minute and day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bihuan.engine.calendar import Calendar, Override, Published
from bihuan.engine.clock import due, is_provisional, parse_span, span_text
from bihuan.engine.explain_time import explain
from bihuan.engine.rhythm import NEVER, next_occurrence, parse_rhythm, rhythm_text
from bihuan.engine.say_time import render, say_span

DAY0 = date(2025, 12, 1)
EIGHT = timedelta(hours=8)
MIN = 60


def instant(wall: datetime) -> int:
    return int((wall - EIGHT).replace(tzinfo=UTC).timestamp())


def wall(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None) + EIGHT


class SlowCalendar:
    """The same calendar, asked one day and one minute at a time. Shares no code with the engine."""

    def __init__(self, week, off, work, overrides):
        self.week, self.off, self.work, self.overrides = week, off, work, overrides

    def hours(self, on):
        if on in self.overrides:
            return self.overrides[on]
        if on in self.off:
            return []
        if on in self.work:
            for hours in self.week:
                if hours:
                    return hours
        return self.week[on.weekday()]

    def rests(self, on):
        return not self.hours(on)

    def minutes(self, start):
        """Each minute from the start on: when it begins, and whether it is working time."""
        at = wall(start)
        while True:
            hours = self.hours(at.date())
            minute = at.hour * 60 + at.minute
            while minute < 1440:
                yield start, any(opens <= minute < closes for opens, closes in hours)
                start, minute = start + MIN, minute + 1
            at = wall(start)

    def end(self, on):
        return instant(datetime(on.year, on.month, on.day)) + 86400

    def closing(self, on):
        return instant(datetime(on.year, on.month, on.day)) + self.hours(on)[-1][1] * 60

    def fast(self, **more):
        overrides = {on: Override(tuple(hours)) for on, hours in self.overrides.items()}
        names = dict.fromkeys(self.off, "x"), dict.fromkeys(self.work, "y")
        published = Published(2026, *names)
        week = tuple(tuple(hours) for hours in self.week)
        return Calendar("Asia/Shanghai", week, published, overrides, **more)


def slow_due(slow, text, start, breaks=()):
    """What is due, by walking."""
    words = text.split()
    count = int(words[0])
    if not count:
        return start

    def stands(at):
        return any(begin <= at < end for begin, end in breaks)

    def ends_paused(tick):
        return any(max(begin, start) < tick <= end for begin, end in breaks)

    if words[1:] in (["min"], ["working", "min"]):
        left = count
        for at, working in slow.minutes(start):
            if (working or len(words) == 2) and not stands(at):
                left -= 1
                if not left:
                    return at + MIN
    on = wall(start).date()
    if words[1:] == ["working", "days"]:
        while count:
            on += timedelta(days=1)
            if not slow.rests(on) and not ends_paused(slow.closing(on)):
                count -= 1
        return slow.closing(on)
    if words[1:] == ["months"]:
        assert not breaks
        goal_month = on.month - 1 + count
        year, month = on.year + goal_month // 12, goal_month % 12 + 1
        day = on.day
        while True:
            try:
                on = date(year, month, day)
                break
            except ValueError:
                day -= 1
        count = 0
    while count:
        on += timedelta(days=1)
        count -= not ends_paused(slow.end(on))
    while slow.rests(on) or ends_paused(slow.end(on)):
        on += timedelta(days=1)
    return slow.end(on)


half_hours = st.integers(0, 47).map(lambda n: n * 30)


@st.composite
def hours_of_a_day(draw, least=0):
    edges = draw(st.lists(half_hours, min_size=2 * least, max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return list(zip(edges[::2], edges[1::2], strict=True))


days = st.integers(0, 90).map(lambda n: DAY0 + timedelta(days=n))


@st.composite
def calendars(draw):
    week = draw(st.lists(hours_of_a_day(), min_size=7, max_size=7))
    if not any(week):
        week[draw(st.integers(0, 6))] = draw(hours_of_a_day(least=1))
    off = draw(st.sets(days, max_size=12))
    work = draw(st.sets(days, max_size=5)) - off
    overrides = draw(st.dictionaries(days, hours_of_a_day(), max_size=3))
    return SlowCalendar(week, off, work, overrides)


starts = st.integers(0, 60 * 1440).map(lambda n: instant(datetime(2025, 12, 3)) + n * MIN)
working_spans = st.integers(0, 3000).map("{} working min".format)
natural_spans = st.integers(0, 20).map("{} days".format) | st.integers(0, 3).map("{} months".format)
counted_spans = working_spans | st.integers(0, 12).map("{} working days".format) | natural_spans
all_spans = counted_spans | st.integers(0, 9000).map("{} min".format)
steady_spans = all_spans | st.sampled_from(
    ["end of day", "end of next working day", "end of week", "end of next week", "end of month"]
    + ["end of next month", "next opening", "next opening + 90 min"]
)
pauses = st.lists(
    st.tuples(st.integers(0, 8000), st.integers(1, 4000)), max_size=3
)  # begin after the start, length, in minutes

OFFICE = SlowCalendar([[(540, 720), (780, 1080)]] * 5 + [[], []], set(), set(), {})
ALWAYS = SlowCalendar([[(0, 1440)]] * 7, set(), set(), {})
CLOSING = instant(datetime(2025, 12, 5, 18))  # a Friday
OPENING = instant(datetime(2025, 12, 8, 9))


def reckon(calendar, text, start, breaks=()):
    return due(parse_span(text), start, {"usual": calendar}, breaks=breaks)


def laid(start, breaks):
    return [(start + begin * MIN, start + (begin + length) * MIN) for begin, length in breaks]


@settings(max_examples=150, deadline=None)
@given(calendars(), all_spans, starts)
@example(OFFICE, "0 working min", CLOSING)
@example(OFFICE, "480 working min", CLOSING)
@example(OFFICE, "1 working days", CLOSING)
@example(ALWAYS, "1440 working min", OPENING)
@example(ALWAYS, "1 days", instant(datetime(2025, 12, 5)))
def test_the_due_instant_is_what_walking_finds(slow, text, start):
    assert reckon(slow.fast(), text, start) == slow_due(slow, text, start)


@settings(max_examples=150, deadline=None)
@given(calendars(), all_spans.filter(lambda text: "month" not in text), starts, pauses)
@example(OFFICE, "120 working min", instant(datetime(2025, 12, 4, 15)), [(0, 60)])
@example(OFFICE, "1 working days", CLOSING - 3600, [(0, 60)])
def test_pauses_consume_nothing(slow, text, start, breaks):
    breaks = laid(start, breaks)
    paused = reckon(slow.fast(), text, start, breaks)
    assert paused == slow_due(slow, text, start, breaks)
    assert paused >= reckon(slow.fast(), text, start)


@settings(deadline=None)
@given(calendars(), st.integers(0, 3), starts, pauses)
def test_a_pause_in_months_adds_the_days_that_ended_in_it(slow, count, start, breaks):
    breaks = laid(start, breaks)
    plain = reckon(slow.fast(), f"{count} months", start)
    paused = reckon(slow.fast(), f"{count} months", start, breaks)
    assert paused >= plain
    if not breaks:
        assert paused == plain


@settings(deadline=None)
@given(calendars(), steady_spans, starts, days)
def test_closing_one_more_day_never_brings_a_due_forward(slow, text, start, closed):
    before = reckon(slow.fast(), text, start)
    slow.overrides = slow.overrides | {closed: []}
    assert reckon(slow.fast(), text, start) >= before


@settings(deadline=None)
@given(calendars(), steady_spans, starts, days)
def test_opening_one_more_day_never_pushes_a_due_back(slow, text, start, opened):
    assume(slow.rests(opened) and "opening" not in text)
    before = reckon(slow.fast(), text, start)
    slow.overrides = slow.overrides | {opened: [(540, 1080)]}
    assert reckon(slow.fast(), text, start) <= before


@settings(deadline=None)
@given(calendars(), counted_spans, st.integers(0, 40), starts)
@example(OFFICE, "0 working min", 0, CLOSING)
@example(OFFICE, "0 days", 1, CLOSING)
def test_a_longer_span_is_never_due_earlier(slow, text, more, start):
    count, unit = text.split(" ", 1)
    longer = f"{int(count) + more} {unit}"
    assert reckon(slow.fast(), longer, start) >= reckon(slow.fast(), text, start)


@settings(deadline=None)
@given(calendars(), steady_spans, starts, st.integers(0, 6000))
@example(OFFICE, "0 working min", CLOSING, 1)
@example(OFFICE, "next opening", CLOSING, 3780)
def test_starting_later_is_never_due_earlier(slow, text, start, later):
    calendar = slow.fast()
    assert reckon(calendar, text, start + later * MIN) >= reckon(calendar, text, start)


@settings(deadline=None)
@given(calendars(), st.integers(0, 2000), st.integers(0, 2000), starts)
@example(OFFICE, 0, 60, CLOSING)
@example(OFFICE, 60, 0, CLOSING - 3600)
@example(OFFICE, 0, 0, CLOSING)
@example(OFFICE, 60, 60, CLOSING - 3600)
def test_one_span_and_then_another_are_both_together(slow, first, second, start):
    calendar = slow.fast()
    between = reckon(calendar, f"{first} working min", start)
    together = reckon(calendar, f"{first + second} working min", start)
    assert reckon(calendar, f"{second} working min", between) == together


@settings(deadline=None)
@given(calendars(), st.integers(0, 3000), starts, pauses)
@example(OFFICE, 180, OPENING, [])
def test_working_time_between_start_and_due_is_the_span(slow, minutes, start, breaks):
    calendar = slow.fast()
    breaks = laid(start, breaks)
    end = reckon(calendar, f"{minutes} working min", start, breaks)
    stood, last = 0, start
    for begin, resumed in sorted(breaks):
        begin, resumed = max(begin, last), min(resumed, end)
        if begin < resumed:
            stood += calendar.working_between(begin, resumed)
            last = resumed
    assert calendar.working_between(start, end) - stood == minutes * 60
    assert calendar.working_between(end, start) == -calendar.working_between(start, end)


@settings(deadline=None)
@given(calendars(), steady_spans, starts, st.sets(st.integers(0, 60), max_size=20))
def test_what_is_not_provisional_does_not_depend_on_unpublished_holidays(slow, text, start, off):
    start += 25 * 86400
    span, calendar = parse_span(text), slow.fast()
    until_2025 = Published(2025, {on: "x" for on in slow.off if on.year == 2025})
    year_2026 = Published(2026, {date(2026, 1, 1) + timedelta(days=n): "z" for n in off})
    before = calendar.with_published(until_2025)
    assert before.provisional_from == instant(datetime(2026, 1, 1))
    if not is_provisional(span, start, {"usual": before}):
        after = calendar.with_published(until_2025.followed_by(year_2026))
        assert due(span, start, {"usual": before}) == due(span, start, {"usual": after})


@settings(max_examples=200, deadline=None)
@given(calendars(), steady_spans, starts, pauses)
def test_an_explanation_accounts_for_the_whole_span(slow, text, start, breaks):
    named = {"usual": slow.fast()}
    breaks = laid(start, breaks)
    span = parse_span(text)
    told = explain(span, start, named, breaks=breaks)
    assert told.due == due(span, start, named, breaks=breaks)
    assert told.lines
    whole = all(code != "omitted" for code, _ in told.lines)
    if text.endswith("working min") and whole:
        seconds = sum(params["seconds"] for code, params in told.lines if code == "worked")
        assert seconds == int(text.split()[0]) * 60
    if text.endswith("days") and told.due != start and whole:
        counted = [params for code, params in told.lines if code == "counted"]
        assert sum(p["until"] - p["number"] + 1 for p in counted) == int(text.split()[0])
    for lang in ("zh", "en"):
        assert render(told, lang).startswith(say_span(span, lang) + " = ")


@given(
    all_spans | st.sampled_from(["next opening + 2 working h", "end of next working day"]),
    st.none() | st.sampled_from(["hotline", "departments", "总部"]),
)
def test_a_span_is_written_as_it_is_read(text, on):
    assume(not (on and text.split()[1] == "min"))
    span = parse_span(text + (f" on {on}" if on else ""))
    assert parse_span(span_text(span)) == span


rhythms = st.sampled_from(
    ["day at 21:00", "week on monday at 12:00", "month on day 31", "holiday at 17:00", "3 days"]
    + ["month on day 3 at 12:00 exactly", "day at 09:30 exactly on usual", "1 months at 10:00"]
)


@settings(deadline=None)
@given(calendars(), rhythms, starts)
def test_a_rhythm_goes_on_and_rests_when_the_calendar_does(slow, text, after):
    named = {"usual": slow.fast()}
    rhythm = parse_rhythm(text)
    assert parse_rhythm(rhythm_text(rhythm)) == rhythm
    first = next_occurrence(rhythm, after, named)
    assert first > after
    if first == NEVER:
        from_day = wall(after).date()
        assert text.startswith("holiday")
        assert not any(slow.rests(from_day + timedelta(days=number)) for number in range(3650))
        return
    on = wall(first).date()
    if text.startswith("holiday"):
        assert slow.rests(on)
    elif not rhythm.exactly:
        assert not slow.rests(on)
    assert next_occurrence(rhythm, first, named) > first
    if rhythm.unit not in ("days", "months"):
        # No occurrence lies between: asked from any later moment the answer is the same.
        for at in range(after, first, max((first - after) // 7, 1)):
            assert next_occurrence(rhythm, at, named) == first


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_days_of_the_clock_change_have_their_own_length(zone):
    calendar = Calendar.build(zone=zone, week={"always": "00:00-24:00"})
    year = 1987 if zone == "Asia/Shanghai" else 2026
    lengths = set()
    on = date(year, 1, 1)
    for _ in range(365):
        lengths.add(calendar.end_of_day(on) - calendar.at(on))
        on += timedelta(days=1)
    assert lengths == {23 * 3600, 86400, 25 * 3600}
    start, end = calendar.at(date(year, 1, 1)), calendar.at(date(year + 1, 1, 1))
    assert calendar.working_between(start, end) == end - start
