"""First run: one page, one token, one organisation; afterwards the page is gone."""

import time

import pytest
from django.test import Client
from markupsafe import escape

from bihuan.desk import packs, setup
from bihuan.web.setup.views import GUESSES

pytestmark = pytest.mark.django_db
GOOD = {
    "organisation_name": "云桥商场",
    "pack": "mall",
    "admin_name": "甲管理",
    "admin_username": "admin",
    "password": "a correct horse",
    "password_again": "a correct horse",
}


@pytest.fixture(autouse=True)
def _no_guesses() -> None:
    GUESSES.clear("127.0.0.1")


def visitor(language: str = "zh-CN") -> Client:
    return Client(headers={"accept-language": language})


def token() -> str:
    return setup.issue_token(int(time.time())) or ""


@pytest.mark.parametrize("address", ["/", "/portal/", "/accounts/login/", "/cases/", "/policy/"])
def test_before_set_up_every_page_leads_to_the_one_that_says_how(address: str) -> None:
    answer = visitor().get(address)
    assert answer.status_code == 302
    assert answer.headers["location"] == "/setup/"
    page = visitor().get("/setup/").content.decode()
    assert "控制台" in page
    assert 'name="password"' not in page


def test_the_form_is_shown_for_the_console_s_token_only() -> None:
    right = token()
    assert "organisation_name" in visitor().get(f"/setup/?token={right}").content.decode()
    answer = visitor().get("/setup/?token=guess")
    assert answer.status_code == 403
    assert "organisation_name" not in answer.content.decode()


def test_a_wrong_token_in_the_form_makes_nothing() -> None:
    token()
    assert visitor().post("/setup/", {**GOOD, "token": "guess"}).status_code == 403
    assert not setup.is_set_up()


def test_guessing_ends_after_twenty_tries_even_with_the_right_token() -> None:
    right = token()
    for _ in range(20):
        assert visitor().get("/setup/?token=guess").status_code == 403
    assert visitor().get(f"/setup/?token={right}").status_code == 429


def test_set_up_is_done_once_and_the_page_is_gone() -> None:
    client, right = visitor(), token()
    answer = client.post("/setup/", {**GOOD, "token": right})
    assert answer.status_code == 302
    assert answer.headers["location"] == "/accounts/login/"
    assert "云桥商场" in client.get("/accounts/login/").content.decode()
    assert client.get(f"/setup/?token={right}").status_code == 404
    assert client.post("/setup/", {**GOOD, "token": right}).status_code == 404


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"password_again": "another horse"}, "两次输入的密码不一样"),
        ({"password": "short", "password_again": "short"}, "密码"),
        ({"organisation_name": " "}, "单位名称"),
        ({"pack": "nonsense"}, "制度包"),
        ({"admin_username": "a b"}, "用户名"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    other: dict[str, str], said: str
) -> None:
    answer = visitor().post("/setup/", {**GOOD, "token": token(), **other})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="甲管理"' in page
    assert "a correct horse" not in page
    assert not setup.is_set_up()


def test_an_english_reader_sets_up_in_english() -> None:
    page = visitor("en").get(f"/setup/?token={token()}").content.decode()
    assert "Name of the organisation" in page
    assert "Mall complaint handling plan" in page


def test_the_first_run_describes_every_pack_in_the_reader_s_language() -> None:
    right = token()
    for language, code in (("zh-CN", "zh"), ("en", "en")):
        page = visitor(language).get(f"/setup/?token={right}").content.decode()
        for pack in packs.shipped():
            assert f'value="{pack}"' in page
            assert escape(packs.about(pack).in_(code)) in page
