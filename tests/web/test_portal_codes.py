"""QR codes to hang up: who may print them, where they lead, and what a code that ended leads to."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import organisation, worlds
from tests.web.mall import HOUR, Mall, now
from tests.web.test_portal import customer, text

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SHEET = "/organisation/codes/"


def test_a_sheet_has_a_code_for_each_chosen_unit_in_both_languages(mall: Mall, as_: As) -> None:
    page = as_("admin").get(f"{SHEET}?unit=m217&unit=m218").content.decode()
    assert page.count('class="qr-code"') == 2
    assert "http://testserver/portal/?unit=m218" in page
    sheet = page[page.index("code-sheet") :]
    assert "一碗山面馆" in sheet
    assert 'lang="zh-Hans">有不满意' in sheet
    assert 'lang="en">Something wrong' in sheet
    assert "style=" not in sheet


def test_all_units_of_a_kind_are_chosen_at_once(mall: Mall, as_: As) -> None:
    page = as_("admin").get(f"{SHEET}?kind=merchant").content.decode()
    shops = [u for u in worlds.organisation(now()).units.values() if u.kind == "merchant"]
    assert page.count('class="qr-code"') == len(shops) > 1


def test_managers_print_codes_and_merchants_do_not(mall: Mall, as_: As) -> None:
    assert as_("operations").get(SHEET).status_code == 200
    assert as_("merchant").get(SHEET).status_code == 404
    assert "/accounts/login/" in customer().get(SHEET).headers["location"]


@pytest.mark.parametrize(("language", "kept"), [("zh-CN", "和谁有关"), ("en", "Whom it is about")])
def test_a_scanned_unit_is_shown_and_can_be_changed(mall: Mall, language: str, kept: str) -> None:
    client = customer(language)
    assert "一碗山面馆" in text(client.get("/portal/?unit=m218"))
    page = client.get("/portal/complain/1").content.decode()
    assert kept in page
    assert re.search(r'<option value="m218" selected>', page)
    assert (
        client.post("/portal/complain/1", {"content": "地面湿滑", "about_unit": "m217"})
        .headers["location"]
        .endswith("/2")
    )
    assert re.search(
        r'<option value="m217" selected>', client.get("/portal/complain/1").content.decode()
    )


@pytest.mark.parametrize("code", ["nonsense", "m999", "<script>alert(1)</script>", "m" * 5000])
def test_a_code_that_ended_is_refused_kindly_and_one_can_go_on(mall: Mall, code: str) -> None:
    client = customer()
    answer = client.get("/portal/", {"unit": code})
    assert answer.status_code == 200
    assert "已不再使用" in text(answer)
    assert "<script>alert" not in answer.content.decode()
    assert client.get("/portal/complain/1").status_code == 200


def test_the_code_of_a_closed_unit_is_one_that_ended(mall: Mall) -> None:
    organisation.add_unit("popup", "快闪店", "merchant", "company", now=now() - 2 * HOUR)
    organisation.close_unit("popup", now=now() - HOUR)
    worlds.forget()
    assert "已不再使用" in text(customer().get("/portal/?unit=popup"))


def test_what_a_script_sends_instead_of_a_unit_is_not_taken(mall: Mall) -> None:
    client = customer()
    client.get("/portal/")
    answer = client.post("/portal/complain/1", {"content": "地面湿滑", "about_unit": "nonsense"})
    assert answer.status_code == 422
    assert "和谁有关" in text(answer)
    assert "地面湿滑" in answer.content.decode()
