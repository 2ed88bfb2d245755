"""Reading what people send: encodings, broken rows, workbooks."""

import io
from datetime import datetime

import openpyxl
import pytest

from bihuan.desk.tables import BadTable, read_table

HEADER = "编号,内容,日期\n"
ROWS = HEADER + "1,大衣开线,2026/1/5\n2,地面湿滑,2026/1/6\n"


def cells(data: bytes, name: str = "x.csv", **more: object) -> list[list[str]]:
    return [list(record.cells.values()) for record in read_table(data, name, **more).records]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ROWS.encode(), "utf-8"),
        (ROWS.encode("utf-8-sig"), "utf-8-sig"),
        (ROWS.encode("gb18030"), "gb18030"),
        (ROWS.encode("utf-16"), "utf-16"),
        (("编号,text\n1," + "a plain English text " * 20).encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_the_encoding_is_guessed(data: bytes, encoding: str):
    table = read_table(data, "x.csv")
    assert table.encoding == encoding
    assert table.columns[0] == "编号"
    assert not table.rejected


def test_line_ends_of_every_system_are_read():
    assert cells(ROWS.replace("\n", "\r\n").encode()) == cells(ROWS.replace("\n", "\r").encode())
    assert len(cells(ROWS.encode())) == 2


def test_quoted_commas_quotes_and_line_breaks_stay_in_their_cell():
    data = HEADER + '1,"他说:""退"",\n然后走了",2026/1/5\n2,好,2026/1/6\n'
    table = read_table(data.encode(), "x.csv")
    assert table.records[0].cells["内容"] == '他说:"退",\n然后走了'
    assert [record.line for record in table.records] == [2, 4]


def test_a_row_with_too_few_or_too_many_cells_is_rejected_by_its_line():
    table = read_table((HEADER + "1,好\n2,好,日,多\n3,好,日\n").encode(), "x.csv")
    assert [(item.line, item.reason.en[:11]) for item in table.rejected] == [
        (2, "has 2 cells"),
        (3, "has 4 cells"),
    ]
    assert [record.line for record in table.records] == [4]


def test_a_quote_that_never_closes_costs_its_own_line_only():
    table = read_table((HEADER + '1,"没关上,日\n2,好,日\n3,也好,日\n').encode(), "x.csv")
    assert [item.line for item in table.rejected] == [2]
    assert [record.cells["编号"] for record in table.records] == ["2", "3"]


def test_two_stray_quotes_do_not_swallow_the_rows_between_them():
    table = read_table((HEADER + '1,"开头,日\n2,好,日\n3,"结尾,日\n4,好,日\n').encode(), "x.csv")
    taken = [record.cells["编号"] for record in table.records]
    assert taken == ["2", "4"]
    assert [item.line for item in table.rejected] == [2, 4]


def test_a_bad_byte_costs_its_own_line_only():
    data = (
        HEADER.encode("gb18030")
        + b"1,\xff\xff\xff,x\n"
        + ("2,大衣开线,x\n3,门坏了没人修,x\n" * 30).encode("gb18030")
    )
    table = read_table(data, "x.csv")
    assert table.encoding == "gb18030"
    assert [item.line for item in table.rejected] == [2]
    assert len(table.records) == 60


def test_tabs_and_semicolons_separate_too():
    assert cells(b"a\tb\n1\t2,3\n") == [["1", "2,3"]]
    assert cells(b"a;b\n1;2\n") == [["1", "2"]]


def test_a_column_without_name_gets_its_place_and_a_twin_a_number():
    assert read_table(b"a,,a\n1,2,3\n", "x.csv").columns == ("a", "2", "a 2")


def test_without_a_header_columns_are_numbered():
    table = read_table("门坏了\n灯坏了\n".encode(), "x.csv", header=False)
    assert table.columns == ("1",)
    assert [record.cells["1"] for record in table.records] == ["门坏了", "灯坏了"]


def test_blank_lines_are_no_rows():
    assert cells(b"a,b\n\n1,2\n,\n\n") == [["1", "2"]]


@pytest.mark.parametrize(
    "data", [b"", b"  \n \n", b"PK\3\4 no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x"]
)
def test_what_is_no_table_is_refused_with_what_would_be_right(data: bytes):
    with pytest.raises(BadTable) as refused:
        read_table(data, "x.xlsx")
    assert refused.value.text.zh
    assert refused.value.text.en


def test_an_encoding_nobody_knows_is_refused():
    with pytest.raises(BadTable, match="no encoding"):
        read_table(ROWS.encode(), "x.csv", encoding="klingon")


def test_a_workbook_is_read_with_whole_numbers_and_dates():
    book = openpyxl.Workbook()
    book.create_sheet("empty", 0)
    sheet = book.worksheets[1]
    sheet.append(["编号", "内容", "日期", None])
    sheet.append([17.0, "电梯停运", datetime.fromisoformat("2026-01-05T18:30")])
    sheet.append([None, None, None])
    sheet.append([18, "停车场太暗", None])
    kept = io.BytesIO()
    book.save(kept)
    table = read_table(kept.getvalue(), "x.xlsx")
    assert table.encoding == "xlsx"
    assert [list(record.cells.values()) for record in table.records] == [
        ["17", "电梯停运", "2026-01-05 18:30:00"],
        ["18", "停车场太暗", ""],
    ]
    assert [record.line for record in table.records] == [2, 4]
