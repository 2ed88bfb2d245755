"""What the words of a customer point to: values of facts and units, offered to whoever takes them down."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bihuan.engine.learned import Weights, judge
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy

MOST_READ = 20_000  # characters; what is said after that is not looked at
UNLEARNED = 0.0
WORD = 0.25  # what a word of the policy adds, beside margins of about one
SUREST_NOT = 0.35  # below this what was learned says nothing
SHORTEST = 3  # characters by which a unit may be called for short
_NOT = re.compile(
    r"(?:没有?|未|無|无|不是?|并非|\b(?:no|not|without|never))\s*(?:被|有|any\s+)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that the text points to, and the words that did, as they were written.

    `asks`: it only gives reason to ask (a yes/no fact): nobody should answer it by one key.
    """

    fact: str
    value: str
    words: tuple[str, ...]
    asks: bool = False
    confidence: float = field(default=UNLEARNED, compare=False)  # by closed cases


def suggested(
    text: str,
    policy: Policy,
    organisation: Organisation,
    learned: Mapping[str, Weights] | None = None,
    folded: str = "",
) -> tuple[Suggestion, ...]:
    """At most one suggestion a fact, for the value most of the text speaks of.

    The names of kinds, categories and values count as words of theirs; a word that is denied
    (没有受伤, "not injured") does not count. Nothing is suggested where two values are level.
    `learned`: what closed cases taught of a fact, which then decides, the policy's words adding to
    it; `folded` is the text as it was learned from.
    """
    text = text[:MOST_READ]
    found = [one for name in policy.facts if (one := _of_fact(text, name, policy))]
    for name, weights in (learned or {}).items():
        if one := _learned(text, folded, name, weights, policy):
            found = [other for other in found if other.fact != name] + [one]
    if unit := _unit(text, organisation):
        code, word = unit
        found.append(Suggestion("about_unit", code, (word,)))
        kind = organisation.units[code].kind
        about = policy.facts.get("about")
        if about and kind in about.values:
            found = [one for one in found if one.fact != "about"]
            found.append(Suggestion("about", kind, (word,)))
    return tuple(found)


def _learned(
    text: str, folded: str, name: str, weights: Weights, policy: Policy
) -> Suggestion | None:
    """What closed cases and the policy's words point to, if they are sure enough of it."""
    fact = policy.facts.get(name)
    known = set(policy.levels) if name == "severity" else set(fact.values) if fact else set()
    heard = _heard(text, name, policy) if fact else {}
    judged = judge(weights, folded, {value: len(words) * WORD for value, words in heard.items()})
    if judged is None or judged.value not in known or judged.confidence < SUREST_NOT:
        return None
    words = tuple(dict.fromkeys([*heard.get(judged.value, ()), *judged.words]))
    return Suggestion(
        name, judged.value, words, asks=name == "severity", confidence=judged.confidence
    )


def _heard(text: str, name: str, policy: Policy) -> dict[str, tuple[str, ...]]:
    """The words of each value that the text says."""
    heard: dict[str, tuple[str, ...]] = {}
    for value, words in _words(name, policy).items():
        said = tuple(dict.fromkeys(word for one in words for word in _said(one, text)))
        if said:
            heard[value] = said
    return heard


def _of_fact(text: str, name: str, policy: Policy) -> Suggestion | None:
    fact = policy.facts[name]
    if name == "channel" or not (fact.values and fact.type in ("one of", "yes/no")):
        return None
    heard = _heard(text, name, policy)
    if not heard:
        return None
    weights = {value: (len(said), sum(map(len, said))) for value, said in heard.items()}
    best = max(weights, key=lambda value: weights[value])
    if list(weights.values()).count(weights[best]) > 1:
        return None
    return Suggestion(name, best, heard[best], asks=fact.type == "yes/no")


def _words(name: str, policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """The words of each value: its own, and what it is called."""
    fact, spoken = policy.facts[name], policy.spoken.get(name, {})
    if fact.type == "yes/no":
        return spoken
    return {
        value: (*spoken.get(value, ()), *(one.casefold() for one in (text.zh, text.en)))
        for value, text in fact.values.items()
    }


def _said(word: str, text: str) -> Iterator[str]:
    """Where the word stands in the text, without being denied, as it is written there."""
    if len(word) < 2:
        return
    bounded = (
        rf"\b{re.escape(word)}" if word[0].isascii() and word[0].isalnum() else re.escape(word)
    )
    if word[-1].isascii() and word[-1].isalnum():
        bounded += r"s?\b"
    for place in re.finditer(bounded, text, re.IGNORECASE):
        if not _NOT.search(text[max(0, place.start() - 12) : place.start()].casefold()):
            yield place[0]


def _unit(text: str, organisation: Organisation) -> tuple[str, str] | None:
    """The unit the text names, in full or by a beginning that only it has; the longest such name."""
    names = {code: unit.name for code, unit in organisation.units.items() if unit.parent}
    best: tuple[int, str, str] | None = None
    for code, name in names.items():
        shortest = max(len(name) if name.isascii() else min(len(name), SHORTEST), 2)
        if name[:shortest] not in text:
            continue
        for length in range(len(name), shortest - 1, -1):
            part = name[:length]
            if part not in text:
                continue
            others = sum(other.startswith(part) for other in names.values())
            if others == 1 and (best is None or length > best[0]):
                best = (length, code, part)
            break
    return (best[1], best[2]) if best else None
