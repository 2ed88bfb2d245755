"""What the organisation's own closed cases teach: learned daily, used for suggestions, measured on what came after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from bihuan.desk import training
from bihuan.engine.learned import Judged, Weights, judge
from bihuan.records.models import Case, Learned, Suggested
from bihuan.records.queries.prepared import Row, prepared
from bihuan.records.wording import fold

Json = Any
FACTS = ("kind", "category", "severity")
MOST_CASES = 20_000
EVERY = 24 * 3600
AT_ONCE = 500
_kept: dict[tuple[str, str], tuple[int, Weights]] = {}


def learn(now: int) -> int:
    """Learn each fact of each policy anew where a day has gone by; how many were."""
    made = 0
    for code in Case.objects.filter(ledger=False).values_list("policy_code", flat=True).distinct():
        for fact in FACTS:
            made += _learn(code, fact, now)
    judge_new(now)
    return made


def _learn(code: str, fact: str, now: int) -> bool:
    last = _latest(code, fact)
    if last and now - last.at < EVERY:
        return False
    rows = Case.objects.filter(ledger=False, policy_code=code, is_open=False)
    rows = rows.exclude(**{fact: ""}).exclude(ended="purged")
    told = [
        (fold(str(state["facts"].get("content") or "")), value)
        for state, value in rows.order_by("-id").values_list("state", fact)[:MOST_CASES]
    ]
    texts = [text for text, _ in told if text]
    values = [value for text, value in told if text]
    if not training.enough(values):
        return False
    weights, accuracy, floor = training.learn(texts, values)
    said: dict[str, Json] = {
        "values": weights.values, "bias": weights.bias, "signs": weights.signs, "scale": weights.scale,
    }  # fmt: skip
    made: dict[str, Json] = {"accuracy": accuracy, "floor": floor, "weights": said}
    Learned(policy_code=code, fact=fact, at=now, cases=len(texts), **made).save(force_insert=True)
    return True


class _Lesson(NamedTuple):
    """What was last learned of a fact, but for its weights."""

    id: int
    at: int
    cases: int
    accuracy: float
    floor: float


def _latest(code: str, fact: str) -> _Lesson | None:
    return next(map(_Lesson._make, _lessons(code, fact)), None)


@prepared
def _lessons(code: str, fact: str) -> "QuerySet[Learned, Row]":
    rows = Learned.objects.filter(policy_code=code, fact=fact).order_by("-at", "-id")
    return rows.values_list(*_Lesson._fields)[:1]


def weights_of(code: str) -> dict[str, Weights]:
    """By the fact, the weights in use under a policy: those that know better than the commonest value."""
    found: dict[str, Weights] = {}
    for fact in FACTS:
        last = _latest(code, fact)
        if last is None or last.accuracy <= last.floor:
            continue
        kept = _kept.get((code, fact))
        if kept is None or kept[0] != last.id:
            kept = _kept[code, fact] = (last.id, _weights(Learned.objects.get(pk=last.id).weights))
        found[fact] = kept[1]
    return found


def _weights(told: Mapping[str, Json]) -> Weights:
    return Weights(tuple(told["values"]), tuple(told["bias"]), told["signs"], told["scale"])


def judge_new(_now: int) -> int:
    """Note what the weights in use say of the cases registered after they were learned; how many."""
    made = 0
    for code in Learned.objects.values_list("policy_code", flat=True).distinct():
        for fact, weights in weights_of(code).items():
            last = _latest(code, fact)
            if last is None:
                continue
            rows = Case.objects.filter(policy_code=code, ledger=False, registered_at__gt=last.at)
            rows = rows.exclude(suggested__learned=last.id).exclude(ended="purged").order_by("id")
            notes = [
                Suggested(
                    case_id=pk, learned_id=last.id, value=said.value, confidence=said.confidence
                )
                for pk, state in rows.values_list("pk", "state")[:AT_ONCE]
                if (said := _judged(weights, state))
            ]
            Suggested.objects.bulk_create(notes, ignore_conflicts=True)
            made += len(notes)
    return made


def _judged(weights: Weights, state: Json) -> Judged | None:
    return judge(weights, fold(str(state.get("facts", {}).get("content") or "")))


@dataclass(frozen=True, slots=True)
class Fared:
    """How what was suggested for a fact fared: of so many cases whose value is known, how many have it."""

    policy: str
    fact: str
    learned_at: int
    cases: int
    expected: float  # the share that was right of cases not seen in learning
    floor: float
    judged: int
    accepted: int


def fared() -> Iterator[Fared]:
    """For each policy and fact the weights in use, against what the cases say now: corrections count at once."""
    for code, fact in (
        Learned.objects.values_list("policy_code", "fact")
        .distinct()
        .order_by("policy_code", "fact")
    ):
        last = _latest(code, fact)
        if last is None:
            continue
        known = Suggested.objects.filter(learned=last.id).exclude(**{f"case__{fact}": ""})
        right = known.filter(value=F(f"case__{fact}"))
        yield Fared(
            code, fact, last.at, last.cases, last.accuracy, last.floor, known.count(), right.count()
        )
