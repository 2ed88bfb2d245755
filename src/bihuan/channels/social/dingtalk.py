"""DingTalk robots: what is said to them in a group or alone, by the documented "机器人接收消息" callback."""

import hmac
import json
from base64 import b64encode

from bihuan.channels.social.hearing import Asked, Heard, NotProvenError, NotReadableError
from bihuan.desk.sources import Post, Source

OLDEST = 3600  # seconds a signature is good for


def hear(source: Source, asked: Asked, now: int) -> Heard:
    """The message of a callback, signed over its instant with the robot's secret."""
    stamp = asked.headers.get("timestamp", "")
    made = signature(source.hidden["app_secret"], stamp)
    if not hmac.compare_digest(
        made.encode(), asked.headers.get("sign", "").encode(errors="replace")
    ):
        raise NotProvenError
    if not stamp.isdecimal() or len(stamp) > 16 or abs(int(stamp) // 1000 - now) > OLDEST:
        raise NotProvenError
    try:
        told = json.loads(asked.body)
        content = told.get("text") or told.get("content") or {}
        text = str(content.get("content") or content.get("recognition") or "").strip()
    except (ValueError, AttributeError, RecursionError) as error:
        raise NotReadableError("json") from error
    post = Post(
        str(told.get("msgId") or ""),
        text or f"[{told.get('msgtype', '')}]",
        str(told.get("senderNick") or told.get("senderStaffId") or ""),
        title=str(told.get("conversationTitle") or ""),
        at=_seconds(told.get("createAt")),
    )
    return Heard((post,) if post.id else (), b"{}", "application/json")


def signature(secret: str, stamp: str) -> str:
    """What DingTalk signs a request with."""
    return b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")).decode()


def _seconds(millis: object) -> int:
    return int(millis) // 1000 if isinstance(millis, int) else 0
