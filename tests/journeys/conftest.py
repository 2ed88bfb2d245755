"""Browsers of several people at once, whose pages are waited for, and a clock of their own."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Keyboard, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk import worlds
from bihuan.web import shell
from tests.journeys.desk import UNREADY, Clock, Desk
from tests.journeys.keyboard import WATCH, WITHOUT_SCRIPT, take_the_mouse

LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
# How long anything is waited for: no statement of speed, but patience on a busy machine.
expect.set_options(timeout=20_000)


def patient(page: Page) -> None:
    """Whatever is done at the page or expected of it waits until the page is ready."""
    page.add_locator_handler(page.locator(UNREADY), lambda: None)


@pytest.fixture(autouse=True)
def _keys_are_patient_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser sends a key to whatever is there; a person presses it when the page is."""
    at_once = Page.keyboard.fget

    def keyboard(page: Page) -> Keyboard:
        if page.context not in WITHOUT_SCRIPT:
            expect(page.locator(UNREADY)).to_have_count(0)
        return at_once(page)

    monkeypatch.setattr(Page, "keyboard", property(keyboard))


@pytest.fixture(autouse=True)
def _there_is_no_mouse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journey is done by the keyboard alone, unless it is marked as one by the `pointer`."""
    if request.node.get_closest_marker("pointer") is None:
        take_the_mouse(monkeypatch)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pages, which stands still until the journey moves it."""
    clock = Clock(0)
    monkeypatch.setattr(shell, "time", clock)
    return clock


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """A browser of one's own in a language, as wide as asked, with or without scripts."""
    worlds.forget()
    contexts = []

    def open_page(language: str = "zh-hans", width: int = 1280, *, script: bool = True) -> Page:
        context = browser.new_context(
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 820},
            java_script_enabled=script,
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        if script:
            context.on("page", patient)
        else:
            WITHOUT_SCRIPT.add(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def desks(visitor: Callable[..., Page], live_server: LiveServer) -> Iterator[Callable[..., Desk]]:
    """The people of the house by username, each signed in once at a browser of their own."""
    found: dict[str, Desk] = {}

    def desk(who: str, language: str = "zh-hans", width: int = 1280) -> Desk:
        if who not in found:
            found[who] = Desk(visitor(language, width), live_server.url, language)
            found[who].sign_in(who)
        return found[who]

    yield desk
    assert all(one.wrong == [] for one in found.values())
