"""What the rest of a policy file refers to: calendars, numbers, posts, kinds, channels, facts."""

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import Published, parse_calendar
from bihuan.engine.clock import Span, parse_span
from bihuan.engine.nodes import Mapping, Node, Scalar, plain
from bihuan.engine.opening_hours import BadTime
from bihuan.engine.policy import (
    Channel,
    Element,
    Fact,
    Number,
    Post,
    Value,
)
from bihuan.engine.reading import Reader
from bihuan.engine.words import (
    BUILT_IN_FACTS,
    COUNTS,
    DRAWN,
    INSTANTS,
    LEFT_BEHIND,
    WINDOWS,
    YES_NO,
    Text,
)

# The sources of holidays a calendar may name; what they publish is data of the desk.
_SOURCES = {"china": Published(through=2000)}
MOST_LETTERS = 40  # of a word that is listened for
T = TypeVar("T")


class Names:
    """The vocabulary of one file, filled in the order it is read."""

    def __init__(self, node: Node) -> None:
        self.read = Reader()
        self.top = self.read.mapping(node, "policy")
        self.uses: set[str] = set()
        self.numbers: dict[str, Number] = {}
        self.posts: dict[str, Post] = {}
        self.facts: dict[str, Fact] = {}
        self.table_names: tuple[str, ...] = ()
        self.sheet_names: tuple[str, ...] = ()
        self.form_names: tuple[str, ...] = ()
        self.calendar_names: tuple[str, ...] = ()
        self.calendar_words: dict[str, Text] = {}

    def section(self, name: str) -> Mapping:
        return self.read.mapping(self.top.get(name), name)

    def _calendars(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for key, node in self.section("calendars").items:
            mapping = self.read.mapping(node, f"calendars.{key.text}")
            self.read.known(
                mapping, ("zh", "en", "zone", "open", "holidays", "clause"), f"calendars.{key.text}"
            )
            self.read.required(mapping, ("open", "holidays"), f"calendars.{key.text}")
            words = dict(plain(mapping))
            told = [words.pop(lang, None) is not None for lang in ("zh", "en")]
            if any(told):
                self.calendar_words[key.text] = self.read.words(
                    mapping, f"calendars.{key.text}", key.text
                )
            found[key.text] = words
            self._try(
                node,
                f"calendars.{key.text}",
                partial(parse_calendar, words, _SOURCES),
            )
        if "usual" not in found:
            self.read.error(
                self.top.get("calendars") or self.top,
                "no-usual-calendar",
                "calendars 中须有名为 usual 的日历",
                "calendars must have one called usual",
                "calendars",
            )
        return found

    def _try(self, node: Node, place: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except BadTime as wrong:
            self.read.error(node, "bad-time", f"{place}:{wrong.zh}", f"{place}: {wrong.en}", place)
            return None

    def _numbers(self) -> None:
        for key, node in self.section("numbers").items:
            place = f"numbers.{key.text}"
            mapping = self.read.mapping(node, place)
            self.read.known(
                mapping, ("is", "word", "mark", "clause", "settled", "on", "from"), place
            )
            self.read.required(mapping, ("is", "word", "mark", "clause"), place)
            self.read.choice(
                mapping.get("mark"),
                ("stated", "vague", "garbled", "cut", "contradiction", "ours"),
                f"{place}.mark",
                Text("标记", "mark"),
            )
            settled = mapping.get("settled")
            self.numbers[key.text] = Number(
                key.text,
                self._values(mapping.get("is"), place, mapping.get("on")),
                written(mapping.get("is")),
                self.read.text(mapping.get("word"), f"{place}.word"),
                self.read.text(mapping.get("mark"), f"{place}.mark"),
                dict(plain(settled)) if isinstance(settled, Mapping) else None,
                self.read.element(mapping, place, "number", cites=False),
                self.read.choice(
                    mapping.get("from"), INSTANTS, f"{place}.from", Text("时刻", "instant")
                ),
            )

    def _values(
        self, node: Node | None, place: str, calendar: Node | None
    ) -> tuple[tuple[str, Value], ...]:
        if node is None:
            return (("", 0),)
        if isinstance(node, Mapping) and all(
            re.fullmatch(r"\d{4}-\d\d-\d\d", key.text) for key, _ in node.items
        ):
            return tuple(
                sorted((key.text, self._value(value, place, calendar)) for key, value in node.items)
            )
        return (("", self._value(node, place, calendar)),)

    def _value(self, node: Node, place: str, calendar: Node | None) -> Value:
        on = f" on {calendar.text}" if isinstance(calendar, Scalar) else ""
        if isinstance(node, Scalar):
            if re.fullmatch(r"\d+", node.text):
                return int(node.text)
            if share := re.fullmatch(r"(\d{1,2}|100) ?%", node.text):
                return int(share[1])
            if money := re.fullmatch(r"(\d+)(?:\.(\d\d))? yuan", node.text):
                return int(money[1]) * 100 + int(money[2] or 0)
            if re.fullmatch(r"\d\d:\d\d", node.text):
                return node.text
            return self._span(Scalar(node.text + on, node.line, node.column), f"{place}.is") or 0
        return self._span(node, f"{place}.is") or 0

    def _span(self, node: Node, place: str) -> Span | None:
        found = self._try(node, place, lambda: parse_span(plain(node)))
        name = found.on if found is not None else None
        if name and name not in self.calendar_names:
            self.read.error(
                node,
                "unknown-name",
                f"{place}：没有名为“{name}”的日历",
                f"{place}: no calendar is called '{name}'",
                place,
            )
            return None
        return found

    def number(self, node: Node | None, place: str) -> str:
        """A reference to a number; a number written where a name belongs is an error of its own."""
        if node is None:
            return ""
        name = self.read.text(node, place)
        if name and name[0].isdigit():
            self.read.error(
                node,
                "number-in-row",
                f"{place}：“{name}”应写进 numbers 并在此引用其名",
                f"{place}: put '{name}' into numbers and name it here",
                place,
            )
            return ""
        self.uses.add(name)
        return self.read.choice(node, self.numbers, place, Text("约定数", "number"))

    def _count(self, node: Node | None, place: str, default: int) -> int:
        text = self.read.text(node, place, str(default))
        if node is not None and not text.isdigit():
            self.read.error(
                node, "not-a-count", f"{place} 应为整数", f"{place} should be a whole number", place
            )
            return default
        return int(text)

    def _posts(self) -> None:
        who = self.section("who")
        names = tuple(key.text for key, _ in who.items if key.text != "never_the_same")
        for key, node in who.items:
            if key.text == "never_the_same":
                continue
            place = f"who.{key.text}"
            mapping = self.read.mapping(node, place)
            self.read.known(
                mapping, ("zh", "en", "up", "of", "outside", "recused_by", "sees", "clause"), place
            )
            self.read.choice(
                mapping.get("sees"), ("own only",), f"{place}.sees", Text("可见范围", "view")
            )
            self.posts[key.text] = Post(
                key.text,
                self.read.words(mapping, place, key.text),
                self.read.choice(mapping.get("up"), names, f"{place}.up", Text("岗位", "post")),
                self.read.text(mapping.get("of"), f"{place}.of"),
                self.read.yes(mapping.get("outside"), f"{place}.outside"),
                self.read.choice(
                    mapping.get("recused_by"), names, f"{place}.recused_by", Text("岗位", "post")
                ),
                mapping.get("sees") is not None,
                self.read.element(mapping, place, "post"),
            )

    def _never_the_same(self) -> tuple[tuple[str, ...], ...]:
        node = self.section("who").get("never_the_same")
        return tuple(
            tuple(
                self.read.choice(item, self.posts, "who.never_the_same", Text("岗位", "post"))
                for item in self.read.sequence(pair)
            )
            for pair in self.read.sequence(node)
        )

    def _titles(self, node: Node | None, place: str) -> dict[str, Text]:
        mapping = self.read.mapping(node, place)
        found: dict[str, Text] = {}
        for key, value in mapping.items:
            if key.text == "clause":
                continue
            if isinstance(value, Mapping):
                self.read.known(
                    value,
                    ("zh", "en", "clause", "parts", "linked to", "may be linked to", "words"),
                    f"{place}.{key.text}",
                )
                self.read.element(value, f"{place}.{key.text}", "title")
            found[key.text] = self.read.words(value, f"{place}.{key.text}", key.text)
        if node is not None:
            self.read.element(mapping, place, "titles")
        return found

    def _spoken(self, what: Mapping) -> dict[str, dict[str, tuple[str, ...]]]:
        """The words by which what a customer says is told: by fact, then by value."""
        found = {
            name: self._words_of(what.get(section), f"what.{section}")
            for name, section in (("kind", "kinds"), ("category", "categories"))
        }
        for key, node in self.read.mapping(what.get("facts"), "what.facts").items:
            place = f"what.facts.{key.text}"
            values = self.read.mapping(node, place).get("is")
            if isinstance(values, Mapping):
                found[key.text] = self._words_of(values, f"{place}.is")
            elif isinstance(node, Mapping) and node.get("words") is not None:
                if self.facts[key.text].type != "yes/no":
                    self.read.error(
                        node.get("words") or node,
                        "words-nowhere",
                        f"{place}.words：只能写在是否值的事实、或取值之下",
                        f"{place}.words: only a yes/no fact, or a value, can have words",
                        place,
                    )
                yes = Mapping(((Scalar("yes", key.line, key.column), node),))
                found[key.text] = self._words_of(yes, place)
        return {name: words for name, words in found.items() if words}

    def _words_of(self, node: Node | None, place: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        known: dict[str, str] = {}
        for key, value in self.read.mapping(node, place).items:
            if not isinstance(value, Mapping) or value.get("words") is None:
                continue
            for item in self.read.sequence(value.get("words")):
                word = self.read.text(item, f"{place}.words").strip().casefold()
                if word in known:
                    self.read.error(
                        item,
                        "word-twice",
                        f"{place}：词语“{word}”已属于“{known[word]}”",
                        f"{place}: the word '{word}' belongs to '{known[word]}' already",
                        place,
                    )
                elif not 2 <= len(word) <= MOST_LETTERS:
                    self.read.error(
                        item,
                        "bad-word",
                        f"{place}：词语“{word}”应为 2 至 {MOST_LETTERS} 个字",
                        f"{place}: the word '{word}' should have 2 to {MOST_LETTERS} characters",
                        place,
                    )
                else:
                    known[word] = key.text
                    found[key.text] = (*found.get(key.text, ()), word)
        return found

    def _channels(self, node: Node | None) -> dict[str, Channel]:
        found: dict[str, Channel] = {}
        for key, value in self.read.mapping(node, "what.channels").items:
            place = f"what.channels.{key.text}"
            mapping = self.read.mapping(value, place)
            self.read.known(
                mapping,
                ("zh", "en", "written", "addition", "opened", "received", "shows first", "clause"),
                place,
            )
            self.read.required(mapping, ("written",), place)
            found[key.text] = Channel(
                key.text,
                self.read.words(mapping, place, key.text),
                self.read.yes(mapping.get("written"), f"{place}.written"),
                self.read.yes(mapping.get("addition"), f"{place}.addition"),
                self.read.element(mapping, place, "channel"),
                self.read.yes(mapping.get("opened"), f"{place}.opened"),
                bool(
                    self.read.choice(
                        mapping.get("shows first"),
                        ("return conditions",),
                        f"{place}.shows first",
                        Text("先显示的内容", "thing to show first"),
                    )
                ),
            )
        return found

    def _facts(
        self,
        node: Node | None,
        kinds: dict[str, Text],
        callers: dict[str, Text],
        channels: dict[str, Channel],
        categories: dict[str, Text],
    ) -> None:
        given: dict[str, dict[str, Text]] = {
            "kind": kinds,
            "caller": callers,
            "channel": {name: channel.text for name, channel in channels.items()},
            "category": categories,
            "written": YES_NO,
            "anonymous": YES_NO,
        }
        for name, text in BUILT_IN_FACTS.items():
            asked = "classify" if name == "category" and categories else ""
            kind = "yes/no" if given[name] is YES_NO else "one of"
            self.facts[name] = Fact(
                name, text, kind, given[name], asked=asked, at=Element(f"what.{name}")
            )
        for name, text in LEFT_BEHIND.items():
            at = Element(f"what.{name}")
            self.facts[name] = Fact(name, text, "count", {}, left_behind=True, at=at)
        rows = self.read.sequence(self.top.get("steps"))
        if any(isinstance(row, Mapping) and row.get("sample") is not None for row in rows):
            self.facts[DRAWN] = Fact(
                DRAWN,
                Text("抽中回访", "Drawn for a visit"),
                "yes/no",
                YES_NO,
                counted="history",
                counts="cases drawn for a visit",
                at=Element("steps"),
            )
        for key, value in self.read.mapping(node, "what.facts").items:
            self.facts[key.text] = self._fact(
                key, self.read.mapping(value, f"what.facts.{key.text}")
            )

    def _fact(self, key: Scalar, mapping: Mapping) -> Fact:
        read, place = self.read, f"what.facts.{key.text}"
        read.known(
            mapping,
            (
                "zh",
                "en",
                "is",
                "asked",
                "set by",
                "counted",
                "by",
                "personal",
                "finds",
                "for",
                "words",
                "clause",
            ),
            place,
        )
        read.required(mapping, ("is",), place)
        kind = mapping.get("is")
        values: dict[str, Text] = {}
        if isinstance(kind, Mapping):
            type_ = "one of"
            values = {
                name.text: read.words(text, f"{place}.is.{name.text}", name.text)
                for name, text in kind.items
            }
        else:
            type_ = read.choice(
                kind,
                ("yes/no", "text", "count", "money", "files", "time", "place"),
                f"{place}.is",
                Text("类型", "type"),
                "text",
            )
            values = YES_NO if type_ == "yes/no" else {}
        by_calendar = (
            read.choice(
                mapping.get("by"), ("calendar",), f"{place}.by", Text("来源", "source of a fact")
            )
            == "calendar"
        )
        if by_calendar and set(values) != set(WINDOWS):
            read.error(
                mapping,
                "not-a-window",
                f"{place}:by: calendar 的取值应恰为 {'、'.join(WINDOWS)}",
                f"{place}: the values of a fact by calendar are {', '.join(WINDOWS)}, no others",
                place,
            )
        counted = read.text(mapping.get("counted"), f"{place}.counted")
        period = counted.rpartition(" in ")[2] if counted else ""
        if counted:
            at = mapping.get("counted") or mapping
            what = Scalar(counted.rpartition(" in ")[0], at.line, at.column)
            read.choice(what, COUNTS, f"{place}.counted", Text("统计对象", "count"))
        if period and period != "history":
            self.uses.add(period)
            if period not in self.numbers:
                read.error(
                    mapping.get("counted") or mapping,
                    "unknown-name",
                    f"{place}.counted:没有名为“{period}”的约定数",
                    f"{place}.counted: no number is called '{period}'",
                    place,
                )
        return Fact(
            key.text,
            read.words(mapping, place, key.text),
            type_,
            values,
            read.choice(
                mapping.get("asked"),
                ("registration", "classify"),
                f"{place}.asked",
                Text("时机", "moment"),
            ),
            read.choice(mapping.get("set by"), ACTS, f"{place}.set by", Text("动作", "act")),
            period,
            read.yes(mapping.get("personal"), f"{place}.personal"),
            read.element(mapping, place, "fact"),
            counts=counted.rpartition(" in ")[0],
            by_calendar=by_calendar,
            finds_customer=read.choice(
                mapping.get("finds"), ("customer",), f"{place}.finds", Text("对象", "what is found")
            )
            == "customer",
            kinds=tuple(
                read.choice(item, self.facts["kind"].values, f"{place}.for", Text("类型", "kind"))
                for item in read.sequence(mapping.get("for"))
            ),
        )


def written(node: Node | None) -> str:
    """A node as the file says it."""
    if isinstance(node, Scalar):
        return node.text
    return "" if node is None else str(plain(node))
