"""The organisation: changes by valid and known time, what is refused, what is vacant."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries

from bihuan.desk import intake, organisation, packs, people, worlds
from bihuan.desk.organisation import snapshot
from bihuan.engine.findings import Finding
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, Holding, Obligation, Person, Site, Unit
from bihuan.records.queries import organisation as listed

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000
HOUR = 3600


@pytest.fixture(autouse=True)
def mall() -> Iterator[None]:
    """A mall with three floors' worth of units and no staff but the administrator."""
    worlds.forget()
    organisation.site()
    admin, _ = made(people.create_person("甲管理", username="admin", now=NOW))
    people.appoint_administrator(admin.pk, now=NOW)
    assert not isinstance(packs.adopt("mall", admin.pk, NOW), Refusal)
    for code, name, kind, parent in (
        ("top", "云桥商场", "company", ""),
        ("f1", "一楼", "floor", "top"),
        ("f2", "二楼", "floor", "top"),
        ("shop", "好味小吃", "merchant", "f1"),
        ("works", "工程部", "department", "top"),
    ):
        made(organisation.add_unit(code, name, kind, parent, now=NOW))
    yield
    worlds.forget()


def made(found):  # type: ignore[no-untyped-def]
    assert not isinstance(found, Refusal), found
    return found


def refused(found: object) -> tuple[str, str]:
    assert isinstance(found, Refusal), found
    assert found.text.zh
    assert found.text.en
    return found.code, found.field


def person(name: str) -> int:
    return Person.objects.create(name=name).pk


def test_a_holder_acts_for_the_seat_from_the_instant_on_and_not_before() -> None:
    key = person("乙经理")
    made(organisation.hold(key, "operations_manager", at=NOW + HOUR, now=NOW))
    admin = snapshot(NOW).administrator
    assert snapshot(NOW).people("operations_manager@") == (admin,)
    assert snapshot(NOW + HOUR - 1).people("operations_manager@") == (admin,)
    assert snapshot(NOW + HOUR).people("operations_manager@") == (str(key),)


def test_what_was_known_then_can_be_read_again() -> None:
    first, second = person("乙经理"), person("丙经理")
    made(organisation.hold(first, "operations_manager", now=NOW))
    # On the next day it turns out that somebody else had taken over an hour after the start.
    later = NOW + 86_400
    made(organisation.end_holding(first, "operations_manager", at=NOW + HOUR, now=later))
    made(organisation.hold(second, "operations_manager", at=NOW + HOUR, now=later))
    then = NOW + 2 * HOUR
    seat = "operations_manager@"
    assert snapshot(then, as_known_at=then).people(seat) == (str(first),)
    assert snapshot(then, as_known_at=later).people(seat) == (str(second),)
    assert snapshot(then).people(seat) == (str(second),)
    assert snapshot(NOW).people(seat) == (str(first),)
    assert snapshot(NOW, as_known_at=later).people(seat) == (str(first),)
    assert snapshot(NOW, as_known_at=NOW - 1).units == {}


def test_the_deputy_acts_while_the_holder_is_away_and_no_longer() -> None:
    holder, deputy = person("乙经理"), person("丙副手")
    seat = "operations_manager@"
    made(organisation.hold(holder, "operations_manager", now=NOW))
    made(organisation.name_deputy(deputy, "operations_manager", now=NOW))
    made(organisation.absence(holder, NOW + HOUR, NOW + 3 * HOUR, now=NOW))
    assert snapshot(NOW).people(seat) == (str(holder),)
    assert snapshot(NOW + HOUR).people(seat) == (str(deputy),)
    assert snapshot(NOW + HOUR).seats_of(str(deputy)) == (seat,)
    assert snapshot(NOW + 3 * HOUR).people(seat) == (str(holder),)
    made(organisation.end_absence(holder, at=NOW + 2 * HOUR, now=NOW + 2 * HOUR))
    assert snapshot(NOW + 2 * HOUR).people(seat) == (str(holder),)
    assert snapshot(NOW + HOUR).people(seat) == (str(deputy),)
    assert refused(organisation.end_absence(holder, now=NOW + 2 * HOUR)) == ("not-away", "person")


def test_a_post_held_in_the_top_unit_is_held_at_the_top() -> None:
    key = person("丁店总")
    holding = made(organisation.hold(key, "store_gm", "top", now=NOW))
    assert holding.unit == ""
    assert snapshot(NOW).people("store_gm@") == (str(key),)
    made(organisation.end_holding(key, "store_gm", "top", now=NOW + 1))
    assert snapshot(NOW + 1).is_vacant("store_gm@")


