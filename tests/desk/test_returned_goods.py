"""Returns through the product's own doors: counted by batch and reason, refunded by a third person."""

import pytest

from bihuan.desk import intake, organisation, packs, people
from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from tests.desk.firm import DAY, HOUR, MIN, START, stored

pytestmark = pytest.mark.django_db

POSTS = (
    "service", "service_manager", "handler", "warehouse", "inspector", "technician",
    "quality_manager", "finance", "finance_manager", "general_manager", "supervisor",
)  # fmt: skip


@pytest.fixture
def shop():
    """The returns policy in a fictional shop with one person at each post: their ids by post."""
    before = START - 30 * DAY
    organisation.site()
    version = packs.adopt("returns", None, before)
    assert not isinstance(version, organisation.Refusal), version
    organisation.add_unit("shop", "测试商贸", "company", now=before)
    holders = {}
    for post in POSTS:
        person, _ = people.create_person(f"测试{post}", now=before)
        held = organisation.hold(person.pk, post, "", now=before)
        assert not isinstance(held, organisation.Refusal), held
        holders[post] = str(person.pk)
    return holders


def asked(shop, now, **told):
    facts = {
        "kind": "return", "channel": "phone", "content": "灯不亮", "product": "测试灯",
        "batch": "B-01", "return_reason": "defect", **told,
    }  # fmt: skip
    return intake.register(facts, by=shop["service"], unit="shop", now=now).number


def test_the_third_return_of_a_batch_for_the_same_reason_opens_a_corrective_action(shop):
    told = ({}, {"batch": "B-02"}, {"return_reason": "no_reason"}, {}, {}, {})
    states = [stored(asked(shop, START + n * HOUR, **more)).state for n, more in enumerate(told)]

    assert [state["facts"]["same_problem"] for state in states] == [1, 1, 1, 2, 3, 1]
    assert [len(state.get("sheets", ())) for state in states] == [0, 0, 0, 0, 1, 0]


def test_what_is_learned_at_the_review_is_counted_then(shop):
    first, second = asked(shop, START), asked(shop, START + MIN, return_reason="")
    assert "same_problem" not in stored(second).state["facts"]
    now = START + HOUR
    perform(Act("confirm_return", shop["service"], now, {"conditions_told": "yes"}),
            case_number=second, now=now)  # fmt: skip
    review = {
        "outcome": "refused", "quality": "完好", "reasonableness": "已过期限", "reasons": "已过期限",
        "return_reason": "defect",
    }  # fmt: skip
    done = perform(Act("review_return", shop["handler"], now, review), case_number=second, now=now)

    assert not done.refusal
    assert stored(second).state["facts"]["same_problem"] == 2
    assert stored(first).state["facts"]["same_problem"] == 1
