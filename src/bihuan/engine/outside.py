"""Matters before an outside body: its number, its date, how they came out, and what we then owe."""

from collections.abc import Mapping

from bihuan.engine.case import Act, Json
from bihuan.engine.consequences import trigger_each
from bihuan.engine.fields import OTHER_BODY, PENDING
from bihuan.engine.policy import Duty
from bihuan.engine.work import Work


def body_of(data: Mapping[str, Json]) -> str:
    """The outside body an act names: one of the policy's, or another in its own words."""
    named = str(data.get("body", ""))
    return str(data.get("other_body") or named) if named == OTHER_BODY else named


def referred(work: Work, act: Act) -> None:
    """A new matter, beside those there are."""
    work.emit(
        "outside",
        item=str(len(work.case.outside) + 1),
        body=body_of(act.data),
        their_number=str(act.data.get("their_number", "")),
        until=act.data.get("until") or 0,
    )


def followed(work: Work, act: Act, duty: Duty, item: str) -> None:
    """How a matter came out, or that it is still open; what we then owe by a date is a promise."""
    known = work.case.outside.get(item, {})
    outcome = str(act.data.get("outcome", ""))
    their_number = str(act.data.get("their_number") or known.get("their_number", ""))
    until = act.data.get("until") or 0
    if outcome == PENDING:
        work.emit("outside", item=item, **{**known, "their_number": their_number, "until": until})
        work.emit("waiting", row=f"{duty.name}#{item}", at=act.at)
    else:
        work.emit("outside", item=item, **{**known, "their_number": their_number, "how": outcome})
    if isinstance(act.data.get("date"), int):
        work.emit("promised", date=act.data["date"])
        trigger_each(work, "promised", act)
