"""Scenario files of a pack: the cast, the stories, and what of the clauses is still to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from bihuan.desk import calendars
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.calendar import Calendar, parse_calendar
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding
from bihuan.engine.library import Library, Version
from bihuan.engine.nodes import plain
from bihuan.engine.organisation import Unit, seat
from bihuan.engine.policy import Policy
from bihuan.engine.scenario import (
    EXPECTATIONS,
    FIRST,
    STEP_KEYS,
    Cast,
    Result,
    Scenario,
    ScenarioStep,
    play,
)
from bihuan.engine.trace import TraceRow, trace
from bihuan.engine.words import Text
from bihuan.engine.world import World


class BadScenarioFile(ValueError):  # noqa: N818
    """A scenario file that cannot be read; the message says file, place and what would be right."""


@dataclass(frozen=True)
class Pack:
    """A shipped policy with its scenarios, ready to play."""

    policy: Policy
    cast: Cast
    scenarios: tuple[Scenario, ...]
    waiting: Mapping[str, Text]

    def world(self) -> World:
        """The world the scenarios play in, with the calendars shipped."""
        named = {
            name: parse_calendar(calendar, calendars.shipped())
            for name, calendar in self.policy.calendars.items()
        }
        return World(self.policy, self.cast.organisation(), named, self.cast.library)

    def results(self) -> tuple[Result, ...]:
        """Every scenario played."""
        world = self.world()
        return tuple(play(scenario, world, self.cast) for scenario in self.scenarios)


@cache
def shipped_pack(code: str) -> Pack:
    """The shipped pack of that code. Raises KeyError where there is none, BadScenarioFile."""
    folder = resources.files("bihuan") / "packs" / code
    if not (folder / "policy.yaml").is_file():
        raise KeyError(code)
    node, findings = read_nodes((folder / "policy.yaml").read_bytes())
    policy, found = compile_policy(node) if node is not None else (None, ())
    if policy is None:
        raise BadScenarioFile(_first((*findings, *found)))
    return read_pack(policy, folder / "scenarios")


def read_pack(policy: Policy, folder: Traversable) -> Pack:
    """A policy with the scenarios of a folder: cast.yaml, waiting.yaml if there, and the stories."""
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name
    )
    stories: list[Scenario] = []
    cast, waiting = Cast((), {}, {}), {}
    for file in files:
        if file.name == "cast.yaml":
            cast = _cast(_read(file), _usual(policy))
        elif file.name == "waiting.yaml":
            waiting = {key: _text(value, file.name) for key, value in _read(file).items()}
        else:
            told = _read(file)
            stories += [
                _scenario(item, file.name) for item in _list(told.get("scenarios"), file.name)
            ]
    return Pack(policy, cast, tuple(stories), waiting)


def trace_shipped(code: str, lang: str) -> tuple[TraceRow, ...]:
    """The trace of a shipped policy, its scenarios played now."""
    pack = shipped_pack(code)
    return trace(pack.policy, pack.results(), pack.waiting, lang)


def _read(file: Traversable) -> dict[str, object]:
    node, findings = read_nodes(file.read_bytes())
    found = plain(node) if node is not None else None
    if not isinstance(found, dict):
        raise BadScenarioFile(f"{file.name}: {_first(findings)}")
    return found


def _first(findings: tuple[Finding, ...]) -> str:
    return findings[0].say("en") if findings else "keys and values are wanted"


def _usual(policy: Policy) -> Calendar:
    return parse_calendar(policy.calendars["usual"], calendars.shipped())


def _cast(told: dict[str, object], calendar: Calendar) -> Cast:
    units = []
    for code, value in _dict(told.get("units"), "cast.yaml: units").items():
        unit = _dict(value, f"cast.yaml: units.{code}")
        units.append(Unit(code, str(unit["name"]), str(unit["kind"]), str(unit.get("in", ""))))
    people: dict[str, str] = {}
    holders: dict[str, list[str]] = {}
    deputies: dict[str, list[str]] = {}
    for key, value in _dict(told.get("people"), "cast.yaml: people").items():
        person = _dict(value, f"cast.yaml: people.{key}")
        people[key] = str(person["name"])
        for name, seats in (("post", holders), ("deputy", deputies)):
            if name in person:
                seats.setdefault(seat(str(person[name]), str(person["at"])), []).append(key)
    return Cast(
        tuple(units),
        people,
        {place: tuple(keys) for place, keys in holders.items()},
        {place: tuple(keys) for place, keys in deputies.items()},
        _library(_dict(told.get("documents", {}), "cast.yaml: documents"), calendar),
    )


def _library(told: dict[str, object], calendar: Calendar) -> Library:
    """The documents of a cast: by code, their versions oldest first, each until the next."""
    documents: dict[str, tuple[Version, ...]] = {}
    for code, value in told.items():
        place = f"cast.yaml: documents.{code}"
        written = [_dict(item, place) for item in _list(value, place)]
        for one, following in zip(written, [*written[1:], {}], strict=True):
            one.setdefault("until", following.get("from", ""))
        documents[code] = tuple(
            Version(
                code,
                str(one["version"]),
                str(one["title"]),
                tuple(str(topic) for topic in _list(one.get("topics", []), place)),
                str(one.get("level", "public")),
                sha256(f"{code} {one['version']}".encode()).hexdigest(),
                _midnight(one["from"], calendar),
                _midnight(one["until"], calendar),
                _midnight(one.get("copied", ""), calendar),
            )
            for one in written
        )
    return Library(documents)


def _midnight(day: object, calendar: Calendar) -> int:
    return calendar.at(date.fromisoformat(str(day)), 0) if day else 0


def _scenario(told: object, file: str) -> Scenario:
    story = _dict(told, file)
    name = _text(story.get("name"), f"{file}: name")
    steps = []
    for number, item in enumerate(_list(story.get("steps"), f"{file}: {name.en}"), start=1):
        place = f"{file}: {name.en}, step {number}"
        step = _dict(item, place)
        for key in step:
            if key not in STEP_KEYS:
                raise BadScenarioFile(f"{place}: no '{key}'; there are {', '.join(STEP_KEYS)}")
        steps.append(
            ScenarioStep(
                number,
                str(step.get("at", "")),
                str(step.get("who", "system")),
                str(step.get("act", "")),
                str(step.get("on", "")),
                _dict(step.get("with", {}), place),
                {key: step[key] for key in EXPECTATIONS if key in step},
                tuple(str(person) for person in _list(step.get("away", []), place)),
                {
                    seat_name: tuple(str(person) for person in _list(who, place))
                    for seat_name, who in _dict(step.get("on duty", {}), place).items()
                },
                str(step.get("case", FIRST)),
            )
        )
    shows = tuple(str(clause) for clause in _list(story.get("shows"), f"{file}: {name.en}"))
    return Scenario(name, shows, tuple(steps), file)


def _text(value: object, place: str) -> Text:
    words = _dict(value, place)
    if set(words) != {"zh", "en"} or not all(words.values()):
        raise BadScenarioFile(
            f"{place}: zh and en are wanted, and nothing else (a comma inside needs quotation marks)"
        )
    return Text(str(words["zh"]), str(words["en"]))


def _dict(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadScenarioFile(f"{place}: keys and values are wanted")
    return value


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        raise BadScenarioFile(f"{place}: a list is wanted")
    return value
