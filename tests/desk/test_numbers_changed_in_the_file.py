"""What the source leaves open is a number in the file: changing it there changes what is done, not the code."""

import pytest

from bihuan.desk import intake, organisation, packs, people, policy_life
from bihuan.desk.perform import perform
from bihuan.desk.policy_files import replace_scalar
from bihuan.engine.case import Act
from tests.desk.firm import DAY, HOUR, MIN, START

pytestmark = pytest.mark.django_db


def mall(changes: str) -> tuple[str, str]:
    """A mall whose policy allows so many changes of the agreed time: the desk, and an acknowledged case."""
    organisation.site()
    text = replace_scalar(packs.shipped_text("mall"), "numbers.changes.is", changes)
    version = packs.adopt_text(text, None, START - DAY)
    assert not isinstance(version, organisation.Refusal), version
    organisation.add_unit("mall", "测试商场", "company", now=START - DAY)
    desk, _ = people.create_person("周一", now=START - DAY)
    organisation.hold(desk.pk, "service_desk", "mall", now=START - DAY)
    facts = {"kind": "complaint", "channel": "phone", "content": "空调太冷", "name": "顾客某"}
    number = intake.register(facts, by=str(desk.pk), unit="mall", now=START).number
    agreed = Act("acknowledge", str(desk.pk), START + MIN, {"agreed_time": START + 3 * HOUR})
    assert perform(agreed, case_number=number, now=START + MIN).accepted
    return str(desk.pk), number


@pytest.mark.parametrize("allowed", [1, 2, 3])
def test_how_often_the_agreed_time_may_move_is_what_the_file_says(allowed: int) -> None:
    """MALL-3.1 and MALL-5.6 contradict each other; the file says which reading holds."""
    desk, number = mall(str(allowed))
    done = []
    for change in range(allowed + 1):
        at = START + (2 + change) * MIN
        told = {"reason": "待查", "new_time": START + (4 + change) * HOUR, "consent": "yes"}
        done.append(perform(Act("postpone", desk, at, told), case_number=number, now=at))

    codes = [one.refusal.code if one.refusal else "done" for one in done]
    assert codes == ["done"] * allowed + ["changes-spent"]


@pytest.mark.parametrize(("written", "hours"), [("24 h", 24), ("72 h", 72), ("274 h", 274)])
def test_a_damaged_number_of_the_source_is_what_the_file_says(written: str, hours: int) -> None:
    """HOME-7.5 says "274小时内"; the reading is one value of the file, and nothing in the code."""
    text = replace_scalar(packs.shipped_text("home"), "numbers.opinion_time.is", written)
    policy, _findings = packs.read_policy(text)
    assert policy is not None
    number = policy.numbers["opinion_time"]
    assert (number.mark, number.value().seconds) == ("garbled", hours * HOUR)
    reply = next(
        step
        for kind in policy.sheets.values()
        for step in kind.steps
        if step.timing.within == "opinion_time"
    )
    assert reply.at.clauses == ("HOME-7.5",)
    drafted = policy_life.drafted(packs.shipped_text("home"), {"numbers.opinion_time.is": written})
    assert drafted == text
