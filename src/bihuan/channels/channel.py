"""What a channel is: how it is called, how it judges what came by it, how that is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bihuan.desk import files
from bihuan.desk.received import Message, Verdict
from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Something enclosed in a message: what it is called, what kind it is, what it holds."""

    name: str
    kind: str  # a media type
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """A message as people read it. `html` is safe to show; `fresh` is the text without what it quotes."""

    sender: str = ""
    contact: str = ""  # how to reach the sender
    subject: str = ""
    text: str = ""
    fresh: str = ""
    html: str = ""
    enclosed: tuple[Enclosed, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)  # what else a reader may want to know


def keep_enclosed(content: Content) -> tuple[str, ...]:
    """What is enclosed, kept as evidence; what may not be attached stays in the raw message alone."""
    kept = (files.keep([one.content], one.name) for one in content.enclosed)
    return tuple(one for one in kept if isinstance(one, str))


def plain_text(raw: bytes) -> Content:
    """A message that is nothing but text."""
    text = raw.decode("utf-8", "replace")
    return Content(text=text, fresh=text)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way in or out; each folder below `channels` that has one, as `CHANNEL`, is found by itself.

    `codes` are the names that policies give to what comes by it. `judge` says what a message is, and
    must give the same answer when it is asked again; without it a person judges every message.
    `read` makes a raw message readable. Neither may raise because of what a message holds.
    """

    codes: tuple[str, ...]
    text: Text
    judge: Callable[[Message, int], Verdict] | None = None
    read: Callable[[bytes], Content] = plain_text
    ending: str = ".txt"  # of the raw form as a file
