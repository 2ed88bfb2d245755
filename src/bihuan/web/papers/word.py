"""A paper as a Word file: our own grid, or an organisation's own template filled in."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from bihuan.web.papers.paper import COLUMNS, Cell, Letter, Paper, pages
from bihuan.web.papers.typeset import square

FACE, EAST = "Times New Roman", "宋体"  # zh: data
EMOJI = "Segoe UI Emoji"
# What is a picture rather than a letter; the boxes to tick are in our own faces.
PICTURES = "([\U0001f000-\U0001faff\u2600-\u260f\u2612-\u27bf\ufe0f\u200d]+)"
SHADE = "EDEDED"
WIDTH, CODE = 17.4, 1.9  # of the text and of the code at its right, in centimetres
LONG = 500  # characters: a cell of more may go over to the next page
COUNTED = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
LARGEST_UNPACKED = 50_000_000
LONGEST_AGO = (1980, 1, 1, 0, 0, 0)  # the date every part of a file carries: same paper, same bytes


def word(paper: Paper) -> bytes:
    """The paper as .docx. The same paper gives the same bytes."""
    document = new_document(paper.foot, " · ".join(filter(None, (paper.note, paper.as_of))))
    if paper.letter:
        _letter(document, paper, paper.letter)
    else:
        _head(document, paper)
        _grid(document, paper)
    document.core_properties.title = paper.title
    document.core_properties.author = paper.company
    return ended_as(document)


def new_document(foot: str, as_of: str) -> Any:
    """An empty A4 page in our faces; at its foot these words, and as of when beside the number of the page."""
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.15
    _face(style)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.6)
    last = page.footer.paragraphs[0]
    if foot:
        line_of(last, foot, 8)
        last = page.footer.add_paragraph()
    _to_the_right(last, WIDTH)
    line_of(last, f"{as_of}\t", 8)
    for part in re.split(r"({pages?})", pages()):
        if part in COUNTED:
            _counted(last, COUNTED[part])
        else:
            line_of(last, part, 8)
    return document


def _to_the_right(paragraph: Any, margin: float) -> None:
    """Let what comes after a tab end at the right margin, in centimetres."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    paragraph.style = "Normal"  # a foot of Word's own has stops in other places
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(margin), WD_TAB_ALIGNMENT.RIGHT)


def _counted(paragraph: Any, what: str) -> None:
    """A number that Word counts by itself: PAGE or NUMPAGES."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), what)
    run = paragraph.add_run("1")
    run.font.size = Pt(8)
    field.append(run._r)  # noqa: SLF001  (python-docx has no fields)
    paragraph._p.append(field)  # noqa: SLF001


def _head(document: Any, paper: Paper) -> None:
    """Title, company and number, the code at their right: a table without lines."""
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    said, code = table.rows[0].cells
    for column, width in zip(table.columns, (WIDTH - CODE, CODE), strict=True):
        column.width = column.cells[0].width = Cm(width)
    _margins(table, 0)
    said.vertical_alignment = code.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
    title = said.paragraphs[0]
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.left_indent = Cm(CODE)  # the middle of the page, not of the cell
    line_of(title, paper.title, 18, bold=True)
    if paper.logo:
        said.add_paragraph().add_run().add_picture(BytesIO(paper.logo), height=Cm(0.9))
    below = said.add_paragraph()
    _to_the_right(below, WIDTH - CODE - 0.1)
    below.paragraph_format.space_after = Pt(2)
    line_of(below, f"{paper.company}\t{paper.number}", 9)
    if paper.qr:
        at_the_end = code.paragraphs[0]
        at_the_end.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        at_the_end.add_run().add_picture(BytesIO(square(paper.qr, "png")), width=Cm(1.5))


def _letter(document: Any, paper: Paper, letter: Letter) -> None:
    """The company's name over a line, then the letter as one reads it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    def line(text: str, size: float = 12, **how: Any) -> Any:
        made = document.add_paragraph()
        made.alignment = how.get("at", WD_ALIGN_PARAGRAPH.LEFT)
        made.paragraph_format.space_after = Pt(how.get("after", 6))
        made.paragraph_format.line_spacing = 1.5
        made.paragraph_format.first_line_indent = Pt(24 if how.get("indent") else 0)
        line_of(made, text, size, bold=how.get("bold", False))
        return made

    middle, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    chinese = paper.language.startswith("zh")
    if paper.logo:
        line("", at=middle).add_run().add_picture(BytesIO(paper.logo), height=Cm(1.2))
    _underline(line(paper.company, 17, at=middle, bold=True))
    line(paper.number, 9, at=right, after=12)
    line(letter.subject, 15, at=middle, after=12, bold=True)
    line(letter.greeting)
    for text in letter.paragraphs:
        line(text, indent=chinese)
    for place, text in enumerate(letter.closing):
        line(text, indent=chinese and not place, after=0)
    line("")
    for text in letter.signed:
        line(text, at=right, after=0)
    if paper.qr:
        code = line("")
        code.paragraph_format.space_before = Pt(36)
        code.add_run().add_picture(BytesIO(square(paper.qr, "png")), width=Cm(1.5))


