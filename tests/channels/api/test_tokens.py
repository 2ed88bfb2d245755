"""Keys of programs: what they may, how long, how often; and that each is in the trail."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from bihuan.channels.api import callers
from bihuan.desk import people, tokens
from bihuan.engine.refusal import Refusal
from bihuan.records.models import AdministrativeChange, ApiToken
from tests.channels.api.conftest import Program, token_of
from tests.web.mall import now

pytestmark = pytest.mark.django_db


def status(token: str, path: str = "/me", method: str = "GET", body: object = None) -> int:
    return Program(token).send(method, path, body).status_code


def test_a_token_is_kept_as_a_hash_works_until_it_ends_and_says_when_it_was_used(mall):
    token = token_of(mall.ids["desk"])
    assert token not in str(list(ApiToken.objects.values()))
    assert status(token) == 200
    kept = ApiToken.objects.get()
    assert abs(kept.used_at - now()) < 60
    assert status(token + "x") == status("") == status("bihuan_") == 401
    ApiToken.objects.update(until_at=now())
    assert status(token) == 401


def test_a_revoked_token_and_that_of_somebody_who_left_open_nothing(mall):
    token, other = token_of(mall.ids["desk"]), token_of(mall.ids["gm"])
    kept = ApiToken.objects.order_by("id").first()
    stranger = {"by": int(mall.ids["gm"]), "is_administrator": False, "now": now()}
    assert not tokens.revoke(kept.pk, **stranger)
    assert status(token) == 200
    assert tokens.revoke(kept.pk, **{**stranger, "by": int(mall.ids["desk"])})
    assert status(token) == 401
    people.deactivate(int(mall.ids["gm"]), now=now())
    assert status(other) == 401
    trail = AdministrativeChange.objects.filter(area="tokens").values_list("what", flat=True)
    assert list(trail) == ["make", "make", "revoke"]
    assert token not in str(list(AdministrativeChange.objects.values()))


def test_a_token_does_what_its_scopes_name_and_nothing_else(mall):
    number = mall.complain()
    reading, acting = token_of(mall.ids["desk"], "read"), token_of(mall.ids["desk"], "act", "two")
    act = {"act": "remark", "data": {"text": "x"}}
    assert status(reading, f"/cases/{number}") == 200
    assert status(reading, f"/cases/{number}/acts", "POST", act) == 403
    assert status(reading, "/cases", "POST", {"content": "x"}) == 403
    assert status(acting, f"/cases/{number}/acts", "POST", act) == 200
    refused = Program(acting).send("GET", f"/cases/{number}")
    assert (refused.status_code, refused.json()["code"]) == (403, "no-scope")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["fly"]}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 1000}, "days"),
        ({"person": 999}, "person"),
    ],
)
def test_a_token_that_cannot_be_is_refused_at_its_field(mall, change, field):
    told = {"person": int(mall.ids["desk"]), "name": "phone", "scopes": ["read"], "days": 5}
    made = tokens.make(**{**told, **change}, now=now())
    assert isinstance(made, Refusal)
    assert made.field == field
    assert not ApiToken.objects.exists()


def test_every_answer_says_how_many_requests_are_left_and_when_to_come_again(mall, monkeypatch):
    monkeypatch.setattr(settings, "API_RATE", 60)
    monkeypatch.setattr(callers, "now", lambda: 1_800_000_000)
    made = tokens.make(int(mall.ids["desk"]), "test", ["read"], days=400, now=1_790_000_000)
    first = Program(str(made)).send("GET", "/me")
    assert first.headers["RateLimit-Limit"] == "60"
    assert first.headers["RateLimit-Remaining"] == "59"
    assert first.headers["RateLimit-Reset"] == "60"
    callers.forget()  # another process: what this one took and did not use is not its
    answers = [Program(str(made)).send("GET", "/me") for _ in range(11)]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].json()["code"] == "too-often"
    monkeypatch.setattr(callers, "now", lambda: 1_800_000_060)
    assert Program(str(made)).send("GET", "/me").status_code == 200


def test_guessing_tokens_is_slowed_and_a_right_one_from_the_same_place_still_works(
    mall, monkeypatch
):
    monkeypatch.setattr(callers, "WRONG_TOKENS", 3)
    right = token_of(mall.ids["desk"])
    assert [status(f"guess{turn}") for turn in range(4)] == [401, 401, 401, 429]
    assert status(right) == 200


def test_whoever_is_signed_in_reads_and_writes_only_with_the_page_s_own_token(mall):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="desk"))
    assert client.get("/api/v1/me").json()["person"] == mall.ids["desk"]
    number = mall.complain()
    act = {"act": "remark", "data": {"text": "x"}}
    path = f"/api/v1/cases/{number}/acts"
    refused = client.post(path, act, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "no-csrf")
    assert Client().get("/api/v1/me").status_code == 401


def test_finding_the_caller_takes_one_query(mall, django_assert_num_queries):
    token = token_of(mall.ids["desk"])
    status(token)
    with django_assert_num_queries(1):
        assert tokens.holder(token, now()) is not None


def test_what_the_api_does_not_have_is_said_in_its_form(db):
    answer = Client().get("/api/v1/nothing", headers={"accept-language": "zh-CN"})
    assert answer.status_code == 404
    assert "没有这一项" in answer.json()["text"]
