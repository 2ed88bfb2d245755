"""My page, from which everybody acts and to which they come back: by taps, by keys, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk import intake
from bihuan.desk.stored import load
from tests.journeys.desk import Desk
from tests.web.houses import HOME, open_house
from tests.web.mall import DAY, HOUR, Mall, now, open_mall
from tests.web.shop import open_shop
from tests.web.test_bad_inputs import reviewed

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def is_back(desk: Desk, said: str) -> None:
    """On my page again, which says what was done and that nothing more is owed."""
    expect(desk.page.locator(".done-note")).to_contain_text(said)
    expect(desk.page.locator("tr[data-row]")).to_have_count(0)
    assert desk.page.url.removeprefix(desk.url).startswith(("/?", "/"))


@pytest.fixture
def mall(live_server: LiveServer) -> Mall:
    return open_mall()


def dispatched(mall: Mall) -> str:
    number = mall.complain()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 2 * DAY)
    mall.act(
        number, "classify", "desk", category="quality_price", about="merchant", desk_can_solve="no"
    )
    mall.act(number, "dispatch", "desk", instructions="请核对售后记录")
    return number


def test_a_note_is_issued_on_a_phone_in_two_taps(mall: Mall, desks: Callable[..., Desk]) -> None:
    number = dispatched(mall)
    page = desks("operations", width=390).page
    taps = 0

    def tap(selector: str, text: str = "") -> None:
        nonlocal taps
        page.locator(selector, has_text=text).first.click()
        taps += 1

    tap("tr[data-row] .act a", "审核签发")
    expect(page.locator("#pane-body")).to_contain_text("请核对售后记录")
    expect(page.locator("#pane-body")).to_contain_text("您签发以后")
    expect(page.locator('#pane-body button[value="issued"]')).to_be_in_viewport()
    tap('#pane-body button[value="issued"]')
    expect(page.locator(".done-note")).to_contain_text(number)
    stored = load(number)
    assert stored is not None
    assert "receipt" in {debt.act for debt in stored.case.debts.values()}
    assert taps == 2


def test_a_reply_says_what_it_lacks_and_leads_there(mall: Mall, desks: Callable[..., Desk]) -> None:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    mall.act(number, "receipt", "merchant", sheet=1, signature="乔安")
    page = desks("merchant", width=390).page
    page.locator("tr[data-row] .act a", has_text="回复").first.click()
    lacks = page.locator("#pane-body [data-missing]")
    expect(lacks).to_contain_text("还差 4 项")
    page.locator("#pane-body form .is-solid").click()
    expect(page.locator("#pane-body form [required]").first).to_be_focused()
    desks("merchant").put(
        "#pane-body", result="同意退款", handler="乔安", date="2026-11-20",
        **{"customer-opinion": "同意"},
    )  # fmt: skip
    expect(lacks).to_be_hidden()
    page.locator("#pane-body form .is-solid").click()
    expect(page.locator(".waiting")).to_contain_text("核查回复")


def test_my_page_is_worked_by_the_keyboard_alone(mall: Mall, desks: Callable[..., Desk]) -> None:
    for _ in range(3):
        mall.complain()
    page = desks("desk").page
    rows = page.locator("tr[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    first = rows.nth(0).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-body form input:focus")).to_be_visible()
    agreed = page.locator("#pane-body [name=agreed_time]")
    agreed.fill(agreed.page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 16)"))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#live")).to_contain_text("您已告知客户受理情况")
    expect(page.locator(f"#{first}")).to_have_count(0)
    chosen = page.locator('tr[data-row][aria-current="true"] [data-select]')
    expect(chosen).to_be_focused()


def test_who_inspects_and_who_pays_do_it_in_english_from_their_inboxes(
    live_server: LiveServer, desks: Callable[..., Desk]
) -> None:
    shop = open_shop("en")
    number = reviewed(shop)
    shop.act(number, "receive_goods", "warehouse", outcome="arrived", quantity=2)
    inspector = desks("inspector", "en")
    expect(inspector.page.locator("tr[data-row]")).to_have_count(1)
    inspector.from_list(
        "inspect", outcome="passed", accepted="2", condition="as new",
        complete="yes", as_requested="yes", unused="yes",
    )  # fmt: skip
    is_back(inspector, f"{number}: you")
    finance = desks("finance", "en", 390)
    finance.from_list("refund", amount="400.00", method_="bank transfer")
    is_back(finance, f"{number}: you")
    stored = load(number)
    assert stored is not None
    assert stored.case.goods["refunded"] == 40000


def test_the_president_approves_in_english_on_a_phone(
    live_server: LiveServer, desks: Callable[..., Desk]
) -> None:
    house, since = open_house(HOME, language="en"), now() - HOUR
    told = {"channel": "phone", "name": "甲业主", "phone": "13900000626", "delivered": "yes",
            "demanded": 8_000_000, "content": "飘窗渗水，家具发霉，要求赔偿"}  # fmt: skip
    number = intake.register(told, by=house.ids["duty"], unit="city", now=since).number
    house.act(number, "acknowledge", "duty", since + 60)
    house.act(number, "classify", "duty", since + 120, category="engineering", about_unit="works",
              part="building")  # fmt: skip
    house.act(number, "report", "duty", since + 180, form="phone", content="业主索赔")
    house.act(
        number, "appoint_command", "gm", since + 240, commander=house.ids["gm"], team="工程部一人"
    )
    house.act(number, "decide", "gm", since + 300, handling="dispatch", ask_president="yes")
    president = desks("president", "en", 390)
    president.from_list("approve")
    is_back(president, f"{number}: you")
    desk = desks("duty", "en")
    desk.case(number)
    expect(desk.page.locator("#act-dispatch-0")).to_be_visible()
