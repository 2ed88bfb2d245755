"""What one person may not do both of in one case: registering, inspecting, paying, and what a policy adds."""

from bihuan.engine.case import Case
from bihuan.engine.policy import Policy

NOBODY = frozenset({"", "customer", "system"})


def done_already(person: str, act: str, case: Case, policy: Policy) -> str:
    """The act this person did in this case that bars them from ``act``; empty where none does.

    Registering counts for whoever registered the request on the customer's behalf (RET-3.6, RET-3.7).
    """
    if person in NOBODY:
        return ""
    return _done(person, policy.apart.get(act, frozenset()), case)


def handled_already(person: str, act: str, case: Case, policy: Policy) -> str:
    """The act by which this person handled the case, so that ``act`` is for others by `not_by`; or empty."""
    if person in NOBODY:
        return ""
    return _done(person, policy.avoided.get(act, frozenset()), case)


def is_barred(person: str, act: str, case: Case, policy: Policy) -> bool:
    """Whether a person should not do ``act`` in this case for what they did before."""
    return bool(
        done_already(person, act, case, policy) or handled_already(person, act, case, policy)
    )


def _done(person: str, acts: frozenset[str], case: Case) -> str:
    for other in sorted(acts):
        doers = (case.registrar,) if other == "register" else case.doers.get(other, ())
        if person in doers:
            return other
    return ""
