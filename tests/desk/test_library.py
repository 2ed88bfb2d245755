"""The library: publishing, new versions, copies, withdrawals, and answers given from them through the one door."""

import pytest

from bihuan.desk import intake, library, organisation, packs, people, rebuild, worlds
from bihuan.desk.library import Publication
from bihuan.desk.perform import perform
from bihuan.desk.permissions import viewer
from bihuan.desk.verify import verify
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Citation, Document, DocumentTerm
from bihuan.records.queries.library import citing_cases, versions
from tests.desk.firm import DAY, HOUR, MIN, START, stored

pytestmark = pytest.mark.django_db

BEFORE = START - 30 * DAY
ALL = ("public", "customer", "internal", "confidential")


class Centre:
    """A service centre under the shipped policy: the chief keeps the library, the taker answers."""

    def __init__(self):
        organisation.site()
        assert not isinstance(packs.adopt("auto", None, BEFORE), Refusal)
        organisation.add_unit("company", "示例汽车", "company", now=BEFORE)
        self.taker = self.held("call_taker")
        self.back = self.held("back_office")
        self.chief = self.held("section_chief")

    def held(self, post):
        person, _ = people.create_person(post, now=BEFORE)
        assert not isinstance(organisation.hold(person.pk, post, now=BEFORE), Refusal)
        return str(person.pk)

    def publish(self, version="1", now=BEFORE, by=None, **said):
        said = {"copied": now, "topics": ("warranty",), "text": "三年", "since": now} | said
        code, title = said.pop("code", "ZB"), said.pop("title", "质量担保政策")
        one = Publication(code, version, title, **said)
        return library.publish(one, by=by or self.chief, now=now)

    def enquiry(self, now=START, **facts):
        told = {
            "kind": "enquiry", "channel": "hotline", "name": "客户某", "content": "几年",
            "category": "warranty", "answered_now": "yes", **facts,
        }  # fmt: skip
        found = intake.register(told, by=self.taker, unit="company", now=now)
        assert found.refusal is None, found.refusal
        for name in ("acknowledge", "classify"):
            assert perform(Act(name, self.taker, now), case_number=found.number, now=now).accepted
        return found.number

    def answer(self, number, cited, now=START, at=None):
        data = {"form": "phone", "answer": "三年", "document": cited}
        act = Act("respond", self.taker, now if at is None else at, data)
        return perform(act, case_number=number, now=now)


@pytest.fixture
def centre():
    return Centre()


def code_of(done):
    return done.refusal.code if not isinstance(done, Refusal) else (done.code, done.field)


def test_where_nothing_is_published_the_refusal_says_who_publishes(centre):
    done = centre.answer(centre.enquiry(), "ZB 1")
    assert code_of(done) == "no-library"
    assert "客服科科长" in done.refusal.say("zh-hans")


def test_the_version_in_force_answers_and_the_case_keeps_it_with_its_hash(centre):
    made = centre.publish()
    number = centre.enquiry()
    assert centre.answer(number, "ZB").accepted
    assert stored(number).state["cited"] == {"ZB 1": made.hash}
    assert citing_cases(viewer(centre.taker, START), "ZB") == (number,)
    assert verify(START) == []


def test_a_new_version_ends_the_one_before_at_its_very_second(centre):
    centre.publish()
    centre.publish("2", START - DAY, since=START)
    number = centre.enquiry(START - HOUR)
    assert code_of(centre.answer(number, "ZB 2", START - 1)) == "not-yet-in-force"
    done = centre.answer(number, "ZB 1", START)
    assert code_of(done) == "no-longer-in-force"
    assert "ZB 2" in done.refusal.say("en")
    assert centre.answer(number, "ZB 2", START).accepted


def test_an_answer_of_the_evening_before_noted_later_is_judged_by_when_it_was_given(centre):
    centre.publish()
    number = centre.enquiry(START - HOUR)
    centre.publish("2", START - DAY, since=START)
    assert centre.answer(number, "ZB 1", now=START + HOUR, at=START - MIN).accepted
    assert verify(START + HOUR) == []


def test_a_document_answers_only_once_its_copy_is_noted(centre):
    centre.publish(copied=None)
    number = centre.enquiry()
    assert code_of(centre.answer(number, "ZB 1")) == "not-copied"
    late = library.copied("ZB", "1", by=centre.chief, at=START + HOUR, now=START)
    assert code_of(late) == ("in-the-future", "at")
    assert not isinstance(library.copied("ZB", "1", by=centre.chief, now=START), Refusal)
    assert centre.answer(number, "ZB 1").accepted
    again = library.copied("ZB", "1", by=centre.chief, now=START)
    assert code_of(again) == ("copied-already", "at")


