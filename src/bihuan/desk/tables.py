"""Reads what people send as tables, csv and xlsx: encodings guessed, broken rows told line by line."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bihuan.engine.words import Text

LONGEST_RECORD = 200  # lines; a quote that is still open after so many was never meant as one
LARGEST_BOOK = 500_000_000  # bytes an xlsx file may unfold to
WORST = "\N{REPLACEMENT CHARACTER}"
# Codecs in the order they are tried; GB18030 holds GB2312 and GBK.
ENCODINGS = ("utf-8", "gb18030")


class BadTable(ValueError):  # noqa: N818  (a refusal, not an accident)
    """A file that is no table at all; what is wrong and what would be right."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins on (the row's number in a workbook) and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken, and why."""

    line: int
    reason: Text
    content: str = ""  # the row as it stands, shortened
    field: str = ""  # the column it is about, where it is about one


@dataclass
class Table:
    """The rows of a file. `encoding` is how the text was read: a codec's name, or xlsx."""

    columns: tuple[str, ...]
    encoding: str
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def read_table(
    data: bytes, filename: str, *, encoding: str | None = None, header: bool = True
) -> Table:
    """The rows of a csv or xlsx file; rows that cannot be read are in `rejected`. Raises BadTable.

    Without `header` the columns are called 1, 2, 3 …; names given twice get a number behind.
    """
    if not data.strip():
        raise BadTable(Text("文件是空的", "the file is empty"))
    rejected: list[Rejected] = []
    if data[:4] == b"PK\3\4":
        rows, found = _book_rows(data), "xlsx"
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadTable(
            Text(
                "这是旧式 .xls 文件，请另存为 .xlsx 或 .csv",
                "this is an old .xls; save it as .xlsx or .csv",
            ),
        )
    else:
        lines, found = _decoded(data, encoding)
        rows = _text_rows(lines, _delimiter(lines, filename), found, rejected)
    return _table(rows, found, rejected, header=header)


def _table(
    rows: Iterable[tuple[int, list[str]]],
    encoding: str,
    rejected: list[Rejected],
    *,
    header: bool,
) -> Table:
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        raise BadTable(Text("文件里没有一行", "the file has no rows"))
    names = first[1] if header else [str(place + 1) for place in range(len(first[1]))]
    table = Table(_columns(names), encoding, rejected=rejected)
    wide = len(table.columns)
    for line, cells in rows if header else _again(first, rows):
        if not any(cells):
            continue
        if any(cells[wide:]) or (len(cells) < wide and encoding != "xlsx"):
            rejected.append(_odd(line, cells, wide))
            continue
        filled = [*cells[:wide], *[""] * (wide - len(cells))]
        table.records.append(Record(line, dict(zip(table.columns, filled, strict=True))))
    table.rejected.sort(key=lambda item: item.line)
    return table


