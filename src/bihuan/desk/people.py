"""People and their accounts: created, invited by a link that works once, deactivated."""

import hashlib
import re
import secrets

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from bihuan.desk import organisation
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Person, Site

INVITE_LASTS = 7 * 24 * 3600
USERNAME = re.compile(r"[\w.@+-]{2,150}")
LANGUAGES = ("zh-hans", "en")


@transaction.atomic
def create_person(
    name: str,
    *,
    username: str = "",
    phone: str = "",
    language: str = "zh-hans",
    is_auditor: bool = False,
    is_administrator: bool = False,
    now: int,
) -> tuple[Person, str] | Refusal:
    """Add a person; with a username they get an account and an invitation to choose a password.

    The answer's second part is the invitation's token (empty without an account); it is shown once
    and kept only as a hash.
    """
    name = name.strip()
    refusal = _bad_name(name) or _bad_language(language)
    if refusal:
        return refusal
    user = None
    if username:
        refusal = _bad_username(username)
        if refusal:
            return refusal
        user = User.objects.create_user(username)
        user.set_unusable_password()
        user.save(update_fields=["password"])
    person = Person.objects.create(
        user=user,
        name=name,
        phone=phone.strip()[:40],
        language=language,
        is_auditor=is_auditor,
        is_administrator=is_administrator,
    )
    organisation.stamp()
    return person, (invite(person.pk, now=now) if user else "")


def change_person(person_id: int, *, name: str, phone: str, language: str) -> Person | Refusal:
    """Correct what a person is called and how they are reached."""
    refusal = _bad_name(name.strip()) or _bad_language(language)
    if refusal:
        return refusal
    Person.objects.filter(pk=person_id).update(
        name=name.strip(), phone=phone.strip()[:40], language=language
    )
    organisation.stamp()
    return Person.objects.get(pk=person_id)


@transaction.atomic
def give_account(person_id: int, username: str, *, now: int) -> str | Refusal:
    """Give a person without an account one; the answer is the invitation's token."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.user_id is not None:
        return Refusal(
            "has-account", Text("此人已有账号", "this person has an account"), field="username"
        )
    refusal = _bad_username(username)
    if refusal:
        return refusal
    user = User.objects.create_user(username)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    person.user = user
    person.save(update_fields=["user"])
    return invite(person.pk, now=now)


def invite(person_id: int, *, now: int) -> str:
    """A new invitation, good once and for seven days; one given before no longer works."""
    token = secrets.token_urlsafe(24)
    Person.objects.filter(pk=person_id).update(
        invite_hash=_hash(token), invite_until_at=now + INVITE_LASTS
    )
    return token


def invited(token: str, *, now: int) -> Person | None:
    """The active person with an account whom this invitation is for, while it lasts."""
    return (
        Person.objects.select_related("user")
        .filter(invite_hash=_hash(token), invite_until_at__gt=now, active=True, user__isnull=False)
        .first()
    )


@transaction.atomic
def accept_invitation(token: str, password: str, *, now: int) -> Person | Refusal:
    """Set the password of whom the invitation is for; it then no longer works."""
    found = invited(token, now=now)
    if found is None or found.user is None:
        return Refusal(
            "bad-invitation",
            Text(
                "邀请链接无效、已用过或已过期,请管理员重新发送",
                "the invitation is wrong, used or too old; ask the administrator for another",
            ),
            field="token",
        )
    refusal = bad_password(password, found.user)
    if refusal:
        return refusal
    taken = Person.objects.filter(pk=found.pk, invite_hash=_hash(token)).update(
        invite_hash="", invite_until_at=0, must_change_password=False
    )
    if not taken:
        return Refusal(
            "bad-invitation", Text("邀请链接已用过", "the invitation was used"), field="token"
        )
    found.user.set_password(password)
    found.user.save(update_fields=["password"])
    return found


@transaction.atomic
def deactivate(person_id: int, *, now: int) -> Person | Refusal:
    """End a person's posts and account; what they did stays. The administrator stays."""
    if Site.objects.filter(administrator_id=person_id).exists():
        return Refusal(
            "is-administrator",
            Text(
                "管理员代理所有空缺岗位,请先另设管理员",
                "the administrator acts for every vacant post; appoint another one first",
            ),
            field="person",
        )
    person = Person.objects.select_for_update().get(pk=person_id)
    organisation.end_all_holdings(person_id, now=now)
    person.active = False
    person.invite_hash = ""
    person.save(update_fields=["active", "invite_hash"])
    if person.user_id is not None:
        User.objects.filter(pk=person.user_id).update(is_active=False)
    organisation.stamp()
    return person


@transaction.atomic
def appoint_administrator(person_id: int) -> Person | Refusal:
    """Make an active person with an account the administrator, who acts for vacant posts."""
    person = Person.objects.filter(pk=person_id, active=True, user__isnull=False).first()
    if person is None:
        return Refusal(
            "no-account",
            Text("管理员须是有账号的在职人员", "the administrator needs an account"),
            field="person",
        )
    Person.objects.filter(pk=person_id).update(is_administrator=True)
    organisation.site()
    Site.objects.filter(pk=1).update(administrator_id=person_id)
    organisation.stamp()
    return Person.objects.get(pk=person_id)


def bad_password(password: str, user: User, field: str = "password") -> Refusal | None:
    """What is wrong with a password, in both languages, or None."""
    said = [_wrong_with(password, user, language) for language in LANGUAGES]
    return Refusal("bad-password", Text(*said), field=field) if all(said) else None


def _wrong_with(password: str, user: User, language: str) -> str:
    with translation.override(language):
        try:
            validate_password(password, user)
        except ValidationError as wrong:
            return " ".join(wrong.messages)
    return ""


def _bad_name(name: str) -> Refusal | None:
    if 0 < len(name) <= 100:
        return None
    return Refusal(
        "no-name",
        Text("请写姓名,至多 100 字", "write a name, at most 100 characters"),
        field="name",
    )


def _bad_language(language: str) -> Refusal | None:
    if language in LANGUAGES:
        return None
    return Refusal(
        "bad-language",
        Text(
            f"语言应为 {'、'.join(LANGUAGES)} 之一",
            f"the language is one of {', '.join(LANGUAGES)}",
        ),
        field="language",
    )


def _bad_username(username: str, field: str = "username") -> Refusal | None:
    if not USERNAME.fullmatch(username):
        return Refusal(
            "bad-username",
            Text(
                "用户名为 2–150 个字母、数字或 @ . + - _",
                "a username has 2 to 150 letters, digits or @ . + - _",
            ),
            field=field,
        )
    if User.objects.filter(username__iexact=username).exists():
        return Refusal(
            "username-taken",
            Text(f"用户名“{username}”已有人用", f"the username '{username}' is taken"),
            field=field,
        )
    return None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
