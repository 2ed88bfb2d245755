"""Reads feeds: RSS, Atom and JSON Feed; each post once, whatever order they come in."""

import json
import time
from calendar import timegm
from typing import Any

import nh3

from bihuan.channels.reaching import Refused, reachable
from bihuan.desk import sources
from bihuan.desk.sources import Post, Source

Json = Any
LARGEST = 5 * 1024 * 1024
SECONDS = 15
MOST = 500  # posts of one look


class UnreadableError(Exception):
    """What was fetched is no feed."""


def wake(now: int) -> int:
    """Read the feeds whose time has come; how many posts were kept. One that fails is tried again later."""
    count = 0
    for source in sources.due(now):
        try:
            body, seen = fetch(source)
            found = posts(body)
        except Exception as error:  # noqa: BLE001  (whatever their server does, the other feeds are read)
            sources.silent(source, f"{type(error).__name__}: {error}", now)
            continue
        for post in found:
            sources.take(source, post, now)
        sources.heard(source, now, seen=seen)
        count += len(found)
    return count


def fetch(source: Source) -> tuple[bytes, str]:
    """What the feed's address holds, and its mark; empty where nothing changed since the mark kept."""
    import httpx2

    url, host = reachable(source.url)
    headers = {"Host": host} | ({"If-None-Match": source.seen} if source.seen else {})
    body, end = b"", time.monotonic() + SECONDS
    with (
        httpx2.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "GET",
            url,
            headers=headers,
            extensions={"sni_hostname": host.rpartition(":")[0] or host},
        ) as response,
    ):
        if response.status_code == 304:
            return b"", source.seen
        if response.status_code != 200:
            raise Refused(f"HTTP {response.status_code}")
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST or time.monotonic() > end:
                raise Refused("too large or too slow")
        return body, response.headers.get("ETag", "")


def posts(body: bytes) -> list[Post]:
    """The posts of a feed, the oldest first. Raises UnreadableError where it is none."""
    if not body:
        return []
    found = _json(body) if body.lstrip()[:1] in (b"{", b"[") else _xml(body)
    return found[:MOST][::-1]


def _json(body: bytes) -> list[Post]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("json") from error
    items = told.get("items") if isinstance(told, dict) else None
    if not isinstance(items, list):
        raise UnreadableError("items")
    return [
        Post(
            str(item.get("id") or item.get("url") or ""),
            str(item.get("content_text") or "") or plain(str(item.get("content_html") or "")),
            _name(item),
            str(item.get("title") or ""),
            str(item.get("url") or ""),
        )
        for item in items
        if isinstance(item, dict) and (item.get("id") or item.get("url"))
    ]


def _name(item: dict[str, Json]) -> str:
    authors = item.get("authors") or [item.get("author") or {}]
    first = authors[0] if isinstance(authors, list) and authors else {}
    return str(first.get("name") or "") if isinstance(first, dict) else ""


def _xml(body: bytes) -> list[Post]:
    import feedparser

    read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    if not read.version and not read.entries:
        raise UnreadableError("xml")
    return [
        Post(
            str(entry.get("id") or entry.get("link") or ""),
            plain(" ".join(str(part.get("value", "")) for part in entry.get("content", []))
                  or str(entry.get("summary") or "")),
            str(entry.get("author") or ""),
            plain(str(entry.get("title") or "")),
            str(entry.get("link") or ""),
            timegm(entry.published_parsed) if entry.get("published_parsed") else 0,
        )
        for entry in read.entries
        if entry.get("id") or entry.get("link")
    ]  # fmt: skip


def plain(html: str) -> str:
    """The words of HTML, no tag left."""
    from html import unescape

    return unescape(nh3.clean(html, tags=set())).strip()
