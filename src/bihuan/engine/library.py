"""The library: published documents, which version is in force when, and what may be cited from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.engine.calendar import Calendar, instant_text
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.words import DISCLOSURE, TELLABLE, Text


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document: in force from an instant until another (0: until further notice).

    `copied` is when the service centre got it (0: not yet); no topics: it is about any of them.
    """

    document: str
    label: str
    title: str
    topics: tuple[str, ...]
    level: str
    hash: str
    since: int
    until: int = 0
    copied: int = 0

    @property
    def citation(self) -> str:
        """How it is cited: the document's code, a space, the version's label."""
        return f"{self.document} {self.label}"

    def in_force(self, at: int) -> bool:
        """Whether it is in force at an instant."""
        return self.since <= at and (not self.until or at < self.until)

    def is_about(self, topic: str) -> bool:
        """Whether it may answer a case of that category; of no known category: any."""
        return not self.topics or not topic or topic in self.topics

    def is_copied(self, at: int) -> bool:
        """Whether the service centre had it at an instant."""
        return 0 < self.copied <= at


@dataclass(frozen=True)
class Library:
    """What is published, as known now: the versions of each document, by its code, oldest first."""

    documents: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)

    def in_force(self, code: str, at: int) -> Version | None:
        """The version of a document that is in force at an instant."""
        return next((one for one in self.documents.get(code, ()) if one.in_force(at)), None)

    def citable(self, at: int, topic: str = "", *, copied: bool = True) -> tuple[Version, ...]:
        """The versions that an answer on a topic may cite at an instant, those of the topic first."""
        found = [
            one
            for versions in self.documents.values()
            for one in versions
            if one.in_force(at)
            and one.level in TELLABLE
            and one.is_about(topic)
            and (not copied or one.is_copied(at))
        ]
        return tuple(sorted(found, key=lambda one: (topic not in one.topics, one.document)))

    def find(self, cited: str, at: int) -> Version | None:
        """The version a citation names; a code alone means the version in force."""
        if cited in self.documents:
            return self.in_force(cited, at)
        code, _, label = cited.partition(" ")
        versions = self.documents.get(code, ())
        return next((one for one in versions if one.label == label.strip()), None)


def citing(
    library: Library, cited: str, *, at: int, topic: str, copied: bool, calendar: Calendar
) -> Refusal | None:
    """Why an answer may not cite this at `at`; None where it may. `copied`: the service centre cites."""
    code = cited.strip().partition(" ")[0]
    versions = library.documents.get(code, ())
    if not versions:
        return refuse("unknown-document", field=code)
    found, current = library.find(cited.strip(), at), library.in_force(code, at)
    right = _instead(current)
    if found is None and cited.strip() == code:
        found = next((one for one in versions if one.since > at), versions[-1])
    if found is None:
        labels = ", ".join(one.label for one in versions)
        return refuse("unknown-version", field=cited.strip(), right=labels)
    if found.since > at:
        since = instant_text(found.since, calendar)
        return refuse("not-yet-in-force", field=found.citation, since=since, right=right)
    if not found.in_force(at):
        until = instant_text(found.until, calendar)
        return refuse("no-longer-in-force", field=found.citation, until=until, right=right)
    if found.level not in TELLABLE:
        return refuse("not-to-be-told", field=found.citation, level=DISCLOSURE[found.level])
    if copied and not found.is_copied(at):
        return refuse("not-copied", field=found.citation)
    return None if found.is_about(topic) else refuse("other-topic", field=found.citation)


def _instead(current: Version | None) -> Text:
    if current is None:
        return Text("现在没有现行版本", "no version is in force now")
    return Text(f"现行版本是“{current.citation}”", f"in force is '{current.citation}'")
