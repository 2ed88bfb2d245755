"""The ways out of the house: what a way needs to work, set up by administrators, with its credentials sealed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from bihuan.desk import changes, secrets
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import NOTHING, Text
from bihuan.records.models import Gateway, GroupChat, Unit

LONGEST = 2000
HERE = "here"
WAYS: dict[str, Text] = {
    HERE: Text("站内通知", "here, under notices"),
    "email": Text("电子邮件", "by e-mail"),
    "sms": Text("短信", "by text message"),
    "wecom": Text("企业微信应用消息", "by WeCom message"),
    "wecom_robot": Text("企业微信群机器人", "in a WeCom group"),
    "dingtalk": Text("钉钉群机器人", "in a DingTalk group"),
    "feishu": Text("飞书群机器人", "in a Feishu group"),
    "apprise": Text("其他服务(Apprise)", "by another service (Apprise)"),
}
TO_PEOPLE = ("email", "sms", "wecom")
TO_CUSTOMERS = ("email", "sms")
TO_GROUPS = ("wecom_robot", "dingtalk", "feishu", "apprise")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a way is told by an administrator. kind: text, url, number, choice, long or secret (sealed)."""

    name: str
    text: Text
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, Text], ...] = ()
    hint: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message as a way hands it on; `message_id` is the same however often it is sent."""

    message_id: str
    address: str
    secret: str  # of a group's robot
    language: str
    kind: str
    subject: str
    text: str
    values: Mapping[str, str]  # for gateways with templates of their own
    case: str  # its number
    to_customer: bool
    at: int
    answers: str = ""  # the id of the customer's own newest mail about the case
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


class NotAcceptedError(Exception):
    """The other side will never take this message for this address."""


class GatewayDownError(Exception):
    """The gateway itself can't be reached or does not let us in: no message would get through now."""


class TryLaterError(Exception):
    """This one message can't be taken now; others may be."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: what it is told, and how it hands one message on, or raises one of the three above.

    An exception that nobody foresaw is about this one message, too.
    """

    name: str
    settings: tuple[Setting, ...]
    send: Callable[[Mapping[str, str], Parcel], None]


def set_gateway(way: Way, told: Mapping[str, str], *, is_open: bool, now: int) -> Gateway | Refusal:
    """Set a way up and open or close it; a secret left empty stays as it is."""
    plain: dict[str, str] = {}
    hidden: dict[str, str] = {}
    with transaction.atomic():
        row, _new = Gateway.objects.select_for_update().get_or_create(way=way.name)
        before = _readable(row)
        for one in way.settings:
            value = told.get(one.name, "").strip()
            if one.kind == "secret":
                value = value or before.get(one.name, "")
            if wrong := _wrong(one, value, is_open=is_open):
                return wrong
            if value:
                (hidden if one.kind == "secret" else plain)[one.name] = value
        said = [{"open": row.open, **row.settings}]
        row.open, row.settings = is_open, plain
        row.sealed = secrets.seal(hidden) if hidden else ""
        row.down_since = row.next_at = row.failures = 0
        row.error = ""
        row.save()
        changes.note(
            "ways", "change", WAYS[way.name].en, now,
            before=said, after=[{"open": is_open, **plain}],
        )  # fmt: skip
    return row


def _readable(row: Gateway) -> dict[str, str]:
    try:
        return secrets.unseal(row.sealed)
    except secrets.UnreadableError:
        return {}


def _wrong(one: Setting, value: str, *, is_open: bool) -> Refusal | None:
    if not value:
        if is_open and one.required:
            return refuse_field(
                "missing", one.name, "开通前须填写", "needed before the way is opened"
            )
        return None
    if len(value) > LONGEST or not all(char.isprintable() or char == "\n" for char in value):
        return refuse_field(
            "bad-value", one.name, f"至多 {LONGEST} 个可见字符",
            f"at most {LONGEST} visible characters",
        )  # fmt: skip
    if one.kind == "url" and not value.startswith(("https://", "http://")):
        return refuse_field(
            "bad-url", one.name, "应以 https:// 或 http:// 开头", "begins with https:// or http://"
        )
    if one.kind == "number" and not (value.isdecimal() and len(value) < 8):
        return refuse_field("bad-number", one.name, "应为整数", "a whole number")
    if one.kind == "choice" and value not in dict(one.choices):
        return refuse_field("bad-choice", one.name, "请从列出的选项中选择", "one of those listed")
    return None


def open_ways() -> frozenset[str]:
    """The ways that are open; nothing is planned for the others."""
    return frozenset(Gateway.objects.filter(open=True).values_list("way", flat=True))


def settings_of(way: str) -> dict[str, str]:
    """What a way was told, its secrets opened."""
    row = Gateway.objects.get(way=way)
    return {**row.settings, **secrets.unseal(row.sealed)}


# -- Groups of a work chat -------------------------------------------------------------------------


def add_chat(
    way: str, name: str, unit: str, address: str, secret: str, *, now: int
) -> GroupChat | Refusal:
    """Let a group's robot hear that something is owed in a unit; its address and key are sealed."""
    name, address, secret = name.strip(), address.strip(), secret.strip()
    if way not in TO_GROUPS:
        return refuse_field("unknown-way", "way", "请选择方式", "choose a way")
    if not 0 < len(name) <= 100 or not name.isprintable():
        return refuse_field(
            "no-name", "name", "请写群名，至多 100 字", "write a name, at most 100 characters"
        )
    if not Unit.objects.filter(code=unit, withdrawn_at=None).exists():
        return refuse_field("unknown-unit", "unit", "请选择部门", "choose a unit")
    whole = address.isprintable() and secret.isprintable() and len(address + secret) <= LONGEST
    if not whole or not (way == "apprise" or address.startswith(("https://", "http://"))):
        return refuse_field(
            "bad-url", "address", "请粘贴机器人的完整地址", "paste the robot's whole address"
        )
    made = GroupChat.objects.create(
        way=way, name=name, unit=unit, sealed=secrets.seal({"address": address, "secret": secret})
    )
    changes.note("ways", "add_chat", name, now, after=[{"way": way, "unit": unit}])
    return made


def withdraw_chat(chat: int, *, now: int) -> GroupChat | Refusal:
    """The group hears no more."""
    found = GroupChat.objects.filter(pk=chat, withdrawn_at=None).first()
    if found is None:
        return refuse_field("no-chat", "name", "没有这个群", "there is no such group")
    GroupChat.objects.filter(pk=found.pk).update(withdrawn_at=now)
    changes.note("ways", "withdraw_chat", found.name, now, before=[{"way": found.way}])
    return found
