"""The organisation of a demo: units, people, posts, deputies, rosters, documents."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bihuan.desk import ledgers, library, organisation, people, rosters, setup, worlds
from bihuan.engine.organisation import seat
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Person

Texts = dict[str, Any]  # a file of desk/demos
HOUR, DAY = 3600, 86400
LOOKS_AHEAD = 130  # days from the first of the demo for which there are rosters
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def since_midnight(at: int) -> int:
    """The seconds of the day in China, where the demos are at home, that have gone by at an instant."""
    return (at + 8 * HOUR) % DAY


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo and how they sign in; the password is told now and never again."""

    username: str
    name: str
    post: Text
    password: str


@dataclass(slots=True)
class Made:
    """What the demo holds: `added` are the cases made now, `people` those who got a password now."""

    name: str
    since: int
    added: int = 0
    cases: int = 0
    people: list[DemoPerson] = field(default_factory=list)


def password() -> str:
    """A new password, of three groups of five signs."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


def staff(texts: Texts, pack: str, made: Made, at: int) -> Refusal | None:
    """The units, people and posts that are not there yet."""
    for username, words in texts["people"].items():
        if words.get("administrator") and not setup.is_set_up():
            word = password()
            done = setup.set_up(
                setup.issue_token(at) or "",
                made.name,
                pack,
                words["name"],
                username,
                word,
                now=at,
            )
            if isinstance(done, Refusal):
                return done
            made.people.append(DemoPerson(username, words["name"], post_text(words), word))
    known = worlds.organisation(at).units
    for code, unit in texts["units"].items():
        if code not in known:
            organisation.add_unit(code, unit["name"], unit["kind"], unit["parent"], at=at, now=at)
            if "place" in unit:
                organisation.locate(code, unit["place"], unit.get("can", ""), at=at, now=at)
    for username, words in texts["people"].items():
        person = Person.objects.filter(user__username=username).first()
        if person is None:
            created = people.create_person(words["name"], username=username, now=at)
            if isinstance(created, Refusal):
                return created
            person, token = created
            word = password()
            people.accept_invitation(token, word, now=at)
            made.people.append(DemoPerson(username, person.name, post_text(words), word))
        told = words.get("unit", "")
        units = told if isinstance(told, list) else [told]
        for post in (words[name] for name in ("post", "also") if name in words):
            for unit in units:
                held = organisation.hold(person.pk, post, unit, at=at, now=at)
                if isinstance(held, Refusal):
                    return held
    ledgers.ensure_ledgers(at)
    return _stand_in(texts, at) or _on_duty(texts, at) or _publish(texts, at)


def _stand_in(texts: Texts, at: int) -> Refusal | None:
    """Who stands in for which post."""
    for told in texts.get("deputies", ()):
        person = _person(told["person"])
        done = organisation.name_deputy(
            person.pk, told["post"], told.get("unit", ""), at=at, now=at
        )
        if isinstance(done, Refusal):
            return done
    return None


def _on_duty(texts: Texts, at: int) -> Refusal | None:
    """Who is on duty on the days of rest, by turns."""
    for told in texts.get("duties", ()):
        place = seat(told["post"], told["unit"])
        calendar = rosters.calendar_of(told["post"], at)
        if calendar is None:
            continue
        first = calendar.day_of(at)
        days = [first + timedelta(days=ahead) for ahead in range(1, LOOKS_AHEAD)]
        resting = [on for on in days if not calendar.works(on)]
        turns = told["people"]
        for turn, username in enumerate(turns):
            mine = resting[turn :: len(turns)]
            done = rosters.fill(_person(username).pk, place, mine, now=at)
            if isinstance(done, Refusal):
                return done
    return None


def _person(username: str) -> Person:
    return Person.objects.get(user__username=username)


def _publish(texts: Texts, at: int) -> Refusal | None:
    """The documents that are not there yet; their days count from the first of the demo."""
    known = worlds.library().documents
    by = Person.objects.filter(user__username=texts.get("librarian")).first()
    for told in sorted(texts.get("documents", ()), key=lambda one: int(one.get("published", 0))):
        if told["code"] in known or by is None:
            continue
        now = at + DAY * int(told.get("published", 0))
        done = library.publish(
            library.Publication(
                code=told["code"],
                version=told["version"],
                title=told["title"],
                since=at + DAY * int(told.get("from", told.get("published", 0))),
                level=told.get("level", "public"),
                topics=tuple(told.get("topics", ())),
                text=told["text"],
                copied=now if told.get("copied", "yes") == "yes" else None,
            ),
            by=str(by.pk),
            now=now,
        )
        if isinstance(done, Refusal):
            return done
    return None


def post_text(words: dict[str, Any]) -> Text:
    for policy in organisation.adopted_policies():
        post = policy.posts.get(words.get("post", ""))
        if post:
            return post.text
    return Text("管理员", "Administrator")
