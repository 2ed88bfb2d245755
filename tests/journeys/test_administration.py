"""Administration in a browser: a lost session or line leaves what was typed, and it comes back after signing in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk
from tests.web.mall import Mall, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PAGES = ("/organisation/", "/people/", "/templates/", "/presentation/", "/programs/", "/library/publish/")  # fmt: skip
WORDS = "还没有保存的话"


@pytest.fixture
def mall() -> Mall:
    return open_mall()


def text_of(page: Page) -> Locator:
    """The first field of the page that takes a text."""
    return page.locator(
        ":is(.content, .pane) form :is(textarea, input:not([type]), input[type=text]):visible"
    ).first


def test_a_lost_session_loses_no_text_of_administration(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    admin = desks("admin")
    page = admin.page
    signed_in = page.context.cookies()
    for address in PAGES:
        page.goto(f"{admin.url}{address}")
        field = text_of(page)
        field.fill(WORDS)
        page.context.clear_cookies(name="sessionid")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#signed-out")).to_be_visible()
        expect(field).to_have_value(WORDS)
        expect(page.locator("#signed-out a")).to_have_attribute(
            "href", re.compile(f"next={re.escape(address.replace('/', '%2F'))}$")
        )
        page.context.add_cookies(signed_in)
        page.goto(f"{admin.url}{address}")
        expect(text_of(page)).to_have_value(WORDS)


def test_a_lost_line_loses_no_text_and_what_was_kept_is_forgotten_once_it_was_taken(
    mall: Mall, desks: Callable[..., Desk]
) -> None:
    admin = desks("admin", "en")
    page = admin.page
    page.goto(f"{admin.url}/templates/")
    page.fill("[name=name]", "致歉")
    page.context.set_offline(True)
    page.click("button[value=save]")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("致歉")
    page.context.set_offline(False)
    page.click(
        "[data-retry]"
    )  # refused, since it has no text: what was typed stays, and the page's address, too
    expect(
        page.locator("[name=zh][aria-invalid=true], [name=en][aria-invalid=true]").first
    ).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("致歉")
    expect(page).to_have_url(re.compile(r"/templates/(#content)?$"))
    page.fill("[name=zh]", "给您添麻烦了。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".done-note")).to_contain_text("致歉")
    expect(page).to_have_title(re.compile("Reply templates"))
    page.goto(f"{admin.url}/templates/")
    expect(page.locator("table")).to_contain_text("致歉")
    expect(page.locator("[name=name]")).to_have_value("")
