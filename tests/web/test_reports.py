"""Reports and dashboards: figures as issued, each leading to its cases, files that are the same again."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from zipfile import ZipFile

import openpyxl
import pytest
from django.test import Client

from bihuan.desk import columns, reports
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.sweep import sweep
from bihuan.records.models import IssuedReport
from bihuan.web.reports import files
from bihuan.web.reports.saying import Figure, Line, Said, Table
from tests.made_once import made_once
from tests.web.mall import DAY, HOUR, Mall, now, open_mall
from tests.web.pages import Page

As = Callable[..., Client]


@pytest.fixture(autouse=True)
def an_empty_folder(settings, tmp_path):
    settings.HOME = tmp_path


@made_once
def open_reported_mall() -> Mall:
    """A mall with cases of the last weeks, whose reports were issued."""
    mall, at = open_mall(), now()
    ensure_ledgers(at - 15 * DAY)
    for days in range(2, 15):
        mall.complain(at - days * DAY, content=f"=cmd 第 {days} 件")
    sweep(at)
    assert reports.issue(at) > 0
    return mall


@pytest.fixture
def mall(db: None, tmp_path: Path) -> Mall:
    """Without columns, also in the test of a process that opens it first."""
    opened = open_reported_mall()
    rmtree(tmp_path / "figures", ignore_errors=True)
    return opened


@pytest.fixture
def issued(mall: Mall) -> IssuedReport:
    """The newest weekly report."""
    found = IssuedReport.objects.filter(name="weekly_report").order_by("-as_of").first()
    assert found is not None
    return found


def figure_of(page: str, label: str) -> tuple[str, str]:
    """What a page says beside a label, and where that leads."""
    cell = re.search(
        rf'<th scope="row"[^>]*>{label}</th><td[^>]*>(?:<a href="([^"]+)">)?([^<]+)', page
    )
    assert cell, label
    return cell[2].strip(), (cell[1] or "").replace("&amp;", "&")


def test_an_issued_report_shows_the_figures_it_was_issued_with_whatever_happens_later(
    mall: Mall, as_: As, issued: IssuedReport
) -> None:
    url = f"/reports/{issued.pk}/"
    before = as_("gm").get(url).content.decode()
    received = issued.figures["parts"][0]["rows"][0]["now"][0][0]
    assert received > 0
    assert figure_of(before, "受理")[0] == str(received)
    mall.complain(issued.as_of - 3 * DAY)
    columns.refresh(now())
    assert figure_of(as_("gm").get(url).content.decode(), "受理")[0] == str(received)
    assert issued.hash[:16] in before


def test_every_figure_leads_to_the_cases_it_counts_and_no_others(
    mall: Mall, as_: As, issued: IssuedReport
) -> None:
    mall.complain(now() - HOUR)
    client = as_("gm")
    page = client.get(f"/reports/{issued.pk}/").content.decode()
    count, url = figure_of(page, "受理")
    behind = client.get(url).content.decode()
    numbers = set(re.findall(r'<span class="note">(TS\d+-\d+)</span>', behind))
    assert len(numbers) == int(count)
    iso = client.get(f"/reports/any/?report=mall/iso&period={issued.period}").content.decode()
    assert "clause=MALL-5.0" in iso
    for url in (
        *re.findall(r'href="(/figures/cases/[^"]+)"', page),
        *re.findall(r'href="(/figures/cases/[^"]+clause=MALL-5.0)"', iso),
    ):
        assert client.get(url.replace("&amp;", "&")).status_code == 200, url


@pytest.mark.parametrize("ending", ["pdf", "docx", "xlsx"])
def test_a_report_is_a_file_that_is_the_same_again(
    as_: As, issued: IssuedReport, ending: str
) -> None:
    client = as_("gm")
    first, again = (client.get(f"/reports/{issued.pk}.{ending}") for _ in range(2))
    assert first.status_code == 200
    assert first.content == again.content
    assert len(first.content) > 2000
    assert client.get(f"/reports/{issued.pk}.exe").status_code == 404


def test_the_workbook_holds_numbers_as_numbers_and_no_formula(
    mall: Mall, as_: As, issued: IssuedReport
) -> None:
    client = as_("gm")
    book = openpyxl.load_workbook(BytesIO(client.get(f"/reports/{issued.pk}.xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    row = next(cell.row for cell in cells if cell.value == "受理")
    said = [cell.value for cell in cells]
    assert {"一、总体情况", "六、客户满意度", "MALL-3.5", "MALL-7.2"} <= set(said)
    assert book.active.cell(row, 2).value == issued.figures["parts"][0]["rows"][0]["now"][0][0]
    with ZipFile(BytesIO(client.get(f"/reports/{issued.pk}.docx").content)) as word:
        assert "受理" in word.read("word/document.xml").decode()


def test_a_period_in_which_nothing_happened_says_so_in_every_file(mall: Mall, as_: As) -> None:
    ask = "report=mall/weekly_report&period=2019-W01"
    client = as_("gm")
    assert "本期没有数据。" in client.get(f"/reports/any/?{ask}").content.decode()
    book = openpyxl.load_workbook(BytesIO(client.get(f"/reports/any.xlsx?{ask}").content))
    assert "本期没有数据。" in [cell.value for row in book.active.iter_rows() for cell in row]
    with ZipFile(BytesIO(client.get(f"/reports/any.docx?{ask}").content)) as word:
        assert "本期没有数据。" in word.read("word/document.xml").decode()
    assert client.get(f"/reports/any.pdf?{ask}").content.startswith(b"%PDF")


def test_who_may_not_see_the_ledger_and_was_not_told_has_no_report(
    mall: Mall, as_: As, issued: IssuedReport
) -> None:
    for who in ("merchant", "floor"):
        assert as_(who).get(f"/reports/{issued.pk}/").status_code == 404
        assert as_(who).get(f"/reports/{issued.pk}.pdf").status_code == 404
    assert f"/reports/{issued.pk}/" not in as_("floor").get("/reports/").content.decode()


def test_any_period_can_be_asked_for_as_of_any_instant_and_nonsense_is_told(
    mall: Mall, as_: As, issued: IssuedReport
) -> None:
    client = as_("gm")
    asked = f"/reports/any/?report=mall/weekly_report&period={issued.period}"
    received, _url = figure_of(client.get(asked).content.decode(), "受理")
    assert int(received) == issued.figures["parts"][0]["rows"][0]["now"][0][0]
    early = client.get(f"{asked}&as_of=2020-01-01T00:00").content.decode()
    assert figure_of(early, "受理")[0] == "0"
    assert figure_of(early, "按时答复率")[0] == "—"
    wrong = client.get("/reports/any/?report=mall/weekly_report&period=2026-W77&as_of=soon")
    assert wrong.status_code == 422
    assert "2026-W48" in wrong.content.decode()
    assert client.get("/reports/any/?report=mall/nothing").status_code == 404
    assert as_("merchant").get("/reports/any/").status_code == 404


def test_the_assessment_sheet_of_one_unit_tells_of_that_unit(mall: Mall, as_: As) -> None:
    client = as_("gm")
    url = f"/reports/any/?report=mall/assessment&period={as_period(now())[:7]}"
    whole, own = (client.get(ask).content.decode() for ask in (url, f"{url}&unit=m217"))
    assert "考核意见" in whole
    assert "涉及条款" in whole
    assert '<h1 class="page-title">考核表</h1>' in whole
    assert '<h1 class="page-title">木棉里女装 考核表</h1>' in own
    assert client.get(f"{url}&unit=nowhere").status_code == 404
    assert client.get(url.replace("any/", "any.xlsx") + "&unit=m217").status_code == 200


def test_a_reader_counts_only_what_they_may_see(mall: Mall, as_: As) -> None:
    mall.complain(now() - HOUR)
    mall.complain(now() - HOUR, about_person=mall.ids["operations"], about="manager")
    ask = "/reports/any/?report=mall/iso&period=" + as_period(now() - HOUR)
    assert figure_of(as_("gm").get(ask).content.decode(), "受理")[0] == "2"
    assert figure_of(as_("operations").get(ask).content.decode(), "受理")[0] == "1"


def as_period(at: int) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.fromtimestamp(at, UTC) + timedelta(hours=8)).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    "length", ["", "?period=2026", "?period=1999-01", "?period=nonsense&unit=nowhere"]
)
def test_the_dashboard_shows_every_panel_and_leads_to_cases(
    mall: Mall, as_: As, issued: IssuedReport, length: str
) -> None:
    client = as_("gm")
    answer = client.get(f"/insight/{length}")
    page = answer.content.decode()
    assert answer.status_code == 200
    for url in sorted(set(re.findall(r'href="(/figures/cases/[^"]+)"', page)))[:8]:
        assert client.get(url.replace("&amp;", "&")).status_code == 200
    assert 'hx-trigger="every 60s"' in page
    assert as_("merchant").get("/insight/").status_code == 404


def test_a_unit_on_the_dashboard_counts_itself_and_what_lies_below(mall: Mall, as_: As) -> None:
    mall.complain(now() - HOUR, about_unit="m217")
    mall.complain(now() - HOUR, about_unit="f2")
    look = f"/insight/?period={as_period(now() - HOUR)}&unit="
    assert re.search(r"受理 <b>2</b>", as_("gm").get(f"{look}f2").content.decode())
    assert re.search(r"受理 <b>1</b>", as_("gm").get(f"{look}m217").content.decode())


def test_the_notice_of_a_report_leads_to_it(mall: Mall, as_: As, issued: IssuedReport) -> None:
    from bihuan.desk.outbox import deliver

    deliver(now(), limit=5000)
    page = as_("operations").get("/notices/").content.decode()
    assert "报表已生成：" in page
    assert re.search(r'href="/reports/\d+/"', page)


@pytest.fixture
def weekly(mall: Mall, issued: IssuedReport) -> str:
    """The page of the newest weekly report."""
    return f"/reports/{issued.pk}/"


def send(client: Client, page: str, act: str, issued: IssuedReport, **typed: str):
    """What the form on the report's page sends."""
    found = re.search(r'name="version" value="(\d+)"', page)
    known = {"version": found[1] if found else "", "act_id": token_hex(8)}
    url = f"/reports/{issued.pk}/?act={act}&sheet={issued.sheet}"
    return client.post(url, known | typed)


