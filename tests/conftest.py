"""What tests of several rooms share: a real PostgreSQL, a real browser.

Everything runs on SQLite; ``make test`` then runs tests/records and tests/desk again with
DATABASE_URL naming a PostgreSQL of their own.
"""

import gc
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def pytest_collection_finish() -> None:
    """What is loaded by now stays: whoever looks for garbage need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL database, for tests that start processes of their own."""
    from tools import postgres

    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real Chromium; its absence is a failure."""
    from playwright.sync_api import sync_playwright

    from tools.browser import installed, use_our_node

    program = installed()
    assert program, "no browser: run make test, which installs one"
    use_our_node()
    # Playwright's synchronous interface holds an event loop in this thread, which Django takes for
    # asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A fresh visitor with a Chinese browser; other visitors: ``browser.new_page(locale=…)``."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session", autouse=True)
def _history_may_be_emptied_between_tests() -> Iterator[None]:
    """Transactional tests end by emptying every table, which on SQLite the triggers would refuse."""
    from django.db import connection
    from django.test import TransactionTestCase

    whole = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        triggers: list[tuple[str, str]] = []
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
                cursor.execute(
                    "INSERT INTO records_passagesigns(records_passagesigns) VALUES ('delete-all')"
                )
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        try:
            whole(self)
        finally:
            with connection.cursor() as cursor:
                for _, statement in triggers:
                    cursor.execute(statement)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = whole


@pytest.fixture(scope="session", autouse=True)
def _no_page_hides_what_it_is_given() -> Iterator[None]:
    """Any page that any test draws is looked at; `tests/web/test_hiding.py` shows that it is seen."""
    from jinja2 import Template

    from tests.hiding import hidden

    whole = Template.render

    def render(self: Template, *args: Any, **kwargs: Any) -> str:
        hides = hidden(self, dict(*args, **kwargs))
        assert not hides, f"{self.name} hides what it is given by what it imports: {hides}"
        return whole(self, *args, **kwargs)

    Template.render = render
    yield
    Template.render = whole
