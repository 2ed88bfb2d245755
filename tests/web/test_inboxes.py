"""The pages of those who do not sit at the desk: merchants, approvers, managers; and who stands in."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import worlds
from bihuan.desk.stored import load
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
PHONE = "13800005678"


def dispatched(mall: Mall) -> str:
    number = mall.complain()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 2 * DAY)
    mall.act(
        number, "classify", "desk", category="quality_price", about="merchant", desk_can_solve="no"
    )
    mall.act(number, "dispatch", "desk", instructions="请核对售后记录")
    return number


def with_merchant(mall: Mall) -> str:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    mall.act(number, "receipt", "merchant", sheet=1, signature="乔安")
    return number


def issuing(client: Client) -> str:
    """The address of my page with the row open that waits to be issued."""
    rows = re.findall(r'id="row-([\d-]+)"', page(client))
    for key in rows:
        if client.get(f"/?row={key}").context["pane"]["form"]["act"] == "issue":
            return f"/?row={key}"
    raise AssertionError(rows)


def page(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


# -- Deciding --------------------------------------------------------------------------------------


def test_an_approver_reads_the_words_that_leave_before_the_buttons(mall: Mall, as_: As) -> None:
    dispatched(mall)
    client = as_("operations")
    shown = page(client, issuing(client))
    words, after, check, button = (
        shown.index(text)
        for text in ("请核对售后记录", "您签发以后", "您不是经办人", 'value="issued"')
    )
    assert words < after < check < button
    assert "羊毛大衣穿了一次就开线" in shown


def test_what_is_sent_back_is_sent_back_with_the_reason(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    client = as_("operations")
    row = issuing(client)
    form = {"act_id": client.get(row).context["pane"]["form"]["act_id"], "outcome": "refused"}
    answer = client.post(row, form)
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    assert client.post(row, form | {"remark": "金额未核"}).status_code == 302
    stored = load(number)
    assert stored is not None
    assert "receipt" not in {debt.act for debt in stored.case.debts.values()}


def test_after_an_act_in_the_middle_the_row_below_is_next(mall: Mall, as_: As) -> None:
    for _ in range(3):
        mall.complain()
    client = as_("desk")
    keys = re.findall(r'id="row-([\d-]+)"', page(client))
    client.get(f"/?row={keys[1]}")
    form = client.get(f"/?row={keys[1]}").context["pane"]["form"]
    told = {
        "act_id": form["act_id"],
        "agreed_time": client.get("/").context["reader"].clock.field(now() + DAY),
    }
    answer = client.post(f"/?row={keys[1]}", told)
    assert answer.headers["location"] == f"/?next={keys[2]}"
    after = client.get(answer.headers["location"])
    assert (after.context["selected"], after.context["chosen"]) == (keys[2], False)


# -- Outside ---------------------------------------------------------------------------------------


def test_a_merchant_never_reads_the_customer_s_number(mall: Mall, as_: As) -> None:
    with_merchant(mall)
    client = as_("merchant")
    for address in ("/", "/?wait=others", "/cases/"):
        assert PHONE not in page(client, address)
    assert "请核对售后记录" in page(client)


def test_who_cannot_do_it_has_a_way_to_say_so(mall: Mall, as_: As) -> None:
    with_merchant(mall)
    client = as_("merchant")
    way = client.get("/").context["pane"]["way_out"]
    assert "办不了" in way["label"]
    assert client.get(way["url"]).status_code == 200


def test_what_was_replied_to_waits_for_others(mall: Mall, as_: As) -> None:
    number = with_merchant(mall)
    assert as_("merchant").get("/").context["others"] == []
    mall.act(
        number, "reply", "merchant", sheet=1, result="同意退款", handler="乔安", date="11-20",
        **{"customer opinion": "同意"},
    )  # fmt: skip
    seen = as_("merchant").get("/").context
    assert [one["act"] for one in seen["others"]] == ["核查回复"]
    assert seen["groups"] == []
    assert "不用您办" in page(as_("merchant"))


def test_a_photo_goes_with_the_reply(mall: Mall, as_: As) -> None:
    with_merchant(mall)
    fields = as_("merchant").get("/").context["pane"]["form"]["fields"]
    assert [one["kind"] for one in fields if one["name"] == "files"] == ["file"]


@pytest.mark.parametrize(
    "who", ["desk", "operations", "floor", "merchant", "deputy", "gm", "admin"]
)
def test_no_entry_of_the_menu_leads_nowhere(mall: Mall, as_: As, who: str) -> None:
    with_merchant(mall)
    client = as_(who)
    shell = client.get("/").context["shell"]
    entries = [entry for group in shell["menu"] for entry in group["entries"]] + shell["bottom"]
    for entry in entries:
        assert client.get(entry["url"]).status_code == 200, entry
    assert len(shell["bottom"]) == 4


def test_a_merchant_has_no_entries_of_the_house(mall: Mall, as_: As) -> None:
    shell = as_("merchant").get("/").context["shell"]
    urls = {entry["url"] for group in shell["menu"] for entry in group["entries"]}
    assert urls == {"/", "/?wait=others", "/cases/", "/notices/", "/policy/", "/calendar/"}


# -- Managers, and nobody --------------------------------------------------------------------------


def test_a_manager_reads_how_it_stands_and_a_clerk_does_not(mall: Mall, as_: As) -> None:
    mall.complain(now() - 3 * DAY)
    figures = as_("gm").get("/").context["figures"]
    assert figures[0]["value"] == 1
    assert as_("desk").get("/").context["figures"] == []
    for one in figures:
        assert as_("gm").get(one["url"]).status_code == 200


def test_who_owes_nothing_reads_who_could_use_help(mall: Mall, as_: As) -> None:
    mall.complain(now() - 3 * DAY)
    shown = as_("deputy").get("/")
    assert shown.context["help"]["text"].endswith("件已超时。")
    assert as_("deputy").get(shown.context["help"]["url"]).status_code == 200
    assert "交到您手里的事会列在这里" in page(as_("merchant"))


# -- Standing in -----------------------------------------------------------------------------------


def test_who_is_away_names_who_stands_in_and_what_they_do_is_marked(mall: Mall, as_: As) -> None:
    dispatched(mall)
    client = as_("operations")
    asked = client.get("/me/away/")
    seat = asked.context["seats"][0]
    assert (seat["owed"] > 0, "管理员" in seat["who"]) == (True, True)
    deputy = mall.ids["deputy"]
    assert deputy in {one["value"] for one in seat["choices"]}
    told = {"change": "away", "from": "", "until": "", f"for-{seat['seat']}": deputy}
    assert client.post("/me/away/", told).status_code == 302
    worlds.forget()
    assert "陆嘉禾" in page(client, "/me/away/")
    assert "代 营运部经理" in page(as_("deputy"))
    assert as_("deputy").get("/?wait=deputy").context["groups"] != []
    client.post("/me/away/", {"change": "back"})
    worlds.forget()
    assert "代 营运部经理" not in page(as_("deputy"))


def test_an_absence_ahead_is_noted_once_and_can_be_taken_back(mall: Mall, as_: As) -> None:
    client = as_("floor")
    clock = client.get("/").context["reader"].clock
    told = {
        "change": "away",
        "from": clock.field(now() + DAY),
        "until": clock.field(now() + 2 * DAY),
    }
    assert client.post("/me/away/", told).status_code == 302
    assert client.post("/me/away/", told).status_code == 422
    client.post("/me/away/", {"change": "back"})
    assert client.post("/me/away/", told).status_code == 302


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"from": "gestern"}, "from"),
        ({"until": "2020-01-01T10:00"}, "until"),
        ({"for-merchant_manager@m217": "999999"}, "for-merchant_manager@m217"),
    ],
)
def test_a_wrong_absence_is_refused_at_its_field(
    mall: Mall, as_: As, told: dict[str, str], field: str
) -> None:
    answer = as_("merchant").post("/me/away/", {"change": "away", **told})
    assert (answer.status_code, list(answer.context["errors"])) == (422, [field])
    assert as_("merchant").get("/me/away/").context["noted"] is None


def test_a_merchant_asks_nobody_of_the_house_to_stand_in(mall: Mall, as_: As) -> None:
    seats = as_("merchant").get("/me/away/").context["seats"]
    assert [one["choices"] for one in seats] == [[]]
