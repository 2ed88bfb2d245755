"""Signatures drawn on the screen: read from the form, checked, and kept as a file under the signer's name."""

import binascii
import re
import zlib
from base64 import b64decode

from django.utils.translation import gettext as _

from bihuan.desk import files
from bihuan.engine.refusal import Refusal
from bihuan.web.words import signer

STARTS, DRAWN = "data:image/png;base64,", "-drawn"
LARGEST, WIDEST = 200_000, 2000
_MAGIC = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # of a PNG's kinds of colour; others are none a canvas makes


def control(name: str) -> str:
    """The name of the control beside the typed name that holds the drawing."""
    return f"{name}{DRAWN}"


def is_drawing(control: str) -> bool:
    """Whether a control holds a drawing in place of something typed."""
    return control.endswith(DRAWN)


def read(typed: str, drawn: str) -> tuple[str, str]:
    """The value of a signature and what is wrong with it: one of the two is empty.

    The value is the name alone, or with a drawing its file, which is called by the name.
    """
    name = re.sub(r"\s+", " ", signer(typed)).strip()
    if not drawn:
        return name, ""
    if not name:
        return "", _("Type the name of who drew it, too.")
    content = picture(drawn)
    if content is None:
        return "", _("The drawing cannot be read. Clear it and sign again, or type the name alone.")
    kept = files.keep([content], f"{name}.png")
    return ("", _("The drawing is too large.")) if isinstance(kept, Refusal) else (kept, "")


def picture(drawn: str) -> bytes | None:
    """The PNG of a drawing as a canvas gives it out; None for anything a printed form could not show."""
    if not drawn.startswith(STARTS) or len(drawn) > LARGEST:
        return None
    try:
        content = b64decode(drawn[len(STARTS) :], validate=True)
    except binascii.Error:
        return None
    return content if _is_sound(content) else None


def _is_sound(content: bytes) -> bool:
    """Whether it is a whole PNG of a modest size: header, every check sum, every line of the picture."""
    if not content.startswith(_MAGIC):
        return False
    place, parts, packed = len(_MAGIC), [], b""
    while place + 12 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        check = content[place + 8 + size : place + 12 + size]
        if int.from_bytes(check, "big") != zlib.crc32(kind + data) or len(check) != 4:
            return False
        parts.append(kind)
        packed += data if kind == b"IDAT" else b""
        place += 12 + size
    if place != len(content) or parts[:1] != [b"IHDR"] or parts[-1:] != [b"IEND"]:
        return False
    wide, high = (int.from_bytes(content[16 + at : 20 + at], "big") for at in (0, 4))
    depth, colour, *rest = content[24:29]
    if not (0 < wide <= WIDEST and 0 < high <= WIDEST) or depth != 8 or any(rest):
        return False
    lines = high * (1 + wide * _CHANNELS.get(colour, 0))
    unpacker = zlib.decompressobj()
    try:
        return colour in _CHANNELS and len(unpacker.decompress(packed, lines + 1)) == lines
    except zlib.error:
        return False
