"""Documents from Markdown files: what stands between two lines of --- says what the document is."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from bihuan.desk import library
from bihuan.desk.library import Publication
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.nodes import plain
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

KEYS = ("code", "version", "title", "topics", "level", "from", "until", "copied", "published")
_PARTS = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)


def read_document(content: bytes, now: int) -> Publication | Refusal:
    """The publication that a file describes; what is wrong names the key and what would be right.

    Times are days (their first second) or wall times of the organisation; `copied: no` leaves the
    copy open, and `from` and `copied` are now where they are not given.
    """
    try:
        written = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return _refuse("file", "不是 UTF-8 文本", "it is no UTF-8 text")
    parts = _PARTS.fullmatch(written)
    if parts is None:
        return _refuse(
            "file",
            "开头应有两行 --- 之间的说明：code、version、title 等",
            "it begins with lines between two --- that say code, version, title …",
        )
    node, findings = read_nodes(parts[1])
    told = plain(node) if node is not None else None
    if not isinstance(told, dict):
        why = findings[0].text if findings else Text("应为 键: 值", "keys and values are wanted")
        return Refusal("bad-value", why, field="---")
    for key in told:
        if key not in KEYS:
            right = ", ".join(KEYS)
            return _refuse(str(key), f"没有这一项；可有 {right}", f"no such key; there are {right}")
    times: dict[str, int | None] = {}
    for key, usual in (("from", now), ("until", None), ("copied", now), ("published", None)):
        value = told.get(key)
        if key == "copied" and value == "no":
            times[key] = None
            continue
        times[key] = _instant(str(value)) if value else usual
        if value and times[key] is None:
            return _refuse(
                key, "应形如 2026-01-01 或 2026-01-01 08:00", "as 2026-01-01 or 2026-01-01 08:00"
            )
    return Publication(
        code=_word(told, "code"),
        version=_word(told, "version"),
        title=_word(told, "title"),
        since=times["from"] or now,
        level=_word(told, "level") or "public",
        topics=_topics(told.get("topics")),
        text=parts[2].strip() + "\n" if parts[2].strip() else "",
        until=times["until"],
        copied=times["copied"],
        published=times["published"],
    )


def publish_all(
    found: Iterable[tuple[str, bytes]], *, by: str, now: int, dry_run: bool = False
) -> list[tuple[str, Publication | None, Refusal | None]]:
    """Publish the documents of these files, by the time they come in force; all of them or none.

    What came of each: its name, what it describes, why it was refused. `dry_run` writes nothing.
    """
    read = [(name, read_document(content, now)) for name, content in found]
    ordered = sorted(
        read, key=lambda pair: pair[1].since if isinstance(pair[1], Publication) else 0
    )
    results: list[tuple[str, Publication | None, Refusal | None]] = []
    with transaction.atomic():
        for name, one in ordered:
            if isinstance(one, Refusal):
                results.append((name, None, one))
                continue
            done = library.publish(one, by=by, now=now)
            results.append((name, one, done if isinstance(done, Refusal) else None))
        if dry_run or any(refusal for _, _, refusal in results):
            transaction.set_rollback(True)
    return results


def _word(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _topics(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return tuple(str(value).replace(",", " ").split()) if value else ()


def _instant(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=_zone())).timestamp())


def _zone() -> ZoneInfo:
    """The zone in which the organisation writes its times."""
    from bihuan.desk.organisation import adopted_policies

    for policy in adopted_policies():
        if zone := policy.calendars["usual"].get("zone"):
            return ZoneInfo(str(zone))
    return ZoneInfo(settings.TIME_ZONE)


def _refuse(field: str, zh: str, en: str) -> Refusal:
    return Refusal("bad-value", Text(zh, en), field=field)
