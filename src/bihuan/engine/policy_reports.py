"""Reads `reports`: which figures each periodic report shows, broken down by what, of which cases."""

from collections.abc import Collection, Iterable, Mapping

from bihuan.engine import nodes
from bihuan.engine.measure import Is
from bihuan.engine.measures import DIMENSIONS, MEASURES, dimensions_of
from bihuan.engine.nodes import Node
from bihuan.engine.policy import Periodic, Post, Report, ReportPart
from bihuan.engine.reading import Reader
from bihuan.engine.words import NOTHING, Text

_FIGURE = Text("指标", "measure")
_DIMENSION = Text("分组依据", "thing to break down by")


class Reports:
    """Reads the section; names that are not there are findings at their place."""

    def __init__(
        self,
        read: Reader,
        rhythm: Iterable[Periodic],
        posts: Mapping[str, Post],
        named: Mapping[str, Collection[str]],
    ) -> None:
        self.read = read
        self.rhythm = {row.name: row for row in rhythm}
        self.posts = posts
        self.named = named  # the values of kind, channel and so on that the policy knows

    def reports(self, section: nodes.Mapping) -> dict[str, Report]:
        """Each report by the name of its row of `rhythm`."""
        return {key.text: self._report(key, node) for key, node in section.items}

    def _report(self, key: nodes.Scalar, node: Node) -> Report:
        read, place = self.read, f"reports.{key.text}"
        read.choice(key, self.rhythm, place, Text("定期事项", "row of rhythm"))
        mapping = read.mapping(node, place)
        read.known(mapping, ("zh", "en", "parts", "each", "to", "clause"), place)
        read.required(mapping, ("parts",), place)
        row = self.rhythm.get(key.text)
        if row is not None and not row.covering:
            read.error(
                key,
                "no-period",
                f"{place}：rhythm 中的“{key.text}”未写 covering，不知统计哪一期",
                f"{place}: the row '{key.text}' of rhythm has no `covering`, so the period is not known",
                place,
            )
        kinds = sorted({post.of for post in self.posts.values() if post.of})
        return Report(
            name=key.text,
            text=read.words(mapping, place, key.text),
            parts=tuple(
                self._part(item, f"{place}.parts[{i}]")
                for i, item in enumerate(read.sequence(mapping.get("parts")))
            ),
            each=read.choice(
                mapping.get("each"), kinds, f"{place}.each", Text("部门种类", "kind of unit")
            ),
            to=tuple(
                read.choice(item, self.posts, f"{place}.to", Text("岗位", "post"))
                for item in read.sequence(mapping.get("to"))
            ),
            at=read.element(mapping, place, "report"),
        )

    def _part(self, node: Node, place: str) -> ReportPart:
        read = self.read
        mapping = read.mapping(node, place)
        read.known(mapping, ("zh", "en", "figures", "by", "only", "clause"), place)
        read.required(mapping, ("figures",), place)
        figures = tuple(
            name
            for item in read.sequence(mapping.get("figures"))
            if (name := read.choice(item, MEASURES, f"{place}.figures", _FIGURE)) in MEASURES
        )
        possible = [
            name
            for name in DIMENSIONS
            if all(name in dimensions_of(MEASURES[figure].of) for figure in figures)
        ]
        by = tuple(
            read.choice(item, possible, f"{place}.by", _DIMENSION)
            for item in read.sequence(mapping.get("by"))
        )
        only = tuple(
            self._only(key, value, possible, f"{place}.only")
            for key, value in read.mapping(mapping.get("only"), f"{place}.only").items
        )
        at = read.element(mapping, place, "report", cites=mapping.get("clause") is not None)
        named = mapping.get("zh") is not None or mapping.get("en") is not None
        return ReportPart(figures, by, only, at, read.words(mapping, place) if named else NOTHING)

    def _only(self, key: nodes.Scalar, node: Node, possible: list[str], place: str) -> Is:
        column = self.read.choice(key, possible, place, _DIMENSION)
        known = self.named.get(column)
        values = []
        for item in self.read.sequence(node):
            if known is None:
                values.append(self.read.text(item, place))
            else:
                values.append(self.read.choice(item, known, place, DIMENSIONS[column]))
        return Is(column, tuple(values))
