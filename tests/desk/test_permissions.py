"""Who sees what: posts, superiors, outside parties, auditors; the wall above all; masked contacts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.desk import intake, organisation, packs, people, permissions, worlds
from bihuan.desk.permissions import mask_contact, mask_name, mask_phone, viewer
from bihuan.engine.case import Case as State
from bihuan.engine.case import Debt, Event
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, CaseAccess, Disclosure, Person, PolicyVersion
from bihuan.records.queries.visibility import (
    Access,
    CaseFacts,
    Line,
    Reach,
    Viewer,
    access_from,
    facts_of,
    may_see,
    reach,
    reachable_cases,
    visible_cases,
)

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000


@dataclass
class Mall:
    """Who holds which post, by the post's name; ids as text."""

    admin: str
    version: int
    people: dict[str, str]

    def sees(self, who: str, case: CaseFacts) -> Reach:
        return reach(viewer(self.people.get(who, who), NOW), case)


@pytest.fixture
def mall() -> Iterator[Mall]:
    worlds.forget()
    organisation.site()
    admin, _ = made(people.create_person("甲管理", username="admin", now=NOW))
    people.appoint_administrator(admin.pk, now=NOW)
    version = made(packs.adopt("mall", admin.pk, NOW))
    for code, kind, parent in (
        ("top", "company", ""),
        ("f1", "floor", "top"),
        ("f2", "floor", "top"),
        ("shop1", "merchant", "f1"),
        ("shop2", "merchant", "f2"),
        ("works", "department", "top"),
    ):
        made(organisation.add_unit(code, code, kind, parent, now=NOW))
    held: dict[str, str] = {}
    for post, unit, key in (
        ("service_desk", "", "desk"),
        ("floor_manager", "f1", "floor1"),
        ("floor_manager", "f2", "floor2"),
        ("merchant_manager", "shop1", "shop1"),
        ("merchant_manager", "shop2", "shop2"),
        ("department_manager", "works", "works"),
        ("operations_manager", "", "operations"),
        ("deputy_gm", "", "deputy"),
        ("store_gm", "", "gm"),
        ("owner_company", "", "owners"),
    ):
        found = Person.objects.create(name=f"测试{key}")
        held[key] = str(found.pk)
        made(organisation.hold(found.pk, post, unit, now=NOW))
    held["auditor"] = str(Person.objects.create(name="审计", is_auditor=True).pk)
    held["nobody"] = str(Person.objects.create(name="无岗位").pk)
    held["gone"] = str(Person.objects.create(name="离职", active=False).pk)
    yield Mall(str(admin.pk), version.pk, held)
    worlds.forget()


def made(found):  # type: ignore[no-untyped-def]
    assert not isinstance(found, Refusal), found
    return found


def case(*access: tuple[str, str], **facts: str) -> CaseFacts:
    return CaseFacts(
        policy="mall",
        unit=facts.get("unit", "top"),
        about_person=facts.get("about_person", ""),
        about_unit=facts.get("about_unit", ""),
        access=frozenset(Access(seat, way, 1 if way == "sheet" else 0) for seat, way in access),
    )


def test_the_intake_post_and_those_above_it_see_what_is_received(mall: Mall) -> None:
    fresh = case()
    for who in ("desk", "operations", "deputy", "gm"):
        assert mall.sees(who, fresh) is Reach.WHOLE, who
    for who in ("floor1", "shop1", "works", "nobody", "gone", "owners", "999999", "customer", ""):
        assert mall.sees(who, fresh) is Reach.NOTHING, who


def test_other_posts_see_what_they_own_owe_or_have_a_sheet_of(mall: Mall) -> None:
    assert mall.sees("floor1", case(("floor_manager@f1", "owns"))) is Reach.WHOLE
    assert mall.sees("works", case(("department_manager@works", "owes"))) is Reach.WHOLE
    assert mall.sees("works", case(("department_manager@works", "sheet"))) is Reach.WHOLE
    assert mall.sees("floor2", case(("floor_manager@f1", "owns"))) is Reach.NOTHING
    assert mall.sees("owners", case(("owner_company@", "owns"))) is Reach.WHOLE


def test_an_outside_party_sees_only_its_own_sheets(mall: Mall) -> None:
    sheet = case(("merchant_manager@shop1", "sheet"))
    assert mall.sees("shop1", sheet) is Reach.OWN
    assert not may_see(viewer(mall.people["shop1"], NOW), sheet)
    assert mall.sees("shop2", sheet) is Reach.NOTHING
    assert mall.sees("shop1", case(("merchant_manager@shop1", "owns"))) is Reach.OWN


