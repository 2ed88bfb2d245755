"""How long answers took of late: what is known before a time is agreed with a customer."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.db.models import Min, QuerySet

from bihuan.records.models import Case, Obligation
from bihuan.records.queries.prepared import Row, prepared

FEWEST = 20  # cases below which nothing is said
LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Of the latest cases: how long each answer took, and how long others have waited without one."""

    took: tuple[int, ...]
    waiting: tuple[int, ...] = ()

    @property
    def usual(self) -> int:
        """Half of the answers took no longer; seconds."""
        return int(median(self.took))

    def share_within(self, seconds: int) -> int | None:
        """How many in a hundred were answered within so long; None where too few are known.

        Who still waits counts against it once they have waited that long, and not at all before.
        """
        kept = sum(took <= seconds for took in self.took)
        known = len(self.took) + sum(waited > seconds for waited in self.waiting)
        return round(100 * kept / known) if known >= FEWEST else None


def answer_times(policy: str, category: str, acts: Iterable[str], now: int) -> AnswerTimes | None:
    """From the obligations to do one of `acts` in the latest cases under the policy (its code),
    of the category where one is given; None with fewer answers than `FEWEST`.
    """
    cases = _latest(policy, now, category)
    done = dict(_first_done([pk for pk, _at, _open in cases], list(acts)))
    took = tuple(done[pk] - at for pk, at, _open in cases if pk in done)
    if len(took) < FEWEST:
        return None
    return AnswerTimes(
        took, tuple(now - at for pk, at, is_open in cases if is_open and pk not in done)
    )


@prepared
def _latest(policy: str, now: int, category: str) -> "QuerySet[Case, Row]":
    rows = Case.objects.filter(policy_code=policy, ledger=False, registered_at__lt=now)
    if category:
        rows = rows.filter(category=category)
    rows = rows.order_by("-registered_at", "-id")
    return rows.values_list("pk", "registered_at", "is_open")[:LOOKED_AT]


@prepared
def _first_done(cases: list[int], acts: list[str]) -> "QuerySet[Obligation, Row]":
    owed = Obligation.objects.filter(
        case_id__in=cases, act__in=acts, sheet=0, state__in=("kept", "late")
    )
    return owed.values_list("case_id").annotate(first=Min("ended_at"))
