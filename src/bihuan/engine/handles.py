"""What a customer is found again by beside name and number: a plate, an order, a house."""

import unicodedata
from collections.abc import Mapping

from bihuan.engine.case import Json
from bihuan.engine.policy import Policy

LONGEST = 80


def handle(text: str) -> str:
    """Letters and digits alone, in one width and as capitals: 沪A·12 345 is 沪A12345."""  # zh: data
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())[:LONGEST]


def handles(facts: Mapping[str, Json], policy: Policy) -> frozenset[str]:
    """The handles that the facts of a case hold under this policy."""
    named = (fact.name for fact in policy.facts.values() if fact.finds_customer)
    return frozenset(handle(str(facts.get(name) or "")) for name in named) - {""}
