"""What happens by itself: dated when it was due, once, and one bad case stops nothing."""

import pytest
from django.db import connection

from bihuan.desk.rebuild import dump
from bihuan.desk.sweep import failures, on_a_copy, sweep
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Event, Obligation
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, owed, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def lapses(number):
    rows = Event.objects.filter(case__number=number, kind="lapsed").order_by("sequence")
    return [(row.at, row.effects[0][1]["seat"]) for row in rows]


def test_nothing_due_costs_nothing_and_does_nothing(office):
    office.complain()

    report = sweep(START + 30 * MIN)  # an act at the very instant is still on time

    assert (report.cases, report.events, report.failed) == (0, 0, 0)


def test_a_breach_is_dated_when_it_was_due_whoever_noticed_when(office):
    number = office.complain().number

    sweep(START + 5 * HOUR)

    breach = Event.objects.get(kind="lapsed", sequence=2)
    assert breach.at == START + 30 * MIN
    assert breach.recorded_at == START + 5 * HOUR
    assert lapses(number)[0] == (START + 30 * MIN, "after_sales@")


def test_a_miss_goes_up_and_the_rungs_that_passed_are_recorded_in_order(office):
    number = office.complain().number

    sweep(START + 5 * HOUR)

    # Four working hours after the miss at 10:30, the manager's time is up too: 14:30.
    assert lapses(number) == [
        (START + 30 * MIN, "after_sales@"),
        (START + 4 * HOUR + 30 * MIN, "after_sales_manager@"),
    ]
    assert owed(number)[0][1] == "general_manager@"
    row = Obligation.objects.get(case__number=number, act="acknowledge")
    assert (row.rung, row.lapses, row.first_due_at) == (2, 2, START + 30 * MIN)
    assert verify(START + 5 * HOUR) == []


def test_history_does_not_depend_on_when_the_sweep_ran(office):
    one, two = office.complain().number, office.complain(act_id="other").number
    other = stored(two).pk

    for now in range(START, START + 2 * DAY, 47 * MIN):
        with connection.cursor() as cursor:  # keep the other case asleep
            cursor.execute("UPDATE records_case SET wake_at = 0 WHERE id = %s", (other,))
        sweep(now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_case SET wake_at = 1 WHERE id = %s", (other,))
    sweep(START + 2 * DAY)

    assert lapses(one) == lapses(two)
    first, second = (stored(number).state for number in (one, two))
    assert first["facts"].pop("same_problem") + 1 == second["facts"].pop("same_problem")
    assert first == second


def test_sweeping_twice_does_nothing_more(office):
    office.complain()
    sweep(START + DAY)
    before = dump()

    again = sweep(START + DAY)

    assert again.events == 0
    assert dump() == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(office):
    number = office.complain().number
    before = dump()

    report = sweep(START + HOUR, dry_run=True, listing=True)

    assert [(lapse.number, lapse.kind, lapse.at) for lapse in report.lapses] == [
        (number, "lapsed", START + 30 * MIN)
    ]
    assert dump() == before
    assert Event.objects.count() == 1


def test_a_limit_takes_the_nearest_first(office):
    later = office.complain(now=START + 10 * MIN).number
    sooner = office.complain().number

    report = sweep(START + HOUR, limit=1)

    assert report.cases == 1
    assert lapses(sooner)
    assert not lapses(later)


def test_one_bad_row_is_set_aside_and_stops_nothing(office):
    numbers = [office.complain(now=START + n).number for n in range(3)]
    whole = stored(numbers[1]).state
    Case.objects.filter(number=numbers[1]).update(state={"nonsense": 1})

    report = sweep(START + HOUR)

    assert (report.cases, report.failed) == (2, 1)
    assert lapses(numbers[0])
    assert lapses(numbers[2])
    assert [row[0] for row in failures()] == [numbers[1]]
    assert "nonsense" in failures()[0][4]
    assert sweep(START + HOUR + 1).failed == 0  # set aside
    assert sweep(START + 2 * HOUR).failed == 1  # tried again
    assert failures()[0][3] == 2

    Case.objects.filter(number=numbers[1]).update(state=whole)
    sweep(START + DAY)
    assert lapses(numbers[1])[0][0] == START + 1 + 30 * MIN
    assert failures() == []


def test_a_row_the_database_refuses_does_not_stop_its_batch(office):
    numbers = [office.complain(now=START + n).number for n in range(3)]
    Case.objects.filter(number=numbers[1]).update(events=0)  # its next event's place is taken

    report = sweep(START + HOUR)

    assert (report.cases, report.failed) == (2, 1)
    assert lapses(numbers[0])
    assert lapses(numbers[2])


@pytest.mark.django_db(transaction=True)
def test_a_sweep_in_the_future_runs_on_a_copy():
    office = firm()
    number = office.complain().number
    before = dump()

    with on_a_copy():
        report = sweep(START + 7 * DAY, listing=True)
        office.complain(now=START + 7 * DAY)
        assert len(lapses(number)) > 2
        assert verify(START + 7 * DAY) == []

    assert report.events > 2
    assert dump() == before
    assert office.complain().number == "TS20260302-0002"
