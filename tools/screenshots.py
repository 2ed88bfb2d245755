"""Takes the pictures of the documents from the demo: make screenshots.

They are made anew in docs/screens, from a data folder that is thrown away.
"""

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parent.parent / "docs" / "screens"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


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
        made = demo.make(int(time.time()))
        assert isinstance(made, demo.Made), made
        server = create_server(application, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        try:
            take(f"http://localhost:{server.effective_port}", made)
        finally:
            server.close()


def take(address: str, made: Any) -> None:
    """What a clerk, the general manager and a customer see first, on the desk and on the phone."""
    from playwright.sync_api import sync_playwright

    from tools import browser

    browser.use_our_node()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.installed(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        clerk = signed_in(chromium, address, made, "guyu")
        picture(clerk, f"{address}/", "todo", "todo-phone")
        clerk.goto(f"{address}/cases/")
        number = clerk.locator("#case-rows a").first.get_attribute("href")
        picture(clerk, f"{address}{number}", "case", "case-phone")
        picture(clerk, f"{address}/cases/new/", "register")
        manager = signed_in(chromium, address, made, "xiazhi")
        picture(manager, f"{address}/board/", "board")
        customer = chromium.new_context(viewport=PHONE, locale="zh-CN").new_page()
        customer.goto(f"{address}/portal/")
        customer.screenshot(path=PICTURES / "portal-phone.png")
        chromium.close()


def signed_in(chromium: Any, address: str, made: Any, username: str) -> Any:
    """A page of somebody of the demo."""
    person = next(person for person in made.people if person.username == username)
    page = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", person.username)
    page.fill("input[name=password]", person.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/")
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
