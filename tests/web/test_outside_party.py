"""Whoever may not see a case finds nothing of it anywhere: every address, every list, every command."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from bihuan.cli import main as cli
from bihuan.desk import files, intake
from bihuan.desk.perform import perform
from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine.acts import ACTS
from bihuan.engine.case import Act
from bihuan.records.models import Case, Event
from tests.web.addresses import addresses
from tests.web.houses import AUTO, open_house
from tests.web.mall import DAY, HOUR, Mall, now, open_mall

pytestmark = pytest.mark.django_db
NAME, PHONE, PHRASE = "慕容秋水", "13912345678", "雨刮器夜里自己动起来"
PICTURE = "wiper-at-night.jpg"


@dataclass
class Hidden:
    """A case somebody must not find, and who that is."""

    house: Mall
    number: str
    who: str

    @property
    def case(self) -> Case:
        return Case.objects.get(number=self.number)

    @property
    def file(self) -> str:
        found = load(self.number)
        assert found is not None
        return next(
            str(item)
            for event in Event.objects.filter(case=self.case, kind="attach")
            for item in event.data["files"]
        )

    @property
    def user(self) -> User:
        return User.objects.get(username=self.who)

    def client(self) -> Client:
        client = Client()
        client.force_login(self.user)
        client.cookies["django_language"] = "en"
        return client


def hidden_case(house: Mall, who: str, by: str, **facts: object) -> Hidden:
    """A case with a picture, of a customer nobody else is."""
    told = {"channel": "letter", "name": NAME, "phone": PHONE, "content": PHRASE, **facts}
    at = now() - 3 * HOUR
    done = intake.register(told, by=house.ids[by], unit="company", now=at)
    assert done.refusal is None, done.refusal
    kept = files.keep([b"\xff\xd8\xff\xe0" + b"0" * 200], PICTURE)
    assert isinstance(kept, str), kept
    house.act(done.number, "attach", by, at=at + 60, files=[kept])
    return Hidden(house, done.number, who)


def a_rescue_of_another_dealer() -> Hidden:
    """The northern dealer has the note; the southern looks for it."""
    house = open_house(AUTO)
    hidden = hidden_case(house, "south", "taker", kind="rescue", channel="hotline",
                         location="31.39,121.46")  # fmt: skip
    at = now() - 2 * HOUR
    house.act(hidden.number, "acknowledge", "taker", at=at, agreed_time=at + 3 * HOUR)
    house.act(hidden.number, "classify", "taker", at=at)
    house.act(hidden.number, "dispatch", "back", at=at, instructions=PHRASE)
    return hidden


def a_complaint_about_another_shop() -> Hidden:
    """The shop on the second floor has the note; its neighbour looks for it."""
    from bihuan.desk import organisation, people

    house = open_mall()
    created = people.create_person("左邻", username="neighbour", now=now() - DAY)
    assert isinstance(created, tuple), created
    organisation.hold(created[0].pk, "merchant_manager", "m218", now=now() - DAY)
    house.ids["neighbour"] = str(created[0].pk)
    people.accept_invitation(created[1], "a long enough word", now=now() - DAY)
    hidden = hidden_case(house, "neighbour", "desk", kind="complaint", about_unit="m217")
    at = now() - 2 * HOUR
    house.act(hidden.number, "acknowledge", "desk", at=at, agreed_time=at + 20 * HOUR)
    house.act(hidden.number, "classify", "desk", at=at, category="service", about="merchant",
              desk_can_solve="no")  # fmt: skip
    house.act(hidden.number, "dispatch", "desk", at=at, instructions=PHRASE)
    house.act(hidden.number, "issue", "operations", at=at, sheet=1, outcome="issued")
    return hidden


def a_complaint_about_oneself() -> Hidden:
    """Somebody who takes complaints in, and sees all others, is complained about."""
    house = open_mall()
    return hidden_case(house, "operations", "gm", kind="complaint", about="manager",
                       about_person=house.ids["operations"])  # fmt: skip


WAYS = [a_rescue_of_another_dealer, a_complaint_about_another_shop, a_complaint_about_oneself]


@pytest.fixture(params=WAYS, ids=["dealer", "merchant", "complained-about"])
def hidden(request: pytest.FixtureRequest) -> Hidden:
    made: Hidden = request.param()
    return made


def everywhere(hidden: Hidden) -> list[str]:
    """Every address with the hidden case in its blanks."""
    digest, _colon, name = hidden.file.partition(":")
    blanks = {
        "number": [hidden.number], "act": sorted(ACTS)[::8], "digest": [digest], "name": [name],
        "person": sorted(hidden.house.ids.values(), key=int), "code": ["auto", "mall"],
        "clause": ["AUTO-5.2.2", "MALL-5.1"], "token": ["token"], "step": ["1", "2"],
        "kind": ["complaint", "rescue"],
    }  # fmt: skip
    return addresses(blanks, lambda _name: [hidden.number, hidden.case.pk])


def told_in(answer: HttpResponse, sent: str) -> list[str]:
    """What of the hidden case an answer tells that was not in the question."""
    body = b"".join(answer) if answer.streaming else answer.content
    said = body.decode(errors="replace") + str(answer.headers)
    told = [secret for secret in (NAME, PHONE, PHRASE, PICTURE) if secret in said]
    masked = f"{PHONE[:3]}****{PHONE[-4:]}"
    if masked in said and PHONE not in sent:
        told.append(masked)
    return [secret for secret in told if secret not in sent]


def looked_for(hidden: Hidden) -> Iterator[dict[str, str]]:
    """What somebody might put after the question mark."""
    pk = str(hidden.case.pk)
    for words in (NAME, PHONE, PHONE[-4:], PHRASE[:4], hidden.number[-4:]):
        yield {"q": words, "all": "1", "phone": words, "number": words}
    yield {"row": f"{pk}-1", "after": f"{now() + DAY}-{pk}", "all": "1", "case": pk, "sheet": "1"}
    yield {"unit": "m217", "owner": "store_gm@", "stage": "in hand", "late": "1"}


def test_no_address_tells_of_it_nor_changes_it(hidden: Hidden) -> None:
    sweep(now())  # an absence sweeps what was due before it, of every case
    events = Event.objects.filter(case=hidden.case).count()
    assert len(everywhere(hidden)) > 80
    client = hidden.client()
    for address in everywhere(hidden):
        client.force_login(hidden.user)
        body = {"reason": "x", "outcome": "approved", "number": hidden.number, "code": "x",
                "case": hidden.number}  # fmt: skip
        for ask in (
            lambda to=address: client.get(to),
            lambda to=address, body=body: client.post(to, body),
        ):
            answer = ask()
            assert answer.status_code < 500, address
            sent = address + (str(body) if answer.wsgi_request.method == "POST" else "")
            assert told_in(answer, sent) == [], address
            if address.startswith("/cases/" + hidden.number):
                assert answer.status_code in (404, 405), address
    assert Event.objects.filter(case=hidden.case).count() == events


def test_no_list_search_or_filter_finds_it(hidden: Hidden) -> None:
    client = hidden.client()
    for phone in (PHONE, PHONE[-4:]):
        answer = client.post("/cases/new/follows/", {"phone": phone, "about_unit": "m217"})
        assert told_in(answer, PHONE) == []
    lists = [one for one in addresses({}, lambda _name: []) if "logout" not in one]
    for turn, query in enumerate(looked_for(hidden)):
        for address in lists if turn == 0 else ("/", "/cases/", "/notices/", "/cases/new/"):
            answer = client.get(address, query)
            assert told_in(answer, str(query)) == [], (address, query)
            if hidden.number not in str(query.values()) and not answer.streaming:
                assert hidden.number not in answer.content.decode(errors="replace"), address


def reading_commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands that show what one person may see."""
    parser = cli.parser("en")
    below = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in below.choices.items():
        if {"--as", "--person"} & command._option_string_actions.keys():
            yield name, command


