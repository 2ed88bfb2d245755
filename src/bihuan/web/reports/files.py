"""A report as Word, PDF and Excel file: nothing typed is reckoned, and the same report gives the same bytes."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import resources
from io import BytesIO
from typing import Any

from bihuan.web.papers.paper import pages
from bihuan.web.papers.typeset import faces
from bihuan.web.papers.word import ended_as, line_of, new_document, shade
from bihuan.web.reports.saying import Said, Table

LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def pdf(said: Said) -> bytes:
    """The report as PDF."""
    import typst

    found = typst.compile(
        resources.files("bihuan.web.reports").joinpath("report.typ").read_bytes(),
        sys_inputs={"said": json.dumps(asdict(said) | {"pages": pages()}, ensure_ascii=False)},
        font_paths=faces(),
        timestamp=0,
    )
    return found if isinstance(found, bytes) else b"".join(found)


def docx(said: Said) -> bytes:
    """The report as Word file."""
    document = new_document(said.foot, said.as_of)
    line_of(document.add_paragraph(), said.company, 9)
    line_of(
        document.add_paragraph(), " ".join(filter(None, (said.part, said.title))), 18, bold=True
    )
    line_of(document.add_paragraph(), f"{said.period} · {said.as_of}", 9.5)
    for text in said.paragraphs:
        line_of(document.add_paragraph(), text, 10.5)
    for table in said.tables:
        if table.title:
            line_of(document.add_paragraph(), table.title, 12, bold=True)
        _grid(document, table)
    document.core_properties.title = said.title
    document.core_properties.author = said.company
    return ended_as(document)


def _grid(document: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    made = document.add_table(rows=len(table.lines) + 1, cols=len(table.heads) + 1)
    made.style = "Table Grid"
    for x, text in enumerate((table.first, *table.heads)):
        place = made.cell(0, x)
        shade(place)
        line_of(place.paragraphs[0], text, 9.5)
        if x:
            place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for y, line in enumerate(table.lines, 1):
        line_of(made.cell(y, 0).paragraphs[0], line.label, 10)
        for x, one in enumerate(line.figures, 1):
            words = f"{one.text} ({one.stands_on})" if one.stands_on else one.text
            place = made.cell(y, x).paragraphs[0]
            line_of(place, words, 10)
            place.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line_of(document.add_paragraph(), more(table), 8.5)


def more(table: Table) -> str:
    """What is said below a table that names only the largest groups; empty where it names all."""
    return f"+ {table.more}" if table.more else ""


def xlsx(said: Said) -> bytes:
    """The report as Excel file: figures are numbers in their own format, all else is text."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": said.title, "author": said.company, "created": LONG_AGO})
    formats = {
        "share": book.add_format({"num_format": "0 %"}),
        "time": book.add_format({"num_format": "[h]:mm"}),
        "score": book.add_format({"num_format": "0.0"}),
        "count": book.add_format({"num_format": "0"}),
    }
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "align": "right", "text_wrap": True, "valign": "bottom"})
    right = book.add_format({"align": "right"})
    sheet = book.add_worksheet()
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 12, 16)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)  # as wide as a page, however long
    row = 0
    for text in (f"{said.part} {said.title}".strip(), said.company, said.period, said.as_of,
                 *said.paragraphs, said.foot):  # fmt: skip
        sheet.write_string(row, 0, text, bold if row == 0 else None)
        row += 1
    for table in said.tables:
        row += 1
        if table.title:
            sheet.write_string(row, 0, table.title, bold)
            row += 1
        for x, words in enumerate((table.first, *table.heads)):
            sheet.write_string(row, x, words, head if x else bold)
        for line in table.lines:
            row += 1
            sheet.write_string(row, 0, line.label)
            for x, one in enumerate(line.figures, 1):
                if one.number is None:
                    sheet.write_string(row, x, one.text, right)
                else:
                    number = one.number / 86_400 if one.unit == "time" else one.number
                    sheet.write_number(row, x, number, formats[one.unit])
        row += 1
        if table.more:
            sheet.write_string(row, 0, more(table))
    book.close()
    return out.getvalue()


MAKERS: dict[str, tuple[str, Callable[[Said], bytes]]] = {
    "pdf": ("application/pdf", pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
}
