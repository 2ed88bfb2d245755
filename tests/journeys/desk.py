"""One person at their browser, and what the clock on the wall shows: shared by the journeys."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from bihuan.engine.acts import ACTS

# A page whose script is not up yet, or that htmx is still putting together.
UNREADY = "html:not([data-live]), html:has(.htmx-swapping, .htmx-settling, .htmx-added)"


@dataclass
class Clock:
    """The instant the pages go by, set forward by a journey."""

    at: int

    def time(self) -> float:
        """Stands in for the module `time` where the pages read it."""
        return float(self.at)

    def pass_(self, seconds: int) -> int:
        """Let time go by; the instant it then is."""
        self.at += seconds
        return self.at


def instant(text: str) -> int:
    """Wall time in Shanghai: 2026-03-02 10:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def at(instant: int) -> str:
    """An instant as a field of a form takes it, to the minute."""
    return f"{datetime.fromtimestamp(instant, ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"


class Desk:
    """One person at their browser."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.reads(language)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def reads(self, language: str) -> None:
        """Read every page from now on in this language, whatever the house speaks."""
        self.language = language
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}
        self.page.context.add_cookies([cookie])

    def sign_in(self, username: str) -> None:
        """Be signed in already, on my page; `test_first_run.py` goes through the form."""
        client = Client()
        client.force_login(User.objects.get(username=username))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}]
        )
        self.page.goto(f"{self.url}/")

    def word(self, act: str) -> str:
        return ACTS[act].text.in_(self.language)

    def registers(self, **told: str) -> str:
        """Take a matter down on the register page; its number."""
        self.page.goto(f"{self.url}/cases/new/?kind={told.pop('kind', '')}")
        self.page.locator(".more-fields summary").click()
        self.put("#register-form", **told)
        self.page.locator("#register-form .is-solid").click()
        expect(self.page.locator(".done-note")).to_contain_text(re.compile(r"[A-Z]+\d{8}-\d+"))
        found = re.search(r"[A-Z]+\d{8}-\d+", self.page.locator(".done-note").inner_text())
        assert found
        return found[0]

    def does(self, number: str, act: str, sheet: int = 0, **values: str) -> None:
        """Open the case and do an act on its page."""
        self.case(number)
        self.do(act, sheet, **values)

    def case(self, number: str) -> None:
        self.page.goto(f"{self.url}/cases/{number}/")

    def put(self, form: str, /, **values: str) -> None:
        """Fill in fields by their names: choices are pressed or picked, all else is typed."""
        expect(self.page.locator(form).first).to_be_visible()
        for name, value in values.items():
            control = name.replace("_of_", "-")
            said = value.replace("\n", "\\a ")  # as CSS writes it
            choice = self.page.locator(f'{form} [type=radio][name="{control}"][value="{said}"]')
            listed = self.page.locator(f'{form} select[name="{control}"]')
            if choice.count():
                choice.check()
            elif listed.count():
                listed.select_option(value)
            else:
                self.page.fill(f'{form} [name="{control}"]', value)

    def open(self, act: str, sheet: int = 0) -> None:
        """Open the form of an act on the page of its case."""
        link = self.page.locator(f"#act-{act}-{sheet}")
        if not link.is_visible():
            self.page.click("[popovertarget=more-acts]")
        link.click()
        expect(self.page.locator("#act-form form")).to_be_visible()

    def do(self, act: str, sheet: int = 0, **values: str) -> None:
        """Do an act on the page of its case."""
        self.open(act, sheet)
        self.put("#act-form", **values)
        self.page.locator("#act-form form .is-solid").click()
        self.done(act)

    def done(self, act: str = "") -> None:
        """The page says what is now true."""
        past = ACTS[act].past.in_(self.language) if act else "TS"
        expect(self.page.locator(".done-note")).to_contain_text(past)
        assert self.wrong == []

    def from_list(self, act: str, **values: str) -> None:
        """Do an owed act in the pane beside my page."""
        self.page.goto(f"{self.url}/")
        self.page.locator("tr[data-row]", has_text=self.word(act)).first.locator(".act a").click()
        expect(self.page.locator("#pane-body .pane-due")).to_contain_text(self.word(act))
        self.put("#pane-body", **values)
        self.page.locator("#pane-body form .is-solid").click()
        self.done(act)
