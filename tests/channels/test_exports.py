"""Exports of other systems are read as tables: every form of Zammad's API, the columns of osTicket."""

import json

import pytest

from bihuan.channels.exports import SYSTEMS, osticket, zammad
from bihuan.desk.tables import BadTable

TICKET = {
    "id": 7, "number": "22007", "title": "Lift out of order", "group": "Users", "state": "open",
    "customer_id": 5, "customer": "chen@example.com", "created_at": "2026-02-03T11:51:13.790Z",
}  # fmt: skip
NOTE = {"id": 1, "ticket_id": 7, "sender": "Agent", "internal": True, "body": "seen him before",
        "content_type": "text/plain", "created_at": "2026-02-03T11:52:00Z"}  # fmt: skip
FIRST = {"id": 2, "ticket_id": 7, "sender": "Customer", "internal": False,
         "body": "<div>电梯坏了<br>已经三天</div>", "content_type": "text/html",
         "created_at": "2026-02-03T11:53:00Z"}  # fmt: skip
USER = {
    "id": 5,
    "firstname": "示例",
    "lastname": "陈",
    "email": "chen@example.com",
    "mobile": "10000000001",
}
FULL = {"tickets": [7], "assets": {"Ticket": {"7": TICKET}, "User": {"5": USER},
                                   "TicketArticle": {"1": NOTE, "2": FIRST}}}  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        [{**TICKET, "articles": [NOTE, FIRST]}],
        {"tickets": [TICKET], "articles": [NOTE, FIRST]},
        FULL,
    ],
)
def test_a_ticket_of_zammad_reads_alike_in_every_form_of_its_api(told):
    table = zammad.read(json.dumps({**told, "assets": {**told["assets"], "Ticket": {
        "7": {**TICKET, "customer": None}}}} if "assets" in told else told).encode(), "t.json")  # fmt: skip
    (row,) = table.records
    assert (row.cells["number"], row.cells["title"]) == ("22007", "Lift out of order")
    assert row.cells["body"].split() == ["电梯坏了", "已经三天"]
    assert row.cells["email"] == "chen@example.com"
    assert row.cells["created_at"] == "2026-02-03T11:51:13.790Z"
    if "assets" in told:
        assert (row.cells["name"], row.cells["phone"]) == ("示例 陈", "10000000001")


def test_tickets_one_a_line_and_those_without_a_number():
    lines = "\n".join(json.dumps(one) for one in (TICKET, {"title": "x"}, {**TICKET, "number": 8}))
    table = zammad.read(lines.encode(), "t.jsonl")
    assert [row.cells["number"] for row in table.records] == ["22007", "8"]
    assert [(one.line, one.field) for one in table.rejected] == [(2, "number")]


@pytest.mark.parametrize(
    "data", [b"{", b'{"error": "Not authorized"}', b"3", b"\xff\xfe", b'{"a": 1}\n{"b":']
)
def test_what_is_no_export_of_zammad_is_said(data):
    with pytest.raises(BadTable):
        zammad.read(data, "t.json")


def test_an_export_of_osticket_is_read_with_the_delimiter_of_its_language():
    for mark in ",;":
        head = mark.join(
            ("Ticket Number", "Date Created", "Subject", "From", "From Email", "Overdue")
        )
        row = mark.join(
            ("100001", "2026-02-03 09:30:00", "空调不制冷", "陈示例", "chen@example.com", "0")
        )
        table = osticket.read(f"\ufeff{head}\n{row}\n".encode(), "t.csv")
        assert table.records[0].cells["Subject"] == "空调不制冷"
        known = {SYSTEMS["osticket"].mapping.get(column) for column in table.columns}
        assert known == {"id", "received", "content", "name", "contact", None}
