"""People and units from the organisation's directory: as often as one likes, all of a row or nothing."""

import pytest

from bihuan.channels.ldap import NoDirectoryError, people_in
from bihuan.desk import directory, organisation
from bihuan.desk.tables import read_table
from bihuan.records.models import AdministrativeChange, Holding, Person, Telling, Unit
from tests.desk.firm import DAY, START, firm

pytestmark = pytest.mark.django_db
PEOPLE = """编号,姓名,用户名,手机,邮箱,语言,岗位
E1,示例甲,jia,138 0000 0011,jia@firm.example,zh-hans,after_sales; department_head@works
E2,示例乙,yi,,,en,
"""
UNITS = """code,name,kind,parent
lab,实验室,department,firm
works,一车间,department,firm
"""


@pytest.fixture
def office(db):
    return firm()


def take(text, now=START, **more):
    made = directory.take_table(read_table(text.encode(), "list.csv"), now=now, **more)
    assert not isinstance(made, organisation.Refusal), made
    return [(one.what, one.about) for one in made]


def test_people_come_with_posts_and_addresses_and_a_second_time_changes_nothing(office):
    assert take(PEOPLE) == [("added", "示例甲"), ("added", "示例乙")]
    first = Person.objects.get(directory_id="E1")
    assert first.user.username == "jia"
    assert directory.posts_of(first.pk, START) == {"after_sales@", "department_head@works"}
    assert Telling.objects.get(person=first).addresses == {"email": "jia@firm.example"}
    said = AdministrativeChange.objects.count()
    assert take(PEOPLE, START + DAY) == [("same", "示例甲"), ("same", "示例乙")]
    assert AdministrativeChange.objects.count() == said


def test_what_changed_is_changed_and_who_is_not_listed_left_only_where_one_says_so(office):
    take(PEOPLE)
    less = PEOPLE.replace("after_sales; department_head@works", "after_sales").rpartition("E2")[0]
    assert take(less, START + DAY) == [("changed", "示例甲")]
    first = Person.objects.get(directory_id="E1")
    assert directory.posts_of(first.pk, START + DAY) == {"after_sales@"}
    assert Person.objects.get(directory_id="E2").active
    assert take(less, START + DAY, leave=True) == [("same", "示例甲"), ("ended", "示例乙")]
    assert not Person.objects.get(directory_id="E2").active
    assert Person.objects.get(pk=int(office.agent)).active  # not of the directory


def test_a_dry_run_says_the_same_and_keeps_nothing(office):
    before = (Person.objects.count(), Holding.objects.count(), AdministrativeChange.objects.count())
    assert take(PEOPLE, dry_run=True) == [("added", "示例甲"), ("added", "示例乙")]
    after = (Person.objects.count(), Holding.objects.count(), AdministrativeChange.objects.count())
    assert after == before
    assert take(PEOPLE) == [("added", "示例甲"), ("added", "示例乙")]


def test_a_row_that_is_wrong_is_told_with_its_line_and_the_others_are_taken(office):
    wrong = PEOPLE + "E3,示例丙,bing,,not-mail,,\nE4,示例丁,ding,,,,juggler\n,示例戊,,,,,\n"
    made = directory.take_table(read_table(wrong.encode(), "list.csv"), now=START)
    said = {one.line: (one.what, one.why.en if one.why else "") for one in made}
    assert said[2][0] == said[3][0] == "added"
    assert said[4] == ("refused", "written as name@example.com")
    assert "juggler" in said[5][1]
    assert said[6][0] == "refused"
    assert not Person.objects.filter(name__in=("示例丙", "示例丁", "示例戊")).exists()


def test_an_account_that_was_there_is_taken_over_by_its_name(office):
    take("id,name,username\nE1,示例甲,jia\n")
    Person.objects.update(directory_id="")
    assert take("id,name,username\nE9,示例甲,JIA\n") == [("changed", "示例甲")]
    assert Person.objects.filter(name="示例甲").count() == 1


def test_units_are_added_renamed_and_moved(office):
    assert take(UNITS) == [("added", "实验室"), ("changed", "一车间")]
    assert take(UNITS, START + DAY) == [("same", "实验室"), ("same", "一车间")]
    assert (
        Unit.objects.filter(code="works", withdrawn_at=None, until_at=None).get().name == "一车间"
    )
    assert take("code,name,kind,parent\nx,甲部,department,nowhere\n")[0][0] == "refused"


def test_a_list_without_its_key_is_no_list(office):
    made = directory.take_table(read_table("name\n示例\n".encode(), "list.csv"), now=START)
    assert isinstance(made, organisation.Refusal)
    assert "工号" in made.text.zh


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_people_are_read_from_ldap_with_those_who_are_disabled(office):
    from ldap3 import MOCK_SYNC, Connection, Server

    connection = Connection(
        Server("local"), user="cn=reader,dc=firm", password="示例", client_strategy=MOCK_SYNC,
        check_names=False,
    )  # fmt: skip
    connection.strategy.add_entry(
        "cn=reader,dc=firm", {"userPassword": "示例", "objectClass": "account"}
    )
    for number, flags in ((1, 512), (2, 514)):
        connection.strategy.add_entry(
            f"uid=e{number},ou=people,dc=firm",
            {
                "objectClass": "person", "uid": f"e{number}", "cn": f"示例{number}",
                "mail": f"e{number}@firm.example", "mobile": "13800000021",
                "preferredLanguage": "en", "userAccountControl": flags, "title": "after_sales",
            },
        )  # fmt: skip
    connection.bind()
    found = list(people_in("", "ou=people,dc=firm", "(objectClass=person)", posts="title",
                           connection=connection))  # fmt: skip
    with pytest.raises(NoDirectoryError, match="noSuchObject"):
        list(people_in("", "ou=none,dc=firm", "(objectClass=person)", connection=connection))
    found.sort(key=lambda one: one.id)
    made = directory.take_people(((0, one) for one in found), now=START)
    assert [(one.what, one.about) for one in made] == [("added", "示例1"), ("same", "示例2")]
    row = Person.objects.get(directory_id="e1")
    assert (row.name, row.language, row.phone) == ("示例1", "en", "13800000021")
    assert directory.posts_of(row.pk, START) == {"after_sales@"}
