"""What became of each message that was received, as the history says it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from bihuan.engine.case import Event
from bihuan.engine.triaging import QUARANTINED, SET_ASIDE, TRIAGE
from bihuan.records.models import Case, Received


def follow(ledger: int, events: Iterable[Event]) -> None:
    """Bring the row of a message to what these events of its ledger say."""
    for event in events:
        if event.kind not in (TRIAGE, SET_ASIDE):
            continue
        fate = QUARANTINED if event.kind == SET_ASIDE else str(event.data["fate"])
        number = str(event.data.get("case") or "")
        case = Case.objects.filter(number=number).values_list("pk", flat=True).first()
        Received.objects.filter(ledger=ledger).update(
            fate=fate,
            reason=str(event.data.get("reason") or "")[:300],
            case=case,
            by=event.by,
            at=event.at,
        )


def erase(case_id: int) -> tuple[int, set[str]]:
    """Blank what is personal in the messages of a case, or of a message's own ledger; the hashes of
    the raw forms that nobody needs any more.
    """
    rows = Received.objects.filter(case=case_id) | Received.objects.filter(ledger=case_id)
    digests = set(rows.exclude(digest="").values_list("digest", flat=True))
    count = rows.update(
        sender="", contact="", message_id="", subject="", preview="", digest="",
        external_id=_erased_id(),
    )  # fmt: skip
    return count, digests


def _erased_id() -> Any:
    """What stands for the source's own name of a purged message: it may hold an address."""
    return Concat(Value("purged "), Cast(F("pk"), CharField()))
