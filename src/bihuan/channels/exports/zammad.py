"""Zammad: the tickets as its REST API gives them, saved as JSON; with the articles where they were asked for.

Read are: a list of tickets (``/api/v1/tickets?expand=true``), each with its ``articles`` where a
script put them there; an object of ``tickets`` and ``articles`` (``/api/v1/ticket_articles/by_ticket/…``,
joined); the answer of a search with ``full=true``, where everything stands below ``assets``; and the
same objects one a line.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bihuan.channels.email.html_text import text_of
from bihuan.desk.tables import BadTable, Record, Rejected, Table
from bihuan.engine.words import Text

Json = Any
COLUMNS = ("number", "created_at", "title", "body", "name", "email", "phone", "group", "state")
MAPPING = {
    "number": "id",
    "created_at": "received",
    "title": "content",
    "body": "content",
    "name": "name",
    "email": "contact",
    "phone": "phone",
}
_CUSTOMER = "Customer"


def read(data: bytes, _filename: str) -> Table:
    """One row for each ticket: what the customer wrote first is its text. Raises BadTable."""
    told = _parsed(data)
    tickets, articles, users = _parts(told)
    table = Table(COLUMNS, "JSON")
    for place, ticket in enumerate(tickets, 1):
        number = _text(ticket.get("number")) if isinstance(ticket, dict) else ""
        if not number:
            text = Text("没有工单编号（number）", "has no number")
            table.rejected.append(Rejected(place, text, _short(ticket), "number"))
            continue
        table.records.append(Record(place, _row(ticket, articles, users)))
    return table


def _parsed(data: bytes) -> Json:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        raise BadTable(Text("不是 UTF-8 编码的 JSON", "it is no JSON in UTF-8")) from bad
    try:
        return json.loads(text)
    except ValueError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines] if len(lines) > 1 else _not_json(whole)
        except ValueError as one:
            return _not_json(one)


def _not_json(bad: ValueError) -> Json:
    line = getattr(bad, "lineno", 0)
    raise BadTable(
        Text(f"第 {line} 行不是 JSON；应为 Zammad 接口返回的工单",
             f"line {line} is no JSON; the tickets as Zammad's API gives them would be right")
    ) from bad  # fmt: skip


def _parts(told: Json) -> tuple[list[Json], dict[str, list[Json]], dict[str, Json]]:
    """The tickets, the articles of each by its id, the users by theirs."""
    if isinstance(told, list):
        return told, {}, {}
    if isinstance(told, dict):
        assets = told.get("assets")
        if isinstance(assets, dict):
            return (
                list(_values(assets.get("Ticket"))),
                _by_ticket(_values(assets.get("TicketArticle"))),
                {_text(user.get("id")): user for user in _values(assets.get("User"))},
            )
        if isinstance(told.get("tickets"), list):
            return told["tickets"], _by_ticket(_values(told.get("articles"))), {}
    raise BadTable(
        Text("应为工单的列表，或含 tickets、assets 的对象",
             "a list of tickets, or an object with 'tickets' or 'assets', would be right")
    )  # fmt: skip


def _values(told: Json) -> Iterator[dict[str, Json]]:
    found: Iterable[Json] = told.values() if isinstance(told, dict) else told or ()
    yield from (one for one in found if isinstance(one, dict))


def _by_ticket(articles: Iterable[Mapping[str, Json]]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for one in articles:
        found.setdefault(_text(one.get("ticket_id")), []).append(one)
    return found


def _row(
    ticket: Mapping[str, Json], articles: Mapping[str, list[Json]], users: Mapping[str, Json]
) -> dict[str, str]:
    own = list(_values(ticket.get("articles"))) or articles.get(_text(ticket.get("id")), [])
    customer = ticket.get("customer")
    if not isinstance(customer, dict):
        customer = users.get(_text(ticket.get("customer_id"))) or {"email": customer}
    names = (customer.get("firstname"), customer.get("lastname"))
    email = _text(customer.get("email"))
    return {
        "number": _text(ticket.get("number")),
        "created_at": _text(ticket.get("created_at")),
        "title": _text(ticket.get("title")),
        "body": _body(own),
        "name": " ".join(filter(None, map(_text, names))),
        "email": email if "@" in email else "",
        "phone": _text(customer.get("phone")) or _text(customer.get("mobile")),
        "group": _text(ticket.get("group")),
        "state": _text(ticket.get("state")),
    }


def _body(articles: list[Json]) -> str:
    """What the customer wrote first, else whatever stands first and is not for the staff alone."""
    told = [one for one in articles if not one.get("internal")]
    told.sort(key=lambda one: (_text(one.get("created_at")), _text(one.get("id"))))
    first = next((one for one in told if one.get("sender") == _CUSTOMER), told[0] if told else {})
    body = _text(first.get("body"))
    return text_of(body) if "html" in _text(first.get("content_type")) else body


def _text(value: Json) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _short(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)[:200]
