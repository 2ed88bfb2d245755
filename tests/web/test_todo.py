"""My page: everything I owe and nothing else, nearest due first, and done in place."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.desk.stored import load
from bihuan.records.queries.cases import case_page
from tests.web.mall import DAY, HOUR, Mall, now
from tests.web.test_case import dispatched

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def rows(client: Client, address: str = "/") -> list[str]:
    """The acts on the page, in their order."""
    import re

    page = client.get(address).content.decode()
    return re.findall(r'<td class="act clip"><a [^>]*>([^<]+)</a>', page)


def test_strangers_are_asked_to_sign_in(mall: Mall) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/accounts/login/")


def test_what_the_desk_owes_stands_on_its_page_and_on_no_other(mall: Mall, as_: As) -> None:
    mall.complain()
    assert rows(as_("desk")) == ["告知受理"]
    assert rows(as_("merchant")) == []
    assert rows(as_("gm")) == []


def test_the_nearest_due_comes_first(mall: Mall, as_: As) -> None:
    t = now()
    late = mall.complain(t - 2 * DAY, content="停车场道闸误扣费")
    mall.act(late, "acknowledge", "desk", t - 2 * DAY + 60, agreed_time=t + HOUR)
    mall.complain(t, content="儿童乐园押金不退")
    assert rows(as_("desk"))[0] == "分类定级"
    assert "已超时" in as_("desk").get("/").content.decode()


def test_what_is_due_at_the_end_of_the_day_is_due_today_at_24(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    end = client.get("/").context["reader"].clock.midnight(1)
    mall.act(number, "acknowledge", "desk", agreed_time=end)
    mall.act(number, "classify", "desk", category="service", desk_can_solve="yes")
    mall.act(number, "resolve", "desk", resolution="已为顾客办理")
    groups = client.get("/").context["groups"]
    due = {
        row["act"]: (group["name"], row["due_text"]) for group in groups for row in group["rows"]
    }
    assert due["答复客户"] in {("今天", "24:00"), ("一小时内", "24:00")}
    case = client.get(f"/cases/{number}/").content.decode()
    assert "今天 24:00" in case
    assert "明天 00:00" not in case


def test_tabs_part_customers_from_colleagues(mall: Mall, as_: As) -> None:
    number = mall.complain()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + HOUR)
    mall.act(number, "classify", "desk", category="service", about="merchant", desk_can_solve="no")
    mall.act(number, "dispatch", "desk", instructions="请核对")
    assert rows(as_("operations"), "/?wait=colleague") == ["审核签发"]
    assert rows(as_("operations"), "/?wait=customer") == []


def test_the_owed_act_is_done_in_the_pane(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    page = client.get("/")
    row = page.context["selected"]
    form = page.context["pane"]["form"]
    agreed = page.context["reader"].clock.field(now() + DAY)
    answer = client.post(
        f"/?row={row}",
        {"act_id": form["act_id"], "version": form["version"], "agreed_time": agreed},
    )
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    after = client.get("/").content.decode()
    assert f"{number}：您已告知客户受理情况。" in after
    assert '<meta name="draft-done"' in after
    assert rows(client) == ["分类定级"]


def test_a_past_time_is_refused_at_its_field_and_nothing_typed_is_lost(mall: Mall, as_: As) -> None:
    mall.complain()
    client = as_("desk")
    page = client.get("/")
    form = page.context["pane"]["form"]
    answer = client.post(
        f"/?row={page.context['selected']}",
        {"act_id": form["act_id"], "version": form["version"], "agreed_time": "2020-01-01T10:00",
         "remark": "客户在外地"},
    )  # fmt: skip
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'aria-invalid="true"' in shown
    assert "须晚于现在" in shown
    assert "客户在外地" in shown


def test_somebody_else_s_row_is_not_there(mall: Mall, as_: As) -> None:
    mall.complain()
    row = as_("desk").get("/").context["selected"]
    assert as_("merchant").post(f"/?row={row}", {"remark": "x"}).status_code == 404


def test_every_due_time_says_why(mall: Mall, as_: As) -> None:
    mall.complain()
    shown = as_("desk").get("/").content.decode()
    assert "为什么是" in shown
    assert "30 分钟" in shown
    assert "接到投诉后填写《客户投诉记录》并告知客户答复时间" in shown
    english = as_("desk", "en").get("/").content.decode()
    assert "30 min" in english
    assert "If it is not done" in english


def test_the_page_asks_as_many_questions_for_five_rows_as_for_two(mall: Mall, as_: As) -> None:
    client = as_("desk")
    counts = []
    for more in (2, 3):
        for _ in range(more):
            mall.complain()
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


def test_a_case_behind_the_wall_is_not_on_the_list(mall: Mall, as_: As) -> None:
    mall.complain(content="楼层主管态度恶劣", about_unit="", about_person=mall.ids["floor"],
                  about="staff")  # fmt: skip
    assert rows(as_("floor")) == []
    assert case_page("TS", as_("floor").get("/").context["reader"].viewer) is None


def test_what_cannot_be_done_yet_is_kept_as_a_remark_from_the_pane_too(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    client = as_("operations")
    owed = load(number)
    assert owed is not None
    debt = next(one for one in owed.case.debts.values() if one.act == "resolve")
    kept = client.post(
        f"/?row={owed.id}-{debt.id}", {"act_id": "a", "version": "99", "remedy": "先垫付，再找商户"}
    )
    assert kept.status_code == 422
    form = kept.context["pane"]["form"]
    assert (form["act"], form["fields"][0]["value"]) == ("remark", "先垫付，再找商户")
    sent = {"act_id": form["act_id"], "text": "先垫付，再找商户"}
    assert client.post(form["url"], sent).status_code == 302
    after = load(number)
    assert after is not None
    assert after.events == owed.events + 1
