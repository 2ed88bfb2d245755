"""Posts that a program sends by our own form: JSON, proven by the source's secret."""

import hmac
import json
from typing import Any

from bihuan.channels.social.hearing import Asked, Heard, NotProvenError, NotReadableError
from bihuan.channels.social.posts import picture_of
from bihuan.desk.sources import Post, Source

Json = Any


def hear(source: Source, asked: Asked, _now: int) -> Heard:
    """One post, or a list of them under `posts`: id, text, author, title, link, at, picture."""
    kind, _space, key = asked.headers.get("Authorization", "").partition(" ")
    secret = source.hidden["secret"].encode()
    if kind.lower() != "bearer" or not hmac.compare_digest(key.encode(errors="replace"), secret):
        raise NotProvenError
    try:
        told = json.loads(asked.body)
    except (ValueError, RecursionError) as error:
        raise NotReadableError("json") from error
    found = told.get("posts", [told]) if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotReadableError("posts")
    posts = tuple(_post(one, place) for place, one in enumerate(found))
    return Heard(posts, json.dumps({"kept": len(posts)}).encode(), "application/json")


def _post(told: dict[str, Json], place: int) -> Post:
    said = {name: str(told.get(name) or "").strip() for name in
            ("id", "text", "author", "title", "link", "picture")}  # fmt: skip
    for name in ("id", "text"):
        if not said[name]:
            raise NotReadableError(f"posts[{place}].{name}")
    if said["picture"] and not picture_of(said["picture"]):
        raise NotReadableError(f"posts[{place}].picture")
    at = told.get("at")
    return Post(**said, at=at if isinstance(at, int) and not isinstance(at, bool) else 0)
