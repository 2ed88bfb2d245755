"""What other programs are to be told of events: written with them, sent by `desk/webhooks.py`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bihuan.desk.rows import Insert
from bihuan.engine.acts import ACTS
from bihuan.engine.case import Case, Event
from bihuan.engine.organisation import Organisation
from bihuan.records.models import Webhook
from bihuan.records.models.json_text import canonical

Json = Any
KINDS = frozenset(ACTS) | {"lapsed"}


class _Wanted(NamedTuple):
    id: int
    kinds: frozenset[str]
    unit: str


_kept: list[tuple[Organisation, tuple[_Wanted, ...]]] = []


def _subscriptions(people: Organisation) -> tuple[_Wanted, ...]:
    """Who subscribed; kept per process until the organisation changes, as each change here makes it."""
    if not _kept or _kept[0][0] is not people:
        rows = Webhook.objects.filter(ended_at=None).values_list("id", "kinds", "unit")
        found = tuple(_Wanted(pk, frozenset(kinds.split()), unit) for pk, kinds, unit in rows)
        _kept[:] = [(people, found)]
    return _kept[0][1]


Row = tuple[str | int, ...]
INSERT_PUSH = Insert(
    "records_webhookdelivery (webhook_id, case_id, sequence, sheet, kind, body, state, attempts, "
    "written_at, next_at, sent_at, status, response)"
)


def rows_of(
    case_id: int,
    number: str,
    case: Case,
    placed: Iterable[tuple[int, Event]],
    people: Organisation,
    now: int,
) -> list[Row]:
    """The deliveries that these events lead to. They name the case and say nothing personal of it."""
    wanted = [
        one
        for one in _subscriptions(people)
        if not one.unit or one.unit in (case.unit, *people.ancestors(case.unit))
    ]
    if not wanted or case.ledger:
        return []
    return [
        (one.id, case_id, place, event.sheet, event.kind,
         canonical(_body(one.id, case_id, number, case, place, event)), "waiting", 0, now, now, 0, 0, "")
        for place, event in placed
        for one in wanted
        if event.kind in KINDS and (not one.kinds or event.kind in one.kinds)
    ]  # fmt: skip


def _body(
    webhook: int, case_id: int, number: str, case: Case, place: int, event: Event
) -> dict[str, Json]:
    return {
        "id": f"{webhook}-{case_id}-{place}",
        "kind": event.kind,
        "case": number,
        "sequence": place,
        "sheet": event.sheet,
        "at": datetime.fromtimestamp(event.at, UTC).isoformat(),
        "policy": case.policy,
        "stage": case.stage,
        "ended": case.ended,
    }
