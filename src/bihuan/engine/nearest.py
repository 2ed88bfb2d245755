"""Which unit is nearest to a place: the great-circle distance between coordinates, no map needed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH = 6_371_008.8  # the mean radius, in metres
ALIKE = 1.0  # distances that differ by no more metres than this are equal
_PAIR = re.compile(r"\s*([+-]?\d{1,2}(?:\.\d+)?)\s*[,\uff0c]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees: north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be sent for: where it is, what kinds of case it can do, whether it is on duty.

    An empty `can` means everything.
    """

    unit: str
    place: Place
    can: frozenset[str] = frozenset()
    on_duty: bool = True


def place_of(text: str) -> Place | None:
    """The place that ``text`` gives as "latitude, longitude" in degrees; None for an address."""
    found = _PAIR.fullmatch(text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Place(latitude, longitude)


def distance(one: Place, other: Place) -> float:
    """The distance between two places on the sphere, in metres (haversine)."""
    first, second = radians(one.latitude), radians(other.latitude)
    over = sin((second - first) / 2) ** 2
    across = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(over + cos(first) * cos(second) * across)))


def nearest(place: Place, kind: str, candidates: Iterable[Candidate], reach: float) -> str | None:
    """The unit nearest to ``place`` that is on duty and can do a case of ``kind`` (AUTO-5.2.2).

    None where no such unit lies within ``reach`` metres, or where two are equally near: then a
    person chooses.
    """
    near = sorted(
        (far, each.unit)
        for each in candidates
        if each.on_duty and (not each.can or kind in each.can)
        for far in (distance(place, each.place),)
        if far <= reach
    )
    if not near or (len(near) > 1 and near[1][0] - near[0][0] <= ALIKE):
        return None
    return near[0][1]
