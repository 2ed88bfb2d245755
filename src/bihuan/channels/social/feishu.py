"""Feishu apps: messages by the documented event "接收消息 v2.0", plain or sealed, and the address's check."""

import binascii
import hmac
import json
from base64 import b64decode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bihuan.channels.social.hearing import Asked, Heard, NotProvenError, NotReadableError
from bihuan.desk.sources import Post, Source

Json = Any


def hear(source: Source, asked: Asked, _now: int) -> Heard:
    """The message of an event; the check of the address is answered with its challenge."""
    told = _object(asked.body)
    key = source.hidden.get("encrypt_key", "")
    if key:
        if "encrypt" not in told:
            raise NotProvenError
        told = _object(unseal(key, str(told["encrypt"])))
    header = told.get("header") if isinstance(told.get("header"), dict) else {}
    token = str(header.get("token") or told.get("token") or "")
    if not hmac.compare_digest(token.encode(), source.hidden["token"].encode()):
        raise NotProvenError
    if told.get("type") == "url_verification":
        answer = json.dumps({"challenge": str(told.get("challenge", ""))}).encode()
        return Heard(answer=answer, kind="application/json")
    if key:
        _check(key, asked)
    post = _post(told.get("event"))
    return Heard((post,) if post else (), b"{}", "application/json")


def signature(key: str, stamp: str, nonce: str, body: bytes) -> str:
    """What Feishu signs an event with."""
    return sha256((stamp + nonce + key).encode() + body).hexdigest()


def _check(key: str, asked: Asked) -> None:
    made = signature(
        key, asked.headers.get("X-Lark-Request-Timestamp", ""),
        asked.headers.get("X-Lark-Request-Nonce", ""), asked.body,
    )  # fmt: skip
    given = asked.headers.get("X-Lark-Signature", "")
    if not hmac.compare_digest(made.encode(), given.encode(errors="replace")):
        raise NotProvenError


def unseal(key: str, sealed: str) -> bytes:
    """What a sealed event holds: AES-256-CBC by the key's SHA-256, the first block the vector."""
    try:
        text = b64decode(sealed, validate=True)
        box = Cipher(AES(sha256(key.encode()).digest()), CBC(text[:16])).decryptor()
        plain = box.update(text[16:]) + box.finalize()
    except (ValueError, binascii.Error) as error:
        raise NotReadableError("encrypt") from error
    return plain[: -plain[-1]] if plain and 1 <= plain[-1] <= 16 else plain


def _object(body: bytes) -> dict[str, Json]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotReadableError("json") from error
    if not isinstance(found, dict):
        raise NotReadableError("json")
    return found


def _post(event: Json) -> Post | None:
    message = event.get("message") if isinstance(event, dict) else None
    if not isinstance(message, dict) or not message.get("message_id"):
        return None
    try:
        content = json.loads(message.get("content") or "{}")
    except (ValueError, TypeError):
        content = {}
    text = str(content.get("text") or "") if isinstance(content, dict) else ""
    sender = event.get("sender") or {}
    ids = sender.get("sender_id") if isinstance(sender, dict) else None
    author = str((ids or {}).get("open_id") or "") if isinstance(ids, dict | None) else ""
    made = str(message.get("create_time") or "")
    return Post(
        str(message["message_id"]),
        text or f"[{message.get('message_type', '')}]",
        author,
        at=int(made) // 1000 if made.isdecimal() and len(made) < 16 else 0,
    )
