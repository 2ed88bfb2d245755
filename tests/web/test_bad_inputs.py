"""What must not be: refused in clear words with its clause, through page, command and door, nothing written."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bihuan.cli import main as cli
from bihuan.desk import intake, organisation, worlds
from bihuan.desk.perform import load, perform
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import decide
from bihuan.records.models import Case, Event
from bihuan.web.forms import control
from tests.desk.test_at_once import at_once
from tests.web.houses import AUTO, HOME, open_house
from tests.web.mall import DAY, HOUR, Mall, now
from tests.web.shop import open_shop

pytestmark = pytest.mark.django_db
MIN = 60


def written() -> tuple[int, int]:
    """How much there is: cases and events."""
    return Case.objects.count(), Event.objects.count()


def said(name: str, value: object) -> object:
    """A value as it is typed: money in yuan."""
    return f"{value / 100:.2f}" if name == "amount" and isinstance(value, int) else value


class Everywhere:
    """One act sent through every way in; each refuses it and writes nothing."""

    def __init__(self, house: Mall, capsys: pytest.CaptureFixture[str]) -> None:
        self.house, self.capsys = house, capsys

    def refuses(
        self, number: str, name: str, by: str, code: str, clause: str = "", sheet: int = 0,
        **data: object,
    ) -> None:  # fmt: skip
        before = written()
        act = Act(name, self.house.ids[by], now(), data, sheet)
        refused = perform(act, case_number=number, now=now()).refusal
        assert refused is not None, name
        assert refused.code == code
        assert clause in ", ".join(refused.clauses), refused
        self._page(number, name, by, refused, sheet, data)
        self._command(number, name, by, refused, sheet, data)
        assert written() == before

    def _page(
        self, number: str, name: str, by: str, refused: Refusal, sheet: int, data: dict[str, object]
    ) -> None:
        client = Client()
        client.force_login(User.objects.get(username=by))
        for language in ("zh-hans", "en"):
            client.cookies["django_language"] = language
            typed = {control(key): said(key, value) for key, value in data.items()}
            query = f"?sheet={sheet}" if sheet else ""
            answer = client.post(f"/cases/{number}/{name}/{query}", typed)
            assert answer.status_code in (404, 422)
            if answer.status_code == 422:
                assert refused.text.in_(language) in unescape(answer.content.decode())

    def _command(
        self, number: str, name: str, by: str, refused: Refusal, sheet: int, data: dict[str, object]
    ) -> None:
        fields = [f"{key}={value}" for key, value in data.items()]
        words = ["--lang", "en", "act", number, name, *fields, "--by", by]
        code = cli.main([*words, *(["--sheet", str(sheet)] if sheet else [])])
        answer = self.capsys.readouterr()
        assert code == 1, answer
        assert refused.text.en in answer.err


@pytest.fixture
def auto() -> Mall:
    return open_house(AUTO)


@pytest.fixture
def shop() -> Mall:
    return open_shop()


def enquired(house: Mall) -> str:
    """An enquiry whose note was drawn up."""
    at = now() - HOUR
    told = {
        "kind": "enquiry",
        "channel": "hotline",
        "content": "顶配带不带天窗",
        "answered_now": "no",
    }
    number = intake.register(told, by=house.ids["taker"], unit="company", now=at).number
    house.act(number, "acknowledge", "taker", at=at, agreed_time=now() + HOUR)
    house.act(number, "classify", "taker", at=at, about="department", about_unit="product",
              category="configuration")  # fmt: skip
    house.act(number, "dispatch", "back", at=at, instructions="请答复")
    return number


def returned(house: Mall, days: float = 2.0, **told: object) -> str:
    """A return asked for, so many days after delivery, and confirmed."""
    at = now() - HOUR
    facts = {
        "kind": "return", "channel": "phone", "content": "灯罩颜色不对", "product": "示例台灯",
        "order": "示例订单 7", "goods": "ordinary", "return_reason": "no_reason",
        "delivered": at - int(days * DAY), "bought": 2, "returned": 2, "paid": 40000, **told,
    }  # fmt: skip
    number = intake.register(facts, by=house.ids["service"], unit="company", now=at).number
    house.act(number, "confirm_return", "service", at=at, conditions_told="yes")
    return number


REVIEW = {"outcome": "accepted", "quality": "完好", "reasonableness": "七日内", "remedy": "refund"}


def reviewed(house: Mall) -> str:
    number = returned(house)
    facts = {"delivered": now() - 2 * DAY, "goods": "ordinary", "return_reason": "no_reason"}
    house.act(number, "review_return", "handler", bought=2, returned=2, paid=40000,
              **REVIEW, **facts)  # fmt: skip
    return number


def inspected(house: Mall) -> str:
    number = reviewed(house)
    house.act(number, "receive_goods", "warehouse", outcome="arrived", quantity=2)
    house.act(number, "inspect", "inspector", outcome="passed", accepted=2, condition="全新",
              complete="yes", as_requested="yes", unused="yes")  # fmt: skip
    return number


def test_a_reply_to_a_cancelled_note(auto: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    number = enquired(auto)
    auto.act(number, "countersign", "chief", sheet=1, outcome="approved")
    auto.act(number, "refuse_sheet", "product", sheet=1, reason="部门写错")
    Everywhere(auto, capsys).refuses(
        number, "reply", "product", "sheet-void", "AUTO-5.3.1", sheet=1, result="含天窗",
        handler="单砚", date="今日", disclosure_checked="yes",
    )  # fmt: skip


def test_an_approval_by_somebody_named_in_the_complaint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    house = open_house(HOME)
    at = now() - HOUR
    told = {"channel": "letter", "content": "总经理答应的事没有办", "about_person": house.ids["gm"],
            "lawsuit": "yes", "unit": "city"}  # fmt: skip
    told.pop("unit")
    number = intake.register(told, by=house.ids["sales"], unit="city", now=at).number
    Everywhere(house, capsys).refuses(number, "approve", "gm", "no-such-case", outcome="approved")
    stored = load(number)
    assert stored is not None
    act = Act("approve", house.ids["gm"], now(), {"outcome": "approved"})
    world = worlds.ruling(stored.policy_id, now()).world
    refused = decide(stored.case, act, world, now()).refusal
    assert refused is not None
    assert refused.code == "walled"


def test_a_refund_before_inspection(shop: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    Everywhere(shop, capsys).refuses(
        reviewed(shop), "refund", "gm", "not-yet", "RET-3.7", amount=40000, method="原路"
    )


def test_a_refund_above_the_price(shop: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    Everywhere(shop, capsys).refuses(
        inspected(shop), "refund", "finance", "above-paid", "RET-3.7", amount=40001, method="原路"
    )


def test_a_refund_a_second_time(shop: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    number = inspected(shop)
    shop.act(number, "refund", "finance", amount=40000, method="原路退回")
    before = load(number)
    Everywhere(shop, capsys).refuses(
        number, "refund", "finance", "done-already", "RET-3.7", amount=1, method="原路退回"
    )
    after = load(number)
    assert before is not None
    assert after is not None
    assert after.case.goods["refunded"] == before.case.goods["refunded"] == 40000


def test_a_return_after_the_limit(shop: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    number = returned(shop, days=20.5)
    facts = {"delivered": now() - HOUR - int(20.5 * DAY), "goods": "ordinary",
             "return_reason": "no_reason"}  # fmt: skip
    before = written()
    act = Act("review_return", shop.ids["handler"], now(),
              {**REVIEW, **facts, "bought": 2, "returned": 2, "paid": 40000})  # fmt: skip
    refused = perform(act, case_number=number, now=now()).refusal
    assert refused is not None
    assert (refused.code, refused.clauses) == ("after-limit", ("RET-2.2", "RET-4.2"))
    assert written() == before


def closed(house: Mall) -> str:
    number = inspected(house)
    house.act(number, "refund", "finance", amount=40000, method="原路退回")
    house.act(number, "respond", "service", form="phone", answer="已退款", told_result="refunded")
    house.act(number, "confirm", "service", outcome="satisfied")
    house.act(number, "dispose", "warehouse", disposition="restock")
    house.act(number, "close", "service", summary="已退款\uff0c货物返库")
    return number


def test_a_visit_by_the_handler(shop: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever answered may not ask how it went; a colleague who did nothing of it may."""
    number = closed(shop)
    visit = {"way": "phone", "outcome": "satisfied", "score": 5}
    for handler in ("service", "handler"):
        Everywhere(shop, capsys).refuses(
            number, "follow_up", handler, "kept-apart", "RET-1.4", **visit
        )
    shop.act(number, "follow_up", "manager", **visit)


