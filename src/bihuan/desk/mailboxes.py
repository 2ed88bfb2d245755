"""The mailboxes that are read: set up by administrators, their credentials sealed, and how far each was read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from bihuan.desk import changes, secrets
from bihuan.desk.setup import ROOT
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.records.models import Gateway, Mailbox, Unit

SECURITY = ("tls", "starttls", "none")
AUTH = ("password", "oauth2")
SECRETS = ("password", "client_secret", "refresh_token")
OAUTH = ("token_url", "client_id", "scope")
LATER = (
    30,
    60,
    300,
    900,
    1800,
)  # seconds until a box that failed is tried again; then always the last
LONGEST = 4000
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,100}@[^\s@<>,;\"]{1,200}")


@dataclass(frozen=True, slots=True)
class Box:
    """A box as it is read. `hidden` holds its credentials, opened."""

    id: int = 0
    address: str = ""
    host: str = ""
    port: int = 993
    security: str = "tls"
    user: str = ""
    auth: str = "password"
    settings: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = "INBOX"
    done_folder: str = ""
    unit: str = ROOT
    kind: str = ""
    opens: bool = True
    since_at: int = 0
    validity: int = 0
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A box as administrators see it."""

    id: int
    address: str
    host: str
    port: int
    security: str
    user: str
    auth: str
    settings: Mapping[str, str]
    folder: str
    done_folder: str
    unit: str
    kind: str
    opens: bool
    open: bool
    contact_at: int
    failures: int
    error: str
    last_uid: int


def save(
    told: Mapping[str, str], *, opens: bool, is_open: bool, now: int, box: int = 0
) -> Mailbox | Refusal:
    """Set a box up, or change it; a secret left empty stays as it is. Mails from before `now` are left alone."""
    values = {name: value.strip() for name, value in told.items()}
    if wrong := _wrong(values, is_new=not box):
        return wrong
    with transaction.atomic():
        row = Mailbox.objects.select_for_update().filter(pk=box).first() if box else None
        if box and row is None:
            return refuse_field("no-box", "address", "没有这个邮箱", "there is no such box")
        taken = Mailbox.objects.filter(address=values["address"].lower()).exclude(pk=box)
        if taken.exists():
            return refuse_field(
                "taken", "address", "这个邮箱已经设置过", "this box is set up already"
            )
        before = _said(row) if row else {}
        row = row or Mailbox(since_at=now)
        moved = bool(row.pk) and (row.host, row.user, row.folder) != (
            values["host"], values["user"] or values["address"], values.get("folder") or "INBOX",
        )  # fmt: skip
        row.address = values["address"].lower()
        row.host, row.port = values["host"], int(values["port"])
        row.security, row.auth = values["security"], values["auth"]
        row.user = values["user"] or values["address"]
        row.folder, row.done_folder = values.get("folder") or "INBOX", values.get("done_folder", "")
        row.unit, row.kind = values["unit"], values.get("kind", "")
        row.opens, row.open = opens, is_open
        row.settings = {name: values[name] for name in OAUTH if values.get(name)}
        row.sealed = _sealed(row, values)
        row.failures = row.next_at = 0
        row.error = ""
        if moved:  # another box: what it numbers is numbered anew
            row.validity = row.last_uid = 0
        row.save()
        changes.note(
            "boxes", "change" if before else "add", row.address, now,
            before=[before] if before else [], after=[_said(row)],
        )  # fmt: skip
    return row


def remove(box: int, now: int) -> Mailbox | Refusal:
    """The box is read no more; what it brought stays."""
    row = Mailbox.objects.filter(pk=box).first()
    if row is None:
        return refuse_field("no-box", "address", "没有这个邮箱", "there is no such box")
    said = _said(row)
    Mailbox.objects.filter(pk=box).delete()
    changes.note("boxes", "remove", row.address, now, before=[said])
    return row


def states() -> list[State]:
    """All boxes as administrators see them."""
    names = tuple(State.__dataclass_fields__)
    return [
        State(*(getattr(row, name) for name in names))
        for row in Mailbox.objects.order_by("address")
    ]


def find(address: str) -> Box | None:
    """The box of that address, without its credentials."""
    row = Mailbox.objects.filter(address=address.lower()).first() if address else None
    return _box(row) if row else None


