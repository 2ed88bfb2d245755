"""What an entry of the story says below its sentence: words, values, corrections and files."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from bihuan.desk import files, reading
from bihuan.engine.words import KEPT
from bihuan.records.queries.entries import Entry
from bihuan.web.addresses import address
from bihuan.web.desk import Desk
from bihuan.web.words import file_name, quoted, signer

Json = Any
WORDS = (
    "content",
    "text",
    "said",
)  # what somebody said or wrote: it stands first, in quotation marks
# What the sentence says already, or what nobody reads.
UNSAID = frozenset({"outcome", "agreed_time", "new_time", "consent", "item", "unit", "kind"})
SHORT = 160  # characters shown at once; of longer texts the beginning
# Shown without being asked for, so that a browser may draw it: everything else is downloaded.
DRAWABLE = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
            "webp": "image/webp"}  # fmt: skip


def details(desk: Desk, entry: Entry, *, clear: bool) -> dict[str, Json]:
    """`detail` in one line, `long` texts to be folded, `changes` of a correction, `files` attached."""
    if entry.erased:
        return {"detail": _("What was personal was erased when its time of keeping was over.")}
    if entry.kind == "purge":
        return {"detail": _purged(desk, entry)}
    if entry.kind == "correct":
        return {"changes": _changes(desk, entry, clear=clear), "detail": _remark(entry)}
    own = [" ".join(str(entry.data[name]).split()) for name in WORDS if entry.data.get(name)]
    short, long = [], []
    for text in own[:1]:
        (long if len(text) > SHORT else short).append(quoted(text))
    for name, value in desk.names.in_order(entry.data, entry.kind):
        if value in (None, "", []) or name in UNSAID or name in WORDS or is_files(value):
            continue
        if isinstance(value, str) and value in desk.hidden:
            continue  # that there is such a case is not for this reader to know
        text = _valued(desk, entry, name, value, clear=clear)
        line = _("%(label)s: %(value)s") % {
            "label": desk.names.fact(name, entry.kind),
            "value": text,
        }
        (long if len(text) > SHORT else short).append(line)
    found: dict[str, Json] = {"detail": " · ".join(short), "files": attached_to(desk, entry)}
    if long:
        found["long"] = [{"begins": f"{text[:SHORT]}…", "text": text} for text in long]
    return found


def _valued(desk: Desk, entry: Entry, name: str, value: Json, *, clear: bool) -> str:
    shown = reading.shown(name, value, clear=clear)
    text = desk.names.value(name, shown, desk.reader.clock, entry.kind)
    return desk.names.contact(text) if name in reading.CONTACT else text


def _remark(entry: Entry) -> str:
    remark = " ".join(str(entry.data.get("remark") or "").split())
    return quoted(remark) if remark else ""


def _purged(desk: Desk, entry: Entry) -> str:
    """What of the case was destroyed, and that the rest still stands."""
    kept = [
        KEPT[name] for name in str(entry.data.get("records", "")).split(" and ") if name in KEPT
    ]
    what = _(", ").join(desk.names.text(text) for text in kept)
    return _("Destroyed: %(what)s. The entries themselves stay, and their chain can still be checked.") % {
        "what": what or _("what was personal"),
    }  # fmt: skip


def _changes(desk: Desk, entry: Entry, *, clear: bool) -> list[dict[str, str]]:
    """What a correction changed: each fact with what was said before and what counts now."""
    before: dict[str, Json] = {}
    for one in desk.page.history:
        if one.sequence >= entry.sequence:
            break
        for kind, effect in one.effects:
            if kind == "facts":
                before.update(effect)
    return [
        {
            "label": desk.names.fact(name, entry.kind),
            "old": _valued(desk, entry, name, before[name], clear=clear)
            if before.get(name)
            else "",
            "new": _valued(desk, entry, name, value, clear=clear),
        }
        for name, value in entry.data.items()
        if name != "remark" and value not in (None, "", []) and before.get(name) != value
    ]


# -- Files -----------------------------------------------------------------------------------------


def is_files(value: Json) -> bool:
    """Whether a value is a list of attached files."""
    return isinstance(value, list) and any(files.VALUE.fullmatch(str(item)) for item in value)


def attached_to(desk: Desk, entry: Entry) -> list[dict[str, Json]]:
    """The files that came with an entry: those attached, and signatures drawn."""
    found = []
    for value in entry.data.values():
        for item in value if isinstance(value, list) else (value,):
            match = files.VALUE.fullmatch(item) if isinstance(item, str) else None
            if match:
                found.append(_file(desk, match[1], item, signed=not isinstance(value, list)))
    return found


def _file(desk: Desk, digest: str, value: str, *, signed: bool) -> dict[str, Json]:
    name = file_name(value)
    return {
        "digest": digest,
        "name": name,
        "title": _("Signature: %(name)s") % {"name": signer(value)} if signed else name,
        "url": address("case-file", args=[desk.page.number, digest, name]),
        "drawable": name.rpartition(".")[2].lower() in DRAWABLE,
        "signed": signed,
    }


def attached(desk: Desk, entries: Iterable[Entry] | None = None) -> list[dict[str, Json]]:
    """The files of the case, or of these entries of it, each once."""
    found = {}
    for entry in desk.page.history if entries is None else entries:
        if not entry.erased:
            for file in attached_to(desk, entry):
                found.setdefault(file["digest"], file)
    return list(found.values())
