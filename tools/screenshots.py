"""Takes the pictures of the documents from the demo: make screenshots.

They are made anew in docs/screens, from a data folder that is thrown away. The clock of the demo stands at
the middle of the last working afternoon, when a desk has something late, something near and something done.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

PICTURES = Path(__file__).parent.parent / "docs" / "screens"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
WORDS, DEMAND, CUSTOMER = "汤里有一截钢丝球。店员说挑出来就行。", "退款、道歉", "叶女士"  # zh: data
EVENTS = 14  # of the case that is shown
ZONE, FRIDAY = ZoneInfo("Asia/Shanghai"), 4
LANGUAGES = {"zh-CN": "", "en-GB": "-en"}  # and what the names of their pictures end with


def main() -> None:
    """A demo, a server, a browser, and the pages a newcomer should see first."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        from django.core.management import call_command
        from waitress.server import create_server

        from bihuan.desk import demo
        from bihuan.site.wsgi import application

        call_command("migrate", verbosity=0)
        with turned_back():
            made = demo.make(int(time.time()))
        shown(made, create_server(application, host="127.0.0.1", port=0))


@contextmanager
def turned_back() -> Iterator[None]:
    """Let it be that afternoon for all that runs in this program; the browser is asked for no hour."""
    begun, really = time.time(), time.time
    then = afternoon(datetime.fromtimestamp(begun, ZONE)).timestamp()
    with patch("time.time", lambda: then + really() - begun):
        yield


def afternoon(now: datetime) -> datetime:
    """Half past two of the last working day that has had it."""
    found = now.replace(hour=14, minute=32, second=0)
    while found > now or found.weekday() > FRIDAY:
        found -= timedelta(days=1)
    return found


def shown(made: Any, server: Any) -> None:
    """Serve the demo while its pictures are taken."""
    number = midway()
    threading.Thread(target=server.run, daemon=True).start()
    try:
        for locale, ending in LANGUAGES.items():
            take(f"http://localhost:{server.effective_port}", made, number, locale, ending)
    finally:
        server.close()


def midway() -> str:
    """The number of a case in hand whose story is long enough to be told and short enough to be seen."""
    from bihuan.records.models import Case

    cases = Case.objects.filter(stage="in hand", ended="").order_by("-registered_at")
    return min(cases, key=lambda case: abs(case.events - EVENTS)).number


def take(address: str, made: Any, number: str, locale: str, ending: str) -> None:
    """What a clerk, the general manager and a customer see first, on the desk and on the phone."""
    from playwright.sync_api import sync_playwright

    from tools import browser

    browser.use_our_node()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.installed(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-lcd-text",
            ],
        )
        with turned_back():
            clerk = signed_in(chromium, address, made, "guyu", locale)
            picture(clerk, f"{address}/", f"todo{ending}", f"todo-phone{ending}")
            picture(clerk, f"{address}/cases/{number}/", f"case{ending}")
            manager = signed_in(chromium, address, made, "xiazhi", locale)
            picture(manager, f"{address}/board/", f"board{ending}")
        customer = chromium.new_context(viewport=PHONE, locale=locale).new_page()
        complain(customer, address)
        customer.screenshot(path=PICTURES / f"portal-phone{ending}.png")
        chromium.close()


def complain(page: Any, address: str) -> None:
    """Say on a phone what a customer says, up to the receipt with the first promise.

    At the true hour: a customer's session is short, and a browser drops what ended long ago.
    """
    onward = page.locator(".bar button.is-solid")
    page.goto(f"{address}/portal/")
    page.locator(".bar a").first.click()
    page.fill("[name=content]", WORDS)
    onward.click()
    page.fill("[name=demand]", DEMAND)
    onward.click()
    page.fill("[name=name]", CUSTOMER)
    page.check("[name=consent]")
    onward.click()
    page.wait_for_url("**/portal/receipt")


def signed_in(chromium: Any, address: str, made: Any, username: str, locale: str) -> Any:
    """A page of somebody of the demo, in that language."""
    person = next(person for person in made.people if person.username == username)
    page = chromium.new_context(viewport=DESK, locale=locale, timezone_id=ZONE.key).new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", person.username)
    page.fill("input[name=password]", person.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/")
    chosen = page.locator(
        f"button[name=language][value={'en' if locale == 'en-GB' else 'zh-hans'}]"
    ).first
    if chosen.get_attribute("aria-pressed") != "true":
        chosen.click()
        page.wait_for_load_state()
    return page


def picture(page: Any, address: str, name: str, on_the_phone: str = "") -> None:
    """The page at that address on the desk, and on the phone where that has a name."""
    page.set_viewport_size(DESK)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")
    if on_the_phone:
        page.set_viewport_size(PHONE)
        page.screenshot(path=PICTURES / f"{on_the_phone}.png")


if __name__ == "__main__":
    main()