def _underline(paragraph: Any) -> None:
    """A line across the page below a paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "4"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    properties.insert_element_before(borders, "w:tabs", "w:spacing", "w:ind", "w:jc")


def heads_again(row: Any) -> None:
    """Let a row of a table stand at the top of each page that the table goes on to."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def _grid(document: Any, paper: Paper) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    table = document.add_table(rows=len(paper.rows), cols=COLUMNS)
    table.style = "Table Grid"
    _margins(table, 80)
    rows = list(table.rows)
    places = [row.cells for row in rows]  # at once: `table.cell` walks through the whole table
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(paper.rows):
        x = 0
        if all(len(cell.text) <= LONG for cell in row):
            _whole(rows[y])
        for cell in row:
            while (y, x) in taken:
                x += 1
            last = places[y + cell.rows - 1][x + cell.span - 1]
            place = places[y][x].merge(last)
            taken |= {(y + dy, x + dx) for dy in range(cell.rows) for dx in range(cell.span)}
            paragraph = place.paragraphs[0]
            if cell.kind == "label":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                shade(place)
                line_of(paragraph, cell.text, 9.5)
            else:
                line_of(paragraph, replace(cell, signed="").value, 10.5)
                for _more in range(cell.lines - max(cell.text.count("\n") + 1, 1)):
                    place.add_paragraph()
            if cell.kind == "label" or (cell.lines == 1 and not cell.signed):
                place.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            if cell.drawn:
                drawn = place.add_paragraph()
                drawn.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                drawn.add_run().add_picture(BytesIO(cell.drawn), height=Cm(1.4))
            if cell.signed:
                signed = place.add_paragraph()
                signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                line_of(signed, cell.signed, 9.5)
            place.paragraphs[0].paragraph_format.space_before = Pt(3)
            place.paragraphs[-1].paragraph_format.space_after = Pt(3)
            x += cell.span


def _margins(table: Any, twips: int) -> None:
    """How much room the cells leave at their sides: Word's own is too much for narrow ones."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), str(twips))
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def line_of(paragraph: Any, text: str, size: float, *, bold: bool = False) -> None:
    """Put words into a paragraph, in our faces; pictures among the letters in one that has them."""
    from docx.shared import Pt

    for part in re.split(PICTURES, _printable(text)):
        if not part:
            continue
        run = paragraph.add_run(part)
        run.bold = bold
        run.font.size = Pt(size)
        if re.match(PICTURES, part):
            _face(run, EMOJI, EMOJI)
        else:
            _face(run)


def _printable(text: str) -> str:
    """Without the control characters that a Word file cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and c not in "\ufffe\uffff"))


def _face(styled: Any, face: str = FACE, east: str = EAST) -> None:
    from docx.oxml.ns import qn

    styled.font.name = face
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), east)


def shade(cell: Any) -> None:
    """Shade a cell as labels are."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), SHADE)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  (python-docx has no other way)


def ended_as(document: Any) -> bytes:
    """The document as a file: the same content gives the same bytes."""
    out = BytesIO()
    document.save(out)
    return undated(out.getvalue())


def undated(content: bytes) -> bytes:
    """A zipped document whose parts carry no date of their own."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as given, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in sorted(
            given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            made.writestr(ZipInfo(name, LONGEST_AGO), given.read(name), ZIP_DEFLATED)
    return out.getvalue()


# -- An organisation's own template ----------------------------------------------------------------


def filled(template: bytes, paper: Paper) -> bytes:
    """The organisation's own Word file with the paper's values in the places it names."""
    from docxtpl import DocxTemplate
    from jinja2.sandbox import SandboxedEnvironment

    document = DocxTemplate(BytesIO(template))
    document.render(
        {name: _printable(value) for name, value in paper.values().items()},
        SandboxedEnvironment(autoescape=True),
        autoescape=True,
    )
    out = BytesIO()
    document.save(out)
    return undated(out.getvalue())


def starting_template(paper: Paper) -> bytes:
    """Our own form with the names of its values in place of them: to begin one's own from."""

    def named(cell: Cell) -> Cell:
        return (
            Cell(cell.kind, f"{{{{ {cell.name} }}}}", cell.span, cell.rows) if cell.name else cell
        )

    rows = tuple(tuple(named(cell) for cell in row) for row in paper.rows)
    letter = paper.letter and replace(
        paper.letter, subject="{{ subject }}", greeting="{{ greeting }}", paragraphs=("{{ body }}",),
        closing=("{{ closing }}",), signed=("{{ signed }}",),
    )  # fmt: skip
    return word(
        replace(
            paper, rows=rows, letter=letter, number="{{ number }}", company="{{ company }}", qr="",
            foot="{{ foot }}", note="", as_of="{{ as_of }}",
        )
    )  # fmt: skip


def wrong_with(template: bytes, paper: Paper) -> str:
    """Why a Word file cannot serve as a template; empty where it can."""
    from docx.opc.exceptions import OpcError
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        with ZipFile(BytesIO(template)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                return _("The template is far too large once unpacked.")
        unknown = DocxTemplate(BytesIO(template)).get_undeclared_template_variables(
            context=dict.fromkeys(paper.values(), "")
        )
        if unknown:
            return _(
                "The template names what this form does not have: %(names)s. It has: %(known)s."
            ) % {"names": ", ".join(sorted(unknown)), "known": ", ".join(sorted(paper.values()))}
        filled(template, paper)
    except TemplateSyntaxError as error:
        return _("The template cannot be read: %(why)s.") % {"why": error.message}
    except TemplateError as error:
        return _("The template cannot be filled in: %(why)s.") % {"why": error}
    except (BadZipFile, OpcError, KeyError, ValueError, OSError):
        return _("This is no Word file (.docx).")
    return ""
