"""Keys by which programs act for people: made, found again by what was sent, revoked."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction

from bihuan.desk import changes
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import ApiToken, Person

# What a key may be allowed; what its person may not do it may not either.
SCOPES = {
    "read": Text("读取您能看的", "Read what you may read"),
    "register": Text("登记案件", "Register cases"),
    "act": Text("办理动作、上传附件", "Act on cases, upload files"),
    "admin": Text("管理(限管理员)", "Administer (administrators only)"),
}
PREFIX = "bihuan_"
DAY = 86_400
LASTS = 90  # days, unless said otherwise
LONGEST = 730
MOST = 20
LONGEST_NAME = 60
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key was sent, and what it allows."""

    token: int
    scopes: frozenset[str]
    person: str
    name: str
    language: str
    is_administrator: bool
    is_auditor: bool


@transaction.atomic
def make(
    person: int, name: str, scopes: Collection[str], *, days: int = LASTS, now: int
) -> str | Refusal:
    """A new key for a person; it is returned this once, and kept as a hash."""
    name = " ".join(name.split())
    found = Person.objects.select_for_update().filter(pk=person, active=True).first()
    if found is None:
        return _refusal("no-person", "没有这个在职人员", "there is no such person", "person")
    if refusal := _unfit(name, scopes, days) or _not_free(found, name, scopes, now):
        return refusal
    token = PREFIX + secrets.token_urlsafe(32)
    kept = ApiToken.objects.create(
        person=found,
        name=name,
        hash=_hash(token),
        ending=token[-4:],
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        made_at=now,
        until_at=now + days * DAY,
    )
    changes.note("tokens", "make", _called(kept), now, after=[_said(kept)])
    return token


@transaction.atomic
def revoke(token: int, *, by: int, is_administrator: bool, now: int) -> bool:
    """End a key at once; whether there was one that this person may end: their own, or any."""
    found = ApiToken.objects.select_related("person").filter(pk=token, revoked_at=None)
    if not is_administrator:
        found = found.filter(person_id=by)
    kept = found.select_for_update(of=("self",)).first()
    if kept is None:
        return False
    ApiToken.objects.filter(pk=token).update(revoked_at=now)
    changes.note("tokens", "revoke", _called(kept), now, before=[_said(kept)])
    return True


def holder(token: str, now: int) -> Holder | None:
    """Whose key this is, while it lasts and its person is there: one query, and a line a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, (_hash(token), now))
        row = cursor.fetchone()
        if row is None:
            return None
        if now - row[2] >= _MINUTE:
            cursor.execute(_USED, (now, row[0], now - _MINUTE))
    return Holder(
        row[0], frozenset(row[1].split()), str(row[3]), row[4], row[5], *map(bool, row[6:])
    )


_FIND = """
    SELECT t.id, t.scopes, t.used_at, p.id, p.name, p.language, p.is_administrator, p.is_auditor
    FROM records_apitoken t JOIN records_person p ON p.id = t.person_id
    WHERE t.hash = %s AND t.revoked_at IS NULL AND t.until_at > %s AND p.active
"""
_USED = "UPDATE records_apitoken SET used_at = %s WHERE id = %s AND used_at <= %s"


def _unfit(name: str, scopes: Collection[str], days: int) -> Refusal | None:
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return _refusal(
            "no-name",
            f"请起一个名称，至多 {LONGEST_NAME} 字",
            f"give it a name of at most {LONGEST_NAME} characters",
        )
    if not scopes or not set(scopes) <= SCOPES.keys():
        return _refusal(
            "bad-scopes",
            f"请选择可做什么：{'、'.join(SCOPES)}",
            f"choose what it may do: {', '.join(SCOPES)}",
            "scopes",
        )
    if not 0 < days <= LONGEST:
        return _refusal(
            "bad-days",
            f"有效期为 1 至 {LONGEST} 天",
            f"it lasts between 1 and {LONGEST} days",
            "days",
        )
    return None


def _not_free(person: Person, name: str, scopes: Collection[str], now: int) -> Refusal | None:
    own = ApiToken.objects.filter(person=person, revoked_at=None)
    if "admin" in scopes and not person.is_administrator:
        return _refusal(
            "not-administrator",
            "只有管理员的令牌可含“管理”",
            "only an administrator's token may administer",
            "scopes",
        )
    if own.filter(until_at__gt=now).count() >= MOST:
        return _refusal(
            "too-many-tokens",
            f"已有 {MOST} 个有效令牌，请先撤销不用的",
            f"there are {MOST} tokens in use; revoke one that is no longer needed",
        )
    if own.filter(name=name).exists():
        return _refusal(
            "name-taken",
            f"已有名为“{name}”的令牌，请换一个名称或先撤销它",
            f"there is a token called '{name}'; take another name, or revoke that one first",
        )
    return None


def _called(token: ApiToken) -> str:
    return f"{token.person.name}: {token}"


def _said(token: ApiToken) -> dict[str, str | int]:
    return {"name": token.name, "scopes": token.scopes, "until_at": token.until_at}


def _hash(token: str) -> str:
    """How a key is stored; it is random enough not to need salt."""
    return sha256(token.encode(errors="replace")).hexdigest()


def _refusal(code: str, zh: str, en: str, field: str = "name") -> Refusal:
    return Refusal(code, Text(zh, en), field=field)
