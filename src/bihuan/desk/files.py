"""Attached files, kept under their content's hash: the same file twice is kept once."""

import re
from collections.abc import Iterable
from hashlib import sha256
from tempfile import SpooledTemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage

from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

LARGEST = 20 * 1024 * 1024
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]")
VALUE = re.compile(r"([0-9a-f]{64}):([^\x00-\x1f/\\]{1,200})")


def keep(chunks: Iterable[bytes], name: str) -> str | Refusal:
    """Keep a file; the answer is what a field holds for it: its SHA-256, a colon and its name."""
    digest, size = sha256(), 0
    with SpooledTemporaryFile(max_size=1 << 20) as spool:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                return Refusal(
                    "file-too-large",
                    Text("每个文件不超过 20 MB", "a file may have at most 20 MB"),
                    field="files",
                )
            digest.update(chunk)
            spool.write(chunk)
        place = path_of(digest.hexdigest())
        if not default_storage.exists(place):
            spool.seek(0)
            default_storage.save(place, File(spool))
    return f"{digest.hexdigest()}:{plain_name(name)}"


def plain_name(name: str) -> str:
    """A file's name in any script, without what controls a line or turns its direction round."""
    return _CONTROLS.sub("", name).strip()[-200:] or "file"


def path_of(digest: str) -> str:
    """Where in the data folder's files the content with this hash stands."""
    return f"{digest[:2]}/{digest}"


def read(digest: str) -> bytes | None:
    """The content with this hash, or None where it is not kept."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not default_storage.exists(path_of(digest)):
        return None
    with default_storage.open(path_of(digest)) as file:
        found = file.read()
    assert isinstance(found, bytes)
    return found
