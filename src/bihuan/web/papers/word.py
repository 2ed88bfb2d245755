"""A paper as a Word file: our own grid, or an organisation's own template filled in."""

from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from bihuan.web.papers.paper import COLUMNS, Cell, Paper
from bihuan.web.papers.typeset import square

FACE, EAST = "Times New Roman", "宋体"  # zh: data
SHADE = "EDEDED"
LARGEST_UNPACKED = 50_000_000
LONGEST_AGO = (1980, 1, 1, 0, 0, 0)  # the date every part of a file carries: same paper, same bytes


def word(paper: Paper) -> bytes:
    """The paper as .docx. The same paper gives the same bytes."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    document = new_document(f"{paper.foot} {paper.note} · {paper.as_of}")
    top = document.add_paragraph()
    if paper.logo:
        top.add_run().add_picture(BytesIO(paper.logo), height=Cm(0.9))
        top.add_run().add_break()
    line_of(top, paper.company, 9)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line_of(title, paper.title, 18, bold=True)
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line_of(head, f"{paper.number}  ", 9)
    if paper.qr:
        head.add_run().add_picture(BytesIO(square(paper.qr, "png")), width=Cm(1.5))
    if paper.letter:
        letter = paper.letter
        for text in (letter.greeting, *letter.paragraphs, *letter.closing):
            line_of(document.add_paragraph(), text, 12)
        for text in letter.signed:
            signed = document.add_paragraph()
            signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line_of(signed, text, 12)
    else:
        _grid(document, paper)
    document.core_properties.title = paper.title
    document.core_properties.author = paper.company
    return ended_as(document)


def new_document(foot: str) -> Any:
    """An empty A4 page in our faces with these words at its foot."""
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    _face(style)
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.6)
    line_of(page.footer.paragraphs[0], foot, 8)
    return document


def _grid(document: Any, paper: Paper) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    table = document.add_table(rows=len(paper.rows), cols=COLUMNS)
    table.style = "Table Grid"
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(paper.rows):
        x = 0
        for cell in row:
            while (y, x) in taken:
                x += 1
            last = table.cell(y + cell.rows - 1, x + cell.span - 1)
            place = table.cell(y, x).merge(last)
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
            if cell.drawn:
                drawn = place.add_paragraph()
                drawn.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                drawn.add_run().add_picture(BytesIO(cell.drawn), height=Cm(1.4))
            if cell.signed:
                signed = place.add_paragraph()
                signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                line_of(signed, cell.signed, 9.5)
            x += cell.span


def line_of(paragraph: Any, text: str, size: float, *, bold: bool = False) -> None:
    """Put words into a paragraph, in our faces."""
    from docx.shared import Pt

    run = paragraph.add_run(_printable(text))
    run.bold = bold
    run.font.size = Pt(size)
    _face(run)


def _printable(text: str) -> str:
    """Without the control characters that a Word file cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and c not in "\ufffe\uffff"))


def _face(styled: Any) -> None:
    from docx.oxml.ns import qn

    styled.font.name = FACE
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), EAST)


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
        paper.letter, greeting="{{ greeting }}", paragraphs=("{{ body }}",),
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
