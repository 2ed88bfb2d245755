"""A return from the customer's phone to the archive, by everybody who takes part, each at their browser."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from tests.journeys.desk import Desk
from tests.web.mall import DAY, now
from tests.web.shop import open_shop

ENGLISH = ("handler", "manager")  # read English; the warehouse, too, once the goods are there
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def asked_for(page: Page, url: str) -> str:
    """Ask for a return on a phone; the number."""

    def next_(**fields: str) -> None:
        for name, value in fields.items():
            choice = page.locator(f'[type=radio][name="{name}"][value="{value}"]')
            if choice.count():
                choice.check()
            else:
                page.fill(f'[name="{name}"]', value)
        page.get_by_role("button", name="下一步").click()

    delivered = datetime.fromtimestamp(now() - 2 * DAY, ZoneInfo("Asia/Shanghai"))
    page.goto(f"{url}/portal/")
    page.get_by_role("link", name="申请退货").click()
    expect(page.locator("main")).to_contain_text("退货期限为7日")
    page.get_by_role("button", name="已看，继续").click()
    next_(content="灯罩颜色与图片不符")
    next_(product="示例台灯", order="示例订单 7", delivered=f"{delivered:%Y-%m-%dT%H:%M}")
    next_(goods="ordinary", return_reason="no_reason")
    next_(bought="2", returned="2", paid="400.00")
    next_(demand="退款")
    page.fill("[name=name]", "叶蓁")
    page.fill("[name=contact]", "13900000626")
    page.get_by_label(re.compile("同意")).check()
    page.get_by_role("button", name="发送").click()
    expect(page).to_have_url(re.compile("/portal/receipt"))
    expect(page.locator("main")).to_contain_text("联系您确认申请")
    number = page.locator(".pairs dd").nth(0).inner_text()
    page.get_by_role("link", name="看进展").click()
    expect(page).to_have_url(re.compile(f"/portal/case/{number}"))
    return number


def test_a_return_goes_its_whole_way(
    visitor: Callable[..., Page], desks: Callable[..., Desk], live_server: LiveServer
) -> None:
    open_shop()
    phone = visitor("zh-hans", 360)
    number = asked_for(phone, live_server.url)

    def does(who: str, act: str, **values: str) -> None:
        desks(who, "en" if who in ENGLISH else "zh-hans").does(number, act, **values)

    def customer_sees(*texts: str) -> None:
        phone.reload()
        for text in texts:
            expect(phone.locator("main")).to_contain_text(text)

    does("service", "confirm_return")
    does(
        "handler", "review_return", bought="2", returned="2", paid="400.00",
        quality="完好", reasonableness="七日内无理由", remedy="refund",
    )  # fmt: skip
    customer_sees("已同意您的申请", "您寄回商品")
    does("warehouse", "receive_goods", outcome="arrived", quantity="2")
    customer_sees("您寄回的商品已收到", "现在不能撤回")
    desks("inspector").from_list(
        "inspect", outcome="passed", accepted="2", condition="全新",
        complete="yes", as_requested="yes", unused="yes",
    )  # fmt: skip
    customer_sees("已验收：合格", "退款给您")
    desks("finance").from_list("refund", amount="400.00", method_="原路退回")
    customer_sees("已退款：¥400.00")
    does(
        "service", "respond", form_="written", company_name="yes", told_result="refunded",
        answer="400 元已原路退回。",
    )  # fmt: skip
    customer_sees("400 元已原路退回。")
    phone.get_by_role("button", name="满意", exact=True).click()
    expect(phone.locator("main")).to_contain_text("您说：满意")
    desks("warehouse").reads("en")
    does("warehouse", "dispose", disposition="restock")
    does("service", "close", summary="已退款，货物返库")
    stored = load(number)
    assert stored is not None
    assert stored.case.goods["refunded"] == 40000
    assert stored.case.stage == "closed"
    customer_sees("办结")
    does("manager", "follow_up", way="phone", outcome="satisfied", score="5", solved="yes")
    stored = load(number)
    assert stored is not None
    (debt,) = stored.case.debts.values()
    assert debt.act == "archive"
    sweep(debt.due + 1)
    stored = load(number)
    assert stored is not None
    assert stored.case.ended == "archived"
