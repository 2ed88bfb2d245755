"""The phone desk: registering, agreeing a time in one go, and seeing beforehand what follows."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk.stored import load
from bihuan.records.models import Case, Event
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SAID = {
    "content": "羊绒衫袖口脱线，店里说是人为的不给退", "name": "韦芸", "phone": "15000003307",
    "about_unit": "木棉里女装", "category": "quality_price", "demand": "退款",
}  # fmt: skip


def submit(client: Client, **more: str) -> object:
    act_id = client.get("/cases/new/").context["act_id"]
    return client.post("/cases/new/", {"act_id": act_id, **SAID, **more})


def test_a_complaint_is_registered_with_few_words(mall: Mall, as_: As) -> None:
    client = as_("desk")
    answer = submit(client)
    case = Case.objects.get(ledger=False)
    assert answer.headers["location"] == f"/cases/{case.number}/"
    stored = load(case.number)
    assert stored is not None
    assert stored.case.facts["about_unit"] == "m217"
    assert stored.case.facts["contact"] == "15000003307"
    assert (case.channel, case.kind, case.category) == ("phone", "complaint", "quality_price")
    shown = client.get(answer.headers["location"]).content.decode()
    assert f"已登记，单号 {case.number}" in shown
    assert "查询码" in shown
    assert "您接下来欠" in shown


def test_a_time_agreed_on_the_phone_acknowledges_in_one_go(mall: Mall, as_: As) -> None:
    client = as_("desk")
    quick = client.get("/cases/new/").context["quick"]
    assert quick
    submit(client, agreed_quick=quick[0]["value"])
    stored = load(Case.objects.get(ledger=False).number)
    assert stored is not None
    assert stored.case.agreed == int(quick[0]["value"])
    assert {debt.act for debt in stored.case.debts.values()} >= {"classify"}
    assert [event.kind for event in Event.objects.filter(case__ledger=False).order_by("id")] == [
        "register",
        "acknowledge",
    ]


def test_times_offered_lie_within_the_policy_s_bound(mall: Mall, as_: As) -> None:
    for offered in as_("desk").get("/cases/new/").context["quick"]:
        assert now() + HOUR < int(offered["value"]) <= now() + 3 * DAY + 60


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "须晚于现在"), (30, "最远可约到")], ids=["past", "too far"]
)
def test_a_time_that_can_t_be_agreed_is_said_before_anything_is_registered(
    mall: Mall, as_: As, days: int, words: str
) -> None:
    client = as_("desk")
    agreed = client.get("/").context["reader"].clock.field(now() + days * DAY)
    answer = submit(client, agreed_time=agreed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "羊绒衫袖口脱线" in answer.content.decode()
    assert not Case.objects.filter(ledger=False).exists()


def test_the_same_form_sent_twice_registers_once(mall: Mall, as_: As) -> None:
    client = as_("desk")
    sent = {"act_id": "0123456789abcdef", **SAID}
    first = client.post("/cases/new/", sent)
    second = client.post("/cases/new/", sent)
    assert first.headers["location"] == second.headers["location"]
    assert Case.objects.filter(ledger=False).count() == 1


def test_an_unknown_unit_is_said_at_its_field(mall: Mall, as_: As) -> None:
    answer = submit(as_("desk"), about_unit="不存在的店")
    assert answer.status_code == 422
    assert answer.context["errors"][0]["field"] == "about_unit"
    assert "不存在的店" in answer.context["errors"][0]["text"]


def test_beforehand_one_sees_severity_owner_and_what_one_owes_next(mall: Mall, as_: As) -> None:
    client = as_("desk")

    def follows(**more: str) -> dict[str, str]:
        answer = client.post("/cases/new/follows/", {**SAID, **more})
        assert answer.status_code == 200
        return {fact["label"]: fact["value"] for fact in answer.context["consequences"]}

    plain = follows()
    assert plain["等级"] == "一般投诉"
    assert plain["您接下来欠"].startswith("告知受理")
    exposed = follows(media_exposed="yes")
    assert exposed["等级"] == "重大投诉"
    assert exposed["归谁"] == "店总 高明远"
    assert not Case.objects.filter(ledger=False).exists()


def test_the_customer_is_found_by_phone_and_open_cases_alike_are_shown(mall: Mall, as_: As) -> None:
    number = mall.complain(name="韦芸", phone="15000003307", category="quality_price")
    answer = as_("desk").post("/cases/new/follows/", {**SAID, "phone": "150 0000 3307"})
    assert answer.context["history"]["name"] == "韦芸"
    assert answer.context["history"]["phone"] == "150****3307"
    assert [case["number"] for case in answer.context["alike"]] == [number]


def test_the_policy_s_words_for_the_call_stand_beside_the_form(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/cases/new/")
    (said,) = page.context["guidance"]
    assert "认真聆听" in said["text"]
    assert said["clause"]["id"] == "MALL-10"


def test_who_takes_no_complaints_in_has_no_such_page(mall: Mall, as_: As) -> None:
    assert as_("merchant").get("/cases/new/").status_code == 404
    assert as_("merchant").post("/cases/new/", SAID).status_code == 404
    assert 'href="/cases/new/"' not in as_("merchant").get("/").content.decode()
