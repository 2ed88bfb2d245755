"""The OpenAPI document tells the truth: made-up requests are never answered by a failure or in another form."""

from base64 import b64encode

import pytest
from django.conf import settings

from bihuan.desk import intake, library, received, webhooks
from bihuan.desk.library import Publication
from bihuan.desk.received import Arrival
from bihuan.engine.refusal import Refusal
from tests.channels.api.conftest import token_of
from tests.channels.api.walking import Walk
from tests.web.mall import DAY, Mall, now

pytestmark = pytest.mark.django_db
EXAMPLES = 8


def walk_of(mall: Mall, examples: int, seed: int | None = None) -> Walk:
    """A walk by the service desk, a merchant, the administrator and a customer, among things that are there."""
    numbers = [mall.complain(), mall.with_the_merchant()]
    code = intake.register(
        {"kind": "complaint", "channel": "web", "content": "x"},
        by="customer",
        unit="company",
        now=now(),
    )
    customer = b64encode(f"{code.number}:{code.query_code}".encode()).decode()
    text = Publication("ZB-1", "V1", "退换规则", now() - DAY, text="开线可换")
    assert not isinstance(library.publish(text, by=mall.ids["admin"], now=now() - DAY), Refusal)
    made = webhooks.subscribe("x", "https://example.com/", person=int(mall.ids["gm"]), now=now())
    assert not isinstance(made, Refusal)
    mail = received.receive(Arrival("web", "开线".encode(), unit="company"), now())
    there = {"number": numbers, "code": ["mall", "ZB-1"], "webhook": [str(made[0])],
             "version": ["V1"], "sequence": ["1"], "message": [str(mail.id)]}  # fmt: skip
    scopes = {"desk": "read register act", "merchant": "read act", "admin": "read act admin"}
    known = [f"Bearer {token_of(mall.ids[who], scope)}" for who, scope in scopes.items()]
    return Walk([*known, f"Basic {customer}"], there, examples, seed)


def test_no_made_up_request_fails_or_is_answered_in_another_form(mall, monkeypatch):
    monkeypatch.setattr(settings, "API_RATE", 10**6)
    found = walk_of(mall, EXAMPLES).run()
    assert len(found) > 25
    reading = [seen for label, seen in found.items() if label.startswith("GET")]
    assert sum(200 in seen for seen in reading) > len(reading) / 2
