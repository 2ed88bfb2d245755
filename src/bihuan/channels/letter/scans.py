"""What comes on paper: its scans with a cover sheet in one file, stored before anything else, and how that reads."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from bihuan.channels.channel import Content, Enclosed, plain_text
from bihuan.desk import files, received
from bihuan.desk.received import EARLIEST, Arrival, Message
from bihuan.engine.manner import machine_time
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

Json = Any
KINDS = {
    b"%PDF": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"II*\x00": ("image/tiff", "tiff"),
    b"MM\x00*": ("image/tiff", "tiff"),
}
COVER = "cover.json"
MOST_PAGES = 60  # scans of one letter
MOST_BYTES = 100 * 1024 * 1024
BOX = "suggestion_box"
# What comes on paper, by the code of its channel.
BY_HAND = {
    "letter": Text("书信、传真", "Letter or fax"),
    "in_person": Text("柜台递交", "Handed in at the counter"),
    BOX: Text("意见箱", "Suggestion box"),
}
WRITTEN = {"sender": 100, "contact": 200, "subject": 200, "reference": 100, "opened_by": 100}


_NOT_OURS = (OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Cover:
    """What is written on the cover sheet of something on paper.

    `received_at` is when it reached us, not when it was scanned; `opened_by`: who opened the box or
    the envelope, `opened_at` when; `reference`: the number of a registered letter, of the sending fax.
    """

    channel: str = "letter"
    received_at: int = 0
    opened_at: int = 0
    opened_by: str = ""
    sender: str = ""
    contact: str = ""
    subject: str = ""
    reference: str = ""
    taken_by: str = ""  # who scanned it


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned file: a page, or several."""

    name: str
    content: bytes


def take(scans: Sequence[Scan], cover: Cover, unit: str, now: int) -> Message | Refusal:
    """Keep what came on paper, so that somebody owes a look at it; the same scans twice are one.

    Nothing is kept where anything about it cannot be. Raises OSError where it cannot be stored.
    """
    if refusal := _unfit(scans, cover, now):
        return refusal
    digests = [sha256(scan.content).hexdigest() for scan in scans]
    arrival = Arrival(
        cover.channel,
        pack(scans, cover),
        external_id=f"scan {sha256(' '.join(digests).encode()).hexdigest()}",
        unit=unit,
        received_at=cover.received_at,
        sender=cover.sender,
        contact=cover.contact,
        subject=cover.subject or scans[0].name,
    )
    return received.receive(arrival, now)


def pack(scans: Sequence[Scan], cover: Cover) -> bytes:
    """The scans, byte for byte, and their cover sheet in one file; the same ones give the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, content in (
            (COVER, json.dumps(asdict(cover), ensure_ascii=False, sort_keys=True).encode()),
            *((f"{place:02}-{files.plain_name(scan.name)}", scan.content)
              for place, scan in enumerate(scans, 1)),
        ):  # fmt: skip
            file.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def read(raw: bytes) -> Content:
    """The cover sheet and the scans as people see them; what came another way is read as text."""
    try:
        cover, scans = unpack(raw)
    except (*_NOT_OURS, zipfile.BadZipFile):
        return plain_text(raw)
    about = {
        _("Reference"): cover.reference,
        _("Opened by"): cover.opened_by,
        _("Opened"): _wall(cover.opened_at),
        _("Scanned by"): cover.taken_by,
    }
    return Content(
        sender=cover.sender,
        contact=cover.contact,
        subject=cover.subject,
        enclosed=tuple(Enclosed(scan.name, kind_of(scan.content), scan.content) for scan in scans),
        about={label: value for label, value in about.items() if value},
    )


def unpack(raw: bytes) -> tuple[Cover, list[Scan]]:
    """The cover sheet and the scans of a packed file. Raises one of _NOT_OURS where it is none."""
    with zipfile.ZipFile(BytesIO(raw)) as file:
        entries = file.infolist()[: MOST_PAGES + 1]
        if any(one.compress_type != zipfile.ZIP_STORED for one in entries):
            raise ValueError("not packed by us")
        told = json.loads(file.read(COVER))
        known = {name: told[name] for name in Cover.__slots__ if name in told}
        pages = [one for one in entries if one.filename != COVER]
        return Cover(**known), [Scan(one.filename[3:], file.read(one)) for one in pages]


def kind_of(content: bytes) -> str:
    """The media type of a scan by how it begins; empty where it is no scan."""
    return next((kind for start, (kind, _end) in KINDS.items() if content.startswith(start)), "")


# -- Inside ------------------------------------------------------------------------------------------


def _unfit(scans: Sequence[Scan], cover: Cover, now: int) -> Refusal | None:
    return _unfit_scans(scans) or _unfit_cover(cover, now)


def _unfit_scans(scans: Sequence[Scan]) -> Refusal | None:
    if not scans:
        return _refused("scans", "请选择扫描件（PDF、JPG、PNG 或 TIFF）",
                        "choose the scans: PDF, JPG, PNG or TIFF")  # fmt: skip
    if len(scans) > MOST_PAGES or sum(len(scan.content) for scan in scans) > MOST_BYTES:
        return _refused("scans", f"一件最多 {MOST_PAGES} 个扫描件、共 100 MB，请合并或分件",
                        f"at most {MOST_PAGES} scans and 100 MB in all; join them, or hand it in as two")  # fmt: skip
    for scan in scans:
        name = files.plain_name(scan.name)[-60:]
        if len(scan.content) > files.LARGEST:
            return _refused("scans", f"“{name}”超过 20 MB，请用较低的分辨率扫描",
                            f"'{name}' is over 20 MB; scan it at a lower resolution")  # fmt: skip
        if not kind_of(scan.content) or files.RUNNABLE.search(name):
            return _refused("scans", f"“{name}”不是扫描件，应为 PDF、JPG、PNG 或 TIFF",
                            f"'{name}' is no scan; PDF, JPG, PNG or TIFF would be right")  # fmt: skip
    return None


def _unfit_cover(cover: Cover, now: int) -> Refusal | None:
    for name, width in WRITTEN.items():
        value = getattr(cover, name)
        if len(value) > width or not value.isprintable():
            return _refused(name, f"一行文字，至多 {width} 字", f"one line of at most {width} characters")  # fmt: skip
    if not EARLIEST <= (cover.received_at or now) <= now:
        return _refused("received", "收到时间应为已过去的时间，如 2026-03-02 18:00",
                        "when it was received lies in the past, like 2026-03-02 18:00")  # fmt: skip
    if cover.channel == BOX and not cover.opened_by:
        return _refused("opened_by", "请填写意见箱由谁开启", "say who opened the box")
    if cover.opened_at and not (cover.received_at or EARLIEST) <= cover.opened_at <= now:
        return _refused("opened_at", "开启时间应在收到之后、现在之前",
                        "it is opened after it was received, and not later than now")  # fmt: skip
    return None


def _refused(field: str, zh: str, en: str) -> Refusal:
    return Refusal(f"bad-{field.replace('_', '-')}", Text(zh, en), field=field)


def _wall(instant: int) -> str:
    zone = ZoneInfo(settings.TIME_ZONE)
    return machine_time(datetime.fromtimestamp(instant, zone)) if instant else ""
