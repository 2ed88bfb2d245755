"""Who complains is known again: by number and name, and where no number is told, by e-mail address."""

import pytest

from bihuan.desk.addresses import normal_phone
from bihuan.desk.query_codes import normal_code
from bihuan.records.models import Case, Party
from tests.desk.firm import Firm, firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def party(office: Firm, **facts: str) -> int | None:
    number = office.complain(**facts).number
    return Case.objects.get(number=number).complainant_id


def test_whoever_writes_from_the_same_address_is_the_same_complainant(office):
    first = party(office, phone="", name="赵示例", contact="Zhao@example.com")
    again = party(office, phone="", name="zhao", contact="请回信 zhao@EXAMPLE.com")
    other = party(office, phone="", name="赵示例", contact="zhao@elsewhere.example")
    assert first == again != other
    assert party(office, phone="", name="赵示例", contact="") not in (first, other)


def test_a_caller_whose_address_is_learned_is_known_by_it_later(office):
    caller = party(office, phone="100 0000 0001", name="赵示例")
    assert party(office, phone="100 0000 0001", name="赵示例", contact="zhao@example.com") == caller
    assert party(office, phone="", name="Zhao", contact="zhao@example.com") == caller
    assert party(office, phone="100 0000 0002", name="赵示例", contact="zhao@example.com") != caller
    assert Party.objects.filter(email="zhao@example.com").count() == 2


def test_numbers_and_codes_are_read_in_either_width():
    assert normal_phone("\uff0b\uff18\uff16 \uff11\uff13\uff18 0000 0001") == "13800000001"
    assert normal_code("\uff21b\uff13-4") == "AB34"
