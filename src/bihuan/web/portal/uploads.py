"""What customers may send along: photos, films, sound and PDF, told by their first bytes."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from bihuan.desk import files
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

MOST = 6  # files at a time
LARGEST = files.LARGEST
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
}


def kind_of(beginning: bytes) -> str:
    """The media type by the first 16 bytes, whatever the name says; empty for anything else."""
    for start, kind in _BEGINNINGS:
        if beginning.startswith(start):
            return kind
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
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


def _wrong(sent: Sequence[UploadedFile]) -> Refusal | None:
    if len(sent) > MOST:
        return Refusal(
            "too-many-files",
            Text(f"一次至多 {MOST} 个文件", f"at most {MOST} files at a time"),
            field="files",
        )
    for file in sent:
        if (file.size or 0) > LARGEST:
            return Refusal(
                "file-too-large",
                Text(
                    f"“{file.name}”超过 {LARGEST >> 20} MB,请缩小或分开发送",
                    f"'{file.name}' is over {LARGEST >> 20} MB; send it smaller or in parts",
                ),
                field="files",
            )
        beginning = file.read(16)
        file.seek(0)
        if not kind_of(beginning):
            return Refusal(
                "unknown-file",
                Text(
                    f"“{file.name}”不是照片、视频、录音或 PDF",
                    f"'{file.name}' is no photo, film, sound or PDF",
                ),
                field="files",
            )
    return None
