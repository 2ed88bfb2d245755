"""The list as a file: what is seen, masked, and harmless to open."""

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from bihuan.records.models import Disclosure
from bihuan.web.cases import export
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def lines(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/cases/cases.csv{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))


def cells(client: Client, query: str = "", **posted: str) -> list[list[object]]:
    url = f"/cases/cases.xlsx{query}"
    answer = client.post(url, posted) if posted else client.get(url)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_the_file_holds_what_the_list_shows(mall: Mall, as_: As) -> None:
    t = now()
    first = mall.complain(t - 2 * DAY, channel="letter")
    second = mall.complain(t)
    client = as_("desk")
    head, *rows = lines(client, "?all=1&column=number&column=channel")
    assert head == ["单号", "渠道"]
    assert rows == [[second, "电话"], [first, "书信"]]
    assert [row[0] for row in lines(client, "?channel=letter&column=number")[1:]] == [first]
    assert [row[0] for row in cells(client, "?column=number")] == ["单号", first, second]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d"])
def test_nothing_in_a_csv_is_taken_for_a_formula(mall: Mall, as_: As, sign: str) -> None:
    name = f"{sign}HYPERLINK(1)"
    mall.complain(name=name)
    told = lines(as_("desk"), "?column=complainant")[1][0]
    assert told == f"'{told[1:]}"
    assert told.endswith("HYPERLINK(1)")
    assert export.harmless(name).startswith("'")


def test_in_a_workbook_a_formula_is_text_and_a_number_too(mall: Mall, as_: As) -> None:
    mall.complain(name='=cmd|"/C calc"!A0', content="12345")
    answer = as_("desk").get("/cases/cases.xlsx?column=complainant&column=title&column=due")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    due, title, name, phone = next(iter(book.active.iter_rows(min_row=2)))
    assert (name.value, name.data_type) == ('=cmd|"/C calc"!A0', "s")
    assert (title.value, title.data_type) == ("12345", "s")
    assert phone.data_type == "s"
    assert due.is_date


def test_numbers_are_masked_and_in_clear_only_with_a_line_in_the_log(mall: Mall, as_: As) -> None:
    mall.complain()
    asked = "?column=complainant"
    assert lines(as_("desk"), asked)[1] == ["王敏", "138****5678"]
    assert Disclosure.objects.count() == 0
    told = cells(as_("desk"), contact="yes", column="complainant")
    assert told[1] == ["王敏", "13800005678"]  # the desk owes the customer a word
    logged = Disclosure.objects.get()
    assert (str(logged.person_id), logged.what, logged.reason) == (
        mall.ids["desk"], "contact", "exported",
    )  # fmt: skip
    assert cells(as_("gm"), contact="yes", column="complainant")[1] == ["王敏", "138****5678"]
    assert Disclosure.objects.count() == 1


def test_the_address_alone_never_gives_numbers_in_clear(mall: Mall, as_: As) -> None:
    mall.complain()
    assert lines(as_("desk"), "?contact=yes&column=complainant")[1] == ["王敏", "138****5678"]


def test_the_wall_stands_in_files_too(mall: Mall, as_: As) -> None:
    about = {"about_person": mall.ids["operations"], "about": "manager", "about_unit": ""}
    number = mall.complain(**about)
    assert number in str(lines(as_("gm"), "?all=1"))
    assert number not in str(lines(as_("operations"), "?all=1"))
    assert lines(as_("merchant"), "?all=1")[1:] == []


def test_a_file_that_is_cut_says_so(mall: Mall, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 3)
    monkeypatch.setattr(export, "PART", 2)
    for _ in range(4):
        mall.complain()
    told = lines(as_("desk"), "?column=number")
    assert len(told) == 5
    assert "前 3 行" in told[-1][0]
