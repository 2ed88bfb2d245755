"""Access for programs, on pages: a token shown once, revoked; every operation described and to be tried."""

import re
from html import unescape

import pytest
from django.test import Client

from bihuan.channels.api.site import api
from bihuan.channels.api.words import OPERATIONS
from bihuan.cli import main as cli
from bihuan.records.models import ApiToken

pytestmark = pytest.mark.django_db


def make(client, **told):
    body = {"change": "make", "name": "店铺小程序", "scopes": ["read", "act"], "days": "30", **told}
    return client.post("/programs/change/", body)


def status(token):
    return Client().get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code


def test_a_token_is_made_shown_once_and_revoked(as_):
    client = as_("desk", "en")
    assert make(client).status_code == 302
    page = client.get("/programs/").content.decode()
    token = re.search(r"bihuan_[\w-]{20,}", page)[0]
    assert status(token) == 200
    again = client.get("/programs/").content.decode()
    assert token not in again
    assert "店铺小程序" in again
    kept = ApiToken.objects.get()
    client.post("/programs/change/", {"change": "revoke", "token": kept.pk})
    assert status(token) == 401
    assert "revoked" in client.get("/programs/").content.decode()
    assert "店铺小程序" in as_("admin").get("/audit/").content.decode()


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(as_):
    client = as_("desk")
    for told, words in (
        ({"name": ""}, "名称"),
        ({"scopes": []}, "请选择"),
        ({"scopes": ["admin"]}, "管理员"),
        ({"days": "ever"}, "天"),
    ):
        answer = make(client, **told)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_everybody_sees_their_own_tokens_and_an_administrator_everybody_s(as_):
    make(as_("desk"))
    make(as_("gm"), name="周报")
    assert "店铺小程序" not in as_("gm").get("/programs/").content.decode()
    seen = as_("admin").get("/programs/").content.decode()
    assert "店铺小程序" in seen
    assert "周报" in seen
    others = ApiToken.objects.get(name="店铺小程序")
    as_("gm").post("/programs/change/", {"change": "revoke", "token": others.pk})
    assert ApiToken.objects.get(pk=others.pk).revoked_at is None


def test_every_operation_is_described_in_the_reader_s_language(as_):
    names = {
        operation["operationId"]
        for methods in api.get_openapi_schema()["paths"].values()
        for operation in methods.values()
    }
    assert names == OPERATIONS.keys()
    for language, lang in (("zh-hans", "zh"), ("en", "en")):
        page = unescape(as_("desk", language).get("/programs/operations/").content.decode())
        for text in OPERATIONS.values():
            assert text.in_(lang) in page


def test_the_command_makes_lists_and_revokes_tokens(mall, capsys):
    command = ["--lang", "en", "token"]
    assert cli.main([*command, "make", "desk", "till", "--scope", "read", "--days", "3"]) == 0
    token = capsys.readouterr().out.strip()
    assert status(token) == 200
    assert cli.main([*command, "list", "--person", "desk"]) == 0
    said = capsys.readouterr().out
    assert "till" in said
    assert token not in said
    assert cli.main([*command, "revoke", str(ApiToken.objects.get().pk)]) == 0
    assert status(token) == 401
    assert cli.main([*command, "make", "desk", "till", "--scope", "fly"]) == 1
    assert "choose what it may do" in capsys.readouterr().err
