"""First run: a token, one organisation, one administrator, one policy; and nothing twice."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User

from bihuan.desk import adoption, organisation, packs, people, setup, worlds
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, Obligation, Person, PolicyVersion, Site, Unit

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000  # 2026-09-21 21:33 in Shanghai
GOOD = {
    "organisation_name": "云桥商场",
    "pack": "mall",
    "admin_name": "甲管理",
    "admin_username": "admin",
    "password": "correct horse battery",
}


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    worlds.forget()
    yield
    worlds.forget()


def run(now: int = NOW, **other: str) -> setup.SetUp | Refusal:
    token = setup.issue_token(NOW) or "none"
    return setup.set_up(**{"token": token, **GOOD, **other}, now=now)


def authenticate(username: str, password: str) -> object:
    return ModelBackend().authenticate(None, username=username, password=password)


def refused(found: object) -> tuple[str, str]:
    assert isinstance(found, Refusal), found
    assert found.text.zh != found.text.en
    return found.code, found.field


def test_the_right_token_makes_an_organisation_with_a_policy_in_force() -> None:
    assert not setup.is_set_up()
    done = run()
    assert isinstance(done, setup.SetUp)
    assert setup.is_set_up()
    assert Site.objects.get().organisation_name == "云桥商场"
    assert [(unit.code, unit.name, unit.kind) for unit in Unit.objects.all()] == [
        ("company", "云桥商场", "company")
    ]
    assert done.version.code == "mall"
    assert done.version.state == PolicyVersion.State.ADOPTED
    assert done.version.approval is None
    assert done.version.adopted_by == done.person
    assert str(done.version.in_force_on) == "2026-09-21"
    assert done.person.is_administrator
    assert authenticate("admin", GOOD["password"]) == done.person.user


def test_somebody_exists_for_every_post_from_the_first_moment() -> None:
    done = run()
    assert isinstance(done, setup.SetUp)
    people_there = organisation.snapshot(NOW)
    for post in worlds.policy_of(done.version.pk).posts:
        assert people_there.people(f"{post}@") == (str(done.person.pk),)


def test_approval_by_three_and_filling_the_posts_are_owed_from_then_on() -> None:
    run()
    owed = set(Obligation.objects.filter(state="open").values_list("act", flat=True))
    assert {"approve_adoption", "fill_posts"} <= owed
    ledger = Case.objects.get()
    assert ledger.ledger
    assert not Obligation.objects.filter(state="open", due_at__lte=NOW).exists()


def test_the_adoption_is_signed_by_three_different_people() -> None:
    done = run()
    assert isinstance(done, setup.SetUp)
    admin, version = done.person, done.version
    others = [Person.objects.create(name=name) for name in ("乙审核", "丙审批")]
    by, one, two, three = str(admin.pk), admin.pk, others[0].pk, others[1].pk
    organisation.stamp()
    sign = adoption.sign_adoption
    assert refused(sign(version.pk, by, one, two, two, version.hash, NOW)) == (
        "same-person",
        "approver",
    )
    assert refused(sign(version.pk, by, one, two, three, "0" * 64, NOW)) == ("text-changed", "text")
    assert (
        refused(sign(version.pk, str(two), one, two, three, version.hash, NOW))[0] == "no-such-case"
    )
    assert PolicyVersion.objects.get().state == PolicyVersion.State.ADOPTED
    signed = sign(version.pk, by, one, two, three, version.hash, NOW + 60)
    assert isinstance(signed, PolicyVersion)
    stored = PolicyVersion.objects.get()
    assert stored.state == PolicyVersion.State.APPROVED
    assert stored.approval["approver"] == str(three)
    assert not Obligation.objects.filter(act="approve_adoption", state="open").exists()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"token": "guess"}, ("wrong-token", "token")),
        ({"token": ""}, ("wrong-token", "token")),
        ({"organisation_name": "  "}, ("no-name", "organisation_name")),
        ({"pack": "nonsense"}, ("unknown-pack", "pack")),
        ({"admin_name": ""}, ("no-name", "admin_name")),
        ({"admin_username": ""}, ("bad-username", "admin_username")),
        ({"admin_username": "a b"}, ("bad-username", "admin_username")),
        ({"password": "short"}, ("bad-password", "password")),
        ({"password": "1234567890123"}, ("bad-password", "password")),
        (
            {"admin_username": "head.of.desk", "password": "head.of.desk1"},
            ("bad-password", "password"),
        ),
    ],
    ids=str,
)
def test_nonsense_is_refused_and_leaves_nothing(
    other: dict[str, str], expected: tuple[str, str]
) -> None:
    assert refused(run(**other)) == expected
    assert not setup.is_set_up()
    for table in (Person, User, Unit, PolicyVersion, Case):
        assert not table.objects.exists()
    assert isinstance(run(), setup.SetUp)


def test_a_second_run_is_refused() -> None:
    token = setup.issue_token(NOW) or ""
    assert isinstance(setup.set_up(token, **GOOD, now=NOW), setup.SetUp)
    again = {**GOOD, "admin_username": "second"}
    assert refused(setup.set_up(token, **again, now=NOW))[0] == "set-up-already"
    assert setup.issue_token(NOW) is None
    assert not setup.is_right_token(token, NOW)
    assert Person.objects.count() == 1


def test_a_token_lasts_a_day_and_only_the_last_one_works() -> None:
    first = setup.issue_token(NOW) or ""
    second = setup.issue_token(NOW) or ""
    assert not setup.is_right_token(first, NOW)
    assert setup.is_right_token(second, NOW + setup.TOKEN_LASTS - 1)
    assert not setup.is_right_token(second, NOW + setup.TOKEN_LASTS)
    assert second not in Site.objects.get().setup_token_hash


def test_a_shipped_pack_runs_whichever_is_chosen() -> None:
    done = run(pack="general")
    assert isinstance(done, setup.SetUp)
    found = packs.policy_for("company", "complaint", NOW)
    assert found == done.version
    assert packs.policy_for("company", "rescue", NOW) is None


# -- People ----------------------------------------------------------------------------------------


def add(name: str = "丁客服", **other: str) -> tuple[Person, str]:
    made = people.create_person(name, now=NOW, **other)
    assert not isinstance(made, Refusal), made
    return made


def test_an_invitation_sets_the_password_once() -> None:
    person, token = add(username="clerk")
    assert authenticate("clerk", "") is None
    assert people.invited(token, now=NOW) == person
    assert refused(people.accept_invitation(token, "short", now=NOW)) == (
        "bad-password",
        "password",
    )
    assert people.accept_invitation(token, "a good long one", now=NOW) == person
    assert authenticate("clerk", "a good long one") == person.user
    assert refused(people.accept_invitation(token, "another long one", now=NOW))[0] == (
        "bad-invitation"
    )


def test_an_invitation_ends_after_seven_days_or_with_the_next_one() -> None:
    person, first = add(username="clerk")
    assert people.invited(first, now=NOW + people.INVITE_LASTS) is None
    second = people.invite(person.pk, now=NOW)
    assert people.invited(first, now=NOW) is None
    assert people.invited(second, now=NOW) == person
    assert people.invited("", now=NOW) is None


def test_who_leaves_loses_posts_and_account_and_the_administrator_cannot_leave() -> None:
    done = run()
    assert isinstance(done, setup.SetUp)
    person, token = add(username="clerk")
    people.accept_invitation(token, "a good long one", now=NOW)
    organisation.hold(person.pk, "service_desk", now=NOW)
    assert organisation.snapshot(NOW).people("service_desk@") == (str(person.pk),)
    assert isinstance(people.deactivate(person.pk, now=NOW + 1), Person)
    assert organisation.snapshot(NOW + 1).people("service_desk@") == (str(done.person.pk),)
    assert authenticate("clerk", "a good long one") is None
    assert refused(people.deactivate(done.person.pk, now=NOW)) == ("is-administrator", "person")


def test_another_administrator_takes_over_the_vacant_posts() -> None:
    run()
    person, _ = add(username="second")
    assert refused(people.appoint_administrator(add("戊无账号")[0].pk, now=NOW)) == (
        "no-account",
        "person",
    )
    people.appoint_administrator(person.pk, now=NOW)
    assert organisation.snapshot(NOW).people("store_gm@") == (str(person.pk),)


def test_a_username_is_given_once_whatever_its_case() -> None:
    add(username="clerk")
    assert refused(people.create_person("己", username="CLERK", now=NOW)) == (
        "username-taken",
        "username",
    )
