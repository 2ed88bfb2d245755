"""The page of what was found: cases with the words that fit, customers, documents; for who may read them."""

import pytest
from django.utils.html import escape

from bihuan.desk import library
from bihuan.desk.library import Publication
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db


def test_the_words_stand_marked_in_what_was_said(mall: Mall, as_) -> None:
    number = mall.complain(content="<b>空調</b>滴水，打了 13912345678 沒人接", name="孙女士")
    answer = as_("desk").get("/find/?q=空调")
    shown = answer.content.decode()
    assert [case["number"] for case in answer.context["cases"]] == [number]
    assert "<mark>空調</mark>" in shown
    assert escape("<b>") in shown
    assert "139****5678" in "".join(piece.text for piece in answer.context["cases"][0]["excerpt"])


def test_what_was_said_later_names_the_entry_and_its_note(mall: Mall, as_) -> None:
    number = mall.with_the_merchant()
    [case] = as_("desk").get("/find/?q=核实并提出").context["cases"]
    assert case["number"] == number
    assert any(piece.found and piece.text == "核实并提出" for piece in case["excerpt"])
    assert case["where"]


def test_customers_and_documents_are_found_too(mall: Mall, as_) -> None:
    number = mall.complain(name="端木测试", phone="13911112222")
    at = now() - DAY
    made = library.publish(
        Publication(code="R-7", version="1", title="退換貨須知", level="public",
                    text="七天内凭小票退换", since=at),
        by=mall.ids["admin"], now=at,
    )  # fmt: skip
    assert not hasattr(made, "code") or made.code == "R-7", made
    client = as_("desk")
    for words in ("端木", "2222", "13911112222"):
        [customer] = client.get(f"/find/?q={words}").context["customers"]
        assert customer["name"] == "端木测试"
        assert "13911112222" not in str(customer)
        assert customer["cases"][0]["number"] == number
    [document] = client.get("/find/?q=退换货").context["documents"]
    assert document["code"] == "R-7"
    assert client.get("/library/?q=小票 须知").context["rows"]
    assert not client.get("/library/?q=发票").context["rows"]


def test_an_outside_party_finds_the_words_of_its_notes_and_no_others(mall: Mall, as_) -> None:
    number = mall.with_the_merchant(content="羊毛大衣开线", name="王敏")
    mall.act(number, "remark", "desk", text="顾客扬言找媒体曝光")
    merchant = as_("merchant")
    cases = merchant.get("/find/?q=处理意见").context["cases"]
    assert [case["number"] for case in cases] == [number]
    assert cases[0]["excerpt"] == ()
    for words in ("媒体", "王敏", "5678", "羊毛"):
        found = merchant.get(f"/find/?q={words}").context
        assert not found["cases"], words
        assert not found["customers"], words
    assert merchant.get(f"/find/?q={number}").headers["location"] == f"/cases/{number}/"


def test_a_number_leads_to_its_case_and_a_long_list_goes_on(mall: Mall, as_, monkeypatch) -> None:
    from bihuan.web.search import views

    monkeypatch.setattr(views, "SIZE", 2)
    made = [mall.complain(now() - 60 + place) for place in range(5)]
    client = as_("desk")
    assert client.get(f"/find/?q={made[0].lower()}").headers["location"] == f"/cases/{made[0]}/"
    seen, address = [], "?q=羊毛大衣"
    while address:
        page = client.get(f"/find/{address}").context
        seen += [case["number"] for case in page["cases"]]
        address = page["next_url"]
    assert seen == made[::-1]
    mall.act(made[1], "withdraw", "customer")
    assert len(client.get("/find/?q=开线&ended=withdrawn").context["cases"]) == 1


def test_nonsense_finds_nothing_and_fails_at_nothing(mall: Mall, as_) -> None:
    mall.complain()
    client = as_("desk")
    for query in (
        "",
        "?q=",
        "?q=。。",
        "?q=%00",
        "?q=%22%27*&after=9-9",
        "?q=x&after=z",
        "?q=" + "漏" * 900,
    ):
        answer = client.get(f"/find/{query}")
        assert answer.status_code == 200
        assert not answer.context["cases"]


def test_what_is_found_while_typing_leads_nowhere_by_itself(mall: Mall, as_) -> None:
    number = mall.complain(content="空调滴水")
    client = as_("desk")
    page = client.get(f"/find/?q={number}", headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert f"/cases/{number}/" in page.content.decode().partition('id="found"')[2]
    assert client.get(f"/find/?q={number}").status_code == 302
