"""A report as Word, PDF and Excel file: nothing typed is reckoned, and the same report gives the same bytes."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import resources
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine import manner
from bihuan.web.papers.paper import pages
from bihuan.web.papers.typeset import faces
from bihuan.web.papers.word import WIDTH, ended_as, heads_again, line_of, new_document, shade
from bihuan.web.reports.saying import Line, Said, Table

LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)
_MOST_IN_CELL = 16_000  # characters; a cell takes 32,767 of 16 bits each and drops the rest


def pdf(said: Said) -> bytes:
    """The report as PDF."""
    import typst

    told = asdict(said) | {"nothing": nothing(), "pages": pages()}
    for table, one in zip(said.tables, told["tables"], strict=True):
        one |= {"longest": table.longest, "others": more(table)}
    found = typst.compile(
        resources.files("bihuan.web.reports").joinpath("report.typ").read_bytes(),
        sys_inputs={"said": json.dumps(told, ensure_ascii=False)},
        font_paths=faces(),
        timestamp=0,
    )
    return found if isinstance(found, bytes) else b"".join(found)


def nothing() -> str:
    """What stands in place of a table without lines."""
    return _("Nothing in this period.")


def more(table: Table) -> str:
    """What is said below a table that names only the largest groups; empty where it names all."""
    return _("and %(count)s smaller groups") % {"count": table.more} if table.more else ""


# -- Word ------------------------------------------------------------------------------------------

_BAR = 8  # characters of the longest bar
_GREY = "8C8C8C"
_FIRST = 2.2  # widths of a column of figures that the first column takes


def docx(said: Said) -> bytes:
    """The report as Word file."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = new_document(said.foot, said.as_of)
    line_of(document.add_paragraph(), said.company, 9)
    under = " · ".join(filter(None, (said.period, said.as_of, said.clause)))
    for text, size in ((f"{said.part} {said.title}".strip(), 18), (under, 9)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line_of(paragraph, text, size, bold=size > 10)
    for text in said.paragraphs:
        line_of(document.add_paragraph(), text, 10.5)
    for table in said.tables:
        _headed(document, table)
    for text in said.signed:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line_of(paragraph, text, 9)
    document.core_properties.title = said.title
    document.core_properties.author = said.company
    return ended_as(document)


def _headed(document: Any, table: Table) -> None:
    from docx.shared import Pt

    head = document.add_paragraph()
    head.paragraph_format.keep_with_next = True
    head.paragraph_format.space_before, head.paragraph_format.space_after = Pt(10), Pt(4)
    line_of(head, table.title, 11, bold=True)
    line_of(head, f"  {table.clause}" if table.clause else "", 8.5)
    if table.lines:
        _grid(document, table)
    for text in filter(None, (more(table), "" if table.lines else nothing())):
        line_of(document.add_paragraph(), text, 9)


def _grid(document: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, RGBColor

    bar = 1 if table.longest else 0
    count = len(table.heads) + bar
    made = document.add_table(rows=len(table.lines) + 1, cols=count + 1)
    made.style, made.autofit = "Table Grid", False
    one = WIDTH / (count + _FIRST)
    for x in range(count + 1):
        made.columns[x].width = Cm(one * (1 if x else _FIRST))
    heads_again(made.rows[0])
    rows = [(table.first, "", list(table.heads)), *((line.label, _bar(line, table), [
        f"{figure.text} ({figure.stands_on})" if figure.stands_on else figure.text
        for figure in line.figures
    ]) for line in table.lines)]  # fmt: skip
    for y, (first, drawn, figures) in enumerate(rows):
        cells = made.rows[y].cells
        for x, text in enumerate((first, *([drawn] * bar), *figures)):
            cells[x].width = Cm(one * (1 if x else _FIRST))
            paragraph = cells[x].paragraphs[0]
            line_of(paragraph, text, 9.5)
            if x > bar:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            elif x and y:
                for run in paragraph.runs:
                    run.font.color.rgb = RGBColor.from_string(_GREY)
            if not y:
                shade(cells[x])


def _bar(line: Line, table: Table) -> str:
    number = line.figures[0].number or 0
    return "▇" * max(round(_BAR * number / table.longest), 1) if table.longest and number else ""


# -- Excel -----------------------------------------------------------------------------------------


def xlsx(said: Said) -> bytes:
    """The report as Excel file: figures are numbers in their own format, all else is text."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": said.title, "author": said.company, "created": LONG_AGO})
    sheet = book.add_worksheet()
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 12, 17)
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.6, right=0.6)
    sheet.fit_to_pages(1, 0)  # as wide as a page, however long
    sheet.set_footer("&R&P / &N")
    sheet.hide_gridlines(2)
    title = book.add_format({"bold": True, "font_size": 16})
    row = 0
    under = (said.company, said.period, said.as_of, said.clause)
    for whole in (f"{said.part} {said.title}".strip(), *under, *said.paragraphs):
        for at in range(0, len(whole), _MOST_IN_CELL):
            text = whole[at : at + _MOST_IN_CELL]
            sheet.write_string(row, 0, text, title if row == 0 else None)
            row += 1
    looks = _Looks.of(book, said.language)
    for table in said.tables:
        row = _put(sheet, row + 1, table, looks)
    for text in (*said.signed, said.foot):
        row += 1
        sheet.write_string(row, 0, text, looks.quiet)
    book.close()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Looks:
    """How the cells of a sheet look."""

    bold: Any
    quiet: Any
    head: Any
    first: Any
    label: Any
    text: Any
    numbers: dict[str, Any]

    @classmethod
    def of(cls, book: Any, language: str) -> "_Looks":
        line = {"bottom": 4, "bottom_color": "#999999"}
        head = {
            "bold": True,
            "bottom": 1,
            "bg_color": "#EDEDED",
            "text_wrap": True,
            "valign": "bottom",
        }
        formats = {
            "share": "0%", "time": manner.spreadsheet_length(language), "score": "0.0", "count": "#,##0",
        }  # fmt: skip
        return cls(
            book.add_format({"bold": True, "font_size": 12}),
            book.add_format({"font_color": "#595959", "font_size": 9}),
            book.add_format(head | {"align": "right"}),
            book.add_format(head),
            book.add_format(line),
            book.add_format(line | {"align": "right"}),
            {unit: book.add_format(line | {"num_format": one}) for unit, one in formats.items()},
        )


def _put(sheet: Any, row: int, table: Table, looks: _Looks) -> int:
    """A table from a row on; the row after it."""
    sheet.write_string(row, 0, table.title, looks.bold)
    if table.clause:
        sheet.write_string(row, len(table.heads), table.clause, looks.quiet)
    if not table.lines:
        sheet.write_string(row + 1, 0, nothing(), looks.quiet)
        return row + 2
    row += 1
    for x, words in enumerate((table.first, *table.heads)):
        sheet.write_string(row, x, words, looks.head if x else looks.first)
    for y, line in enumerate(table.lines, row + 1):
        sheet.write_string(y, 0, line.label, looks.label)
        for x, one in enumerate(line.figures, 1):
            if one.number is None:
                sheet.write_string(y, x, one.text, looks.text)
            else:
                number = one.number / 86_400 if one.unit == "time" else one.number
                sheet.write_number(y, x, number, looks.numbers[one.unit])
    last = row + len(table.lines)
    if table.longest:
        bar = {
            "type": "data_bar",
            "bar_color": "#BFBFBF",
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
        }
        sheet.conditional_format(row + 1, 1, last, 1, bar)
    if table.more:
        last += 1
        sheet.write_string(last, 0, more(table), looks.quiet)
    return last + 1


MAKERS: dict[str, tuple[str, Callable[[Said], bytes]]] = {
    "pdf": ("application/pdf", pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
}
