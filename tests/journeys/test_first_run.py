"""A bare installation becomes an organisation, in a real browser and in both languages."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk import setup

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "chinese"), [("zh-hans", True), ("en", False)])
def test_the_console_s_token_leads_to_a_working_desk(
    visitor: Callable[..., Page], live_server: LiveServer, language: str, chinese: bool
) -> None:
    page = visitor(language)
    page.goto(f"{live_server.url}/")
    expect(page).to_have_url(f"{live_server.url}/setup/")
    expect(page.locator("h1")).to_contain_text("还没有设置" if chinese else "not set up yet")
    page.get_by_label("令牌" if chinese else "Token").fill("guess")
    page.locator(".bar .is-solid").click()
    expect(page.get_by_role("alert").first).to_contain_text("不是" if chinese else "not the token")

    token = setup.issue_token(int(time.time()))
    page.goto(f"{live_server.url}/setup?token={token}")
    page.get_by_label("单位名称" if chinese else "Name of the organisation").fill("云桥商场")
    page.get_by_text("商场客户投诉处理预案" if chinese else "Mall complaint handling plan").click()
    page.get_by_label("管理员姓名" if chinese else "Name of the administrator").fill("甲管理")
    page.get_by_label("用户名" if chinese else "Name to sign in with").fill("admin")
    passwords = page.locator("input[type=password]")
    passwords.nth(0).fill("a correct horse")
    passwords.nth(1).fill("a correct mule")
    page.locator(".bar .is-solid").click()
    expect(page.locator(".error")).to_contain_text("不一样" if chinese else "not the same")
    expect(
        page.get_by_label("管理员姓名" if chinese else "Name of the administrator")
    ).to_have_value("甲管理")
    for number in (0, 1):
        page.locator("input[type=password]").nth(number).fill("a correct horse")
    page.locator(".bar .is-solid").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    expect(page.get_by_role("status").last).to_be_attached()
    page.locator("input[name=login]").fill("admin")
    page.locator("input[name=password]").fill("a correct horse")
    page.locator(".sign-in .is-solid").click()
    expect(page).to_have_url(f"{live_server.url}/")
    expect(page.locator("body")).to_contain_text("云桥商场")
    answer = page.goto(f"{live_server.url}/setup/")
    assert answer is not None
    assert answer.status == 404