def test_a_rescue_without_a_place(auto: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    told = {"kind": "rescue", "channel": "hotline", "content": "高速抛锚"}
    number = intake.register(told, by=auto.ids["taker"], unit="company", now=now()).number
    ways = Everywhere(auto, capsys)
    for place in ({}, {"location": "somewhere"}):
        refused = perform(
            Act("acknowledge", auto.ids["taker"], now(), {"agreed_time": now() + HOUR, **place}),
            case_number=number, now=now(),
        ).refusal  # fmt: skip
        if not place:
            assert refused is not None
            assert (refused.code, refused.field) == ("missing-field", "location")
            assert "AUTO-3.4" in refused.clauses
    ways.refuses(number, "dispatch", "back", "not-yet", "AUTO-5.2.2", instructions="请救援")


def test_a_dispatch_to_a_closed_dealer(auto: Mall, capsys: pytest.CaptureFixture[str]) -> None:
    at = now() - HOUR // 2
    told = {"kind": "complaint", "channel": "hotline", "content": "维修后仍漏油"}
    number = intake.register(told, by=auto.ids["taker"], unit="company", now=at).number
    auto.act(number, "acknowledge", "taker", at=at, agreed_time=now() + DAY)
    auto.act(number, "classify", "taker", at=at, about="dealer", about_unit="north",
             grade="general", category="other")  # fmt: skip
    organisation.end_all_holdings(int(auto.ids["north"]), now=now())
    closed = organisation.close_unit("north", now=now())
    assert not isinstance(closed, Refusal), closed
    Everywhere(auto, capsys).refuses(
        number, "dispatch", "back", "unit-gone", "AUTO-5.2", instructions="请复查"
    )


def test_an_appeal_against_a_case_that_does_not_exist(auto: Mall) -> None:
    before = written()
    told = {"kind": "appeal", "channel": "letter", "content": "已向消协申诉", "linked_to": "TS1-1"}
    refused = intake.register(told, by=auto.ids["taker"], unit="company", now=now()).refusal
    assert refused is not None
    assert (refused.code, refused.field) == ("bad-value", "linked_to")
    client = Client()
    client.force_login(User.objects.get(username="taker"))
    answer = client.post("/cases/new/", {**told, "linked_to": "TS1-1"})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.context["errors"]] == ["linked_to"]
    words = ["register", *(f"{key}={value}" for key, value in told.items()), "--by", "taker"]
    assert cli.main(["--lang", "en", *words]) == 1
    assert written() == before


@pytest.mark.django_db(transaction=True)
def test_of_refunds_sent_at_the_same_instant_one_is_paid() -> None:
    house = open_shop()
    number = inspected(house)
    at = now()
    act = Act("refund", house.ids["finance"], at, {"amount": 40000, "method": "原路退回"})
    done = at_once(*[lambda: perform(act, case_number=number, now=at)] * 4)
    assert sum(one.accepted for one in done) == 1
    stored = load(number)
    assert stored is not None
    assert stored.case.goods["refunded"] == 40000
    assert Event.objects.filter(kind="refund").count() == 1
