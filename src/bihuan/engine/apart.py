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
    for other in sorted(policy.apart.get(act, ())):
        doers = (case.registrar,) if other == "register" else case.doers.get(other, ())
        if person in doers:
            return other
    return ""