def test_holding_the_same_post_again_changes_nothing() -> None:
    key = person("丁店总")
    first = made(organisation.hold(key, "store_gm", now=NOW))
    assert made(organisation.hold(key, "store_gm", now=NOW + 5)) == first
    assert Holding.objects.count() == 1


def test_nonsense_is_refused_with_code_and_field() -> None:
    key = person("乙")
    gone = Person.objects.create(name="已离职", active=False).pk
    org = organisation
    assert refused(org.hold(999, "store_gm", now=NOW)) == ("unknown-person", "person")
    assert refused(org.hold(gone, "store_gm", now=NOW)) == ("unknown-person", "person")
    assert refused(org.hold(key, "emperor", now=NOW)) == ("unknown-post", "post")
    assert refused(org.hold(key, "store_gm", "nowhere", now=NOW)) == ("unknown-unit", "unit")
    assert refused(org.hold(key, "floor_manager", now=NOW)) == ("wrong-kind", "unit")
    assert refused(org.hold(key, "floor_manager", "works", now=NOW)) == ("wrong-kind", "unit")
    assert refused(org.hold(key, "store_gm", at=NOW, until=NOW, now=NOW)) == (
        "ends-before",
        "until",
    )
    assert refused(org.end_holding(key, "store_gm", now=NOW)) == ("not-held", "post")
    assert refused(org.absence(key, NOW, NOW, now=NOW)) == ("ends-before", "until")
    assert refused(org.add_unit("f1", "又一楼", "floor", "top", now=NOW)) == ("code-taken", "code")
    assert refused(org.add_unit("a@b", "x", "floor", "top", now=NOW)) == ("bad-code", "code")
    assert refused(org.add_unit("f3", " ", "floor", "top", now=NOW)) == ("no-name", "name")
    assert refused(org.add_unit("f3", "三楼", "", "top", now=NOW)) == ("no-kind", "kind")
    assert refused(org.add_unit("f3", "三楼", "floor", "no", now=NOW)) == (
        "unknown-unit",
        "parent",
    )
    assert refused(org.add_unit("f3", "三楼", "floor", now=NOW)) == ("second-root", "parent")
    assert refused(org.rename("no", "x", now=NOW)) == ("unknown-unit", "code")
    assert refused(org.rename("f1", "", now=NOW)) == ("no-name", "name")
    assert refused(org.close_unit("f1", now=NOW)) == ("has-units", "code")
    assert not Holding.objects.exists()


def test_a_unit_is_never_moved_below_itself() -> None:
    assert refused(organisation.move("f1", "shop", now=NOW)) == ("cycle", "parent")
    assert refused(organisation.move("f1", "f1", now=NOW)) == ("cycle", "parent")
    assert refused(organisation.move("top", "f1", now=NOW)) == ("cycle", "parent")
    made(organisation.move("shop", "f2", at=NOW + HOUR, now=NOW))
    assert snapshot(NOW).ancestors("shop") == ("shop", "f1", "top")
    assert snapshot(NOW + HOUR).ancestors("shop") == ("shop", "f2", "top")


def test_a_renamed_unit_keeps_its_old_name_in_the_past() -> None:
    made(organisation.rename("shop", "好味餐厅", at=NOW + HOUR, now=NOW + HOUR))
    assert snapshot(NOW).units["shop"].name == "好味小吃"
    assert snapshot(NOW + HOUR).units["shop"].name == "好味餐厅"
    assert Unit.objects.filter(code="shop", withdrawn_at=None).count() == 2


def test_a_unit_closes_once_nobody_holds_a_post_in_it() -> None:
    key = person("戊商户")
    made(organisation.hold(key, "merchant_manager", "shop", now=NOW))
    assert refused(organisation.close_unit("shop", now=NOW)) == ("has-posts", "code")
    made(organisation.end_holding(key, "merchant_manager", "shop", now=NOW + 1))
    made(organisation.close_unit("shop", now=NOW + 1))
    assert "shop" not in snapshot(NOW + 1).units
    assert "shop" in snapshot(NOW).units


