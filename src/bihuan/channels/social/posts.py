"""A post in the ledger of what was received, and how it reads."""

import binascii
import json
from base64 import b64decode
from typing import Any

from django.utils.translation import gettext as _

from bihuan.channels.channel import Content, Enclosed, plain_text

Json = Any
PICTURES = {b"\x89PNG": ("image/png", "png"), b"\xff\xd8\xff": ("image/jpeg", "jpg")}
LARGEST_PICTURE = 10 * 1024 * 1024


def read(raw: bytes) -> Content:
    """Who wrote what, where it stands, and the picture of it."""
    try:
        told = json.loads(raw)
    except ValueError:
        return plain_text(raw)
    if not isinstance(told, dict):
        return plain_text(raw)
    said = {
        name: str(told.get(name) or "") for name in ("author", "title", "text", "link", "source")
    }
    about = {_("Where"): said["source"], _("Link"): said["link"]}
    return Content(
        sender=said["author"],
        subject=said["title"],
        text=said["text"],
        fresh=said["text"],
        enclosed=_enclosed(str(told.get("picture") or "")),
        about={label: value for label, value in about.items() if value},
    )


def _enclosed(picture: str) -> tuple[Enclosed, ...]:
    content = picture_of(picture)
    if not content:
        return ()
    kind, ending = next(words for start, words in PICTURES.items() if content.startswith(start))
    return (Enclosed(f"screenshot.{ending}", kind, content),)


def picture_of(text: str) -> bytes:
    """The picture a text in base64 holds, a data URL's too; empty where it is none we show."""
    text = text.partition(",")[2] if text.startswith("data:") else text
    if len(text) > LARGEST_PICTURE * 4 // 3 + 4:
        return b""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if content.startswith(tuple(PICTURES)) else b""
