"""A report's figures in words: tables with what each line is called and where each figure leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bihuan.engine import manner
from bihuan.engine.acts import VISITED
from bihuan.engine.measures import DIMENSIONS, MEASURES
from bihuan.engine.policy import Report, ReportPart
from bihuan.engine.reporting import NAMELESS
from bihuan.engine.words import ENDINGS, STAGES
from bihuan.web.addresses import address
from bihuan.web.shell import Reader
from bihuan.web.words import Names

Json = Any
NOTHING = "—"
_CLAUSE = 16  # characters of a clause that are said beside its number


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is read: `stands_on` says of a share or a time how many it was taken from."""

    text: str
    stands_on: str = ""
    before: str = ""
    url: str = ""
    number: int | float | None = None  # for a spreadsheet, in `unit`
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is about, and its figures."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Some figures: one line for each figure, or with `heads` one for each group."""

    title: str
    first: str
    heads: tuple[str, ...]
    says: tuple[str, ...]
    lines: tuple[Line, ...]
    more: int = 0
    clause: str = ""
    bars: bool = False  # whether the first figure of each line is drawn as a bar too

    @property
    def longest(self) -> float:
        """What the longest bar stands for; 0 where there is none."""
        if not self.bars:
            return 0
        return max((line.figures[0].number or 0 for line in self.lines), default=0)


@dataclass(frozen=True, slots=True)
class Said:
    """A report as people read it; the same figures give the same words, and files the same bytes."""

    title: str
    company: str
    part: str  # the unit whose part it is; empty for the whole
    period: str
    as_of: str
    foot: str
    language: str
    tables: tuple[Table, ...]
    paragraphs: tuple[str, ...] = ()
    clause: str = ""
    signed: tuple[str, ...] = ()  # who wrote it, and who passed it


def said(
    found: Mapping[str, Json],
    report: Report,
    names: Names,
    reader: Reader,
    *,
    units: Mapping[str, str],
    part: str = "",
    foot: str = "",
    text: str = "",
    signed: tuple[str, ...] = (),
    beside: tuple[Table, ...] = (),
) -> Said:
    """The figures of a report in the reader's language. ``units``: what units were called then;
    ``beside``: tables that follow them.
    """
    words, language = Words(names, units), reader.language
    tables = [
        _table(part, told, found, words, language)
        for part, told in zip(report.parts, found["parts"], strict=True) if told["figures"]
    ]  # fmt: skip
    return Said(
        report.text.in_(language), reader.house.name, units.get(part, part),
        period_text(found, reader),
        _("as known on %(when)s") % {"when": reader.clock.full(found["as_of"])},
        foot, language,
        tuple(
            replace(table, title=f"{manner.item(place, language)}{table.title}")
            for place, table in enumerate((*tables, *beside), 1)
        ),
        tuple(line for line in text.splitlines() if line.strip()),
        _(", ").join(report.at.clauses), signed,
    )  # fmt: skip


