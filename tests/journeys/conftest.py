"""Browsers of several people at once, and a clock of their own."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from bihuan.desk import worlds
from bihuan.web import shell
from tests.journeys.desk import Clock, Desk

LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pages, which stands still until the journey moves it."""
    clock = Clock(0)
    monkeypatch.setattr(shell, "time", clock)
    return clock


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """A browser of one's own in a language, as wide as asked."""
    worlds.forget()
    contexts = []

    def open_page(language: str = "zh-hans", width: int = 1280) -> Page:
        context = browser.new_context(
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 820},
        )
        contexts.append(context)
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
