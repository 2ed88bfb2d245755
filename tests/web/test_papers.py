"""Printed forms: the same facts on paper, to the byte, with every character of a name."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from bihuan.records.models import Event
from bihuan.web.papers import word
from bihuan.web.papers.amounts import in_capitals
from bihuan.web.papers.paper import Cell, Paper
from bihuan.web.papers.typeset import typeset
from tests.web.mall import HOUR, Mall, now
from tests.web.shop import open_shop
from tests.web.test_bad_inputs import inspected
from tests.web.test_tracing import told

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
NOTHING = Paper("record", "", "", "", "", "", "", "zh-hans")


def words_in(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_a_form_printed_again_is_the_same_to_the_byte(mall: Mall, as_: As) -> None:
    number = mall.with_the_merchant()
    for ending in ("pdf", "docx"):
        address = f"/cases/{number}/papers/handling_sheet/1.{ending}"
        first = as_("desk").get(address)
        assert first.status_code == 200
        assert first.content == as_("desk").get(address).content
        last = Event.objects.filter(case__number=number).count()
        mall.act(number, "remark", "desk", now() - HOUR, text=f"又来电一次 {ending}")
        assert as_("desk").get(address).content != first.content
        assert as_("desk").get(f"{address}?entry={last}").content == first.content


def test_the_sheet_says_who_issued_it_and_leaves_room_for_the_reply(mall: Mall, as_: As) -> None:
    number = mall.with_the_merchant(name="𠮷田㛃龘")
    said = words_in(as_("desk").get(f"/cases/{number}/papers/handling_sheet/1.docx").content)
    assert "𠮷田㛃龘" in said
    assert "营运部经理 沈亦川（电子签）" in said
    assert "处理结果" in said
    assert "☑\N{NO-BREAK SPACE}质量价格" in said
    assert said.index("客户投诉处理单") < said.index("CL-") < said.index("单号")


def test_the_merchant_prints_the_note_without_the_customer_and_nothing_else(
    mall: Mall, as_: As
) -> None:
    number = mall.with_the_merchant()
    said = words_in(as_("merchant").get(f"/cases/{number}/papers/handling_sheet/1.docx").content)
    assert "请核实并提出处理意见" in said
    assert "王敏" not in said
    assert "5678" not in said
    for address in ("complaint_record/0.pdf", "visit_record/0.pdf", "letter/3.pdf"):
        assert as_("merchant").get(f"/cases/{number}/papers/{address}").status_code == 404


@pytest.mark.parametrize("character", ["𠮷", "㛃", "龘", "䶮", "𬭎", "😀", "Ω", "é"])
def test_the_faces_have_every_character_of_a_name(character: str) -> None:
    missing = typeset(replace(NOTHING, company="\U000e0fff"), "png")
    assert typeset(replace(NOTHING, company=character), "png") != missing


def test_what_people_wrote_is_never_read_as_markup() -> None:
    hostile = (
        '#import "/etc/passwd" *x* _y_ $z$ ] [ \\ {{ 7*7 }} <script>\u202e\x07' + "长" * 10_000
    )
    paper = replace(
        NOTHING, rows=((Cell("label", hostile[:60]), Cell("text", hostile, 21, name="content")),)
    )
    assert typeset(paper).startswith(b"%PDF")
    own = word.starting_template(paper)
    assert "{{ 7*7 }}" in words_in(word.filled(own, paper))


def test_a_long_account_goes_over_as_many_pages_as_it_needs() -> None:
    rows = ((Cell("label", "内容"), Cell("text", "字" * 5000, 21, lines=4)),)
    pages = re.search(rb"/Count (\d+)", typeset(replace(NOTHING, rows=rows)))
    assert pages is not None
    assert int(pages[1]) >= 3


def test_a_picture_among_letters_has_a_face_that_draws_it() -> None:
    rows = ((Cell("text", "龘😀 ☑"),),)
    document = docx.Document(BytesIO(word.word(replace(NOTHING, rows=rows))))
    runs = document.tables[-1].cell(0, 0).paragraphs[0].runs
    assert [run.text for run in runs] == ["龘", "😀", " ☑"]
    assert [run.font.name == word.EMOJI for run in runs] == [False, True, False]


def test_an_organisations_own_template_is_filled_in(mall: Mall, as_: As) -> None:
    number = mall.with_the_merchant()
    start = as_("admin").get("/papers/mall/handling_sheet/template.docx").content
    document = docx.Document(BytesIO(start))
    document.add_paragraph("本商场自用 {{ number }} {{ case_number }}")
    out = BytesIO()
    document.save(out)
    out.seek(0)
    out.name = "自用处理单.docx"
    assert as_("admin").post("/papers/mall/handling_sheet/use/", {"file": out}).status_code == 302
    said = words_in(as_("desk").get(f"/cases/{number}/papers/handling_sheet/1.docx").content)
    assert f"本商场自用 CL-{number}-1 {number}" in said
    assert "请核实并提出处理意见" in said
    assert "自用处理单.docx" in as_("admin").get("/papers/").content.decode()
    as_("admin").post("/papers/mall/handling_sheet/withdraw/")
    assert "本商场自用" not in words_in(
        as_("desk").get(f"/cases/{number}/papers/handling_sheet/1.docx").content
    )


def test_a_template_that_does_not_fit_is_refused_and_says_why(mall: Mall, as_: As) -> None:
    document = docx.Document()
    document.add_paragraph("{{ nonsense }}")
    out = BytesIO()
    document.save(out)
    for content, why in ((out.getvalue(), "nonsense"), (b"no Word file", "Word")):
        sent: Any = BytesIO(content)
        sent.name = "x.docx"
        answer = as_("admin").post("/papers/mall/handling_sheet/use/", {"file": sent})
        assert answer.status_code == 422
        assert why in answer.content.decode()
    sent = BytesIO(out.getvalue())
    sent.name = "x.docx"
    assert as_("desk").post("/papers/mall/handling_sheet/use/", {"file": sent}).status_code == 403


def test_every_form_of_the_policy_has_an_empty_one(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/papers/").content.decode()
    codes = re.findall(r'href="/papers/mall/([^/"]+)/blank.pdf"', page)
    assert {"complaint_record", "handling_sheet", "visit_record", "capa", "letter"} <= set(codes)
    for code in codes:
        for ending, start in (("pdf", b"%PDF"), ("docx", b"PK")):
            answer = as_("desk").get(f"/papers/mall/{code}/blank.{ending}")
            assert answer.status_code == 200
            assert answer.content.startswith(start)
    assert as_("desk").get("/papers/mall/nonsense/blank.pdf").status_code == 404


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"), (1, "壹分"), (10, "壹角整"), (128_000, "壹仟贰佰捌拾元整"), (1_001, "壹拾元零壹分"),
        (10_020_030, "壹拾万零贰佰元叁角整"), (1_000_000_005, "壹仟万元零伍分"), (100_000_000_000, "壹拾亿元整"),
    ],
)  # fmt: skip
def test_amounts_in_capitals(fen: int, said: str) -> None:
    assert in_capitals(fen) == said


def answering(mall: Mall) -> str:
    """A written complaint whose answer is owed."""
    number = mall.complain(channel="letter")
    mall.act(number, "acknowledge", "desk", agreed_time=now() + HOUR)
    mall.act(number, "classify", "desk", category="service", about="merchant", desk_can_solve="yes")
    mall.act(number, "resolve", "floor", resolution="店长当面道歉")
    return number


def test_an_answer_is_looked_at_as_a_letter_before_it_goes_out_and_nothing_is_kept(
    mall: Mall, as_: As
) -> None:
    number = answering(mall)
    client = as_("desk")
    form = client.get(f"/cases/{number}/respond/").context["form"]
    assert form["letter"]["company"] == "星河广场"
    assert "王敏" in form["letter"]["script"]
    before = Event.objects.count()
    typed = {"answer": "第一段。\n\n第二段 <b>粗</b>", "outside_path": "yes"}
    seen = client.post(form["letter"]["url"], typed, headers={"HX-Request": "true"})
    shown = seen.content.decode()
    for words in (
        "王敏",
        "星河广场",
        "<p>第一段。</p>",
        "&lt;b&gt;粗&lt;/b&gt;",
        f"关于投诉 {number} 的答复",
        "<article",
    ):
        assert words in shown, words
    assert "<html" not in shown
    pdf = client.post(form["letter"]["url"], typed)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert "inline" in pdf.headers["content-disposition"]
    assert Event.objects.count() == before
    empty = client.post(form["letter"]["url"], {"answer": " "}, headers={"HX-Request": "true"})
    assert "请先写答复内容" in empty.content.decode()


def test_only_who_may_answer_looks_at_the_letter(mall: Mall, as_: As) -> None:
    number = answering(mall)
    address = f"/cases/{number}/papers/preview/"
    assert as_("merchant").post(address, {"answer": "甲"}).status_code == 404
    assert as_("desk").get(address).status_code == 405
    assert as_("desk").post("/cases/TS-none/papers/preview/", {"answer": "甲"}).status_code == 404


def test_of_two_letters_each_is_called_by_its_day(mall: Mall, as_: As) -> None:
    number = answering(mall)
    mall.act(number, "respond", "desk", form="written", answer="请来退款", company_name="yes")
    page = as_("desk").get(f"/cases/{number}/").content.decode()
    (called,) = re.findall(r'letter/\d+\.pdf"[^>]*>.*?书面答复函 ([^<]*)</a>', page)
    assert re.fullmatch(r"\d\d-\d\d|\d{4}-\d\d-\d\d", called.strip())


def test_a_case_has_the_forms_that_record_something_of_it(db: None) -> None:
    shop = open_shop()
    client = Client()
    client.force_login(User.objects.get(username="service"))

    def forms(number: str) -> set[str]:
        page = client.get(f"/cases/{number}/").content.decode()
        return set(re.findall(r"/papers/(\w+)/\d+\.pdf", page)) - {"visit_record"}

    assert forms(told(shop)) == {"return_form"}
    assert forms(inspected(shop)) == {"return_form", "receipt_record", "inspection_record"}
    assert forms(told(shop, kind="complaint", category="quality", return_reason="")) == {"record"}
