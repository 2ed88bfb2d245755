"""The library: what is in force on a day, one document with its history, publishing and withdrawing."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bihuan.desk import files, library
from bihuan.desk.library import Publication
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import DISCLOSURE, TELLABLE, Text
from bihuan.records.queries.library import VersionRow, citing_cases, versions
from bihuan.web.addresses import address
from bihuan.web.administration import done, errors_of, said, typed
from bihuan.web.library.reading import blocks
from bihuan.web.shell import Reader, show, staff

Json = Any
TONES = {"in force": "done", "coming": "near", "ended": "", "never": ""}
PLAIN = (".md", ".markdown", ".txt")


@require_safe
@staff
def shelf(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every document the reader may read: the version in force on a day, by topic and words."""
    topic, words = request.GET.get("topic", ""), request.GET.get("q", "").strip()[:200]
    day = request.GET.get("on", "")
    on = reader.clock.read_field(f"{day}T12:00") if day else None
    at = on or reader.now
    levels = library.levels_for(reader.person, reader.now)
    found: dict[str, list[VersionRow]] = {}
    for one in versions(levels, topic=topic, search=words):
        found.setdefault(one.code, []).append(one)
    chosen = {"topic": topic, "q": words, "on": day}
    topics = {name: text.in_(reader.language) for name, text in library.topics().items()}
    context = {
        "rows": [_row(reader, group, at, topics) for group in found.values()],
        "chips": [
            {
                "label": label,
                "current": name == topic,
                "url": _address(chosen | {"topic": "" if name == topic else name}),
            }
            for name, label in topics.items()
        ],
        "chosen": chosen,
        "wrong_day": bool(day) and on is None,
        "clear_url": address("library") if any(chosen.values()) else "",
        "may_keep": library.may_keep(reader.person, reader.now),
        "said": said(request),
    }
    return show(request, reader, "library/shelf.jinja", context, at="library")