def test_a_superior_sees_what_the_line_sees_and_no_more(mall: Mall) -> None:
    sheet = case(("merchant_manager@shop1", "sheet"))
    assert mall.sees("floor1", sheet) is Reach.OWN
    assert mall.sees("floor2", sheet) is Reach.NOTHING


def test_the_unit_complained_about_answers_through_its_sheet(mall: Mall) -> None:
    about = case(("department_manager@works", "sheet"), about_unit="works")
    assert mall.sees("works", about) is Reach.OWN
    owning = case(("department_manager@works", "owns"), about_unit="works")
    assert mall.sees("works", owning) is Reach.WHOLE


def test_the_person_complained_about_and_all_below_them_see_nothing(mall: Mall) -> None:
    operations = mall.people["operations"]
    about = case(
        ("operations_manager@", "owns"),
        ("service_desk@", "owes"),
        ("deputy_gm@", "owns"),
        about_person=operations,
    )
    for who in ("operations", "desk", "floor1", "shop1"):
        assert mall.sees(who, about) is Reach.NOTHING, who
    for who in ("deputy", "gm", "auditor"):
        assert mall.sees(who, about) is Reach.WHOLE, who
    top = case(("owner_company@", "owns"), about_person=mall.people["gm"])
    assert mall.sees("owners", top) is Reach.WHOLE
    assert mall.sees("deputy", top) is Reach.NOTHING


def test_an_auditor_sees_everything_but_a_complaint_about_themselves(mall: Mall) -> None:
    assert mall.sees("auditor", case(unit="elsewhere")) is Reach.WHOLE
    about = case(about_person=mall.people["auditor"])
    assert mall.sees("auditor", about) is Reach.NOTHING


def test_the_administrator_sees_only_what_vacant_posts_show(mall: Mall) -> None:
    assert mall.sees(mall.admin, case()) is Reach.NOTHING
    desk = mall.people["desk"]
    made(organisation.end_holding(int(desk), "service_desk", now=NOW))
    assert mall.sees(mall.admin, case()) is Reach.WHOLE
    assert mall.sees("desk", case()) is Reach.NOTHING
    assert viewer(mall.admin, NOW).is_admin


def test_a_deputy_sees_while_standing_in(mall: Mall) -> None:
    made(organisation.name_deputy(int(mall.people["nobody"]), "service_desk", now=NOW))
    assert mall.sees("nobody", case()) is Reach.NOTHING
    made(organisation.absence(int(mall.people["desk"]), NOW, None, now=NOW))
    assert mall.sees("nobody", case()) is Reach.WHOLE


def test_a_desk_of_one_unit_sees_what_that_unit_and_those_below_receive(mall: Mall) -> None:
    made(organisation.end_holding(int(mall.people["desk"]), "service_desk", now=NOW))
    made(organisation.hold(int(mall.people["desk"]), "service_desk", "f1", now=NOW))
    assert mall.sees("desk", case(unit="f1")) is Reach.WHOLE
    assert mall.sees("desk", case(unit="shop1")) is Reach.WHOLE
    assert mall.sees("desk", case(unit="top")) is Reach.NOTHING
    assert mall.sees("desk", case(unit="shop2")) is Reach.NOTHING


def test_a_post_of_one_policy_opens_nothing_of_another(mall: Mall) -> None:
    assert mall.sees("desk", replace(case(), policy="general")) is Reach.NOTHING
    assert mall.sees("auditor", replace(case(), policy="general")) is Reach.WHOLE


def test_rights_given_and_taken_are_noticed_at_once(mall: Mall) -> None:
    nobody = int(mall.people["nobody"])
    assert mall.sees("nobody", case()) is Reach.NOTHING
    people.change_rights(nobody, is_auditor=True, is_administrator=False, now=NOW)
    assert mall.sees("nobody", case()) is Reach.WHOLE
    people.change_rights(nobody, is_auditor=False, is_administrator=False, now=NOW)
    assert mall.sees("nobody", case()) is Reach.NOTHING
    people.deactivate(int(mall.people["desk"]), now=NOW)
    assert mall.sees("desk", case()) is Reach.NOTHING


# -- The twins -------------------------------------------------------------------------------------

