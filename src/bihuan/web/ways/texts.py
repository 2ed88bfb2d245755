"""What messages say, by kind of news and policy: read, written with a preview, put back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.desk import news
from bihuan.desk.organisation import adopted_policies
from bihuan.engine.acts import ACTS
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.administration import Change, last_change
from bihuan.records.queries.deliveries import notice_text, texts_kept
from bihuan.web.addresses import address
from bihuan.web.administration import administrator, done, errors_of, overtaken, said, version_of
from bihuan.web.shell import Reader, show
from bihuan.web.words import HOUR

Json = Any
FIELDS = ("zh_subject", "zh", "en_subject", "en")


@require_safe
@administrator
def texts(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The list, and `?kind=owed&policy=mall` in the form beside it."""
    return _page(request, reader)


@require_POST
@administrator
def change(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Keep, put back what we say, or only look how it would read."""
    does, told = request.POST.get("change", ""), _told(request)
    policy, kind = request.POST.get("policy", ""), request.POST.get("kind", "")
    if does == "preview":
        return _page(request, reader)
    if refusal := overtaken(request, reader, _last(kind)):
        return _page(request, reader, refusal, 409)
    if does == "withdraw":
        news.withdraw(policy, kind, now=reader.now)
        return done(request, _("It says again what it said at first."), address("notice_texts"))
    subjects = Text(told["zh_subject"], told["en_subject"])
    made = news.save(policy, kind, subjects, Text(told["zh"], told["en"]), now=reader.now)
    if isinstance(made, Refusal):
        return _page(request, reader, made, 422)
    return done(request, _("Kept. It holds from the next message on."), address("notice_texts"))


def _last(kind: str) -> Change | None:
    """The last change of what a kind of news says, under whatever policy."""
    return last_change("notices", ("save_text", "withdraw_text"), ends=f" {news.called(kind)}")


def _told(request: HttpRequest) -> dict[str, str]:
    most = news.LONGEST + 1
    return {name: request.POST.get(name, "")[:most].replace("\r\n", "\n") for name in FIELDS}


def _standing(policy: str, kind: str) -> dict[str, str]:
    """What a message of the kind says now: its own text, that of all policies, or ours."""
    one = news.NEWS[kind]
    ours = dict(
        zip(FIELDS, (one.subject.zh, one.body.zh, one.subject.en, one.body.en), strict=True)
    )
    return notice_text(policy, kind) or notice_text("", kind) or ours


def _page(
    request: HttpRequest, reader: Reader, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    language, kept = reader.language, texts_kept()
    kind = asked.get("kind", "") if asked.get("kind", "") in news.NEWS else next(iter(news.NEWS))
    policy = asked.get("policy", "")
    told = _told(request) if request.method == "POST" else _standing(policy, kind)
    policies = {one.code: one.title.in_(language) for one in adopted_policies()}
    context = {
        "rows": [
            {
                "name": name,
                "label": one.text.in_(language),
                "to": _("To customers") if one.to_customer else _("To members of staff"),
                "subject": one.subject.in_(language),
                "own": [policies.get(code, _("all policies")) for code, of in sorted(kept) if of == name],
                "url": f"{address('notice_texts')}?kind={name}#pane",
                "current": name == kind,
            }
            for name, one in news.NEWS.items()
        ],
        "kind": kind,
        "kind_label": news.NEWS[kind].text.in_(language),
        "policy": policy,
        "policies": [{"value": code, "label": title} for code, title in policies.items()],
        "own": (policy, kind) in kept,
        "told": told,
        "version": version_of(_last(kind)),
        "variables": [
            {"name": f"{{{name}}}", "text": text.in_(language)}
            for name, text in news.VARIABLES.items()
        ],
        "preview": [
            {"lang": lang, "read": news.filled(told[f"{key}_subject"], told[key], _sample(reader, key))}
            for key, lang in (("zh", "zh-Hans"), ("en", "en"))
        ],
        "errors": errors_of(refusal, language),
        "said": said(request) if request.method == "GET" else "",
    }  # fmt: skip
    return show(request, reader, "ways/texts.jinja", context, at="ways", status=status)


def _sample(reader: Reader, language: str) -> dict[str, str]:
    soon = reader.clock.full(reader.clock.midnight(2) + 10 * HOUR)
    return {
        "case": "TS20260101-0001",
        "act": ACTS["investigate"].text.in_(language),
        "due": soon,
        "link": "https://bihuan.example/",
        "company": reader.house.name,
        "customer": _("Ms Example"),
        "matter": Text("投诉", "Complaint").in_(language),
        "agreed_time": soon,
        "said": _("the seam of the coat came open"),
    }
