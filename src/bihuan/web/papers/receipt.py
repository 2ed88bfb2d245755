"""The receipt for something that came on paper: what was handed in, when, under which number."""

from hashlib import sha256

from django.utils.translation import gettext as _

from bihuan.channels.letter.scans import unpack
from bihuan.desk.presentation import logo
from bihuan.engine import manner
from bihuan.records.queries.accounts import look, organisation_name
from bihuan.records.queries.received import ReceivedRow
from bihuan.web.papers.content import pair
from bihuan.web.papers.paper import REST, Cell, Paper, Row
from bihuan.web.shell import Reader

RECEIPT = "receipt"


def receipt(row: ReceivedRow, raw: bytes, channel: str, reader: Reader) -> Paper:
    """The receipt as it was when the message was kept: what was judged since changes nothing of it."""
    cover, scans = unpack(raw)
    clock, units = reader.clock, reader.organisation.units
    full = lambda at: manner.full_moment(clock.wall(at), reader.language) if at else ""  # noqa: E731
    said: list[Row] = [
        (*pair("received", _("Received"), full(row.received_at), 9),
         *pair("recorded", _("Recorded"), full(row.recorded_at), 9)),
        (*pair("channel", _("Channel"), channel, 9),
         *pair("unit", _("Received by"), units[row.unit].name if row.unit in units else row.unit, 9)),
        pair("sender", _("Handed in by"), cover.sender or _("unknown"), REST),
        pair("subject", _("Subject"), cover.subject, REST),
    ]  # fmt: skip
    if cover.reference:
        said.append(pair("reference", _("Reference"), cover.reference, REST))
    if cover.opened_by:
        opened = " ".join(part for part in (cover.opened_by, full(cover.opened_at)) if part)
        said.append(pair("opened", _("Opened by"), opened, REST))
    said += [
        pair(f"scan_{place}", _("Scan %(number)s") % {"number": place},
             f"{scan.name} · {manner.size(len(scan.content))} · SHA-256 {sha256(scan.content).hexdigest()[:16]}",
             REST)
        for place, scan in enumerate(scans, 1)
    ]  # fmt: skip
    signature = Cell("text", cover.taken_by, REST, lines=2, signed=_("Stamp or signature"))
    return Paper(
        RECEIPT,
        _("Receipt"),
        row.ledger,
        look().head or organisation_name(),
        "",
        "",
        _("This receipt says that it was received, not what will be decided. The number finds it."),
        reader.language,
        rows=(*said, (Cell("label", _("Taken in by")), signature)),
        qr=row.ledger,
        logo=(logo() or (b"",))[0],
    )
