"""Quiet hours on a working calendar, and news that comes together."""

from hypothesis import given
from hypothesis import strategies as st

from bihuan.desk.calendars import shipped
from bihuan.desk.quiet import Quiet, ends_at, goes_at, minutes
from bihuan.engine.calendar import parse_calendar
from tests.desk.firm import DAY, HOUR, MIN, START, instant

CALENDAR = parse_calendar(
    {"zone": "Asia/Shanghai", "open": {"mon-fri": "09:00-18:00"}, "holidays": "china"}, shipped()
)
NIGHT = Quiet(minutes("22:00"), minutes("07:00"))
times = st.integers(0, 24 * 60 - 1)
quiets = st.builds(Quiet, times, times, st.booleans())
instants = st.integers(START - 300 * DAY, START + 200 * DAY)


def is_quiet(at: int, quiet: Quiet) -> bool:
    """Said once more, without the arithmetic of stretches: by the wall clock of this minute."""
    on, clock = CALENDAR.wall(at)
    if quiet.rest_days and not CALENDAR.works(on):
        return True
    now = minutes(clock[:5])
    if quiet.start <= quiet.end:
        return quiet.start <= now < quiet.end
    return now >= quiet.start or now < quiet.end


def test_what_comes_at_night_waits_for_the_morning_and_by_day_goes_at_once():
    assert ends_at(instant("2026-03-02 23:10"), NIGHT, CALENDAR) == instant("2026-03-03 07:00")
    assert ends_at(instant("2026-03-03 03:10"), NIGHT, CALENDAR) == instant("2026-03-03 07:00")
    assert ends_at(instant("2026-03-03 07:00"), NIGHT, CALENDAR) == instant("2026-03-03 07:00")
    assert ends_at(START, NIGHT, CALENDAR) == START


def test_days_of_rest_are_quiet_and_make_up_days_are_not():
    calm = Quiet(minutes("20:00"), minutes("08:00"), rest_days=True)
    saturday, made_up = instant("2026-03-07 12:00"), instant("2026-02-28 12:00")
    assert ends_at(saturday, calm, CALENDAR) == instant("2026-03-09 08:00")
    assert ends_at(made_up, calm, CALENDAR) == made_up


def test_what_is_due_before_the_quiet_is_over_goes_through():
    night = instant("2026-03-02 23:10")
    assert goes_at(night, NIGHT, (), CALENDAR, due=instant("2026-03-03 06:00")) == night
    assert goes_at(night, NIGHT, (), CALENDAR, due=night - HOUR) == night  # overdue already
    after = instant("2026-03-03 12:00")
    assert goes_at(night, NIGHT, (), CALENDAR, due=after) == instant("2026-03-03 07:00")


def test_what_can_wait_comes_together_at_the_times_one_chose():
    twice = (minutes("08:30"), minutes("14:00"))
    assert goes_at(START, NIGHT, twice, CALENDAR) == instant("2026-03-02 14:00")
    assert goes_at(instant("2026-03-02 14:01"), NIGHT, twice, CALENDAR) == instant(
        "2026-03-03 08:30"
    )
    assert goes_at(START, NIGHT, twice, CALENDAR, due=START + HOUR) == START


@given(instants, quiets)
def test_a_message_waits_exactly_as_long_as_it_is_quiet(at, quiet):
    end = ends_at(at, quiet, CALENDAR)
    assert end >= at
    always = quiet.start == quiet.end and not quiet.rest_days
    assert always or end == at or is_quiet(end - 1, quiet)
    if end > at:
        assert not is_quiet(end, quiet) or quiet.start == quiet.end
        for step in range(at - at % MIN + MIN, min(end, at + 2 * DAY), 37 * MIN):
            assert is_quiet(step, quiet)
    else:
        assert not is_quiet(at, quiet)


@given(instants, quiets, st.lists(times, max_size=3), st.integers(-2 * DAY, 5 * DAY))
def test_nothing_goes_in_quiet_time_but_what_is_due_in_it(at, quiet, together, ahead):
    due = at + ahead
    goes = goes_at(at, quiet, tuple(together), CALENDAR, due=due)
    assert goes >= at
    if is_quiet(goes, quiet) and quiet.start != quiet.end:
        assert goes == at
        assert due <= goes_at(at, quiet, tuple(together), CALENDAR)
