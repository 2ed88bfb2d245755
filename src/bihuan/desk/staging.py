"""Files chosen for a complaint that is not sent yet: kept apart for a day, in no case and read by nobody."""

import secrets
from collections.abc import Iterable

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bihuan.desk import files
from bihuan.engine.refusal import Refusal

DAY = 86400


def stage(chunks: Iterable[bytes], now: int) -> str:
    """Put a file aside; the answer is the place by which it is kept or dropped. Its size was checked."""
    _forget(now)
    place = f"staged/{now // DAY}/{secrets.token_hex(16)}"
    content = ContentFile(b"")
    for chunk in chunks:
        content.write(chunk)
    content.seek(0)
    return str(default_storage.save(place, File(content)))


def keep(place: str, name: str) -> str | Refusal | None:
    """Make a staged file one of the attached; what a field holds for it, or None where its day is over."""
    if not default_storage.exists(place):
        return None
    with default_storage.open(place) as staged:
        kept = files.keep(staged.chunks(), name)
    if not isinstance(kept, Refusal):
        default_storage.delete(place)
    return kept


def drop(place: str) -> None:
    """It is not wanted any more."""
    default_storage.delete(place)


def _forget(now: int) -> None:
    """What was staged before yesterday was never sent."""
    if not default_storage.exists("staged"):
        return
    for day in default_storage.listdir("staged")[0]:
        if day.isdecimal() and int(day) < now // DAY - 1:
            for name in default_storage.listdir(f"staged/{day}")[1]:
                default_storage.delete(f"staged/{day}/{name}")
            default_storage.delete(f"staged/{day}")
