"""What a list of cases is asked for in its address: filters, order, columns; read, and written again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from bihuan.engine.words import ENDINGS, STAGES
from bihuan.records.queries.cases import Filters
from bihuan.web.cases.columns import COLUMNS, USUAL
from bihuan.web.shell import Reader
from bihuan.web.words import Clock, Names

Json = Any
SAME = ("stage", "ended", "kind", "category", "channel", "severity", "unit", "about", "owner")
OWING = ("owes", "owes_late")  # somebody owes on the case: a seat, or "@" and a unit
DAYS = ("from", "until")  # the days it was registered on, both included
NAMES = (*SAME, *OWING, *DAYS, "late", "all", "q")
LONGEST = 100


@dataclass(frozen=True)
class Asked:
    """The list that is asked for: what was given, as its filters, and what of it cannot be."""

    given: Mapping[str, str]
    filters: Filters
    columns: tuple[str, ...] = USUAL
    wrong: Mapping[str, str] = field(default_factory=dict)  # by parameter, what would be right

    @property
    def words(self) -> str:
        """What is looked for in number, title and name."""
        return self.given.get("q", "")

    @property
    def by_due(self) -> bool:
        """Whether the open ones are listed, nearest due first; else all, newest first."""
        finished = self.filters.ended or self.given.get("stage") in ("closed", "archived")
        return not (self.given.get("all") or self.words or finished)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(name != "all" for name in self.given)

    def query(self, **changed: str) -> str:
        """The address's query with these parameters put anew; an empty value takes one out."""
        values = {**self.given, **changed}
        told = [(name, values[name]) for name in (*NAMES, *changed) if values.get(name)]
        if self.columns != USUAL:
            told += [("column", name) for name in self.columns]
        return urlencode(list(dict.fromkeys(told)))


def read(asked: QueryDict, reader: Reader) -> Asked:
    """What the address asks for. Names of units and posts are taken for their codes."""
    given = {name: _clean(asked.get(name, "")) for name in NAMES}
    if given["stage"] in ENDINGS:
        given["ended"], given["stage"] = given["stage"], ""
    wrong: dict[str, str] = {}
    for name in ("unit", "about", "owner", "owes"):
        if given[name]:
            given[name] = _code(name, given[name], reader, wrong)
    days = {name: _day(name, given, reader.clock, wrong) for name in DAYS}
    columns = tuple(name for name in COLUMNS if name in asked.getlist("column")) or USUAL
    same = {name: given[name] for name in SAME if name != "about"}
    filters = Filters(
        **same,
        about_unit=given["about"],
        late_at=reader.now if given["late"] else 0,
        registered_from=days["from"],
        registered_until=days["until"],
        owes=given["owes"],
        owes_late_at=reader.now if given["owes_late"] and given["owes"] else 0,
    )
    return Asked({name: value for name, value in given.items() if value}, filters, columns, wrong)


def of_query(query: str, reader: Reader) -> Asked:
    """What a kept query asks for: only parameters that are known here."""
    found = QueryDict(mutable=True)
    for name, value in parse_qsl(query[:4000]):
        found.appendlist(name, value)
    return read(found, reader)


def _clean(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST]


def _day(name: str, given: dict[str, str], clock: Clock, wrong: dict[str, str]) -> int:
    if not given[name]:
        return 0
    try:
        on = date.fromisoformat(given[name])
        if name == "until":
            on += timedelta(days=1)
    except (ValueError, OverflowError):
        wrong[name] = _("“%(text)s” is no day; right would be 2026-03-02.") % {"text": given[name]}
        given[name] = ""
        return 0
    return int(datetime(on.year, on.month, on.day, tzinfo=clock.zone).timestamp())


# -- Places by name ----------------------------------------------------------------------------------


def places(reader: Reader, name: str) -> dict[str, str]:
    """The units, or the seats, that the filter `name` may be given, by code, with what they are called."""
    units = {code: unit.name for code, unit in reader.organisation.units.items()}
    if name in ("unit", "about"):
        return units
    lines = reader.viewer.lines.values()
    seats = reader.viewer.seats.union(*(line.seats | line.own_only for line in lines))
    found = {place: post_name(reader, place) for place in sorted(seats)}
    if name == "owes":
        found |= {f"@{code}": called for code, called in units.items()}
    return found


def post_name(reader: Reader, place: str) -> str:
    """What a seat is called, by the first policy that has its post."""
    post = place.partition("@")[0]
    policy = next((one for one in reader.policies.values() if post in one.posts), None)
    return Names(policy, reader.organisation, reader.language).post(place) if policy else place


