"""The desk's register page under every shipped policy: each kind of each can be registered from it."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import packs, setup, worlds
from bihuan.desk.stored import load
from bihuan.records.models import Case
from tests.web.houses import AUTO, GENERAL, HOME, Plan, open_house
from tests.web.mall import DAY, PASSWORD, now

pytestmark = pytest.mark.django_db
KINDS = [
    (code, kind)
    for code in packs.shipped()
    for kind in worlds.compiled(packs.shipped_text(code), code).kinds
]


def administrator(code: str) -> Client:
    """The administrator of a new organisation under a policy, who acts for every vacant post."""
    since = now() - DAY
    token = setup.issue_token(since) or ""
    done = setup.set_up(token, "示例公司", code, "管理员", "admin", PASSWORD, now=since)
    assert isinstance(done, setup.SetUp), done
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username="admin"))
    return client


def filled(page: object, kind: str) -> dict[str, str]:
    """Every field of the page filled as somebody would; choices with their last value."""
    context = page.context  # type: ignore[attr-defined]
    typed = {"act_id": context["act_id"], "phone": "13800000001"}
    values = {
        "text": "示例", "textarea": "示例情况", "datetime": "2026-03-02T10:00",
        "number": "1", "money": "100.00", "yes_no": "no",
    }  # fmt: skip
    for name, field in context["fields"].items():
        if name in ("about_unit", "about_person", "received", "agreed_time", "linked_to",
                    "opened_by"):  # fmt: skip
            continue
        if field["choices"] and name != "channel":
            typed[field["name"]] = field["choices"][-1]["value"]
        elif field["kind"] in values:
            typed[field["name"]] = values[field["kind"]]
    return typed | {"kind": kind}


@pytest.mark.parametrize(("code", "kind"), KINDS)
@pytest.mark.parametrize("much", [False, True], ids=["few-words", "all-fields"])
def test_each_kind_of_each_policy_is_registered_from_the_page(
    code: str, kind: str, much: bool
) -> None:
    client = administrator(code)
    page = client.get(f"/cases/new/?kind={kind}")
    assert page.status_code == 200
    few = {"act_id": page.context["act_id"], "content": "示例情况", "kind": kind}
    typed = filled(page, kind) if much else few
    follows = client.post("/cases/new/follows/", typed)
    assert follows.status_code == 200
    answer = client.post("/cases/new/", typed)
    assert answer.status_code == 302, (answer.context["errors"], answer.context["refusal"])
    case = Case.objects.get(ledger=False)
    assert case.kind == kind
    stored = load(case.number)
    assert stored is not None
    assert stored.case.debts
    shown = client.get(answer.headers["location"])
    assert shown.status_code == 200
    assert f"已登记，单号 {case.number}" in shown.content.decode()


def test_evidence_chosen_on_the_page_is_kept_with_the_case() -> None:
    client = administrator("returns")
    page = client.get("/cases/new/")
    assert 'enctype="multipart/form-data"' in page.content.decode()
    sent = {
        "act_id": page.context["act_id"], "kind": "return", "content": "杯口有缺",
        "evidence": SimpleUploadedFile("cup.jpg", b"\xff\xd8\xff\xe0" + b"0" * 100),
    }  # fmt: skip
    client.post("/cases/new/", sent)
    stored = load(Case.objects.get(ledger=False).number)
    assert stored is not None
    assert "cup.jpg" in stored.case.facts["evidence"][0]


def test_only_what_concerns_the_kind_is_asked_for_and_said_to_be_missing() -> None:
    client = administrator("returns")
    asked = {
        kind: client.get(f"/cases/new/?kind={kind}").context["fields"]
        for kind in ("complaint", "return")
    }
    assert "order" in asked["return"]
    assert "order" not in asked["complaint"]
    put_anew = client.post("/cases/new/follows/", {"kind": "return"}).content.decode()
    assert 'name="order"' in put_anew
    missing = {
        kind: client.post("/cases/new/follows/", {"kind": kind}).context["missing"]
        for kind in ("complaint", "return")
    }
    assert "订单号" in missing["return"]
    assert "订单号" not in missing["complaint"]


@pytest.mark.parametrize(
    ("plan", "who", "afterwards"),
    [(GENERAL, "stores", 404), (HOME, "mason", 200)],
    ids=["sees-the-number", "owes-its-passing-on"],
)
def test_where_everybody_may_any_member_of_staff_registers(
    plan: Plan, who: str, afterwards: int
) -> None:
    open_house(plan)
    client = Client()
    client.force_login(User.objects.get(username=who))
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/cases/new/")
    sent = {"act_id": page.context["act_id"], "content": "客户说门关不上", "name": "叶蓁"}
    answer = client.post("/cases/new/", sent, follow=True)
    number = Case.objects.get(ledger=False).number
    assert f"已登记，单号 {number}" in answer.content.decode()
    assert client.get(f"/cases/{number}/").status_code == afterwards


def test_where_only_those_who_take_in_may_others_find_no_register_page() -> None:
    open_house(AUTO)
    client = Client()
    client.force_login(User.objects.get(username="product"))
    assert client.get("/cases/new/").status_code == 404
