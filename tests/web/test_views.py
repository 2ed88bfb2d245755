"""Saved and shared views of the list of cases."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from bihuan.records.models import SavedView
from tests.web.mall import Mall

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def save(client: Client, name: str, query: str = "", shared: str = "") -> int:
    return client.post(
        "/cases/views/", {"name": name, "query": query, "shared": shared}
    ).status_code


def tabs(client: Client, query: str = "") -> dict[str, str]:
    found = client.get(f"/cases/{query}").context["tabs"]
    return {tab["label"]: tab["url"] for tab in found[3:]}


def test_a_view_keeps_filters_and_columns_and_stands_among_the_tabs(mall: Mall, as_: As) -> None:
    letter = mall.complain(channel="letter")
    mall.complain()
    client = as_("desk")
    assert save(client, " 信件  投诉 ", "channel=letter&after=1-1&column=title&column=kind") == 302
    address = tabs(client)["信件 投诉"]
    assert parse_qs(urlsplit(address).query) == {"channel": ["letter"], "column": ["title", "kind"]}
    page = client.get(f"/cases/{address}")
    assert [row["number"] for row in page.context["rows"]] == [letter]
    assert [column["key"] for column in page.context["columns"]] == ["title", "kind"]
    assert next(tab for tab in page.context["tabs"] if tab["current"])["label"] == "信件 投诉"
    assert tabs(as_("operations")) == {}


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "起一个名称"), ("  ", "起一个名称"), ("长" * 41, "至多 40"), ("a\u202eb", "控制字符")],
)
def test_a_bad_name_is_refused_with_what_would_be_right(
    mall: Mall, as_: As, name: str, why: str
) -> None:
    answer = as_("desk").post("/cases/views/", {"name": name, "query": "late=1"})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert answer.context["asked"].given == {"late": "1"}
    assert SavedView.objects.count() == 0


def test_a_name_is_given_once_until_its_view_is_dropped(mall: Mall, as_: As) -> None:
    client = as_("desk")
    assert [save(client, "甲", "late=1"), save(client, "甲", "all=1")] == [302, 422]
    kept = SavedView.objects.get()
    assert as_("gm").post(f"/cases/views/{kept.pk}/").status_code == 404
    assert client.post(f"/cases/views/{kept.pk}/").status_code == 302
    assert save(client, "甲", "all=1") == 302
    kept.refresh_from_db()
    assert str(kept.dropped_by_id) == mall.ids["desk"]
    assert kept.dropped_at
    assert kept.dropped_at >= kept.saved_at


def test_administrators_share_with_everybody_and_superiors_with_the_posts_below(
    mall: Mall, as_: As
) -> None:
    assert save(as_("admin"), "超时件", "late=1", "*") == 302
    assert "超时件（管理员）" in tabs(as_("merchant"))
    assert save(as_("gm"), "商户件", "all=1", "floor_manager") == 302
    assert "商户件（高明远）" in tabs(as_("floor"))
    assert "商户件（高明远）" not in tabs(as_("desk"))
    assert save(as_("gm"), "大家", "", "*") == 422
    assert save(as_("desk"), "上级", "", "store_gm") == 422
    assert save(as_("merchant"), "同级", "", "merchant_manager") == 422


def test_a_shared_view_shows_each_only_what_they_may_see(mall: Mall, as_: As) -> None:
    number = mall.complain()
    assert save(as_("admin"), "全部投诉", "all=1&kind=complaint", "*") == 302
    for who, seen in (("desk", [number]), ("merchant", [])):
        client = as_(who)
        address = tabs(client)["全部投诉（管理员）"]
        assert [row["number"] for row in client.get(f"/cases/{address}").context["rows"]] == seen
