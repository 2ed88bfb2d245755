"""The nearest unit: distances on the sphere, who may be sent for, ties and nobody in reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.engine.nearest import EARTH, Candidate, Place, distance, nearest, place_of

SHANGHAI, BEIJING = Place(31.2304, 121.4737), Place(39.9042, 116.4074)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (SHANGHAI, SHANGHAI, 0),
        (SHANGHAI, BEIJING, 1_067_000),
        (Place(0, 0), Place(0, 1), 111_195),
        (Place(60, 0), Place(60, 1), 55_597),  # degrees of longitude are shorter in the north
        (Place(0, 179.5), Place(0, -179.5), 111_195),  # across the date line
        (Place(90, 0), Place(-90, 0), 20_015_115),
    ],
)
def test_distances_on_the_sphere(one: Place, other: Place, metres: int) -> None:
    assert distance(one, other) == pytest.approx(metres, abs=max(metres * 0.001, 0.001))


@given(places, places)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(
    one: Place, other: Place
) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one), abs=0.01)
    assert 0 <= distance(one, other) <= 3.1416 * EARTH


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("31.2304,121.4737", SHANGHAI),
        (" 31.2304 , 121.4737 ", SHANGHAI),
        ("31.2304\uff0c121.4737", SHANGHAI),
        ("-33.9,18.4", Place(-33.9, 18.4)),
        ("91,0", None),
        ("0,181", None),
        ("沪蓉高速 1203 公里处", None),
        ("31.23", None),
        ("", None),
    ],
)
def test_a_place_is_read_from_coordinates_and_never_guessed_from_an_address(
    text: str, place: Place | None
) -> None:
    assert place_of(text) == place


NEAR = Candidate("near", Place(31.24, 121.47))
FAR = Candidate("far", Place(31.40, 121.47))
REACH = 50_000.0


def test_the_nearest_unit_is_found_whatever_the_order() -> None:
    assert nearest(SHANGHAI, "rescue", (NEAR, FAR), REACH) == "near"
    assert nearest(SHANGHAI, "rescue", (FAR, NEAR), REACH) == "near"


def test_a_unit_off_duty_or_without_the_capability_is_passed_over() -> None:
    off = Candidate("off", NEAR.place, on_duty=False)
    sells = Candidate("sells", NEAR.place, can=frozenset({"enquiry"}))
    assert nearest(SHANGHAI, "rescue", (off, sells, FAR), REACH) == "far"
    assert nearest(SHANGHAI, "enquiry", (off, sells, FAR), REACH) == "sells"


def test_two_equally_near_are_left_to_a_person() -> None:
    twin = Candidate("twin", NEAR.place)
    assert nearest(SHANGHAI, "rescue", (NEAR, twin, FAR), REACH) is None


def test_a_tie_farther_off_does_not_matter() -> None:
    assert nearest(SHANGHAI, "rescue", (NEAR, FAR, Candidate("twin", FAR.place)), REACH) == "near"


def test_nobody_in_reach_is_nobody() -> None:
    assert nearest(BEIJING, "rescue", (NEAR, FAR), REACH) is None
    assert nearest(SHANGHAI, "rescue", (), REACH) is None


def test_reach_counts_to_the_metre() -> None:
    exactly = distance(SHANGHAI, FAR.place)
    assert nearest(SHANGHAI, "rescue", (FAR,), exactly) == "far"
    assert nearest(SHANGHAI, "rescue", (FAR,), exactly - 1) is None
