"""What tests of the API share: the mall, and programs with tokens."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from bihuan.channels.api import callers
from bihuan.desk import tokens, worlds
from tests.web.mall import DAY, Mall, now, open_mall


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    worlds.forget()
    callers.forget()
    yield
    worlds.forget()
    callers.forget()


@pytest.fixture(scope="module")
def opened(django_db_setup: None, django_db_blocker: Any) -> Iterator[Mall]:
    """The mall, set up once for a module; each test's own changes are rolled back to it."""
    with django_db_blocker.unblock():
        worlds.forget()
        with transaction.atomic():
            yield open_mall()
            transaction.set_rollback(True)


@pytest.fixture
def mall(opened: Mall, db: None) -> Mall:
    return Mall(dict(opened.ids))


@dataclass
class Program:
    """A program with a token."""

    token: str
    language: str = "en"

    def send(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        sent = (
            {"data": json.dumps(body), "content_type": "application/json"}
            if body is not None
            else {}
        )
        told = {
            "authorization": f"Bearer {self.token}",
            "accept-language": self.language,
            **headers,
        }
        return Client().generic(method, f"/api/v1{path}", headers=told, **sent)

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: object, **headers: str) -> Any:
        answer = self.send("POST", path, body, **headers)
        assert answer.status_code in (200, 201), answer.content.decode()
        return answer.json()

    def act(self, number: str, act: str, sheet: int = 0, **data: object) -> Any:
        return self.post(f"/cases/{number}/acts", {"act": act, "sheet": sheet, "data": data})


def token_of(person: str, scopes: str = "read register act", name: str = "test") -> str:
    made = tokens.make(int(person), name, scopes.split(), now=now() - DAY)
    assert isinstance(made, str), made
    return made


@pytest.fixture
def as_(mall: Mall) -> Callable[..., Program]:
    """A program that acts as one of the mall's people: ``as_("desk")``, ``as_("gm", "read")``."""

    kept: dict[tuple[str, str], str] = {}

    def program(username: str, scopes: str = "read register act", language: str = "en") -> Program:
        if (username, scopes) not in kept:
            kept[username, scopes] = token_of(mall.ids[username], scopes, scopes)
        return Program(kept[username, scopes], language)

    return program
