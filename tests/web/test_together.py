"""The block of a case page with the cases that belong together, and the customer's code of a merged one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.desk import intake
from bihuan.desk.stored import load
from tests.web.mall import HOUR, now

pytestmark = pytest.mark.django_db


def page(client: Client, number: str) -> str:
    answer = client.get(f"/cases/{number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def alike(client: Client, number: str) -> str:
    answer = client.get(f"/cases/{number}/alike/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_case_of_the_same_customer_is_suggested_and_linked_from_the_page(mall, as_):
    one, other = mall.complain(), mall.complain()
    client = as_("desk")

    assert f"/cases/{one}/link/?case={other}&amp;as=duplicate" in alike(client, one)
    form = client.get(f"/cases/{one}/link/?case={other}").content.decode()
    assert f'value="{other}"' in form
    answer = client.post(f"/cases/{one}/link/", {"case": other, "as": "repeat", "act_id": "x1"})

    assert answer.status_code == 302
    assert load(other).case.links == {one: "repeated"}
    assert f"/cases/{one}/unlink/?case={other}" in page(client, one)


def test_cases_alike_are_looked_for_once_the_page_is_seen_and_without_scripts_by_a_link(mall, as_):
    one, other = mall.complain(), mall.complain()
    client = as_("desk")

    shown = page(client, one)
    assert f'hx-get="/cases/{one}/alike/" hx-trigger="load"' in shown
    assert other not in shown
    with CaptureQueriesContext(connection) as asked:
        page(client, one)
    assert not [query for query in asked if "records_trait" in query["sql"]]

    found = alike(client, one)
    assert other in found
    assert "<html" not in found
    whole = client.get(f"/cases/{one}/alike/").content.decode()
    assert "<html" in whole
    assert other in whole
    mall.act(one, "link", "desk", case=other, **{"as": "related"})
    assert "未发现" in alike(client, one)


def test_an_act_on_the_command_case_is_put_to_all_members_and_says_what_came_of_each(mall, as_):
    command, one, other = (mall.complain(name=f"客户{n}", phone=f"1380000567{n}") for n in range(3))
    for member in (one, other):
        mall.act(command, "link", "desk", case=member, **{"as": "member"})
    mall.act(other, "withdraw", "customer")
    mall.act(command, "acknowledge", "desk", agreed_time=now() + HOUR)
    client = as_("desk")
    sequence = load(command).events

    assert f"/cases/{command}/together/" in page(client, command)
    answer = client.post(f"/cases/{command}/together/", {"sequence": sequence})
    shown = page(client, command)

    assert answer.status_code == 302
    assert load(one).events == 3  # registered, linked, acknowledged
    assert shown.count("案件已终结") == 1
    assert client.post(f"/cases/{command}/together/", {"sequence": "999"}).status_code == 404


def test_a_linked_case_hidden_from_the_reader_is_named_nowhere(mall, as_):
    one = mall.complain()
    hidden = mall.complain(about_person=mall.ids["desk"])
    mall.act(one, "link", "gm", case=hidden, **{"as": "related"})

    for shown in (page, alike):
        assert hidden not in shown(as_("desk"), one)
    assert hidden in page(as_("gm"), one)
    form = as_("desk").post(
        f"/cases/{one}/merge/", {"case": hidden, "reason": "同一件事", "act_id": "x2"}
    )
    assert form.status_code == 422
    assert load(one).case.ended == ""


def test_the_code_of_a_merged_case_leads_to_the_one_that_goes_on(mall):
    facts = {"kind": "complaint", "channel": "phone", "name": "王敏", "phone": "13800005678",
             "content": "大衣开线", "about_unit": "m217"}  # fmt: skip
    first, second = (
        intake.register(facts, by=mall.ids["desk"], unit="company", now=now(), act_id=text)
        for text in ("a", "b")
    )
    mall.act(first.number, "merge", "desk", case=second.number)
    client = Client()

    answer = client.post(
        "/portal/follow", {"number": first.number, "code": first.query_code}, follow=True
    )

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].rstrip("/").endswith(second.number)
