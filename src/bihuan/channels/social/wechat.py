"""WeChat official accounts and WeCom apps: messages by their callback, plain or sealed.

The forms are those of the public documents "接收消息" and "加解密方案": SHA-1 over the sorted token,
instant, nonce and sealed text; AES-256-CBC with the EncodingAESKey.
"""

import binascii
import hmac
from base64 import b64decode
from hashlib import sha1
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bihuan.channels.social.hearing import Asked, Heard, NotProvenError, NotReadableError, Opened
from bihuan.desk.sources import Post, Source

WORDS = {
    "image": "[图片]",  # zh: data
    "voice": "[语音]",  # zh: data
    "video": "[视频]",  # zh: data
    "shortvideo": "[视频]",  # zh: data
    "location": "[位置]",  # zh: data
    "link": "[链接]",  # zh: data
    "file": "[文件]",  # zh: data
}


def hear(source: Source, asked: Asked, _now: int) -> Heard:
    """The message of a callback; the address is answered with its echo when the account is set up."""
    sealed = (
        _value(asked.body, "Encrypt") if asked.method == "POST" else asked.query.get("echostr", "")
    )
    is_sealed = "msg_signature" in asked.query
    given = asked.query.get("msg_signature" if is_sealed else "signature", "")
    if not is_sealed and source.hidden.get("aes_key") and asked.method == "POST":
        raise NotProvenError
    _check(source, asked, given, sealed if is_sealed else "")
    if asked.method == "GET":
        echo = _open(source, sealed).text if is_sealed else sealed.encode()
        return Heard(answer=echo)
    body = _open(source, sealed).text if is_sealed else asked.body
    post = _post(body)
    return Heard((post,) if post else ())


def signature(token: str, timestamp: str, nonce: str, sealed: str = "") -> str:
    """What a service signs a request with."""
    parts = sorted(part for part in (token, timestamp, nonce, sealed) if part)
    return sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _check(source: Source, asked: Asked, given: str, sealed: str) -> None:
    made = signature(
        source.hidden["token"],
        asked.query.get("timestamp", ""),
        asked.query.get("nonce", ""),
        sealed,
    )
    if not hmac.compare_digest(made.encode(), given.encode(errors="replace")):
        raise NotProvenError


def unseal(aes_key: str, sealed: str) -> Opened:
    """What a sealed text holds: sixteen random bytes, the length, the message, whom it is for."""
    try:
        key = b64decode(aes_key + "=")
        text = b64decode(sealed, validate=True)
        box = Cipher(AES(key), CBC(key[:16])).decryptor()
        plain = box.update(text) + box.finalize()
    except (ValueError, binascii.Error) as error:
        raise NotReadableError("encrypt") from error
    plain = plain[: -plain[-1]] if plain and 1 <= plain[-1] <= 32 else plain
    length = int.from_bytes(plain[16:20])
    if len(plain) < 20 + length:
        raise NotReadableError("encrypt")
    return Opened(plain[20 + length :].decode(errors="replace"), plain[20 : 20 + length])


def _open(source: Source, sealed: str) -> Opened:
    opened = unseal(source.hidden.get("aes_key", ""), sealed)
    if opened.receiver != source.hidden["app_id"]:
        raise NotProvenError
    return opened


def _post(body: bytes) -> Post | None:
    kind = _value(body, "MsgType")
    if kind == "event" or not kind:
        return None  # somebody followed the account, opened its menu: nobody said anything
    author = _value(body, "FromUserName")
    made = _value(body, "CreateTime")
    said = _value(body, "Content") or _value(body, "Recognition") or _value(body, "Title")
    more = " ".join(
        filter(None, (_value(body, "Label"), _value(body, "Url"), _value(body, "PicUrl")))
    )
    text = said if kind == "text" else f"{WORDS.get(kind, kind)} {said} {more}".strip()
    return Post(
        _value(body, "MsgId") or f"{author}-{made}",
        text,
        author,
        link=_value(body, "Url"),
        at=int(made) if made.isdecimal() and len(made) < 12 else 0,
    )


def _value(body: bytes, name: str) -> str:
    """The text of one element; a document that declares entities is not read at all."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise NotReadableError("xml")
    try:
        return (ET.fromstring(body).findtext(name) or "").strip()  # noqa: S314  (no entities)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise NotReadableError("xml") from error
