"""A question whose SQL is kept answers as the ORM would."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.records.models import Person
from bihuan.records.queries.prepared import prepared

pytestmark = pytest.mark.django_db

NAMES = ("甲", "乙", "丙", "丁")


@pytest.fixture
def people() -> list[Person]:
    made = [Person(name=name, language="en" if name == "丁" else "zh-hans") for name in NAMES]
    return Person.objects.bulk_create(made)


@prepared
def named(names, language=None, *, active=None):
    rows = Person.objects.filter(name__in=names).order_by("id")
    if language is not None:
        rows = rows.filter(language=language)
    if active is not None:
        rows = rows.filter(active=active)
    return rows.values_list("name", "active")


@pytest.mark.parametrize(
    "asked",
    [
        {"names": ["甲"]},
        {"names": ["乙"]},  # the same shape: only the value is another
        {"names": ["甲", "丙"]},
        {"names": ["丙", "丁"], "language": "en"},
        {"names": ["丙", "丁"], "language": "zh-hans"},
        {"names": NAMES, "active": True},
        {"names": NAMES, "active": False},
        {"names": []},
        {"names": ["'; --", "%s", "%"]},
    ],
)
def test_it_answers_what_the_orm_answers(people, asked):
    rows = Person.objects.filter(name__in=asked["names"]).order_by("id")
    for name in ("language", "active"):
        if name in asked:
            rows = rows.filter(**{name: asked[name]})

    values = [asked["names"], *([asked["language"]] if "language" in asked else [])]
    by_name = {"active": asked["active"]} if "active" in asked else {}
    first, again = named(*values, **by_name), named(*values, **by_name)

    assert first == again == list(rows.values_list("name", "active"))


def test_truth_is_answered_as_truth_whatever_the_database_keeps(people):
    ((_name, active),) = named(["甲"])

    assert active is True


def test_the_sql_is_written_once_for_each_shape(people):
    written = []

    @prepared
    def counted(number):
        written.append(number)
        return Person.objects.filter(pk=number).values_list("name")

    with CaptureQueriesContext(connection) as queries:
        names = [counted(person.pk) for person in people]

    assert names == [[(name,)] for name in NAMES]
    assert len(queries) == len(NAMES)
    assert len(written) == 1


def test_among_no_values_at_all_nothing_is_asked():
    with CaptureQueriesContext(connection) as queries:
        assert named([]) == []

    assert not queries.captured_queries


def test_a_value_that_is_changed_on_its_way_is_refused():
    @prepared
    def holding(words):
        return Person.objects.filter(name__contains=words).values_list("name")

    with pytest.raises(TypeError, match="holding"):
        holding("甲")
