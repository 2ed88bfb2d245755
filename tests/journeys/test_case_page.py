"""The page of a case in a browser: signed for on a phone, its story read by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bihuan.desk import files
from bihuan.desk.stored import load
from tests.journeys.desk import Desk
from tests.web.mall import Mall, open_mall
from tests.web.test_case import dispatched
from tests.web.test_papers import answering

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mall() -> Mall:
    return open_mall()


def draw(page: Page, *points: tuple[float, float]) -> None:
    """One stroke over the pad, in shares of its width and height."""
    box = page.locator("[data-sign-pad] canvas").bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


@pytest.mark.pointer  # drawn with a finger
def test_a_note_is_signed_for_on_the_phone(mall: Mall, desks: Callable[..., Desk]) -> None:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    merchant = desks("merchant", width=360)
    page = merchant.page
    merchant.case(number)
    page.locator(".phone-acts .is-solid").click()
    pad, drawn = page.locator("[data-sign-pad]"), page.locator("[name=signature-drawn]")
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    draw(page, (0.1, 0.5), (0.4, 0.2), (0.5, 0.8))
    expect(drawn).to_have_value(re.compile("^data:image/png;base64,"))
    first = drawn.input_value()
    draw(page, (0.6, 0.3), (0.9, 0.6))
    assert drawn.input_value() != first
    pad.locator("[data-sign-undo]").click()
    assert drawn.input_value() == first
    pad.locator("[data-sign-clear]").click()
    expect(drawn).to_have_value("")
    draw(page, (0.2, 0.4), (0.7, 0.6))
    page.locator(
        "#act-form form .is-solid"
    ).click()  # without the name: said, and the drawing stays
    expect(page.locator("#act-form .form-errors")).to_be_visible()
    expect(page.locator("[name=signature-drawn]")).to_have_value(re.compile("^data:image/png"))
    page.locator("[name=signature]").press("Tab")
    expect(page.locator("[name=signature]")).to_have_value("")  # nobody signs by going on
    page.locator("#act-form [data-take]").click()
    page.locator("#act-form form .is-solid").click()
    merchant.done("receipt")
    stored = load(number)
    assert stored is not None
    digest, _, name = stored.case.sheets[1].data["signature"].partition(":")
    assert name == "乔安.png"
    assert (files.read(digest) or b"").startswith(b"\x89PNG")
    expect(page.locator(".thumb.is-signed img").first).to_be_visible()


def test_the_views_of_the_story_are_chosen_by_keyboard_without_losing_what_is_typed(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    number = dispatched(mall)
    desk = desks("operations")
    page = desk.page
    desk.case(number)
    desk.open("remark")
    page.fill("#act-form [name=text]", "还没写完")
    page.locator("#story-all").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#story-customer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?view=customer$"))
    expect(page.locator("#story-customer")).to_have_attribute("aria-current", "true")
    expect(page.locator("#story-customer")).to_be_focused()
    expect(page.locator("#story")).to_contain_text("收到您的投诉")
    expect(page.locator("#story")).not_to_contain_text("请核对售后记录")
    expect(page.locator("#act-form [name=text]")).to_have_value("还没写完")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?view=acts$"))
    expect(page.locator("#story")).to_contain_text("请核对售后记录")
    page.go_back()
    expect(page.locator("#story-customer")).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1280), ("en", 360)])
def test_a_written_answer_is_seen_as_the_letter_it_will_be_and_the_words_for_the_phone(
    mall: Mall, desks: Callable[..., Desk], language: str, width: int
) -> None:
    number = answering(mall)
    desk = desks("desk", language, width)
    page = desk.page
    page.goto(f"{desk.url}/cases/{number}/respond/")
    desk.put("#act-form", form_="phone")
    expect(page.locator("#act-form .say-this:visible")).to_have_count(1)
    expect(page.locator("#act-form [data-when='form_=written']")).to_be_hidden()
    desk.put("#act-form", form_="written", answer="商户已同意退货。")
    expect(page.locator("#act-form .say-this:visible")).to_have_count(0)
    page.locator("[hx-target='#letter']").click()
    expect(page.locator(".letter-sheet")).to_contain_text("商户已同意退货。")
    expect(page.locator(".letter-sheet")).to_contain_text("星河广场")
    expect(page.locator("#f-answer")).to_have_value("商户已同意退货。")
    with page.expect_popup() as opened:
        page.locator("#letter form button").click()
    assert opened.value is not None
    stored = load(number)
    assert stored is not None
    assert stored.case.stage != "answered"
