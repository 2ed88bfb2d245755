"""Script, endless words, right-to-left and control characters in every field of every form: shown, harmless, kept."""

import html
from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.mall import HOUR, Mall, now
from tests.web.pages import Form, forms_of

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'
ENDLESS = "长" * 5_000 + "w" * 5_000
TURNED = "abc\u202etxt.exe\u202c\u2066\x07\x1b[31m"
WORDS = (SCRIPT, ENDLESS, TURNED)
DESK = ("/", "/cases/", "/cases/new/", "/visits/", "/me/", "/me/away/", "/notices/")
ADMIN = (
    "/organisation/", "/people/", "/templates/", "/presentation/", "/library/", "/library/publish/",
    "/papers/", "/organisation/roster/", "/records/", "/calendar/", "/policy/", "/audit/", "/mailboxes/",
    "/ways/", "/ways/texts/", "/calls/lines/", "/received/sources/", "/programs/", "/programs/webhooks/",
)  # fmt: skip


def sent(client: Client, form: Form, words: str) -> None:
    """Send a form with these words in each of its fields; nothing of them may be read as markup."""
    data = form.values | dict.fromkeys(form.typed, words)
    answer = client.post(form.action, data, follow=True)
    assert answer.status_code < 500, form.action
    shown = answer.content.decode()
    assert "<script>alert" not in shown, form.action
    assert "<img src=x" not in shown, form.action
    if answer.status_code == 422 and words == SCRIPT:
        assert html.escape(SCRIPT, quote=False)[:30] in shown or "&lt;script" in shown, form.action


def bears(client: Client, form: Form) -> None:
    """Send a form three times, with words of each kind."""
    for words in WORDS:
        sent(client, form, words)


def harmless(client: Client, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        shown = client.get(address, follow=True).content.decode()
        assert "<script>alert" not in shown, address
        assert "<img src=x" not in shown, address


def test_every_form_of_the_desk_bears_them(mall: Mall, as_: As) -> None:
    number = mall.complain(now() - 2 * HOUR)
    client = as_("desk")
    acts = [act["url"] for act in client.get(f"/cases/{number}/").context["doable"]["acts"]]
    beyond = [act["url"] for act in client.get(f"/cases/{number}/").context["doable"]["beyond"]]
    tried = 0
    for address in (*DESK, f"/cases/{number}/", *acts, *beyond):
        for form in forms_of(client, address):
            bears(client, form)
            tried += 1
    assert tried > 10
    harmless(client, ("/", "/cases/", f"/cases/{number}/", "/notices/", "/cases/new/"))


def test_every_form_of_the_administration_bears_them(mall: Mall, as_: As) -> None:
    client = as_("admin")
    tried = 0
    for address in ADMIN:
        for form in forms_of(client, address):
            bears(client, form)
            tried += 1
    assert tried > 6
    harmless(client, (*ADMIN, "/portal/"))


def test_every_step_of_the_portal_bears_them(mall: Mall) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    tried = 0
    for step in range(1, 4):
        for form in forms_of(client, f"/portal/complain/{step}"):
            bears(client, form)
            sent(client, form, SCRIPT)  # kept, and led on to the next step
            tried += 1
    assert tried > 1
    harmless(client, ("/portal/", *(f"/portal/complain/{step}" for step in range(1, 4))))
