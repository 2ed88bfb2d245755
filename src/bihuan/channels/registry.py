"""Which channels there are: every folder beside this file that says so; what waits to be judged, and to be sent."""

import logging
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from bihuan import channels
from bihuan.channels.channel import Channel, Content, plain_text
from bihuan.desk import delivering, received
from bihuan.desk.received import Judged, Message, Verdict
from bihuan.desk.ways import Way

log = logging.getLogger(__name__)


@cache
def all_channels() -> dict[str, Channel]:
    """Every channel by each of its codes."""
    found: dict[str, Channel] = {}
    for module in pkgutil.iter_modules(channels.__path__):
        if not module.ispkg:
            continue
        channel = getattr(import_module(f"bihuan.channels.{module.name}"), "CHANNEL", None)
        if channel:
            found |= dict.fromkeys(channel.codes, channel)
    return found


@cache
def ways_out() -> dict[str, Way]:
    """Every way out by its name: of the folders whose `sending.py` says so."""
    found: dict[str, Way] = {}
    for module in pkgutil.iter_modules(channels.__path__):
        if module.ispkg and find_spec(f"bihuan.channels.{module.name}.sending"):
            sending = import_module(f"bihuan.channels.{module.name}.sending")
            way: Way | None = getattr(sending, "WAY", None)
            if way:
                found[way.name] = way
    return found


def find(code: str) -> Channel | None:
    """The channel that stands for this code of a policy, or None."""
    return all_channels().get(code)


def name_of(code: str, language: str) -> str:
    """What a channel is called; its code where there is none."""
    channel = find(code)
    return channel.text.in_(language) if channel else code


def unknown(codes: Iterable[str]) -> list[str]:
    """Those of a policy's channel codes that no channel stands for."""
    return [code for code in codes if code not in all_channels()]


def read(code: str, raw: bytes) -> Content:
    """A raw message as people read it."""
    channel = find(code)
    return channel.read(raw) if channel else plain_text(raw)


def judge(message: Message, now: int) -> Judged:
    """Judge one message by its channel's rules; what cannot be judged is set aside for a person."""
    channel = find(message.channel)
    if channel is None or channel.judge is None:
        return Judged()
    try:
        verdict = channel.judge(message, now)
    except Exception:
        log.exception("message %s could not be judged", message.id)
        verdict = Verdict("quarantined", "unreadable")
    return settle(message, verdict, now)


def settle(message: Message, verdict: Verdict, now: int) -> Judged:
    """Carry a verdict out; where that is refused, a person has a look."""
    done = received.judge(message.id, verdict, now=now)
    if done.refusal and done.refusal.code not in ("no-policy", "judged-already"):
        aside = Verdict("quarantined", done.refusal.code)
        return received.judge(message.id, aside, now=now)
    return done


def judge_waiting(now: int) -> int:
    """Judge what was received and waits, the oldest first; how many. Any number may do it at once."""
    own = [code for code, channel in all_channels().items() if channel.judge]
    count = 0
    while found := received.waiting(own):
        done = [judge(message, now) for message in found]
        count += sum(1 for one in done if one.refusal is None)
        if any(one.refusal for one in done):
            break  # what stays waiting comes again
    return count


def send_waiting(now: int) -> delivering.Sent:
    """Send what waits to go out, by every way that is open."""
    return delivering.send(now, ways_out())
