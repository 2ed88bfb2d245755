"""What an answer says that is no success: one form for all, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bihuan.channels.api.values import Moment, Unfit, iso
from bihuan.engine.acts import ACTS
from bihuan.engine.refusal import Owing, Refusal
from bihuan.engine.words import Text

Json = Any


class OwingOut(Schema):
    """Something missing, and who owes it by when."""

    act: str
    text: str
    seat: str
    due_at: Moment | None
    sheet: int


class FieldProblem(Schema):
    """What is wrong with one field, and what would be right."""

    field: str
    code: str
    text: str


class Problem(Schema):
    """Why nothing was done: as pages say it. `events` the act left all the same, as a hand-over."""

    code: str
    text: str
    field: str = ""
    clauses: list[str] = []
    owing: list[OwingOut] = []
    fields: list[FieldProblem] = []
    events: int = 0


PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 422, 429})


class Refused(Exception):  # noqa: N818  (an answer, not an accident)
    """The request is refused; `refusal` says why."""

    def __init__(
        self,
        refusal: Refusal,
        status: int = 0,
        *,
        events: int = 0,
        fields: Iterable[tuple[str, str, Text]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(refusal.text.en)
        self.refusal = refusal
        self.status = status or STATUSES.get(refusal.code, 409)
        self.events = events
        self.fields = tuple(fields)
        self.headers = headers or {}


# By the code of a refusal; every other is 409: the request is sound, but not now or not here.
STATUSES = {
    "no-such-case": 404,
    "not-found": 404,
    "walled": 403,
    "not-yours": 403,
    "no-scope": 403,
    "file-too-large": 413,
    "too-often": 429,
    "no-token": 401,
} | dict.fromkeys(
    (
        "missing-field", "bad-value", "unknown-field", "no-outcome", "unknown-act", "bad-act-id",
        "unreadable-text", "past-time", "too-far", "not-later", "in-the-future", "unknown-file",
        "file-empty", "file-runs", "unreadable", "bad-cursor",
    ), 422,
)  # fmt: skip
NOT_FOUND = Refusal(
    "not-found", Text("没有这一项，或您无权查看", "there is no such thing here for you")
)


def missing() -> Refused:
    """That there is no such thing, or none for who asks: the two are not told apart."""
    return Refused(NOT_FOUND)


def language() -> str:
    """The language of this answer."""
    return translation.get_language() or "zh-hans"


def said(refused: Refused) -> dict[str, Json]:
    """The body of the answer."""
    refusal, lang = refused.refusal, language()
    return {
        "code": refusal.code,
        "text": refusal.text.in_(lang),
        "field": refusal.field,
        "clauses": list(refusal.clauses),
        "owing": [owing_said(item, lang) for item in refusal.owing],
        "fields": [
            {"field": field, "code": code, "text": text.in_(lang)}
            for field, code, text in refused.fields
        ],
        "events": refused.events,
    }


def owing_said(item: Owing, lang: str) -> dict[str, Json]:
    """Who owes what is missing."""
    return {
        "act": item.act,
        "text": ACTS[item.act].text.in_(lang) if item.act in ACTS else item.act,
        "seat": item.seat,
        "due_at": iso(item.due),
        "sheet": item.sheet,
    }


# -- What the library says of a request it cannot read --------------------------------------------


_UNREADABLE = Text("请求中有不能读的内容", "the request holds something that cannot be read")
_TYPES: dict[str, Text] = {
    "missing": Text("缺少此项", "this is missing"),
    "extra_forbidden": Text("没有此项", "there is no such field"),
    "string_type": Text("应为文字", "a text would be right"),
    "string_too_long": Text("至多 {max_length} 字", "at most {max_length} characters"),
    "string_too_short": Text("至少 {min_length} 字", "at least {min_length} characters"),
    "string_pattern_mismatch": Text("格式不对，应合 {pattern}", "it should fit {pattern}"),
    "int_type": Text("应为整数", "a whole number would be right"),
    "int_parsing": Text("应为整数", "a whole number would be right"),
    "int_from_float": Text("应为整数", "a whole number would be right"),
    "int_parsing_size": Text("数字过大", "the number is too large"),
    "bool_type": Text("应为 true 或 false", "true or false would be right"),
    "bool_parsing": Text("应为 true 或 false", "true or false would be right"),
    "list_type": Text("应为列表", "a list would be right"),
    "dict_type": Text("应为对象", "an object would be right"),
    "model_attributes_type": Text("应为对象", "an object would be right"),
    "model_type": Text("应为对象", "an object would be right"),
    "too_long": Text("至多 {max_length} 项", "at most {max_length} items"),
    "too_short": Text("至少 {min_length} 项", "at least {min_length} items"),
    "greater_than_equal": Text("不小于 {ge}", "not below {ge}"),
    "less_than_equal": Text("不大于 {le}", "not above {le}"),
    "greater_than": Text("须大于 {gt}", "above {gt}"),
    "less_than": Text("须小于 {lt}", "below {lt}"),
    "literal_error": Text("应为 {expected} 之一", "one of {expected} would be right"),
    "enum": Text("应为 {expected} 之一", "one of {expected} would be right"),
    "json_invalid": Text("不是 JSON", "it is no JSON"),
    "value_error": Text("值不对", "the value is wrong"),
}
_PLACES = ("body", "query", "path", "header", "form", "file", "cookie")


def unreadable(errors: Iterable[Mapping[str, Json]]) -> Refused:
    """The library's findings, each at its field, in words of ours."""
    found = [(_field(one["loc"]), str(one["type"]), _sentence(one)) for one in errors]
    first = found[0][0] if found else ""
    return Refused(Refusal("unreadable", _UNREADABLE, field=first), fields=found)


def _field(where: Iterable[Json]) -> str:
    """`data.agreed_time`: without the part of the request, and the parameter that holds a body."""
    parts = [str(part) for part in where]
    if parts and parts[0] in _PLACES:
        parts = parts[2:] if parts[0] == "body" and len(parts) > 2 else parts[1:]
    return ".".join(parts)


def _sentence(error: Mapping[str, Json]) -> Text:
    context = error.get("ctx") or {}
    wrong = context.get("error")
    if isinstance(wrong, Unfit):
        return wrong.text
    known = _TYPES.get(str(error["type"]), _TYPES["value_error"])
    return Text(known.zh.format_map(context), known.en.format_map(context))


_STATUS_TEXTS = {
    400: ("bad-request", Text("请求不是有效的 JSON", "the request is no valid JSON")),
    401: ("no-token", Text(
        "须有有效的令牌:Authorization: Bearer …",
        "a token that is in force is needed: Authorization: Bearer …",
    )),
    403: ("no-csrf", Text("页面已过期，请刷新后再试", "the page is too old; load it again")),
}  # fmt: skip


def handle(api: NinjaAPI) -> None:
    """Let every refusal be answered in the one form."""

    def answer(request: HttpRequest, refused: Refused) -> HttpResponse:
        response = api.create_response(request, said(refused), status=refused.status)
        for name, value in refused.headers.items():
            response.headers[name] = value
        return response

    def plain(request: HttpRequest, error: HttpError) -> HttpResponse:
        code, text = _STATUS_TEXTS.get(error.status_code, _STATUS_TEXTS[400])
        headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else {}
        return answer(request, Refused(Refusal(code, text), error.status_code, headers=headers))

    api.add_exception_handler(Refused, answer)
    api.add_exception_handler(HttpError, plain)
    api.add_exception_handler(AuthenticationError, plain)
    api.add_exception_handler(
        ValidationError, lambda request, error: answer(request, unreadable(error.errors))
    )
