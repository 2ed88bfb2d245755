"""No page of any role breaks a rule of accessibility or hides the focus, in either language, light or dark.

A role sees what everybody sees by turns on the desk and on the phone, so that each of these pages is looked at both
ways by several roles; its own pages it sees both ways.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.journeys.accessible import violations
from tests.journeys.desk import Desk
from tests.journeys.keyboard import unseen
from tests.web.mall import open_mall

Desks = Callable[..., Desk]
LOOKS = (("zh-hans", "light", 1280), ("en", "dark", 390))
EVERYBODY = ("/", "/cases/", "/cases/{}/", "/cases/{}/remark/", "/notices/", "/me/", "/organisation/",
             "/policy/", "/policy/mall/", "/calendar/", "/library/", "/papers/")  # fmt: skip
MORE = {
    "desk": ("/cases/new/", "/cases/{}/postpone/", "/visits/", "/board/"),
    "operations": ("/board/", "/cases/{}/escalate/"),
    "merchant": (),
    "gm": ("/board/",),
    "admin": ("/people/", "/records/", "/policy/mall/check/"),
}  # fmt: skip
# The administrator's other pages, by turns, too.
ALONE = {
    "admin": ("/people/2/", "/organisation/?unit=m217", "/organisation/roster/", "/presentation/", "/templates/",
              "/mailboxes/", "/ways/", "/ways/email/", "/ways/texts/", "/programs/", "/programs/webhooks/",
              "/calls/lines/",
              "/received/", "/received/sources/", "/received/paper/", "/library/publish/", "/policy/mall/draft/",
              "/reports/", "/insight/", "/problems/", "/audit/"),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", MORE)
def test_no_page_of_a_role_breaks_a_rule(who: str, desks: Desks, live_server: LiveServer) -> None:
    number = open_mall().with_the_merchant()
    broken: list[str] = []
    for turn, (language, scheme, width) in enumerate(LOOKS, list(MORE).index(who)):
        page = desks(who, language, width).page
        page.emulate_media(color_scheme=scheme)
        page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": live_server.url}]
        )
        page.set_viewport_size({"width": width, "height": 820})
        by_turns = (*EVERYBODY, *ALONE.get(who, ()))
        for address in (*by_turns[turn % 2 :: 2], *MORE[who]):
            answer = page.goto(live_server.url + address.format(number))
            if answer is not None and answer.status == 200:
                found = violations(page) + unseen(page)
                broken += [f"{language} {scheme} {width}: {line}" for line in found]
    assert not broken, "\n".join(broken)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "scheme"), [("zh-hans", "light"), ("en", "dark")])
def test_no_page_of_the_customer_breaks_a_rule(
    language: str, scheme: str, visitor: Callable[..., Page], live_server: LiveServer
) -> None:
    open_mall()
    page = visitor(language, 390)
    page.emulate_media(color_scheme=scheme)
    broken = []
    for address in ("/portal/", "/accounts/login/", "/portal/answers"):
        page.goto(live_server.url + address)
        broken += violations(page) + unseen(page)
    assert not broken, "\n".join(broken)
