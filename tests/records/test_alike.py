"""Cases alike are found among all there are, counted by different people, and only those one may see."""

import pytest

from bihuan.desk import permissions, rebuild, retention
from bihuan.desk.verify import verify
from bihuan.records.models import Trait
from bihuan.records.queries.alike import alike_case, groups_since
from tests.desk.firm import DAY, HOUR, START, Firm, firm, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def seen_by(person: str, now: int = START + 9 * DAY) -> permissions.Viewer:
    return permissions.viewer(person, now)


def complain(office: Firm, text: str, who: int, at: int = START, **facts) -> str:
    told = {"content": text, "name": f"测试{who}", "phone": f"1380000100{who}", **facts}
    return office.complain(at, **told).number


def test_a_case_names_those_like_it_and_how_many_people_they_are(office: Firm) -> None:
    first = complain(office, "3号楼的电梯又停了，爬了十六层", 1)
    second = complain(office, "電梯壞了三天，三栋的老人都下不了楼", 2, START + 8 * DAY)
    again = complain(office, "3幢电梯今天还是停的", 1, START + 4 * DAY)
    complain(office, "9号楼的电梯又停了，爬了十六层", 3)
    complain(office, "3号楼门口的垃圾没人收", 4)
    found = alike_case(seen_by(office.gm), stored(second).pk)
    assert {(row.number, like.kind) for row, like in found.found} == {
        (first, "collective"), (again, "collective"),
    }  # fmt: skip
    assert found.group.text.zh == "同一地点（3），都说到“电梯”，8 天内 2 位投诉人"
    mine = alike_case(seen_by(office.gm), stored(again).pk)
    assert {like.kind for _, like in mine.found} == {"repeat", "collective"}
    [group] = groups_since(seen_by(office.gm), START - DAY)
    assert set(group.numbers) == {first, second, again}
    assert group.group.complainants == 2
    assert verify(START + 9 * DAY) == []


def test_what_one_may_not_see_is_neither_named_nor_counted(office: Firm) -> None:
    mine = complain(office, "车间扬尘太大，衣服都白了", 1, about_unit="works")
    complain(office, "车间的扬尘飘进教室", 2, about_unit="works", about_person=office.head)
    assert alike_case(seen_by(office.gm), stored(mine).pk).group.complainants == 2
    assert groups_since(seen_by(office.head), START - DAY) == []


def test_what_is_linked_or_purged_is_offered_no_more(office: Firm) -> None:
    one = complain(office, "3号楼的电梯又停了", 1)
    two = complain(office, "三栋的电梯坏了三天", 2)
    assert office.act(one, "link", office.gm, START + HOUR, case=two, **{"as": "member"}).accepted
    assert alike_case(seen_by(office.gm), stored(one).pk).found == ()
    three = complain(office, "3幢电梯门卡住了", 3)
    assert len(alike_case(seen_by(office.gm), stored(three).pk).found) == 2
    for number in (one, two):
        office.act(number, "withdraw", "customer", START + HOUR)
    retention.purge(START + 4 * 366 * DAY)
    gone = [stored(number).pk for number in (one, two)]
    assert not Trait.objects.filter(case_id__in=gone).exists()


def test_traits_follow_a_correction_and_are_rebuilt_to_the_same(office: Firm) -> None:
    number = complain(office, "电梯停了", 1)
    complain(office, "5号楼的电梯坏了", 2)
    assert alike_case(seen_by(office.gm), stored(number).pk).found == ()
    done = office.act(number, "correct", office.agent, START + HOUR, content="5号楼电梯停了")
    assert done.accepted, done.refusal
    assert len(alike_case(seen_by(office.gm), stored(number).pk).found) == 1
    before = rebuild.dump()
    rebuild.rebuild()
    assert rebuild.dump() == before
    rebuild.rebuild(number=number)
    assert rebuild.dump() == before