def period_text(found: Mapping[str, Json], reader: Reader) -> str:
    """The period with its days: 2026-W10 (2026-03-02 – 2026-03-08)."""
    first, last = reader.clock.day(found["since"]), reader.clock.day(found["until"] - 1)
    if first == last:
        return first
    return _("%(period)s (%(first)s to %(last)s)") % {
        "period": found["period"], "first": first, "last": last,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What the values that figures are broken down by are called."""

    names: Names
    units: Mapping[str, str]

    def value(self, column: str, value: Json) -> str:
        """One value of one column."""
        names, policy, code = self.names, self.names.policy, str(value)
        match column:
            case "weekday":
                return manner.weekday(int(value) - 1, self.names.language)
            case "hour":
                return f"{int(value):02}:00"
            case "unit" | "intake" if not code:
                return _("Posts of the company as a whole")
            case _ if not code:
                return names.text(NAMELESS)
            case "unit" | "intake":
                return self.units.get(code) or names.unit(code)
            case "post":
                return names.text(policy.posts[code].text) if code in policy.posts else code
            case "act":
                return names.act(code)
            case "severity":
                return names.severity(code)
            case "stage":
                return names.text(STAGES[code]) if code in STAGES else code
            case "ended":
                return names.text({**STAGES, **ENDINGS}.get(code, STAGES["closed"]))
            case "clause":
                return self._clause(code)
            case "outcome":
                return next((names.text(one.text) for one in VISITED if one.name == code), code)
        texts = {
            "kind": policy.kinds, "category": policy.categories, "caller": policy.callers,
            "channel": {name: one.text for name, one in policy.channels.items()},
        }.get(column)  # fmt: skip
        if texts is None:
            fact = policy.facts.get({"reason": "return_reason"}.get(column, column))
            texts = fact.values if fact else {}
        return names.text(texts[code]) if code in texts else code

    def _clause(self, code: str) -> str:
        """A clause with the beginning of its words, where they are in the reader's language."""
        words = " ".join(self.names.policy.clauses.get(code, "").split())
        if not words or not manner.is_zh(self.names.language):
            return code
        return f"{code} {words[:_CLAUSE]}{'…' if len(words) > _CLAUSE else ''}"


def _table(
    part: ReportPart, told: Mapping[str, Json], found: Mapping[str, Json], words: Words, lang: str
) -> Table:
    named, clause = part.text.in_(lang), _(", ").join(part.at.clauses)
    measures = [MEASURES[name] for name in told["figures"]]
    says = tuple(measure.says.in_(lang) for measure in measures)
    if not told["by"]:
        row = told["rows"][0]
        whole = told.get("whole") or []
        lines = tuple(
            Line(measure.text.in_(lang), tuple(_beside(place, row, whole, told, found)))
            for place, measure in enumerate(measures)
        )
        heads = [_("This period"), _("Period before")]
        if "whole" in told:
            heads.append(_("The whole"))
        title = named or _narrowed(_("Figures"), told, words)
        return Table(title, "", tuple(heads), says, lines, clause=clause)
    by = _(", ").join(DIMENSIONS[name].in_(lang) for name in told["by"])
    lines = tuple(
        Line(
            " / ".join(words.value(*one) for one in zip(told["by"], row["key"], strict=True)),
            tuple(
                figure(name, *row["now"][place], before=row["before"][place],
                       url=behind_url(name, found, told, row["key"]))
                for place, name in enumerate(told["figures"])
            ),
        )
        for row in told["rows"]
    )  # fmt: skip
    heads = tuple(measure.text.in_(lang) for measure in measures)
    title = named or _narrowed(_("By %(what)s") % {"what": by.lower()}, told, words)
    bars = len(lines) > 1 and measures[0].unit == "count"
    return Table(title, by, heads, says, lines, told["more"], clause, bars)


def _beside(
    place: int, row: Mapping[str, Json], whole: list[Json], told: Mapping[str, Json],
    found: Mapping[str, Json],
) -> Iterator[Figure]:  # fmt: skip
    name = told["figures"][place]
    yield figure(name, *row["now"][place], url=behind_url(name, found, told, ()))
    yield figure(name, *row["before"][place])
    if whole:
        yield figure(name, *whole[place]) if whole[place] else Figure(_("fewer than 3 others"))


def _narrowed(title: str, told: Mapping[str, Json], words: Words) -> str:
    only = [words.value(column, value) for column, *values in told["only"] for value in values]
    return _(": ").join(part for part in (_(", ").join(only), title) if part)


def figure(name: str, part: int | None, of: int, *, before: Json = None, url: str = "") -> Figure:
    """A figure in words; of nothing nothing is said."""
    unit = MEASURES[name].unit
    earlier = written(name, *before) if before else ""
    if part is None:
        return Figure(NOTHING, before=earlier, unit=unit)
    number: int | float = part
    stands_on = ""
    if unit == "share":
        number, stands_on = part / of, f"{part}/{of}"
    elif unit == "score":
        number, stands_on = part / of, _("of %(count)s") % {"count": of}
    elif unit == "time":
        number, stands_on = part, _("of %(count)s") % {"count": of}
    return Figure(written(name, part, of), stands_on, earlier, url if of else "", number, unit)


def written(name: str, part: int | None, of: int) -> str:
    """A figure as text: 12, 67%, 3 h 20 min, 4.5."""
    if part is None:
        return NOTHING
    match MEASURES[name].unit:
        case "share":
            return manner.percent(100 * part / of)
        case "score":
            return manner.number(part / of, 1)
        case "time":
            return manner.length(part, get_language() or "")
    return manner.number(part)


def behind_url(name: str, found: Mapping[str, Json], told: Mapping[str, Json], key: Any) -> str:
    """The list of the cases a figure stands on, by the same filter; none for calls, which are no cases."""
    if MEASURES[name].of == "calls":
        return ""
    asked: list[tuple[str, Json]] = [
        ("figure", name), ("policy", found["policy"]), ("period", found["period"]),
        ("as_of", found["as_of"]),
    ]  # fmt: skip
    asked += [("within", code) for code in found.get("units", ())[:1]]
    asked += [("received_by", code) for code in found.get("intake", ())[:1]]
    asked += [(column, value) for column, *values in told["only"] for value in values]
    asked += list(zip(told["by"], key, strict=False))
    return f"{address('figures-behind')}?{urlencode(asked)}"
