"""Whoever may not see a case finds nothing of it through the API either: dealer, merchant, who is accused."""

from urllib.parse import urlencode

import pytest

from bihuan.engine.acts import ACTS
from bihuan.records.models import Event
from tests.channels.api.conftest import Program, token_of
from tests.web.test_outside_party import (
    NAME,
    PHONE,
    PHRASE,
    PICTURE,
    WAYS,
    Hidden,
    a_rescue_of_another_dealer,
    everywhere,
    looked_for,
    told_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=WAYS, ids=["dealer", "merchant", "complained-about"])
def hidden(request: pytest.FixtureRequest) -> Hidden:
    made: Hidden = request.param()
    return made


def program_of(hidden: Hidden) -> Program:
    return Program(token_of(hidden.house.ids[hidden.who]))


def operations(hidden: Hidden) -> list[str]:
    """Every address of the API with the hidden case in its blanks."""
    found = [one.removeprefix("/api/v1") for one in everywhere(hidden) if "/api/v1/" in one]
    digest = hidden.file.partition(":")[0]
    return [*found, f"/cases/{hidden.number}/files/{digest}"]


def test_no_read_tells_of_it(hidden: Hidden) -> None:
    program = program_of(hidden)
    assert len(operations(hidden)) > 12
    for path in operations(hidden):
        answer = program.send("GET", path)
        assert answer.status_code < 500, path
        assert told_in(answer, path) == [], path
        if path.startswith(f"/cases/{hidden.number}"):
            assert answer.status_code in (404, 405), path
        elif not answer.streaming and hidden.number not in path:
            assert hidden.number not in answer.content.decode(errors="replace"), path


def test_no_list_filter_or_search_finds_it(hidden: Hidden) -> None:
    program = program_of(hidden)
    asked = [
        *looked_for(hidden),
        {"open": "true", "order": "due"},
        {"late": "true"},
        {"about_unit": "m217"},
        {"owes": "@m217"},
        {"q": hidden.number},
        {"after": f"{2**40}-{2**40}"},
    ]
    for query in asked:
        answer = program.send("GET", f"/cases?{urlencode(query)}")
        assert answer.status_code in (200, 422), answer.content
        assert hidden.number not in answer.content.decode().replace(str(query), "")
        assert told_in(answer, str(query)) == []


def test_no_act_is_taken_and_a_hidden_case_is_answered_as_one_that_is_not_there(
    hidden: Hidden,
) -> None:
    events = Event.objects.filter(case=hidden.case).count()
    program = program_of(hidden)
    nowhere = program.send("POST", "/cases/TS20990101-0001/acts", {"act": "remark"})
    odd = ({"agreed_time": 7}, {"no such field": 1.5}, {"case": hidden.number})
    asked = [(act, {}) for act in ACTS] + [
        (act, data) for act in sorted(ACTS)[::20] for data in odd
    ]
    for act, data in asked:
        body = {"act": act, "data": data}
        here = program.send("POST", f"/cases/{hidden.number}/acts", body)
        if data:
            nowhere = program.send("POST", "/cases/TS20990101-0001/acts", body)
        assert here.status_code == nowhere.status_code == 404, (act, data)
        assert here.json() == nowhere.json(), (act, data)
    revealing = program.send("POST", f"/cases/{hidden.number}/contact", {"reason": "x"})
    assert revealing.status_code == 404
    assert Event.objects.filter(case=hidden.case).count() == events


def test_of_a_note_of_one_s_own_there_is_no_more_than_on_its_page() -> None:
    own = a_rescue_of_another_dealer()
    own.who = "north"
    program = program_of(own)
    case = program.get(f"/cases/{own.number}")
    assert case["whole"] is False
    assert len(case["sheets"]) == 1
    for path in operations(own):
        answer = program.send("GET", path)
        said = told_in(answer, path)
        assert not {NAME, PHONE, PICTURE} & set(said), (path, said)
    listed = program.get("/cases")["cases"]
    assert [(row["number"], row["whole"], row["name"]) for row in listed] == [
        (own.number, False, "")
    ]
    asked = program.get(f"/cases?{urlencode({'q': PHRASE[:4]})}")["cases"]
    assert [row["number"] for row in asked] == [own.number]  # the words of the note
    for words in (NAME, PHONE, PHONE[-4:]):
        assert program.get(f"/cases?{urlencode({'q': words})}")["cases"] == []
    refused = program.send("POST", f"/cases/{own.number}/contact", {"reason": "x"})
    assert refused.status_code == 404
