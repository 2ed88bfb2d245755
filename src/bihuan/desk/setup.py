"""First run: the console's token, and the one act that makes an organisation of an empty database."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from django.db import transaction

from bihuan.desk import organisation, people
from bihuan.desk.adoption import put_in_force
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Person, PolicyVersion, Site, Unit

TOKEN_LASTS = 24 * 3600
ROOT = "company"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the first run made."""

    person: Person
    version: PolicyVersion


def is_set_up() -> bool:
    """Whether there is an organisation; until then only the set-up page is served."""
    return Site.objects.filter(pk=1, set_up_at__isnull=False).exists()


def issue_token(now: int) -> str | None:
    """A new token for the set-up page, good for a day, kept as a hash; None once set up.

    The console prints it; one issued before no longer works.
    """
    organisation.site()
    token = secrets.token_urlsafe(18)
    issued = Site.objects.filter(pk=1, set_up_at=None).update(
        setup_token_hash=_hash(token), setup_token_until_at=now + TOKEN_LASTS
    )
    return token if issued else None


def is_right_token(token: str, now: int) -> bool:
    """Whether this is the token last printed, while it lasts and nothing is set up yet."""
    found = Site.objects.filter(pk=1, set_up_at=None).first()
    return bool(
        found
        and found.setup_token_hash
        and hmac.compare_digest(found.setup_token_hash, _hash(token))
        and now < found.setup_token_until_at
    )


def set_up(
    token: str,
    organisation_name: str,
    pack: str,
    admin_name: str,
    admin_username: str,
    password: str,
    *,
    language: str = "zh-hans",
    now: int,
) -> SetUp | Refusal:
    """Name the organisation, make its administrator, put a shipped pack in force: all or nothing.

    The administrator acts for every vacant post. Refused: a wrong or old token, a second run, an
    empty name, an unknown pack, a username or password that will not do.
    """
    refusal = _refused(token, organisation_name, now)
    if refusal:
        return refusal
    with transaction.atomic():
        done = _make(
            organisation_name.strip(), pack, admin_name, admin_username, password, language, now
        )
        if isinstance(done, Refusal):
            transaction.set_rollback(True)
        return done


def _refused(token: str, organisation_name: str, now: int) -> Refusal | None:
    if is_set_up():
        return _set_up_already()
    if not is_right_token(token, now):
        return Refusal(
            "wrong-token",
            Text(
                "令牌不对或已过期；请抄写服务器控制台最后显示的令牌，或重新启动服务器",
                "the token is wrong or too old; copy the last one the server's console shows, or "
                "restart the server",
            ),
            field="token",
        )
    if not 0 < len(organisation_name.strip()) <= 200:
        return Refusal(
            "no-name",
            Text(
                "请写单位名称，至多 200 字", "write the organisation's name, at most 200 characters"
            ),
            field="organisation_name",
        )
    return None


def _make(
    name: str, pack: str, admin_name: str, username: str, password: str, language: str, now: int
) -> SetUp | Refusal:
    if not Site.objects.filter(pk=1, set_up_at=None).update(
        set_up_at=now, organisation_name=name, setup_token_hash=""
    ):
        return _set_up_already()
    person = _administrator(admin_name, username, password, language, now)
    if isinstance(person, Refusal):
        return person
    Site.objects.filter(pk=1).update(administrator=person)
    Unit.objects.create(code=ROOT, name=name, kind=ROOT, from_at=now, known_at=now)
    organisation.stamp()
    version = put_in_force(pack, person.pk, now)
    return version if isinstance(version, Refusal) else SetUp(person, version)


def _administrator(
    name: str, username: str, password: str, language: str, now: int
) -> Person | Refusal:
    made = people.create_person(
        name, username=username or "-", language=language, is_administrator=True, now=now
    )
    if isinstance(made, Refusal):
        field = {"name": "admin_name", "username": "admin_username"}.get(made.field, made.field)
        return replace(made, field=field)
    return people.accept_invitation(made[1], password, now=now)


def _set_up_already() -> Refusal:
    return Refusal(
        "set-up-already",
        Text("已经完成初始设置，请登录", "this is set up already; sign in"),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.strip().encode()).hexdigest()
