"""Closed cases teach what words point to; what is said then is measured on the cases that come after."""

import pytest

from bihuan.desk import learning, worlds
from bihuan.engine.suggesting import UNLEARNED, suggested
from bihuan.records.models import Case, Learned, Suggested
from bihuan.records.wording import fold
from tests.web.mall import DAY, HOUR, Mall, now, open_mall

pytestmark = pytest.mark.django_db

SAID = {
    "quality_price": (
        "毛衣起球，袖口开线",
        "皮鞋开胶，才穿三天",
        "标价和收银不一样",
        "背包拉链断了",
    ),
    "environment": ("洗手间地上全是水", "空调冷得发抖", "扶梯停了没人修", "地库灯不亮"),
}
START = now() - 2 * DAY


@pytest.fixture
def mall(db: None) -> Mall:
    return open_mall()


def closed(mall: Mall, times: int = 9) -> None:
    for category, texts in SAID.items():
        for place in range(times * len(texts)):
            text = f"{texts[place % len(texts)]}，第{place}回"
            over(mall, mall.complain(START, category=category, content=text, phone="", name=""))


def over(mall: Mall, number: str) -> None:
    mall.act(number, "withdraw", "customer", START + HOUR)


def told(text: str) -> dict[str, object]:
    policy = worlds.policy_of(Case.objects.latest("id").policy_id)
    weights = learning.weights_of("mall")
    found = suggested(text, policy, worlds.organisation(now()), weights, fold(text))
    return {one.fact: one for one in found}


def test_categories_are_learned_told_with_reasons_and_measured_on_what_comes_after(
    mall: Mall,
) -> None:
    closed(mall)
    learning.learn(START + DAY)
    last = Learned.objects.get(fact="category")
    assert last.cases >= 60
    assert last.accuracy > 0.9 > last.floor
    found = told("洗手間地上又全是水，第九回了")["category"]
    assert found.value == "environment"
    assert found.confidence > 0.6
    assert "洗手间" in found.words or "全是水" in found.words
    for nothing in ("", " ", "好", "😀", "\x00\u202e", "a1 " * 30_000, "漏" * 100_000):
        assert "category" not in told(nothing), nothing[:9]

    later = START + DAY + HOUR
    mall.complain(later, category="environment", content="空调太冷")
    wrong = mall.complain(later, category="quality_price", content="扶梯停了")
    learning.learn(later + HOUR)
    assert Suggested.objects.filter(learned=last).count() == 2
    [fared] = [one for one in learning.fared() if one.fact == "category"]
    assert (fared.judged, fared.accepted) == (2, 1)
    Case.objects.filter(number=wrong).update(category="environment")  # as a correction leaves it
    [fared] = [one for one in learning.fared() if one.fact == "category"]
    assert (fared.judged, fared.accepted) == (2, 2)


def test_too_few_cases_teach_nothing_and_the_policy_s_words_go_on(mall: Mall) -> None:
    closed(mall, times=2)
    assert learning.learn(START + DAY) == 0
    assert learning.weights_of("mall") == {}
    assert told("毛衣脱线")["category"].confidence == UNLEARNED


def test_a_sign_of_fewer_than_five_cases_is_not_kept(mall: Mall) -> None:
    closed(mall)
    over(mall, mall.complain(START, category="environment", content="司马相如说空调冷"))
    learning.learn(START + DAY)
    signs = Learned.objects.get(fact="category").weights["signs"]
    assert "空调" in signs
    assert not [sign for sign in signs if "马相" in sign]
