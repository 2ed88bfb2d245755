"""Measures the customer's pages and my page with Lighthouse, against the demo served as it is in earnest.

    python -m tools.lighthouse            prints a table; fails below 100 for accessibility and best practices,
                                          below 95 for performance
    python -m tools.lighthouse NAME …     only the pages with that in their name, as the table has it; any other
                                          address of the demo, as /board/, is measured as a clerk sees it

Lighthouse (npm, its versions in package-lock.json beside this) is installed beside this file when it is
not there yet; it runs on the Node of this environment and on the Chromium that the tests use.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import browser

HERE = Path(__file__).parent
BIN = HERE.parent.parent / ".venv/bin"
LEAST = {"accessibility": 100, "best-practices": 100, "performance": 95}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
FORM = ("desktop", "mobile")
RUNS = 3  # the middle one counts: a loaded machine is slow by chance, never quick by chance


@dataclass(frozen=True)
class Page:
    """A page to be measured; `profile` is the folder of a browser that is signed in, '' where nobody needs to be."""

    name: str
    url: str
    profile: str = ""


def main() -> int:
    """Measure every page as a phone and as a desk sees it, and print what came of it."""
    install()
    program = browser.installed(whole=True)
    if program is None:
        print("No browser: python -m tools.browser installs one.", file=sys.stderr)
        return 1
    with (
        demo() as (address, made),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        rows = [
            (page.name, form, *measured(page, form, program))
            for page in chosen(pages(address, made, profile), sys.argv[1:], address, profile)
            for form in FORM
        ]
    return told(rows)


def install() -> None:
    """Lighthouse, as its lock file says."""
    if not (HERE / "node_modules/.bin/lighthouse").exists():
        print("Installing Lighthouse …", file=sys.stderr)
        subprocess.run(
            ["npm", "ci", "--loglevel=error"], cwd=HERE, check=True, env=_node(), stdout=sys.stderr
        )


@contextmanager
def demo() -> Iterator[tuple[str, Any]]:
    """The mall of the demo, served on a free port from a data folder that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        from django.core.management import call_command
        from waitress.server import create_server

        from bihuan.desk import demo as demos
        from bihuan.site.wsgi import application

        call_command("migrate", verbosity=0)
        made = demos.make(int(time.time()))
        assert isinstance(made, demos.Made), made
        server = create_server(application, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        try:
            yield f"http://localhost:{server.effective_port}", made
        finally:
            server.close()


def pages(address: str, made: Any, profile: str) -> list[Page]:
    """The customer's pages, from the first to the one that follows the case, and a clerk's own pages."""
    from playwright.sync_api import sync_playwright

    browser.use_our_node()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=browser.installed(whole=True),
            args=FLAGS.split(),
            locale="zh-CN",
        )
        page = chromium.new_page()
        page.goto(f"{address}/portal/")
        chosen = page.locator("main a[href*='/portal/']").evaluate_all(
            "links => links.map(link => link.href)"
        )
        person = next(one for one in made.people if one.username == "guyu")
        page.goto(f"{address}/accounts/login/")
        page.fill("input[name=login]", person.username)
        page.fill("input[name=password]", person.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/cases/")
        case = page.locator("#case-rows a").first.get_attribute("href")
        tomorrow = (
            time.time() + 86400
        )  # else they end with this browser, before Lighthouse starts its own
        chromium.add_cookies([dict(one, expires=tomorrow) for one in chromium.cookies()])
        chromium.close()
    portal = [f"{address}/portal/", *dict.fromkeys(link for link in chosen if "#" not in link)]
    return [
        *(Page(link.removeprefix(address), link) for link in portal[:4]),
        Page("/ (my page)", f"{address}/", profile),
        Page("a case", f"{address}{case}", profile),
        Page("/cases/new/", f"{address}/cases/new/", profile),
    ]


def chosen(pages: list[Page], names: list[str], address: str, profile: str) -> list[Page]:
    """The pages that were asked for, all without names; an address that is none of ours is a clerk's page."""
    found = []
    for name in names:
        ours = [page for page in pages if name == page.name]
        ours = ours or [page for page in pages if name in page.name]
        if not ours and not name.startswith("/"):
            sys.exit(
                f"No page is called {name}. There are: {', '.join(page.name for page in pages)}"
            )
        found += ours or [Page(name, address + name, profile)]
    return found if names else pages


def measured(page: Page, form: str, program: str) -> tuple[dict[str, int], list[str]]:
    """The middle of three runs: a score of each category, and the audits that fell short."""
    runs = sorted(
        (_run(page, form, program) for _ in range(RUNS)), key=lambda run: run[0]["performance"]
    )
    return runs[len(runs) // 2]


def _run(page: Page, form: str, program: str) -> tuple[dict[str, int], list[str]]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "report.json"
        command = [
            str(HERE / "node_modules/.bin/lighthouse"), page.url, "--quiet", "--output=json",
            f"--output-path={report}", f"--only-categories={','.join(LEAST)}",
            f"--chrome-flags={FLAGS} --password-store=basic --user-data-dir={page.profile or folder}",
        ]  # fmt: skip
        if form == "desktop":
            command.append("--preset=desktop")
        subprocess.run(command, check=True, env=_node() | {"CHROME_PATH": program})
        found = json.loads(report.read_text("utf-8"))
    scores = {name: round(100 * found["categories"][name]["score"]) for name in LEAST}
    short = [
        f"{name}: {audit['title']}"
        for name, category in found["categories"].items()
        if scores[name] < LEAST[name]
        for ref in category["auditRefs"]
        if ref["weight"] and ((audit := found["audits"][ref["id"]])["score"] or 0) < 0.9
        and audit["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]  # fmt: skip
    return scores, short


def _node() -> dict[str, str]:
    """This environment's own Node before any other."""
    return dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}")


def told(rows: list[tuple[str, str, dict[str, int], list[str]]]) -> int:
    """The table; 1 where anything is below what is asked."""
    print(f"| {'page':<28} | {'seen on':<8} | " + " | ".join(LEAST) + " |")
    print("| --- | --- |" + " --- |" * len(LEAST))
    below = 0
    for name, form, scores, short in rows:
        print(f"| {name:<28} | {form:<8} | " + " | ".join(str(scores[one]) for one in LEAST) + " |")
        for line in short:
            print(f"  {line}", file=sys.stderr)
        below += any(scores[one] < least for one, least in LEAST.items())
    print(f"{below} of {len(rows)} below {LEAST}")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