def text_in(page: str) -> str:
    """What stands in the text of the form."""
    found = re.search(r"<textarea[^>]*name=\"content\"[^>]*>([^<]*)</textarea>", page)
    return found[1].strip() if found else ""


def test_the_page_of_a_report_is_where_its_text_is_written_saved_and_handed_in(
    as_: As, issued: IssuedReport, weekly: str
) -> None:
    desk, gm = as_("desk"), as_("gm")
    page = desk.get(weekly).content.decode()
    received = issued.figures["parts"][0]["rows"][0]["now"][0][0]
    assert f"受理 {received}" in text_in(page)
    assert re.search(r"起草：\S+ \S+，", page)
    assert "随后 审核：店总 高明远" in page
    saved = send(desk, page, "draft", issued, content="本周以质量投诉为主", save="yes")
    assert saved.status_code == 302
    page = desk.get(weekly).content.decode()
    assert text_in(page) == "本周以质量投诉为主"
    assert "存了草稿" in page
    with ZipFile(BytesIO(gm.get(f"/reports/{issued.pk}.docx").content)) as word:
        assert "本周以质量投诉为主" not in word.read("word/document.xml").decode()  # not handed in
    assert send(desk, page, "draft", issued, content="本周以质量投诉为主。").status_code == 302
    page = gm.get(weekly).content.decode()
    assert "本周以质量投诉为主。" in page
    assert "起草：周晓岚，" in page
    assert figure_of(page, "受理")[0] == str(received)
    with ZipFile(BytesIO(gm.get(f"/reports/{issued.pk}.docx").content)) as word:
        assert "本周以质量投诉为主。" in word.read("word/document.xml").decode()