def test_every_change_is_noticed_by_what_is_cached() -> None:
    key = person("乙")
    seen = {Site.objects.get().organisation_changes}
    steps = (
        lambda: organisation.hold(key, "service_desk", now=NOW),
        lambda: organisation.absence(key, NOW, None, now=NOW),
        lambda: organisation.rename("f1", "一层", now=NOW),
        lambda: organisation.end_holding(key, "service_desk", now=NOW),
    )
    for step in steps:
        made(step())
        seen.add(Site.objects.get().organisation_changes)
    assert len(seen) == len(steps) + 1
    before = Site.objects.get().organisation_changes
    refused(organisation.hold(key, "emperor", now=NOW))
    assert Site.objects.get().organisation_changes == before


def test_open_cases_follow_a_seat_that_comes_and_goes() -> None:
    top, floor = person("乙总台"), person("丙楼层台")
    made(organisation.hold(top, "service_desk", now=NOW))
    facts = {"kind": "complaint", "channel": "phone", "content": "灯坏了", "name": "王测试"}
    done = intake.register(facts, by=str(top), unit="f1", now=NOW).performed
    assert done.accepted, done.refusal

    def owing() -> tuple[str, int]:
        found = Obligation.objects.get(case__number=done.number, act="acknowledge", state="open")
        return found.seat, found.due_at

    seat, due = owing()
    assert seat == "service_desk@"
    made(organisation.hold(floor, "service_desk", "f1", now=NOW + 60))
    assert owing() == ("service_desk@f1", due)
    made(organisation.end_holding(floor, "service_desk", "f1", now=NOW + 120))
    assert owing() == ("service_desk@", due)


def test_a_change_of_holder_moves_no_obligation() -> None:
    first, second = person("乙"), person("丙")
    made(organisation.hold(first, "service_desk", now=NOW))
    made(organisation.hold(second, "service_desk", now=NOW))
    facts = {"kind": "complaint", "channel": "phone", "content": "灯坏了", "name": "王测试"}
    done = intake.register(facts, by=str(first), unit="f1", now=NOW).performed
    before = Case.objects.get(number=done.number).events
    made(organisation.end_holding(first, "service_desk", now=NOW + 60))
    assert Case.objects.get(number=done.number).events == before


def codes(found: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(finding.code, finding.place.partition(".")[2]) for finding in found}


def test_what_is_vacant_is_listed_for_every_seat() -> None:
    policy = organisation.adopted_policies()[0]
    vacant = codes(organisation.vacancies(policy, snapshot(NOW)))
    assert {("vacant-post", post) for post in policy.posts} == {
        found for found in vacant if found[0] == "vacant-post"
    }
    seats = organisation.possible_seats(policy, snapshot(NOW))
    assert "floor_manager@f1" in seats
    assert "floor_manager@f2" in seats
    assert "merchant_manager@shop" in seats
    assert "service_desk@" in seats
    one, two = person("乙"), person("丙")
    made(organisation.hold(one, "service_desk", now=NOW))
    made(organisation.hold(two, "store_gm", deputy=True, now=NOW))
    found = codes(organisation.vacancies(policy, snapshot(NOW)))
    assert ("no-deputy", "service_desk") in found
    assert ("vacant-post", "service_desk") not in found
    assert ("no-holder", "store_gm") in found


def test_a_kind_of_unit_that_is_missing_is_found() -> None:
    made(organisation.close_unit("works", now=NOW + 1))
    policy = organisation.adopted_policies()[0]
    found = codes(organisation.vacancies(policy, snapshot(NOW + 1)))
    assert ("no-unit-of-kind", "department_manager") in found
    assert ("no-unit-of-kind", "floor_manager") not in found
    assert set(organisation.unit_kinds()) == {"floor", "department", "merchant"}


def test_the_list_of_people_says_what_each_holds_in_three_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("乙", "丙", "丁"):
        key = person(name)
        made(organisation.hold(key, "service_desk", now=NOW))
    made(organisation.absence(key, NOW, NOW + HOUR, now=NOW))
    with django_assert_num_queries(3):
        rows = {row.name: row for row in listed.people(NOW)}
    assert [held.post for held in rows["乙"].posts] == ["service_desk"]
    assert rows["甲管理"].username == "admin"
    assert rows["甲管理"].invited
    assert (rows["丁"].away, rows["乙"].away) == (True, False)
    made(people.deactivate(key, now=NOW))
    assert {row.name for row in listed.people(NOW)} == {"甲管理", "乙", "丙"}
    assert "丁" in {row.name for row in listed.people(NOW, also_left=True)}
    assert [held.person for held in listed.held_posts(NOW)] == ["乙", "丙"]
    (version,) = listed.versions("mall")
    assert (version.number, version.state, version.adopted_by) == (1, "adopted", "甲管理")
    assert listed.published_years() == ()
