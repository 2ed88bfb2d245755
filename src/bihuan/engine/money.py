"""Goods that come back and money that goes out (K7): rules of the engine that no policy can switch off.

Quantities are whole items, amounts fen. What is not known counts as nothing, so nothing is paid for it.
"""

from collections.abc import Mapping

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Case, Json
from bihuan.engine.manner import yuan
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.words import Text

SETTLING = frozenset({"refund", "exchange", "repair"})  # once for each item
_FIXED = ("bought", "paid")  # what a settlement was reckoned from


def payable(case: Case) -> int:
    """What may still be refunded, in fen: the share paid for accepted goods, less what went out.

    0 where the amount paid, the quantity bought or a passed inspection is not known.
    """
    paid, bought = _known(case.facts, "paid"), _known(case.facts, "bought")
    if not bought:
        return 0
    share = paid * min(case.goods.get("accepted", 0), bought) // bought
    return max(share - case.goods.get("refunded", 0), 0)


def unsettled(case: Case) -> int:
    """How many accepted items were neither refunded nor exchanged nor repaired."""
    return case.goods.get("accepted", 0) - case.goods.get("settled", 0)


def has_passed(case: Case, policy: Policy) -> bool:
    """Whether the inspection of this round of this case was passed."""
    inspections = [step.name for step in policy.steps if step.act == "inspect"]
    return any(case.marks.get(name) == "passed" for name in inspections)


def closed_off(case: Case, policy: Policy, act: str, clauses: tuple[str, ...]) -> Refusal | None:
    """Why an act on goods or money is not open now, whatever its data; None where it is."""
    if act in ("withdraw", "decline", "merge") and case.goods.get("here"):
        return refuse("goods-in-hand", clauses=clauses)
    if act not in SETTLING:
        return None
    if not has_passed(case, policy):
        return refuse("not-inspected", clauses=clauses, act=ACTS[act].text)
    if unsettled(case) <= 0:
        return refuse("settled-already", clauses=clauses)
    if act == "refund" and not (_known(case.facts, "paid") and _known(case.facts, "bought")):
        return refuse("paid-unknown", at="amount", clauses=clauses)
    return None


def forbidden(
    case: Case, act: str, data: Mapping[str, Json], clauses: tuple[str, ...]
) -> Refusal | None:
    """Why an act on goods or money may not be done with these data; None where it may."""
    if fixed := _changes_what_was_paid(case, data, clauses):
        return fixed
    good = str(data.get("outcome", "")) in ("", *(each.name for each in ACTS[act].outcomes[:1]))
    if act == "review_return" and good:
        return _asked_too_much(case, data, clauses)
    if act == "receive_goods" and good:
        return _not_received(case, data, clauses)
    if act == "inspect" and good:
        return _not_accepted(case, data, clauses)
    if act == "refund":
        amount, most = _known(data, "amount"), payable(case)
        if not 0 < amount <= most:
            return refuse("above-paid", at="amount", clauses=clauses, right=yuan(most))
    return None


def follows(case: Case, act: str, data: Mapping[str, Json]) -> dict[str, int]:
    """What an accepted act changes in the count of goods and money; empty where nothing."""
    goods, outcome = case.goods, str(data.get("outcome", ""))
    if act == "receive_goods" and outcome == "arrived":
        return {"received": goods.get("received", 0) + _known(data, "quantity"), "here": 1}
    if act == "receive_goods" and outcome == "wrong":
        return {"here": 1}
    if act == "inspect" and outcome == "passed":
        return {"accepted": goods.get("accepted", 0) + _known(data, "accepted")}
    if act == "dispose":
        return {"here": 0}
    if act == "compensate":
        return {"compensated": goods.get("compensated", 0) + _known(data, "amount")}
    if act not in SETTLING:
        return {}
    settled = {"settled": goods.get("accepted", 0)}
    if act == "refund":
        settled["refunded"] = goods.get("refunded", 0) + _known(data, "amount")
    return settled


def _known(data: Mapping[str, Json], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _changes_what_was_paid(
    case: Case, data: Mapping[str, Json], clauses: tuple[str, ...]
) -> Refusal | None:
    if not case.goods.get("settled"):
        return None
    for name in _FIXED:
        if data.get(name) is not None and data[name] != case.facts.get(name):
            return refuse("purchase-fixed", at=name, clauses=clauses)
    return None


def _asked_too_much(
    case: Case, data: Mapping[str, Json], clauses: tuple[str, ...]
) -> Refusal | None:
    told = {**case.facts, **data}
    bought, returned = _known(told, "bought"), _known(told, "returned")
    if bought and returned > bought:
        return refuse("above-bought", at="returned", clauses=clauses, right=bought)
    return None


def _not_received(case: Case, data: Mapping[str, Json], clauses: tuple[str, ...]) -> Refusal | None:
    if data.get("quantity") is None:
        return _missing("receive_goods", "quantity", clauses)
    if not case.goods.get("received", 0) + _known(data, "quantity"):
        return refuse("nothing-received", at="quantity", clauses=clauses)
    return None


def _not_accepted(case: Case, data: Mapping[str, Json], clauses: tuple[str, ...]) -> Refusal | None:
    if data.get("accepted") is None:
        return _missing("inspect", "accepted", clauses)
    before, now = case.goods.get("accepted", 0), _known(data, "accepted")
    received = case.goods.get("received", 0)
    if not received:
        return refuse("nothing-received", at="accepted", clauses=clauses)
    if not now:
        return refuse("nothing-accepted", at="accepted", clauses=clauses)
    most = min(received, _known(case.facts, "returned") or received)
    if before + now > most:
        return refuse("above-received", at="accepted", clauses=clauses, right=max(most - before, 0))
    return None


def _missing(act: str, name: str, clauses: tuple[str, ...]) -> Refusal:
    field = next((field.text for field in ACTS[act].fields if field.name == name), Text(name, name))
    return refuse("missing-field", at=name, clauses=clauses, field=field)
