"""The caller's page: the next visit, its answers, not reached, lists of shoppers, what they lead to."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk.perform import load
from bihuan.desk.sweep import sweep
from bihuan.records.models import Case, Event
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db
ADDRESS = "/visits/"
LISTED = "姓名,电话\n甲女士,13800001111\n乙先生,\n丙女士,13800003333\n丁先生,13800001111\n"


@pytest.fixture
def closed(mall: Mall) -> str:
    """A complaint the desk answered, closed two days ago."""
    at = now() - 3 * DAY
    number = mall.complain(at, about_unit=None)
    mall.act(number, "acknowledge", "desk", at, agreed_time=at + DAY)
    mall.act(number, "classify", "desk", at, category="environment", desk_can_solve="yes")
    mall.act(number, "resolve", "desk", at, resolution="调低音量")
    mall.act(number, "respond", "desk", at, form="phone", answer="音量已经调低")
    mall.act(number, "confirm", "desk", at, outcome="satisfied", opinion="可以")
    mall.act(number, "countersign", "operations", at, outcome="approved")
    mall.act(number, "close", "desk", at, summary="已办结")
    return number


@pytest.fixture
def ledger(mall: Mall) -> str:
    """The mall's ledger, on which a list of shoppers is owed."""
    sweep(now())
    number = Case.objects.get(ledger=True, policy_code="mall").number
    assert "list_shoppers" in owed(number)
    return number


def owed(number: str) -> list[str]:
    stored = load(number)
    assert stored is not None
    return sorted(debt.act for debt in stored.case.debts.values())


def row_of(number: str, act: str) -> str:
    stored = load(number)
    assert stored is not None
    debt = next(debt for debt in stored.case.debts.values() if debt.act == act)
    return f"{stored.id}-{debt.id}"


def test_the_caller_sees_number_history_hints_and_questions_of_the_next_visit(
    closed: str, as_: Callable[..., Client]
) -> None:
    page = as_("operations").get(ADDRESS).content.decode()
    for said in ("138 0000 5678", "音量已经调低", "羊毛大衣", "问题是否已经解决", "先报商场和工号"):
        assert said in page
    english = as_("operations", "en").get(ADDRESS).content.decode()
    assert "Is the problem solved" in english
    assert "not argue" in english


def test_who_handled_the_case_has_no_visit_to_make(closed: str, as_: Callable[..., Client]) -> None:
    answer = as_("desk").get(ADDRESS)
    assert closed not in answer.content.decode()
    row = row_of(closed, "follow_up")
    posted = as_("desk").post(f"{ADDRESS}?row={row}", {"outcome": "satisfied", "way": "phone"})
    assert posted.status_code == 404
    assert "follow_up" in owed(closed)


def test_answers_are_recorded_and_the_next_call_is_shown(
    closed: str, as_: Callable[..., Client]
) -> None:
    row = row_of(closed, "follow_up")
    data = {"outcome": "satisfied", "way": "phone", "solved": "yes", "score": "5", "speed": "4",
            "suggestion": "多放座椅", "opinion": "安静多了", "follows": "无"}  # fmt: skip
    posted = as_("operations").post(f"{ADDRESS}?row={row}", data)
    assert (posted.status_code, posted.headers["Location"]) == (302, ADDRESS)
    assert "follow_up" not in owed(closed)
    event = Event.objects.get(case__number=closed, kind="follow_up")
    assert (event.data["score"], event.data["way"], event.data["solved"]) == (5, "phone", "yes")
    assert "多放座椅" not in str(event.data)  # sealed, as what people say is
    stored = load(closed)
    assert stored is not None
    assert stored.case.facts["satisfaction"] == 5


def test_a_score_out_of_range_is_refused_and_what_was_typed_is_kept(
    closed: str, as_: Callable[..., Client]
) -> None:
    row = row_of(closed, "follow_up")
    data = {"outcome": "satisfied", "way": "phone", "score": "9", "opinion": "安静多了"}
    posted = as_("operations").post(f"{ADDRESS}?row={row}", data)
    assert posted.status_code == 422
    assert "1 至 5" in posted.content.decode()
    assert "安静多了" in posted.content.decode()
    assert "follow_up" in owed(closed)