SEATS = ("desk@", "head@a", "head@b", "shop@s", "chief@")
UNITS = ("", "root", "a", "b", "s")
PEOPLE = ("", "1", "2", "3")
lines = st.builds(
    Line,
    seats=st.frozensets(st.sampled_from(SEATS[:3]), max_size=3),
    own_only=st.frozensets(st.sampled_from(SEATS[3:]), max_size=2),
    units=st.frozensets(st.sampled_from(UNITS[1:]), max_size=2),
    everywhere=st.booleans(),
    above=st.frozensets(st.sampled_from(PEOPLE[1:]), max_size=2),
)
viewers = st.builds(
    Viewer,
    person_id=st.sampled_from(PEOPLE[1:]),
    is_auditor=st.sampled_from((False, False, False, True)),
    lines=st.dictionaries(st.sampled_from(("mall", "general")), lines, max_size=2),
    inside=st.frozensets(st.sampled_from(UNITS[1:]), max_size=2),
)
cases = st.builds(
    CaseFacts,
    policy=st.sampled_from(("mall", "general", "home")),
    unit=st.sampled_from(UNITS),
    about_person=st.sampled_from(PEOPLE),
    about_unit=st.sampled_from(UNITS),
    access=st.frozensets(
        st.builds(
            Access, st.sampled_from(SEATS), st.sampled_from(("owns", "owes", "sheet")), st.just(0)
        ),
        max_size=3,
    ),
)


def store(found: list[CaseFacts]) -> list[Case]:
    version = PolicyVersion.objects.get_or_create(
        code="mall", number=99, defaults={"text": "", "hash": "", "state": "draft"}
    )[0]
    rows = Case.objects.bulk_create(
        Case(
            number=f"T{number}",
            policy=version,
            policy_code=facts.policy,
            unit=facts.unit,
            about_person=facts.about_person,
            about_unit=facts.about_unit,
            stage="registered",
            state={},
            events=1,
            head="",
        )
        for number, facts in enumerate(found)
    )
    CaseAccess.objects.bulk_create(
        CaseAccess(case=row, seat=access.seat, way=access.way, sheet=access.sheet)
        for row, facts in zip(rows, found, strict=True)
        for access in facts.access
    )
    return rows


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(cases, max_size=12), viewers)
def test_a_list_holds_exactly_the_cases_that_may_be_seen(
    found: list[CaseFacts], who: Viewer
) -> None:
    with transaction.atomic():
        rows = store(found)
        seen = {row.pk: reach(who, facts) for row, facts in zip(rows, found, strict=True)}
        whole = {key for key, how in seen.items() if how is Reach.WHOLE}
        some = {key for key, how in seen.items() if how is not Reach.NOTHING}
        assert set(visible_cases(who).values_list("pk", flat=True)) == whole
        assert set(reachable_cases(who).values_list("pk", flat=True)) == some
        assert [facts_of(row) for row in rows] == found
        transaction.set_rollback(True)


def test_a_real_case_comes_before_the_right_eyes(mall: Mall) -> None:
    registered = intake.register(
        {
            "kind": "complaint",
            "channel": "phone",
            "name": "王测试",
            "phone": "13800000001",
            "content": "面里有头发",
            "about": "merchant",
            "about_unit": "shop1",
            "category": "quality_price",
        },
        by=mall.people["desk"],
        unit="top",
        now=NOW,
    )
    assert registered.performed.accepted, registered.performed.refusal
    stored = Case.objects.get(number=registered.performed.number)
    assert CaseAccess.objects.filter(case=stored, seat="service_desk@", way="owes").exists()
    for who, sees in (("desk", True), ("gm", True), ("floor2", False), ("shop1", False)):
        watching = viewer(mall.people[who], NOW)
        assert visible_cases(watching).filter(pk=stored.pk).exists() is sees, who
        assert may_see(watching, facts_of(stored)) is sees, who


@pytest.mark.parametrize("about", ["", "desk", "operations", "deputy", "gm", "floor1"])
def test_whoever_owes_an_act_can_find_the_case_and_who_it_is_about_cannot(
    mall: Mall, about: str
) -> None:
    facts = {"kind": "complaint", "channel": "phone", "name": "王测试", "content": "态度恶劣"}
    if about:
        facts |= {"about": "staff", "about_person": mall.people[about], "category": "service"}
    done = intake.register(facts, by="customer", unit="top", now=NOW).performed
    assert done.accepted, done.refusal
    stored = Case.objects.get(number=done.number)
    state = State.from_json(stored.state)
    assert state.debts
    there = organisation.snapshot(NOW)
    for debt in state.debts.values():
        for who in there.people(debt.seat):
            assert reach(viewer(who, NOW), facts_of(stored)) is not Reach.NOTHING, debt
            assert who != mall.people.get(about)
    if about:
        assert reach(viewer(mall.people[about], NOW), facts_of(stored)) is Reach.NOTHING


