"""Script, endless words, right-to-left and control characters in every field of every form: shown, harmless, kept."""

import html
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from bihuan.desk import intake
from tests.web.mall import HOUR, Mall, now
from tests.web.pages import Form, Kind, forms_of, walk
from tests.web.test_preventing import planned
from tests.web.test_received import mail

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'
ENDLESS = "长" * 5_000 + "w" * 5_000
TURNED = "abc\u202etxt.exe\u202c\u2066\x07\x1b[31m"
WORDS = (SCRIPT + TURNED, ENDLESS)
SEEN = ("/", "/cases/", "/cases/new/", "/notices/", "/organisation/", "/people/", "/templates/", "/presentation/",
        "/library/", "/records/", "/audit/", "/mailboxes/", "/ways/", "/calls/lines/", "/received/", "/problems/",
        "/received/sources/", "/programs/", "/programs/webhooks/", "/policy/", "/portal/")  # fmt: skip
# Of the forms that are found by following links, those that must be among them.
MUST = frozenset({
    "register", "case-act", "telling", "visits_list", "message-judge", "paper-in", "organisation_change",
    "people_add", "person_change", "replies_change", "presentation_change", "mailboxes_change", "way",
    "notice_texts_change", "lines-change", "sources-change", "programs-change", "webhooks-change", "document-publish",
    "policy_draft",
})  # fmt: skip
CUSTOMERS = frozenset(
    {"portal_step", "portal_add", "portal_answer", "portal_withdraw", "portal_follow"}
)


def sent(client: Client, form: Form, words: str) -> None:
    """Send a form with these words in each of its fields; nothing of them may be read as markup."""
    data = form.values | dict.fromkeys(form.typed, words)
    answer = client.post(form.action, data, follow=True)
    assert answer.status_code < 500, form.action
    shown = answer.content.decode()
    assert "<script>alert" not in shown, form.action
    assert "<img src=x" not in shown, form.action
    if answer.status_code == 422 and words.startswith(SCRIPT):
        assert html.escape(SCRIPT, quote=False)[:30] in shown or "&lt;script" in shown, form.action


def bears(client: Client, form: Form) -> None:
    """Send a form with words of each kind."""
    for words in WORDS:
        sent(client, form, words)


def harmless(client: Client, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        shown = client.get(address, follow=True).content.decode()
        assert "<script>alert" not in shown, address
        assert "<img src=x" not in shown, address


def tried(client: Client, *starts: str, seen: set[Kind], among: set[tuple[str, ...]]) -> None:
    """Every form with something typed, on the pages that links lead to from these, bears them; once each."""
    found: dict[tuple[str, ...], Form] = {}
    for page in walk(client, *starts, seen=seen):
        for form in page.forms:
            if form.method == "post" and form.typed:
                assert not form.leaves, f"{form.action}: a lost line would lose what was typed"
                at = resolve(urlsplit(form.action).path)
                place = (at.view_name, at.kwargs.get("act", ""), form.values.get("change", ""))
                found.setdefault(place, form)
    for place, form in found.items():
        if place not in among:
            bears(client, form)
    among |= set(found)


def test_every_form_of_the_house_bears_them(mall: Mall, as_: As) -> None:
    preventing = planned(mall)  # first: it takes the third complaint of a kind
    number, other = mall.complain(now() - 2 * HOUR), mall.with_the_merchant()
    message = mail()
    reached: set[tuple[str, ...]] = set()
    seen: set[Kind] = set()
    for who, *starts in (
        ("desk", f"/cases/{number}/", f"/received/{message}/", "/"),
        ("operations", f"/cases/{other}/", f"/cases/{preventing}/take_action/?sheet=1", "/"),
        ("merchant", f"/cases/{other}/"),
        ("gm", f"/cases/{preventing}/"),
    ):
        tried(as_(who), *starts, seen=seen, among=reached)
    # An administrator finds forms on pages that others only read.
    tried(as_("admin"), "/organisation/?unit=m217", "/me/", seen=set(), among=reached)
    missed = MUST - {place[0] for place in reached}
    assert not missed
    harmless(
        as_("admin"), (*SEEN, f"/cases/{number}/", f"/cases/{other}/", f"/cases/{preventing}/")
    )
    harmless(as_("desk"), ("/", "/cases/", f"/cases/{number}/", f"/received/{message}/"))


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


def test_every_form_of_a_customer_bears_them(mall: Mall) -> None:
    facts = {"kind": "complaint", "channel": "phone", "name": "王敏", "phone": "13800005678",
             "content": "大衣开线", "about_unit": "m217"}  # fmt: skip
    came = intake.register(facts, by=mall.ids["desk"], unit="company", now=now() - 3 * HOUR)
    mall.act(came.number, "acknowledge", "desk", now() - 2 * HOUR, agreed_time=now() + HOUR)
    mall.act(
        came.number, "classify", "desk", category="service", about="merchant", desk_can_solve="yes"
    )
    mall.act(came.number, "resolve", "floor", resolution="退款")
    mall.act(came.number, "respond", "desk", form="written", company_name="yes", answer="已退款")
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/portal/follow", {"number": came.number, "code": came.query_code})
    reached: set[tuple[str, ...]] = set()
    tried(client, f"/portal/case/{came.number}", "/portal/", seen=set(), among=reached)
    missed = CUSTOMERS - {place[0] for place in reached}
    assert not missed, reached
    harmless(client, (f"/portal/case/{came.number}", "/portal/"))
