"""A language model proposes, a person changes it and sends it: by keys alone, against a real server."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk.stored import load
from tests.journeys.desk import Desk
from tests.web.mall import open_mall
from tests.web.test_assistance import CONTENT, Model

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def model(settings: object) -> Iterator[Model]:
    model = Model()
    settings.MODEL = {"url": model.url, "name": "test-model", "key": "test-key", "seconds": 20.0}
    yield model
    model.server.shutdown()
    model.server.server_close()


def test_a_summary_is_asked_for_changed_and_sent_by_a_person(
    live_server: LiveServer, model: Model, desks: Callable[..., Desk]
) -> None:
    mall = open_mall()
    number = mall.complain(content=CONTENT)
    before = load(number).events
    desk = desks("desk")
    desk.case(number)
    page = desk.page
    page.locator(f'a[href="/cases/{number}/assistance/"]').click()
    task = page.locator('[name="task"][value="summary"]')
    task.click()  # it says nothing the first time
    expect(page.locator(".refusal")).to_be_visible()
    model.says = "【姓名1】反映大衣开线，要求退 299 元。"
    task.click()
    text = page.locator("[name=text]")
    expect(text).to_have_value("王敏反映大衣开线，要求退 299 元。")
    text.fill("王敏反映大衣开线，要求退 299 元，已约商户。")
    page.locator('[name="take"]').click()
    expect(page.locator("#act-form [name=text]")).to_have_value(
        "王敏反映大衣开线，要求退 299 元，已约商户。"
    )
    assert load(number).events == before  # nothing is done yet
    page.keyboard.press("Control+Enter")
    desk.done("remark")
    expect(page.locator(".story")).to_contain_text("已约商户。")
    assert "13800005678" not in model.sent