def due(now: int) -> list[Box]:
    """The open boxes that may be read now, with their credentials; those that fail rest for a while."""
    found = []
    for row in Mailbox.objects.filter(open=True, next_at__lte=now).order_by("id"):
        try:
            found.append(_box(row, secrets.unseal(row.sealed)))
        except secrets.UnreadableError:
            failed(row.pk, "sealed with another secret: enter the credentials anew", now)
    return found


def advance(box: int, validity: int, uid: int) -> None:
    """Everything up to this UID is kept: committed before the mail is marked on the server."""
    rows = Mailbox.objects.filter(pk=box).exclude(validity=validity, last_uid__gte=uid)
    rows.update(validity=validity, last_uid=uid)


def reached(box: int, now: int) -> None:
    """The box answered."""
    Mailbox.objects.filter(pk=box).update(contact_at=now, failures=0, next_at=0, error="")


def failed(box: int, error: str, now: int) -> None:
    """The box did not answer, or not as it should; it is tried again later."""
    row = Mailbox.objects.filter(pk=box).first()
    if row is not None:
        later = now + LATER[min(row.failures, len(LATER) - 1)]
        Mailbox.objects.filter(pk=box).update(
            failures=row.failures + 1, next_at=later, error=" ".join(error.split())[:300]
        )


def renew_token(box: int, hidden: Mapping[str, str]) -> None:
    """Keep the tokens a server gave anew."""
    Mailbox.objects.filter(pk=box).update(sealed=secrets.seal(dict(hidden)))


def own_addresses() -> frozenset[str]:
    """The addresses we write from and read: a mail that comes from one of them goes in a circle."""
    boxes = set(Mailbox.objects.values_list("address", flat=True))
    for row in Gateway.objects.filter(way="email"):
        told: dict[str, str] = row.settings
        boxes |= {told.get(name, "").lower() for name in ("from_address", "reply_address")}
    return frozenset(boxes - {""})


def _box(row: Mailbox, hidden: Mapping[str, str] | None = None) -> Box:
    return Box(
        row.pk, row.address, row.host, row.port, row.security, row.user, row.auth, row.settings,
        hidden or {}, row.folder, row.done_folder, row.unit, row.kind, row.opens, row.since_at,
        row.validity, row.last_uid,
    )  # fmt: skip


def _said(row: Mailbox) -> dict[str, object]:
    names = ("address", "host", "port", "security", "user", "auth", "folder", "done_folder", "unit", "kind",
             "opens", "open")  # fmt: skip
    return {name: getattr(row, name) for name in names} | dict(row.settings)


def _sealed(row: Mailbox, values: Mapping[str, str]) -> str:
    try:
        hidden = secrets.unseal(row.sealed)
    except secrets.UnreadableError:
        hidden = {}
    hidden |= {name: values[name] for name in SECRETS if values.get(name)}
    return secrets.seal(hidden) if hidden else ""


def _wrong(told: Mapping[str, str], *, is_new: bool) -> Refusal | None:
    for name, value in told.items():
        if len(value) > LONGEST or not value.isprintable():
            return refuse_field("bad-value", name, "只能是可见字符", "only visible characters")
    if not _ADDRESS.fullmatch(told.get("address", "")):
        return refuse_field(
            "bad-address", "address", "应为邮箱地址，如 service@example.com",
            "an address such as service@example.com",
        )  # fmt: skip
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]_-]{1,200}", told.get("host", "")):
        return refuse_field(
            "bad-host",
            "host",
            "应为服务器名，如 imap.example.com",
            "a server such as imap.example.com",
        )
    if not told.get("port", "").isdecimal() or not 0 < int(told["port"]) < 65_536:
        return refuse_field(
            "bad-port", "port", "应为 1 至 65535 的整数，通常为 993", "1 to 65535, usually 993"
        )
    for name, right in (("security", SECURITY), ("auth", AUTH)):
        if told.get(name) not in right:
            return refuse_field("bad-choice", name, "请从列出的选项中选择", "one of those listed")
    if not Unit.objects.filter(code=told.get("unit", ""), withdrawn_at=None).exists():
        return refuse_field(
            "unknown-unit", "unit", "请选择收件部门", "choose the unit that receives it"
        )
    needed = (
        ("password",) if told["auth"] == "password" else ("token_url", "client_id", "refresh_token")
    )
    for name in needed:
        if not told.get(name) and (is_new or name in OAUTH):
            return refuse_field("missing", name, "请填写", "needed")
    url = told.get("token_url", "")
    if url and not url.startswith(("https://", "http://127.0.0.1")):
        return refuse_field("bad-url", "token_url", "应以 https:// 开头", "begins with https://")
    return None
