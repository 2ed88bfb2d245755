"""Common problems: what many cases complain of whoever and wherever they are; what to call one, and when it surges."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

from bihuan.engine.alike import Traits, shared_words

FEWEST = 3  # cases, and texts that hold a word before it is part of a name: it may be somebody's
PEOPLE = 2  # different complainants, fewer of which are one person's matter
UNLIKELY = 0.01  # a count that comes by chance less often is a surge
YEAR = 364 * 86_400  # back to the same weekday of the same season
_TOPIC_TELLS = 3  # as often as a word, a topic stands among the signs
_WORDS = 3  # of a name
_LONG = 8
_LEAST_EXPECTED = 0.5
_EDGES = "的了在是我有就都也很还又被把到去来过着给跟和与或从对向让没好多少个只天里"  # no name begins or ends so


def signs_of(traits: Traits) -> list[str]:
    """What a text is compared by: its wording, the characters that may be a topic by themselves, its known topics."""
    topics = sorted(traits.topics) * _TOPIC_TELLS
    return [
        *sorted(traits.wording),
        *(f"·{sign}" for sign in sorted(traits.signs)),
        *(f"#{topic}" for topic in topics),
    ]


def is_problem(members: Sequence[Traits]) -> bool:
    """Whether cases taken together are a problem of the organisation, not of one person."""
    people = {one.told.complainant or f"case {one.told.key}" for one in members}
    return len(members) >= FEWEST and len(people) >= PEOPLE


def name_of(members: Sequence[Traits], medoid: Traits) -> str:
    """The words that most members say, as they stand in their texts: 大衣开线、袖口; empty where none are shared."""
    said = {
        word.strip(_EDGES)
        for one in members
        if one is not medoid
        for word in shared_words(medoid, one)
    }
    texts = [one.told.text for one in members]
    held = {word: sum(word in text for text in texts) for word in said if len(word) > 1}
    if not any(count >= FEWEST for count in held.values()):
        held = {sign: sum(sign in one.signs for one in members) for sign in medoid.signs}
    chosen: list[str] = []
    for word in sorted(held, key=lambda word: (-held[word] * _telling(word), word)):
        if held[word] >= FEWEST and not any(word in one or one in word for one in chosen):
            chosen.append(word)
    return "、".join(chosen[:_WORDS])


def _telling(word: str) -> float:
    """How much a word of this length tells: two are little, whole sentences no name."""
    return min(len(word), 4) ** 0.5 if len(word) <= _LONG else 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a problem came in a period, and what there is to judge that by.

    `then` and `all_then` are the counts of this problem and of all cases in the same days of the year
    before, `earlier` and `all_earlier` those of the periods just before; -1 where there was nothing yet.
    """

    count: int
    all_now: int
    then: int = -1
    all_then: int = -1
    earlier: int = -1
    all_earlier: int = -1

    @property
    def expected(self) -> float | None:
        """How often it would come if its share were that of its season, else of the time before; None unknown."""
        if self.all_then > 0:
            return max(_LEAST_EXPECTED, self.then * self.all_now / self.all_then)
        if self.all_earlier > 0:
            return max(_LEAST_EXPECTED, self.earlier * self.all_now / self.all_earlier)
        return None

    @property
    def surges(self) -> bool:
        """Whether it came more often than chance brings it in this season."""
        expected = self.expected
        if expected is None or self.count < FEWEST or self.count <= expected:
            return False
        return _at_least(self.count, expected) < UNLIKELY


def _at_least(count: int, expected: float) -> float:
    """The chance of so many or more, where so many are expected (Poisson)."""
    below = sum(exp(n * log(expected) - expected - lgamma(n + 1)) for n in range(count))
    return max(0.0, 1.0 - below)
