"""Policies in force: read as sentences, checked, clause by clause, with their versions and signatures."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import adoption, packs, policy_life, worlds
from bihuan.engine.acts import ACTS
from bihuan.engine.check import check
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Duty, Policy, Step, Table, Test, Who
from bihuan.engine.refusal import Refusal
from bihuan.engine.say_rules import (
    answer_text,
    say_condition,
    say_missed,
    say_timing,
    say_value,
    say_who,
)
from bihuan.engine.sentences import SECTIONS, Sentence, duties_of, sentences
from bihuan.engine.words import Text
from bihuan.records.queries.organisation import (
    VersionRow,
    people,
    review_due,
    reviews,
    version_text,
)
from bihuan.records.queries.organisation import versions as versions_of
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, errors_of, said
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import Clock, Names

Json = Any
LEVELS = {Level.ERROR: "must", Level.WARNING: "warning", Level.NOTE: "note"}


@require_safe
@staff
def policies(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Every policy that was ever in force here, and the shipped ones that are not yet."""
    return _list(request, reader)


@require_POST
@administrator
def adopt(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Put a shipped policy in force by the administrator's adoption."""
    code = request.POST.get("pack", "")
    kind = request.POST.get("kind", "")
    made = adoption.put_in_force(
        code, int(reader.person), reader.now, kinds=(kind,) if kind else ()
    )
    if isinstance(made, Refusal):
        return _list(request, reader, made, 422)
    words = _("In force. Its approval by three is owed from now on.")
    return done(request, words, address("policy", args=[made.code]))


@require_safe
@staff
def read(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Every row as a sentence beside its clause; `?post=` only what this post can ever owe."""
    version, policy = policy_asked(reader, code, request)
    post = request.GET.get("post", "")
    language = reader.language
    whole = duties_of(policy, language)
    chosen = whole.get(post)
    lines = sentences(policy, language) if chosen is None else chosen
    context = frame(request, reader, version, policy, "policy") | {
        "sections": [
            {
                "name": SECTIONS[name].in_(language) if name in SECTIONS else name,
                "rows": [_line(sentence, policy, code) for sentence in group],
            }
            for name, group in groupby(lines, key=lambda sentence: sentence.section)
        ],
        "posts": [
            {
                "label": found.text.in_(language),
                "count": len(whole[name]),
                "url": f"?post={name}" if name != post else address("policy", args=[code]),
                "current": name == post,
            }
            for name, found in policy.posts.items()
        ],
        "post": policy.posts[post].text.in_(language) if chosen is not None else "",
        "clear_url": address("policy", args=[code]) if chosen is not None else "",
    }
    return show(request, reader, "policy/read.jinja", context, at="policies")


@require_safe
@staff
def rules(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Decision tables, and who owes what by when and else, row by row."""
    version, policy = policy_asked(reader, code, request)
    language = reader.language
    names = Names(policy, reader.organisation, language)
    owed = _line_of(policy, code, policy.steps, "", language)
    for kind in policy.sheets.values():
        owed += _line_of(policy, code, kind.steps, kind.text.in_(language), language)
    owed += [
        _owed(policy, code, duty, "", language)
        for duty in policy.owed
        if duty.owes is not None and duty.act in ACTS
    ]
    context = frame(request, reader, version, policy, "policy_rules") | {
        "tables": [
            _table(policy, table, names, reader.clock, code) for table in policy.tables.values()
        ],
        "owed": owed,
    }
    return show(request, reader, "policy/rules.jinja", context, at="policies")


@require_safe
@staff
def findings(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """What the checker finds in the policy and in how the organisation is staffed for it."""
    version, policy = policy_asked(reader, code, request)
    found = _found(reader, version, policy)
    chosen = request.GET.get("finding", "0")
    index = int(chosen) if chosen.isdecimal() and int(chosen) < len(found) else 0
    base = address("policy_check", args=[code])
    context = frame(request, reader, version, policy, "policy_check") | {
        "findings": [
            _finding(item, policy, code, reader.language, f"{base}?finding={number}")
            for number, item in enumerate(found)
        ],
        "index": index,
        "counts": {
            name: sum(item.level is level for item in found) for level, name in LEVELS.items()
        },
        "story": [text.in_(reader.language) for text in found[index].story] if found else [],
        "line": found[index].line if found else 0,
    }
    return show(request, reader, "policy/check.jinja", context, at="policies")


@require_safe
@staff
def clauses(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """The source's clauses in their order, each with what carries it out."""
    version, policy = policy_asked(reader, code, request)
    carried = _carried(policy, reader.language)
    context = frame(request, reader, version, policy, "policy_clauses") | {
        "rows": [
            {
                "id": name,
                "text": text,
                "url": address("policy_clause", args=[code, name]),
                "count": len(carried.get(name, ())),
                "why_not": policy.not_executable.get(name, ""),
            }
            for name, text in policy.clauses.items()
        ]
    }
    return show(request, reader, "policy/clauses.jinja", context, at="policies")


@require_safe
@staff
def clause(request: HttpRequest, reader: Reader, code: str, clause: str) -> HttpResponse:
    """One clause: its wording, and every row that carries it out."""
    version, policy = policy_asked(reader, code, request)
    if clause not in policy.clauses:
        raise Http404
    carried = _carried(policy, reader.language).get(clause, [])
    names = list(policy.clauses)
    place = names.index(clause)
    context = frame(request, reader, version, policy, "policy_clauses") | {
        "id": clause,
        "text": policy.clauses[clause],
        "why_not": policy.not_executable.get(clause, ""),
        "rows": [
            _line(sentence, policy, code)
            | {
                "section": SECTIONS[sentence.section].in_(reader.language)
                if sentence.section in SECTIONS
                else sentence.section
            }
            for sentence in carried
        ],
        "before": names[place - 1] if place else "",
        "after": names[place + 1] if place + 1 < len(names) else "",
    }
    return show(request, reader, "policy/clause.jinja", context, at="policies")


@require_safe
@staff
def versions(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Every version with who adopted and who signed it."""
    return versions_page(request, reader, code)


@require_POST
@administrator
def sign(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Record that three people signed the text of an adopted version."""
    version, _text = policy_asked(reader, code, request)
    signers = [request.POST.get(name, "") for name in ("author", "reviewer", "approver")]
    if not all(signer.isdecimal() for signer in signers):
        words = Text("请选择三个人", "choose three people")
        refusal = Refusal("no-signer", words, (), "author")
        return versions_page(request, reader, code, refusal, 422)
    author, reviewer, approver = map(int, signers)
    made = adoption.sign_adoption(
        version.id,
        reader.person,
        author,
        reviewer,
        approver,
        request.POST.get("hash", ""),
        reader.now,
    )
    if isinstance(made, Refusal):
        return versions_page(request, reader, code, made, 422)
    words = _("Signed by three. The obligation to have it signed is kept.")
    return done(request, words, address("policy_versions", args=[code]))


@require_safe
@staff
def file(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """The file as it was written, with its comments."""
    version, policy = policy_asked(reader, code, request)
    context = frame(request, reader, version, policy, "policy_file") | {
        "text": version_text(version.id),
        "hash": version.hash,
    }
    return show(request, reader, "policy/file.jinja", context, at="policies")


def policy_asked(reader: Reader, code: str, request: HttpRequest) -> tuple[VersionRow, Policy]:
    """The version asked for (`?version=`), else the one in force, else the newest; 404 for none."""
    rows = versions_of(code)
    asked = request.GET.get("version", "")
    chosen = next((row for row in rows if str(row.number) == asked), None)
    if chosen is None:
        in_force = packs.policies_in_force(reader.now).get(code)
        chosen = next((row for row in rows if in_force and row.id == in_force.pk), None)
    if chosen is None and rows:
        chosen = rows[0]
    if chosen is None:
        raise Http404
    return chosen, worlds.policy_of(chosen.id)


_checked: dict[int, tuple[worlds.Ruling, Policy, tuple[Finding, ...]]] = {}


def _found(reader: Reader, version: VersionRow, policy: Policy) -> tuple[Finding, ...]:
    """What the checker finds, with the organisation and the years published here; kept until one changes."""
    ruling = worlds.ruling(version.id, reader.now)
    kept = _checked.get(version.id)
    if kept and kept[0] is ruling and kept[1] is policy:
        return kept[2]
    world = ruling.world
    findings = check(policy, organisation=world.organisation, calendars=world.calendars)
    _checked[version.id] = (ruling, policy, findings)
    return findings


def frame(
    request: HttpRequest, reader: Reader, version: VersionRow, policy: Policy, at: str
) -> dict[str, Json]:
    code = policy.code
    found = len(_found(reader, version, policy))
    tabs = (
        ("policy_rules", _("Rules"), None),
        ("policy", _("Read"), None),
        ("policy_check", _("Check"), found),
        ("policy_clauses", _("Clauses"), len(policy.clauses)),
        ("policy_file", _("File"), None),
        ("policy_versions", _("Versions"), len(versions_of(code))),
    )
    return {
        "code": code,
        "title": policy.title.in_(reader.language),
        "prefix": policy.prefix,
        "number": version.number,
        "state": _state(version, reader),
        "in_force_on": str(version.in_force_on or ""),
        "tabs": [
            {
                "label": label,
                "url": address(name, args=[code]),
                "current": name == at,
                **({"count": count} if count is not None else {}),
            }
            for name, label, count in tabs
        ],
        "said": said(request),
        "errors": {},
    }


def _state(version: VersionRow, reader: Reader) -> dict[str, str]:
    begins = version.in_force_on
    if version.state == "approved" and begins and begins > reader.clock.wall(reader.now).date():
        return {"text": _("signed, in force from %(day)s") % {"day": begins}, "tone": "current"}
    words = {
        "draft": (_("draft"), ""),
        "adopted": (_("in force, not yet signed by three"), "near"),
        "approved": (_("in force, signed"), "done"),
        "withdrawn": (_("withdrawn"), ""),
    }
    text, tone = words[version.state]
    return {"text": text, "tone": tone}


def _not_yet(version: VersionRow, reader: Reader) -> bool:
    """Whether a version can still be taken back: a draft, or signed for a day to come."""
    begins = version.in_force_on
    ahead = bool(begins and begins > reader.clock.wall(reader.now).date())
    return version.state == "draft" or (version.state in ("adopted", "approved") and ahead)


def _turn(version: VersionRow) -> str:
    """Whose signature a draft waits for."""
    signed = version.approval or {}
    return next((role for role in policy_life.ROLES if role not in signed), "")


def _clause(policy: Policy, code: str, name: str) -> dict[str, str]:
    return {
        "id": name,
        "text": policy.clauses.get(name, ""),
        "url": address("policy_clause", args=[code, name]),
    }


def _line(sentence: Sentence, policy: Policy, code: str) -> dict[str, Json]:
    """A sentence without the clause numbers at its end, which stand beside it."""
    text = sentence.text.removesuffix(sentence.cited).rstrip()
    return {
        "text": text,
        "place": sentence.place,
        "clauses": [_clause(policy, code, name) for name in sentence.clauses],
    }


def _line_of(
    policy: Policy, code: str, steps: tuple[Step, ...], title: str, language: str
) -> list[dict[str, Json]]:
    """The rows of a line that people owe, each after the one before."""
    found = []
    before = title or _("registered")
    for step in steps:
        if step.owes.kind != "system":
            found.append(_owed(policy, code, step, before, language))
        after = _("after “%(act)s”") % {"act": ACTS[step.act].text.in_(language)}
        before = f"{title} · {after}" if title else after
    return found


def _owed(policy: Policy, code: str, row: Step | Duty, when: str, language: str) -> dict[str, Json]:
    """A row that somebody owes, in the columns of a table."""
    condition = say_condition(policy, row.only, language)
    first = next((name for name in row.at.clauses if name in policy.clauses), "")
    return {
        "when": " · ".join(part for part in (when, condition) if part) or "—",
        "who": say_who(policy, row.owes, language) if row.owes else "",
        "owes": ACTS[row.act].text.in_(language),
        "within": say_timing(policy, row.timing, language),
        "otherwise": say_missed(policy, row.missed or policy.usual.missed, language),
        "clause": _clause(policy, code, first) if first else None,
    }


def _table(policy: Policy, table: Table, names: Names, clock: Clock, code: str) -> dict[str, Json]:
    """A decision table with a column for each fact it asks for; the first row that fits answers."""
    asked = list(dict.fromkeys(name for row in table.rows for name, _test in row.when))
    rows = []
    for row in table.rows:
        tests = dict(row.when)
        answer = (
            say_who(policy, row.then, names.language)
            if isinstance(row.then, Who)
            else _answer(policy, table, row.then, names.language)
        )
        first = next((name for name in row.at.clauses if name in policy.clauses), "")
        rows.append(
            {
                "conditions": [
                    _cell(policy, name, tests[name], names, clock) if name in tests else None
                    for name in asked
                ],
                "results": [answer],
                "clause": _clause(policy, code, first) if first else None,
            }
        )
    return {
        "name": _named(table.name),
        "inputs": [_named(name) if name in policy.tables else names.fact(name) for name in asked],
        "rows": rows,
    }


def _cell(policy: Policy, name: str, test: Test, names: Names, clock: Clock) -> str:
    """What a row asks of one fact: its values; a comparison as it is said."""
    operator, operand = test
    if operator == "is" and isinstance(operand, tuple):
        values = (names.value(name, value, clock) for value in operand)
        return pgettext("between items", ", ").join(values)
    return say_condition(policy, ((name, test),), names.language)


def _named(table: str) -> str:
    return {
        "owner": _("Owner"),
        "severity": _("Severity"),
        "addressee": _("Whom the note goes to"),
        "improver": _("Who improves"),
    }.get(table, table)


def _answer(policy: Policy, table: Table, answer: str, language: str) -> str:
    if table.answers == "number" and answer in policy.numbers:
        return say_value(policy.numbers[answer].value(), language, policy.calendar_words)
    if table.answers == "sheet" and answer in policy.sheets:
        return policy.sheets[answer].text.in_(language)
    return answer_text(policy, table.name, answer).in_(language)


def _carried(policy: Policy, language: str) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for sentence in sentences(policy, language):
        for name in sentence.clauses:
            found.setdefault(name, []).append(sentence)
    return found


def _finding(item: Finding, policy: Policy, code: str, language: str, url: str) -> dict[str, Json]:
    first = next((name for name in item.clauses if name in policy.clauses), "")
    return {
        "level": LEVELS[item.level],
        "title": item.text.in_(language).removeprefix(f"{item.place}:").strip(" :"),
        "text": "",
        "url": url,
        "clause": _clause(policy, code, first) if first else None,
        "ground": item.code,
        "place": item.place,
    }


def _list(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    in_force = {row.pk for row in packs.policies_in_force(reader.now).values()}
    titles = packs.shipped_titles()
    rows = versions_of()
    known = {row.code for row in rows}
    context = {
        "rows": [
            {
                "code": row.code,
                "title": row.title_zh if reader.language.startswith("zh") else row.title_en,
                "number": row.number,
                "state": _state(row, reader),
                "now": row.id in in_force,
                "in_force_on": str(row.in_force_on or ""),
                "url": f"{address('policy', args=[row.code])}?version={row.number}",
            }
            for row in rows
        ],
        "offered": [
            {"value": code, "label": title.in_(reader.language)}
            for code, title in titles.items()
            if code not in known
        ],
        "errors": errors_of(refusal, reader.language),
        "may_adopt": reader.account.is_administrator,
        "said": said(request) if status == 200 else "",
    }
    return show(request, reader, "policy/list.jinja", context, at="policies", status=status)


def versions_page(
    request: HttpRequest,
    reader: Reader,
    code: str,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    version, policy = policy_asked(reader, code, request)
    names = reader.organisation.names
    may_draft = policy_life.may_draft(reader.person, code, reader.now)
    due = review_due(code)
    context = frame(request, reader, version, policy, "policy_versions") | {
        "may_draft": may_draft,
        "reviews": [
            {
                "day": reader.clock.day(one.at),
                "by": names.get(one.by, one.by),
                "version": one.version,
                "findings": one.findings,
            }
            for one in reviews(code)
        ],
        "review_due": reader.clock.day(due - 1) if due else "",
        "rows": [
            {
                "number": row.number,
                "state": _state(row, reader),
                "in_force_on": str(row.in_force_on or ""),
                "adopted_by": row.adopted_by,
                "hash": row.hash,
                "signed": [
                    {"role": role, "name": names.get(row.approval[key], row.approval[key])}
                    for key, role in (
                        ("author", _("author")),
                        ("reviewer", _("reviewer")),
                        ("approver", _("approver")),
                    )
                    if key in row.approval
                ]
                if row.approval
                else [],
                "because": row.withdrawn_because,
                "may_withdraw": may_draft and _not_yet(row, reader),
                "turn": _turn(row) if row.state == "draft" else "",
                "id": row.id,
                "full_hash": row.hash,
                "url": f"{address('policy', args=[code])}?version={row.number}",
            }
            for row in versions_of(code)
        ],
        "unsigned": version.state == "adopted",
        "hash": version.hash,
        "people": [
            {"value": person.person_id, "label": person.name} for person in people(reader.now)
        ],
        "typed": {name: request.POST.get(name, "") for name in ("author", "reviewer", "approver")},
        "errors": errors_of(refusal, reader.language),
        "may_sign": reader.account.is_administrator,
    }
    return show(request, reader, "policy/versions.jinja", context, at="policies", status=status)
