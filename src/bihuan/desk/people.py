"""People and their accounts: created, invited by a link that works once, deactivated."""

import hashlib
import re
import secrets

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from bihuan.desk import changes, organisation
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Person, Site

INVITE_LASTS = 7 * 24 * 3600
USERNAME = re.compile(r"[\w.@+-]{2,150}")
LANGUAGES = ("zh-hans", "en")
# Django says these in one language at a time.
_PASSWORD_TEXTS = {
    "password_too_short": Text("密码至少 10 个字符", "a password has at least 10 characters"),
    "password_too_common": Text("密码太常见", "this password is too common"),
    "password_entirely_numeric": Text("密码不能全是数字", "a password is not digits alone"),
    "password_too_similar": Text("密码与用户名太像", "the password is too much like the username"),
}


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
    changes.note("people", "create_person", person.name, now, after=_said(person))
    organisation.stamp()
    return person, (invite(person.pk, now=now) if user else "")


@transaction.atomic
def change_person(
    person_id: int, *, name: str, phone: str, language: str, now: int
) -> Person | Refusal:
    """Correct what a person is called and how they are reached."""
    refusal = _bad_name(name.strip()) or _bad_language(language)
    if refusal:
        return refusal
    values = {"name": name.strip(), "phone": phone.strip()[:40], "language": language}
    return _changed("change_person", person_id, now, **values)


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
    changes.note("people", "give_account", person.name, now, after=[{"username": username}])
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
                "邀请链接无效、已用过或已过期，请管理员重新发送",
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
                "管理员代理所有空缺岗位，请先另设管理员",
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
    changes.note("people", "deactivate", person.name, now, before=_said(person))
    organisation.stamp()
    return person


@transaction.atomic
def reactivate(person_id: int, *, now: int) -> Person:
    """Let somebody who left come back, with the account they had; posts are given anew."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.active:
        return person
    person.active = True
    person.save(update_fields=["active"])
    if person.user_id is not None:
        User.objects.filter(pk=person.user_id).update(is_active=True)
    changes.note("people", "reactivate", person.name, now, after=_said(person))
    organisation.stamp()
    return person


@transaction.atomic
def appoint_administrator(person_id: int, *, now: int) -> Person | Refusal:
    """Make an active person with an account the administrator, who acts for vacant posts."""
    person = Person.objects.filter(pk=person_id, active=True, user__isnull=False).first()
    if person is None:
        return Refusal(
            "no-account",
            Text("管理员须是有账号的在职人员", "the administrator needs an account"),
            field="person",
        )
    before = organisation.site().administrator
    Site.objects.filter(pk=1).update(administrator_id=person_id)
    changes.note(
        "people", "appoint_administrator", person.name, now,
        before=[{"name": before.name}] if before else (), after=[{"name": person.name}],
    )  # fmt: skip
    return _changed("change_rights", person_id, now, is_administrator=True)


@transaction.atomic
def change_rights(person_id: int, *, is_auditor: bool, is_administrator: bool, now: int) -> Person:
    """Say who reads everything (auditor) and who sees to organisation and people."""
    rights = {"is_auditor": is_auditor, "is_administrator": is_administrator}
    return _changed("change_rights", person_id, now, **rights)


def _changed(what: str, person_id: int, now: int, **values: str | bool) -> Person:
    before = _said(Person.objects.select_for_update().get(pk=person_id))
    Person.objects.filter(pk=person_id).update(**values)
    person = Person.objects.get(pk=person_id)
    if _said(person) != before:
        changes.note("people", what, person.name, now, before=before, after=_said(person))
    organisation.stamp()
    return person


def _said(person: Person) -> list[dict[str, str | bool]]:
    names = ("name", "phone", "language", "is_administrator", "is_auditor")
    return [{name: getattr(person, name) for name in names}]


def bad_password(password: str, user: User, field: str = "password") -> Refusal | None:
    """What is wrong with a password, in both languages, or None."""
    try:
        validate_password(password, user)
    except ValidationError as wrong:
        said = [
            _PASSWORD_TEXTS.get(error.code or "", Text("密码不符合要求", " ".join(error.messages)))
            for error in wrong.error_list
        ]
        return Refusal(
            "bad-password",
            Text(";".join(text.zh for text in said), "; ".join(text.en for text in said)),
            field=field,
        )
    return None


def _bad_name(name: str) -> Refusal | None:
    if 0 < len(name) <= 100:
        return None
    return Refusal(
        "no-name",
        Text("请写姓名，至多 100 字", "write a name, at most 100 characters"),
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
