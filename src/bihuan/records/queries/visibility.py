"""What a person may find: each rule as a predicate on one case and as a filter on all of them.

The twins `reach` and `visible_cases`/`reachable_cases` must always agree; a property test holds
them together. They need of the table of cases: `policy_code`, `unit` (receiving unit's code),
`about_person` (the person complained about, id as text, or empty) and `about_unit` (unit's code or
empty); and of perform that with every act it adds `access_from(events, before)` to CaseAccess.

The rules (settled question 19): intake posts see what their unit and those below it receive; other
posts see the cases they own or owe on, those whose command they are named in and those of which they
have a sheet; superiors see what their line sees; a post with `sees: own only`, and whoever sits in
the unit complained about and only has a sheet, sees the limited view; auditors see everything. Above
all stands the wall: the person complained about and everybody below them find nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, QuerySet

from bihuan.engine.case import Case as State
from bihuan.engine.case import Event
from bihuan.engine.organisation import Seat
from bihuan.records.models.access import CaseAccess
from bihuan.records.queries.prepared import Row, prepared

if TYPE_CHECKING:
    from bihuan.records.models import Case

OWNS, OWES, SHEET = (way.value for way in CaseAccess.Way)


_NOWHERE = Q(pk__in=[])


class Access(NamedTuple):
    """That a seat has to do with a case; `way` is owns, owes or sheet, `sheet` a sheet's number."""

    seat: Seat
    way: str
    sheet: int = 0


class Reach(IntEnum):
    """How much of a case somebody may see: nothing, their own sheets and duties, all of it."""

    NOTHING = 0
    OWN = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Line:
    """What a person's posts open to them under one policy, those of their line included."""

    seats: frozenset[Seat] = frozenset()
    own_only: frozenset[Seat] = frozenset()  # seats of posts with `sees: own only`
    units: frozenset[str] = frozenset()  # whose intake is in the line
    everywhere: bool = False  # the intake of the whole organisation is in the line
    above: frozenset[str] = frozenset()  # persons in whose line one stands: a wall where they are
    # complained about


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """Who looks; `desk.permissions.viewer` makes one from the organisation at one instant.

    Each is itself alone, so that what is made for one can be kept by it.
    """

    person_id: str
    seats: frozenset[Seat] = frozenset()  # held, stood in for, or vacant and the administrator's
    is_auditor: bool = False
    is_admin: bool = False
    lines: Mapping[str, Line] = field(default_factory=dict)  # by the policy's code
    inside: frozenset[str] = frozenset()  # units this person sits in, and those above them

    @property
    def all_seats(self) -> frozenset[Seat]:
        """The seats whose cases this viewer may see something of: their own, and those of their lines."""
        return self.seats.union(*(line.seats | line.own_only for line in self.lines.values()))


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What of a case decides who may see it."""

    policy: str
    unit: str
    about_person: str = ""
    about_unit: str = ""
    access: frozenset[Access] = frozenset()


def access_from(events: Iterable[Event], before: State | None = None) -> frozenset[Access]:
    """The seats that these events bring a case before, given its state `before` them.

    A function of the history alone: the union over all events is what CaseAccess holds. Whom a sheet is
    addressed to sees it once they owe something on it, and not while it waits to be signed.
    """
    found: set[Access] = set()
    sheets = {debt.id: debt.sheet for debt in before.debts.values()} if before else {}
    for event in events:
        for kind, data in event.effects:
            if kind in ("owner", "registered"):
                found.add(Access(data.get("seat") or data.get("owner") or "", OWNS))
            elif kind == "opened":
                sheet = sheets[data["id"]] = data.get("sheet", 0)
                found.add(Access(data["seat"], SHEET if sheet else OWES, sheet))
            elif kind == "moved" and data.get("seat"):
                sheet = sheets.get(data["id"], event.sheet)
                found.add(Access(data["seat"], SHEET if sheet else OWES, sheet))
            elif kind == "told" and data.get("what") == "note answered":
                found.add(Access(data["seat"], SHEET, data["sheet"]))  # who leads reads the answer
            elif kind == "commanded":
                found |= {Access(seat, OWES) for seat in data["seats"]}  # named, so they read it
    return frozenset(access for access in found if access.seat)


def reach(viewer: Viewer, case: CaseFacts) -> Reach:
    """How much of the case the viewer may see."""
    line = viewer.lines.get(case.policy, Line())
    if case.about_person == viewer.person_id or case.about_person in line.above:
        return Reach.NOTHING
    if viewer.is_auditor:
        return Reach.WHOLE
    if line.everywhere or case.unit in line.units:
        return Reach.WHOLE
    found = Reach.NOTHING
    limited = bool(case.about_unit) and case.about_unit in viewer.inside
    for access in case.access:
        if access.seat in line.seats:
            if access.way != SHEET or not limited:
                return Reach.WHOLE
            found = Reach.OWN
        elif access.seat in line.own_only:
            found = Reach.OWN
    return found


def may_see(viewer: Viewer, case: CaseFacts) -> bool:
    """Whether the viewer may see the whole case (contact data may still be masked)."""
    return reach(viewer, case) is Reach.WHOLE


def visible(viewer: Viewer) -> Q:
    """The condition under which a case may be seen whole: `may_see` for the database."""
    if viewer.is_auditor:
        return _not_walled(viewer)
    found = _NOWHERE
    for code, line in viewer.lines.items():
        if line.everywhere:
            found |= Q(policy_code=code)
            continue
        way_in = Q(unit__in=sorted(line.units)) if line.units else _NOWHERE
        if line.seats:
            way_in |= _with(CaseAccess.objects.filter(seat__in=line.seats, way__in=(OWNS, OWES)))
            by_sheet = _with(CaseAccess.objects.filter(seat__in=line.seats, way=SHEET))
            if viewer.inside:
                by_sheet &= ~Q(about_unit__in=sorted(viewer.inside))
            way_in |= by_sheet
        found |= Q(policy_code=code) & way_in
    return found & _not_walled(viewer)


def reachable(viewer: Viewer) -> Q:
    """The condition under which a case may be seen at all, whole or limited to one's own sheets."""
    found = visible(viewer)
    for code, line in viewer.lines.items():
        if seats := line.seats | line.own_only:
            own = _with(CaseAccess.objects.filter(seat__in=seats))
            found |= Q(policy_code=code) & own & _not_walled(viewer)
    return found


