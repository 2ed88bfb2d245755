"""The list of cases: only what one may see, narrowed in the address, read by key."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.web.cases import listing
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
QUERIES = 14  # of a page of any length: who reads it, the shell, the rows, who complained


def numbers(client: Client, query: str = "") -> list[str]:
    return [row["number"] for row in client.get(f"/cases/{query}").context["rows"]]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_any_length_is_few_questions(mall: Mall, as_: As, count: int) -> None:
    for _ in range(count):
        mall.complain()
    client = as_("desk")
    client.get("/cases/")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/cases/")
    assert len(answer.context["rows"]) == count
    assert len(asked) <= QUERIES, [one["sql"][:90] for one in asked]


def test_phone_numbers_are_masked_and_names_are_not(mall: Mall, as_: As) -> None:
    mall.complain()
    shown = as_("desk").get("/cases/").content.decode()
    assert "138****5678" in shown
    assert "13800005678" not in shown
    assert "王敏" in shown


def test_each_sees_their_own(mall: Mall, as_: As) -> None:
    number = mall.complain()
    assert numbers(as_("desk")) == [number]
    assert numbers(as_("gm")) == [number]
    assert numbers(as_("merchant")) == []
    other = mall.complain(about_person=mall.ids["operations"], about="manager", about_unit="")
    assert other not in numbers(as_("operations"))
    assert other not in numbers(as_("floor"))


def test_filters_live_in_the_address(mall: Mall, as_: As) -> None:
    t = now()
    first = mall.complain(t - 2 * DAY, channel="letter", content="美食区排烟")
    second = mall.complain(t, content="会员积分未到账", name="孙女士", phone="13911112222")
    client = as_("desk")
    assert numbers(client) == [first, second]
    assert numbers(client, "?channel=letter") == [first]
    assert numbers(client, "?late=1") == [first]
    assert numbers(client, "?stage=registered") == [first, second]
    assert numbers(client, "?stage=closed") == []
    assert numbers(client, "?all=1") == [second, first]
    chips = client.get("/cases/?channel=letter&late=1").context["chips"]
    assert [(chip["label"], chip["url"]) for chip in chips] == [
        ("渠道：书信", "?late=1"), ("已超时", "?channel=letter"),
    ]  # fmt: skip


def test_it_is_narrowed_by_days_units_owner_and_who_owes(mall: Mall, as_: As) -> None:
    t = now()
    old = mall.complain(t - 5 * DAY)
    new = mall.complain(t, about_unit="m218")
    client = as_("desk")
    day = f"{datetime.fromtimestamp(t - 2 * DAY, ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
    assert numbers(client, f"?from={day}") == [new]
    assert numbers(client, f"?until={day}") == [old]
    assert numbers(client, "?about=m218") == [new]
    assert numbers(client, "?about=一碗山面馆") == [new]
    assert numbers(client, "?unit=company") == [old, new]
    assert numbers(client, "?owner=store_gm@") == []
    assert numbers(client, "?owes=service_desk@") == [old, new]
    assert numbers(client, "?owes=service_desk@&owes_late=1") == [old]
    assert numbers(client, "?ended=withdrawn") == []


@pytest.mark.parametrize(
    ("query", "why"), [("from=soon", "2026-03-02"), ("about=无此店", "无此店")]
)
def test_what_cannot_be_asked_for_says_what_would_be_right(
    mall: Mall, as_: As, query: str, why: str
) -> None:
    page = as_("desk").get(f"/cases/?{query}")
    assert page.status_code == 200
    assert why in next(field["error"] for field in page.context["fields"] if field["error"])


def test_columns_are_chosen_in_the_address(mall: Mall, as_: As) -> None:
    mall.complain()
    client = as_("desk")
    page = client.get("/cases/?column=about&column=title&column=nonsense")
    assert [column["key"] for column in page.context["columns"]] == ["title", "about"]
    assert page.context["rows"][0]["cells"]["about"] == "木棉里女装"
    assert len(client.get("/cases/?column=nonsense").context["columns"]) == 8


def test_as_many_rows_are_read_anew_as_are_shown(
    mall: Mall, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SIZE", 1)
    for _ in range(4):
        mall.complain()
    client = as_("desk")
    assert [len(numbers(client, query)) for query in ("", "?shown=3", "?shown=x")] == [1, 3, 1]


@pytest.mark.parametrize("words", ["积分", "孙女士", "2222", "13911112222", "-0002"])
def test_a_case_is_found_by_what_is_remembered_of_it(mall: Mall, as_: As, words: str) -> None:
    mall.complain(content="美食区排烟")
    found = mall.complain(content="会员积分未到账", name="孙女士", phone="13911112222")
    assert numbers(as_("desk"), f"?q={words}") == [found]
    assert numbers(as_("merchant"), f"?q={words}") == []


def test_its_whole_number_leads_to_the_case(mall: Mall, as_: As) -> None:
    number = mall.complain()
    answer = as_("desk").get(f"/cases/?q={number.lower()}")
    assert answer.headers["location"] == f"/cases/{number}/"


def test_a_long_list_goes_on_by_key_without_gap_or_repetition(
    mall: Mall, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SIZE", 2)
    t = now()
    made = [mall.complain(t - HOUR + minute // 2 * 60) for minute in range(5)]
    client = as_("desk")
    for query, order in (("", made), ("?all=1", made[::-1])):
        seen, address = [], query
        while True:
            page = client.get(f"/cases/{address}").context
            seen += [row["number"] for row in page["rows"]]
            if not page["next_url"]:
                break
            address = page["next_url"]
        assert seen == order


def test_nonsense_in_the_address_is_an_empty_list_and_no_failure(mall: Mall, as_: As) -> None:
    mall.complain()
    for query in ("?after=x", "?after=9-", "?stage=%00", "?q=%F0%9F%98%80", "?unit='"):
        assert as_("desk").get(f"/cases/{query}").status_code == 200
