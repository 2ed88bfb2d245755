"""The living page of all components holds what the components promise."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from django.utils import translation

WEB = Path(__file__).parents[2] / "src/bihuan/web"
CHINESE = WEB.parent / "locale/zh_Hans/LC_MESSAGES/django.po"
NOON = 1_795_147_200

SHELL: dict[str, Any] = {
    "look": None,
    "theme": "",
    "letters": True,
    "organisation": "星河广场",
    "now": NOON,
    "now_text": "12:00",
    "zone": "Asia/Shanghai",
    "path": "/",
    "person": {"name": "周晓岚", "post": "服务台客服"},
    "menu": [{"label": "我的", "entries": [{"label": "待办", "url": "/", "icon": "inbox"}]}],
    "bottom": [{"label": "待办", "url": "/", "icon": "inbox", "count": 3}],
} | {
    f"{name}_url": "/"
    for name in ["todo", "register", "search", "board", "language", "theme", "sign_out"]
}


@pytest.fixture(params=["zh-hans", "en"])
def page(request: pytest.FixtureRequest) -> str:
    """The page of all components in each language."""
    with translation.override(request.param):
        return render_to_string(
            "styleguide.jinja",
            {"shell": SHELL | {"language": request.param}, "csrf_input": "", "csrf_token": "token"},
        )


def test_no_part_carries_a_style_or_a_script_of_its_own(page: str) -> None:
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", page)
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []


def test_no_two_elements_of_the_page_share_an_id(page: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, times in ids.items() if times > 1] == []


def test_what_opens_a_sentence_finds_it(page: str) -> None:
    opened = re.findall(r'popovertarget="([^"]+)"', page)
    assert len(opened) > 20
    assert set(opened) <= set(re.findall(r'\sid="([^"]+)"', page))


def test_every_icon_that_is_drawn_is_listed(page: str) -> None:
    listed = set((WEB / "assets/icons.txt").read_text().split())
    drawn = set(re.findall(r'icons[^"]*\.svg#([a-z0-9-]+)"', page))
    assert drawn
    assert drawn <= listed


def test_every_text_of_the_parts_is_there_in_chinese() -> None:
    with CHINESE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    keywords = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    options = {"**.jinja": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
    texts = list(
        extract_from_dir(WEB / "templates", [("**.jinja", "jinja2")], options, keywords=keywords)
    )
    assert len(texts) > 200
    missing = [
        text
        for _file, _line, text, _comments, context in texts
        if not (found := catalogue.get(text[0] if isinstance(text, tuple) else text, context))
        or not found.string
    ]
    assert missing == []


def test_no_template_holds_chinese_outside_its_comments() -> None:
    for template in WEB.glob("templates/**/*.jinja"):
        bare = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
        han = set(re.findall(r"[\u4e00-\u9fff]", bare))
        assert han <= set("中文"), template
