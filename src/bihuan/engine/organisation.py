"""Units, seats and people: one snapshot of the organisation, and how a post is found in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# A seat is a post in a unit, written "post@unit"; "post@" is the post at the top of the organisation.
Seat = str


def seat(post: str, unit: str = "") -> Seat:
    """The seat of ``post`` in ``unit``."""
    return f"{post}@{unit}"


def post_of(place: Seat) -> str:
    """The post of a seat."""
    return place.partition("@")[0]


def unit_of(place: Seat) -> str:
    """The unit of a seat; empty for the top of the organisation."""
    return place.partition("@")[2]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree: company, department, floor, merchant, dealer, city …"""

    code: str
    name: str
    kind: str
    parent: str = ""
    place: str = ""  # "latitude, longitude", where somebody may be sent from it
    can: tuple[str, ...] = ()  # the kinds of case it can do; empty = all


@dataclass(frozen=True)
class Organisation:
    """Who there is, at one instant. Somebody always exists: a vacant seat is the administrator's.

    `holders` and `deputies` map seats to person ids, `away` names persons whose deputies stand in.
    `on_duty` maps a seat to who is rostered for it at this instant, and goes before its holders.
    """

    units: Mapping[str, Unit] = field(default_factory=dict)
    holders: Mapping[Seat, tuple[str, ...]] = field(default_factory=dict)
    deputies: Mapping[Seat, tuple[str, ...]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    administrator: str = "administrator"
    names: Mapping[str, str] = field(default_factory=dict)
    on_duty: Mapping[Seat, tuple[str, ...]] = field(default_factory=dict)

    def people(self, place: Seat) -> tuple[str, ...]:
        """Who acts for a seat now: who is rostered and there, else its holders, deputies, the administrator."""
        if place in self.on_duty:
            rostered = tuple(one for one in self.on_duty[place] if one not in self.away)
            if rostered:
                return rostered
        present = tuple(person for person in self.holders.get(place, ()) if person not in self.away)
        if present:
            return present
        standing_in = tuple(
            person for person in self.deputies.get(place, ()) if person not in self.away
        )
        return standing_in or (self.administrator,)

    def is_vacant(self, place: Seat) -> bool:
        """Nobody holds the seat, is rostered for it now, or is named as its deputy."""
        return not (self.holders.get(place) or self.deputies.get(place) or self.on_duty.get(place))

    def seats_of(self, person: str) -> tuple[Seat, ...]:
        """The seats a person holds, or stands in for at present."""
        return self._seats.get(person, ())

    def ancestors(self, unit: str) -> tuple[str, ...]:
        """The unit itself and those above it, nearest first; a unit nobody knows has none."""
        found: list[str] = []
        while unit and unit in self.units and unit not in found:
            found.append(unit)
            unit = self.units[unit].parent
        return tuple(found)

    def within(self, unit: str, outer: str) -> bool:
        """Whether ``unit`` is ``outer`` or below it."""
        return bool(outer) and outer in self.ancestors(unit)

    def seat_for(self, post: str, unit: str, *, anywhere: bool = True) -> Seat:
        """The seat of a post as seen from a unit: the nearest unit above that has it, else the only
        one there is (`anywhere`), else the top.
        """
        for above in self.ancestors(unit):
            if seat(post, above) in self.known:
                return seat(post, above)
        return self._only.get(post, seat(post)) if anywhere else seat(post)

    def seat_of_kind(self, post: str, kind: str, unit: str) -> Seat | None:
        """The seat of a post that each unit of ``kind`` has, nearest above ``unit``; None where none is."""
        for above in self.ancestors(unit):
            if self.units[above].kind == kind:
                return seat(post, above)
        return None

    def unit_of_person(self, person: str) -> str:
        """The unit of the first seat a person holds; empty where there is none."""
        return next((unit_of(place) for place in self.own_seats(person)), "")

    def own_seats(self, person: str) -> tuple[Seat, ...]:
        """The seats a person holds by right, not as a deputy."""
        return self._own.get(person, ())

    def __post_init__(self) -> None:
        own: dict[str, list[Seat]] = {}
        for place, people in self.holders.items():
            for person in people:
                own.setdefault(person, []).append(place)
        rostered = {
            place: there
            for place, rows in self.on_duty.items()
            if (there := [person for person in rows if person not in self.away])
        }
        all_seats: dict[str, list[Seat]] = {person: list(places) for person, places in own.items()}
        for place, there in rostered.items():
            for person in there:
                if place not in own.get(person, ()):
                    all_seats.setdefault(person, []).append(place)
        for place, people in self.deputies.items():
            present = any(person not in self.away for person in self.holders.get(place, ()))
            for person in people:
                if not present and place not in rostered:
                    all_seats.setdefault(person, []).append(place)
        object.__setattr__(self, "_own", {person: tuple(places) for person, places in own.items()})
        object.__setattr__(
            self, "_seats", {person: tuple(places) for person, places in all_seats.items()}
        )
        object.__setattr__(self, "known", frozenset({*self.holders, *self.deputies, *self.on_duty}))
        places: dict[str, list[Seat]] = {}
        for place in self.known:
            places.setdefault(post_of(place), []).append(place)
        only = {post: found[0] for post, found in places.items() if len(found) == 1}
        object.__setattr__(self, "_only", only)

    # derived on construction
    known: frozenset[Seat] = field(default=frozenset(), init=False, compare=False)
    _only: Mapping[str, Seat] = field(default_factory=dict, init=False, compare=False, repr=False)
    _own: Mapping[str, tuple[Seat, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _seats: Mapping[str, tuple[Seat, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )


def organisation_of(
    units: Iterable[Unit],
    holders: Mapping[Seat, Iterable[str]],
    *,
    administrator: str = "administrator",
) -> Organisation:
    """A snapshot from plain lists, for scenarios and examples."""
    return Organisation(
        units={unit.code: unit for unit in units},
        holders={place: tuple(people) for place, people in holders.items()},
        administrator=administrator,
    )
