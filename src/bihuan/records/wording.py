"""Texts as they are looked for: one folding, one cutting into signs, for writing and for finding.

Chinese has no spaces, so every pair of neighbouring characters is a sign, and of a run the last
character, so that what stands behind it follows. Each character is one by itself too, marked as
whole. Latin words and numbers are signs whole. A number of seven digits or more is found whole or by
its last four digits, never bit by bit: telephone numbers are masked, and must not be guessed from
what is found.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import add

LONGEST_WORD = 40  # characters of one word that are looked for
MOST_WORDS = 8
_LONGEST_RUN = 40
# Before each sign of a passage stands in which of its texts: so each text has postings of its own.
MARKS = {"who": "w", "contact": "c", "told": "t", "said": "s"}
_LONG_NUMBER = 7
_ENDING = 4

_RUN = re.compile(r"[a-z0-9]+|(?:[^\W\x00-\x7f]|[\u2600-\u27bf\U0001f000-\U0001faff])+")
_PHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)86[- ]?)?(1[3-9]\d)[- ](\d{4})[- ](\d{4})(?!\d)"
    r"|(?<!\d)(0\d{2,3})[- ](\d{7,8})(?!\d)"
)
_DIGITS = re.compile(r"\d{3}")
_CHINA = re.compile(r"(?<!\d)(?:00|\+)?86(1[3-9]\d{9})(?!\d)")


class _Folding(dict[int, str]):
    """What each character reads as: narrow, small, simplified, nothing where it is not seen; asked once for each."""

    def __missing__(self, sign: int) -> str:
        if unicodedata.category(chr(sign)) == "Cf":  # without width, or turning the direction
            self[sign] = ""
            return ""
        simple = _simplified()
        read = unicodedata.normalize("NFKC", chr(sign)).casefold()
        found = self[sign] = "".join(simple.get(one, one) for one in read)
        return found


_folding = _Folding()
_simple: dict[str, str] = {}


def _simplified() -> dict[str, str]:
    """Traditional characters and the simplified ones they read as, from OpenCC's table."""
    if not _simple:
        from importlib.resources import files

        table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8")
        for line in table.splitlines():
            traditional, _tab, simplified = line.partition("\t")
            _simple[traditional] = simplified.split()[0]
    return _simple


def fold(text: str) -> str:
    """The text as it is compared: narrow signs, small letters, simplified characters."""
    return text.translate(_folding)


def places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` it comes from."""
    parts = [_folding[ord(sign)] for sign in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def signs(folded: str) -> list[str]:
    """The signs of a folded text in their order; behind them single characters and the endings of
    numbers, each marked.
    """
    found: list[str] = []
    single: set[str] = set()
    endings: list[str] = []
    for run in _runs(folded):
        if run[0] > "\x7f":
            found += map(add, run, run[1:])
            found.append(run[-1])
            single.update(run)
        else:
            found.append(_number(run))
            if len(run) > _ENDING and not run.isalpha():
                endings.append("~" + run[-_ENDING:])
    return found + ["=" + sign for sign in sorted(single)] + endings


def indexed(texts: Sequence[str]) -> str:
    """The signs of a passage's four texts, as SQLite's index takes them."""
    return " ".join(_marked(texts))


def placed(texts: Sequence[str], besides: Sequence[str] = ()) -> str:
    """The same with their places, as PostgreSQL's tsvector takes them; some signs of no place besides."""
    signed = [f"'{sign}':{place}" for place, sign in enumerate(_marked(texts), 1)]
    return " ".join([*signed, *(f"'{sign}'" for sign in besides)])


def _marked(texts: Sequence[str]) -> list[str]:
    return [
        mark + sign
        for mark, text in zip(MARKS.values(), texts, strict=True)
        for sign in signs(text)
    ]


def _runs(folded: str) -> Iterator[str]:
    text = folded
    if _DIGITS.search(folded):  # quick, where no telephone number can be
        text = _PHONE.sub(lambda phone: "".join(filter(None, phone.groups())), folded)
        text = _CHINA.sub(r"\1", text)
    for run in _RUN.findall(text):
        yield run if run[0] > "\x7f" else run[:_LONGEST_RUN]


def _number(run: str) -> str:
    return "=" + run if len(run) >= _LONG_NUMBER and run.isdecimal() else run


@dataclass(frozen=True, slots=True)
class Word:
    """One word that is looked for: signs that follow each other, the last perhaps only begun."""

    signs: tuple[str, ...]
    begun: bool  # the last sign may go on
    ending: str = ""  # or else this sign alone: the end of a number


def words_of(text: str) -> tuple[Word, ...]:
    """The words somebody typed into a find box; what holds no sign is no word."""
    folded = _PHONE.sub(lambda phone: "".join(filter(None, phone.groups())), fold(text[:400]))
    words = (_word(part[:LONGEST_WORD]) for part in folded.split())
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def _word(part: str) -> Word | None:
    runs = list(_runs(part))
    if not runs:
        return None
    last = runs[-1]
    is_latin = last[0] <= "\x7f"
    if len(runs) == len(last) == 1 and not is_latin:
        return Word(("=" + last,), begun=False)
    found: list[str] = []
    for place, run in enumerate(runs, 1):
        if run[0] <= "\x7f":
            found.append(_number(run))
            continue
        found += [run[at : at + 2] for at in range(len(run) - 1)]
        if place < len(runs) or len(run) == 1:  # the run ends here, or is one character
            found.append(run[-1])
    begun = len(last) == 1 or (is_latin and not found[-1].startswith("="))
    ending = len(runs) == 1 and is_latin and len(last) == _ENDING and not last.isalpha()
    return Word(tuple(found), begun, "~" + last if ending else "")


def spellings(words: str) -> tuple[str, ...]:
    """The folded pieces of what was typed, as they are marked in a text that was found."""
    found = [run for part in fold(words[:400]).split() for run in _runs(part[:LONGEST_WORD])]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt, and whether it is a word that was looked for."""

    text: str
    found: bool


def excerpt(text: str, words: str, *, around: int = 40, longest: int = 160) -> tuple[Piece, ...]:
    """The text about the first of the words that were typed, in pieces; empty where none stands in it."""
    text = " ".join(text.split())
    folded, where = places(text)
    spans = sorted(
        (where[at], where[at + len(word) - 1] + 1)
        for word in spellings(words)
        for at in _all(word, folded)
    )
    if not spans:
        return ()
    start = max(0, spans[0][0] - around)
    end = min(len(text), start + longest)
    pieces = [Piece("…", found=False)] if start else []
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        pieces += [Piece(text[at:first], found=False), Piece(text[first:last], found=True)]
        at = last
    pieces.append(Piece(text[at:end] + ("…" if end < len(text) else ""), found=False))
    return tuple(piece for piece in pieces if piece.text)


def _all(word: str, folded: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))
