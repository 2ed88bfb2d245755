"""Learns weights from texts that people judged: in a worker or a command, for its library is slow to load."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from bihuan.engine.learned import Weights, signs_of

FEWEST = 60  # texts, and of each value
FEWEST_EACH = 5
MOST_SIGNS = 12_000
FOLDS = 5
_SCALES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


@dataclass(frozen=True, slots=True)
class Measure:
    """Shares of texts not seen in learning: judged right, mean F1 over the values, and both of the floor.

    The floor is naive Bayes over pairs of characters.
    """

    texts: int
    values: int
    accuracy: float
    macro_f1: float
    floor_accuracy: float
    floor_macro_f1: float


def enough(values: Sequence[str]) -> bool:
    """Whether there is something to learn from."""
    counts = Counter(values)
    return (
        sum(n for n in counts.values() if n >= FEWEST_EACH) >= FEWEST
        and len([n for n in counts.values() if n >= FEWEST_EACH]) > 1
    )


def learn(texts: Sequence[str], values: Sequence[str]) -> tuple[Weights, float, float]:
    """The weights, and the shares of texts not seen that they and the commonest value judge right.

    A sign that fewer than five texts hold is not learned: it may be somebody's name.
    """
    texts, values = _frequent(texts, values)
    guessed, margins = _unseen(texts, values, _ours(fewest=FEWEST_EACH))
    names = sorted(set(values))
    scale = min(_SCALES, key=lambda one: _loss(margins, values, names, one))
    machine = _ours(fewest=FEWEST_EACH)
    machine.fit(texts, values)
    counter, line = machine[0], machine[1]
    rows, bias = line.coef_, line.intercept_
    if len(names) == 2:
        rows, bias = [-rows[0], rows[0]], [-bias[0], bias[0]]
    signs = {
        sign: [round(float(counter.idf_[at]), 3), *(round(float(row[at]), 3) for row in rows)]
        for sign, at in counter.vocabulary_.items()
    }
    right = sum(a == b for a, b in zip(guessed, values, strict=True)) / len(values)
    commonest = Counter(values).most_common(1)[0][1] / len(values)
    return Weights(tuple(names), tuple(float(b) for b in bias), signs, scale), right, commonest


def measured(texts: Sequence[str], values: Sequence[str]) -> Measure:
    """Cross-validated: ours, and naive Bayes over pairs of characters."""
    from sklearn.metrics import accuracy_score, f1_score

    texts, values = _frequent(texts, values)
    ours, _ = _unseen(texts, values, _ours(fewest=1))
    floor, _ = _unseen(texts, values, _bayes())
    return Measure(
        len(texts),
        len(set(values)),
        float(accuracy_score(values, ours)),
        float(f1_score(values, ours, average="macro")),
        float(accuracy_score(values, floor)),
        float(f1_score(values, floor, average="macro")),
    )


def _frequent(texts: Sequence[str], values: Sequence[str]) -> tuple[list[str], list[str]]:
    counts = Counter(values)
    kept = [(t, v) for t, v in zip(texts, values, strict=True) if counts[v] >= FEWEST_EACH]
    return [t for t, _ in kept], [v for _, v in kept]


def _ours(*, fewest: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    counter = TfidfVectorizer(
        analyzer=_signs, sublinear_tf=True, min_df=fewest,
        max_features=MOST_SIGNS if fewest > 1 else None,
    )  # fmt: skip
    return make_pipeline(counter, LinearSVC(class_weight="balanced", random_state=0))


def _bayes() -> Any:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    return make_pipeline(CountVectorizer(analyzer="char", ngram_range=(2, 2)), MultinomialNB())


def _signs(text: str) -> list[str]:
    return list(signs_of(text))


def _unseen(
    texts: list[str], values: list[str], machine: Any
) -> tuple[list[str], list[list[float]]]:
    """What is guessed of each text by a machine that did not see it, and its margins for each value."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedKFold

    names = sorted(set(values))
    guessed, margins = [""] * len(texts), [[0.0] * len(names) for _ in texts]
    parts = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seen, unseen in parts.split(texts, values):
            fitted = clone(machine).fit([texts[at] for at in seen], [values[at] for at in seen])
            held = [texts[at] for at in unseen]
            told = fitted.predict(held)
            lines = fitted.decision_function(held) if hasattr(fitted[-1], "coef_") else None
            for place, at in enumerate(unseen):
                guessed[at] = str(told[place])
                if lines is not None:
                    row = lines[place] if len(names) > 2 else (-lines[place], lines[place])
                    margins[at] = [float(one) for one in row]
    return guessed, margins


def _loss(margins: list[list[float]], values: list[str], names: list[str], scale: float) -> float:
    total = 0.0
    for row, value in zip(margins, values, strict=True):
        high = max(row)
        total += log(sum(exp(scale * (one - high)) for one in row)) - scale * (
            row[names.index(value)] - high
        )
    return total
