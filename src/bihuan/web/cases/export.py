"""The list as it is seen, as a file: csv or xlsx, harmless to open, contact data masked unless they may be had."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.desk import permissions
from bihuan.engine import manner
from bihuan.records.queries.cases import Key
from bihuan.records.queries.find import found_cases
from bihuan.web.cases import asking
from bihuan.web.cases.asking import Asked
from bihuan.web.cases.columns import COLUMNS, Row, read_rows
from bihuan.web.shell import Reader, staff

Json = Any
MOST = 20_000  # rows of a file
PART = 500  # read at once
# What a spreadsheet takes for the beginning of a formula, full-width signs included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Cell = str | datetime


@staff
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, reader: Reader, ending: str) -> HttpResponseBase:
    """What the list shows, up to `MOST` rows; posted with `contact`, in clear where the reader may have it."""
    query = request.POST if request.method == "POST" else request.GET
    asked = asking.read(query, reader)
    clear = request.method == "POST" and bool(query.get("contact"))
    lines = table(asked, reader, clear=clear)
    name = f"{_('cases')}-{reader.clock.stamp()}.{ending}"
    return as_file(lines, name, ending)


def as_file(lines: Iterator[list[Cell]], name: str, ending: str) -> HttpResponseBase:
    """The lines, their head first, as a csv or xlsx file of that name; no cell is ever reckoned."""
    if ending == "csv":
        body = StreamingHttpResponse(csv_lines(lines), "text/csv; charset=utf-8")
        return _attached(body, name)
    return _attached(FileResponse(book(lines, get_language() or ""), content_type=_BOOK), name)


_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _attached(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def table(asked: Asked, reader: Reader, *, clear: bool) -> Iterator[list[Cell]]:
    """The lines of the file: a head, the rows in the order of the page, and a word where it was cut.

    Each part whose contact data are given in clear is logged before it is given.
    """
    columns = [name for name in asked.columns if name != "left"]
    yield [str(text) for name in columns for text in _heads(name)]
    after: Key | None = None
    given = 0
    while given < MOST:
        listed, after = found_cases(
            reader.viewer, asked.words, asked.filters, by_due=asked.by_due, after=after,
            limit=min(PART, MOST - given),
        )  # fmt: skip
        rows = read_rows(listed, reader, late=bool(asked.filters.late_at))
        seen: frozenset[int] = frozenset()
        if clear and "complainant" in columns:
            seen = permissions.contact_seen(reader.viewer, [row.case.id for row in rows])
            permissions.log_export(reader.viewer, sorted(seen), reader.now)
        for row in rows:
            yield [
                cell for name in columns for cell in _cells(row, name, clear=row.case.id in seen)
            ]
        given += len(rows)
        if after is None:
            return
    yield [ngettext(
        "Cut after %(num)s row; narrow the list for the others.",
        "Cut after %(num)s rows; narrow the list for the others.", MOST,
    ) % {"num": MOST}]  # fmt: skip


def _heads(name: str) -> tuple[Json, ...]:
    label = COLUMNS[name].label
    return (label, _("Phone")) if name == "complainant" else (label,)


def _cells(row: Row, name: str, *, clear: bool) -> tuple[Cell, ...]:
    column = COLUMNS[name]
    if column.at is not None:
        at = column.at(row)
        return (row.clock.wall(at).replace(tzinfo=None) if at else "",)
    if name == "complainant":
        return row.name, row.phone if clear else permissions.mask_phone(row.phone)
    text = column.text(row)
    return (text if clear or name != "title" else permissions.mask_contact(text),)


def csv_lines(lines: Iterator[list[Cell]]) -> Iterator[bytes]:
    """The lines as UTF-8 with a mark in front, so that every spreadsheet reads the Chinese."""
    yield b"\xef\xbb\xbf"
    for line in lines:
        part = io.StringIO()
        csv.writer(part).writerow([harmless(_as_text(cell)) for cell in line])
        yield part.getvalue().encode()


def _as_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else manner.machine_time(cell)


def harmless(text: str) -> str:
    """The text, an apostrophe before it where a spreadsheet would reckon instead of show."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def book(lines: Iterator[list[Cell]], lang: str) -> IO[bytes]:
    """The lines as a workbook: every word and number is text, every instant a date."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
    made = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    sheet = made.add_worksheet()
    bold, when = (
        made.add_format({"bold": True}),
        made.add_format({"num_format": manner.spreadsheet_time(lang)}),
    )
    sheet.freeze_panes(1, 0)
    for number, line in enumerate(lines):
        for place, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell, bold if number == 0 else None)
            else:
                sheet.write_datetime(number, place, cell, when)
        if number == 0:
            sheet.set_column(0, len(line) - 1, 18)
    made.close()
    file.seek(0)
    return file
