"""Two clerks at the same list and the same case, with the keyboard: chosen, done on many, and no text lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.web.mall import DAY, Mall, now, open_mall

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> Mall:
    """The mall with two at the service desk and three complaints."""
    mall = open_mall()
    mall.hire("colleague", "林晚", "service_desk", language="en")
    for _ in range(3):
        mall.complain()
    return mall


def read_again(page: Page) -> None:
    """As when the window comes to the front again."""
    with page.expect_response(lambda answer: "shown=" in answer.url):
        page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_rows_are_chosen_and_acted_on_with_the_keyboard_alone(
    house: Mall, desks: Callable[..., Desk]
) -> None:
    desk = desks("desk")
    page = desk.page
    page.goto(f"{desk.url}/cases/")
    expect(page.locator("[data-choose-bar]")).to_be_hidden()
    for key in "jxjxjkx":  # the first, the second; on to the third and back: the second no longer
        page.keyboard.press(key)
    expect(page.locator("[data-choose]:checked")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-chosen-count]")).to_have_text("已选 2 件")
    button = page.locator("[data-choose-bar] button[value=remark]")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chosen-rows > li")).to_have_count(2)
    page.locator("#many-acts textarea").focus()
    page.keyboard.type("雨天漏水，统一答复")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".done-note")).to_contain_text("已办 2 件")
    expect(page.locator(".chosen-rows [data-good=yes]")).to_have_count(2)
    page.goto(f"{desk.url}/cases/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".story")).to_contain_text("雨天漏水")


def test_the_list_is_read_anew_and_what_was_chosen_stays(
    house: Mall, desks: Callable[..., Desk]
) -> None:
    desk = desks("desk", "en")
    page = desk.page
    page.goto(f"{desk.url}/cases/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    chosen = page.locator("[data-choose]:checked").get_attribute("value")
    house.complain()
    read_again(page)
    expect(page.locator("[data-new-rows]")).to_be_visible()  # the row has the focus: nothing moves
    expect(page.locator("tr[data-row]")).to_have_count(3)
    page.locator("[data-new-rows]").click()
    expect(page.locator("tr[data-row]")).to_have_count(4)
    expect(page.locator("[data-choose]:checked")).to_have_value(chosen or "")
    expect(page.locator("tr[aria-current=true]")).to_have_attribute("data-number", chosen or "")


def test_two_at_one_case_see_each_other_and_who_is_slower_loses_no_word(
    house: Mall, desks: Callable[..., Desk]
) -> None:
    number = house.complain(now() - DAY)
    first, second = desks("desk"), desks("colleague", "en")
    first.case(number)
    second.case(number)
    expect(second.page.locator(".watching")).to_contain_text("周晓岚 is looking too")
    with first.page.expect_response("**/looking/"):
        first.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.page.locator(".watching")).to_contain_text("林晚也在看")
    for desk in (first, second):
        desk.open("acknowledge")
    second.put("#act-form", remark="the caller is free after two")
    house.act(number, "acknowledge", "desk", agreed_time=now() + DAY)
    second.page.locator("#act-form form .is-solid").click()
    conflict = second.page.locator("#act-form .conflict")
    expect(conflict).to_contain_text("周晓岚")
    kept = second.page.locator("#act-form textarea[name=text]")
    expect(kept).to_have_value("the caller is free after two")
    second.page.locator("#act-form form .is-solid").click()
    second.done("remark")
    expect(second.page.locator(".story")).to_contain_text("the caller is free after two")
    first.page.goto(f"{first.url}/cases/")
    with second.page.expect_response("**/looking/"):
        second.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.page.locator(".watching")).to_be_hidden()
