"""Where posts and messages come from: feeds that are read, services that post to us; set up and ended."""

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from bihuan.desk import changes, received, secrets, worlds
from bihuan.desk.received import Arrival
from bihuan.desk.webhooks import is_address
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import Source as SourceRow
from bihuan.records.models.json_text import canonical

Json = Any
CHANNEL = "social"
EVERY = 600  # seconds between two looks at a feed
LATER = (600, 1800, 3600, 6 * 3600)  # seconds until a feed that failed is tried again


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: what it is called, and the credentials it needs; `may` are those it can do without."""

    text: Text
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    reads: bool = False  # we read it; the others post to us


KINDS = {
    "feed": Kind(Text("订阅源(RSS、Atom、JSON)", "Feed (RSS, Atom, JSON)"), reads=True),
    "posts": Kind(Text("程序推送的帖子", "Posts sent by a program")),
    "wechat": Kind(
        Text("微信公众号", "WeChat official account"), ("token", "app_id"), ("aes_key",)
    ),
    "wecom": Kind(Text("企业微信应用", "WeCom app"), ("token", "app_id", "aes_key")),
    "dingtalk": Kind(Text("钉钉机器人", "DingTalk robot"), ("app_secret",)),
    "feishu": Kind(Text("飞书应用", "Feishu app"), ("token",), ("encrypt_key",)),
}
CREDENTIALS = {
    "token": Text("令牌 Token", "Token"),
    "app_id": Text("AppID / CorpID", "AppID / CorpID"),
    "aes_key": Text("EncodingAESKey", "EncodingAESKey"),
    "app_secret": Text("AppSecret", "AppSecret"),
    "encrypt_key": Text("Encrypt Key", "Encrypt Key"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A source in use, with its credentials opened."""

    id: int
    code: str
    name: str
    kind: str
    unit: str
    url: str
    seen: str
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """One post or message as a source tells it. `picture` is what was seen, as a PNG or JPEG in base64."""

    id: str
    text: str
    author: str = ""
    title: str = ""
    link: str = ""
    at: int = 0
    picture: str = ""


@transaction.atomic
def open_source(
    code: str, name: str, kind: str, unit: str, told: Mapping[str, str], *, now: int
) -> str | Refusal:
    """A new source; of one that posts by our own form the answer is its secret, shown this once."""
    code, name, url = code.strip().lower(), " ".join(name.split()), told.get("url", "").strip()
    if refusal := _unfit(code, name, kind, unit, url, told, now):
        return refusal
    wanted = KINDS[kind]
    hidden = {key: told[key].strip() for key in (*wanted.needs, *wanted.may) if told.get(key)}
    secret = random.token_urlsafe(32) if kind == "posts" else ""
    if secret:
        hidden["secret"] = secret
    sealed = secrets.seal(hidden) if hidden else ""
    SourceRow.objects.create(
        code=code, name=name, kind=kind, unit=unit, url=url, hidden=sealed, made_at=now
    )
    said = {"name": name, "kind": kind, "unit": unit, "url": url}
    changes.note("sources", "open", code, now, after=[said])
    return secret


@transaction.atomic
def end_source(code: str, *, now: int) -> bool:
    """Take nothing more from a source; what came stays. Whether there was one in use."""
    found = SourceRow.objects.filter(code=code, ended_at=0).first()
    if found is None:
        return False
    SourceRow.objects.filter(pk=found.pk).update(ended_at=now, hidden="")
    changes.note("sources", "end", code, now, before=[{"name": found.name, "kind": found.kind}])
    return True


def source(code: str) -> Source | None:
    """A source in use, or None."""
    found = SourceRow.objects.filter(code=code, ended_at=0).first()
    return _opened(found) if found else None


def due(now: int) -> list[Source]:
    """The feeds to be read now."""
    kinds = [name for name, kind in KINDS.items() if kind.reads]
    rows = SourceRow.objects.filter(kind__in=kinds, ended_at=0, next_at__lte=now).order_by("id")
    return [_opened(row) for row in rows]


def heard(source: Source, now: int, *, seen: str = "") -> None:
    """Note that a source was heard."""
    SourceRow.objects.filter(pk=source.id).update(
        contact_at=now, next_at=now + EVERY, failures=0, error="", seen=seen[:300]
    )


def silent(source: Source, error: str, now: int) -> None:
    """Note that a feed could not be read; it is tried again later, ever less often."""
    row = SourceRow.objects.get(pk=source.id)
    row.failures += 1
    row.next_at = now + LATER[min(row.failures, len(LATER)) - 1]
    row.error = received.plain(error, 300)
    row.save(update_fields=["failures", "next_at", "error"])


def take(source: Source, post: Post, now: int) -> int:
    """Keep a post: committed when this returns; the same post again is recognised. The message's id."""
    kept = {"id": post.id, "text": post.text, "author": post.author, "title": post.title,
            "link": post.link, "at": post.at, "picture": post.picture, "source": source.name}  # fmt: skip
    raw = canonical(kept).encode(errors="replace")
    message = received.receive(
        Arrival(
            CHANNEL, raw, source=source.code, external_id=post.id, unit=source.unit,
            received_at=post.at, sender=post.author, subject=post.title or post.text[:60],
            preview=post.text,
        ),
        now,
    )  # fmt: skip
    return message.id


def _opened(row: SourceRow) -> Source:
    return Source(
        row.pk,
        row.code,
        row.name,
        row.kind,
        row.unit,
        row.url,
        row.seen,
        secrets.unseal(row.hidden),
    )


def _unfit(
    code: str, name: str, kind: str, unit: str, url: str, told: Mapping[str, str], now: int
) -> Refusal | None:
    bare = code.replace("-", "").replace("_", "")
    if not bare.isascii() or not bare.isalnum() or len(code) > 40:
        return refuse_field("bad-code", "code", "代码用字母、数字和短横线，至多 40 个",
                        "letters, digits and dashes would be right, at most 40")  # fmt: skip
    if SourceRow.objects.filter(code=code).exists():
        return refuse_field("code-taken", "code", f"已有来源“{code}”，请换一个代码",
                        f"there is a source '{code}'; take another code")  # fmt: skip
    if not 0 < len(name) <= 60 or not name.isprintable():
        return refuse_field("no-name", "name", "请起一个名称，至多 60 字",
                        "give it a name of at most 60 characters")  # fmt: skip
    if kind not in KINDS:
        return refuse_field("bad-kind", "kind", f"种类应为 {'、'.join(KINDS)} 之一",
                        f"one of {', '.join(KINDS)} would be right")  # fmt: skip
    if unit not in worlds.organisation(now).units:
        return refuse_field("bad-unit", "unit", f"没有部门“{unit}”", f"there is no unit '{unit}'")
    if KINDS[kind].reads and not is_address(url):
        return refuse_field("bad-url", "url", "应为 https:// 或 http:// 开头的地址，至多 500 字",
                        "an address that begins with https:// or http:// would be right")  # fmt: skip
    for key in KINDS[kind].needs:
        if not told.get(key, "").strip():
            word = CREDENTIALS[key]
            return refuse_field("missing", key, f"请填写{word.zh}", f"{word.en} is missing")
    aes_key = told.get("aes_key", "").strip()
    if "aes_key" in (*KINDS[kind].needs, *KINDS[kind].may) and aes_key and len(aes_key) != 43:
        return refuse_field("bad-key", "aes_key", "EncodingAESKey 应为 43 个字符",
                        "EncodingAESKey has 43 characters")  # fmt: skip
    return None
