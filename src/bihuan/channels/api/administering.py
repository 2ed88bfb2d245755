"""What administrators look after by programs: webhooks and their log."""

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from bihuan.channels.api.callers import Request, may
from bihuan.channels.api.mine import Id
from bihuan.channels.api.problems import PROBLEMS, Problem, missing
from bihuan.channels.api.values import Moment, iso
from bihuan.desk.webhooks import replay
from bihuan.records.queries.webhooks import deliveries, webhooks

Json = Any
router = Router(tags=["administration"])


class WebhookOut(Schema):
    """A subscription; its secret is shown only when it is made."""

    id: int
    name: str
    url: str
    kinds: list[str]
    unit: str
    person: str
    made_at: Moment | None
    ended_at: Moment | None


@router.get("/webhooks", response={200: list[WebhookOut], PROBLEMS: Problem}, auth=may("admin"))
def list_webhooks(request: Request) -> list[dict[str, Json]]:  # noqa: ARG001
    return [
        {
            "id": one.id,
            "name": one.name,
            "url": one.url,
            "kinds": list(one.kinds),
            "unit": one.unit,
            "person": one.person_id,
            "made_at": iso(one.made_at),
            "ended_at": iso(one.ended_at),
        }
        for one in webhooks()
    ]


class DeliveryOut(Schema):
    """One event told to one address, and what came of the last try."""

    id: int
    case: str
    sequence: int
    kind: str
    body: dict[str, Json]
    state: str
    attempts: int
    written_at: Moment | None
    next_at: Moment | None
    sent_at: Moment | None
    status: int
    response: str


class DeliveryList(Schema):
    """A page of the log, newest first. `next` goes into `after`; null: that is all."""

    deliveries: list[DeliveryOut]
    next: int | None


@router.get(
    "/webhooks/{webhook}/deliveries",
    response={200: DeliveryList, PROBLEMS: Problem},
    auth=may("admin"),
)
def list_deliveries(
    request: Request,  # noqa: ARG001
    webhook: Id,
    after: Id = 0,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Json]:
    found = deliveries(webhook, before=after, limit=limit + 1)
    same = ("id", "sequence", "kind", "body", "state", "attempts", "status", "response")
    rows = [
        {name: getattr(one, name) for name in same}
        | {
            "case": one.case_number,
            "written_at": iso(one.written_at),
            "next_at": iso(one.next_at) if one.state == "waiting" else None,
            "sent_at": iso(one.sent_at),
        }
        for one in found[:limit]
    ]
    return {"deliveries": rows, "next": found[limit - 1].id if len(found) > limit else None}


class Replayed(Schema):
    """That it is sent again."""

    delivery: int


@router.post(
    "/webhooks/deliveries/{delivery}/replay",
    response={200: Replayed, PROBLEMS: Problem},
    auth=may("admin"),
)
def replay_delivery(request: Request, delivery: Id) -> dict[str, int]:
    if not replay(delivery, now=request.auth.now):
        raise missing()
    return {"delivery": delivery}
