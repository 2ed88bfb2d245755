"""The customer's pages as they stand in a browser: light, without a fault of accessibility, by keyboard alone."""

import gzip
import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.web.portal import robots
from tests.journeys.accessible import violations
from tests.web.mall import HOUR, Mall, now, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Visitor = Callable[..., Page]
HEAVIEST = 60_000  # bytes of a page with all it needs, compressed, on a first visit
STORY = "汤里有一截钢丝球。店员说挑出来就行。"


@pytest.fixture
def mall() -> Iterator[Mall]:
    yield open_mall()
    for limit in (robots.PROVEN, robots.UNPROVEN):
        limit.clear("127.0.0.1")


class Scales:
    """What a page and all it loads weigh, compressed; what was loaded before counts again."""

    def __init__(self, page: Page) -> None:
        self.page, self.parts, self.heaviest = page, {}, 0
        page.on("response", self._weigh)

    def _weigh(self, answer: Response) -> None:
        if "/static/" in answer.url and answer.status == 200:
            self.parts[answer.url] = len(gzip.compress(answer.body()))

    def read(self) -> int:
        """The weight of the page as it stands now."""
        self.page.wait_for_load_state("networkidle")
        return len(gzip.compress(self.page.content().encode())) + sum(self.parts.values())


def press(page: Page) -> None:
    page.locator(".bar button.is-solid").click()


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("zh-hans", "light", 360),
        ("en", "dark", 360),
        ("zh-hans", "dark", 768),
        ("en", "light", 1280),
    ],
)
def test_every_page_is_light_fits_and_breaks_no_rule(
    mall: Mall, visitor: Visitor, live_server: LiveServer, language: str, scheme: str, width: int
) -> None:
    page = visitor(language, width)
    page.emulate_media(color_scheme=scheme)
    scales, broken = Scales(page), []

    def look() -> None:
        broken.extend(violations(page))
        weight = scales.read()
        assert weight <= HEAVIEST, (page.url, weight, scales.parts)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    page.goto(f"{live_server.url}/portal/?unit=gone")
    look()
    page.goto(f"{live_server.url}/portal/?unit=m218")
    look()
    page.locator(".bar a.is-solid").click()
    look()
    press(page)  # without a story
    expect(page.locator(".form-errors")).to_be_focused()
    look()
    page.locator(".form-errors a").click()
    expect(page.locator("[name=content]")).to_be_focused()
    page.fill("[name=content]", STORY)
    press(page)
    look()
    press(page)
    look()
    press(page)  # without consent
    expect(page.locator(".form-errors")).to_be_focused()
    look()
    page.locator("[name=consent]").check()
    press(page)
    expect(page).to_have_url(re.compile("/portal/receipt"))
    look()
    number = page.locator(".pairs dd").first.inner_text()
    at = f"{live_server.url}/portal/case/{number}"
    for place in ("", "/add", "/withdraw", "/consent"):
        page.goto(at + place)
        look()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 5 * HOUR)
    mall.act(number, "classify", "desk", category="service", about="merchant", desk_can_solve="yes")
    mall.act(number, "resolve", "floor", resolution="退款")
    mall.act(number, "respond", "desk", form="written", company_name="yes", answer="已退款")
    page.goto(at)
    look()
    page.goto(f"{live_server.url}/portal/follow")
    page.fill("[name=number]", number)
    page.fill("[name=code]", "AAAAA")
    press(page)
    look()
    assert not broken, "\n".join(broken)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, once the page is."""
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector} on {page.url}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_keyboard_alone_is_enough(
    mall: Mall, visitor: Visitor, live_server: LiveServer, language: str
) -> None:
    page = visitor(language, 1280)
    page.goto(f"{live_server.url}/portal/?unit=m218")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')")
    tab_to(page, ".bar a.is-solid")
    page.keyboard.press("Enter")
    tab_to(page, "[name=content]")
    page.keyboard.type("The soup holds a piece of steel wool.")
    tab_to(page, ".bar button.is-solid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/complain/2"))
    tab_to(page, "[name=demand]")
    page.keyboard.type("An apology")
    tab_to(page, ".bar button.is-solid")
    page.keyboard.press("Enter")
    tab_to(page, "[name=name]")
    page.keyboard.type("叶蓁")
    tab_to(page, "[name=consent]")
    page.keyboard.press("Space")
    tab_to(page, ".bar button.is-solid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/portal/receipt"))
    tab_to(page, ".bar a.is-solid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/portal/case/"))
    tab_to(page, ".bar a")
    page.keyboard.press("Enter")
    tab_to(page, "[name=text]")
    page.keyboard.type("The cashier heard it too.")
    tab_to(page, ".bar button.is-solid")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The cashier heard it too.")


def drafts(page: Page) -> list[str]:
    found = page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('bihuan:draft:'))")
    return sorted(str(key).removeprefix("bihuan:draft:") for key in found)


def test_what_was_written_is_kept_on_the_device_until_it_is_sent_or_a_week_is_over(
    mall: Mall, visitor: Visitor, live_server: LiveServer
) -> None:
    page = visitor("zh-hans", 360)
    page.goto(f"{live_server.url}/portal/")
    page.locator(".bar a.is-solid").click()
    page.fill("[name=content]", STORY)
    page.locator("[name=about_unit]").focus()
    assert drafts(page) == [":portal-story"]  # nobody is signed in
    page.context.clear_cookies()  # the server forgot; the phone did not
    page.goto(f"{live_server.url}/portal/")
    page.locator(".bar a.is-solid").click()
    expect(page.locator("[name=content]")).to_have_value(STORY)
    press(page)
    page.fill("[name=demand]", "道歉")
    page.get_by_role("button", name="返回").click()
    expect(page.locator("[name=content]")).to_have_value(STORY)
    press(page)
    expect(page.locator("[name=demand]")).to_have_value("道歉")
    press(page)
    old = {"at": now() - 8 * 86400, "fields": {"text": "很久以前"}}
    page.evaluate("old => localStorage.setItem('bihuan:draft:portal-add-X', old)", json.dumps(old))
    page.locator("[name=consent]").check()
    press(page)
    expect(page).to_have_url(re.compile("/portal/receipt"))
    assert drafts(page) == []


def test_a_photo_is_made_smaller_before_it_is_sent(
    mall: Mall, visitor: Visitor, live_server: LiveServer
) -> None:
    page = visitor("zh-hans", 360)
    page.goto(f"{live_server.url}/portal/")
    page.locator(".bar a.is-solid").click()
    page.fill("[name=content]", STORY)
    large = page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(4000, 3000), pen = canvas.getContext("2d");
          for (let i = 0; i < 6000; i++) {
            pen.fillStyle = `hsl(${(i * 47) % 360} 80% 50%)`;
            pen.fillRect((i * 131) % 4000, (i * 197) % 3000, 90, 90);
          }
          const blob = await canvas.convertToBlob({type: "image/jpeg", quality: 1});
          const chosen = new DataTransfer();
          chosen.items.add(new File([blob], "碗.jpeg", {type: "image/jpeg"}));
          const field = document.querySelector("#f-files");
          field.files = chosen.files;
          field.dispatchEvent(new Event("change", {bubbles: true}));
          return blob.size;
        }"""
    )
    name, small = "", large
    for _ in range(50):
        name, small = page.evaluate(
            "(f => [f.name, f.size])(document.querySelector('#f-files').files[0])"
        )
        if name == "碗.jpg":
            break
        page.wait_for_timeout(100)
    assert name == "碗.jpg"
    assert small < large / 3
    press(page)
    page.get_by_role("button", name="返回").click()
    expect(page.locator("main")).to_contain_text("碗.jpg")
