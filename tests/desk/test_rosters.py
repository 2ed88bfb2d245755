"""Who is rostered sits in the seat meanwhile; what is dated ahead settles open cases when it comes true."""

import pytest

from bihuan.desk import organisation, people, rosters, worlds
from bihuan.desk.verify import verify
from tests.desk.firm import DAY, HOUR, MIN, START, firm, owed

pytestmark = pytest.mark.django_db
SEAT = "after_sales@"
SATURDAY = START + 5 * DAY - 10 * HOUR


@pytest.fixture
def office():
    return firm()


@pytest.fixture
def weekend(office):
    """Somebody without a post, on duty for the after-sales service on Saturday."""
    person, _ = people.create_person("陈六", now=START)
    made = rosters.roster(person.pk, "after_sales", "", SATURDAY, SATURDAY + DAY, now=START)
    assert not isinstance(made, organisation.Refusal), made
    return str(person.pk)


def test_a_seat_is_of_who_is_rostered_and_before_and_after_of_its_holder(office, weekend):
    for at, who in (
        (SATURDAY - 1, office.agent), (SATURDAY, weekend), (SATURDAY + DAY - 1, weekend),
        (SATURDAY + DAY, office.agent),
    ):  # fmt: skip
        there = worlds.organisation(at)
        assert there.people(SEAT) == (who,)
        assert SEAT in there.seats_of(who)


def test_on_duty_they_do_what_the_post_owes_and_the_holder_does_not(office, weekend):
    number = office.complain(now=SATURDAY + HOUR).number
    assert owed(number)[0][1] == SEAT  # the seat owes it; the roster says who sits there

    refused = office.acknowledge(number, SATURDAY + HOUR + MIN)
    assert refused.refusal.code == "not-yours"
    done = office.act(number, "acknowledge", weekend, SATURDAY + HOUR + MIN, told_by="same channel")
    assert done.accepted, done.refusal
    assert verify(SATURDAY + 2 * HOUR) == []


def test_who_is_rostered_and_absent_gives_way_to_the_holder(office, weekend):
    organisation.absence(int(weekend), SATURDAY, SATURDAY + DAY, now=START)

    assert worlds.organisation(SATURDAY + HOUR).people(SEAT) == (office.agent,)


def test_somebody_struck_from_the_roster_is_on_duty_no_more_and_it_is_known_who_was(
    office, weekend
):
    row = rosters.Rostering.objects.get()
    rosters.strike(row.pk, now=SATURDAY + HOUR)

    assert worlds.organisation(SATURDAY + 2 * HOUR).people(SEAT) == (office.agent,)
    then = organisation.snapshot(SATURDAY + 2 * HOUR, as_known_at=SATURDAY)
    assert then.people(SEAT) == (weekend,)
    assert organisation.snapshot(SATURDAY + 1, as_known_at=SATURDAY + DAY).people(SEAT) == (
        weekend,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [({"person": 999}, "person"), ({"post": "king"}, "post"), ({"unit": "moon"}, "unit"),
     ({"until_at": SATURDAY}, "until")],
)  # fmt: skip
def test_a_roster_that_cannot_be_is_refused_at_its_field(office, change, field):
    told = {
        "person": int(office.agent), "post": "after_sales", "unit": "", "from_at": SATURDAY,
        "until_at": SATURDAY + DAY, **change,
    }  # fmt: skip
    made = rosters.roster(**told, now=START)

    assert isinstance(made, organisation.Refusal)
    assert made.field == field
    assert not rosters.Rostering.objects.exists()


def test_a_post_that_moves_on_a_day_ahead_takes_its_open_cases_along_on_that_day(office):
    organisation.settle_what_came_true(START)
    organisation.add_unit("east", "东区", "branch", "firm", now=START)
    number = office.complain(now=START + HOUR).number
    assert owed(number)[0][1] == SEAT
    monday = START + 7 * DAY
    person = int(office.agent)
    organisation.end_holding(person, "after_sales", "", at=monday, now=START + HOUR + MIN)
    moved = organisation.hold(person, "after_sales", "east", at=monday, now=START + HOUR + MIN)
    assert not isinstance(moved, organisation.Refusal), moved

    assert organisation.settle_what_came_true(monday - 1) == 0
    before = owed(number)
    assert organisation.settle_what_came_true(monday) == 1

    assert {seat for _, seat, _ in owed(number)} != {seat for _, seat, _ in before}
    assert organisation.settle_what_came_true(monday + MIN) == 0
    assert verify(monday + MIN) == []
