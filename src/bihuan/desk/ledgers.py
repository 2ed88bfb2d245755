"""The ledgers of the organisation's own duties: one for each policy in force and unit that owes some."""

from bihuan.desk import packs, worlds
from bihuan.desk.numbering import ledger_number
from bihuan.desk.organisation import vacancies
from bihuan.desk.perform import Performed, perform
from bihuan.engine.case import MESSAGE, Act
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy
from bihuan.records.models import Case, PolicyVersion


def ensure_ledgers(now: int) -> tuple[Performed, ...]:
    """Open the ledgers that are missing; what was opened or refused. Doing it again does nothing.

    A version that comes in force gets ledgers of its own.
    """
    opened: list[Performed] = []
    organisation = worlds.organisation(now)
    ledgers = Case.objects.filter(ledger=True).exclude(kind=MESSAGE)
    known = set(ledgers.values_list("number", flat=True))
    for version in packs.policies_in_force(now).values():
        policy = worlds.policy_of(version.pk)
        for unit in units_with_rhythm(policy, organisation):
            if ledger_number(version.code, version.number, unit) in known:
                continue
            opened.append(open_ledger(version, unit, now))
    return tuple(opened)


def open_ledger(version: PolicyVersion, unit: str, now: int) -> Performed:
    """Open the ledger of a unit under a version; the top's carries what its adoption leaves to be done."""
    policy, organisation = worlds.policy_of(version.pk), worlds.organisation(now)
    owed = [] if unit else _owed_from_the_start(version, policy, organisation)
    act = Act("open ledger", "system", now, {"unit": unit, "owed": owed})
    return perform(act, policy=version.pk, now=now)


def ledger_of_the_house(now: int) -> str:
    """The number of a ledger for what concerns the house as a whole: the topmost there is; empty where none is yet."""
    for version in packs.policies_in_force(now).values():
        rows = Case.objects.filter(ledger=True, policy=version.pk).exclude(kind=MESSAGE)
        number = rows.order_by("unit", "pk").values_list("number", flat=True).first()
        if number:
            return number
    return ""


def _owed_from_the_start(
    version: PolicyVersion, policy: Policy, organisation: Organisation
) -> list[str]:
    """What a policy put in force by the administrator alone still owes (settled with adoption)."""
    owed = []
    if version.state == PolicyVersion.State.ADOPTED:
        owed.append("approve_adoption")
    if any(item.code == "vacant-post" for item in vacancies(policy, organisation)):
        owed.append("fill_posts")
    return owed


def units_with_rhythm(policy: Policy, organisation: Organisation) -> tuple[str, ...]:
    """The units in which posts stand that owe a duty of the policy's rhythm; "" is the top, and never none."""
    recurring = [row for row in policy.rhythm if row.every.unit != MESSAGE]
    posts = {row.owes.post for row in recurring if row.owes and row.owes.kind == "post"}
    for row in recurring:
        if row.opens and row.opens in policy.sheets:
            posts |= {step.owes.post for step in policy.sheets[row.opens].steps[:1]}
    posts &= policy.posts.keys()
    units = {place.partition("@")[2] for place in organisation.known if _post(place) in posts}
    return tuple(sorted(units or {""}))


def _post(place: str) -> str:
    return place.partition("@")[0]
