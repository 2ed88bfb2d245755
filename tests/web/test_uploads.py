"""Files into every field that takes one, on every page that links lead to: wrong, too large, empty, oddly named."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from bihuan import web
from bihuan.desk import intake
from tests.web.mall import HOUR, Mall, now
from tests.web.pages import Form, Kind, Page, walk

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SMALL = 250_000  # bytes that are the most here; there they are megabytes
KEPT = "kept-words"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200)
BAD = {
    "a program": ("报告.pdf", b"MZ\x90" + bytes(200)),
    "too large": ("照片.jpg", JPEG + bytes(SMALL)),
    "empty": ("照片.jpg", b""),
    "two endings": ("照片.jpg.exe", JPEG),
}
ACTS = "bihuan.web.forms"  # reads the files of acts and of registering
CUSTOMERS = ("bihuan.web.portal.views", "bihuan.web.portal.follow")
ANY_SCRIPT = "发票 счёт فاتورة \u202e😀 𠮷.jpg"


@pytest.fixture(autouse=True)
def _less_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith(("bihuan.web.", "bihuan.desk.")):
            for limit, most in vars(module).items():
                if limit.startswith("LARGEST") and isinstance(most, int) and most > SMALL:
                    monkeypatch.setattr(module, limit, SMALL)


def reading_files() -> set[str]:
    """The modules of the web that read what was uploaded."""
    folder = Path(web.__file__).parent
    return {
        ".".join(("bihuan", "web", *path.relative_to(folder).with_suffix("").parts))
        for path in folder.rglob("*.py")
        if "request.FILES" in path.read_text()
    }


def fields(client: Client, *starts: str, seen: set[Kind]) -> Iterator[tuple[Form, str]]:
    """The fields for files of the pages that links lead to, each with its form; of one act or view, one."""
    found = set()
    for page in walk(client, *starts, seen=seen):
        for form in page.forms:
            at = resolve(urlsplit(form.action).path)
            for name in form.files:
                if (place := (at.view_name, at.kwargs.get("act"), name)) not in found:
                    found.add(place)
                    yield form, name


def send(client: Client, form: Form, field: str, name: str, content: bytes) -> HttpResponse:
    told = form.values | dict.fromkeys(form.needed, KEPT)
    return client.post(form.action, told | {field: SimpleUploadedFile(name, content)})


def wrong_with(client: Client, form: Form, field: str) -> Iterator[str]:
    """What a field does amiss: each bad file is to be refused at it, and what was typed is to stand there still."""
    if form.typing != "multipart/form-data":
        yield "sends no files"
    for why, (name, content) in BAD.items():
        answer = send(client, form, field, name, content)
        page = Page(form.action, answer.content.decode())
        if answer.status_code != 422:
            yield f"{why}: answered {answer.status_code}"
        elif field not in page.wrong:
            yield f"{why}: not said at the field"
        elif sum(KEPT in text for text in page.texts) < len(form.needed):
            yield f"{why}: what was typed is gone"
    if (answer := send(client, form, field, ANY_SCRIPT, JPEG)).status_code not in (302, 422):
        yield f"a name in many scripts: answered {answer.status_code}"


def test_every_field_for_files_of_the_house_bears_whatever_is_put_into_it(
    mall: Mall, as_: As
) -> None:
    number, other = mall.complain(now() - 2 * HOUR), mall.with_the_merchant()
    seen: set[Kind] = set()
    tried, wrong = set(), []
    for who, *starts in (
        ("admin", "/", "/organisation/"),
        ("desk", "/", f"/cases/{number}/"),
        ("merchant", f"/cases/{other}/"),
    ):
        client = as_(who)
        for form, field in fields(client, *starts, seen=seen):
            tried.add(resolve(urlsplit(form.action).path).func.__module__)
            wrong += [f"{who} {form.action} {one}" for one in wrong_with(client, form, field)]
    assert not wrong, "\n".join(wrong)
    assert tried == {
        "bihuan.web.cases.views",
        "bihuan.web.register.views",
        *(module for module in reading_files() if module not in (ACTS, *CUSTOMERS)),
    }


def test_every_field_for_files_of_a_customer_bears_whatever_is_put_into_it(mall: Mall) -> None:
    facts = {"kind": "complaint", "channel": "phone", "name": "王敏", "phone": "13800005678",
             "content": "大衣开线", "about_unit": "m217"}  # fmt: skip
    came = intake.register(facts, by=mall.ids["desk"], unit="company", now=now())
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/portal/follow", {"number": came.number, "code": came.query_code})
    tried, wrong = set(), []
    for form, field in fields(client, "/portal/", f"/portal/case/{came.number}", seen=set()):
        tried.add(resolve(urlsplit(form.action).path).func.__module__)
        wrong += [f"{form.action} {one}" for one in wrong_with(client, form, field)]
    assert not wrong, "\n".join(wrong)
    assert tried == set(CUSTOMERS)