def place_name(reader: Reader, name: str, code: str) -> str:
    """A unit's or a seat's code in words."""
    if name in ("unit", "about") or code.startswith("@"):
        found = reader.organisation.units.get(code.removeprefix("@"))
        whole = _("Posts of the company as a whole")
        return found.name if found else code.removeprefix("@") or whole
    return post_name(reader, code)


def _code(name: str, typed: str, reader: Reader, wrong: dict[str, str]) -> str:
    known = places(reader, name)
    if typed in known or "@" in typed:
        return typed
    fitting = [code for code, called in known.items() if called == typed]
    if len(fitting) == 1:
        return fitting[0]
    if typed in reader.organisation.units:
        return f"@{typed}" if name == "owes" else typed
    wrong[name] = _("Nothing here is called “%(text)s”; choose one that is offered.") % {
        "text": typed
    }
    return typed


# -- What may be chosen ------------------------------------------------------------------------------


def offered(reader: Reader) -> dict[str, dict[str, str]]:
    """The values a filter may take, with their words, for those that have few."""
    lang = reader.language
    found: dict[str, dict[str, str]] = {
        "stage": {key: text.in_(lang) for key, text in STAGES.items() if key not in ENDINGS},
        "ended": {key: text.in_(lang) for key, text in ENDINGS.items()},
    }
    for policy in reader.policies.values():
        names = Names(policy, reader.organisation, lang)
        channels = {key: channel.text for key, channel in policy.channels.items()}
        for name, words in (
            ("kind", policy.kinds), ("category", policy.categories), ("channel", channels),
        ):  # fmt: skip
            told = {key: text.in_(lang) for key, text in words.items()}
            found.setdefault(name, {}).update(told)
        levels = {level: names.severity(level) for level in policy.levels}
        found.setdefault("severity", {}).update(levels)
    return found


def labels() -> dict[str, str]:
    """What the filters are called."""
    return {
        "stage": _("Stage"), "ended": _("Ended as"), "kind": _("Kind"), "category": _("Category"),
        "channel": _("Channel"), "severity": _("Severity"), "unit": _("Received by"),
        "about": _("Unit concerned"), "owner": _("Owner"), "owes": _("Owing"),
        "owes_late": _("Owing, overdue"), "from": _("Registered from"),
        "until": _("Registered until"), "late": _("Overdue"), "q": _("Find"),
    }  # fmt: skip


def chips(asked: Asked, reader: Reader) -> list[dict[str, Json]]:
    """What the list is narrowed to, each with the address without it."""
    values, called = offered(reader), labels()
    found = []
    for name, value in asked.given.items():
        if name == "all" or (name == "owes_late" and not asked.given.get("owes")):
            continue
        text = values.get(name, {}).get(value, value)
        if name in ("unit", "about", "owner", "owes"):
            text = place_name(reader, name, value)
        label = (
            called[name]
            if name in ("late", "owes_late")
            else _("%(name)s: %(value)s")
            % {
                "name": called[name],
                "value": text,
            }
        )
        gone = {name: "", "owes_late": ""} if name == "owes" else {name: ""}
        found.append({"label": label, "url": f"?{asked.query(**gone)}", "current": True})
    return found


def fields(asked: Asked, reader: Reader) -> list[dict[str, Json]]:
    """The filters as fields of a form, filled in as asked."""
    values, called = offered(reader), labels()
    found: list[dict[str, Json]] = []
    for name in (*SAME, "owes"):
        given = asked.given.get(name, "")
        made: dict[str, Json] = {"name": name, "label": called[name], "value": given}
        if name in values:
            if len(values[name]) < 2 and not given:
                continue
            made |= {"kind": "select", "choices": _choices(values[name])}
        else:
            shown = place_name(reader, name, given) if given and name not in asked.wrong else given
            made |= {"value": shown, "attrs": {"list": f"{name}-names", "autocomplete": "off"}}
        found.append(made)
    found += [
        {"name": name, "label": called[name], "kind": "date", "value": asked.given.get(name, "")}
        for name in DAYS
    ]
    for made in found:
        made["error"] = asked.wrong.get(made["name"], "")
        made["id"] = f"filter-{made['name']}"
    return found


def names_offered(reader: Reader) -> dict[str, list[str]]:
    """What is offered while a unit or a post is typed, by the list's id."""
    return {
        f"{name}-names": sorted(set(places(reader, name).values()))[:500]
        for name in ("unit", "about", "owner", "owes")
    }


def _choices(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": text} for value, text in words.items()]


def hidden(asked: Asked, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a form on the list's page carries on, beside its own fields."""
    left = set(without)
    return [pair for pair in parse_qsl(asked.query()) if pair[0] not in left]