def test_a_report_is_reviewed_on_its_page_and_sent_back_to_be_written_on(
    mall: Mall, as_: As, issued: IssuedReport, weekly: str
) -> None:
    desk, operations = as_("desk"), as_("operations")
    send(desk, desk.get(weekly).content.decode(), "draft", issued, content="初稿")
    assert 'name="outcome"' not in desk.get(weekly).content.decode()  # it is not theirs to review
    page = operations.get(weekly).content.decode()
    again = send(operations, page, "review", issued, outcome="refused")
    assert again.status_code == 422
    assert "请写明理由" in again.content.decode()
    back = send(operations, page, "review", issued, outcome="refused", remark="请写明原因和措施")
    assert back.status_code == 302
    page = desk.get(weekly).content.decode()
    assert text_in(page) == "初稿"
    assert "审核(退回)：沈亦川，" in page
    send(desk, page, "draft", issued, content="二稿")
    for who in ("operations", "gm"):
        client = as_(who)
        page = client.get(weekly).content.decode()
        assert send(client, page, "review", issued, outcome="accepted").status_code == 302
    page = desk.get(weekly).content.decode()
    assert "审核(通过)：" in page
    assert "<form" not in page.split('id="content"')[1].split("</main>")[0]
    late = send(desk, page, "draft", issued, content="三稿")  # it is through
    assert late.status_code == 409
    [form] = [one for one in Page(weekly, late.content.decode()).forms if "text" in one.typed]
    assert form.values["text"] == "三稿"
    assert desk.post(form.action, form.values).status_code == 302
    assert "三稿" in desk.get(f"/cases/{issued.case.number}/").content.decode()


