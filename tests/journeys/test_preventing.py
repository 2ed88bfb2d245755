"""What is learned from complaints, by keys alone: a report from draft to review, a corrective action to its effect."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk import problems, reports
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from tests.journeys.desk import Clock, Desk, instant
from tests.web.mall import DAY, HOUR, Mall, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
COATS = ("大衣穿一次腋下就开线", "羊毛大衣开线，不给退换", "新大衣袖口开线")
MONDAY = instant("2026-03-09 12:30")


@pytest.fixture
def mall(live_server: LiveServer, clock: Clock, settings: object, tmp_path: Path) -> Mall:
    """A mall on the Monday on which its weekly report is to be written."""
    settings.HOME = tmp_path
    clock.at = MONDAY
    return open_mall(clock.at)


def coat(mall: Mall, n: int, at: int) -> str:
    """One more complaint of the same problem, by somebody else; its number."""
    number = mall.complain(at, content=COATS[n % 3], name=f"顾客{n}", phone=f"1380000567{n}")
    mall.act(number, "acknowledge", "desk", at + 60, agreed_time=at + DAY)
    mall.act(
        number, "classify", "desk", at + 120,
        category="quality_price", about="merchant", desk_can_solve="no",
    )  # fmt: skip
    return number


def says_done(desk: Desk) -> None:
    expect(desk.page.locator(".done-note")).to_be_visible()
    assert desk.wrong == []


def form_at(desk: Desk) -> Locator:
    return desk.page.locator("#pane-body form")


def test_a_report_is_written_saved_sent_back_and_passed_on_its_own_page(
    mall: Mall, clock: Clock, desks: Callable[..., Desk]
) -> None:
    ensure_ledgers(clock.at - 8 * DAY)
    coat(mall, 1, clock.at - 3 * DAY)
    sweep(clock.at)
    assert reports.issue(clock.at)
    desk = desks("desk")
    page = desk.page
    page.goto(f"{desk.url}/?wait=routine")
    page.locator("tr[data-row]", has_text=desk.word("draft")).first.locator(".act a").press("Enter")
    to_report = page.locator('#pane-body a[href^="/reports/"].button')
    expect(to_report).to_be_visible()
    to_report.click()
    text = page.locator("[name=content]")
    expect(text).to_have_value(re.compile("受理 1"))
    text.fill("本周一件，大衣开线")
    form_at(desk).locator("button[name=save]").click()
    says_done(desk)
    expect(text).to_have_value("本周一件，大衣开线")  # as it stands with the house
    text.fill("本周一件，大衣开线，已约商户整改。")
    page.keyboard.press("Control+Enter")
    expect(form_at(desk)).to_have_count(0)
    says_done(desk)

    url = page.url.partition("#")[0]  # the link to the content was taken on the way
    operations, gm = desks("operations", "en"), desks("gm", "en")
    operations.page.goto(url)
    expect(operations.page.locator("#content")).to_contain_text("已约商户整改。")
    form_at(operations).locator('[value="refused"]').click()
    expect(operations.page.locator(".form-errors")).to_be_visible()
    form_at(operations).locator("[name=remark]").fill("请写明原因")
    form_at(operations).locator('[value="refused"]').click()
    says_done(operations)
    page.goto(url)
    expect(text).to_have_value("本周一件，大衣开线，已约商户整改。")
    text.fill("本周一件，大衣开线，已约商户整改。原因：缝线不良。")
    page.keyboard.press("Control+Enter")
    says_done(desk)
    for one in (operations, gm):
        one.page.goto(url)
        form_at(one).locator('[value="accepted"]').click()
        says_done(one)
    expect(gm.page.locator("#content")).to_contain_text("原因：缝线不良。")
    expect(gm.page.locator("#content")).to_contain_text("高明远")
    expect(gm.page.locator("form [name=content], form [name=outcome]")).to_have_count(0)


def test_a_corrective_action_is_effective_only_once_its_problem_comes_less_often(
    mall: Mall, clock: Clock, desks: Callable[..., Desk]
) -> None:
    number = [coat(mall, n, clock.at - (5 - n) * HOUR) for n in range(3)][-1]
    problems.group_now(clock.at)
    desk, operations, gm = (desks(who) for who in ("desk", "operations", "gm"))
    gm.page.goto(f"{gm.url}/problems/")
    gm.page.locator('#content a[href^="/problems/"]', has_text="开线").first.click()
    gm.page.locator(f'#content a[href*="{number}"]').first.click()
    expect(gm.page).to_have_url(f"{gm.url}/cases/{number}/")

    desk.does(
        number, "draft", 1, content="三件大衣开线", team="周晓岚\n沈亦川",
        problem="同款大衣开线", containment="暂停销售",
    )  # fmt: skip
    operations.does(
        number, "find_cause", 1, cause="缝线不良", whys="为何开线：缝线不良；为何不良：没有抽检",
        escape="没有抽检", cause_method="没有抽检办法",
        actions="退回供应商；周晓岚；2026-03-16\n进货抽检；沈亦川；2026-03-16",
    )  # fmt: skip
    gm.case(number)
    gm.open("approve", 1)
    gm.page.locator('#act-form [value="approved"]').click()
    gm.done("approve")
    for one in (desk, operations):
        one.does(number, "take_action", 1, action_="已办")

    clock.pass_(31 * DAY)
    for n in range(3, 6):
        coat(mall, n, clock.at - 10 * DAY)
    gm.case(number)
    gm.open("check_effect", 1)
    gm.put("#act-form", outcome="effective", lasting="进货抽检办法")
    gm.page.keyboard.press("Control+Enter")
    expect(gm.page.locator("#act-form")).to_contain_text("50%")
    expect(gm.page.locator('#act-form [name="lasting"]')).to_have_value("进货抽检办法")
    assert not load(number).case.sheets[1].ended

    clock.pass_(31 * DAY)
    sweep(clock.at)
    gm.reads("en")
    gm.does(number, "check_effect", 1, outcome="effective", lasting="进货抽检办法")
    assert load(number).case.sheets[1].ended == "done"