def test_what_is_withdrawn_answers_no_more_and_old_answers_stay_sound(centre):
    centre.publish()
    first, second = centre.enquiry(), centre.enquiry()
    assert centre.answer(first, "ZB 1").accepted
    now = START + MIN
    assert code_of(library.withdraw("ZB", "1", " ", by=centre.chief, now=now)) == (
        "missing-field",
        "reason",
    )
    early = library.withdraw("ZB", "1", "有误", by=centre.chief, at=START, now=now)
    assert code_of(early) == ("in-the-past", "at")
    assert not isinstance(library.withdraw("ZB", "1", "有误", by=centre.chief, now=now), Refusal)
    assert code_of(centre.answer(second, "ZB 1", now + MIN)) == "no-longer-in-force"
    assert verify(now + HOUR) == []
    (one,) = versions(ALL, code="ZB")
    assert (one.state(now), one.term.reason, len(one.terms)) == ("ended", "有误", 2)


def test_withdrawing_what_never_began_leaves_the_version_before_in_force(centre):
    centre.publish()
    centre.publish("2", START - DAY, since=START + DAY)
    done = library.withdraw("ZB", "2", "推迟", by=centre.chief, now=START)
    assert not isinstance(done, Refusal)
    number = centre.enquiry(START + 2 * DAY)
    assert centre.answer(number, "ZB 1", START + 2 * DAY).accepted
    assert not isinstance(centre.publish("3", START + 3 * DAY), Refusal)
    assert verify(START + 3 * DAY) == []


def test_nothing_published_is_ever_edited(centre):
    centre.publish()
    kept = Document.objects.values().get()
    centre.publish("2", START)
    library.withdraw("ZB", "2", "有误", by=centre.chief, now=START + MIN)
    assert Document.objects.filter(version="1").values().get() == kept
    assert DocumentTerm.objects.filter(document__version="1").count() == 2
    then = worlds.library_known(START - 1)
    assert [one.until for one in then.documents["ZB"]] == [0]


def test_only_administrators_and_the_post_the_policy_names_keep_the_library(centre):
    assert code_of(centre.publish(by=centre.taker)) == ("not-yours", "")
    assert code_of(library.withdraw("ZB", "1", "x", by=centre.back, now=START))[0] == "not-yours"
    admin, _ = people.create_person("管理员", now=BEFORE, is_administrator=True)
    assert not isinstance(centre.publish(by=str(admin.pk)), Refusal)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"code": "有 空格"}, "code"),
        ({"code": ""}, "code"),
        ({"title": " "}, "title"),
        ({"level": "secret"}, "level"),
        ({"topics": ("weather",)}, "topics"),
        ({"text": " "}, "text"),
        ({"text": "x" * 200_001}, "text"),
        ({"text": "", "file": "nonsense"}, "file"),
        ({"until": BEFORE}, "until"),
        ({"copied": START}, "copied"),
        ({"published": START}, "published"),
    ],
)
def test_what_is_wrong_with_a_publication_is_said_at_its_field(centre, said, field):
    done = centre.publish(**said)
    assert isinstance(done, Refusal)
    assert done.field == field
    assert not Document.objects.exists()


def test_a_version_is_published_once_and_after_the_one_before(centre):
    centre.publish()
    assert code_of(centre.publish(now=START)) == ("version-taken", "version")
    assert code_of(centre.publish("2", START, since=BEFORE)) == ("not-the-newest", "since")


def test_rebuilding_makes_the_same_citations_and_a_wrong_one_is_found(centre):
    centre.publish()
    number = centre.enquiry()
    centre.answer(number, "ZB 1")
    before = rebuild.dump()
    Citation.objects.all().delete()
    assert [found.code for found in verify(START)] == ["projection"]
    rebuild.rebuild()
    assert rebuild.dump() == before


def test_a_text_changed_behind_the_back_of_the_library_is_found(centre):
    centre.publish()
    Document.objects.update(text="五年")
    assert [found.code for found in verify(START)] == ["library"]


def test_two_versions_in_force_at_once_are_found(centre):
    centre.publish()
    centre.publish("2", START)
    DocumentTerm.objects.filter(document__version="1", withdrawn_at=None).update(until_at=None)
    assert [found.code for found in verify(START)] == ["library"]


def test_a_citation_of_what_was_not_in_force_is_found(centre):
    centre.publish()
    centre.answer(centre.enquiry(), "ZB 1")
    DocumentTerm.objects.update(from_at=START + DAY)
    assert "library" in [found.code for found in verify(START)]
