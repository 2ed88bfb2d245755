"""The port of services that post to us: what was asked, what it says, how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bihuan.desk.sources import Post, Source


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a service: its body is not believed before its signature was checked."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """The posts a request holds, and what answers it once they are kept."""

    posts: tuple[Post, ...] = ()
    answer: bytes = b"success"
    kind: str = "text/plain; charset=utf-8"


class NotProvenError(Exception):
    """The signature is missing, wrong or too old: nothing is kept."""


class NotReadableError(Exception):
    """The signature is right, and what it signs cannot be read: the name of what is wrong."""


Hearing = Callable[[Source, Asked, int], Heard]


@dataclass(frozen=True, slots=True)
class Opened:
    """A message as its service sealed it: who it was for, and what it says."""

    receiver: str
    text: bytes = field(repr=False)
