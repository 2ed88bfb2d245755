"""A linear model of what texts point to: weights of short stretches of characters, each a reason that can be shown."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

READ = 4_000  # characters of a text that are judged
_RUN = re.compile(r"[a-z0-9]+|[^\W\x00-\x7f]+")
_LONGEST = 3
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned for one fact: for each sign how rare it is, and how much it speaks for each value."""

    values: tuple[str, ...]
    bias: tuple[float, ...]
    signs: Mapping[str, Sequence[float]]  # its rarity first, then one weight a value
    scale: float = 1.0  # from margins to confidence


@dataclass(frozen=True, slots=True)
class Judged:
    """The value a text points to, how surely (0 to 1), and the stretches of it that spoke most for it."""

    value: str
    confidence: float
    words: tuple[str, ...]


def signs_of(folded: str) -> Iterator[str]:
    """One to three characters of Chinese that stand together; Latin words and pairs of them."""
    before = ""
    for run in _RUN.findall(folded[:READ]):
        if run[0] <= "\x7f":
            yield run
            if before:
                yield f"{before} {run}"
            before = run
            continue
        before = ""
        for length in range(1, _LONGEST + 1):
            for at in range(len(run) - length + 1):
                yield run[at : at + length]


def judge(weights: Weights, folded: str, heard: Mapping[str, float] | None = None) -> Judged | None:
    """What the text points to; None where it holds nothing that was learned.

    `heard` adds to a value what the policy's own words speak for it.
    """
    counts = Counter(sign for sign in signs_of(folded) if sign in weights.signs)
    heard = {value: more for value, more in (heard or {}).items() if value in weights.values}
    if not counts and not heard:
        return None
    strength = {sign: (1 + log(times)) * weights.signs[sign][0] for sign, times in counts.items()}
    length = sqrt(sum(one * one for one in strength.values())) or 1.0
    scores = [
        bias
        + sum(one * weights.signs[sign][place] for sign, one in strength.items()) / length
        + heard.get(value, 0.0)
        for place, (value, bias) in enumerate(zip(weights.values, weights.bias, strict=True), 1)
    ]
    best = max(range(len(scores)), key=lambda place: scores[place])
    shares = [exp(weights.scale * (score - scores[best])) for score in scores]
    spoke = {sign: one * weights.signs[sign][best + 1] for sign, one in strength.items()}
    return Judged(weights.values[best], 1 / sum(shares), _longest(spoke))


def _longest(spoke: Mapping[str, float]) -> tuple[str, ...]:
    """The stretches that spoke most, none of them a part of another that is named."""
    named: list[str] = []
    for sign in sorted(
        (one for one in spoke if spoke[one] > 0), key=lambda one: (-spoke[one], one)
    ):
        if len(sign) < 2 or any(sign in one for one in named):
            continue
        named = [one for one in named if one not in sign] + [sign]
        if len(named) >= _SHOWN:
            break
    return tuple(named)
