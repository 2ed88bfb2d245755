"""One act on many rows of a list: each for itself, each with its result."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bihuan.desk.stored import load
from bihuan.records.queries.entries import history
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def form(client: Client, act: str, *numbers: str) -> dict[str, Any]:
    """What the form would send, before anything is typed."""
    context = client.get("/cases/many/", {"act": act, "row": numbers}).context
    sent = {f"seen-{row['number']}": row["version"] for row in context["rows"] if "version" in row}
    return {**sent, "act": act, "row": list(numbers), "act_id": context["form"]["act_id"]}


def came(client: Client, sent: dict[str, Any]) -> dict[str, tuple[bool, str]]:
    answer = client.post("/cases/many/", sent)
    assert answer.status_code == 200
    return {
        row["number"]: (row["result"]["done"], row["result"]["text"])
        for row in answer.context["rows"]
    }


def kinds(number: str) -> list[str]:
    stored = load(number)
    assert stored
    return [entry.kind for entry in history(stored.id)]


def test_a_remark_is_made_on_every_chosen_case(mall: Mall, as_: As) -> None:
    numbers = [mall.complain() for _ in range(3)]
    client = as_("desk")
    sent = form(client, "remark", *numbers) | {"text": "雨天漏水，统一答复"}
    assert came(client, sent) == dict.fromkeys(numbers, (True, "已办。"))
    assert [kinds(number).count("remark") for number in numbers] == [1, 1, 1]


def test_the_same_form_again_does_nothing_more_and_says_so(mall: Mall, as_: As) -> None:
    numbers = [mall.complain() for _ in range(2)]
    client = as_("desk")
    sent = form(client, "remark", *numbers) | {"text": "同一时间停电"}
    came(client, sent)
    assert set(came(client, sent).values()) == {(True, "先前已办，未重复。")}
    assert [kinds(number).count("remark") for number in numbers] == [1, 1]


def test_each_row_says_what_came_of_it_and_none_is_left_out(mall: Mall, as_: As) -> None:
    able, done, hidden = mall.complain(), mall.complain(), "TS20260101-0999"
    mall.act(done, "acknowledge", "desk", agreed_time=now() + DAY)
    client = as_("desk")
    page = client.get("/cases/many/", {"act": "acknowledge", "row": [able, done, hidden]})
    assert page.context["able"] == 1
    wanted = {field["name"]: "" for field in page.context["form"]["fields"]}
    assert wanted
    sent = form(client, "acknowledge", able, done, hidden)
    sent |= {name: "2099-01-01T10:00" if "time" in name else "phone" for name in wanted}
    found = came(client, sent)
    assert list(found) == [able, done, hidden]
    assert found[hidden] == (False, "没有您可看的这个案件。")
    assert not found[done][0]
    assert found[done][1]
    assert kinds(done).count("acknowledge") == 1


def test_what_is_needed_is_asked_for_before_anything_is_done(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    answer = client.post("/cases/many/", form(client, "remark", number) | {"text": "  "})
    assert answer.status_code == 422
    assert answer.context["form"]["fields"][0]["error"] == "此项必填。"
    assert kinds(number) == ["register"]


def test_where_somebody_was_quicker_the_row_says_who(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    sent = form(client, "chase", number) | {"said": "请尽快"}
    mall.hire("colleague", "林晚", "service_desk")
    mall.act(number, "acknowledge", "colleague", agreed_time=now() + DAY)
    done, text = came(client, sent)[number]
    assert not done
    assert "林晚" in text
    assert "chase" not in kinds(number)


def test_the_wall_holds_for_chosen_rows(mall: Mall, as_: As) -> None:
    number = mall.complain(about_person=mall.ids["operations"], about="manager", about_unit="")
    client = as_("operations")
    sent = {"act": "remark", "row": [number], "act_id": "x" * 32, "text": "看不到"}
    assert came(client, sent) == {number: (False, "没有您可看的这个案件。")}
    assert kinds(number) == ["register"]


def test_only_acts_that_fit_many_are_done_on_many(mall: Mall, as_: As) -> None:
    number = mall.complain()
    for act in ("close", "nonsense", ""):
        assert as_("desk").get("/cases/many/", {"act": act, "row": number}).status_code == 404


def test_who_sees_only_their_notes_has_nothing_to_choose(mall: Mall, as_: As) -> None:
    number = mall.with_the_merchant()
    theirs, ours = (as_(who).get("/cases/").content.decode() for who in ("merchant", "desk"))
    assert number in theirs
    assert ("data-choose" in theirs, "data-choose" in ours) == (False, True)


def test_no_more_than_a_hundred_at_once_and_the_rest_is_named(mall: Mall, as_: As) -> None:
    rows = [mall.complain(), *(f"TS20260101-{serial:04}" for serial in range(110))]
    page = as_("desk").get("/cases/many/", {"act": "remark", "row": rows})
    assert (len(page.context["rows"]), page.context["beyond"]) == (100, 11)
    assert "另有 11 件未列入" in page.content.decode()
