"""What cases say of goods, for tracing them by product, batch, serial number and reason."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bihuan.records.queries.visibility import Viewer, visible_cases

Json = Any
MOST = 5_000  # cases looked at; the newest of the period


@dataclass(frozen=True, slots=True)
class Traced:
    """A case of the period with its facts and what became of the goods."""

    number: str
    title: str
    kind: str
    stage: str
    ended: str
    policy_id: int
    registered_at: int
    facts: dict[str, Json]
    goods: dict[str, int]


def traced(
    viewer: Viewer, policies: Collection[str], since: int, until: int, most: int = MOST
) -> tuple[list[Traced], bool]:
    """The cases of these policies registered in the period that the viewer may see, newest first,
    and whether there were more than `most`.
    """
    rows = visible_cases(viewer).filter(policy_code__in=list(policies), ledger=False)
    rows = rows.filter(registered_at__gte=since, registered_at__lt=until)
    columns = ("number", "title", "kind", "stage", "ended", "policy_id", "registered_at", "state")
    chosen = rows.order_by("-registered_at", "-id").values_list(*columns)[: most + 1]
    found = [Traced(*row, state.get("facts", {}), state.get("goods", {})) for *row, state in chosen]
    return found[:most], len(found) > most
