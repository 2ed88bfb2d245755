"""A form on paper as a grid of cells: what is known filled in, what is not left empty for a pen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

COLUMNS, LABEL, VALUE, MOMENT = 24, 3, 5, 6  # a day and its time need more room than a name
REST = COLUMNS - LABEL
Kind = Literal["label", "text"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `span` of the columns wide, `rows` rows high, with room for `lines` of text.

    `name` is what an organisation's own template calls its value; boxes are pairs of what may be
    ticked and whether it is; `signed` stands at the right of the last line, below the signature `drawn` (PNG).
    """

    kind: Kind
    text: str = ""
    span: int = LABEL
    rows: int = 1
    lines: int = 1
    name: str = ""
    boxes: tuple[tuple[str, bool], ...] = ()
    signed: str = ""
    drawn: bytes = b""

    @property
    def value(self) -> str:
        """What the cell says, as one text."""
        beside = "  " if self.span > MOMENT else "\n"
        ticked = beside.join(
            f"{'☑' if on else '☐'}\N{NO-BREAK SPACE}{label}" for label, on in self.boxes
        )
        return "\n".join(part for part in (ticked, self.text, self.signed) if part)


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on a letter in the company's name, in place of a grid."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    closing: tuple[str, ...]
    signed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One form of one case as of one instant; printed again it is the same to the byte."""

    code: str
    title: str
    number: str
    company: str
    note: str
    as_of: str
    foot: str
    language: str
    rows: tuple[Row, ...] = ()
    letter: Letter | None = None
    qr: str = ""
    logo: bytes = b""  # the organisation's, PNG or JPEG
    named: Mapping[str, str] = field(default_factory=dict)  # further values for one's own template

    def values(self) -> dict[str, str]:
        """Every named value, for an organisation's own template; the first of a name counts."""
        found = {
            "title": self.title,
            "number": self.number,
            "company": self.company,
            "as_of": self.as_of,
            "foot": self.foot,
            **self.named,
        }
        for row in self.rows:
            for cell in row:
                if cell.name:
                    found.setdefault(cell.name, cell.value)
        if self.letter:
            found |= {
                "subject": self.letter.subject,
                "greeting": self.letter.greeting,
                "body": "\n".join(self.letter.paragraphs),
                "closing": "\n".join(self.letter.closing),
                "signed": "\n".join(self.letter.signed),
            }
        return found


def pages() -> str:
    """How pages are counted at the foot: whoever sets the paper puts the numbers in place of the braces."""
    return _("Page {page} of {pages}")
