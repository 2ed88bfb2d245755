"""HTML of mails: as the text people saw, and as markup that is safe to show and fetches nothing."""

import re
from html.parser import HTMLParser

MOST = 2_000_000  # characters read of an HTML body
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
        "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_SILENT = frozenset(
    {"head", "script", "style", "title", "template", "noscript", "object", "svg", "math"}
)
_QUOTES = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|ntes-mailmaster-quote|quote-?content", re.IGNORECASE
)
_SHOWN = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "q", "s", "small",
    "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip


class _Reader(HTMLParser):
    """Collects text by lines; what stands in a quote is marked as mail programs mark it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line = ""
        self.silent: list[str] = []
        self.quoted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag == "br":
            self.break_line(forced=True)
        elif tag in _BLOCKS:
            self.break_line()
        elif tag in ("td", "th") and self.line and not self.line.endswith(" "):
            self.line += " "
        marked = " ".join(str(value) for name, value in attrs if name in ("class", "id", "name"))
        opens = tag == "blockquote" or (tag == "div" and _QUOTES.search(marked))
        if opens or (self.quoted and tag in ("blockquote", "div")):
            self.quoted.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in _BLOCKS:
            self.break_line()
        if self.quoted and tag == self.quoted[-1]:
            self.quoted.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            text = re.sub(r"[ \t\r\n\f]+", " ", data)
            self.line += text.lstrip() if not self.line else text

    def break_line(self, *, forced: bool = False) -> None:
        text = self.line.replace("\xa0", " ").rstrip()
        if text or forced:
            self.lines.append(f"> {text}" if self.quoted else text)
        self.line = ""


def text_of(html: str) -> str:
    """The text of an HTML body, a line for a line; quotes are marked by `> `. Never raises."""
    reader = _Reader()
    try:
        reader.feed(html[:MOST])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        return re.sub(r"<[^>]*>", " ", html[:MOST])
    reader.break_line()
    text = "\n".join(reader.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def safe(html: str) -> str:
    """The markup that may be shown: no scripts, no styles, no forms, nothing fetched from anywhere."""
    import nh3

    return nh3.clean(
        html[:MOST],
        tags=_SHOWN,
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title"},
    )