def test_no_command_tells_of_it(hidden: Hidden, capsys: pytest.CaptureFixture[str]) -> None:
    tried = 0
    for name, command in reading_commands():
        option = "--as" if "--as" in command._option_string_actions else "--person"
        number = (
            [hidden.number]
            if any(one.dest == "number" and not one.option_strings for one in command._actions)
            else []
        )
        for more in ([], ["--json"]):
            code = cli.main(["--lang", "en", name, *number, option, hidden.who, *more])
            said = capsys.readouterr()
            assert all(word not in said.out + said.err for word in (NAME, PHONE, PHRASE, PICTURE))
            if number:
                assert code == 1, said
            else:
                assert hidden.number not in said.out
            tried += 1
    assert tried >= 4


def test_no_act_on_it_is_taken_from_them(hidden: Hidden) -> None:
    events = Event.objects.filter(case=hidden.case).count()
    for name in sorted(ACTS.keys() - {"remark", "attach"}):
        act = Act(name, hidden.house.ids[hidden.who], now(), {"outcome": "approved", "reason": "x"})
        done = perform(act, case_number=hidden.number, now=now())
        assert done.refusal is not None, name
    assert Event.objects.filter(case=hidden.case).count() == events


@pytest.fixture
def own(request: pytest.FixtureRequest) -> Hidden:
    """A note of one's own: the matter is seen, who complained and how to reach them is not."""
    made = a_rescue_of_another_dealer()
    made.who = "north"
    return made


def test_of_a_note_of_one_s_own_the_customer_s_contact_stays_hidden(own: Hidden) -> None:
    client = own.client()
    assert client.get(f"/cases/{own.number}/").status_code == 200
    for address in everywhere(own):
        if "/accounts/" in address or address.endswith("/contact/"):
            continue
        said = told_in(client.get(address), address)
        assert not {NAME, PHONE, PICTURE} & set(said), (address, said)


def test_one_s_own_notes_are_found_by_number_and_by_the_words_of_the_note_alone(
    own: Hidden,
) -> None:
    client = own.client()
    listed = client.get("/cases/").content.decode()
    assert own.number in listed
    assert PHRASE in listed
    assert NAME not in listed
    for column in ("left", "due", "complainant"):  # what is never told of a note has no column
        assert f'class="w-{column}"' not in listed
    assert own.number in client.get("/cases/", {"q": PHRASE[:4]}).content.decode()  # what was asked
    for words in (NAME, PHONE, PHONE[-4:]):
        assert own.number not in client.get("/cases/", {"q": words}).content.decode()
    assert client.get("/cases/", {"q": own.number}).status_code == 302


def test_the_command_shows_of_one_s_own_note_no_more(
    own: Hidden, capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ([], ["--json"]):
        assert cli.main(["--lang", "en", "show", own.number, "--as", "north", *more]) == 0
        said = capsys.readouterr().out
        assert all(word not in said for word in (NAME, PHONE, PHONE[:3] + "*", PICTURE))