def test_not_reached_is_one_click_and_leaves_its_time_and_way(
    closed: str, as_: Callable[..., Client]
) -> None:
    caller = as_("operations")
    row = row_of(closed, "follow_up")
    posted = caller.post(f"{ADDRESS}?row={row}", {"outcome": "unreachable", "way": "phone"})
    assert posted.status_code == 302
    page = caller.get(ADDRESS).content.decode()
    assert "今天未联系上" in page
    assert "· 电话" in page
    assert "follow_up" in owed(closed)


def test_not_solved_sends_the_case_back_though_the_customer_says_satisfied(
    closed: str, as_: Callable[..., Client]
) -> None:
    row = row_of(closed, "follow_up")
    data = {"outcome": "satisfied", "way": "phone", "solved": "no", "score": "4"}
    assert as_("operations").post(f"{ADDRESS}?row={row}", data).status_code == 302
    stored = load(closed)
    assert stored is not None
    assert stored.case.stage == "in hand"


def test_a_list_is_taken_in_row_by_row(ledger: str, as_: Callable[..., Client]) -> None:
    file = SimpleUploadedFile("名单.csv", LISTED.encode("gb18030"))
    posted = as_("desk").post(f"{ADDRESS}list/", {"ledger": ledger, "file": file})
    page = posted.content.decode()
    assert posted.status_code == 200
    assert "没有可用的电话或邮箱" in page
    assert "与前面一行的联系方式相同" in page
    assert owed(ledger).count("visit_shopper") == 2
    assert "甲女士" in page
    assert "13800001111" in page
    groups = as_("desk").get("/?wait=routine").context["groups"]
    called = [row["title"] for group in groups for row in group["rows"] if "回访" in row["act"]]
    assert called == ["甲女士", "丙女士"]


def test_a_file_that_is_no_list_changes_nothing(ledger: str, as_: Callable[..., Client]) -> None:
    for name, content in (("a.csv", "颜色\n红\n"), ("b.csv", "")):
        file = SimpleUploadedFile(name, content.encode())
        posted = as_("desk").post(f"{ADDRESS}list/", {"ledger": ledger, "file": file})
        assert posted.status_code == 422
    assert "list_shoppers" in owed(ledger)


def test_somebody_who_does_not_owe_the_list_cannot_hand_it_in(
    ledger: str, as_: Callable[..., Client]
) -> None:
    posted = as_("merchant").post(
        f"{ADDRESS}list/", {"ledger": ledger, "shoppers": "甲，13800001111"}
    )
    assert posted.status_code == 404
    assert "list_shoppers" in owed(ledger)


def test_an_unhappy_shopper_becomes_a_case_in_one_click(
    ledger: str, as_: Callable[..., Client]
) -> None:
    caller = as_("desk")
    caller.post(
        f"{ADDRESS}list/",
        {"ledger": ledger, "shoppers": "甲女士，13800001111\n乙先生，13800002222"},
    )
    row = row_of(ledger, "visit_shopper")
    data = {"outcome": "unsatisfied", "way": "phone", "opinion": "扶梯总停", "item": "1"}
    assert caller.post(f"{ADDRESS}?row={row}", data).status_code == 302
    page = caller.get(ADDRESS).content.decode()
    assert "扶梯总停" in page
    assert "2 位中已回访 1 位" in page
    posted = caller.post(f"{ADDRESS}new/", {"ledger": ledger, "item": "1"})
    number = posted.headers["Location"].rstrip("/").rpartition("/")[2]
    stored = load(number)
    assert stored is not None
    assert stored.case.facts["content"] == "扶梯总停"
    assert stored.case.facts["name"] == "甲女士"
    assert "new_case" not in owed(ledger)
    assert caller.post(f"{ADDRESS}new/", {"ledger": ledger, "item": "1"}).status_code == 404


def test_visits_are_for_those_who_sign_in(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302
