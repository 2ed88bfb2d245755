"""Whatever is typed or sent along in the portal: kept, refused in plain words, and shown harmless."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import query_codes, staging
from bihuan.records.queries.cases import portal_case
from bihuan.web.portal import follow, robots, uploads
from bihuan.web.portal.asking import plain
from tests.web.mall import Mall, now
from tests.web.test_portal import JPEG, begun, complain, customer, opened, proof, text

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SCRIPT = "<script>alert(1)</script>"
WORD = "长" * 10_000
STRANGE = {
    "a word of 10,000 characters": WORD,
    "right to left": "مرحبا \u202egpj.exe\u202c שלום",
    "control characters": "a\x00b\x07c\x1bd\x7f e",
    "a script": f"{SCRIPT}\"'><img src=x onerror=alert(1)>{{{{7*7}}}}",
    "rare characters and emoji": "𠮷㛃龘 👩‍👩‍👧 é",
}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    for limit in (robots.PROVEN, robots.UNPROVEN, follow.WRONG, follow.ADDITIONS):
        limit.clear("127.0.0.1")


@pytest.mark.parametrize("typed", STRANGE.values(), ids=STRANGE.keys())
def test_every_field_takes_it_and_every_page_shows_it_harmless(
    mall: Mall, as_: As, typed: str
) -> None:
    client = customer()
    begun(client)
    client.post("/portal/complain/1", {"content": typed, "about_unit": ""})
    client.post("/portal/complain/2", {"demand": typed})
    last = {"name": typed, "contact": typed, "consent": "yes"}
    sent = client.post("/portal/complain/3", last | proof(client))
    assert sent.status_code == 302, text(sent)
    receipt = client.get("/portal/receipt").content.decode()
    number, code = re.findall(r"<dd>([^<]+)</dd>", receipt)[:2]
    follows = opened(number, code)
    follows.post(f"/portal/case/{number}/add", {"text": typed})
    pages = [
        receipt,
        follows.get(f"/portal/case/{number}").content.decode(),
        as_("desk").get(f"/cases/{number}/").content.decode(),
    ]
    for page in pages:
        assert SCRIPT not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert "\x00" not in page
    page = portal_case(number, query_codes.hash_of(code))
    assert page
    assert page.state.facts["content"] == plain(typed)[:5000]
    assert page.state.facts["demand"] == plain(typed)[:1000]


def test_strange_numbers_and_codes_are_refused_like_any_other(mall: Mall) -> None:
    for typed in STRANGE.values():
        answer = customer().post("/portal/follow", {"number": typed, "code": typed})
        assert answer.status_code == 403
        assert SCRIPT not in answer.content.decode()
        follow.WRONG.clear("127.0.0.1")


NAMES = [
    "小票.jpg", "чек.JPG", "إيصال.jpg", "領収書.jpeg", "ใบเสร็จ.png", "영수증", "a.b.c.jpg", "𠮷.heic",
    "2026.11.19",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_named_in_any_script_is_kept_under_its_name(mall: Mall, name: str) -> None:
    number, code = complain(customer())
    client = opened(number, code)
    sent = {"files": SimpleUploadedFile(name, JPEG)}
    assert client.post(f"/portal/case/{number}/add", sent).status_code == 302
    assert name in text(client.get(f"/portal/case/{number}"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.jpg.exe", JPEG, ".exe"),
        ("photo\u202egpj.js", JPEG, ".js"),
        ("photo.jpg.html", JPEG, ".html"),
        ("账单.pdf.bat", b"%PDF-1.7\n", ".bat"),
        ("empty.jpg", b"", "空文件"),
        ("page.jpg", b"<html><script>", "不是照片"),
        ("macro.docm", b"PK\x03\x04" + b"0" * 40, "不是照片"),
        (f"{SCRIPT}.svg", b"<svg/>", "不是照片"),
    ],
)
def test_what_is_no_photo_is_refused_beside_the_story_and_nothing_is_kept(
    mall: Mall, name: str, content: bytes, said: str
) -> None:
    client = customer()
    client.get("/portal/")
    sent = {"content": "地面湿滑", "files": SimpleUploadedFile(name, content)}
    answer = client.post("/portal/complain/1", sent)
    assert answer.status_code == 422
    assert said in text(answer)
    assert "地面湿滑" in answer.content.decode()
    assert SCRIPT not in answer.content.decode()
    assert not client.session["portal"]["files"]


def test_a_file_that_is_too_large_is_refused_by_its_name(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 50)
    client = customer("en")
    client.get("/portal/")
    sent = {"content": "Wet floor", "files": SimpleUploadedFile("big.jpg", JPEG)}
    answer = client.post("/portal/complain/1", sent)
    assert answer.status_code == 422
    assert "big.jpg" in text(answer)


def test_photos_chosen_beside_the_story_reach_the_case_with_it(mall: Mall) -> None:
    client = customer()
    begun(client)
    two = [SimpleUploadedFile("bowl.jpg", JPEG), SimpleUploadedFile("say.m4a", b"0000ftypM4A 0000")]
    client.post("/portal/complain/1", {"content": "汤里有钢丝", "files": two})
    shown = client.get("/portal/complain/1").content.decode()
    unwanted = re.findall(r'name="drop" value="([^"]+)"', shown)
    assert len(unwanted) == 2
    client.post("/portal/complain/1", {"content": "汤里有钢丝", "drop": unwanted[1]})
    assert "say.m4a" not in client.get("/portal/complain/1").content.decode()
    client.post("/portal/complain/3", {"consent": "yes"} | proof(client))
    page = text(client.get(f"/portal/case/{client.session['portal_receipt']['number']}"))
    assert "bowl.jpg" in page
    assert "say.m4a" not in page
    assert not any(default_storage.exists(place) for place in unwanted)


def test_a_place_that_was_not_staged_here_is_not_dropped(mall: Mall) -> None:
    place = staging.stage([JPEG], now())
    client = customer()
    client.get("/portal/")
    client.post("/portal/complain/1", {"content": "地面湿滑", "drop": place})
    assert default_storage.exists(place)


def test_seven_files_are_too_many_also_over_two_turns(mall: Mall) -> None:
    client = customer()
    client.get("/portal/")
    four = [SimpleUploadedFile(f"{n}.jpg", JPEG) for n in range(4)]
    assert client.post("/portal/complain/1", {"content": "x", "files": four}).status_code == 302
    for file in four:
        file.seek(0)
    assert client.post("/portal/complain/1", {"content": "x", "files": four}).status_code == 422
    assert len(client.session["portal"]["files"]) == 4


def test_what_was_chosen_and_never_sent_is_gone_after_a_day(mall: Mall) -> None:
    old = staging.stage([JPEG], now() - 3 * staging.DAY)
    assert default_storage.exists(old)
    new = staging.stage([JPEG], now())
    assert not default_storage.exists(old)
    assert default_storage.exists(new)
    assert staging.keep(old, "bowl.jpg") is None
    staging.drop(new)
    assert not Path(default_storage.path(new)).exists()
