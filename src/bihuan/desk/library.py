"""The library: documents published, their new versions, copies that came, and withdrawals.

Nothing is edited: what a version says never changes, and when it is in force is told by rows that
are believed from one instant until another. What is refused is a value with code and field.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from bihuan.desk import changes, files, organisation, passages, worlds
from bihuan.desk.in_force import policies_in_force
from bihuan.desk.permissions import viewer
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import DISCLOSURE, TELLABLE, Text
from bihuan.records.models import Document, DocumentTerm, Site
from bihuan.records.models.json_text import canonical

NAME = re.compile(r"\w[\w.\-]{0,59}")
LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Publication:
    """A version to be published: in force from `since` (until `until`); `copied` to the service centre."""

    code: str
    version: str
    title: str
    since: int
    level: str = "public"
    topics: tuple[str, ...] = ()
    text: str = ""
    file: str = ""
    until: int | None = None
    copied: int | None = None
    published: int | None = None  # by the organisation; now unless said


def content_hash(one: Document) -> str:
    """The hash over everything a version says: the same content has the same hash."""
    said = [one.code, one.version, one.title, one.topics, one.level, one.text, one.file]
    return sha256(canonical(said).encode()).hexdigest()


def topics() -> dict[str, Text]:
    """What documents can be about: the categories of the adopted policies."""
    return {
        name: text
        for policy in organisation.adopted_policies()
        for name, text in policy.categories.items()
    }


def may_keep(person: str, now: int) -> bool:
    """Whether somebody may publish and withdraw: administrators, and the posts the policies name."""
    if not person.isdecimal():
        return False
    if viewer(person, now).is_admin:
        return True
    posts = {worlds.policy_of(one.pk).library for one in policies_in_force(now).values()} - {""}
    seats = worlds.organisation(now).seats_of(person)
    return any(place.partition("@")[0] in posts for place in seats)


def levels_for(person: str, now: int) -> frozenset[str]:
    """How far documents may go for somebody to read them: who keeps them and auditors read all,
    others of the organisation all but the confidential, outsiders what a customer may be told.
    """
    if may_keep(person, now) or viewer(person, now).is_auditor:
        return frozenset(DISCLOSURE)
    posts = {place.partition("@")[0] for place in worlds.organisation(now).seats_of(person)}
    policies = [worlds.policy_of(one.pk) for one in policies_in_force(now).values()]
    inside = {
        name for policy in policies for name, post in policy.posts.items() if not post.outside
    }
    return TELLABLE | ({"internal"} if posts & inside else frozenset())


def publish(one: Publication, *, by: str, now: int) -> Document | Refusal:
    """Publish a document, or a new version of it: the version before it ends when this one begins."""
    if wrong := _not_theirs(by, now) or _unfit(one, now):
        return wrong
    with transaction.atomic():
        _lock()
        believed = _terms(one.code)
        if Document.objects.filter(code=one.code, version=one.version).exists():
            return refuse_field(
                "version-taken",
                "version",
                f"“{one.code}”已有“{one.version}”这一版；内容不能改，请用新的版本号",
                f"'{one.code}' has a version '{one.version}'; it never changes, so take a new label",
            )
        later = [term for term in believed if term.from_at >= one.since and not _never(term)]
        if later:
            return refuse_field(
                "not-the-newest",
                "since",
                f"“{later[0].document}”已定于同时或更晚生效；新版本须在其后生效",
                f"'{later[0].document}' comes into force then or later; a new version follows it",
            )
        for term in believed:
            if term.until_at is None or term.until_at > one.since:
                _succeed(term, by, now, until_at=one.since)
        made = Document(
            code=one.code,
            version=one.version,
            title=one.title.strip(),
            topics=" ".join(sorted(set(one.topics))),
            level=one.level,
            text=one.text,
            file=one.file,
            published_at=now if one.published is None else one.published,
            published_by_id=_person(by),
            known_at=now,
        )
        made.hash = content_hash(made)
        made.save()
        passages.write_document(made)
        DocumentTerm.objects.create(
            document=made,
            from_at=one.since,
            until_at=one.until,
            copied_at=one.copied,
            by_id=_person(by),
            known_at=now,
        )
        said = {"level": one.level, "from_at": one.since, "hash": made.hash}
        changes.note("library", "publish", f"{made.title} ({made})", now, after=[said])
        organisation.stamp(library=True)
    return made


def copied(
    code: str, version: str, *, by: str, at: int | None = None, now: int
) -> DocumentTerm | Refusal:
    """Note that the service centre got its copy of a version, at latest now; once."""
    since = now if at is None else at
    with transaction.atomic():
        term = _standing(code, version, by, now)
        if isinstance(term, Refusal):
            return term
        if since > now:
            return refuse_field(
                "in-the-future", "at", "抄送时间不能晚于现在", "the copy has to be there"
            )
        if term.copied_at is not None:
            return refuse_field(
                "copied-already", "at", "抄送时间已登记", "when the copy came is noted already"
            )
        made = _succeed(term, by, now, copied_at=since)
        changes.note("library", "copied", str(term.document), now, after=[{"copied_at": since}])
        organisation.stamp(library=True)
    return made


def withdraw(
    code: str, version: str, reason: str, *, by: str, at: int | None = None, now: int
) -> DocumentTerm | Refusal:
    """End a version at `at`, never earlier than now, with a reason; one not yet in force never will be.

    Where it never began, the version it would have followed stays in force instead.
    """
    end = now if at is None else at
    with transaction.atomic():
        term = _standing(code, version, by, now)
        if isinstance(term, Refusal):
            return term
        if not reason.strip():
            return refuse_field(
                "missing-field", "reason", "请写明废止的原因", "say why it is withdrawn"
            )
        if end < now:
            return refuse_field(
                "in-the-past",
                "at",
                "废止不能早于现在：此前的答复已据以作出",
                "it cannot end earlier than now: answers were given from it until then",
            )
        if term.until_at is not None and (term.until_at <= end or _never(term)):
            return refuse_field(
                "ended-already",
                "version",
                "这一版届时已经失效",
                "this version has ended by then already",
            )
        made = _succeed(term, by, now, until_at=max(end, term.from_at), reason=reason.strip()[:500])
        said = {"until_at": made.until_at, "reason": made.reason}
        before_it = [{"from_at": term.from_at, "until_at": term.until_at}]
        changes.note("library", "withdraw", str(term.document), now, before=before_it, after=[said])
        if end <= term.from_at:
            for before in _terms(code):
                if before.until_at == term.from_at and not _never(before):
                    _succeed(before, by, now, until_at=term.until_at)
        organisation.stamp(library=True)
    return made


def _standing(code: str, version: str, by: str, now: int) -> DocumentTerm | Refusal:
    """The term believed now of a version, locked with the library; or why it cannot be changed."""
    if wrong := _not_theirs(by, now):
        return wrong
    _lock()
    term = next((one for one in _terms(code) if one.document.version == version), None)
    return term or refuse_field(
        "unknown-document",
        "version",
        f"文件库中没有“{code} {version}”",
        f"the library has no '{code} {version}'",
    )


def _lock() -> None:
    Site.objects.select_for_update().get(pk=organisation.site().pk)


def _terms(code: str) -> list[DocumentTerm]:
    found = DocumentTerm.objects.filter(document__code=code, withdrawn_at=None)
    return list(found.select_related("document").order_by("from_at", "id"))


def _never(term: DocumentTerm) -> bool:
    """Whether a version was withdrawn before it began."""
    return term.until_at is not None and term.until_at <= term.from_at


def _succeed(term: DocumentTerm, by: str, now: int, **new: int | str | None) -> DocumentTerm:
    """Believe something else of a version from now on."""
    DocumentTerm.objects.filter(pk=term.pk).update(withdrawn_at=now)
    kept = dict(DocumentTerm.objects.filter(pk=term.pk).values().get())
    kept |= {"id": None, "by_id": _person(by), "known_at": now, "withdrawn_at": None, **new}
    return DocumentTerm.objects.create(**kept)


def _person(by: str) -> int | None:
    return int(by) if by.isdecimal() else None


def _not_theirs(by: str, now: int) -> Refusal | None:
    if by == "system" or may_keep(by, now):
        return None
    return refuse_field(
        "not-yours",
        "",
        "文件库由管理员和制度指定的岗位管理",
        "the library is kept by administrators and the posts the policy names",
    )


def _unfit(one: Publication, now: int) -> Refusal | None:
    for field, value in (("code", one.code), ("version", one.version)):
        if not NAME.fullmatch(value):
            return refuse_field(
                "bad-code",
                field,
                "由文字、数字、“-”“_”“.”组成，不含空格，至多 60 个字符",
                "letters, digits, '-', '_' and '.', without spaces, at most 60",
            )
    if not one.title.strip() or len(one.title.strip()) > 200:
        return refuse_field(
            "no-title", "title", "请写标题，至多 200 字", "a title of at most 200 characters"
        )
    if one.level not in DISCLOSURE:
        return _wrong("level", "、".join(text.zh for text in DISCLOSURE.values()), DISCLOSURE)
    known = topics()
    for topic in one.topics:
        if topic not in known:
            return _wrong("topics", "、".join(text.zh for text in known.values()), known)
    if not one.text.strip() and not one.file:
        return refuse_field(
            "empty-document", "text", "请写正文或附上文件", "write a text or attach a file"
        )
    if len(one.text) > LONGEST or "\0" in one.text:
        return refuse_field(
            "bad-text", "text", "正文至多 20 万字", "a text has at most 200,000 characters"
        )
    if one.file and not files.VALUE.fullmatch(one.file):
        return refuse_field("bad-file", "file", "附件无法识别", "the file is not one that was kept")
    if one.until is not None and one.until <= one.since:
        return refuse_field(
            "ends-before", "until", "失效须晚于生效", "it must end later than it begins"
        )
    if one.copied is not None and one.copied > now:
        return refuse_field(
            "in-the-future", "copied", "抄送时间不能晚于现在", "the copy has to be there"
        )
    if one.published is not None and one.published > now:
        return refuse_field(
            "in-the-future",
            "published",
            "公布时间不能晚于现在",
            "it cannot have been published later than now",
        )
    return None


def _wrong(field: str, zh: str, names: Iterable[str]) -> Refusal:
    right = ", ".join(names)
    return refuse_field("unknown-name", field, f"应为：{zh}", f"right would be: {right}")
