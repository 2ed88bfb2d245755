"""An identity provider keeps people and posts over SCIM 2.0, as RFC 7644 has it."""

import json

import pytest
from django.test import Client

from bihuan.desk import tokens
from bihuan.records.models import Holding, Person, Telling
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
TYPE = "application/scim+json"
USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jia@mall.example",
    "externalId": "E1", "displayName": "示例甲", "active": True, "preferredLanguage": "en-US",
    "emails": [{"value": "jia@mall.example", "primary": True}],
}  # fmt: skip


class Provider:
    def __init__(self, token: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def ask(self, method: str, path: str, told: object = None) -> tuple[int, dict]:
        content = {} if told is None else {"data": json.dumps(told), "content_type": TYPE}
        answer = getattr(self.client, method)(f"/scim/v2/{path}", **content)
        assert answer.status_code < 500
        return answer.status_code, json.loads(answer.content) if answer.content else {}


@pytest.fixture
def provider(mall: Mall) -> Provider:
    token = tokens.make(int(mall.ids["admin"]), "directory", ["admin"], now=now())
    assert isinstance(token, str), token
    return Provider(token)


def test_a_user_is_made_found_changed_and_ended(provider: Provider) -> None:
    status, made = provider.ask("post", "Users", USER)
    assert (status, made["userName"], made["active"]) == (201, "jia@mall.example", True)
    assert provider.ask("post", "Users", USER)[0] == 409
    found = provider.ask("get", 'Users?filter=userName eq "JIA@mall.example"')[1]
    assert [one["id"] for one in found["Resources"]] == [made["id"]]
    person = Person.objects.get(pk=int(made["id"]))
    assert (person.language, person.directory_id) == ("en", "E1")
    assert Telling.objects.get(person=person).addresses["email"] == "jia@mall.example"
    patch = {"Operations": [
        {"op": "Replace", "path": "displayName", "value": "示例甲甲"},
        {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "13800000031"},
    ]}  # fmt: skip
    status, changed = provider.ask("patch", f"Users/{made['id']}", patch)
    assert (status, changed["displayName"]) == (200, "示例甲甲")
    assert changed["phoneNumbers"][0]["value"] == "13800000031"
    status, put = provider.ask("put", f"Users/{made['id']}", USER)
    assert (status, put["displayName"]) == (200, "示例甲")
    patch = {"Operations": [{"op": "replace", "value": {"active": "False"}}]}
    assert provider.ask("patch", f"Users/{made['id']}", patch)[1]["active"] is False
    person.refresh_from_db()
    assert not person.active
    assert not person.user.is_active
    patch = {"Operations": [{"op": "replace", "path": "active", "value": True}]}
    assert provider.ask("patch", f"Users/{made['id']}", patch)[1]["active"] is True
    person.refresh_from_db()
    assert person.active
    assert person.user.is_active
    assert not Holding.objects.filter(person=person, until_at=None).exists()


def test_deleting_a_user_ends_the_account_and_leaves_what_was_done(
    provider: Provider, mall: Mall
) -> None:
    status, _none = provider.ask("delete", f"Users/{mall.ids['floor']}")
    assert status == 204
    assert not Person.objects.get(pk=int(mall.ids["floor"])).active
    status, said = provider.ask("delete", f"Users/{mall.ids['admin']}")
    assert status == 400
    assert "administrator" in said["detail"]


def test_who_is_a_member_of_a_group_holds_its_post(provider: Provider, mall: Mall) -> None:
    listed = provider.ask("get", "Groups")[1]["Resources"]
    assert "service_desk@" in [one["id"] for one in listed]
    made = provider.ask("post", "Users", USER)[1]["id"]
    add = {"Operations": [{"op": "add", "path": "members", "value": [{"value": made}]}]}
    group = provider.ask("patch", "Groups/service_desk@", add)[1]
    assert {one["value"] for one in group["members"]} == {made, mall.ids["desk"]}
    remove = {"Operations": [{"op": "remove", "path": f'members[value eq "{mall.ids["desk"]}"]'}]}
    group = provider.ask("patch", "Groups/service_desk@", remove)[1]
    assert [one["value"] for one in group["members"]] == [made]
    wrong = {"Operations": [{"op": "add", "path": "members", "value": [{"value": "99999"}]}]}
    assert provider.ask("patch", "Groups/service_desk@", wrong)[0] == 400
    assert provider.ask("get", "Groups/juggler@")[0] == 404


def test_only_an_administrators_token_for_it_is_let_in(mall: Mall) -> None:
    lesser = tokens.make(int(mall.ids["gm"]), "reader", ["read"], now=now())
    assert isinstance(lesser, str)
    for token, status in (("", 401), ("bihuan_wrong", 401), (lesser, 403)):
        assert Provider(token).ask("get", "Users")[0] == status
        assert Provider(token).ask("post", "Users", USER)[0] == status


@pytest.mark.parametrize(
    ("method", "path", "told", "status"),
    [
        ("post", "Users", [], 400),
        ("post", "Users", {"displayName": "无名"}, 400),
        ("post", "Users", USER | {"emails": [{"value": "x\r\nBcc: y"}]}, 400),
        ("get", "Users?filter=userName co x", None, 400),
        ("get", "Users?startIndex=a", None, 400),
        ("get", "Users/999999", None, 404),
        ("patch", "Users/1", {"Operations": [{"op": "explode"}]}, 400),
        ("patch", "Users/1", {}, 400),
        ("post", "Groups", {"displayName": "新组"}, 405),
    ],
)
def test_what_cannot_be_is_answered_with_a_reason(
    provider: Provider, method: str, path: str, told: object, status: int
) -> None:
    answered, said = provider.ask(method, path, told)
    assert answered == status
    assert said["detail"]
