"""The same form sent twice: a second click, or no answer to the first. It is done once, and the answer is the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk.stored import load
from tests.web.mall import HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def test_a_form_sent_again_after_its_step_was_done_brings_the_first_answer(
    mall: Mall, as_: As
) -> None:
    number, client = mall.complain(), as_("desk")
    address = f"/cases/{number}/acknowledge/"
    form = client.get(address).context["form"]
    agreed = client.get("/").context["reader"].clock.field(now() + HOUR)
    typed = {"act_id": form["act_id"], "version": form["version"], "agreed_time": agreed}
    first = client.post(address, typed)
    events = load(number).events

    again = client.post(address, typed)

    assert (again.status_code, again.url) == (first.status_code, first.url)
    assert (again.status_code, again.url) == (302, f"/cases/{number}/")
    assert load(number).events == events


def test_a_form_sent_again_after_somebody_else_acted_brings_the_first_answer(
    mall: Mall, as_: As
) -> None:
    number, client = mall.complain(), as_("desk")
    mall.act(number, "acknowledge", "desk", agreed_time=now() + HOUR)
    form = client.get(f"/cases/{number}/remark/").context["form"]
    typed = {"act_id": form["act_id"], "version": form["version"], "text": "来电催问"}
    assert client.post(f"/cases/{number}/remark/", typed).status_code == 302
    mall.act(number, "correct", "operations", demand="退货")
    events = load(number).events

    again = client.post(f"/cases/{number}/remark/", typed)

    assert (again.status_code, again.url) == (302, f"/cases/{number}/")
    assert load(number).events == events


def test_a_form_sent_by_another_person_under_the_same_id_is_not_taken_for_the_first(
    mall: Mall, as_: As
) -> None:
    number = mall.complain()
    typed = {"act_id": "x", "text": "来电催问"}
    assert as_("desk").post(f"/cases/{number}/remark/", typed).status_code == 302

    other = as_("operations").post(f"/cases/{number}/remark/", typed)

    assert other.status_code == 422


def test_the_register_form_sent_again_leads_to_the_same_case(mall: Mall, as_: As) -> None:
    client = as_("desk")
    agreed = client.get("/").context["reader"].clock.field(now() + HOUR)
    typed = {"act_id": "x", "channel": "phone", "content": "漏水", "agreed_time": agreed}
    first = client.post("/cases/new/", typed)
    number = first.url.split("/")[2]
    assert load(number).events == 2

    again = client.post("/cases/new/", typed)

    assert again.url == first.url
    assert load(number).events == 2
