"""The register page in a real browser: few key strokes, suggestions by Tab, drafts, files, and a lost session."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect

from bihuan.desk.stored import load
from bihuan.records.models import Case
from tests.journeys.desk import UNREADY, Desk
from tests.web.mall import Mall, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SAID = "木棉里买的羊绒衫袖口脱线，不给退钱，再不处理就发到网上"
MOST = 25  # key strokes beyond the text, the name and the number
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 2000


@pytest.fixture
def mall(transactional_db: None) -> Mall:
    return open_mall()


class Keys:
    """A keyboard that counts what is pressed beside what is written."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += key.count("+") + 1
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)


def offered(page: Page, field: str) -> str:
    """What stands below a field once the server has thought about it."""
    slot = page.locator(f'[data-slot="{field}"]')
    expect(slot).not_to_be_empty()
    return slot.inner_text()


def new_page(desk: Desk) -> Page:
    desk.page.goto(f"{desk.url}/cases/new/")
    expect(desk.page.locator("[name=content]")).to_be_focused()
    return desk.page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_phone_complaint_takes_at_most_25_key_strokes(
    mall: Mall, desks: Callable[..., Desk], language: str
) -> None:
    desk = desks("desk", language)
    page = desk.page
    keys = Keys(page)
    keys.press("n")
    expect(page.locator("[name=content]")).to_be_focused()
    keys.write(SAID)
    keys.press("Tab")
    keys.write("韦芸")
    keys.press("Tab")
    keys.write("15000003307")
    keys.press("Tab")
    offered(page, "about_unit")
    keys.press("Tab")  # takes the unit
    expect(page.locator("[name=about_unit]")).to_have_value("木棉里女装")
    keys.press("Alt+4")
    offered(page, "category")
    keys.press("Tab", "Tab")  # takes the category, goes on to the subject
    offered(page, "about")
    keys.press("Tab")
    keys.press("Alt+6")
    assert "发到网上" in offered(page, "media_exposed")
    keys.press("ArrowRight")  # asked, and it is: no
    keys.press("Alt+7", "Space")
    expect(page.locator("#to-say")).to_contain_text("韦芸")
    keys.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/cases/TS\d{8}-\d+/$"))
    desk.done()
    assert keys.pressed <= MOST
    case = Case.objects.get(ledger=False)
    assert (case.about_unit, case.category, case.severity) == ("m217", "quality_price", "general")
    stored = load(case.number)
    assert stored is not None
    assert stored.case.agreed
    assert stored.case.facts["about"] == "merchant"
    assert stored.case.facts["media_exposed"] == "no"


