"""Attached files, kept under their content's hash: the same file twice is kept once."""

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage

from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

LARGEST = 20 * 1024 * 1024
VALUE = re.compile(r"([0-9a-f]{64}):([^\x00-\x1f/\\]{1,200})")
# What a double click would run, or a browser would run as a page:
# by whatever ending it seems to have: photo.exe.jpg is no photo.
RUNNABLE = re.compile(
    r"\.\s*(apk|app|appimage|bat|cmd|cpl|dll|exe|gadget|hta|html?|jar|jse?|lnk|ms[ip]|mht|mhtml|php|pif|ps1"
    r"|py|reg|scr|sh|svgz?|vb|vb[es]|ws|ws[fh]|xht|xhtml)\s*(\.|$)",
    re.IGNORECASE,
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00",
)
_PAGE = re.compile(
    rb"^\W*<(?:!doctype\s+html|html|head|body|script|svg|\?xml|iframe)\b", re.IGNORECASE
)
# Controls, what turns the direction of reading (an ending could hide behind it), and separators of folders.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def keep(chunks: Iterable[bytes], name: str) -> str | Refusal:
    """Keep a file; the answer is what a field holds for it: its SHA-256, a colon and its name."""
    kept = keep_all([(chunks, name)])
    return kept if isinstance(kept, Refusal) else kept[0]


def keep_all(files: Iterable[tuple[Iterable[bytes], str]]) -> list[str] | Refusal:
    """Keep files in their order, all or none; the first that can't be kept says why, by its name."""
    spooled: list[tuple[IO[bytes], str, str]] = []
    try:
        for chunks, name in files:
            spool: IO[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115
            bare = plain_name(name)
            spooled.append((spool, "", bare))
            read = _spool(chunks, bare, spool)
            if isinstance(read, Refusal):
                return read
            spooled[-1] = (spool, read, bare)
        for spool, digest, _name in spooled:
            if not default_storage.exists(path_of(digest)):
                spool.seek(0)
                default_storage.save(path_of(digest), File(spool))
        return [f"{digest}:{bare}" for _spool_, digest, bare in spooled]
    finally:
        for spool, _digest, _name in spooled:
            spool.close()


def keep_raw(raw: bytes) -> str:
    """Keep what was received as it came, of any kind and size; its SHA-256. Raises OSError.

    It is on the disk, whole, when this returns: a crash leaves it out or leaves all of it.
    """
    digest = sha256(raw).hexdigest()
    if is_kept(digest):
        return digest
    place = Path(default_storage.path(path_of(digest)))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, delete=False) as file:
        try:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).replace(place)
    return digest


def is_kept(digest: str) -> bool:
    """Whether the content with this hash is kept."""
    return bool(default_storage.exists(path_of(digest)))


def plain_name(name: str) -> str:
    """A file's name as it is kept: in any script, without what can't be seen, its last 200 signs."""
    return _UNSEEN.sub("", name).strip(" .")[-200:] or "file"


def _spool(chunks: Iterable[bytes], name: str, spool: IO[bytes]) -> str | Refusal:
    digest, size, beginning = sha256(), 0, b""
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST:
            return _refused("file-too-large", name, "超过 20 MB，请缩小或分开上传",
                            "is over 20 MB; send it smaller or in parts")  # fmt: skip
        if len(beginning) < 512:
            beginning = (beginning + chunk)[:512]
        digest.update(chunk)
        spool.write(chunk)
    if not size:
        return _refused("file-empty", name, "是空文件，请重新选择", "is empty; choose it again")
    if _runs(beginning, name):
        return _refused(
            "file-runs", name, "是程序或网页，不能作为附件；请改传照片、录音、视频、PDF 或文档",
            "is a program or a page; attach a photo, sound, film, PDF or document instead",
        )  # fmt: skip
    return digest.hexdigest()


def _runs(beginning: bytes, name: str) -> bool:
    return (
        bool(RUNNABLE.search(name))
        or beginning.startswith(_PROGRAMS)
        or bool(_PAGE.match(beginning))
    )


def _refused(code: str, name: str, zh: str, en: str) -> Refusal:
    shown = name if len(name) <= 60 else f"{name[:30]}…{name[-29:]}"
    return Refusal(code, Text(f"“{shown}”{zh}", f"'{shown}' {en}"), field="files")


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
