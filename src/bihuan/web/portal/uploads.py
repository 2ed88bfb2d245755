"""What customers may send along: photos, films, sound and PDF, told by their first bytes."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from bihuan.desk import files, staging
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

Json = Any
MOST = 6  # files at a time
LARGEST = files.LARGEST
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
# How the name of such a file may end; cameras and messengers mix them up, so any of them will do.
_ENDINGS = (
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "heic", "heif", "avif", "pdf", "mp3", "m4a",
    "aac", "amr", "ogg", "oga", "opus", "wav", "weba", "webm", "mp4", "m4v", "mov", "qt", "3gp", "3g2",
    "3gpp", "mkv", "avi", "mpo",
)  # fmt: skip


def kind_of(beginning: bytes) -> str:
    """The media type by the first 16 bytes, whatever the name says; empty for anything else."""
    for start, kind in _BEGINNINGS:
        if beginning.startswith(start):
            return kind
    if beginning[:4] == b"RIFF":
        return _RIFF.get(beginning[8:12], "")
    if beginning[4:8] == b"ftyp":
        return _BRANDS.get(beginning[8:12], "video/mp4")
    return ""


def keep(sent: Sequence[UploadedFile]) -> list[str] | Refusal:
    """Keep what was sent, all or none; the answer is the value of a field of files."""
    if refusal := _wrong(sent):
        return refusal
    kept = []
    for file in sent:
        value = files.keep(file.chunks(), file.name or "")
        if isinstance(value, Refusal):
            return value
        kept.append(value)
    return kept


def stage(
    sent: Sequence[UploadedFile], staged: Sequence[Json], now: int
) -> list[dict[str, str]] | Refusal:
    """Put what was sent aside, all or none, beside what is `staged` already; their names and places."""
    if refusal := _wrong(sent, len(staged)):
        return refusal
    return [
        {"name": files.plain_name(file.name or ""), "place": staging.stage(file.chunks(), now)}
        for file in sent
    ]


def keep_staged(staged: Sequence[Json]) -> list[str]:
    """The staged files as the value of a field of files; those whose day is over are left out."""
    kept = (staging.keep(one["place"], one["name"]) for one in staged)
    return [value for value in kept if isinstance(value, str)]


def _wrong(sent: Sequence[UploadedFile], staged: int = 0) -> Refusal | None:
    if len(sent) + staged > MOST:
        return Refusal(
            "too-many-files",
            Text(f"一次至多 {MOST} 个文件", f"at most {MOST} files at a time"),
            field="files",
        )
    found = (_wrong_with(file, files.plain_name(file.name or "")) for file in sent)
    return next((refusal for refusal in found if refusal), None)


def _wrong_with(file: UploadedFile, name: str) -> Refusal | None:
    if not file.size:
        return Refusal(
            "empty-file",
            Text(f"“{name}”是空文件，请重新选择", f"'{name}' is empty; choose it again"),
            field="files",
        )
    if file.size > LARGEST:
        return Refusal(
            "file-too-large",
            Text(
                f"“{name}”超过 {LARGEST >> 20} MB，请缩小或分开发送",
                f"'{name}' is over {LARGEST >> 20} MB; send it smaller or in parts",
            ),
            field="files",
        )
    beginning = file.read(16)
    file.seek(0)
    if not kind_of(beginning):
        return Refusal(
            "unknown-file",
            Text(
                f"“{name}”不是照片、视频、录音或 PDF", f"'{name}' is no photo, film, sound or PDF"
            ),
            field="files",
        )
    ending = re.search(r"\.([a-z][a-z0-9]{0,9})$", name.lower())
    if ending and ending[1] not in _ENDINGS:
        return Refusal(
            "wrong-ending",
            Text(
                f"“{name}”的名称以 .{ending[1]} 结尾，不像照片、视频、录音或 PDF，请改名后再发",
                f"the name '{name}' ends in .{ending[1]}, as no photo, film, sound or PDF does;"
                " rename it and send it again",
            ),
            field="files",
        )
    return None