def test_a_key_pressed_while_the_page_still_loads_is_heard(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    desk = desks("desk")
    page = desk.page
    page.remove_locator_handler(page.locator(UNREADY))  # who presses it waits for nothing
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/dist/app.js", hold, times=1)
    page.goto(f"{desk.url}/", wait_until="commit")
    page.locator("#live").wait_for(state="attached")  # the end of the page
    for kind in ("keyDown", "keyUp"):
        page.context.new_cdp_session(page).send(
            "Input.dispatchKeyEvent", {"type": kind, "key": "n", "text": "n"}
        )
    held[0].continue_()
    expect(page).to_have_url(f"{desk.url}/cases/new/")


def test_nothing_is_filled_in_by_itself_nor_over_what_was_chosen(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    page = new_page(desks("desk"))
    page.keyboard.insert_text("木棉里的羊绒衫脱线")
    offered(page, "category")
    assert page.locator("[name=category]:checked").count() == 0
    assert page.locator("[name=about_unit]").input_value() == ""
    expect(page.locator(".underlined mark")).to_have_text(["木棉里", "脱线"])
    page.locator("[name=category][value=service]").check()
    expect(page.locator('[data-slot="category"]')).to_be_empty()
    with page.expect_response("**/follows/"):
        page.locator("[name=content]").press_sequentially("，退钱")
    page.wait_for_timeout(300)
    expect(page.locator('[data-slot="category"]')).to_be_empty()
    assert page.locator("[name=category]:checked").input_value() == "service"


def test_an_answer_that_comes_late_is_dropped(mall: Mall, desks: Callable[..., Desk]) -> None:
    desk = desks("desk")
    page = new_page(desk)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/follows/", hold, times=1)
    with page.expect_request("**/follows/"):
        page.keyboard.insert_text("木棉里的羊绒衫脱线")
    page.locator("[name=category][value=service]").check()
    assert "建议" in offered(page, "about_unit")
    with suppress(Error):  # the browser does not wait for it any more
        held[0].continue_()
    expect(page.locator('[data-slot="category"]')).to_be_empty()
    assert page.locator("[name=category]:checked").input_value() == "service"
    # What is asked meanwhile is no page to come back to.
    assert page.url == f"{desk.url}/cases/new/"


def test_who_called_before_is_taken_over_by_one_key(mall: Mall, desks: Callable[..., Desk]) -> None:
    number = mall.complain(name="韦芸", phone="15000003307")
    desk = desks("desk")
    page = new_page(desk)
    page.keyboard.insert_text("又来说同一件事")
    page.locator("[name=phone]").press_sequentially("3307")
    assert "韦芸" in offered(page, "name")
    expect(page.locator("#known")).to_contain_text("150****3307")
    assert "15000003307" not in page.content()
    page.locator("[name=name]").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[name=name]")).to_have_value("韦芸")
    expect(page.locator("[name=phone]")).to_have_value("150****3307")
    page.keyboard.press("Control+Enter")
    desk.done()
    made = Case.objects.filter(ledger=False).latest("id")
    assert made.complainant == Case.objects.get(number=number).complainant


def test_a_draft_outlives_the_browser_and_goes_once_registered(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    desk = desks("desk")
    page = new_page(desk)
    page.keyboard.insert_text("说到一半浏览器关了")
    page.wait_for_timeout(5500)  # kept every five seconds, without leaving the field
    other = page.context.new_page()
    page.close()
    other.goto(f"{desk.url}/cases/new/")
    expect(other.locator("[name=content]")).to_have_value("说到一半浏览器关了")
    expect(other.locator("[data-draft-note]")).to_contain_text("草稿")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".done-note")).to_contain_text("TS")
    other.goto(f"{desk.url}/cases/new/")
    expect(other.locator("[name=content]")).to_have_value("")
    other.locator("[name=content]").fill("交班前没写完")
    other.locator("[name=name]").focus()
    other.click("[popovertarget=person-menu]")
    other.locator("#person-menu [data-sign-out] button").click()
    expect(other.locator("[name=login]")).to_be_visible()
    assert other.evaluate("Object.keys(localStorage).filter(key => key.includes('draft'))") == []


def test_a_lost_session_loses_no_text(mall: Mall, desks: Callable[..., Desk]) -> None:
    desk = desks("desk")
    page = new_page(desk)
    page.keyboard.insert_text("会话过期前说的话")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    line = page.locator("#signed-out")
    expect(line).to_be_visible()
    expect(page.locator("[name=content]")).to_have_value("会话过期前说的话")
    line.locator("a").click()
    page.fill("[name=login]", "desk")
    page.fill("[name=password]", "a long enough word")
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(f"{desk.url}/cases/new/")
    expect(page.locator("[name=content]")).to_have_value("会话过期前说的话")


def test_files_are_dragged_pasted_and_taken_out_and_stay_through_a_refusal(
    mall: Mall, desks: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = desks("desk")
    page = new_page(desk)
    page.keyboard.insert_text("照片在附件里")
    chosen = [tmp_path / name for name in ("二.jpg", "一.jpg")]
    for path in chosen:
        path.write_bytes(JPEG + path.name.encode())
    page.set_input_files("[name=attached]", chosen)
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array([255, 216, 255, 224, 1])], "صورة.jpg", {type: "image/jpeg"}));
          carried.items.add(new File([], "empty.jpg", {type: "image/jpeg"}));
          const form = document.querySelector("#register-form");
          form.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
          const copied = new DataTransfer();
          copied.items.add(new File([new Uint8Array([137, 80, 78, 71])], "image.png", {type: "image/png"}));
          const paste = new ClipboardEvent("paste", {clipboardData: copied, bubbles: true, cancelable: true});
          document.querySelector("[name=content]").dispatchEvent(paste);
        }"""
    )
    names = page.locator(".chosen-files li bdi")
    expect(names).to_have_count(4)
    assert names.all_inner_texts()[:3] == ["二.jpg", "一.jpg", "صورة.jpg"]
    page.locator(".chosen-files li", has_text="一.jpg").locator("button").click()
    expect(names).to_have_count(3)
    page.fill("[name=about_unit]", "没有的店")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".form-errors")).to_be_visible()
    expect(names).to_have_count(3)
    page.fill("[name=about_unit]", "")
    page.keyboard.press("Control+Enter")
    desk.done()
    shown = page.locator("a[href*='/files/']").all_inner_texts()
    assert len(shown) >= 3
    assert [name for name in shown if "二.jpg" in name or "صورة.jpg" in name]
    desk.open("attach")
    page.set_input_files("#act-form [name=files]", [chosen[1]])
    expect(page.locator("#act-form .chosen-files li")).to_have_count(1)
    page.locator("#act-form form .is-solid").click()
    desk.done("attach")


def test_the_page_fits_every_width(mall: Mall, desks: Callable[..., Desk]) -> None:
    page = new_page(desks("desk"))
    page.keyboard.insert_text(SAID + "长" * 3000 + "x" * 3000)
    offered(page, "category")
    for width in (360, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 820})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), width
