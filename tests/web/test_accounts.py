"""Signing in: name and password, the lock, the second step, invitations; nothing else is offered."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from bihuan.desk import people
from bihuan.web.accounts.forms import TRIES
from tests.web.mall import PASSWORD, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
LOGIN = "/accounts/login/"


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(client: Client, username: str = "desk", password: str = PASSWORD) -> str:
    answer = client.post(LOGIN, {"login": username, "password": password})
    return str(answer.headers.get("location", answer.status_code))


def test_name_and_password_open_my_page(mall: Mall) -> None:
    client = Client()
    assert 'name="login"' in client.get(LOGIN).content.decode()
    assert sign_in(client) == "/"
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_said_and_five_lock_the_name_for_a_while(mall: Mall) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    answer = client.post(LOGIN, {"login": "desk", "password": "wrong"})
    assert "对不上" in answer.content.decode()
    for _ in range(4):
        answer = client.post(LOGIN, {"login": "desk", "password": "wrong"})
    answer = client.post(LOGIN, {"login": "desk", "password": PASSWORD})
    assert answer.status_code == 429
    assert "锁定一刻钟" in answer.content.decode()


def test_who_left_cannot_sign_in(mall: Mall) -> None:
    people.deactivate(int(mall.ids["desk"]), now=now())
    assert sign_in(Client()) in ("200", "/accounts/inactive/")


@pytest.mark.parametrize(
    "address", ["signup", "email", "password/reset", "confirm-email", "password/set", "login/code"]
)
def test_what_is_not_offered_is_not_there(mall: Mall, as_: As, address: str) -> None:
    assert Client().get(f"/accounts/{address}/").status_code == 404
    assert as_("desk").get(f"/accounts/{address}/").status_code == 404


def test_the_password_is_changed_by_who_knows_the_present_one(mall: Mall) -> None:
    client = Client()
    sign_in(client)
    new = {"password1": "another good one", "password2": "another good one"}
    wrong = client.post("/accounts/password/change/", {"oldpassword": "no", **new})
    assert wrong.status_code == 200
    assert sign_in(Client()) == "/"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert sign_in(Client(), password="another good one") == "/"


def with_second_step(client: Client) -> str:
    """Switch the second step on; the secret."""
    sign_in(client)
    address = "/accounts/2fa/totp/activate/"
    asked = client.get(address)  # the password again: a desk left open must not change the locks
    assert asked.headers["location"].startswith("/accounts/reauthenticate/")
    assert client.get(asked.headers["location"]).status_code == 200
    again = {"next": address, "password": "wrong"}
    assert client.post("/accounts/reauthenticate/", again).status_code == 200
    client.post("/accounts/reauthenticate/", again | {"password": PASSWORD})
    page = client.get(address).content.decode()
    assert 'src="data:image/svg+xml' in page
    found = re.search(r"([A-Z2-7]{32})", page)
    assert found
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert answer.headers["location"] == "/accounts/2fa/recovery-codes/"
    return found[1]


def test_the_second_step_is_asked_once_it_is_on(mall: Mall) -> None:
    secret = with_second_step(Client())
    client = Client()
    assert sign_in(client) == "/accounts/2fa/authenticate/"
    assert client.get("/").status_code == 302
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    assert 'name="code"' in page
    cache.clear()  # a code that was used to switch on counts as used for half a minute
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/").status_code == 200


def test_a_recovery_code_works_once(mall: Mall) -> None:
    first = Client()
    with_second_step(first)
    codes = re.findall(
        r"<code>(\d{8})</code>", first.get("/accounts/2fa/recovery-codes/").content.decode()
    )
    assert len(codes) == 10
    client = Client()
    sign_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    again = Client()
    sign_in(again)
    assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 200


def test_codes_cannot_be_tried_for_ever(mall: Mall) -> None:
    secret = with_second_step(Client())
    TRIES.clear(str(User.objects.get(username="desk").pk))
    client = Client()
    sign_in(client)
    for _ in range(10):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 200
    assert client.get("/").status_code == 302
    TRIES.clear(str(User.objects.get(username="desk").pk))


def test_an_invitation_lets_one_choose_the_password_once(mall: Mall) -> None:
    made = people.create_person("丁新人", username="newcomer", now=now())
    assert isinstance(made, tuple)
    address = f"/invitation/{made[1]}/"
    client = Client(headers={"accept-language": "zh-CN"})
    assert "丁新人" in client.get(address).content.decode()
    unequal = {"password": "a good long one", "password_again": "a bad long one"}
    assert client.post(address, unequal).status_code == 422
    weak = client.post(address, {"password": "12345", "password_again": "12345"})
    assert weak.status_code == 422
    assert "密码" in weak.content.decode()
    good = {"password": "a good long one", "password_again": "a good long one"}
    assert client.post(address, good).headers["location"] == LOGIN
    assert sign_in(client, "newcomer", "a good long one") == "/"
    assert Client().get(address).status_code == 404


def test_pages_of_the_account_read_in_both_languages(mall: Mall, as_: As) -> None:
    for language, words in (("zh-hans", "登录的第二步"), ("en", "Second step at sign-in")):
        assert words in as_("desk", language).get("/accounts/2fa/").content.decode()