def _address(chosen: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{address('library')}?{query}" if query else address("library")


def _row(
    reader: Reader, group: list[VersionRow], at: int, topics: dict[str, str]
) -> dict[str, Json]:
    """One document: its version in force, else the last there is; and what comes next."""
    known = [one for one in group if one.state(at) != "never"] or group
    current = next((one for one in known if one.state(at) == "in force"), known[-1])
    coming = next((one for one in known if one.state(at) == "coming" and one is not current), None)
    return {
        **_version(reader, current, at),
        "url": address("document", args=[current.code]),
        "topics": [topics.get(name, name) for name in current.topics],
        "next": _("%(version)s from %(day)s")
        % {"version": coming.version, "day": reader.clock.day(coming.term.from_at)}
        if coming
        else "",
    }


def _version(reader: Reader, one: VersionRow, at: int) -> dict[str, Json]:
    term, clock = one.term, reader.clock
    state = one.state(at)
    return {
        "code": one.code,
        "version": one.version,
        "title": one.title,
        "level": DISCLOSURE[one.level].in_(reader.language),
        "tellable": one.level in TELLABLE,
        "state": {"text": _states()[state], "tone": TONES[state]},
        "from_at": clock.at(term.from_at),
        "until_at": clock.at(term.until_at) if term.until_at is not None else "",
        "copied_at": clock.at(term.copied_at) if term.copied_at is not None else "",
    }


def _states() -> dict[str, str]:
    return {
        "in force": _("in force"),
        "coming": _("not yet in force"),
        "ended": _("no longer in force"),
        "never": _("withdrawn before it began"),
    }


@require_safe
@staff
def document(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """One document: what it says, its versions with their history, and where it was cited."""
    return _document(request, reader, code)


def _document(
    request: HttpRequest,
    reader: Reader,
    code: str,
    refusal: Refusal | None = None,
) -> HttpResponse:
    now = reader.now
    found = versions(library.levels_for(reader.person, now), code=code)
    if not found:
        raise Http404
    wanted = request.POST.get("version", "") or request.GET.get("version", "")
    in_force = next((one for one in found if one.state(now) == "in force"), found[-1])
    shown = next((one for one in found if one.version == wanted), in_force)
    topics = library.topics()
    url = address("document", args=[code])
    context = {
        **_version(reader, shown, now),
        "topics": [
            topics[name].in_(reader.language) if name in topics else name for name in shown.topics
        ],
        "blocks": blocks(shown.text),
        "file": shown.file.partition(":")[2],
        "file_url": address("document-file", args=[code, shown.version]) if shown.file else "",
        "hash": shown.hash,
        "published": _("%(time)s by %(name)s")
        % {"time": reader.clock.at(shown.published_at), "name": shown.published_by or "—"},
        "versions": [
            _version(reader, one, now)
            | {
                "url": f"{url}?{urlencode({'version': one.version})}",
                "current": one is shown,
                "history": [_belief(reader, one, place) for place in range(len(one.terms))],
            }
            for one in reversed(found)
        ],
        "cases": [
            {"number": number, "url": address("case", args=[number])}
            for number in citing_cases(reader.viewer, code, shown.version)
        ],
        "may_keep": library.may_keep(reader.person, now),
        "may_withdraw": shown.state(now) in ("in force", "coming"),
        "now_text": reader.clock.field(now),
        "typed": typed(request, "reason", "at", "copied"),
        "errors": errors_of(refusal, reader.language),
        "said": "" if refusal else said(request),
    }
    status = 422 if refusal else 200
    return show(request, reader, "library/document.jinja", context, at="library", status=status)


def _belief(reader: Reader, one: VersionRow, place: int) -> dict[str, str]:
    """What was noted of a version, when and by whom."""
    term, clock = one.terms[place], reader.clock
    before = one.terms[place + 1] if place + 1 < len(one.terms) else None
    if before is None:
        what = _("published")
    elif term.copied_at != before.copied_at:
        what = _("copy noted")
    elif term.reason and term.reason != before.reason:
        what = _("withdrawn: %(reason)s") % {"reason": term.reason}
    elif term.until_at is None:
        what = _("stays in force")
    else:
        what = _("ends on %(time)s") % {"time": clock.at(term.until_at)}
    return {"what": what, "by": term.by or "—", "at": clock.at(term.known_at)}


@require_POST
@staff
def change(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Note the copy of a version, or withdraw it; refused at its field, or done and said."""
    told = typed(request, "version", "change", "reason", "at", "copied")
    field = "copied" if told["change"] == "copied" else "at"
    at = reader.clock.read_field(told[field]) if told[field] else reader.now
    outcome: Json
    if at is None:
        outcome = _no_time(field)
    elif told["change"] == "copied":
        outcome = library.copied(code, told["version"], by=reader.person, at=at, now=reader.now)
    else:
        # A field of minutes cannot say the present second: earlier in this minute is now.
        end = reader.now if 0 <= reader.now - at < 60 else at
        outcome = library.withdraw(
            code, told["version"], told["reason"], by=reader.person, at=end, now=reader.now
        )
    if isinstance(outcome, Refusal):
        return _document(request, reader, code, outcome)
    words = _("Noted.") if told["change"] == "copied" else _("Withdrawn. Its history stays.")
    query = urlencode({"version": told["version"]})
    return done(request, words, f"{address('document', args=[code])}?{query}")


def _no_time(field: str) -> Refusal:
    right = Text("应形如 2026-03-02 18:00", "not a time; right would be 2026-03-02 18:00")
    return Refusal("bad-value", right, (), field)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def publish(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Publish a document or a new version of one, from a text or a file."""
    if not library.may_keep(reader.person, reader.now):
        return show(request, reader, "library/refused.jinja", at="library", status=403)
    refusal = _published(request, reader) if request.method == "POST" else None
    if isinstance(refusal, str):
        return done(request, _("Published."), address("document", args=[refusal]))
    code = request.POST.get("code", request.GET.get("code", "")).strip()
    before = versions(DISCLOSURE, code=code)[-1:] if code else ()
    kept = before[0] if before else None
    words = typed(request, "code", "version", "title", "level", "since", "until", "copied")
    context = {
        "typed": words | {"text": request.POST.get("text", ""), "code": code}
        if request.method == "POST"
        else {
            "code": code,
            "version": "",
            "title": kept.title if kept else "",
            "level": kept.level if kept else "public",
            "text": kept.text if kept else "",
            "since": reader.clock.field(reader.now),
            "until": "",
            "copied": reader.clock.field(reader.now),
        },
        "chosen": request.POST.getlist("topics") or (list(kept.topics) if kept else []),
        "topics": [
            {"value": name, "label": text.in_(reader.language)}
            for name, text in library.topics().items()
        ],
        "levels": [
            {"value": name, "label": text.in_(reader.language)} for name, text in DISCLOSURE.items()
        ],
        "errors": errors_of(refusal, reader.language),
    }
    status = 422 if refusal else 200
    return show(request, reader, "library/publish.jinja", context, at="library", status=status)


def _published(request: HttpRequest, reader: Reader) -> str | Refusal:
    """The code of what was published, or why it was not."""
    told = typed(request, "code", "version", "title", "level", "since", "until", "copied")
    times = {
        name: reader.clock.read_field(told[name]) if told[name] else None
        for name in ("since", "until", "copied")
    }
    for name, at in times.items():
        if at is None and (told[name] or name == "since"):
            return _no_time(name)
    text, file = request.POST.get("text", "").replace("\r\n", "\n"), ""
    if sent := request.FILES.get("file"):
        name = str(sent.name or "")
        if name.lower().endswith(PLAIN):
            written = _decoded(sent.read(library.LONGEST * 4 + 1))
            if written is None:
                return Refusal("bad-file", _NOT_TEXT, (), "file")
            text = written
        else:
            kept = files.keep(sent.chunks(), name)
            if isinstance(kept, Refusal):
                return Refusal(kept.code, kept.text, (), "file")
            file = kept
    made = library.publish(
        Publication(
            code=told["code"],
            version=told["version"],
            title=told["title"],
            since=times["since"] or reader.now,
            level=told["level"],
            topics=tuple(request.POST.getlist("topics")),
            text=text,
            file=file,
            until=times["until"],
            copied=times["copied"],
        ),
        by=reader.person,
        now=reader.now,
    )
    return made if isinstance(made, Refusal) else made.code


_NOT_TEXT = Text("此文件不是 UTF-8 文本", "this file is no UTF-8 text")


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


@require_safe
@staff
def attached(_request: HttpRequest, reader: Reader, code: str, version: str) -> FileResponse:
    """The file of a version, as it was published."""
    levels = library.levels_for(reader.person, reader.now)
    found = next((one for one in versions(levels, code=code) if one.version == version), None)
    digest, _colon, name = found.file.partition(":") if found else ("", "", "")
    content = files.read(digest) if digest else None
    if content is None:
        raise Http404
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
    )
