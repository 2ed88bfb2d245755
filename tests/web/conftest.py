"""What tests of pages share: the mall, and somebody who is signed in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.signals import template_rendered

from bihuan.desk import worlds
from bihuan.web import shell
from tests.web.mall import Mall, open_mall


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    worlds.forget()
    yield
    worlds.forget()


@pytest.fixture(autouse=True)
def _contexts_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """``answer.context`` for pages of the desk: Jinja2 does not tell the test client by itself."""
    rendered = shell.render

    def render(
        request: HttpRequest, template: str, context: dict[str, Any], **more: Any
    ) -> HttpResponse:
        template_rendered.send(sender=shell, template=template, context=context)
        return rendered(request, template, context, **more)

    monkeypatch.setattr(shell, "render", render)


@pytest.fixture
def mall(db: None) -> Mall:
    return open_mall()


@pytest.fixture
def as_(mall: Mall) -> Callable[..., Client]:
    """A client signed in as one of the mall's people: ``as_("desk")``, ``as_("desk", "en")``."""

    def signed_in(username: str, language: str = "zh-hans") -> Client:
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(User.objects.get(username=username))
        client.cookies["django_language"] = language
        return client

    return signed_in
