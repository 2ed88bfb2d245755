"""Header words: folded, encoded, broken or bare bytes, read as people wrote them."""

import re
from base64 import b64decode
from binascii import Error as BadBase64
from binascii import a2b_qp
from email.utils import getaddresses
from inspect import signature

from bihuan.channels.email.charsets import decoded

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(=\?[^?\s]{1,60}\?[bqBQ]\?)")
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*|\r")
LONGEST = 10_000
# Newer libraries give up on what they find odd unless told not to.
_LENIENT = {"strict": False} if "strict" in signature(getaddresses).parameters else {}
MOST_ADDRESSES = 50
_ADDRESS = re.compile(r"[^\s<>\"(),;:@]{1,120}@[^\s<>\"(),;:@]{1,200}")


def header(value: object) -> str:
    """A header's text on one line; never raises and never holds a line end."""
    told = str(value)[:LONGEST]
    told = told.replace("\0", "")
    if not told.isascii():
        told = decoded(told.encode("utf-8", "surrogateescape"))
    told = _BETWEEN.sub(r"\1\2", _FOLD.sub(" ", told))
    made, at, pending, charset = [], 0, b"", ""
    for found in _WORD.finditer(told):
        between = told[at : found.start()]
        label, how, text = found[1], found[2].lower(), found[3]
        if between or label.lower() != charset:
            made.append(decoded(pending, charset))
            pending = b""
        made.append(between)
        charset = label.lower()
        pending += _bytes_of(text, how)  # a character may be cut in two between words
        at = found.end()
    made += [decoded(pending, charset), told[at:]]
    return "".join(made).replace("\r", " ").replace("\n", " ").strip()


def _bytes_of(text: str, how: str) -> bytes:
    plain = text.encode("ascii", "replace")
    if how == "q":
        return a2b_qp(plain, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    try:
        return b64decode(kept + b"=" * (-len(kept) % 4))
    except (BadBase64, ValueError):
        return b64decode(kept[: len(kept) // 4 * 4]) if len(kept) > 3 else b""


def addresses(*values: object) -> list[tuple[str, str]]:
    """Names and addresses of a header, at most `MOST_ADDRESSES`; the address in small letters."""
    found: list[tuple[str, str]] = []
    for value in values:
        told = str(value)[: LONGEST * 10]
        try:
            pairs = getaddresses([_FOLD.sub(" ", told)], **_LENIENT)
        except (ValueError, IndexError, TypeError):
            pairs = []
        for name, address in pairs:
            if good := _ADDRESS.search(header(address)):
                found.append((header(name), good[0].lower()))
            if len(found) >= MOST_ADDRESSES:
                return found
        if not pairs or not found:
            found += [("", one.lower()) for one in _ADDRESS.findall(header(told))[:MOST_ADDRESSES]]
    return found[:MOST_ADDRESSES]


def count_addresses(value: object) -> int:
    """How many addresses a header names, without reading each."""
    return str(value).count("@")


def ids(value: object) -> tuple[str, ...]:
    """The Message-IDs in a header, without their brackets, at most a hundred of the newest."""
    told = header(value)
    found = re.findall(r"<([^<>\s]{1,300})>", told) or re.findall(
        r"[^\s<>,]{1,200}@[^\s<>,]{1,90}", told
    )
    return tuple(dict.fromkeys(found))[-100:]
