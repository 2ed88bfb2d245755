"""Pages on which the administrator changes something: who may, what is refused, what is said after."""

from collections.abc import Mapping, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.administration import Change
from bihuan.web.shell import Reader, View, show, staff

Json = Any


def administrator(view: View) -> View:
    """A page for administrators; others of the organisation read why not."""

    @wraps(view)
    def asked(request: HttpRequest, reader: Reader, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reader.account.is_administrator:
            return show(request, reader, "organisation/refused.jinja", status=403)
        return view(request, reader, *args, **kwargs)

    return staff(asked)


def errors_of(refusal: Refusal | None, language: str) -> dict[str, str]:
    """The refusal at its field, as forms want it; empty where there is none."""
    return {refusal.field: refusal.text.in_(language)} if refusal else {}


def opening(
    request: HttpRequest, reader: Reader, told: Sequence[str], secret: str, refusal: Refusal | None
) -> dict[str, Json]:
    """What pages share on which something is opened: what was typed, the units, what was refused or said.

    `secret`: under which name the session holds what was made for it, which is shown once.
    """
    posted = typed(request, *told) if request.method == "POST" else dict.fromkeys(told, "")
    return {
        "made": request.session.pop(secret, "") if request.method == "GET" else "",
        "told": posted,
        "units": reader.units,
        "errors": errors_of(refusal, reader.language),
        "said": said(request) if request.method == "GET" else "",
    }


def overtaken(request: HttpRequest, reader: Reader, last: Change | None) -> Refusal | None:
    """What a form says that somebody else was quicker than; sent again, having read this, it counts.

    `last`: the last change of what it is about; its id stood in the form as `version`.
    """
    seen = request.POST.get("version", "")
    if last is None or not seen.isdecimal() or len(seen) > 18 or last.id <= int(seen):
        return None
    at = reader.clock.at(last.at)
    zh, en = (last.by, last.by) if last.by else ("命令行", "the command line")
    return Refusal(
        "overtaken",
        Text(
            f"{zh}在 {at} 已改动此处，尚未保存您的改动；您写的都在下面，核对后再保存即生效",
            f"{en} changed this at {at}, so yours is not kept yet; what you wrote is below: compare, and keep it again",
        ),
        field="version",
    )


def version_of(last: Change | None) -> str:
    """What a form carries as `version` to be told by `overtaken`."""
    return str(last.id) if last else "0"


def done(request: HttpRequest, said: str, url: str) -> HttpResponse:
    """Go on to a page that says what is now true."""
    request.session["administration_said"] = said
    return HttpResponseRedirect(url)


def said(request: HttpRequest) -> str:
    """What the page before said is now true; once."""
    return str(request.session.pop("administration_said", ""))


def typed(request: HttpRequest, *names: str) -> Mapping[str, str]:
    """What was typed into these fields."""
    return {name: request.POST.get(name, "").strip()[:500] for name in names}
