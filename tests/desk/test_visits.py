"""Closed cases drawn for a visit by the policy's share: counted in the database, kept with the event."""

import pytest

from bihuan.desk import organisation, packs, people
from bihuan.desk.intake import register
from bihuan.desk.perform import perform
from bihuan.desk.rebuild import rebuild
from bihuan.engine.case import Act
from bihuan.records.models import Event
from tests.desk.firm import DAY, HOUR, START, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> str:
    """The plain policy with half of the closed cases visited, in a fictional firm; its agent's id."""
    before = START - 30 * DAY
    organisation.site()
    text = packs.shipped_text("general")
    number = (
        "  visit_share:    {is: 50 %, word: 应当回访, mark: vague, clause: GEN-4.4}\n  visit_time:"
    )
    text = text.replace("  visit_time:", number, 1)
    text = text.replace(
        "act: follow_up,   within", "act: follow_up, sample: visit_share, within", 1
    )
    version = packs.adopt_text(text, None, before)
    assert not isinstance(version, organisation.Refusal), version
    organisation.add_unit("firm", "测试公司", "company", now=before)
    person, _ = people.create_person("周一", now=before)
    organisation.hold(person.pk, "after_sales", "", now=before)
    return str(person.pk)


def closed(agent: str, at: int, *, again_by: str = "", asked: dict[str, str] | None = None) -> str:
    """A complaint walked to its closing; with `again_by`, disputed and done again by that person."""
    told = {"kind": "complaint", "channel": "phone", "name": "王测试", "phone": "13800000001",
            "about": "product", "content": "机器漏水", "demand": "换一台"}  # fmt: skip
    number = register(told, by=agent, unit="firm", now=at).number
    found = {"findings": "密封圈老化", "cause": "材质", "evidence": "照片"}
    work = [("investigate", found), ("resolve", {"resolution": "换"}),
            ("respond", {"form": "phone", "answer": "换"})]  # fmt: skip
    acts = [("acknowledge", {"told_by": "same channel"}), ("classify", {}), *work]
    if again_by:
        acts += [("confirm", {"outcome": "disputed", "opinion": "又漏"}), *work]
    acts += [("confirm", {"outcome": "satisfied"}), ("close", {"summary": "已换", **(asked or {})})]
    for place, (name, data) in enumerate(acts, 1):
        when = at + 60 * place
        by = again_by if again_by and place in (7, 8, 9) else agent
        done = perform(Act(name, by, when, data), case_number=number, now=when)
        assert done.refusal is None, (name, done.refusal)
    return number


@pytest.fixture
def manager(agent: str) -> str:
    """The agent's superior, who takes up what was disputed."""
    person, _ = people.create_person("吴二", now=START - 30 * DAY)
    organisation.hold(person.pk, "after_sales_manager", "", now=START - 30 * DAY)
    return str(person.pk)


def is_visited(number: str) -> bool:
    """Whether a visit is owed on the case."""
    return any(debt["act"] == "follow_up" for debt in stored(number).state["debts"])


def test_every_other_case_is_drawn_and_those_the_customer_disputed_beside_them(
    agent: str, manager: str
) -> None:
    plain = [closed(agent, START + number * HOUR) for number in range(4)]
    assert [is_visited(number) for number in plain] == [True, False, True, False]
    first = closed(agent, START + 5 * HOUR)  # two of four so far: the fifth is drawn
    unhappy = closed(agent, START + 6 * HOUR, again_by=manager)
    assert is_visited(first)
    assert is_visited(unhappy)
    assert not is_visited(closed(agent, START + 7 * HOUR))  # four of six, well above


def test_the_draw_is_kept_in_the_history_and_the_caller_cannot_choose_it(
    agent: str, manager: str
) -> None:
    closed(agent, START)
    second = closed(agent, START + HOUR, asked={"drawn": "yes"})
    assert not is_visited(second)
    event = Event.objects.get(case__number=second, kind="close")
    assert event.data["drawn"] == "no"
    before = stored(second).state
    rebuild()
    assert stored(second).state == before