def test_the_history_says_which_seats_a_case_came_before() -> None:
    debt = {"id": 1, "row": "r", "act": "a", "sheet": 2, "seat": "x@", "since": 0, "due": 0}
    opened = Event("opened", 0, "system", "", 2, {}, (("opened", {**debt, "first_due": 0}),))
    moved = Event("lapsed", 0, "system", "", 0, {}, (("moved", {"id": 1, "seat": "y@"}),))
    other = Event(
        "e",
        0,
        "1",
        "",
        0,
        {},
        (("owner", {"seat": "z@"}), ("sheet opened", {"number": 3, "to": "s@"})),
    )
    before = State(debts={1: Debt(1, "r", "a", 2, "x@", 0, 0, 0)})
    assert access_from([opened, moved]) == {Access("x@", "sheet", 2), Access("y@", "sheet", 2)}
    assert access_from([moved], before) == {Access("y@", "sheet", 2)}
    assert access_from([other]) == {Access("z@", "owns")}  # s@ owes nothing on it yet


# -- Contact data ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138 **** 5678"),
        ("0512-66668888", "051*-****8888"),
        ("66668888", "6***8888"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_a_phone_number_is_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("欧阳明", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("阿依古丽", "阿**丽"),
        ("王", "*"),
        ("", ""),
        ("John Smith", "J*** S***"),
    ],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_contact_written_freely_keeps_no_number_in_clear() -> None:
    assert (
        mask_contact("电话13812345678,邮箱wang@example.org")
        == "电话138****5678,邮箱w***@example.org"
    )
    assert mask_contact("微信号 wx_12345678") == "微信号 wx_1***5678"
    assert mask_contact("无") == "无"


@given(st.text("0123456789 -+", max_size=30))
def test_at_most_seven_digits_of_a_number_are_shown(text: str) -> None:
    assert sum(sign.isdigit() for sign in mask_phone(text)) <= 7


def test_contact_is_clear_for_who_now_owes_the_customer_a_word(mall: Mall) -> None:
    def owing(act: str, seat: str, sheet: int = 0) -> State:
        return State(debts={1: Debt(1, "r", act, sheet, seat, 0, 0, 0)})

    desk = viewer(mall.people["desk"], NOW)
    assert permissions.sees_contact(desk, owing("acknowledge", "service_desk@"), Reach.WHOLE)
    assert not permissions.sees_contact(desk, owing("close", "service_desk@"), Reach.WHOLE)
    assert not permissions.sees_contact(desk, owing("respond", "store_gm@"), Reach.WHOLE)
    merchant = viewer(mall.people["shop1"], NOW)
    reply = owing("contact", "merchant_manager@shop1")
    assert not permissions.sees_contact(merchant, reply, Reach.OWN)


def test_revealing_a_contact_is_logged_with_its_reason(mall: Mall) -> None:
    (row,) = store([case(("floor_manager@f1", "owns"))])
    owner = viewer(mall.people["floor1"], NOW)
    refusal = permissions.reveal(owner, row.pk, "  ", NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.field == "reason"
    assert isinstance(permissions.reveal(owner, row.pk, "约上门时间", NOW), Disclosure)
    for who in ("floor2", "nobody"):
        refusal = permissions.reveal(viewer(mall.people[who], NOW), row.pk, "好奇", NOW)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "no-such-case"
    logged = Disclosure.objects.get()
    assert (logged.person_id, logged.what, logged.reason, logged.at) == (
        int(mall.people["floor1"]),
        "contact",
        "约上门时间",
        NOW,
    )


def test_an_auditor_leaves_a_line_and_others_do_not(mall: Mall) -> None:
    (row,) = store([case()])
    assert permissions.log_look(viewer(mall.people["auditor"], NOW), row.pk, NOW)
    assert permissions.log_look(viewer(mall.people["desk"], NOW), row.pk, NOW) is None
    assert Disclosure.objects.get().what == "case"