def test_who_writes_a_report_while_somebody_was_quicker_is_told_and_loses_no_word(
    mall: Mall, as_: As, issued: IssuedReport, weekly: str
) -> None:
    mall.hire("second", "贺小北", "service_desk")
    desk = as_("desk")
    page = desk.get(weekly).content.decode()
    other = mall.act(
        issued.case.number, "save_draft", "second", now(), sheet=issued.sheet, content="先写"
    )
    assert other.accepted, other.refusal
    came = send(desk, page, "draft", issued, content="我写的这段")
    assert came.status_code == 409
    assert text_in(came.content.decode()) == "我写的这段"
    assert "贺小北" in came.content.decode()
    kept = send(desk, page, "draft", issued, content="我写的这段", all_the_same="yes")
    assert kept.status_code == 302


def test_my_page_leads_to_the_report_that_is_to_be_written(
    mall: Mall, as_: As, issued: IssuedReport, weekly: str
) -> None:
    debts = issued.case.state["debts"]
    seat = next(one["seat"] for one in debts if one["sheet"] == issued.sheet)  # late, it went up
    who = {"service_desk@": "desk", "operations_manager@": "operations"}.get(seat, "gm")
    page = as_(who).get(f"/?row={seat}").content.decode()
    rows = set(re.findall(r'href="(/\?row=[^"]+)"[^>]*>(?:<[^>]+>)*起草', page))
    assert rows, page
    panes = [as_(who).get(url).content.decode() for url in rows]
    pane = next(pane for pane in panes if f'href="{weekly}"' in pane)
    assert "打开报表" in pane


def test_a_text_of_any_length_and_script_stands_whole_in_every_file(
    mall: Mall, as_: As, issued: IssuedReport, weekly: str
) -> None:
    long = "本周😀 ok 谢谢 merci ありがとう " + "长" * 100_000 + " 完"
    desk = as_("desk")
    page = desk.get(weekly).content.decode()
    assert send(desk, page, "draft", issued, content=" ").status_code == 422
    assert send(desk, page, "draft", issued, content=long).status_code == 302
    assert long in desk.get(weekly).content.decode()
    with ZipFile(BytesIO(desk.get(f"/reports/{issued.pk}.docx").content)) as word:
        assert "长" * 100_000 in re.sub("<[^>]+>", "", word.read("word/document.xml").decode())
    assert desk.get(f"/reports/{issued.pk}.pdf").content.startswith(b"%PDF")
    book = openpyxl.load_workbook(BytesIO(desk.get(f"/reports/{issued.pk}.xlsx").content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value]
    assert sum(cell.count("长") for cell in cells) == 100_000


@pytest.mark.parametrize(
    ("asked", "earlier", "following"),
    [
        ("2020-W53", "2020-W52", "2021-W01"),
        ("2021-W01", "2020-W53", "2021-W02"),
        ("2020-12", "2020-11", "2021-01"),
        ("2020-Q4", "2020-Q3", "2021-Q1"),
        ("2020-12-31", "2020-12-30", "2021-01-01"),
    ],
)
def test_at_the_turn_of_the_year_one_period_leads_to_the_next(
    mall: Mall, as_: As, asked: str, earlier: str, following: str
) -> None:
    page = as_("gm").get(f"/reports/any/?report=mall/iso&period={asked}").content.decode()
    assert f"← {earlier}" in page
    assert f"{following} →" in page


def test_a_line_of_nothing_has_no_bar_in_any_file() -> None:
    lines = (
        Line("一层", (Figure("3", number=3), Figure("0", number=0))),
        Line("二层", (Figure("0", number=0), Figure("1", number=1))),  # what is late came before
    )
    table = Table("各部门", "部门", ("受理", "超时答复"), ("", ""), lines, bars=True)
    said = Said("客诉周报", "示例商场", "", "2026-W48", "", "", "zh-hans", (table,))
    for make in (files.pdf, files.docx, files.xlsx):
        assert make(said)
