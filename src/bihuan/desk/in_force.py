"""Which version of which policy rules over what is registered where, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from bihuan.desk import worlds
from bihuan.engine.calendar import Calendar
from bihuan.engine.policy import Policy
from bihuan.records.models import PolicyUse, PolicyVersion

IN_FORCE = (PolicyVersion.State.ADOPTED, PolicyVersion.State.APPROVED)


def version_in_force(code: str, day: date) -> PolicyVersion | None:
    """The newest version of a policy in force on that day, or None."""
    versions = PolicyVersion.objects.filter(code=code, state__in=IN_FORCE, in_force_on__lte=day)
    return versions.order_by("in_force_on", "number").last()


@dataclass(frozen=True, slots=True)
class _Rules:
    """What was adopted and where it rules, as of one change of the organisation."""

    changes: int
    versions: tuple[PolicyVersion, ...]  # in the order in which they came in force
    uses: Mapping[tuple[str, str], str]


_kept: list[_Rules] = []


def _rules(seen: worlds.Changes | None = None) -> _Rules:
    changes = (seen or worlds.changes()).organisation
    if _kept and _kept[0].changes == changes > 0:
        return _kept[0]
    versions = PolicyVersion.objects.filter(state__in=IN_FORCE).defer("text")
    made = _Rules(
        changes,
        tuple(versions.order_by("in_force_on", "number")),
        {(use.unit, use.kind): use.code for use in PolicyUse.objects.all()},
    )
    _kept[:] = [made]
    return made


def policies_in_force(now: int, seen: worlds.Changes | None = None) -> dict[str, PolicyVersion]:
    """The versions that rule over what is registered now, by code; not to be changed."""
    return {
        version.code: version
        for version in _rules(seen).versions
        if version.in_force_on and version.in_force_on <= day_of(worlds.policy_of(version.pk), now)
    }


def policy_for(unit: str, kind: str, now: int) -> PolicyVersion | None:
    """The version that rules over a case of this kind received by this unit now, or None.

    The nearest unit above decides, and there a rule for the kind before one for all kinds. A policy
    that does not know the kind is passed over.
    """
    seen = worlds.changes()
    in_force, uses = policies_in_force(now, seen), _rules(seen).uses
    for place in (*worlds.organisation(now, seen).ancestors(unit), ""):
        for asked in dict.fromkeys((kind, "")):
            version = in_force.get(uses.get((place, asked), ""))
            if version and (not kind or kind in worlds.policy_of(version.pk).kinds):
                return version
    return None


def day_of(policy: Policy, now: int) -> date:
    """The day it is at `now` where the policy's usual calendar stands."""
    return _clock(str(policy.calendars["usual"].get("zone", "Asia/Shanghai"))).day_of(now)


@cache
def _clock(zone: str) -> Calendar:
    return Calendar.build(zone=zone, week={"daily": "00:00-24:00"})
