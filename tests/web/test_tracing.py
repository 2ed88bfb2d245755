"""Tracing: counts by product, batch, serial number and reason, only of what the reader may see."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bihuan.desk import intake
from tests.web.mall import DAY, Mall, now
from tests.web.shop import open_shop
from tests.web.test_bad_inputs import inspected

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Mall:
    return open_shop()


def as_(username: str) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=username))
    return client


def told(shop: Mall, at: int | None = None, **facts: object) -> str:
    given = {
        "kind": "return", "channel": "phone", "content": "不合适", "product": "示例台灯",
        "batch": "B-01", "return_reason": "defect", "returned": 1, **facts,
    }  # fmt: skip
    done = intake.register(given, by=shop.ids["service"], unit="company", now=at or now())
    assert done.refusal is None, done.refusal
    return done.number


def rows(client: Client, query: str = "") -> list[tuple[str, int]]:
    found = client.get(f"/returns/{query}").context["rows"]
    return [(row["name"], row["cases"]) for row in found]


def test_goods_are_counted_by_each_of_their_marks(shop: Mall) -> None:
    told(shop, serial="SN-1")
    told(shop, batch="B-02", return_reason="no_reason")
    told(shop, kind="complaint", category="quality", return_reason="", returned="")
    client = as_("service")
    assert rows(client) == [("示例台灯", 3)]
    assert rows(client, "?by=batch") == [("B-01", 2), ("B-02", 1)]
    assert rows(client, "?by=serial") == [("SN-1", 1)]
    assert set(rows(client, "?by=return_reason")) == {("质量问题", 1), ("无理由", 1)}
    [first, _] = client.get("/returns/?by=batch").context["rows"]
    assert first["counts"] == [1, 1]
    assert first["returned"] == 1


def test_what_came_in_was_accepted_and_paid_back_is_summed(shop: Mall) -> None:
    number = inspected(shop)
    shop.act(number, "refund", "finance", amount=40000, method="原路退回")
    [row] = as_("gm").get("/returns/").context["rows"]
    assert [row[name] for name in ("returned", "received", "accepted", "refunded")] == [
        2, 2, 2, "¥400.00",
    ]  # fmt: skip


def test_a_value_leads_to_its_cases_and_the_period_narrows_both(shop: Mall) -> None:
    old = told(shop, now() - 20 * DAY, batch="B-02")
    new = told(shop, batch="B-02")
    told(shop)
    client = as_("service")
    [row] = [one for one in client.get("/returns/?by=batch").context["rows"] if one["cases"] == 2]
    listed = client.get(f"/returns/{row['url']}").context["cases"]
    assert [case["number"] for case in listed] == [new, old]
    since = client.get("/returns/").context["reader"].clock.wall(now() - 5 * DAY)
    page = client.get(f"/returns/{row['url']}&from={since:%Y-%m-%d}").context
    assert [case["number"] for case in page["cases"]] == [new]
    wrong = client.get("/returns/?from=gestern")
    assert wrong.status_code == 422
    assert "2026-03-02" in wrong.content.decode()


def test_nobody_counts_what_they_may_not_see(shop: Mall) -> None:
    told(shop, about_person=shop.ids["gm"])
    assert rows(as_("gm")) == []
    told(shop)
    assert rows(as_("gm")) == [("示例台灯", 1)]
    assert Client().get("/returns/").status_code == 302


def test_the_file_holds_every_row_and_no_formula(shop: Mall) -> None:
    told(shop, batch='=HYPERLINK("http://example.com")')
    answer = as_("service").get("/returns/traced.csv?by=batch")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, row = csv.reader(io.StringIO(body))
    assert head[:2] == ["批次", "案件"]
    assert row[0] == '\'=HYPERLINK("http://example.com")'
    assert row[1] == "1"
    book = as_("service").get("/returns/traced.xlsx?by=batch")
    assert b"".join(book.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_where_nothing_comes_back_there_is_nothing_to_trace(mall: Mall) -> None:
    assert as_("gm").get("/returns/").status_code == 404
    assert "/returns/" not in as_("gm").get("/cases/").content.decode()