def visible_cases(viewer: Viewer) -> "QuerySet[Case]":
    """The cases the viewer may see whole; everything a page shows is found through this."""
    from bihuan.records.models import Case

    return Case.objects.filter(visible(viewer))


def reachable_cases(viewer: Viewer) -> "QuerySet[Case]":
    """The cases of which the viewer may see something; ask `reach` how much before showing any."""
    from bihuan.records.models import Case

    return Case.objects.filter(reachable(viewer))


def all_but_walled(viewer: Viewer) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]] | None:
    """Of whom sees every case of some policies but those behind the wall: these policies, and the
    walls as policy ("" for every) and person; None for everybody else.
    """
    lines = viewer.lines.items()
    everywhere = tuple(sorted(code for code, line in lines if line.everywhere))
    partly = any(line.units or line.seats for code, line in lines if code not in everywhere)
    if not viewer.is_auditor and (partly or not everywhere):
        return None
    walls = {("", viewer.person_id)}
    walls |= {(code, person) for code, line in lines for person in line.above}
    return (() if viewer.is_auditor else everywhere), tuple(sorted(walls))


def facts_of(case: "Case") -> CaseFacts:
    """What of a stored case decides who may see it; one query for its seats."""
    return CaseFacts(
        policy=case.policy_code,
        unit=case.unit,
        about_person=case.about_person,
        about_unit=case.about_unit,
        access=access_to(case.pk),
    )


def access_to(case_id: int) -> frozenset[Access]:
    """The seats that have to do with the case of this id."""
    return frozenset(map(Access._make, _access(case_id)))


@prepared
def _access(case_id: int) -> "QuerySet[CaseAccess, Row]":
    return CaseAccess.objects.filter(case_id=case_id).values_list("seat", "way", "sheet")


def _with(access: "QuerySet[CaseAccess]") -> Q:
    return Q(pk__in=access.values("case"))


def _not_walled(viewer: Viewer) -> Q:
    wall = Q(about_person=viewer.person_id)
    for code, line in viewer.lines.items():
        if line.above:
            wall |= Q(policy_code=code, about_person__in=sorted(line.above))
    return ~wall
