"""What axe says of a page as it stands in the browser."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
# The one rule that reads style sheets is off unless asked for: they need not be fetched again.
RUN = "() => axe.run(document, {resultTypes: ['violations'], preload: {assets: ['media']}})"
SQUEEZED = (
    "() => (document.querySelector('.content')?.clientWidth ?? innerWidth) < innerWidth * 0.8"
)


def squeezed(page: Page) -> list[str]:
    """A line where a page on a phone leaves its content less than nearly all of the width."""
    return [f"{page.url}: its content is squeezed"] if page.evaluate(SQUEEZED) else []


def violations(page: Page) -> list[str]:
    """One line for each rule broken: the rule, how bad, what is wrong, and the first places."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN)["violations"]
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {one['help']}: "
        + "; ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in found
    ]
