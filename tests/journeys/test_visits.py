"""A caller works through the visits: a list comes in, one is not reached, one is not content."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bihuan.desk.perform import load
from bihuan.desk.sweep import sweep
from bihuan.records.models import Case
from tests.journeys.desk import Desk
from tests.web.mall import now, open_mall

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "姓名,电话\n甲女士,13800001111\n乙先生,\n丙女士,13800003333\n"


@pytest.fixture(params=[("zh-hans", 1280), ("en", 360)])
def caller(request: pytest.FixtureRequest, desks: Callable[..., Desk]) -> Desk:
    """The service desk's clerk, on the desk in Chinese and on the phone in English."""
    language, width = request.param
    open_mall(language=language)
    sweep(now())
    return desks("desk", language, width)


def test_a_caller_takes_a_list_in_and_works_through_it(caller: Desk, tmp_path: Path) -> None:
    page = caller.page
    page.goto(f"{caller.url}/visits/")
    listed = tmp_path / "list.csv"
    listed.write_text(LIST, encoding="utf-8")
    page.set_input_files("[name=file]", listed)
    page.locator("form:has([name=file]) button.button").click()
    expect(page.locator("main")).to_contain_text("乙先生")  # the row that was not taken
    page.goto(f"{caller.url}/visits/")
    page.screenshot(path=tmp_path / "list.png", full_page=True)
    page.locator(".owed-list tbody a[data-select], .owed-list .act a").first.click()
    expect(page.locator("#pane-body")).to_contain_text("138 0000 1111")
    page.screenshot(path=tmp_path / "call.png", full_page=True)
    if (page.viewport_size or {})["width"] > 1000:
        page.keyboard.press("u")  # not reached, next
    else:
        page.locator("#pane-body [data-key=U]").click()
    caller.done("visit_shopper")
    expect(page.locator(".counts")).to_contain_text("1")
    page.goto(f"{caller.url}/visits/")
    page.locator(".owed-list .act a").first.click()
    expect(page.locator("#pane-body")).to_contain_text("138 0000 3333")
    caller.put("#pane-body", outcome="unsatisfied", score="2", opinion="扶梯总停")
    page.locator("#pane-body form .is-solid").click()
    caller.done("visit_shopper")
    page.goto(f"{caller.url}/visits/")
    expect(page.locator("main")).to_contain_text("扶梯总停")
    page.screenshot(path=tmp_path / "new.png", full_page=True)
    page.locator("form:has([name=item]) button.button").first.click()
    expect(page).to_have_url(re.compile(r"/cases/TS"))
    expect(page.locator("main")).to_contain_text("丙女士")
    ledger = load(Case.objects.get(ledger=True, policy_code="mall").number)
    assert ledger is not None
    acts = [debt.act for debt in ledger.case.debts.values()]
    assert acts.count("visit_shopper") == 1
    assert "new_case" not in acts