def _again(
    first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _columns(names: list[str]) -> tuple[str, ...]:
    while len(names) > 1 and not names[-1].strip():
        names = names[:-1]
    found: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(name.split()) or str(place)
        twin, number = plain, 1
        while twin in found:
            number += 1
            twin = f"{plain} {number}"
        found.append(twin)
    return tuple(found)


def _odd(line: int, cells: list[str], wide: int) -> Rejected:
    return Rejected(
        line,
        Text(
            f"有 {len(cells)} 栏，应为 {wide} 栏(引号是否成对，逗号是否应加引号?)",
            f"has {len(cells)} cells where {wide} are needed (is a quote or a quoted comma amiss?)",
        ),
        ",".join(cells)[:200],
    )


# -- Text ------------------------------------------------------------------------------------------


def _decoded(data: bytes, encoding: str | None) -> tuple[list[str], str]:
    """The lines with their ends; what cannot be decoded holds U+FFFD."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark) and encoding is None:
            encoding = name
    if encoding is None and data[:2000].count(0) > len(data[:2000]) // 4:
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    if encoding is None:
        encoding = _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding.startswith("utf-16"):
            text = data.decode(encoding, "replace")
        else:  # a bad byte spoils its own line only
            lines = data.splitlines(keepends=True)
            text = "".join(line.decode(encoding, "replace") for line in lines)
    except LookupError:
        raise BadTable(
            Text(
                f"没有名为“{encoding}”的编码，可写 utf-8、gb18030、utf-16、big5",
                f"there is no encoding '{encoding}'; try utf-8, gb18030, utf-16, big5",
            ),
        ) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n"), encoding


def _guess(data: bytes) -> str:
    for name in ENCODINGS:
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    wrong = {name: data.decode(name, "replace").count(WORST) for name in ENCODINGS}
    best = min(wrong, key=lambda name: wrong[name])
    if wrong[best] * 50 < len(data):
        return best
    from charset_normalizer import from_bytes

    found = from_bytes(data[:200_000]).best()
    return found.encoding if found else best


def _delimiter(lines: list[str], filename: str) -> str:
    first = next((line for line in lines if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    counts = {sign: bare.count(sign) for sign in ("\t", ",", ";", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    if filename.lower().endswith((".tsv", ".tab")):
        return "\t"
    return best if counts[best] else ","


def _text_rows(
    lines: list[str], delimiter: str, encoding: str, rejected: list[Rejected]
) -> Iterator[tuple[int, list[str]]]:
    """Row by row. A quote that never closes, or that swallows rows, costs its own line only."""
    place, wide = 0, 0
    while place < len(lines):
        start, cells, used = place, None, 1
        if lines[place].strip():
            cells, used = _record(lines, place, delimiter)
            if cells is None or (used > 1 and wide and len(cells) != wide):
                rejected.append(_open_quote(start + 1, lines[start]))
                cells, used = None, 1
        place += used
        if cells is None:
            continue
        text = "".join(cells)
        if WORST in text or "\0" in text:
            rejected.append(_undecodable(start + 1, text, encoding))
            continue
        wide = wide or len(cells)
        yield start + 1, [cell.strip() for cell in cells]


def _record(lines: list[str], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the record that begins on this line, and how many lines it takes."""
    text = lines[place]
    for used in range(1, LONGEST_RECORD + 1):
        if used == 1 or text.count('"') % 2 == 0:
            cells = _parsed(text, delimiter)
            if cells is not None:
                return cells, used
        if place + used >= len(lines):
            break
        text += "\n" + lines[place + used]
    return None, 1


def _parsed(text: str, delimiter: str) -> list[str] | None:
    """The cells of one whole record; None where a quote is still open."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error) or "\n" in text:
            return None  # over several lines a quote out of place may swallow rows
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            return None
    return rows[0] if len(rows) == 1 else None


def _open_quote(line: int, text: str) -> Rejected:
    return Rejected(
        line,
        Text("引号没有成对", "a quote is not closed"),
        text[:200],
    )


def _undecodable(line: int, text: str, encoding: str) -> Rejected:
    return Rejected(
        line,
        Text(f"含有按 {encoding} 无法识别的字符", f"holds characters that are not {encoding}"),
        text.replace("\0", WORST)[:200],
    )


# -- Workbooks -------------------------------------------------------------------------------------


def _book_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first worksheet that has any."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
        book = (
            openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            if size <= LARGEST_BOOK
            else None
        )
    except Exception as error:
        raise BadTable(
            Text(
                f"不是能打开的 xlsx 工作簿({type(error).__name__})，请重新另存",
                f"this is no workbook that can be opened ({type(error).__name__}); save it again",
            )
        ) from error
    if book is None:
        raise BadTable(
            Text("工作簿展开后过大，请分成几个文件", "the workbook unfolds too far; split it")
        )
    try:
        for sheet in book.worksheets:
            rows = (
                (number, [_cell(value) for value in row])
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
            )
            filled = ((number, row) for number, row in rows if any(row))
            first = next(filled, None)
            if first:
                yield first
                yield from filled
                return
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).replace("_x000D_", "").replace("\0", WORST).strip()
