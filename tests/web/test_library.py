"""The library's pages: searched and read by level, published, copied and withdrawn; cited on a case's form."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from bihuan.desk import intake, library, organisation, packs, people
from bihuan.desk.library import Publication
from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, Document, Site
from bihuan.web import shell

pytestmark = pytest.mark.django_db

DAY = 86400
STAFF = {"taker": "call_taker", "chief": "section_chief", "dealer": "dealer_manager"}
NEW = {
    "code": "JG-07", "version": "V1", "title": "价格表", "text": "# 价格\n\n- 11.98 万\n\n含税",
    "since": "2026-01-01T00:00", "copied": "2026-01-01T00:00", "level": "public",
    "topics": ["price"],
}  # fmt: skip


class Centre:
    """A service centre: the taker answers, the chief keeps the library, a dealer stands outside."""

    def __init__(self, now: int) -> None:
        self.now = now
        before = now - 30 * DAY
        organisation.site()
        Site.objects.update(set_up_at=before)
        assert not isinstance(packs.adopt("auto", None, before), Refusal)
        organisation.add_unit("company", "示例汽车", "company", now=before)
        organisation.add_unit("north", "城北服务商", "dealer", "company", now=before)
        self.ids = {}
        for name, post in STAFF.items():
            made = people.create_person(name, username=name, now=before)
            assert not isinstance(made, Refusal)
            self.ids[name] = str(made[0].pk)
            unit = "north" if name == "dealer" else ""
            assert not isinstance(organisation.hold(made[0].pk, post, unit, now=before), Refusal)

    def publish(self, code: str = "ZB", **more: object) -> None:
        told: dict = {
            "version": "V4", "title": "质量担保政策", "topics": ("warranty",), "text": "三年十万公里",
            "since": self.now - DAY, "copied": self.now - DAY,
        }  # fmt: skip
        one = Publication(code, **(told | more))
        done = library.publish(one, by=self.ids["chief"], now=self.now - DAY // 2)
        assert not isinstance(done, Refusal), done

    def enquiry(self) -> str:
        told = {
            "kind": "enquiry", "channel": "hotline", "name": "客户某", "content": "几年",
            "category": "warranty", "answered_now": "yes",
        }  # fmt: skip
        by = self.ids["taker"]
        number = intake.register(told, by=by, unit="company", now=self.now - 60).number
        for name in ("acknowledge", "classify"):
            act = Act(name, by, self.now - 30)
            assert perform(act, case_number=number, now=self.now - 30).accepted
        return number


@pytest.fixture
def centre() -> Centre:
    return Centre(shell.now())


def signed_in(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=name))
    client.cookies["django_language"] = language
    return client


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_document_is_published_from_the_form_and_found_by_words_topic_and_day(centre: Centre):
    chief = signed_in("chief")
    assert chief.post("/library/publish/", NEW).status_code == 302
    for query, there in (
        ("", True), ("?q=11.98", True), ("?q=nothing", False), ("?topic=price", True),
        ("?topic=warranty", False), ("?on=2025-12-31", True),
    ):  # fmt: skip
        assert ("价格表" in text_of(chief.get(f"/library/{query}"))) is there, query
    assert "not yet in force" in text_of(chief.get("/library/?on=2025-12-31"))
    page = text_of(chief.get("/library/documents/JG-07/"))
    assert "<h3>价格</h3>" in page
    assert "<li>11.98 万</li>" in page


def test_a_markdown_file_becomes_the_text_and_another_is_attached(centre: Centre):
    chief = signed_in("chief")
    sent = SimpleUploadedFile("a.md", "来自文件".encode())
    chief.post("/library/publish/", NEW | {"text": "", "file": sent})
    assert Document.objects.get().text == "来自文件"
    sent = SimpleUploadedFile("价格 表.pdf", b"%PDF-1.7 x")
    chief.post(
        "/library/publish/", NEW | {"version": "V2", "since": "2026-02-01T00:00", "file": sent}
    )
    answer = chief.get("/library/documents/JG-07/V2/file/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert quote("价格 表.pdf") in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"title": ""}, "title"),
        ({"since": "soon"}, "since"),
        ({"since": ""}, "since"),
        ({"level": "x"}, "level"),
        ({"topics": ["weather"]}, "topics"),
        ({"text": ""}, "text"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    centre: Centre, said: dict[str, object], field: str
):
    answer = signed_in("chief").post("/library/publish/", NEW | {"title": "留下的题目"} | said)
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'id="f-{field}-below"' in page
    assert "<b>" in page
    assert field == "title" or "留下的题目" in page
    assert not Document.objects.exists()


def test_who_does_not_keep_the_library_cannot_change_it_and_reads_what_their_level_allows(
    centre: Centre,
):
    centre.publish()
    centre.publish("FL", title="返利政策", level="internal")
    centre.publish("MM", title="机密清单", level="confidential")
    taker, dealer = signed_in("taker"), signed_in("dealer")
    assert taker.get("/library/publish/").status_code == 403
    assert taker.post("/library/publish/", NEW).status_code == 403
    change = {"change": "withdraw", "version": "V4", "reason": "x"}
    assert taker.post("/library/documents/ZB/change/", change).status_code == 422
    for client, seen in ((taker, (1, 1, 0)), (dealer, (1, 0, 0)), (signed_in("chief"), (1, 1, 1))):
        page = text_of(client.get("/library/"))
        assert tuple(int(word in page) for word in ("质量担保政策", "返利政策", "机密清单")) == seen
    assert dealer.get("/library/documents/FL/").status_code == 404
    assert Client().get("/library/").status_code == 302


def test_a_copy_is_noted_and_a_version_withdrawn_with_its_reason_and_history(centre: Centre):
    centre.publish(copied=None)
    chief = signed_in("chief")
    url = "/library/documents/ZB/change/"
    assert chief.post(url, {"change": "copied", "version": "V4"}).status_code == 302
    assert chief.post(url, {"change": "withdraw", "version": "V4"}).status_code == 422
    gone = {"change": "withdraw", "version": "V4", "reason": "内容有误"}
    assert chief.post(url, gone).status_code == 302
    page = text_of(chief.get("/library/documents/ZB/"))
    for words in ("no longer in force", "withdrawn: 内容有误", "copy noted", "published"):
        assert words in page


def test_the_form_of_the_answer_offers_the_documents_in_force_with_their_text(centre: Centre):
    centre.publish()
    centre.publish("FL", title="返利政策", level="internal")
    centre.publish("PZ", title="配置表", topics=("configuration",))
    number, taker = centre.enquiry(), signed_in("taker")
    page = text_of(taker.get(f"/cases/{number}/respond/"))
    assert '<option value="ZB V4" selected>' in page
    assert "三年十万公里" in page
    assert "返利政策" not in page
    assert "配置表" not in page
    told = {"form_": "phone", "answer": "三年", "document": "PZ V4"}
    refused = taker.post(f"/cases/{number}/respond/", told)
    assert refused.status_code == 422
    assert "not about the category" in text_of(refused)
    done = taker.post(f"/cases/{number}/respond/", told | {"document": "ZB V4"})
    assert done.status_code in (200, 302, 303)
    assert list(Case.objects.get(number=number).state["cited"]) == ["ZB V4"]
    assert number in text_of(taker.get("/library/documents/ZB/"))
    assert number not in text_of(signed_in("dealer").get("/library/documents/ZB/"))


def test_the_register_page_shows_what_can_be_answered_from_for_the_category(centre: Centre):
    centre.publish()
    taker = signed_in("taker")
    told = {"kind": "enquiry", "channel": "hotline", "category": "warranty", "content": "几年"}
    assert "三年十万公里" in text_of(taker.post("/cases/new/follows/", told))
    other = text_of(taker.post("/cases/new/follows/", told | {"category": "price"}))
    assert "三年十万公里" not in other


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_empty_library_says_what_to_do(centre: Centre, language: str):
    words = {"zh-hans": "请公布现行文件", "en": "Publish the documents in force"}[language]
    assert words in text_of(signed_in("chief", language).get("/library/"))
    number = centre.enquiry()
    told = {"form_": "phone", "answer": "三年", "document": "x"}
    refused = text_of(signed_in("taker", language).post(f"/cases/{number}/respond/", told))
    assert {"zh-hans": "文件库中还没有文件", "en": "the library is empty"}[language] in refused


def test_customers_read_the_public_documents_in_force_and_no_others(centre: Centre):
    customer = Client(headers={"accept-language": "en"})
    customer.cookies["django_language"] = "en"
    assert "Common questions" not in text_of(customer.get("/portal/"))
    centre.publish()
    centre.publish("BJ", title="备件手册", level="customer")
    centre.publish("FL", title="返利政策", level="internal")
    centre.publish("XB", title="将来的规定", since=centre.now + DAY)
    assert "/portal/answers" in text_of(customer.get("/portal/"))
    page = text_of(customer.get("/portal/answers"))
    assert "三年十万公里" in page
    for title in ("备件手册", "返利政策", "将来的规定"):
        assert title not in page
